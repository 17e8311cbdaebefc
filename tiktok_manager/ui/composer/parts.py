"""Small widgets of the composer: a switch, a preview, a strip with a message, calm inputs."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QDateTimeEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QWidget,
)

from tiktok_manager.ui.icons import icon, paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.inputs import Switch
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.notices import Tone
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import CARD_RADIUS, SPACE_M, SPACE_S, SPACE_XS, Type

PREVIEW_HEIGHT = 320
_ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
_STRIP_ICONS = {
    Tone.INFO: "info",
    Tone.GOOD: "status-published",
    Tone.WARNING: "status-needs_attention",
    Tone.ATTENTION: "lock",
    Tone.BAD: "status-failed",
}


class CalmDateTimeEdit(QDateTimeEdit):
    """A date and time with a calendar, untouched by the wheel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(_ENGLISH)
        self.setCalendarPopup(True)
        self.setDisplayFormat("ddd d MMM yyyy, HH:mm")
        self.calendarWidget().setLocale(_ENGLISH)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Preview(QWidget):
    """A frame of the video, whole and upright; what to do while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._picture = QPixmap()
        self._words = ""
        self._hot = False
        self.setFixedHeight(PREVIEW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_words(self, words: str) -> None:
        """Show an empty place with a line of text."""
        self._path, self._picture, self._words = None, QPixmap(), words
        self.setAccessibleName(words)
        self.update()

    def show_picture(self, path: Path, name: str) -> None:
        """Show this picture."""
        if path != self._path:
            self._path = path
            self._picture = _read(path)
        self._words = "" if not self._picture.isNull() else "No picture"
        self.setAccessibleName(f"First picture of {name}")
        self.update()

    def set_hot(self, hot: bool) -> None:
        """Show that a file may be dropped here."""
        self._hot = hot
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._picture.isNull():
            self._paint_empty(painter, frame)
        else:
            shape = QPainterPath()
            shape.addRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)
            painter.fillPath(shape, QColor(look.ground))
            size = self._picture.size().scaled(
                frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
            )
            target = QRectF(0, 0, *size.toTuple())
            target.moveCenter(frame.center())
            picture = QPainterPath()
            picture.addRoundedRect(target, CARD_RADIUS, CARD_RADIUS)
            painter.setClipPath(picture)
            painter.drawPixmap(target, self._picture, QRectF(self._picture.rect()))
            painter.setClipping(False)
        if self._hot:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(look.accent), 2))
            painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)
        painter.end()

    def _paint_empty(self, painter: QPainter, frame: QRectF) -> None:
        look = tokens()
        painter.setBrush(QColor(look.tint(look.accent) if self._hot else look.ground))
        pen = QPen(QColor(look.field_line), 1.5, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)
        middle = frame.center()
        paint_icon(
            painter, "video", QRectF(middle.x() - 18, middle.y() - 40, 36, 36), look.soft_ink
        )
        painter.setPen(QColor(look.soft_ink))
        words = QRectF(frame.left() + SPACE_M, middle.y() + SPACE_S, frame.width() - 24, 80)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, int(flags) | int(Qt.TextFlag.TextWordWrap), self._words)


class Strip(QFrame):
    """A message above the form with up to two buttons.

    Signals:
        first_clicked: The first button.
        second_clicked: The second button.
    """

    first_clicked = Signal()
    second_clicked = Signal()

    def __init__(self, tone: Tone, first: str, second: str = "") -> None:
        super().__init__()
        self.setProperty("look", "notice")
        self.setProperty("tone", tone.value)
        self.text = PlainLabel("", type=Type.STRONG, wrap=True)
        self.more = PlainLabel("", tone="soft", wrap=True)
        self.first = push_button(first, look="quiet", clicked=self.first_clicked.emit)
        self.second = push_button(second, look="quiet", clicked=self.second_clicked.emit)
        if not second:
            self.second.hide()
        self._sign = sign = icon_label(_STRIP_ICONS[tone], tone.value, 20)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_M)
        words = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        words.setSpacing(0)
        words.addWidget(self.text)
        words.addWidget(self.more)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(words, 1)
        for button in (self.first, self.second):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def set_tone(self, tone: Tone) -> None:
        """Show it in another tone."""
        if self.property("tone") != tone.value:
            self.setProperty("tone", tone.value)
            self.style().unpolish(self)
            self.style().polish(self)
            self._sign.show_icon(_STRIP_ICONS[tone], tone.value)

    def say(self, text: str, more: str = "") -> None:
        """Show the message; an empty text hides the strip."""
        self.text.setText(text)
        self.more.setText(more)
        self.more.setVisible(bool(more))
        self.setAccessibleName(f"{text} {more}".strip())
        self.setVisible(bool(text))


class IconLabel(QLabel):
    """A still icon beside words that say the same; it follows light and dark."""

    def __init__(self, name: str, tint: str, size_px: int) -> None:
        super().__init__()
        self._shown = (name, tint)
        self._size_px = size_px
        self.setFixedSize(size_px, size_px)
        self.show_icon(name, tint)

    def show_icon(self, name: str, tint: str) -> None:
        """Show another icon."""
        self._shown = (name, tint)
        size = QSize(self._size_px, self._size_px)
        self.setPixmap(icon(name, tint).pixmap(size, self.devicePixelRatio()))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_icon(*self._shown)


def icon_label(name: str, tint: str, size_px: int = 16) -> IconLabel:
    """Return a still icon beside words that say the same."""
    return IconLabel(name, tint, size_px)


def help_label(text: str = "") -> PlainLabel:
    """Return a quiet line under a control, hidden while it says nothing."""
    label = PlainLabel(text, type=Type.CAPTION, tone="soft", wrap=True)
    if not text:
        label.hide()
    return label


def say(label: PlainLabel, text: str, tone: str = "soft") -> None:
    """Let a line say something else; an empty one takes no room."""
    label.setText(text)
    label.set_tone(tone)
    label.setVisible(bool(text))


def check_box(text: str, clicked: Callable[[bool], object]) -> QCheckBox:
    """Return a check box that tells only what the user did."""
    box = QCheckBox(text)
    box.setAccessibleName(text)
    box.clicked.connect(clicked)
    return box


def switch(text: str, clicked: Callable[[bool], object]) -> Switch:
    """Return a switch that tells only what the user did."""
    made = Switch(text)
    made.setAccessibleName(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.clicked.connect(clicked)
    return made


def empty(layout: QLayout) -> None:
    """Take every widget out of a layout and let go of it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def indent(margin: int = SPACE_XS) -> tuple[int, int, int, int]:
    """Return margins that set lines below their switch apart."""
    return (40, 0, 0, margin)


def _read(path: Path) -> QPixmap:
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    return QPixmap.fromImageReader(reader)
