"""Week and day: an hour grid, in which tiles stand at their time, beside each other if need be."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.calendar.ghosts import Ghost
from tiktok_manager.ui.calendar.grid import DayGrid
from tiktok_manager.ui.calendar.moves import STEP_MINUTES, Place, Shift
from tiktok_manager.ui.calendar.tiles import TILE, DayDelegate, Spot
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel
from tiktok_manager.ui.formats import time_text
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent

    from tiktok_manager.ui.calendar.tile import Tile

HOUR_PX = 48
HEIGHT_PX = 24 * HOUR_PX
_GUTTER_PX = 56
_OPENS_AT = 8  # o'clock
_LEAST_PX = 52
_PAD = 2


def y_of(minute: float) -> int:
    """Return how far below midnight a minute of the day stands."""
    return round(minute * HOUR_PX / 60)


def lay_out_hours(cell: QRect, minutes: Sequence[int]) -> Sequence[Spot]:
    """Return where tiles at these minutes of a day stand, in order, beside those they overlap.

    Where there are too many to be beside each other, a "more" line stands for the rest.
    """
    spots: list[Spot] = []
    group: list[tuple[int, int]] = []
    for place, minute in enumerate(minutes):
        top = cell.top() + min(y_of(minute), HEIGHT_PX - TILE)
        if group and top >= group[-1][1] + TILE:
            spots += _beside(cell, group)
            group = []
        group.append((place, top))
    return [*spots, *_beside(cell, group)]


def _beside(cell: QRect, group: Sequence[tuple[int, int]]) -> Sequence[Spot]:
    room = cell.width() - 2 * _PAD - 6  # a strip to press beside them
    most = max(2, room // _LEAST_PX)
    columns, hidden = _columns(group, most)
    if hidden:
        columns, hidden = _columns(group, most - 1)
    count = len({column for _place, _top, column in columns}) + bool(hidden)
    width = room // max(count, 1)

    def rect(top: int, column: int) -> QRect:
        return QRect(cell.left() + _PAD + column * width, top, width - 1, TILE)

    spots = [Spot(place, rect(top, column)) for place, top, column in columns]
    if hidden:
        rest = tuple(place for place, _top in hidden)
        spots.append(Spot(MORE, rect(hidden[0][1], count - 1), rest))
    return spots


def _columns(
    group: Sequence[tuple[int, int]], most: int
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Return place, top and column of what fits into so many columns, and what does not."""
    ends: list[int] = []
    stands, hidden = [], []
    for place, top in group:
        free = next((at for at, end in enumerate(ends) if end <= top), len(ends))
        if free >= most:
            hidden.append((place, top))
            continue
        ends[free : free + 1] = [top + TILE]
        stands.append((place, top, free))
    return stands, hidden


class HourGrid(DayGrid):
    """Shows the days of a week, or one, from midnight to midnight."""

    def __init__(self, viewmodel: CalendarViewModel, parent: QWidget | None = None) -> None:
        super().__init__(viewmodel, HourDelegate, parent)
        self._is_opened = False
        # Where tiles stand is asked for by each move of the pointer, and changes less often.
        self._laid: dict[date, tuple[Sequence[Tile], QPoint, int, Sequence[Spot]]] = {}
        viewmodel.span_changed.connect(self._laid.clear)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalHeader(HourHeader(self))
        self.verticalHeader().setDefaultSectionSize(HEIGHT_PX)

    @override
    def spots(self, day: date) -> Sequence[Spot]:
        cell, tiles = self.visualRect(self.days.index_of(day)), self._viewmodel.tiles(day)
        laid = self._laid.get(day)
        key = (cell.topLeft(), cell.width())
        if laid is None or laid[0] is not tiles or laid[1:3] != key:
            walls = [tile.wall for tile in tiles]
            spots = lay_out_hours(cell, [wall.hour * 60 + wall.minute for wall in walls])
            laid = self._laid[day] = (tiles, *key, spots)
        return laid[3]

    @override
    def ghost_spots(self, day: date) -> Sequence[tuple[Ghost, QRect]]:
        places = (
            (ghost, Place(day=day, minute=ghost.minute)) for ghost in self._viewmodel.ghosts(day)
        )
        return [(ghost, self.drop_rect(place)) for ghost, place in places]

    @override
    def place_at(self, point: QPoint) -> Place | None:
        day = self.days.day(self.indexAt(QPoint(point.x(), self.viewport().height() // 2)))
        if day is None:
            return None
        top = self.visualRect(self.days.index_of(day)).top()
        return Place(day=day, minute=round((point.y() - top) * 60 / HOUR_PX))

    @override
    def drop_rect(self, place: Place) -> QRect:
        cell = self.visualRect(self.days.index_of(place.day))
        top = cell.top() + y_of(place.minute or 0)
        return QRect(cell.left() + _PAD, top, cell.width() - 2 * _PAD - 6, TILE)

    @override
    def visible_tiles(self, day: date) -> int:
        return len(self._viewmodel.tiles(day))

    @override
    def step_of(self, key: Qt.Key) -> Shift | None:
        steps = {Qt.Key.Key_Up: -STEP_MINUTES, Qt.Key.Key_Down: STEP_MINUTES}
        return Shift(minutes=steps[key]) if key in steps else super().step_of(key)

    @override
    def scroll_on(self, direction: int, tick: int) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + direction * HOUR_PX // 4)

    @override
    def bring_into_view(self) -> None:
        tile = self._viewmodel.selected
        if tile is not None:
            self._bring(tile.wall.hour * 60 + tile.wall.minute)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        QAbstractItemView.wheelEvent(self, event)

    def _bring(self, minute: int) -> None:
        bar, top, room = self.verticalScrollBar(), y_of(minute), self.viewport().height()
        if not bar.value() <= top <= bar.value() + room - 2 * TILE:
            bar.setValue(top - room // 3)

    @override
    def _fit_rows(self) -> None:
        """Open at the hours at which people work; rows are as high as a day is long."""
        if not self._is_opened and self.isVisible():
            self._is_opened = True
            self.verticalScrollBar().setValue(y_of(_OPENS_AT * 60) - HOUR_PX // 4)
            self.bring_into_view()


class HourHeader(QHeaderView):
    """The hours beside the grid."""

    def __init__(self, grid: HourGrid) -> None:
        super().__init__(Qt.Orientation.Vertical, grid)
        self.setAccessibleName(tr("Hours"))
        self.setSectionsClickable(False)
        self.setFixedWidth(_GUTTER_PX)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        look = tokens()
        painter.save()
        painter.setFont(type_font(Type.CAPTION, tabular=True))
        painter.setPen(look.soft_ink)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for hour in range(1, 24):
            spot = QRect(rect.left(), rect.top() + hour * HOUR_PX - 10, rect.width() - 8, 20)
            painter.drawText(spot, flags, time_text(time(hour)))
        painter.restore()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_GUTTER_PX, HEIGHT_PX)


class HourDelegate(DayDelegate):
    """Paints one day hour by hour."""

    @override
    def _paint_day(self, painter: QPainter, cell: QRect, day: date) -> None:
        style, look = self._style, self._style.look
        painter.fillRect(cell, style.colour(self._ground(day)))
        passed = self._passed(day)
        if day == self._today:
            before = QRect(cell.left(), cell.top(), cell.width(), passed)
            painter.fillRect(before, style.colour(look.ground))
        painter.setPen(QPen(style.colour(look.line), 1))
        painter.drawLine(cell.topRight(), cell.bottomRight())
        for hour in range(1, 24):
            y = cell.top() + hour * HOUR_PX
            painter.drawLine(cell.left(), y, cell.right(), y)
        cursor = self._viewmodel.cursor
        if cursor.day == day and cursor.place is None and self._grid.hasFocus():
            self._paint_cursor(painter, QRectF(cell).adjusted(1, 1, -2, -2))

    @override
    def _paint_tiles(self, painter: QPainter, cell: QRect, day: date) -> None:
        super()._paint_tiles(painter, cell, day)
        if day == self._today:
            y = cell.top() + self._passed(day)
            painter.setPen(QPen(self._style.colour(self._style.look.bad), 2))
            painter.drawLine(cell.left(), y, cell.right(), y)

    @override
    def _tile_ground(self, day: date, rect: QRect, cell: QRect) -> str:
        look = self._style.look
        return look.ground if rect.bottom() < cell.top() + self._passed(day) else look.paper

    def _passed(self, day: date) -> int:
        """Return how much of a day is behind us, in px."""
        if day != self._today:
            return HEIGHT_PX if day < self._today else 0
        now = self._viewmodel.core.now().astimezone(zone(self._viewmodel.timezone))
        return y_of(now.hour * 60 + now.minute)
