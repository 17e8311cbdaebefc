"""A calm table: whole rows under pointer and selection, hairlines between, no grid."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QTableView,
)

from tiktok_manager.ui.kit.cells import Header, RowDelegate
from tiktok_manager.ui.kit.list_model import Index, ListModel
from tiktok_manager.ui.kit.menus import Entry, add_to_menu
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import ROW_HEIGHT

RowT = TypeVar("RowT")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DELETE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


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
        header = Header(self.rows.columns, self)
        self.setHorizontalHeader(header)
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
        self.setSortingEnabled(sortable and not self.rows.is_long)
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
