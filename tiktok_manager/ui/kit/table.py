"""A calm table: whole rows under pointer and selection, hairlines between, no grid."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.kit.list_model import ROW_ROLE, Column, Index, ListModel
from tiktok_manager.ui.kit.menus import Entry, add_to_menu
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import ROW_HEIGHT, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Type

RowT = TypeVar("RowT")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DELETE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_ICON_PX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTarget(Generic[RowT]):
    """What may be dropped on a row, or beside all of them (None), and what happens then."""

    accepts: Callable[[QMimeData, RowT | None], bool]
    dropped: Callable[[QMimeData, RowT | None], None]


class Table(QTableView, Generic[RowT]):
    """A table of whole rows. Enter or a click opens one, Tab leaves the table, Escape passes on.

    What a click must not open alone is opened by a double click (`opens_by_click` is False).
    With `several`, Shift, Ctrl and Ctrl+A select many, and Escape lets go of them first. Widths,
    order of columns and sorting are remembered in `memory` under a name; until then it is
    `sorted_by` that column. `menu` says what can be done with the
    selected rows, `drag` what is taken along of them.

    Signals:
        row_chosen: The key of the row the user made current.
        row_opened: The key of a row the user opened, and whether by the keyboard.
        delete_wanted: The keys of the rows the user pressed Delete on.
        selection_changed: Read `selected_rows`.
    """

    row_chosen = Signal(object)
    row_opened = Signal(object, bool)
    delete_wanted = Signal(object)
    selection_changed = Signal()

    def __init__(
        self,
        model: ListModel[RowT],
        name: str,
        *,
        several: bool = False,
        opens_by_click: bool = True,
        sorted_by: int = -1,
        row_height_px: int = ROW_HEIGHT,
        memory: tuple[WindowMemory, str] | None = None,
        menu: Callable[[Sequence[RowT]], Sequence[Entry]] | None = None,
        drag: Callable[[Sequence[RowT]], QMimeData | None] | None = None,
        drop: DropTarget[RowT] | None = None,
    ) -> None:
        super().__init__()
        self.hovered_row = -1
        self.rows = model
        self._menu = menu
        self._drag = drag
        self._drop = drop
        self._sorted_by = sorted_by
        self._pressed_plainly = False
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self._set_up_behaviour(several=several)
        self._set_up_looks(row_height_px)
        self._set_up_header(memory)
        (self.clicked if opens_by_click else self.doubleClicked).connect(self._on_clicked)
        self.entered.connect(self._on_entered)

    # -- rows -----------------------------------------------------------------------------

    @property
    def chosen_key(self) -> Hashable:
        """Key of the current row, None if there is none."""
        return self.rows.key_at(self.currentIndex())

    @property
    def selected_rows(self) -> Sequence[RowT]:
        """The selected rows, from the top."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = (self.rows.row(self.rows.index(place, 0)) for place in places)
        return tuple(row for row in found if row is not None)

    def choose(self, key: Hashable) -> bool:
        """Make the row with this key current; says whether it is here."""
        position = self.rows.position(key)
        if position is None:
            return False
        index = self.rows.index(position, self._first_shown())
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    # -- keyboard and mouse ---------------------------------------------------------------

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        # Where a row went away, the next one becomes current: but nobody chose that.
        if current.isValid() and not self.rows.is_changing:
            self.row_chosen.emit(self.rows.key_at(current))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._open(self.currentIndex(), by_keyboard=True)
        elif event.key() in _DELETE and self.selectionModel().hasSelection():
            self.delete_wanted.emit([self.rows.key_at(index) for index in self._selected()])
        elif event.key() == Qt.Key.Key_Escape:
            self._let_go(event)
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_plainly = is_left and not event.modifiers()
        super().mousePressEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        for section, column in enumerate(self.rows.columns):
            self.setColumnHidden(section, event.size().width() < column.hide_below)
        super().resizeEvent(event)

    def _let_go(self, event: QKeyEvent) -> None:
        if len(self._selected()) > 1:
            self.clearSelection()
        else:
            event.ignore()  # whoever is around may close something

    def _open(self, index: Index, *, by_keyboard: bool) -> None:
        key = self.rows.key_at(index)
        if key is not None:
            self.row_opened.emit(key, by_keyboard)

    def _selected(self) -> Sequence[QModelIndex]:
        return self.selectionModel().selectedRows()

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._pressed_plainly:
            self._open(index, by_keyboard=False)

    def _on_entered(self, index: QModelIndex) -> None:
        self._hover(index.row())

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        entries = self._menu(self.selected_rows) if self._menu and index.isValid() else ()
        if not entries:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_to_menu(menu, entries, over=self)
        below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        menu.popup(below if by_keyboard else event.globalPos())

    # -- dragging and dropping ------------------------------------------------------------

    @override
    def startDrag(self, supported: Qt.DropAction) -> None:
        data = self._drag(self.selected_rows) if self._drag is not None else None
        if data is not None:
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(supported)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        accepted = self._drop is not None and self._drop.accepts(
            event.mimeData(), self.rows.row(index)
        )
        self._hover(index.row() if accepted else -1)
        event.setAccepted(accepted)

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hover(-1)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        row = self.rows.row(self.indexAt(event.position().toPoint()))
        self._hover(-1)
        if self._drop is not None and self._drop.accepts(event.mimeData(), row):
            event.acceptProposedAction()
            self._drop.dropped(event.mimeData(), row)

    # -- building -------------------------------------------------------------------------

    def _set_up_behaviour(self, *, several: bool) -> None:
        modes = QAbstractItemView.SelectionMode
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setDragEnabled(self._drag is not None)
        self.viewport().setAcceptDrops(self._drop is not None)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())

    def _set_up_looks(self, row_height_px: int) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height_px)

    def _set_up_header(self, memory: tuple[WindowMemory, str] | None) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(36)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)  # its cells keep their distance to the edge
        for section, column in enumerate(self.rows.columns):
            if column.width:
                room = header.sectionSizeHint(section)  # a heading may be longer than in English
                header.resizeSection(section, max(column.width, room))
            else:
                header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(self._sorted_by, self._first_order(self._sorted_by))
        if memory is not None:
            memory[0].keep_header(f"{memory[1]}-{len(self.rows.columns)}", header)
        self._sorted_by = header.sortIndicatorSection()
        sortable = any(column.sort for column in self.rows.columns)
        self.setSortingEnabled(sortable and self.rows.paging is None)
        header.sortIndicatorChanged.connect(self._on_sort)

    def _on_sort(self, section: int, _order: Qt.SortOrder) -> None:
        columns = self.rows.columns
        if 0 <= section < len(columns) and columns[section].sort is None:
            header = self.horizontalHeader()
            header.setSortIndicator(self._sorted_by, header.sortIndicatorOrder())
        else:
            self._sorted_by = section

    def _first_order(self, section: int) -> Qt.SortOrder:
        columns = self.rows.columns
        down = 0 <= section < len(columns) and columns[section].sorts_down
        return Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder

    def _first_shown(self) -> int:
        count = len(self.rows.columns)
        return next((each for each in range(count) if not self.isColumnHidden(each)), 0)


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
        left = SPACE_XL if index.column() == 0 else SPACE_M  # as in the style sheet's header
        whole = QRectF(rect)
        return mirrored(painter, whole.adjusted(left, 0, -SPACE_L, -1), whole)

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


def paint_line(
    painter: QPainter, rect: QRectF, text: str, colour: str, *, right: bool = False
) -> None:
    """Draw one line of plain text in the painter's font, shortened with … to fit."""
    line = " ".join(text.split())
    shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(rect.width()))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
