"""A calm table: whole rows under pointer and selection, hairlines between, no grid."""

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from tiktok_manager.ui.kit.list_model import RowTableModel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import ROW_HEIGHT, SPACE_L, SPACE_M, SPACE_XL, Type

Index = QModelIndex | QPersistentModelIndex
RowT = TypeVar("RowT")


class RowTable(QTableView, Generic[RowT]):
    """A table of whole rows. Enter or a click opens one; Tab leaves the table.

    Signals:
        row_chosen: The key of the row that became current.
        row_opened: The key of a row the user opened.
    """

    row_chosen = Signal(object)
    row_opened = Signal(object)

    def __init__(
        self,
        model: RowTableModel[RowT],
        *,
        row_height_px: int = ROW_HEIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self._rows = model
        self._kept: Hashable = None
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height_px)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(36)
        self.entered.connect(self._on_entered)
        model.modelAboutToBeReset.connect(self._on_about_to_reset)
        model.modelReset.connect(self._on_reset)

    @property
    def chosen_key(self) -> Hashable:
        """Key of the current row, None if there is none."""
        return self._rows.key_at(self.currentIndex())

    def choose(self, key: Hashable) -> bool:
        """Make the row with this key current; says whether it is here."""
        position = self._rows.position(key)
        if position is None:
            return False
        index = self._rows.index(position, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        key = self._rows.key_at(current)
        if key is not None:
            self.row_chosen.emit(key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()  # whoever is around may close something
            return
        super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._open(index)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered_row = -1
        self.viewport().update()

    def _open(self, index: Index) -> None:
        key = self._rows.key_at(index)
        if key is not None:
            self.row_opened.emit(key)

    def _on_entered(self, index: QModelIndex) -> None:
        self.hovered_row = index.row()
        self.viewport().update()

    def _on_about_to_reset(self) -> None:
        self._kept = self.chosen_key

    def _on_reset(self) -> None:
        if self._kept is not None:
            self.choose(self._kept)


class RowDelegate(QStyledItemDelegate):
    """Paints ground and hairline of a cell; subclasses paint what is in it."""

    def __init__(self, table: RowTable[Any]) -> None:
        super().__init__(table)
        self._table = table

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        self._paint_ground(painter, rect, index, bool(state & QStyle.StateFlag.State_Selected))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_content(painter, self._inner(rect, index), index)
        painter.restore()

    def paint_content(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        """Paint the cell's text, shortened where it does not fit."""
        align = index.data(Qt.ItemDataRole.TextAlignmentRole)
        right = bool(align & Qt.AlignmentFlag.AlignRight)
        painter.setFont(type_font(Type.BODY, tabular=right))
        paint_line(painter, rect, str(index.data() or ""), tokens().ink, right=right)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def _inner(self, rect: QRect, index: Index) -> QRectF:
        left = SPACE_XL if index.column() == 0 else SPACE_M  # as in the style sheet's header
        return QRectF(rect).adjusted(left, 0, -SPACE_L, -1)

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index, selected: bool) -> None:
        look = tokens()
        ground = look.selected if selected else look.paper
        if not selected and index.row() == self._table.hovered_row:
            ground = look.hover
        painter.fillRect(rect, QColor(ground))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(look.line))
        if selected and index.column() == 0 and self._table.hasFocus():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), QColor(look.accent))


def paint_line(
    painter: QPainter, rect: QRectF, text: str, colour: str, *, right: bool = False
) -> None:
    """Draw one line of plain text in the painter's font, shortened with … to fit."""
    line = " ".join(text.split())
    shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(rect.width()))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
