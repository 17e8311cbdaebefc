"""Frames, rows, and what stands where content will be once it is loaded."""

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Type

Item = QWidget | QLayout | int | None


class Card(QFrame):
    """A rounded frame on paper. Add content to `body`."""

    def __init__(
        self, title: str = "", *, padding: int = SPACE_L, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(SPACE_M)
        if title:
            self.body.addWidget(PlainLabel(title, type=Type.SECTION))


class Slot(QWidget):
    """Room for messages between parts of the page; it takes none while they are all hidden."""

    def __init__(self, *messages: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        for message in messages:
            layout.addWidget(message)
            message.installEventFilter(self)
        self._follow()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self.setVisible(any(not message.isHidden() for message in self._messages))


class Line(QFrame):
    """A hairline between parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "line")


def row(
    *items: Item, spacing: int = SPACE_S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Return a horizontal layout; None is a stretch, a number a gap in px."""
    layout = QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def column(
    *items: Item, spacing: int = SPACE_S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Return a vertical layout; None is a stretch, a number a gap in px."""
    layout = QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def spacer() -> QWidget:
    """Return an empty widget that takes what room is left."""
    empty = QWidget()
    empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return empty


def fill(layout: QHBoxLayout | QVBoxLayout, items: tuple[Item, ...]) -> None:
    """Add widgets, layouts, gaps and stretches to a layout."""
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addSpacing(item)


class Skeleton(QWidget):
    """Grey rows in the place of a list that is being loaded. They stand still on purpose."""

    def __init__(
        self, *, rows: int = 6, row_height_px: int = 48, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._row_height_px = row_height_px
        self.setAccessibleName("Loading")

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self._rows * self._row_height_px)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.line))
        height = self._row_height_px
        for number in range(min(self._rows, self.height() // height)):
            middle = number * height + height / 2
            painter.drawEllipse(QRectF(SPACE_XL, middle - 14, 28, 28))
            for left, share in ((0.08, 0.22), (0.42, 0.14), (0.66, 0.1 + 0.04 * (number % 3))):
                start = SPACE_XL + 40 + left * (self.width() - 2 * SPACE_XL)
                bar = QRectF(start, middle - 5, share * self.width(), 10)
                painter.drawRoundedRect(bar, 5, 5)
        painter.end()
