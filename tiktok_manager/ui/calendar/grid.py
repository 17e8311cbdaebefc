"""Days as tables: the views of month, week and day, which paint what they hold.

A table, so that screen readers and Qt know rows, columns and cells; the tiles inside a cell are
painted, so that a month of thousands of posts costs as much as an empty one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import (
    QEvent,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from tiktok_manager.ui.calendar.days_model import DaysModel
from tiktok_manager.ui.calendar.ghosts import Ghost
from tiktok_manager.ui.calendar.moves import Place, Shift
from tiktok_manager.ui.calendar.pointer import Pointer, press_key
from tiktok_manager.ui.calendar.tiles import DayDelegate, Spot, lay_out, lay_out_ghosts
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.kit.access import announce
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr

_NOTCH = 120  # of a wheel: a week
_TICKS_PER_WEEK = 8


class DayGrid(QTableView):
    """What month, week and day have in common: keys and pointer become moves of the viewmodel.

    Signals:
        tile_chosen: The user picked the selected tile; `bool` says whether by keyboard.
        day_chosen: The user wants the whole list of a day; `bool` as above.
        new_wanted: The user wants a new post at a Place.
        cancel_wanted: The user wants what is selected out of the plan.
        menu_wanted: What can be done with the selected tile is asked for, at a place of the screen.
        ghost_chosen: A Ghost was pressed.
        dropped: A Carried goes so far, a Shift; `bool` says whether it is copied.
    """

    tile_chosen = Signal(bool)
    day_chosen = Signal(object, bool)
    new_wanted = Signal(object)
    cancel_wanted = Signal()
    menu_wanted = Signal(object)
    ghost_chosen = Signal(object)
    dropped = Signal(object, object, bool)

    def __init__(
        self,
        viewmodel: CalendarViewModel,
        paint: Callable[[CalendarViewModel, DayGrid], DayDelegate],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self.days = DaysModel(viewmodel)
        self._hovered: tuple[date, int | None] | None = None
        self.setModel(self.days)
        self._painting = paint(viewmodel, self)
        self.setItemDelegate(self._painting)
        self._pointer = Pointer(self, viewmodel)
        self._set_up()
        # Rows are measured once the events of a resize are done.
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit_rows)
        viewmodel.span_changed.connect(self._on_cursor)
        viewmodel.cursor_changed.connect(self._on_cursor)
        viewmodel.selection.changed.connect(self.viewport().update)
        viewmodel.progressed.connect(self._repaint)

    # -- what views differ in -------------------------------------------------------------

    def spots(self, day: date) -> Sequence[Spot]:
        """Return where the tiles of a day stand."""
        raise NotImplementedError

    def ghost_spots(self, day: date) -> Sequence[tuple[Ghost, QRect]]:
        """Return where the free slots of a day stand."""
        raise NotImplementedError

    def place_at(self, point: QPoint) -> Place | None:
        """Return where something is dropped here."""
        raise NotImplementedError

    def drop_rect(self, place: Place) -> QRect:
        """Return what is lit while something is held over a place."""
        raise NotImplementedError

    def visible_tiles(self, day: date) -> int:
        """Return how many tiles of a day the keyboard goes through."""
        raise NotImplementedError

    def scroll_on(self, direction: int, tick: int) -> None:
        """Scroll while something is held at the edge; `tick` counts the times."""
        raise NotImplementedError

    def bring_into_view(self) -> None:
        """Scroll to the tile under the cursor."""

    def step_of(self, key: Qt.Key) -> Shift | None:
        """Return how far a key moves posts, with Alt."""
        on = -1 if self.isRightToLeft() else 1
        days = {
            Qt.Key.Key_Left: -on,
            Qt.Key.Key_Right: on,
            Qt.Key.Key_Up: -7,
            Qt.Key.Key_Down: 7,
        }
        return Shift(days=days[key]) if key in days else None

    # -- Qt -------------------------------------------------------------------------------

    @property
    def hovered(self) -> tuple[date, int | None] | None:
        """The day and place under the pointer."""
        return self._hovered

    def hit(self, point: QPoint) -> tuple[date, int | None, Spot | None] | None:
        """Return the day under a point, and what of it."""
        day = self.days.day(self.indexAt(point))
        if day is None:
            return None
        spot = next((each for each in self.spots(day) if each.rect.contains(point)), None)
        return day, None if spot is None else spot.place, spot

    def ghost_at(self, point: QPoint) -> tuple[date, Ghost] | None:
        """Return the free slot under a point."""
        day = self.days.day(self.indexAt(point))
        if day is None:
            return None
        spots = self.ghost_spots(day)
        return next(((day, ghost) for ghost, rect in spots if rect.contains(point)), None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_key(self, self._viewmodel, self._pointer, event):
            event.ignore()  # Ctrl+N and the like belong to the window

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._pointer.look_again(event.modifiers())
        super().keyReleaseEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer.press(event.position().toPoint(), event.modifiers())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if not self._pointer.move(point, event.modifiers()):
            found = self.hit(point)
            self._hover(None if found is None else found[:2])

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer.release(event.position().toPoint(), event.modifiers())

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            found = self.hit(event.pos())
            if found is None:
                return
            self._viewmodel.select(*found[:2])
        self.menu_wanted.emit(event.globalPos())

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        found, place = self.hit(point), self.place_at(point)
        if found is not None and found[1] is None and place is not None:
            self.new_wanted.emit(place)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._painting.prepare()
        super().paintEvent(event)
        if self._pointer.is_active:
            painter = QPainter(self.viewport())
            self._pointer.paint(painter)
            painter.end()

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        if event.type() == QEvent.Type.Resize:
            self._fitting.start(0)
        return super().viewportEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # -- inside ---------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.setAccessibleName(tr("Calendar"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAutoScroll(False)  # a cell may be higher than the view
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(1)
        # The names stand over the numbers of the days, the first one too.
        header.setStyleSheet(
            "QHeaderView::section, QHeaderView::section:first { padding-left: 8px; }"
        )
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _hover(self, place: tuple[date, int | None] | None) -> None:
        if place == self._hovered:
            return
        for shown in filter(None, (self._hovered, place)):
            self._repaint(shown[0])
        self._hovered = place
        on_tile = place is not None and place[1] is not None
        shape = Qt.CursorShape.PointingHandCursor if on_tile else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _show_tip(self, event: QHelpEvent) -> None:
        found = self.hit(event.pos())
        tiles = self._viewmodel.tiles(found[0]) if found else ()
        place = found[1] if found else None
        if place is None or not 0 <= place < len(tiles):
            QToolTip.hideText()
            return
        tile = tiles[place]
        text = self._viewmodel.sentence(tile, tile.post.caption)
        QToolTip.showText(event.globalPos(), plain_tip(text), self)

    def _fit_rows(self) -> None:
        """Give the rows their height."""

    def _on_cursor(self) -> None:
        index = self.days.index_of(self._viewmodel.cursor.day)
        if index.isValid() and index != self.currentIndex():
            bar = self.verticalScrollBar()
            before = bar.value()
            self.setCurrentIndex(index)
            bar.setValue(before)  # the cell of a day may be higher than the view
        self.viewport().update()
        if not self.isVisible():
            return
        self.bring_into_view()
        tile = self._viewmodel.selected
        if tile is not None and self.hasFocus():
            announce(self, self._viewmodel.sentence(tile))

    def _repaint(self, day: date) -> None:
        self.viewport().update(self.visualRect(self.days.index_of(day)))


class MonthGrid(DayGrid):
    """Shows weeks below each other, and scrolls by them."""

    def __init__(self, viewmodel: CalendarViewModel, parent: QWidget | None = None) -> None:
        super().__init__(viewmodel, DayDelegate, parent)
        self._turned = 0
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self._on_cursor()

    @override
    def spots(self, day: date) -> Sequence[Spot]:
        cell = self.visualRect(self.days.index_of(day))
        return lay_out(cell, len(self._viewmodel.tiles(day)))

    @override
    def ghost_spots(self, day: date) -> Sequence[tuple[Ghost, QRect]]:
        cell, ghosts = self.visualRect(self.days.index_of(day)), self._viewmodel.ghosts(day)
        places = lay_out_ghosts(cell, len(self._viewmodel.tiles(day)), len(ghosts))
        return list(zip(ghosts, places, strict=False))

    @override
    def place_at(self, point: QPoint) -> Place | None:
        day = self.days.day(self.indexAt(point))
        return None if day is None else Place(day=day)

    @override
    def drop_rect(self, place: Place) -> QRect:
        return self.visualRect(self.days.index_of(place.day))

    @override
    def visible_tiles(self, day: date) -> int:
        return sum(spot.place >= 0 for spot in self.spots(day))

    @override
    def scroll_on(self, direction: int, tick: int) -> None:
        if tick % _TICKS_PER_WEEK == 0:
            self._viewmodel.scroll(direction)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y()
        weeks, self._turned = int(self._turned / _NOTCH), int(math.fmod(self._turned, _NOTCH))
        if weeks:
            self._viewmodel.scroll(-weeks)
        event.accept()

    @override
    def _fit_rows(self) -> None:
        height, rows = self.viewport().height(), self.days.rowCount()
        for number in range(rows):
            top, bottom = height * number // rows, height * (number + 1) // rows
            self.setRowHeight(number, bottom - top)
