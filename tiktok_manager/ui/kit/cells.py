"""How the headings and cells of a table are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.labels import paint_line
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.kit.list_model import ROW_ROLE, Column, Index
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import ROW_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.kit.table import Table

_ICON_PX, _MARK_PX, _HEADER_PX, _LINE_PX = 20, 12, 36, 18


class Header(QHeaderView):
    """Headings as far from the edge as their cells, each with the mark of its order beside it."""

    def __init__(self, columns: Sequence[Column[Any]], table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._columns = columns
        self.setFixedHeight(_HEADER_PX)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(False)  # its cells keep their distance to the edge

    @override
    def sectionSizeFromContents(self, section: int) -> QSize:
        column = self._columns[section]
        words = QFontMetrics(self._heading_font()).horizontalAdvance(column.words())
        mark = _MARK_PX + SPACE_XS if column.sort else 0
        return QSize(_left(section) + words + mark + SPACE_L, _HEADER_PX)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        look, column, whole = tokens(), self._columns[section], QRectF(rect)
        is_sorted = self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        painter.save()
        painter.fillRect(rect, QColor(look.paper))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(look.line))
        painter.setFont(self._heading_font())
        inner = whole.adjusted(_left(section), 0, -SPACE_L, -1)
        mark_px = _MARK_PX + SPACE_XS if is_sorted else 0
        words = column.words()
        width = min(painter.fontMetrics().horizontalAdvance(words), inner.width() - mark_px)
        left = inner.right() - width if column.right else inner.left()
        place = QRectF(left, inner.top(), width + 1, inner.height())
        ink = look.ink if is_sorted else look.soft_ink
        paint_line(painter, mirrored(painter, place, whole), words, ink)
        if is_sorted:
            left = left - mark_px if column.right else left + width + SPACE_XS
            mark = QRectF(left, inner.center().y() - _MARK_PX / 2, _MARK_PX, _MARK_PX)
            paint_icon(painter, self._mark(), mirrored(painter, mark, whole), ink)
        painter.restore()

    def _mark(self) -> str:
        is_up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        return "chevron-up" if is_up else "chevron-down"

    def _heading_font(self) -> QFont:
        font = type_font(Type.CAPTION)
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.Medium)
        return font


class RowDelegate(QStyledItemDelegate):
    """Paints ground and hairline of a cell, and in it what its column says."""

    def __init__(self, table: Table[Any]) -> None:
        super().__init__(table)
        self._table = table

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        self._paint_ground(painter, rect, index, bool(state & QStyle.StateFlag.State_Selected))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_content(painter, self._inner(painter, rect, index), index)
        painter.restore()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_HEIGHT)

    def _paint_content(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        row = index.data(ROW_ROLE)
        column: Column[Any] = self._table.rows.columns[index.column()]
        if column.delegate is not None:
            column.delegate(painter, rect, row)
            return
        icon = column.icon(row) if column.icon is not None else None
        if icon is not None:
            place = QRectF(rect.left(), rect.center().y() - _ICON_PX / 2, _ICON_PX, _ICON_PX)
            icon.paint(painter, mirrored(painter, place, rect).toRect())
            rect = mirrored(painter, rect.adjusted(_ICON_PX + SPACE_S, 0, 0, 0), rect)
        painter.setFont(type_font(Type.BODY, tabular=column.right))
        paint_line(painter, rect, column.value(row), tokens().ink, right=column.right)

    def _inner(self, painter: QPainter, rect: QRect, index: Index) -> QRectF:
        whole = QRectF(rect)
        return mirrored(painter, whole.adjusted(_left(index.column()), 0, -SPACE_L, -1), whole)

    def _paint_ground(self, painter: QPainter, rect: QRect, index: Index, selected: bool) -> None:
        look = tokens()
        ground = look.selected if selected else look.paper
        if not selected and index.row() == self._table.hovered_row:
            ground = look.hover
        painter.fillRect(rect, QColor(ground))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(look.line))
        is_current = index.row() == self._table.currentIndex().row()
        if is_current and index.column() == 0 and self._table.hasFocus():
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), QColor(look.accent))


def _left(section: int) -> int:
    """Return how far from the edge of their column words begin."""
    return SPACE_XL if section == 0 else SPACE_M


def paint_account(
    painter: QPainter, rect: QRectF, picture: QPixmap, *lines: tuple[str, str]
) -> None:
    """Draw an account's picture, and beside it two lines of text and colour."""
    side, middle = picture.deviceIndependentSize().width(), rect.center().y()
    place = QRectF(rect.left(), middle - side / 2, side, side)
    painter.drawPixmap(mirrored(painter, place, rect).topLeft(), picture)
    painter.setOpacity(1)  # words are whole, also where the rest is faint
    left = rect.left() + side + SPACE_M
    line = QRectF(left, middle - _LINE_PX, rect.right() - left, _LINE_PX)
    line = mirrored(painter, line, rect)
    for type, (text, colour) in zip((Type.STRONG, Type.CAPTION), lines, strict=True):
        painter.setFont(type_font(type))
        paint_line(painter, line, text, colour)
        line = line.translated(0, _LINE_PX)
