"""How a day and its posts are laid out and painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar.month import Tile
from tiktok_manager.ui.calendar.viewmodel import MORE, CalendarViewModel
from tiktok_manager.ui.formats import date_text, exact_number
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post_look import PostLook, unsafe_waiting
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Tokens, Type, mix, status_icon

if TYPE_CHECKING:
    from tiktok_manager.ui.calendar.grid import MonthModel

HEAD, TILE, GAP, EDGE, MORE_LINE = 30, 22, 2, 4, 18
_ICON, _AVATAR = 14, 18
_LEAST_WORDS = 24


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a tile stands in a cell; `place` is MORE for the line that stands for the rest."""

    place: int
    rect: QRect


class _Pointed(Protocol):
    @property
    def hovered(self) -> tuple[date, int | None] | None: ...

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
        spots.append(Spot(MORE, QRect(left, below, width, MORE_LINE)))
    return spots


def spot_at(cell: QRect, count: int, point: QPoint) -> int | None:
    """Return the place under a point, None where there is no tile."""
    return next((s.place for s in lay_out(cell, count) if s.rect.contains(point)), None)


class DayDelegate(QStyledItemDelegate):
    """Paints one day: its number, its tiles, and where the keyboard is."""

    def __init__(self, viewmodel: CalendarViewModel, grid: QWidget) -> None:
        super().__init__(grid)
        self._viewmodel = viewmodel
        self._grid = cast("_Pointed", grid)

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
        day = cast("MonthModel", self._grid.model()).day(index)
        if day is None:
            return
        cell: QRect = option.rect
        painter.save()
        painter.setClipRect(cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_day(painter, cell, day)
        if not self._viewmodel.is_known(day):
            self._paint_stand_in(painter, cell)
        tiles = self._viewmodel.tiles(day)
        spots = lay_out(cell, len(tiles))
        for spot in spots:
            if spot.place == MORE:
                self._paint_more(painter, spot.rect, day, tiles[len(spots) - 1 :])
            else:
                self._paint_tile(painter, spot, day, tiles[spot.place])
        painter.restore()

    # -- parts ----------------------------------------------------------------------------

    def _paint_day(self, painter: QPainter, cell: QRect, day: date) -> None:
        look = tokens()
        is_past = day < self._viewmodel.today
        painter.fillRect(cell, QColor(look.ground if is_past else look.paper))
        painter.setPen(QPen(QColor(look.line), 1))
        painter.drawLine(cell.topRight(), cell.bottomRight())
        painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        cursor = self._viewmodel.cursor
        if cursor.day == day and cursor.place is None:
            self._paint_cursor(painter, QRectF(cell).adjusted(2, 2, -3, -3), look)
        self._paint_number(painter, cell, day, look, dimmed=is_past)

    def _paint_cursor(self, painter: QPainter, rect: QRectF, look: Tokens) -> None:
        focused = self._grid.hasFocus()
        colour = look.accent if focused else look.field_line
        painter.setPen(QPen(QColor(colour), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 5, 5)

    def _paint_number(
        self, painter: QPainter, cell: QRect, day: date, look: Tokens, *, dimmed: bool
    ) -> None:
        is_today = day == self._viewmodel.today
        begins = day.day == 1 or day == self._viewmodel.weeks.first
        painter.setFont(type_font(Type.STRONG if is_today or begins else Type.BODY, tabular=True))
        if is_today:
            disc = mirrored(
                painter, QRectF(cell.left() + EDGE, cell.top() + 3, 24, 24), QRectF(cell)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.accent))
            painter.drawEllipse(disc)
            painter.setPen(QColor(look.on_accent))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(day.day))
            return
        painter.setPen(QColor(look.soft_ink if dimmed else look.ink))
        room = QRectF(cell.left() + 2 * EDGE, cell.top() + 3, cell.width() - 3 * EDGE, 24)
        painter.drawText(room, _MIDDLE, date_text(day) if begins else str(day.day))

    def _paint_more(
        self, painter: QPainter, rect: QRect, day: date, hidden: Sequence[Tile]
    ) -> None:
        look = tokens()
        cursor = self._viewmodel.cursor
        first_hidden = len(self._viewmodel.tiles(day)) - len(hidden)
        place = cursor.place
        stands_for_it = place == MORE or (place is not None and place >= first_hidden)
        chosen = cursor.day == day and stands_for_it
        lit = chosen or self._grid.hovered == (day, MORE)
        if lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.hover))
            painter.drawRoundedRect(rect, 4, 4)
        if chosen:
            self._paint_cursor(painter, QRectF(rect).adjusted(1, 1, -1, -1), look)
        painter.setFont(type_font(Type.CAPTION, tabular=True))
        room = self._paint_needing(painter, QRectF(rect), hidden, look)
        count = exact_number(sum(len(tile.posts) for tile in hidden))
        words = tr("+{count} more", count=count)
        if painter.fontMetrics().horizontalAdvance(words) > room.width():
            words = f"+{count}"
        painter.setPen(QColor(look.accent if lit else look.soft_ink))
        painter.drawText(room, _MIDDLE, words)

    def _paint_needing(
        self, painter: QPainter, rect: QRectF, hidden: Sequence[Tile], look: Tokens
    ) -> QRectF:
        """Say how many of the hidden posts wait for the user; returns the room that is left."""
        room = rect.adjusted(EDGE + 2, 0, -EDGE, 0)
        count = sum(len(tile.posts) for tile in hidden if tile.needs_user)
        if not count:
            return mirrored(painter, room, rect)
        colour, number = look.status(PostStatus.NEEDS_ATTENTION), exact_number(count)
        painter.setPen(QColor(colour))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(room, flags, number)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(number) - _ICON - 2)
        spot = QRectF(room.right(), rect.center().y() - _ICON / 2, _ICON, _ICON)
        icon = status_icon(PostStatus.NEEDS_ATTENTION)
        paint_icon(painter, icon, mirrored(painter, spot, rect), colour)
        return mirrored(painter, room, rect)

    def _paint_stand_in(self, painter: QPainter, cell: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().hover))
        for spot in lay_out(cell, 2):
            painter.drawRoundedRect(spot.rect, 4, 4)

    def _paint_tile(self, painter: QPainter, spot: Spot, day: date, tile: Tile) -> None:
        look = tokens()
        cursor = self._viewmodel.cursor
        chosen = cursor.day == day and cursor.place == spot.place
        hovered = self._grid.hovered == (day, spot.place)
        rect = QRectF(spot.rect)
        shown = self._viewmodel.look(tile.post)
        colour = shown.colour  # asked once: it is looked up in the theme of now
        share = (0.22 if look.is_dark else 0.13) + (0.08 if hovered or chosen else 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mix(colour, look.paper, share * _WEIGHT.get(tile.post.status, 1))))
        painter.drawRoundedRect(rect, 4, 4)
        self._paint_progress(painter, rect, tile, colour)
        if chosen:
            focus = rect.adjusted(1, 1, -1, -1)
            self._paint_cursor(painter, focus, look)
        self._paint_content(painter, rect, tile, look, shown, colour)

    def _paint_progress(self, painter: QPainter, rect: QRectF, tile: Tile, colour: str) -> None:
        sent = self._viewmodel.progress(tile.post.id)
        if sent is None or tile.post.status is not PostStatus.PUBLISHING:
            return
        bar = QRectF(rect.left(), rect.bottom() - 2, rect.width() * min(sent, 1.0), 2)
        painter.fillRect(mirrored(painter, bar, rect), QColor(colour))

    def _paint_content(
        self,
        painter: QPainter,
        rect: QRectF,
        tile: Tile,
        look: Tokens,
        shown: PostLook,
        colour: str,
    ) -> None:
        left, middle = rect.left() + 4, rect.center().y()
        sign = QRectF(left, middle - _ICON / 2, _ICON, _ICON)
        paint_icon(painter, shown.icon, mirrored(painter, sign, rect), colour)
        gone = tile.post.status is PostStatus.CANCELLED
        ink = look.soft_ink if gone else look.ink
        font = type_font(Type.CAPTION, tabular=True)
        font.setStrikeOut(gone)
        painter.setFont(font)
        left = self._paint_word(painter, rect, left + _ICON + 4, tile.time, ink)
        says_wait = unsafe_waiting(tile.post) is not None
        wait = painter.fontMetrics().horizontalAdvance(shown.words) if says_wait else 0
        if left + _AVATAR + 4 + wait <= rect.right():  # else how it waits matters more than whose
            left = self._paint_who(painter, rect, left, tile, ink)
        if says_wait:
            left = self._paint_word(painter, rect, left, shown.words, colour)
        room = rect.right() - left - 3
        if room >= _LEAST_WORDS:
            elide = Qt.TextElideMode.ElideRight
            words = painter.fontMetrics().elidedText(tile.words, elide, int(room))
            self._paint_word(painter, rect, left, words, ink)

    def _paint_who(
        self, painter: QPainter, rect: QRectF, left: float, tile: Tile, ink: str
    ) -> float:
        """Show the account's picture, or for how many accounts the tile stands."""
        if tile.is_stack:
            return self._paint_word(painter, rect, left, f"×{len(tile.posts)}", ink)
        ratio = painter.device().devicePixelRatio()
        accounts, post = self._viewmodel.core.accounts, tile.post
        picture = accounts.picture(post.account_id, post.handle, _AVATAR, ratio)
        spot = QRectF(left, rect.center().y() - _AVATAR / 2, _AVATAR, _AVATAR)
        painter.drawPixmap(mirrored(painter, spot, rect).topLeft().toPoint(), picture)
        return left + _AVATAR + 4

    def _paint_word(
        self, painter: QPainter, rect: QRectF, left: float, words: str, colour: str
    ) -> float:
        """Draw words if they fit; returns where what follows begins."""
        width = painter.fontMetrics().horizontalAdvance(words)
        if left + width > rect.right() + 1:
            return left
        painter.setPen(QColor(colour))
        spot = QRectF(left, rect.top(), width + 2, rect.height())
        painter.drawText(mirrored(painter, spot, rect), _MIDDLE, words)
        return left + width + 5


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
# What lies behind is quieter than what asks for a look.
_WEIGHT = {PostStatus.CANCELLED: 0.5, PostStatus.DRAFT: 0.6}
