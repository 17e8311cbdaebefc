"""Days as a table that says what each holds, for views and screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.formats import date_text, day_title, weekday_name
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import type_font
from tiktok_manager.ui.tokens import Type

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_SPOKEN = 6


class DaysModel(QAbstractTableModel):
    """Weeks as rows, days as columns; a cell's text is the day as it is read aloud."""

    def __init__(self, viewmodel: CalendarViewModel) -> None:
        super().__init__(viewmodel)
        self._viewmodel = viewmodel
        self._days = tuple(viewmodel.span.days)
        self._columns = viewmodel.span.columns
        viewmodel.span_changed.connect(self._on_span)
        viewmodel.posts_changed.connect(self._on_posts)

    def day(self, index: Index) -> date | None:
        """Return the day of a cell."""
        place = index.row() * self._columns + index.column()
        return self._days[place] if index.isValid() and place < len(self._days) else None

    def index_of(self, day: date) -> QModelIndex:
        """Return the cell of a day, an invalid one if it is not shown."""
        offset = (day - self._days[0]).days
        inside = 0 <= offset < len(self._days)
        return self.index(*divmod(offset, self._columns)) if inside else QModelIndex()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._days) // self._columns

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._columns

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        day = self.day(index)
        if day is None or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        return self._spoken(day)

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self._columns:
            return None
        day = self._days[section]
        if role == Qt.ItemDataRole.FontRole and len(self._days) <= self._columns:
            is_today = day == self._viewmodel.today
            return type_font(Type.STRONG if is_today else Type.BODY)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        name = weekday_name(day.isoweekday(), short=role == Qt.ItemDataRole.DisplayRole)
        if len(self._days) > self._columns:
            return name
        return tr("{weekday} {date}", weekday=name, date=date_text(day))

    def _spoken(self, day: date) -> str:
        name = day_title(day)
        if day == self._viewmodel.today:
            name = tr("{day}, today", day=name)
        tiles = self._viewmodel.tiles(day)
        if not tiles:
            return tr("{day}, no posts", day=name)
        return ntr(
            "{day}, {count} post: {first}",
            "{day}, {count} posts: {first}",
            sum(len(tile.posts) for tile in tiles),
            day=name,
            first="; ".join(map(self._viewmodel.sentence, tiles[:_SPOKEN])),
        )

    def _on_span(self) -> None:
        span = self._viewmodel.span
        if span.columns == self._columns and len(span.days) == len(self._days):
            self._days = tuple(span.days)
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, self._columns - 1)
            )
        else:
            self.beginResetModel()
            self._days, self._columns = tuple(span.days), span.columns
            self.endResetModel()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._columns - 1)

    def _on_posts(self, days: Sequence[date]) -> None:
        if len(days) == len(self._days):
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, self._columns - 1)
            )
            return
        for index in map(self.index_of, days):
            if index.isValid():  # else it was read of weeks that are shown no more
                self.dataChanged.emit(index, index)
