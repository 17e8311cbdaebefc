"""Inputs that change only by intent: the wheel turns none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QLineEdit, QListView, QWidget

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_S

_WIDE_PX, _NARROW_PX, _CHOICE_PX, _SEARCH_PX = 360, 120, 260, 240
_MANY = 20
Choices = Sequence[tuple[str, str]]


class CalmComboBox(QComboBox):
    """A drop-down that only a click or a key changes: the wheel scrolls the page it stands on."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by default the wheel focuses it

    def measure_one(self) -> None:
        """Lay many rows of one height out by the measure of one, not of each."""
        view = self.view()
        if isinstance(view, QListView):
            view.setUniformItemSizes(True)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SearchBox(CalmComboBox):
    """A drop-down of many, one of which is found by typing any part of it.

    Text that names none of them gives way to the one chosen before.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(12)
        self.measure_one()
        completer = self.completer() or QCompleter(self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        line = self.lineEdit() or QLineEdit(self)
        line.editingFinished.connect(self._on_finished)

    def _on_finished(self) -> None:
        text = self.currentText().strip()
        if text == self.itemText(self.currentIndex()):
            return
        one = self.findText(text, Qt.MatchFlag.MatchFixedString)
        found = [one] if one >= 0 else self._containing(text)
        if len(found) == 1:
            self.setCurrentIndex(found[0])
            self.activated.emit(found[0])
        elif not self.hasFocus():
            self.setEditText(self.itemText(self.currentIndex()))

    def _containing(self, text: str) -> list[int]:
        wanted = text.casefold()
        texts = (self.itemText(each).casefold() for each in range(self.count()))
        return [number for number, each in enumerate(texts) if wanted and wanted in each]


class SearchLine(QLineEdit):
    """Finds in what stands below it; Ctrl+F anywhere in `within` brings the caret here."""

    def __init__(self, words: str, within: QWidget, *, width_px: int = _SEARCH_PX) -> None:
        super().__init__(within)
        self.setProperty("look", "search")
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.setMaximumWidth(width_px)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        QShortcut(QKeySequence.StandardKey.Find, within).activated.connect(self.setFocus)


class Switch(QCheckBox):
    """A sliding switch: on takes effect at once and may uncover more. Space and Enter turn it."""

    _TRACK = QSize(36, 20)

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._is_ringed = False

    @override
    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(self._TRACK.width() + 2 + (SPACE_S + words if words else 0), 28)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_ringed = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        on, is_mirrored = self.isChecked(), self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        size = self._TRACK
        left = self.width() - size.width() - 1 if is_mirrored else 1
        track = QRectF(left, (self.height() - size.height()) / 2, size.width(), size.height())
        radius = track.height() / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if not self.isEnabled():
            painter.setOpacity(0.4)
        painter.setBrush(QColor(look.accent if on else look.field_line))
        painter.drawRoundedRect(track, radius, radius)
        painter.setBrush(QColor(look.on_accent if on else look.paper))
        middle = track.left() + radius if on is is_mirrored else track.right() - radius
        painter.drawEllipse(QPointF(middle, track.center().y()), radius - 3, radius - 3)
        if self.hasFocus() and self._is_ringed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(look.ink if on else look.accent), 2))
            painter.drawRoundedRect(track, radius, radius)
        painter.setPen(QColor(look.ink))
        room = size.width() + 2 + SPACE_S
        words = self.rect().adjusted(0 if is_mirrored else room, 0, -room if is_mirrored else 0, 0)
        side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | side, self.text())
        painter.end()


class Input(QWidget):
    """A control over a value that is a text.

    Attributes:
        show_value: Shows the value kept now, without saying `edited`; what is being typed stays.

    Signals:
        edited: The user wants this value.
        given_up: The user went back to the value before, so that nothing is wrong any more.
    """

    edited = Signal(str)
    given_up = Signal()

    def __init__(self, show_value: Callable[[str], object]) -> None:
        super().__init__()
        self.show_value = show_value

    def accepted(self) -> None:
        """The value said last was kept."""


class TextInput(Input):
    """A line of text, kept on Enter or when the focus leaves. Escape brings the old one back.

    A text that was refused stays to be mended.
    """

    def __init__(self, *, is_short: bool = False) -> None:
        super().__init__(self._show_kept)
        self.line = QLineEdit()
        self.line.setFixedWidth(_NARROW_PX if is_short else _WIDE_PX)
        self.line.editingFinished.connect(self._on_finished)
        self._kept = ""
        self._wanted: str | None = None
        self.setLayout(row(self.line, None))
        self.setFocusProxy(self.line)

    def _show_kept(self, value: str) -> None:
        self._kept = value
        if not self.line.isModified():
            self.line.setText(value)

    @override
    def accepted(self) -> None:
        if self.line.text() == self._wanted:
            self.line.setModified(False)
        self._wanted = None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.isModified():
            self.line.setText(self._kept)  # no longer modified
            self._wanted = None
            self.given_up.emit()
            return
        super().keyPressEvent(event)

    def _on_finished(self) -> None:
        text = self.line.text()
        if self.line.isModified() and text != self._wanted:
            self._wanted = text
            self.edited.emit(text)


class SecretInput(Input):
    """A secret: never shown again once kept, only replaced. Its value says whether there is one."""

    def __init__(self) -> None:
        super().__init__(self._show_kept)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setFixedWidth(_WIDE_PX)
        self.line.returnPressed.connect(self._on_save)
        self.line.textChanged.connect(self._on_text)
        self._reveal = icon_button("eye", tr("Show what is typed"), checkable=True)
        self._reveal.toggled.connect(self._on_reveal)
        self._save = push_button(tr("Save"), look="primary", clicked=self._on_save)
        self.setLayout(row(self.line, self._reveal, self._save, None))
        self.setFocusProxy(self.line)
        self._on_text("")

    def _show_kept(self, value: str) -> None:
        kept = tr("Kept. Type a new one to replace it") if self.isEnabled() else tr("Kept")
        self.line.setPlaceholderText(kept if value else tr("Not set yet"))

    @override
    def accepted(self) -> None:
        self.line.clear()
        self._reveal.setChecked(False)

    def _on_text(self, text: str) -> None:
        self._save.setVisible(bool(text))
        self._reveal.setVisible(bool(text))

    def _on_reveal(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)

    def _on_save(self) -> None:
        if self.line.text():
            self.edited.emit(self.line.text())


class ChoiceInput(Input):
    """One of a few; one of many (time zones) is found by typing."""

    def __init__(self, choices: Choices) -> None:
        super().__init__(self._show_kept)
        self.box = SearchBox() if len(choices) > _MANY else CalmComboBox()
        self.box.setMinimumWidth(_CHOICE_PX)
        for value, words in choices:
            self.box.addItem(words, value)
        self.box.activated.connect(lambda _index: self.edited.emit(self.box.currentData()))
        self.setLayout(row(self.box, None))
        self.setFocusProxy(self.box)

    def _show_kept(self, value: str) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))


class SwitchInput(Input):
    """`on` or `off`."""

    def __init__(self) -> None:
        super().__init__(self._show_kept)
        self.switch = Switch()
        self.switch.clicked.connect(lambda is_on: self.edited.emit("on" if is_on else "off"))
        self.setLayout(row(self.switch))
        self.setFocusProxy(self.switch)

    def _show_kept(self, value: str) -> None:
        self.switch.setChecked(value == "on")


class TicksInput(Input):
    """Some of a few, the values with commas between. The first is not for the user to leave out."""

    def __init__(self, choices: Choices) -> None:
        super().__init__(self._show_kept)
        self.boxes = {value: QCheckBox(words) for value, words in choices}
        for value, box in self.boxes.items():
            box.setToolTip(value)
            box.clicked.connect(self._on_clicked)
        first = next(iter(self.boxes.values()))
        first.setEnabled(False)
        self.setLayout(column(*self.boxes.values(), spacing=0))

    def _show_kept(self, value: str) -> None:
        ticked = value.split(",")
        for each, box in self.boxes.items():
            box.setChecked(each in ticked)

    def _on_clicked(self) -> None:
        self.edited.emit(",".join(value for value, box in self.boxes.items() if box.isChecked()))


def make_input(kind: str, choices: Choices = ()) -> Input:
    """Return the control for a kind of value: `secret`, `scopes`, `bool`, one of some, or text."""
    if kind == "secret":
        return SecretInput()
    if kind == "scopes":
        return TicksInput(choices)
    if kind == "bool":
        return SwitchInput()
    if choices:
        return ChoiceInput(choices)
    return TextInput(is_short=kind in ("int", "duration"))
