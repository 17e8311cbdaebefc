"""The window itself: what its first frame shows, and what it tells whoever fills it.

Its module is imported before the first frame, so it needs no more than that frame does; what panes
ask of the window stands in `pane_host`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from tiktok_manager.ui.dropping import dropped_paths
from tiktok_manager.ui.kit.access import FocusRing, press_focused
from tiktok_manager.ui.kit.layout import Skeleton, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.rail import Rail
from tiktok_manager.ui.status_line import StatusLine
from tiktok_manager.ui.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDropEvent,
        QHideEvent,
        QKeyEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
    )

    from tiktok_manager.ui.frame import Pane
    from tiktok_manager.ui.memory import WindowMemory


_WANTED, _LEAST = QSize(1280, 800), QSize(720, 480)
_TITLE_BAR = QMargins(4, 36, 4, 4)
"""What a desktop draws around a window, about: nobody knows before it is shown."""


class MainWindow(QWidget):
    """Rail, top bar, the page in front and the status line.

    Attributes:
        opens_with: The pane to be shown as soon as the workspace is open. Each start begins with
            the first, which tells how things are; a workspace opened anew with the one in front.

    Signals:
        first_frame_painted: Emitted once: now slow things may load.
        close_requested: The user closed the window; whoever owns it decides what that means.
        looked_at: True when the window is shown, False when it is hidden or minimized.
        escape_pressed: Escape, and nothing under the keyboard took it.
        dropped: Files and folders, and no page had a use for them.
    """

    first_frame_painted = Signal()
    close_requested = Signal()
    looked_at = Signal(bool)
    escape_pressed = Signal()
    dropped = Signal(object)

    def __init__(self, panes: Sequence[Pane], memory: WindowMemory) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("TikTok Manager")
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._memory = memory
        self._titles = {pane.name: pane.title for pane in panes}
        self.opens_with = next(iter(self._titles))
        self._passing: QWidget | None = None
        self._painted = False
        self._focus_ring = FocusRing(self)
        self._may_close = False
        self.rail = Rail([pane for pane in panes if pane.in_rail])
        self.rail.folded.connect(lambda folded: memory.set_flag("rail-folded", folded))
        self.rail.chosen.connect(self._on_chosen)
        self.top_bar = TopBar()
        self.status_line = StatusLine()
        self._pages = QStackedWidget()
        self._lay_out()
        self.show_opening()
        self._restore()
        self.setFocus()  # else the first rail button begins with a focus ring

    @property
    def is_painted(self) -> bool:
        """Whether the first frame was painted."""
        return self._painted

    @property
    def page_area(self) -> PageArea:
        """What the page in front fills; details and messages lie over it."""
        return self._area

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front; it stays the caller's."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        if self._passing is not None:
            self._pages.removeWidget(self._passing)
            self._passing.deleteLater()
            self._passing = None

    def show_passing(self, page: QWidget) -> None:
        """Bring a page to the front that is deleted when another takes its place."""
        self.show_page(page)
        self._passing = page

    def show_opening(self) -> None:
        """Stand-ins while the workspace is being opened, under the title of the pane to come."""
        self.top_bar.set_title(self._titles[self.opens_with])
        self.rail.select(self.opens_with)
        self.show_passing(Skeleton(rows=8))

    def bring_to_front(self) -> None:
        """Show the window, whatever state it is in."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_for_good(self) -> None:
        """Remember sizes and close without asking anyone."""
        self._memory.set_state("window", self.saveGeometry())
        self._may_close = True
        self.close()

    # -- Qt -------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.first_frame_painted.emit)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self._memory.set_state("window", self.saveGeometry())
        self.close_requested.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # nobody nearer had a use for it
            self.escape_pressed.emit()
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and (event.isAutoRepeat() or press_focused(self)):
            return
        super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(bool(dropped_paths(event.mimeData())))

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        if paths := dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(paths)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus_ring.watch(self)
        self.looked_at.emit(True)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.looked_at.emit(False)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.looked_at.emit(self.isVisible() and not self.isMinimized())

    # -- inside ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._area = PageArea(self._pages)
        right = column(self.top_bar, self._area, spacing=0)
        upper = row(self.rail, right, spacing=0)
        outer = column(upper, self.status_line, spacing=0)
        right.setStretch(1, 1)
        upper.setStretch(1, 1)
        outer.setStretch(0, 1)
        self.setLayout(outer)

    def _on_chosen(self, pane: str) -> None:
        if isinstance(self._passing, Skeleton):  # still being opened: then it opens with that one
            self.opens_with = pane
            self.top_bar.set_title(self._titles[pane])
            self.rail.select(pane)

    def _restore(self) -> None:
        self.rail.set_folded(self._memory.flag("rail-folded"))
        available = self.screen().availableGeometry()
        self.setMinimumSize(_LEAST.boundedTo(available.size()))
        state = self._memory.state("window")
        if state is None or not self.restoreGeometry(state):
            self.setGeometry(first_place(available))


def first_place(available: QRect) -> QRect:
    """Return where a window opens for the first time: whole on the screen, in its middle."""
    within = available.marginsRemoved(_TITLE_BAR)
    place = QRect(QPoint(), _WANTED.boundedTo(within.size()))
    place.moveCenter(within.center())
    return place


class PageArea(QWidget):
    """The place of the page in front.

    Signals:
        resized: What lies over it has to be placed anew.
    """

    resized = Signal()

    def __init__(self, pages: QWidget) -> None:
        super().__init__()
        self.setLayout(row(pages))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()
