"""How a day and its posts are laid out and painted: what month, week and day have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar.tile import Tile
from tiktok_manager.ui.calendar.tile_painter import ICON, MIDDLE, TilePainter, face_of
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel
from tiktok_manager.ui.formats import date_text, exact_number
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import status_icon

if TYPE_CHECKING:
    from tiktok_manager.ui.calendar.days_model import DaysModel
    from tiktok_manager.ui.calendar.ghosts import Ghost

HEAD, TILE, GAP, EDGE, MORE_LINE = 30, 22, 2, 4, 18


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a tile stands in a cell; `place` is MORE for a line that stands for hidden ones."""

    place: int
    rect: QRect
    hidden: tuple[int, ...] = ()


class _Grid(Protocol):
    @property
    def hovered(self) -> tuple[date, int | None] | None: ...

    def spots(self, day: date) -> Sequence[Spot]: ...

    def ghost_spots(self, day: date) -> Sequence[tuple[Ghost, QRect]]: ...

    def viewport(self) -> QWidget: ...

    def hasFocus(self) -> bool: ...

    def isRightToLeft(self) -> bool: ...

    def model(self) -> object: ...


def lay_out(cell: QRect, count: int) -> Sequence[Spot]:
    """Return where `count` tiles stand in a cell, as many as fit, then a "more" line."""
    left, width = cell.left() + EDGE, cell.width() - 2 * EDGE
    room = cell.height() - HEAD - EDGE
    fit = max(0, (room + GAP) // (TILE + GAP))
    if count > fit:
        fit = max(0, (room - MORE_LINE) // (TILE + GAP))
    shown = min(fit, count)
    top = cell.top() + HEAD
    spots = [
        Spot(place, QRect(left, top + place * (TILE + GAP), width, TILE)) for place in range(shown)
    ]
    if shown < count:
        below = min(top + shown * (TILE + GAP), cell.bottom() - MORE_LINE)
        rest = tuple(range(shown, count))
        spots.append(Spot(MORE, QRect(left, below, width, MORE_LINE), rest))
    return spots


def lay_out_ghosts(cell: QRect, count: int, ghosts: int) -> Sequence[QRect]:
    """Return where free slots stand below `count` tiles, as many as there is room for."""
    spots = lay_out(cell, count + ghosts)
    places = [spot.rect for spot in spots if spot.place >= count]
    return places if len(lay_out(cell, count)) == count else ()


class DayDelegate(QStyledItemDelegate):
    """Paints one day of the month: its number, its tiles, and where the keyboard is."""

    def __init__(self, viewmodel: CalendarViewModel, grid: QWidget) -> None:
        super().__init__(grid)
        self._viewmodel = viewmodel
        self._grid = cast("_Grid", grid)
        self._tiles = TilePainter(viewmodel.core.accounts)
        self._style = self._tiles.prepare()
        self._today = viewmodel.today

    def prepare(self) -> None:
        """Look at theme and clock, once for all the days that are painted now."""
        self._style = self._tiles.prepare()
        self._today = self._viewmodel.today

    @override
    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(80, HEAD + 2 * (TILE + GAP))

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        day = cast("DaysModel", self._grid.model()).day(index)
        if day is None:
            return
        cell: QRect = option.rect
        painter.save()
        painter.setClipRect(cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_day(painter, cell, day)
        if not self._viewmodel.is_known(day):
            self._paint_stand_in(painter, cell)
        self._paint_tiles(painter, cell, day)
        painter.restore()

    # -- parts ----------------------------------------------------------------------------

    def _paint_tiles(self, painter: QPainter, cell: QRect, day: date) -> None:
        tiles, clip = self._viewmodel.tiles(day), cell & self._grid.viewport().rect()
        for ghost, rect in self._grid.ghost_spots(day):
            self._paint_ghost(painter, QRectF(rect), ghost)
        for spot in self._grid.spots(day):
            if not spot.rect.intersects(clip):
                continue
            if spot.place == MORE:
                self._paint_more(painter, spot, day, [tiles[place] for place in spot.hidden])
            else:
                self._paint_tile(painter, cell, spot, day, tiles[spot.place])

    def _ground(self, day: date) -> str:
        look = self._style.look
        return look.ground if day < self._today else look.paper

    def _tile_ground(self, day: date, _rect: QRect, _cell: QRect) -> str:
        return self._ground(day)

    def _paint_day(self, painter: QPainter, cell: QRect, day: date) -> None:
        style = self._style
        painter.fillRect(cell, style.colour(self._ground(day)))
        painter.setPen(QPen(style.colour(style.look.line), 1))
        painter.drawLine(cell.topRight(), cell.bottomRight())
        painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        cursor = self._viewmodel.cursor
        if cursor.day == day and cursor.place is None:
            self._paint_cursor(painter, QRectF(cell).adjusted(2, 2, -3, -3))
        self._paint_number(painter, cell, day)

    def _paint_cursor(self, painter: QPainter, rect: QRectF) -> None:
        focused, look = self._grid.hasFocus(), self._style.look
        colour = look.accent if focused else look.field_line
        painter.setPen(QPen(self._style.colour(colour), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 5, 5)

    def _paint_number(self, painter: QPainter, cell: QRect, day: date) -> None:
        style, is_today = self._style, day == self._today
        begins = day.day == 1 or day == self._viewmodel.span.first
        painter.setFont(style.strong_number if is_today or begins else style.number)
        if is_today:
            disc = mirrored(
                painter, QRectF(cell.left() + EDGE, cell.top() + 3, 24, 24), QRectF(cell)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour(style.look.accent))
            painter.drawEllipse(disc)
            painter.setPen(style.colour(style.look.on_accent))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(day.day))
            return
        ink = style.look.soft_ink if day < self._today else style.look.ink
        painter.setPen(style.colour(ink))
        room = QRectF(cell.left() + 2 * EDGE, cell.top() + 3, cell.width() - 3 * EDGE, 24)
        painter.drawText(room, MIDDLE, date_text(day) if begins else str(day.day))

    def _paint_more(self, painter: QPainter, spot: Spot, day: date, hidden: Sequence[Tile]) -> None:
        style, rect, place = self._style, spot.rect, self._viewmodel.cursor.place
        stands_for_it = place == MORE or place in spot.hidden
        chosen = self._viewmodel.cursor.day == day and stands_for_it
        lit = chosen or self._grid.hovered == (day, MORE)
        if lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour(style.look.hover))
            painter.drawRoundedRect(rect, 4, 4)
        if chosen:
            self._paint_cursor(painter, QRectF(rect).adjusted(1, 1, -1, -1))
        painter.setFont(style.caption)
        needing = sum(tile.needing for tile in hidden)
        room = self._paint_needing(painter, QRectF(rect), needing)
        count = exact_number(sum(len(tile.posts) for tile in hidden))
        words = tr("+{count} more", count=count)
        if style.caption_size.horizontalAdvance(words) > room.width():
            words = f"+{count}"
        painter.setPen(style.colour(style.look.accent if lit else style.look.soft_ink))
        painter.drawText(room, MIDDLE, words)

    def _paint_needing(self, painter: QPainter, rect: QRectF, count: int) -> QRectF:
        """Say how many of the hidden posts wait for the user; returns the room that is left."""
        room = rect.adjusted(EDGE + 2, 0, -EDGE, 0)
        if not count:
            return mirrored(painter, room, rect)
        style, number = self._style, exact_number(count)
        colour = style.look.status(PostStatus.NEEDS_ATTENTION)
        painter.setPen(style.colour(colour))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(room, flags, number)
        room.setRight(room.right() - style.caption_size.horizontalAdvance(number) - ICON - 2)
        spot = QRectF(room.right(), rect.center().y() - ICON / 2, ICON, ICON)
        icon = status_icon(PostStatus.NEEDS_ATTENTION)
        paint_icon(painter, icon, mirrored(painter, spot, rect), colour)
        return mirrored(painter, room, rect)

    def _paint_stand_in(self, painter: QPainter, cell: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._style.colour(self._style.look.hover))
        for spot in lay_out(cell, 2):  # no more than that, or it would be taken for posts
            painter.drawRoundedRect(spot.rect, 4, 4)

    def _paint_tile(
        self, painter: QPainter, cell: QRect, spot: Spot, day: date, tile: Tile
    ) -> None:
        cursor = self._viewmodel.cursor
        chosen = cursor.day == day and cursor.place == spot.place
        is_picked = self._viewmodel.selection.holds(tile)
        is_lit = chosen or is_picked or self._grid.hovered == (day, spot.place)
        face = face_of(tile, self._viewmodel.look(tile.post), self._style.look)
        ground = self._tile_ground(day, spot.rect, cell)
        self._tiles.paint(painter, spot.rect, face, ground, is_lit=is_lit)
        self._paint_progress(painter, QRectF(spot.rect), tile, face.colour)
        if chosen:
            self._paint_cursor(painter, QRectF(spot.rect).adjusted(1, 1, -1, -1))
        elif is_picked:
            self._paint_selected(painter, QRectF(spot.rect).adjusted(1, 1, -1, -1))

    def _paint_ghost(self, painter: QPainter, rect: QRectF, ghost: Ghost) -> None:
        style = self._style
        painter.setPen(QPen(style.colour(style.look.field_line), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -1.5, -1.5), 4, 4)
        painter.setFont(style.caption)
        painter.setPen(style.colour(style.look.soft_ink))
        room = rect.adjusted(EDGE + 2, 0, -EDGE, 0)
        elide = Qt.TextElideMode.ElideRight
        words = style.caption_size.elidedText(ghost.words, elide, int(room.width()))
        painter.drawText(room, MIDDLE, words)

    def _paint_selected(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(self._style.colour(self._style.look.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 4, 4)

    def _paint_progress(self, painter: QPainter, rect: QRectF, tile: Tile, colour: str) -> None:
        sent = self._viewmodel.progress(tile.post.id)
        if sent is None or tile.post.status is not PostStatus.PUBLISHING:
            return
        bar = QRectF(rect.left(), rect.bottom() - 2, rect.width() * min(sent, 1.0), 2)
        painter.fillRect(mirrored(painter, bar, rect), self._style.colour(colour))
