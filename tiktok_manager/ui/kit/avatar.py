"""Round account pictures, with initials where there is none."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.icons import screen_ratio
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Type


class AvatarLabel(QWidget):
    """A round picture of an account; `path` is a cached file, initials stand in for it."""

    def __init__(self, size_px: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size_px = size_px
        self._name = ""
        self._path: Path | None = None
        self.setFixedSize(size_px, size_px)

    def show_account(self, name: str, path: Path | None) -> None:
        """Show this account's picture."""
        self._name = name
        self._path = path
        self.setAccessibleName(tr("Picture of {name}", name=name))
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        picture = avatar_pixmap(self._name, self._path, self._size_px, self.devicePixelRatio())
        painter.drawPixmap(0, 0, picture)
        painter.end()


def avatar_icon(name: str, path: Path | None, size_px: int = 32) -> QIcon:
    """Return the picture for tables and lists."""
    return QIcon(avatar_pixmap(name, path, size_px, screen_ratio()))


def avatar_pixmap(name: str, path: Path | None, size_px: int, ratio: float) -> QPixmap:
    """Return the round picture, from Qt's pixmap cache where it was drawn before."""
    look = tokens()
    key = f"avatar|{name}|{path}|{size_px}|{ratio}|{look.is_dark}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    canvas = QPixmap(QSize(size_px, size_px) * ratio)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    picture = _read_square(path, round(size_px * ratio))
    if picture is None:
        _paint_initials(painter, name, size_px)
    else:
        circle = QPainterPath()
        circle.addEllipse(QRectF(0, 0, size_px, size_px))
        painter.setClipPath(circle)
        painter.drawPixmap(QRectF(0, 0, size_px, size_px), picture, QRectF(picture.rect()))
    painter.end()
    QPixmapCache.insert(key, canvas)
    return canvas


def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = "".join(word[0] for word in words[:2])
    return letters.upper() or "?"


def _read_square(path: Path | None, side_px: int) -> QPixmap | None:
    if path is None:
        return None
    reader = QImageReader(str(path))
    size = reader.size()
    if not size.isValid() or not reader.canRead():
        return None
    reader.setScaledSize(
        size.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    )
    image = reader.read()
    if image.isNull():
        return None
    left = (image.width() - side_px) // 2
    top = (image.height() - side_px) // 2
    return QPixmap.fromImage(image.copy(left, top, side_px, side_px))


def _paint_initials(painter: QPainter, name: str, size_px: int) -> None:
    look = tokens()
    hues = (look.accent, look.violet, look.good, look.attention, look.magenta, look.brown)
    colour = hues[sum(name.encode("utf-8")) % len(hues)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.tint(colour)))
    painter.drawEllipse(QRectF(0, 0, size_px, size_px))
    font = type_font(Type.STRONG)
    font.setPixelSize(max(9, round(size_px * 0.38)))
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(QRectF(0, 0, size_px, size_px), Qt.AlignmentFlag.AlignCenter, initials(name))
