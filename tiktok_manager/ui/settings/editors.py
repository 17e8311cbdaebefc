"""One editor per kind of setting. Each shows a value and says when the user changed it."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QCompleter,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.settings.wording import SettingItem
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import CONTROL_HEIGHT


class Editor(QWidget):
    """Shows and edits one setting.

    Signals:
        edited: The user wants this value.
    """

    edited = Signal(str)

    def show_item(self, item: SettingItem) -> None:
        """Show the value kept now, without saying `edited`."""
        raise NotImplementedError


class TextEditor(Editor):
    """A line of text, kept on Enter or when the focus leaves. Escape brings the old one back."""

    def __init__(self, *, width_px: int = 360) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setFixedWidth(width_px)
        self.field.editingFinished.connect(self._on_finished)
        self._kept = ""
        self.setLayout(row(self.field, None))
        self.setFocusProxy(self.field)

    @override
    def show_item(self, item: SettingItem) -> None:
        self.field.setEnabled(not item.fixed)
        if not self.field.isModified():
            self._kept = item.value
            self.field.setText(item.value)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.field.isModified():
            self.field.setText(self._kept)  # no longer modified
            return
        super().keyPressEvent(event)

    def _on_finished(self) -> None:
        if self.field.isModified():
            self.field.setModified(False)
            self.edited.emit(self.field.text())


class SecretEditor(Editor):
    """A secret: never shown again once kept, only replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setFixedWidth(360)
        self.field.returnPressed.connect(self._on_save)
        self.field.textChanged.connect(self._on_text)
        self._reveal = icon_button("eye", "Show what is typed", checkable=True)
        self._reveal.toggled.connect(self._on_reveal)
        self._save = push_button("Save", look="primary", clicked=self._on_save)
        self.setLayout(row(self.field, self._reveal, self._save, None))
        self.setFocusProxy(self.field)
        self._on_text("")

    @override
    def show_item(self, item: SettingItem) -> None:
        self.field.setEnabled(not item.fixed)
        is_set = bool(item.value)
        self.field.setPlaceholderText(
            "Kept. Type a new one to replace it" if is_set else "Not set yet"
        )

    def clear(self) -> None:
        """Forget what was typed: it was kept."""
        self.field.clear()
        self._reveal.setChecked(False)

    def _on_text(self, text: str) -> None:
        self._save.setVisible(bool(text))
        self._reveal.setVisible(bool(text))

    def _on_reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)

    def _on_save(self) -> None:
        if self.field.text():
            self.edited.emit(self.field.text())


class ChoiceEditor(Editor):
    """One of a few, or of many with type-ahead (time zones)."""

    def __init__(self, item: SettingItem) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setMinimumWidth(260)
        for value, words in item.choices:
            self.box.addItem(words, value)
        if len(item.choices) > 20:
            self._make_searchable()
        self.box.activated.connect(lambda _index: self.edited.emit(self.box.currentData()))
        self.setLayout(row(self.box, None))
        self.setFocusProxy(self.box)

    @override
    def show_item(self, item: SettingItem) -> None:
        self.box.setEnabled(not item.fixed)
        position = self.box.findData(item.value)
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(position)

    def _make_searchable(self) -> None:
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMaxVisibleItems(12)
        completer = self.box.completer() or QCompleter(self.box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = Switch()
        self.switch.clicked.connect(lambda on: self.edited.emit("on" if on else "off"))
        self.setLayout(row(None, self.switch))
        self.setFocusProxy(self.switch)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def show_item(self, item: SettingItem) -> None:
        self.switch.setEnabled(not item.fixed)
        self.switch.setChecked(item.value == "on")


class ScopesEditor(Editor):
    """A tick per permission."""

    def __init__(self, item: SettingItem) -> None:
        super().__init__()
        self._boxes: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for scope, words in item.choices:
            box = QCheckBox(words)
            box.setToolTip(scope)
            box.clicked.connect(self._on_clicked)
            layout.addWidget(box)
            self._boxes[scope] = box
        first = next(iter(self._boxes.values()))
        first.setEnabled(False)  # TikTok gives it with every login

    @override
    def show_item(self, item: SettingItem) -> None:
        ticked = item.value.split(",")
        for scope, box in self._boxes.items():
            box.setChecked(scope in ticked)

    def _on_clicked(self) -> None:
        ticked = [scope for scope, box in self._boxes.items() if box.isChecked()]
        self.edited.emit(",".join(ticked))


class Switch(QAbstractButton):
    """A sliding switch; Space and Enter turn it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(44, CONTROL_HEIGHT - 8)

    @override
    def sizeHint(self) -> QSize:
        return self.size()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_switch(
            painter,
            self.width(),
            self.height(),
            on=self.isChecked(),
            focus=self.hasFocus(),
            enabled=self.isEnabled(),
        )
        painter.end()


def paint_switch(
    painter: QPainter, width: int, height: int, *, on: bool, focus: bool, enabled: bool
) -> None:
    """Draw the switch: ground, knob, and a ring while it has the focus."""
    look = tokens()
    ground = (look.accent if on else look.field_line) if enabled else look.line
    if focus:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.ink)
        painter.drawRoundedRect(0, 0, width, height, height / 2, height / 2)
        painter.setBrush(look.paper)
        painter.drawRoundedRect(1, 1, width - 2, height - 2, height / 2 - 1, height / 2 - 1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(2, 2, width - 4, height - 4, height / 2 - 2, height / 2 - 2)
    side = height - 10
    painter.setBrush(look.on_accent if on else look.paper)
    painter.drawEllipse(width - side - 5 if on else 5, 5, side, side)


def make_editor(item: SettingItem) -> Editor:
    """Return the editor for a setting's kind."""
    if item.kind == "secret":
        return SecretEditor()
    if item.kind == "scopes":
        return ScopesEditor(item)
    if item.kind == "bool":
        return SwitchEditor()
    if item.choices:
        return ChoiceEditor(item)
    return TextEditor(width_px=120 if item.kind in ("int", "duration") else 360)
