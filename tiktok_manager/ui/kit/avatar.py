"""Round account pictures, with initials where there is none (yet)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QIcon,
    QImage,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import QWidget

from tiktok_manager.domain.events import AccountChanged
from tiktok_manager.ui.icons import screen_ratio
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Type

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

_Key = tuple[Path, int]
"""A file and how many pixels a side of its picture has."""
_Read = tuple[int, QImage | None]
"""When the file was written (ns), and its picture; None if it holds none."""
_KEPT = 1000
_AT_ONCE = 32
_LOOK_AGAIN_MS = 1000
_TELL_MS = 100


class Avatars(QObject):
    """Account pictures of one window: read on the work pool, kept while they are shown.

    Asking for one never reads a file; initials stand in for it until `arrived`.

    Signals:
        arrived: Some pictures are there or changed; whoever shows any paints again.
    """

    arrived = Signal()

    def __init__(self, tasks: TaskRunner, bridge: QtEventBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[_Key, _Read] = OrderedDict()
        self._wanted: dict[_Key, None] = {}
        self._reading = Job(tasks, self)
        # Each arrival has what shows pictures paint anew: some batches are told as one.
        self._telling = QTimer(self, singleShot=True, interval=_TELL_MS)
        self._telling.timeout.connect(self.arrived)
        self._later = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._later.timeout.connect(self._look_again)
        bridge.listen(AccountChanged, self._on_account)

    def pixmap(self, name: str, path: Path | None, size_px: int, ratio: float) -> QPixmap:
        """Return the round picture as it is known now."""
        image = None if path is None else self._image((path, round(size_px * ratio)))
        return round_picture(name, image, size_px, ratio)

    def icon(self, name: str, path: Path | None, size_px: int = 20) -> QIcon:
        """Return the picture for tables and lists."""
        return QIcon(self.pixmap(name, path, size_px, screen_ratio()))

    def _image(self, key: _Key) -> QImage | None:
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key][1]
        self._wanted[key] = None
        self._read_next()
        return None

    def _read_next(self) -> None:
        if self._reading.busy or not self._wanted:
            return
        batch = {key: self._written_at(key) for key in list(self._wanted)[:_AT_ONCE]}
        for key in batch:
            del self._wanted[key]
        self._reading.start(
            lambda _progress: _read_changed(batch), done=self._on_read, failed=self._on_failed
        )

    def _written_at(self, key: _Key) -> int | None:
        return self._pictures[key][0] if key in self._pictures else None

    def _on_read(self, changed: Mapping[_Key, _Read]) -> None:
        self._pictures.update(changed)
        while len(self._pictures) > _KEPT:
            self._pictures.popitem(last=False)
        if changed and not self._telling.isActive():
            self._telling.start()
        self._read_next()

    def _on_failed(self, _error: AppError) -> None:
        self._read_next()  # initials will do; the fault was reported

    def _on_account(self, _event: AccountChanged) -> None:
        if self._pictures and not self._later.isActive():
            self._later.start()

    def _look_again(self) -> None:
        self._wanted |= dict.fromkeys(self._pictures)
        self._read_next()


class AvatarLabel(QWidget):
    """A round picture of an account; `path` is a cached file, initials stand in for it."""

    def __init__(self, avatars: Avatars, size_px: int = 32) -> None:
        super().__init__()
        self._avatars = avatars
        self._size_px = size_px
        self._name = ""
        self._path: Path | None = None
        self.setFixedSize(size_px, size_px)
        avatars.arrived.connect(self.update)

    def show_account(self, name: str, path: Path | None) -> None:
        """Show this account's picture."""
        self._name = name
        self._path = path
        self.setAccessibleName(tr("Picture of {name}", name=name))
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatio()
        painter.drawPixmap(0, 0, self._avatars.pixmap(self._name, self._path, self._size_px, ratio))
        painter.end()


def round_picture(name: str, image: QImage | None, size_px: int, ratio: float) -> QPixmap:
    """Return a square picture as a round one, or initials for None; from Qt's cache if it can."""
    look = tokens()
    key = f"avatar|{name}|{size_px}|{ratio}|{look.is_dark}|{image.cacheKey() if image else ''}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    canvas = QPixmap(QSize(size_px, size_px) * ratio)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if image is None:
        _paint_initials(painter, name, size_px)
    else:
        _paint_round(painter, image, size_px)
    painter.end()
    QPixmapCache.insert(key, canvas)
    return canvas


def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = "".join(word[0] for word in words[:2])
    return letters.upper() or "?"


def _read_changed(known: Mapping[_Key, int | None]) -> dict[_Key, _Read]:
    """Read the pictures whose file is another one than it was; on a worker thread."""
    found: dict[_Key, _Read] = {}
    for key, written_at in known.items():
        path, side_px = key
        try:
            now = path.stat().st_mtime_ns
        except OSError:
            now = 0
        if now != written_at:
            found[key] = (now, _read_square(path, side_px) if now else None)
    return found


def _read_square(path: Path, side_px: int) -> QImage | None:
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
    return image.copy(left, top, side_px, side_px)


def _paint_round(painter: QPainter, image: QImage, size_px: int) -> None:
    circle = QPainterPath()
    circle.addEllipse(QRectF(0, 0, size_px, size_px))
    painter.setClipPath(circle)
    painter.drawImage(QRectF(0, 0, size_px, size_px), image, QRectF(image.rect()))


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
