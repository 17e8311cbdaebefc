"""What stands where content will be once it is loaded."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_XL


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
