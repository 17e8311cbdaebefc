"""Our own stroke icons, drawn from SVG in the theme's colours at whatever size is asked.

An icon keeps no pixels of one theme: it reads the palette when painted, so a switch between
light and dark needs no new icons, and it stays crisp at any scale factor.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Self

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tiktok_manager.system.paths import resources_dir
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    return (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _svg(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode("utf-8")))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
    """Draw an icon into `rect` in one `#RRGGBB` colour."""
    _renderer(name, colour).render(painter, rect)


def pixmap(name: str, size_px: int, colour: str, ratio: float = 1.0) -> QPixmap:
    """Return an icon as pixels of `size_px` × `ratio`, transparent around its strokes."""

    def paint(painter: QPainter) -> None:
        paint_icon(painter, name, QRectF(0, 0, size_px, size_px), colour)

    return painted(QSize(size_px, size_px), paint, ratio)


def painted(size: QSize, paint: Callable[[QPainter], object], ratio: float = 1.0) -> QPixmap:
    """Return what is painted on transparent ground, as pixels of `size` × `ratio`."""
    image = QPixmap(size * ratio)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


class _TintedEngine(QIconEngine):
    """Draws one SVG in the colour that fits theme, mode and state at the time of painting."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name = name
        self._tint = tint

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        now = tokens()
        if mode == QIcon.Mode.Disabled:
            return now.field_line
        if self._tint.startswith("#"):
            return self._tint
        if state == QIcon.State.On and self._tint == "soft_ink":
            return now.accent
        return str(getattr(now, self._tint))

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        paint_icon(painter, self._name, square, self._colour(mode, state))

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    @override
    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        place = QRect(QPoint(0, 0), size)
        return painted(size, lambda painter: self.paint(painter, place, mode, state), scale)

    @override
    def clone(self) -> Self:
        return type(self)(self._name, self._tint)


def icon(name: str, tint: str = "soft_ink") -> QIcon:
    """Return an icon tinted by a token's name (`ink`, `accent`, `on_accent`…) or `#RRGGBB`."""
    return QIcon(_TintedEngine(name, tint))


def app_icon() -> QIcon:
    """Return the product's own icon in the sizes desktops ask for."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(pixmap("app", size, "#FFFFFF"))
    return result


def screen_ratio() -> float:
    """Return the highest scale factor of the attached screens."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
