"""The list of places below the search field."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.jump import JumpResult
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.table import paint_line
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import RADIUS, SPACE_M, SPACE_XS, Type

Index = QModelIndex | QPersistentModelIndex
_RESULT_ROLE = Qt.ItemDataRole.UserRole + 1


class JumpPopup(QFrame):
    """The places found, below the field. The focus stays in the field.

    Signals:
        picked: A JumpResult.
    """

    picked = Signal(object)
    _ROW_PX = 48
    _MOST_ROWS = 8

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self.setProperty("look", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QListWidget()
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAccessibleName("Places found")
        self._list.setItemDelegate(_ResultCells(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.itemClicked.connect(self._on_clicked)
        self._nothing = PlainLabel("Nothing found", tone="soft")
        self._nothing.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
        layout.addWidget(self._list)
        layout.addWidget(self._nothing)
        self.hide()

    def show_results(self, results: tuple[JumpResult, ...]) -> None:
        """List places; the first is chosen."""
        self._list.clear()
        for result in results:
            item = QListWidgetItem(f"{result.title}, {result.detail}")
            item.setData(_RESULT_ROLE, result)
            item.setSizeHint(QSize(0, self._ROW_PX))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setVisible(bool(results))
        self._nothing.setVisible(not results)
        self._place(len(results))

    def choose_next(self, step: int) -> None:
        """Choose the place `step` further down, around the ends."""
        count = self._list.count()
        if count:
            self._list.setCurrentRow((self._list.currentRow() + step) % count)

    def pick_current(self) -> None:
        """Go to the chosen place."""
        if self.isVisible() and self._list.count():
            self.picked.emit(self._list.currentItem().data(_RESULT_ROLE))

    def _place(self, count: int) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.mapTo(window, QPoint(0, self._field.height() + SPACE_XS))
        rows = min(max(count, 1), self._MOST_ROWS)
        height = rows * self._ROW_PX + 3 * SPACE_XS
        self.setGeometry(corner.x(), corner.y(), self._field.width(), height)
        self.show()
        self.raise_()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(_RESULT_ROLE))


class _ResultCells(QStyledItemDelegate):
    """A place in two lines: where to, and what it is."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        result: JumpResult = index.data(_RESULT_ROLE)
        look = tokens()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.selected))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        side = QRectF(rect.left() + SPACE_M, rect.center().y() - 10, 20, 20)
        paint_icon(painter, result.icon, side, look.soft_ink)
        left = side.right() + SPACE_M
        upper = QRectF(left, rect.center().y() - 17, rect.right() - left - SPACE_M, 18)
        painter.setFont(type_font(Type.BODY))
        paint_line(painter, upper, result.title, look.ink)
        painter.setFont(type_font(Type.CAPTION))
        paint_line(painter, upper.translated(0, 17), result.detail, look.soft_ink)
        painter.restore()
