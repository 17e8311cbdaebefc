"""The keys of the window on a sheet over it: `?` shows it, any click or key takes it away."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from tiktok_manager.ui.kit.access import focus_living
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.menus import key_words
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XL, Type


class KeySheet(QFrame):
    """Lists actions that have keys, and what the keys of every list and form do."""

    def __init__(self, window: QWidget, actions: Sequence[Action]) -> None:
        super().__init__(window)
        self._came_from = window.focusWidget()
        self.setProperty("look", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Keys"))
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        grid.setHorizontalSpacing(SPACE_XL)
        grid.setVerticalSpacing(SPACE_S)
        grid.addWidget(PlainLabel(tr("Keys"), type=Type.SECTION), 0, 0, 1, 4)
        lines = [(key_words(each), each.words()) for each in actions if each.keys()]
        lines += _everywhere()
        half = (len(lines) + 1) // 2
        for place, (keys, words) in enumerate(lines):
            column, row = divmod(place, half)
            grid.addWidget(PlainLabel(keys, type=Type.STRONG), row + 1, 2 * column)
            grid.addWidget(PlainLabel(words, tone="soft"), row + 1, 2 * column + 1)
        grid.setColumnMinimumWidth(2, SPACE_M)
        self.setAccessibleDescription("; ".join(f"{keys}: {words}" for keys, words in lines))
        self.adjustSize()
        self.move((window.width() - self.width()) // 2, (window.height() - self.height()) // 2)
        self.show()
        self.raise_()
        self.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            self._leave()

    @override
    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self._leave()

    def _leave(self) -> None:
        self.hide()
        focus_living(self._came_from, self.window())
        self.close()


def _everywhere() -> list[tuple[str, str]]:
    return [
        (_key(Qt.Key.Key_Tab), tr("Go to the next thing")),
        (_key(Qt.Key.Key_Enter), tr("Press the button, open the row")),
        (_key(Qt.Key.Key_Escape), tr("Close details or a question, change nothing")),
        ("M, W, D, A", tr("Show the calendar as month, week, day or agenda")),
        (tr("{alt}+arrows", alt=_key(Qt.Key.Key_Alt)), tr("Move the post in the calendar")),
    ]


def _key(key: Qt.Key) -> str:
    """Return what the platform calls a key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
