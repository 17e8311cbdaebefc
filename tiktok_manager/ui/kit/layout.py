"""Frames, rows, and what stands where content will be once it is loaded."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Type

Item = QWidget | QLayout | int | None


class Card(QFrame):
    """A rounded frame on paper. Add content to `body`."""

    def __init__(self, title: str = "", *, padding: int = SPACE_L) -> None:
        super().__init__()
        self.setProperty("look", "card")
        margins = (padding, padding, padding, padding)
        self.body = column(spacing=SPACE_M, margins=margins)
        self.setLayout(self.body)
        if title:
            self.body.addWidget(PlainLabel(title, type=Type.SECTION))


class Slot(QWidget):
    """Room for messages between parts of the page; it takes none while they are all hidden."""

    def __init__(self, *messages: QWidget) -> None:
        super().__init__()
        self._messages = messages
        self.setLayout(column(*messages, margins=(SPACE_L, SPACE_M, SPACE_L, SPACE_M)))
        for message in messages:
            message.installEventFilter(self)
        self._follow()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self.setVisible(any(not message.isHidden() for message in self._messages))


class ScrollPage(QScrollArea):
    """Parts one below another in a column of at most this width, which scrolls."""

    def __init__(self, width_px: int) -> None:
        super().__init__()
        page = QWidget()
        page.setMaximumWidth(width_px)
        margins = (SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self._column = column(None, spacing=SPACE_L, margins=margins)
        page.setLayout(self._column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)  # setWidget turns it on

    def add(self, part: QWidget) -> None:
        """Put a part below the others."""
        self._column.insertWidget(self._column.count() - 1, part)


def scrolled(page: QWidget | None = None) -> QScrollArea:
    """Return a page that scrolls up and down where it is higher than its room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.viewport().setAutoFillBackground(False)
    if page is not None:
        area.setWidget(page)
        page.setAutoFillBackground(False)  # setWidget turns it on
    return area


class Line(QFrame):
    """A hairline between parts."""

    def __init__(self) -> None:
        super().__init__()
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


def mirrored(painter: QPainter, rect: QRectF, within: QRectF) -> QRectF:
    """Return where a painted part stands: on the other side where one reads from the right."""
    if painter.layoutDirection() == Qt.LayoutDirection.LeftToRight:
        return rect
    return rect.translated(within.left() + within.right() - rect.left() - rect.right(), 0)


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let go of it, after whatever it is doing."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class FlowLayout(QLayout):
    """Lines of widgets of their own width: what does not fit goes to the next line."""

    def __init__(self, *widgets: QWidget, spacing: int = SPACE_S) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for widget in widgets:
            self.addWidget(widget)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), only_measure=True)

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, only_measure=False)

    @override
    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        gaps = self.spacing() * max(0, len(hints) - 1)
        width = sum(hint.width() for hint in hints) + gaps
        return QSize(width, max((hint.height() for hint in hints), default=0))

    @override
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, only_measure: bool) -> int:
        """Put every item into its line; returns the height of all lines."""
        x, y, line_px = rect.x(), rect.y(), 0
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent else Qt.LayoutDirection.LeftToRight
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(rect.width(), 1), 1 << 20))
            if x > rect.x() and x + size.width() > rect.x() + rect.width():
                x, y, line_px = rect.x(), y + line_px + self.spacing(), 0
            if not only_measure:
                placed = QRect(QPoint(x, y), size)
                item.setGeometry(QStyle.visualRect(direction, rect, placed))
            x += size.width() + self.spacing()
            line_px = max(line_px, size.height())
        return y + line_px - rect.y()


class Skeleton(QWidget):
    """Grey rows in the place of a list that is being loaded. They stand still on purpose."""

    _ROW_PX = 48

    def __init__(self, *, rows: int = 6) -> None:
        super().__init__()
        self._rows = rows
        self.setAccessibleName(tr("Loading"))

    @override
    def sizeHint(self) -> QSize:
        return QSize(320, self._rows * self._ROW_PX)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.line))
        height = self._ROW_PX
        for number in range(min(self._rows, self.height() // height)):
            middle = number * height + height / 2
            painter.drawEllipse(QRectF(SPACE_XL, middle - 14, 28, 28))
            for left, share in ((0.08, 0.22), (0.42, 0.14), (0.66, 0.1 + 0.04 * (number % 3))):
                start = SPACE_XL + 40 + left * (self.width() - 2 * SPACE_XL)
                bar = QRectF(start, middle - 5, share * self.width(), 10)
                painter.drawRoundedRect(bar, 5, 5)
        painter.end()
