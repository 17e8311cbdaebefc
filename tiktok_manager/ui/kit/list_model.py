"""Table models over frozen rows: one for short complete lists, one for long paged ones.

Panes describe their columns; what a cell says is decided there, not here.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.overrides import override

RowT = TypeVar("RowT")
Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RowT]):
    """A column: `text` is what is shown and read aloud, `hint` what hovering adds."""

    title: str
    text: Callable[[RowT], str]
    hint: Callable[[RowT], str] | None = None
    icon: Callable[[RowT], QIcon | None] | None = None
    sort_key: Callable[[RowT], Any] | None = None
    right: bool = False


class RowTableModel(QAbstractTableModel, Generic[RowT]):
    """A complete list. `set_rows` changes cells in place where the keys stay the same."""

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], Hashable],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: list[RowT] = []
        self._order: tuple[int, Qt.SortOrder] | None = None

    @property
    def rows(self) -> Sequence[RowT]:
        """The rows in the order shown."""
        return tuple(self._rows)

    def row(self, index: Index) -> RowT | None:
        """Return the row an index points at, None for an invalid one."""
        valid = index.isValid() and 0 <= index.row() < len(self._rows)
        return self._rows[index.row()] if valid else None

    def key_at(self, index: Index) -> Hashable:
        """Return the key of the row an index points at, None for an invalid one."""
        row = self.row(index)
        return None if row is None else self._key(row)

    def position(self, key: Hashable) -> int | None:
        """Return where the row with this key stands, None if it is not here."""
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), None)

    def set_rows(self, rows: Sequence[RowT]) -> None:
        """Show these rows in the order last sorted by.

        Selection and scroll position survive if only values changed.
        """
        rows = self._sorted(rows)
        same = [self._key(row) for row in rows] == [self._key(row) for row in self._rows]
        if same and rows:
            self._rows = list(rows)
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(rows) - 1, len(self._columns) - 1)
            )
        elif not same:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def update_row(self, row: RowT) -> bool:
        """Replace the row of the same key; says whether it was here."""
        position = self.position(self._key(row))
        if position is None:
            return False
        self._rows[position] = row
        last = len(self._columns) - 1
        self.dataChanged.emit(self.index(position, 0), self.index(position, last))
        return True

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        return self._cell(self._columns[index.column()], row, role)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section].right)
        return None

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column that has a sort key; persistent selections move along."""
        if not 0 <= column < len(self._columns) or self._columns[column].sort_key is None:
            return
        self._order = (column, order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [(index, self._key(self._rows[index.row()])) for index in before]
        self._rows = self._sorted(self._rows)
        places = {self._key(row): place for place, row in enumerate(self._rows)}
        after = [self.index(places[key], index.column()) for index, key in kept]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _sorted(self, rows: Sequence[RowT]) -> list[RowT]:
        if self._order is None:
            return list(rows)
        column, order = self._order
        sort_key = self._columns[column].sort_key
        if sort_key is None:
            return list(rows)
        return sorted(rows, key=sort_key, reverse=order == Qt.SortOrder.DescendingOrder)

    def _cell(self, column: Column[RowT], row: RowT, role: int) -> object:
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.hint(row)) if column.hint else None
        if role == Qt.ItemDataRole.DecorationRole:
            return column.icon(row) if column.icon else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.right)
        return None


class PagedTableModel(RowTableModel[RowT]):
    """A long list read page by page with a keyset cursor.

    `request_page(generation, cursor)` only asks; the answer comes back by `append_page`, and
    is dropped if the list was restarted meanwhile.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], Hashable],
        request_page: Callable[[int, Any], None],
        cursor: Callable[[RowT], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, key, parent)
        self._request_page = request_page
        self._cursor = cursor
        self._generation = 0
        self._pending = False
        self._complete = False

    def restart(self) -> None:
        """Forget all rows and ask for the first page."""
        self._generation += 1
        self.beginResetModel()
        self._rows = []
        self._complete = False
        self._pending = True
        self.endResetModel()
        self._request_page(self._generation, None)

    def append_page(self, generation: int, page: Sequence[RowT], *, is_last: bool) -> None:
        """Add the page that was asked for; a page of an older generation is dropped."""
        if generation != self._generation or not self._pending:
            return
        self._complete = is_last
        if page:
            first = len(self._rows)
            # `_pending` stays set: views call fetchMore from inside beginInsertRows.
            self.beginInsertRows(_NOWHERE, first, first + len(page) - 1)
            self._rows.extend(page)
            self.endInsertRows()
        self._pending = False

    def page_failed(self, generation: int) -> None:
        """The page could not be read; scrolling on asks again."""
        if generation == self._generation:
            self._pending = False

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not (parent.isValid() or self._pending or self._complete)

    @override
    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        self._pending = True
        last = self._rows[-1] if self._rows else None
        self._request_page(self._generation, None if last is None else self._cursor(last))


def _alignment(right: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
