"""Buttons and small parts, made in one place so that every one has a name for screen readers.

Light, because the first frame has some of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import clear, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import CONTROL_HEIGHT, SPACE_L, SPACE_XS

_TINT_OF_LOOK = {"primary": "on_accent", "danger": "bad", "quiet": "accent"}
_COPIED_MS = 2000


class PushButton(QPushButton):
    """A button whose name for screen readers follows its words.

    A name that says more than the words is given after them, and holds until they change. A click
    leaves the focus where it was: its ring is for the keyboard.
    """

    def __init__(
        self,
        text: str = "",
        *,
        look: str = "",
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`look` is `primary`, `danger`, `quiet`, `chip`, `segment`, `figure` or plain."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("look", look)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if icon_name:
            self.setIcon(icon(icon_name, _TINT_OF_LOOK.get(look, "soft_ink")))
            self.setIconSize(QSize(16, 16))
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        words = text.strip()
        # Qt leaves no room between icon and words
        super().setText(words if self.icon().isNull() else f" {words}")
        self.setAccessibleName(words.replace("&&", "\0").replace("&", "").replace("\0", "&"))

    @override
    def setIcon(self, icon: QIcon | QPixmap) -> None:
        super().setIcon(icon)
        self.setText(self.text())


def push_button(
    text: str,
    *,
    look: str = "",
    icon_name: str = "",
    clicked: Callable[[], object] | None = None,
    tip: str = "",
    checkable: bool = False,
) -> PushButton:
    """Return a button that does something when it is clicked."""
    button = PushButton(text, look=look, icon_name=icon_name)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    if clicked is not None:
        button.clicked.connect(lambda _checked=False: clicked())
    return button


def icon_button(
    icon_name: str,
    name: str,
    *,
    clicked: Callable[[], object] | None = None,
    checkable: bool = False,
    size_px: int = CONTROL_HEIGHT,
    tint: str = "soft_ink",
) -> QToolButton:
    """Return a square button with an icon only; `name` is its tool tip and accessible name."""
    button = QToolButton()
    button.setIcon(icon(icon_name, tint))
    glyph = 20 if size_px >= CONTROL_HEIGHT else 16
    button.setIconSize(QSize(glyph, glyph))
    button.setFixedSize(size_px, size_px)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if clicked is not None:
        button.clicked.connect(lambda _checked=False: clicked())
    return button


class CopyButton(PushButton):
    """Copies a text and says so for a moment; `name` tells screen readers what it copies."""

    def __init__(self, *, words: str = "", name: str = "", look: str = "quiet") -> None:
        super().__init__(look=look, icon_name="copy")
        self._copied_text = ""
        self._words = words or tr("Copy")
        self._name = name
        self._back = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._back.timeout.connect(self._rest)
        self.clicked.connect(self._on_clicked)
        self._rest()

    def set_copied_text(self, text: str) -> None:
        """Copy this from now on."""
        self._copied_text = text
        self._rest()

    def _rest(self) -> None:
        self._back.stop()
        self.setText(self._words)
        if self._name:
            self.setAccessibleName(self._name)

    def _on_clicked(self) -> None:
        from tiktok_manager.ui.kit.access import announce

        QGuiApplication.clipboard().setText(self._copied_text)
        self.setText(tr("Copied"))
        announce(self, tr("Copied"))
        self._back.start()


class Segment(QWidget):
    """One of a few, all of them seen: arrow keys and clicks choose.

    Signals:
        chosen: The key of the option the user chose.
    """

    chosen = Signal(str)

    def __init__(self, name: str, options: Mapping[str, str]) -> None:
        """`options` are words by key; the first is chosen."""
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, PushButton] = {}
        for key, words in options.items():
            button = push_button(words, look="segment", checkable=True)
            button.clicked.connect(lambda _checked, key=key: self._on_clicked(key))
            button.installEventFilter(self)
            self._group.addButton(button)
            self._buttons[key] = button
        self.setLayout(row(*self._buttons.values(), spacing=0))
        self._current = next(iter(options))
        self.choose(self._current)

    @property
    def current(self) -> str:
        """The key of what is chosen."""
        return self._current

    def choose(self, key: str) -> None:
        """Choose without telling anybody; what is no option chooses nothing."""
        if key in self._buttons:
            self._current = key
            self._buttons[key].setChecked(True)

    def button(self, key: str) -> PushButton:
        """Return the button of an option."""
        return self._buttons[key]

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
            if step:
                self._move(step if self.isLeftToRight() else -step)
                return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        keys = list(self._buttons)
        key = keys[(keys.index(self._current) + step) % len(keys)]
        self._on_clicked(key)
        self._buttons[key].setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_clicked(self, key: str) -> None:
        if key != self._current:
            self.choose(key)
            self.chosen.emit(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label and its value; `copied` is what its button copies, empty for no button."""

    label: str
    value: str
    tip: str = ""
    tone: str = ""
    copied: str = ""


_LONG_WORD = re.compile(r"\S{25,}")
_BREAK_AFTER = re.compile(r"([/\\_.\-]+)")


def _breakable(text: str) -> str:
    """Return a text whose long words, such as paths, may go on in the next line."""
    return _LONG_WORD.sub(lambda word: _BREAK_AFTER.sub("\\1\u200b", word[0]), text)


class Facts(QWidget):
    """Rows of a label and its value. Rows whose label stays keep their widgets, and the focus."""

    def __init__(self, facts: Sequence[Fact] = ()) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(1, 1)
        self._labels: tuple[str, ...] = ()
        self._rows: list[tuple[PlainLabel, PlainLabel, CopyButton]] = []
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these rows in place of the present ones."""
        labels = tuple(fact.label for fact in facts)
        if labels != self._labels:
            self._labels = labels
            self._rebuild()
        for fact, (name, value, copy) in zip(facts, self._rows, strict=True):
            value.setText(_breakable(fact.value))
            value.setToolTip(fact.tip)
            value.set_tone(fact.tone)
            value.setAccessibleName(f"{fact.label}: {fact.value}")
            copy.set_copied_text(fact.copied)
            copy.setVisible(bool(fact.copied))
            for label in (name, value):  # in line with the button
                label.setMinimumHeight(CONTROL_HEIGHT if fact.copied else 0)

    def _rebuild(self) -> None:
        clear(self._grid)
        self._rows = []
        top = Qt.AlignmentFlag.AlignTop
        for number, label in enumerate(self._labels):
            name, value = PlainLabel(label, tone="soft"), PlainLabel("", wrap=True, selectable=True)
            copy = CopyButton(name=tr("Copy: {label}", label=label))
            self._grid.addWidget(name, number, 0, top)
            self._grid.addWidget(value, number, 1)
            self._grid.addWidget(copy, number, 2, top)
            self._rows.append((name, value, copy))
