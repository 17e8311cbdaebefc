"""The right drawer: details of what is selected, never a modal window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.ui.kit.access import focus_living, has_focus_inside
from tiktok_manager.ui.kit.controls import icon_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row, scrolled
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import DRAWER_WIDTH, PANE_BAR_HEIGHT, SPACE_L, SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent


class Drawer(QFrame):
    """Holds one widget under a title. Escape closes it and gives the focus back.

    Content that makes room for other content, or goes with the drawer, is hidden at once and
    deleted only after whatever it is doing: it may be in the middle of its own mouse event.

    Signals:
        closed: It went away, by the user or by whoever filled it.
    """

    closed = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, focus_elsewhere: Callable[[], object] | None = None
    ) -> None:
        """`focus_elsewhere` takes the focus if the widget it came from is gone by then."""
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setFixedWidth(DRAWER_WIDTH)
        self._focus_elsewhere = focus_elsewhere
        self._came_from: QWidget | None = None
        self._title = PlainLabel("", type=Type.SECTION, elided=True)
        close = icon_button("close", tr("Close details"), clicked=self.clear)
        head = QWidget()
        head.setFixedHeight(PANE_BAR_HEIGHT)
        head.setLayout(row(self._title, close, margins=(SPACE_L, 0, SPACE_S, 0)))
        self._scroll = scrolled()
        self.setLayout(column(head, Line(), self._scroll, spacing=0))
        self.hide()

    def open_with(self, title: str, content: QWidget) -> None:
        """Show `content`, which belongs to the drawer from now on."""
        if self.isHidden():
            self._came_from = self.window().focusWidget()
        self._title.setText(title)
        self.setAccessibleName(tr("Details: {title}", title=title))
        if content is not self._scroll.widget():
            had_focus = has_focus_inside(self)
            self._retire()
            self._scroll.setWidget(content)
            content.setAutoFillBackground(False)  # setWidget turns it on
            if had_focus:
                self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show()
        self.raise_()

    def content(self) -> QWidget | None:
        """Return what is shown, None when closed."""
        return None if self.isHidden() else self._scroll.widget()

    def clear(self) -> None:
        """Hide the drawer and let go of its content."""
        if self.isHidden():
            return
        had_focus = has_focus_inside(self)
        self.hide()
        self._retire()
        if had_focus:
            self._give_focus_living()
        self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            return
        super().keyPressEvent(event)

    def _retire(self) -> None:
        if (content := self._scroll.takeWidget()) is not None:
            content.hide()
            content.deleteLater()

    def _give_focus_living(self) -> None:
        came_from, self._came_from = self._came_from, None
        if not focus_living(came_from) and self._focus_elsewhere is not None:
            self._focus_elsewhere()
