"""How one tile is painted, wherever in the calendar it stands, at a price that does not hurt.

What the theme decides is looked up once for each painting of a view, and a tile that was painted
is kept as pixels: painting a month of crowded days again is copying them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Tokens, Type, mix

if TYPE_CHECKING:
    from tiktok_manager.ui.calendar.tile import Tile
    from tiktok_manager.ui.post_look import PostLook

ICON = 14
_AVATAR = 18
_LEAST_WORDS = 24
_KEPT = 1024  # tiles: some 12 MB
MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
# What lies behind is quieter than what asks for a look.
_WEIGHT = {PostStatus.CANCELLED: 0.5, PostStatus.DRAFT: 0.6}


class Pictures(Protocol):
    """The accounts' pictures, as `AccountModel` gives them."""

    def picture(self, account_id: str, handle: str, size_px: int, ratio: float) -> QPixmap:
        """Return an account's round picture, or what stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFace:
    """All that a tile shows; equal faces look alike.

    `colour` is that of its status or of how it waits; `waits` says how, where that is not safe.
    `count` is for how many accounts it stands.
    """

    time: str
    words: str
    account_id: str
    handle: str
    count: int
    status: PostStatus
    icon: str
    colour: str
    waits: str


def face_of(tile: Tile, shown: PostLook, look: Tokens) -> TileFace:
    """Return what a tile shows whose post looks so in a theme."""
    post = tile.post
    waits = tr("Mixed") if tile.is_mixed else shown.words if shown.tint else ""
    return TileFace(
        time=tile.time,
        words=tile.words,
        account_id=post.account_id,
        handle=post.handle,
        count=len(tile.posts),
        status=post.status,
        icon=shown.icon,
        colour=shown.colour_in(look),
        waits=waits,
    )


class TileStyle:
    """Colours, fonts and their measures as the theme has them now, prepared for painting."""

    def __init__(self, look: Tokens, base: QFont) -> None:
        self.look = look
        self.base = base
        self.caption = type_font(Type.CAPTION, tabular=True)
        self.struck = QFont(self.caption)
        self.struck.setStrikeOut(True)
        self.caption_size = QFontMetricsF(self.caption)
        self.number = type_font(Type.BODY, tabular=True)
        self.strong_number = type_font(Type.STRONG, tabular=True)
        self._colours: dict[str, QColor] = {}

    def colour(self, value: str) -> QColor:
        """Return `#RRGGBB` as Qt wants it."""
        found = self._colours.get(value)
        if found is None:
            found = self._colours[value] = QColor(value)
        return found


class TilePainter:
    """Paints tiles for one view, which tells when it begins to paint anew."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._kept: OrderedDict[object, QPixmap] = OrderedDict()
        self._style: TileStyle | None = None

    def prepare(self) -> TileStyle:
        """Look at the theme, once for all that is painted now; another one forgets all tiles."""
        look, base = tokens(), QApplication.font()
        style = self._style
        if style is None or style.look is not look or style.base != base:
            self._kept.clear()
            style = self._style = TileStyle(look, base)
        return style

    def paint(
        self, painter: QPainter, rect: QRect, face: TileFace, ground: str, *, is_lit: bool = False
    ) -> None:
        """Paint a tile on a `ground` of one colour; `is_lit` where pointer or keyboard is."""
        ratio = painter.device().devicePixelRatioF()
        picture = self._picture(face, ratio)
        if ratio != int(ratio):  # pixels of one place would be blurred in another
            painter.save()
            painter.translate(rect.topLeft())
            self._draw(painter, QRectF(0, 0, rect.width(), rect.height()), face, picture, is_lit)
            painter.restore()
            return
        direction = painter.layoutDirection()
        key = (
            face,
            _key_of(picture),
            rect.width(),
            rect.height(),
            ratio,
            ground,
            is_lit,
            direction,
        )
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = self._drawn(painter, rect, face, picture, ground, is_lit)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        painter.drawPixmap(rect.topLeft(), kept)

    # -- inside ---------------------------------------------------------------------------

    def _picture(self, face: TileFace, ratio: float) -> QPixmap | None:
        if face.count > 1:
            return None
        return self._pictures.picture(face.account_id, face.handle, _AVATAR, ratio)

    def _drawn(
        self,
        painter: QPainter,
        rect: QRect,
        face: TileFace,
        picture: QPixmap | None,
        ground: str,
        is_lit: bool,
    ) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        canvas = QPixmap(rect.size() * ratio)
        canvas.setDevicePixelRatio(ratio)
        canvas.fill(QColor(ground))
        inner = QPainter(canvas)
        inner.setLayoutDirection(painter.layoutDirection())
        inner.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(inner, QRectF(0, 0, rect.width(), rect.height()), face, picture, is_lit)
        inner.end()
        return canvas

    def _draw(
        self,
        painter: QPainter,
        rect: QRectF,
        face: TileFace,
        picture: QPixmap | None,
        is_lit: bool,
    ) -> None:
        style = self._style or self.prepare()
        look = style.look
        share = (0.22 if look.is_dark else 0.13) + (0.08 if is_lit else 0)
        tint = mix(face.colour, look.paper, share * _WEIGHT.get(face.status, 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(tint))
        painter.drawRoundedRect(rect, 4, 4)
        line = _Line(painter, rect, style)
        line.icon(face.icon, face.colour)
        gone = face.status is PostStatus.CANCELLED
        ink = look.soft_ink if gone else look.ink
        painter.setFont(style.struck if gone else style.caption)
        line.word(face.time, ink)
        wait = style.caption_size.horizontalAdvance(face.waits) if face.waits else 0
        if line.has_room(_AVATAR + 4 + wait):  # else how it waits matters more than whose it is
            if picture is None:
                line.word(f"×{face.count}", ink)
            else:
                line.picture(picture)
        if face.waits:
            line.word(face.waits, face.colour)
        line.rest(face.words, ink)


class _Line:
    """What stands one after the other in a tile, from where one begins to read."""

    def __init__(self, painter: QPainter, rect: QRectF, style: TileStyle) -> None:
        self._painter = painter
        self._rect = rect
        self._style = style
        self._left = rect.left() + 4

    def has_room(self, width: float) -> bool:
        return self._left + width <= self._rect.right()

    def icon(self, name: str, colour: str) -> None:
        spot = QRectF(self._left, self._rect.center().y() - ICON / 2, ICON, ICON)
        paint_icon(self._painter, name, mirrored(self._painter, spot, self._rect), colour)
        self._left += ICON + 4

    def picture(self, picture: QPixmap) -> None:
        spot = QRectF(self._left, self._rect.center().y() - _AVATAR / 2, _AVATAR, _AVATAR)
        place = mirrored(self._painter, spot, self._rect).topLeft().toPoint()
        self._painter.drawPixmap(place, picture)
        self._left += _AVATAR + 4

    def word(self, words: str, colour: str) -> None:
        """Draw words if they fit."""
        width = self._style.caption_size.horizontalAdvance(words)
        if self._left + width > self._rect.right() + 1:
            return
        spot = QRectF(self._left, self._rect.top(), width + 2, self._rect.height())
        self._painter.setPen(QPen(self._style.colour(colour)))
        self._painter.drawText(mirrored(self._painter, spot, self._rect), MIDDLE, words)
        self._left += width + 5

    def rest(self, words: str, colour: str) -> None:
        """Draw as much of the words as there is room for."""
        room = self._rect.right() - self._left - 3
        if room >= _LEAST_WORDS:
            elide = Qt.TextElideMode.ElideRight
            self.word(self._style.caption_size.elidedText(words, elide, int(room)), colour)


def _key_of(picture: QPixmap | None) -> int:
    return 0 if picture is None else picture.cacheKey()
