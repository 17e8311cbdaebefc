"""The model behind every list: rows that keep their place while they come, go, move and change.

Panes describe their columns; what a cell says is decided there, not here.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QIcon, QPainter

from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.overrides import override

RowT = TypeVar("RowT")
Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()
_Role = Qt.ItemDataRole
# A drop-down and its search read the text that would be edited.
_TEXTS = (_Role.DisplayRole, _Role.EditRole, _Role.AccessibleTextRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RowT]):
    """A column of a list.

    `words` is its heading; `value` what a cell shows and a screen reader says, `hint` what hovering
    adds; `delegate` paints the cell instead. A `width` of 0 takes the room that is left; below
    `hide_below` px of the whole table the column is not shown. `sort` may return None for what is
    unknown, which then comes last. Numbers stand on the `right`; they, and what is `latest_first`,
    are sorted from the greatest down at first.
    """

    words: Callable[[], str]
    value: Callable[[RowT], str]
    width: int = 0
    hide_below: int = 0
    sort: Callable[[RowT], Any] | None = None
    icon: Callable[[RowT], QIcon | None] | None = None
    delegate: Callable[[QPainter, QRectF, RowT], None] | None = None
    right: bool = False
    latest_first: bool = False
    hint: Callable[[RowT], str] | None = None

    @property
    def sorts_down(self) -> bool:
        """Whether the first sort is from the greatest down."""
        return self.right or self.latest_first


class ListModel(QAbstractTableModel, Generic[RowT]):
    """Rows known by their key. It is never reset: selection, focus and scroll place survive.

    Whole lists are sorted here. Long ones stand in the order they are read in: views ask for `more`
    while it `has_more`.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        key: Callable[[RowT], Hashable],
        parent: QObject | None = None,
        *,
        more: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.has_more = False
        self.is_changing = False
        self._more = more
        self._key = key
        self._given: list[RowT] = []
        self._rows: list[RowT] = []
        self._places: dict[Hashable, int] | None = None
        self._order: tuple[int, Qt.SortOrder] | None = None

    # -- rows -----------------------------------------------------------------------------

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
        if self._places is None:
            self._places = {self._key(row): place for place, row in enumerate(self._rows)}
        return self._places.get(key)

    def find(self, key: Hashable) -> RowT | None:
        """Return the row with this key, None if it is not here."""
        position = self.position(key)
        return None if position is None else self._rows[position]

    def set_rows(self, rows: Sequence[RowT]) -> None:
        """Show these rows: those of a known key stay where they are, changed, moved or not."""
        self._given = list({self._key(row): row for row in rows}.values())
        self._show(self._sorted())

    @property
    def is_long(self) -> bool:
        """Whether it is read part by part, and so can be sorted by nobody here."""
        return self._more is not None

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return self.has_more and not parent.isValid()

    @override
    def fetchMore(self, parent: Index) -> None:
        if self._more is not None and self.canFetchMore(parent):
            self._more()

    # -- what views ask -------------------------------------------------------------------

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == ROW_ROLE:
            return row
        if role in _TEXTS:
            return column.value(row)
        if role == _Role.ToolTipRole:
            return plain_tip(column.hint(row)) if column.hint else None
        return column.icon(row) if role == _Role.DecorationRole and column.icon else None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _Role.DisplayRole:
            return column.words()
        if role == _Role.InitialSortOrderRole:
            orders = Qt.SortOrder
            return orders.DescendingOrder if column.sorts_down else orders.AscendingOrder
        return None

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not self.is_long and (column < 0 or self.columns[column].sort is not None):
            self._order = (column, order) if column >= 0 else None
            self._show(self._sorted())

    def _sorted(self) -> list[RowT]:
        key = None if self._order is None else self.columns[self._order[0]].sort
        if self._order is None or key is None:
            return list(self._given)
        known = [row for row in self._given if key(row) is not None]
        unknown = [row for row in self._given if key(row) is None]
        known.sort(key=key, reverse=self._order[1] == Qt.SortOrder.DescendingOrder)
        return known + unknown

    # -- changing by key ------------------------------------------------------------------

    def _show(self, rows: list[RowT]) -> None:
        places = {self._key(row): place for place, row in enumerate(rows)}
        self.is_changing = True
        self._remove_all_but(places)
        self._reorder(places)
        self._insert(rows)
        self._change(rows)
        self._places = places
        self.is_changing = False

    def _remove_all_but(self, kept: Collection[Hashable]) -> None:
        gone = [place for place, row in enumerate(self._rows) if self._key(row) not in kept]
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(_NOWHERE, first, last)
            del self._rows[first : last + 1]
            self._places = None
            self.endRemoveRows()

    def _reorder(self, places: dict[Hashable, int]) -> None:
        order = [places[self._key(row)] for row in self._rows]
        if all(one < other for one, other in pairwise(order)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [(index.column(), self._key(self._rows[index.row()])) for index in before]
        self._rows.sort(key=lambda row: places[self._key(row)])
        self._places = None
        moved = {self._key(row): place for place, row in enumerate(self._rows)}
        after = [self.index(moved[key], column) for column, key in kept]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert(self, rows: Sequence[RowT]) -> None:
        here = {self._key(row) for row in self._rows}
        new = [place for place, row in enumerate(rows) if self._key(row) not in here]
        for first, last in _runs(new):
            self.beginInsertRows(_NOWHERE, first, last)
            self._rows[first:first] = rows[first : last + 1]
            self._places = None
            self.endInsertRows()

    def _change(self, rows: list[RowT]) -> None:
        pairs = enumerate(zip(self._rows, rows, strict=True))
        changed = [place for place, (old, new) in pairs if old is not new and old != new]
        self._rows = rows
        for first, last in _runs(changed):
            end = self.index(last, len(self.columns) - 1)
            self.dataChanged.emit(self.index(first, 0), end)


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each stretch of neighbours."""
    start = 0
    for stop in range(1, len(places) + 1):
        if stop == len(places) or places[stop] != places[stop - 1] + 1:
            yield places[start], places[stop - 1]
            start = stop
