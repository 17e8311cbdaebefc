"""The month as a table of days: a model that says what a day holds, and the view that paints it.

A table, so that screen readers and Qt know rows, columns and cells; the tiles inside a cell are
painted, so that a month of thousands of posts costs as much as an empty one.
"""

import math
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
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
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QToolTip, QWidget

from tiktok_manager.ui.calendar.tiles import DayDelegate, lay_out, spot_at
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel
from tiktok_manager.ui.formats import day_title, plain_tip, weekday_name
from tiktok_manager.ui.kit.access import announce
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_SPOKEN = 6
_NOTCH = 120  # of a wheel: a week


class MonthModel(QAbstractTableModel):
    """Weeks as rows, weekdays as columns; a cell's text is the day as it is read aloud."""

    def __init__(self, viewmodel: CalendarViewModel) -> None:
        super().__init__(viewmodel)
        self._viewmodel = viewmodel
        self._days = tuple(viewmodel.weeks.days)
        viewmodel.weeks_changed.connect(self._on_weeks)
        viewmodel.posts_changed.connect(self._on_posts)

    def day(self, index: Index) -> date | None:
        """Return the day of a cell."""
        place = index.row() * 7 + index.column()
        return self._days[place] if index.isValid() and place < len(self._days) else None

    def index_of(self, day: date) -> QModelIndex:
        """Return the cell of a day, an invalid one if it is not shown."""
        offset = (day - self._days[0]).days
        inside = 0 <= offset < len(self._days)
        return self.index(*divmod(offset, 7)) if inside else QModelIndex()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._days) // 7

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 7

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        day = self.day(index)
        if day is None or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self._spoken(day)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < 7:
            return None
        weekday = self._days[section].isoweekday()
        if role == Qt.ItemDataRole.DisplayRole:
            return weekday_name(weekday, short=True)
        return weekday_name(weekday) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def _spoken(self, day: date) -> str:
        name = day_title(day)
        if day == self._viewmodel.today:
            name = tr("{day}, today", day=name)
        tiles = self._viewmodel.tiles(day)
        if not tiles:
            return tr("{day}, no posts", day=name)
        return ntr(
            "{day}, {count} post: {first}",
            "{day}, {count} posts: {first}",
            sum(len(tile.posts) for tile in tiles),
            day=name,
            first="; ".join(map(self._viewmodel.sentence, tiles[:_SPOKEN])),
        )

    def _on_weeks(self) -> None:
        self._days = tuple(self._viewmodel.weeks.days)
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 6))

    def _on_posts(self, days: Sequence[date]) -> None:
        for index in map(self.index_of, days):
            if index.isValid():  # else it was read of weeks that are shown no more
                self.dataChanged.emit(index, index)


class MonthGrid(QTableView):
    """Shows the month and turns keys and clicks into moves of the viewmodel.

    Signals:
        tile_chosen: The user picked the selected tile; `bool` says whether by keyboard.
        day_chosen: The user wants the whole list of a day; `bool` as above.
        new_wanted: The user wants a new post on a day.
        cancel_wanted: The user wants the selected tile's post out of the plan.
        menu_wanted: What can be done with the selected tile is asked for, at a place of the screen.
    """

    tile_chosen = Signal(bool)
    day_chosen = Signal(object, bool)
    new_wanted = Signal(object)
    cancel_wanted = Signal()
    menu_wanted = Signal(object)

    def __init__(self, viewmodel: CalendarViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self._days = MonthModel(viewmodel)
        self._hovered: tuple[date, int | None] | None = None
        self._pressed: tuple[date, int | None] | None = None
        self._turned = 0
        self.setModel(self._days)
        self._painting = DayDelegate(viewmodel, self)
        self.setItemDelegate(self._painting)
        self._set_up()
        # Rows are measured once the events of a resize are done.
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit_rows)
        viewmodel.weeks_changed.connect(self._on_cursor)
        viewmodel.cursor_changed.connect(self._on_cursor)
        viewmodel.progressed.connect(self._repaint)
        self._on_cursor()

    @property
    def hovered(self) -> tuple[date, int | None] | None:
        """The day and place under the pointer."""
        return self._hovered

    def visible_tiles(self, day: date) -> int:
        """Return how many tiles of a day fit into its cell."""
        rect = self.visualRect(self._days.index_of(day))
        spots = lay_out(rect, len(self._viewmodel.tiles(day)))
        return sum(spot.place >= 0 for spot in spots)

    def _set_up(self) -> None:
        self.setAccessibleName(tr("Calendar"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
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

    # -- Qt -------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        on = -1 if self.isRightToLeft() else 1
        steps = {Qt.Key.Key_Left: -on, Qt.Key.Key_Right: on}
        lines = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        months = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()  # Ctrl+N and the like belong to the window
        elif key in steps:
            self._viewmodel.move_days(steps[Qt.Key(key)])
        elif key in lines:
            visible = self.visible_tiles(self._viewmodel.cursor.day)
            self._viewmodel.move_tiles(lines[Qt.Key(key)], visible)
        elif key in months:
            self._viewmodel.turn(months[Qt.Key(key)])
        elif not self._do(Qt.Key(key)):
            event.ignore()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = found
        self._viewmodel.select(*found)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found, self._pressed = self._pressed, None
        if found is None or found != self._at(event.position().toPoint()):
            return  # a press alone opens nothing
        day, place = found
        if place == MORE:
            self.day_chosen.emit(day, False)
        elif place is not None:
            self.tile_chosen.emit(False)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() != QContextMenuEvent.Reason.Keyboard:
            found = self._at(event.pos())
            if found is None:
                return
            self._viewmodel.select(*found)
        self.menu_wanted.emit(event.globalPos())

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is not None and found[1] is None:
            self.new_wanted.emit(found[0])

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position().toPoint()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y()
        weeks, self._turned = int(self._turned / _NOTCH), int(math.fmod(self._turned, _NOTCH))
        if weeks:
            self._viewmodel.scroll(-weeks)
        event.accept()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._painting.prepare()
        super().paintEvent(event)

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

    def _do(self, key: Qt.Key) -> bool:
        cursor = self._viewmodel.cursor
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._viewmodel.selected is not None:
                self.tile_chosen.emit(True)
            else:
                self.day_chosen.emit(cursor.day, True)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cancel_wanted.emit()
        elif key == Qt.Key.Key_N:
            self.new_wanted.emit(cursor.day)
        elif key == Qt.Key.Key_Home:
            self._viewmodel.show_today()
        else:
            return False
        return True

    def _at(self, point: QPoint) -> tuple[date, int | None] | None:
        index = self.indexAt(point)
        day = self._days.day(index)
        if day is None:
            return None
        return day, spot_at(self.visualRect(index), len(self._viewmodel.tiles(day)), point)

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
        found = self._at(event.pos())
        tiles = self._viewmodel.tiles(found[0]) if found else ()
        place = found[1] if found else None
        if place is None or not 0 <= place < len(tiles):
            QToolTip.hideText()
            return
        tile = tiles[place]
        text = self._viewmodel.sentence(tile, tile.post.caption)
        QToolTip.showText(event.globalPos(), plain_tip(text), self)

    def _fit_rows(self) -> None:
        height, rows = self.viewport().height(), self._days.rowCount()
        for number in range(rows):
            top, bottom = height * number // rows, height * (number + 1) // rows
            self.setRowHeight(number, bottom - top)

    def _on_cursor(self) -> None:
        index = self._days.index_of(self._viewmodel.cursor.day)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)
        self.viewport().update()
        tile = self._viewmodel.selected
        if tile is not None and self.hasFocus():
            announce(self, self._viewmodel.sentence(tile))

    def _repaint(self, day: date) -> None:
        self.viewport().update(self.visualRect(self._days.index_of(day)))
