"""A long list that is read as far as somebody scrolled, and stays true as far as that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject

from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.events import Event
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

RowT = TypeVar("RowT")


Cursor = tuple[datetime, str]
"""Where a row of a long list stands: what it is ordered by, and its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsk:
    """A part of a long list to be read: at most `limit` rows that follow `after`."""

    after: Cursor | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page(Generic[RowT]):
    ask: PageAsk
    rows: Sequence[RowT]

    @property
    def is_last(self) -> bool:
        """Whether nothing followed it."""
        return len(self.rows) < self.ask.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[RowT]):
    """What a long list is: its columns, the key of a row, and the order it is read in."""

    columns: Sequence[Column[RowT]]
    key: Callable[[RowT], Hashable]
    cursor: Callable[[RowT], Cursor]
    descending: bool = False
    page_size: int = 100

    def reaches(self, row: RowT, end: Cursor) -> bool:
        """Say whether a row stands no further down than this."""
        at = self.cursor(row)
        return at >= end if self.descending else at <= end


class PagedReading(QObject, Generic[RowT]):
    """A `model` for a table and the `reading` that tells its stage; `read` returns a page.

    The list begins empty: `reading.request()` or `ask_anew` reads it. `read` blocks on a worker.
    Reading on and reading anew are the same: a part of the list takes the place of what was known
    of it.
    """

    def __init__(
        self,
        tasks: TaskRunner,
        bridge: QtEventBridge,
        listing: Listing[RowT],
        read: Callable[[PageAsk, CancelToken], Sequence[RowT]],
        *,
        parent: QObject,
        stale_on: Sequence[type[Event]] = (),
        concerns: Callable[[Event], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._listing = listing
        self._read = read
        self._reach = listing.page_size
        self._is_whole = True
        self._is_another = False
        self._more: CancelToken | None = None
        self._shown: _Page[RowT] | None = None
        self.model: ListModel[RowT] = ListModel(
            listing.columns, listing.key, self, more=self._read_on
        )
        self.reading: Reading[_Page[RowT]] = Reading(
            tasks,
            bridge,
            self._read_anew,
            parent=self,
            stale_on=stale_on,
            concerns=concerns,
            is_empty=lambda page: not page.rows,
        )
        self.reading.changed.connect(self._on_read)

    def ask_anew(self, read: Callable[[PageAsk, CancelToken], Sequence[RowT]]) -> None:
        """Show another list: the rows of the last one stay until its first page is there."""
        self._read = read
        self._reach = self._listing.page_size
        self._is_another = True
        self.model.has_more = False
        if self._more is not None:
            self._more.cancel()
            self._more = None
        self.reading.ask_anew()

    def _read_anew(self, token: CancelToken) -> _Page[RowT]:
        ask = PageAsk(after=None, limit=self._reach)
        return _Page(ask=ask, rows=self._read(ask, token))

    def _read_on(self) -> None:
        read, listing = self._read, self._listing
        ask = PageAsk(after=listing.cursor(self.model.rows[-1]), limit=listing.page_size)
        self.model.has_more = False
        self._more = self._tasks.run(
            lambda token: _Page(ask=ask, rows=read(ask, token)),
            done=self._on_more,
            failed=self._on_more_failed,
        )

    def _on_read(self) -> None:
        page = self.reading.value
        if page is not None and page is not self._shown:
            self._shown = page
            self._show(page, *self._around(page))
            self._is_another = False

    def _on_more(self, page: _Page[RowT]) -> None:
        self._more = None
        self._show(page, *self._around(page))

    def _on_more_failed(self, _error: AppError) -> None:
        self._more = None
        self.model.has_more = True  # scrolling on asks again

    def _around(self, page: _Page[RowT]) -> tuple[Sequence[RowT], Sequence[RowT]]:
        """Return what is known to stand before and behind a page."""
        if self._is_another:
            return (), ()
        listing, end = self._listing, page.ask.after
        news = {listing.key(row) for row in page.rows}
        known = [row for row in self.model.rows if listing.key(row) not in news]
        before = [] if end is None else [row for row in known if listing.reaches(row, end)]
        if page.is_last:
            return before, ()
        end = listing.cursor(page.rows[-1])
        return before, [row for row in known if not listing.reaches(row, end)]

    def _show(self, page: _Page[RowT], before: Sequence[RowT], after: Sequence[RowT]) -> None:
        rows, size = [*before, *page.rows, *after], self._listing.page_size
        if not after:
            self._is_whole = page.is_last
        self.model.has_more = False  # views ask for more from inside beginInsertRows
        self.model.set_rows(rows)
        self.model.has_more = not self._is_whole and self._more is None
        # To be read anew: all that is shown, and what may follow a list that is whole.
        pages = len(rows) // size + 1 if self._is_whole else -(-len(rows) // size)
        self._reach = pages * size
