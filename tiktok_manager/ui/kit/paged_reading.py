"""A long list that is read as far as somebody scrolled, and stays true as far as that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject

from tiktok_manager.ui.kit.list_model import Column, Cursor, ListModel, PageAsk, Paging
from tiktok_manager.ui.kit.reading import READS_EVERY_MS, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.events import Event
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page(Generic[RowT]):
    ask: PageAsk
    rows: Sequence[RowT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[RowT]):
    """What a long list is: its columns, the key of a row, and the order it is read in."""

    columns: Sequence[Column[RowT]]
    key: Callable[[RowT], Hashable]
    cursor: Callable[[RowT], Cursor]
    descending: bool = False
    page_size: int = 100

    def paging(self, more: Callable[[PageAsk], None]) -> Paging[RowT]:
        """Return how it is read; `more` asks for what follows."""
        size, descending = self.page_size, self.descending
        return Paging(cursor=self.cursor, more=more, size=size, descending=descending)


class PagedReading(QObject, Generic[RowT]):
    """A `model` for a table and the `reading` that tells its stage; `read` returns a page.

    The list begins empty: `reading.request()` or `ask_anew` reads it. `read` blocks on a worker.
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
        every_ms: int = READS_EVERY_MS,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._read = read
        self._page_size = listing.page_size
        self._more: CancelToken | None = None
        self._shown: _Page[RowT] | None = None
        self._is_another = False
        self.model: ListModel[RowT] = ListModel(
            listing.columns, listing.key, self, paging=listing.paging(self._read_on)
        )
        self._reach = self.model.reach
        self.reading: Reading[_Page[RowT]] = Reading(
            tasks,
            bridge,
            self._read_anew,
            parent=self,
            stale_on=stale_on,
            concerns=concerns,
            is_empty=lambda page: not page.rows,
            every_ms=every_ms,
        )
        self.reading.changed.connect(self._on_read)

    def ask_anew(self, read: Callable[[PageAsk, CancelToken], Sequence[RowT]]) -> None:
        """Show another list: the rows of the last one stay until its first page is there."""
        self._read = read
        self._is_another = True
        self._reach = self._page_size
        if self._more is not None:
            self._more.cancel()
            self.model.page_failed()
        self.reading.ask_anew()

    def _read_anew(self, token: CancelToken) -> _Page[RowT]:
        ask = PageAsk(after=None, limit=self._reach)
        return _Page(ask=ask, rows=self._read(ask, token))

    def _read_on(self, ask: PageAsk) -> None:
        read = self._read
        self._more = self._tasks.run(
            lambda token: _Page(ask=ask, rows=read(ask, token)),
            done=self._on_more,
            failed=self._on_more_failed,
        )

    def _on_read(self) -> None:
        page = self.reading.value
        if page is None or page is self._shown:
            return
        alone, self._is_another = self._is_another, False
        self._shown = page
        self.model.show_page(page.ask, page.rows, alone=alone)
        self._reach = self.model.reach

    def _on_more(self, page: _Page[RowT]) -> None:
        self.model.show_page(page.ask, page.rows)
        self._reach = self.model.reach

    def _on_more_failed(self, _error: AppError) -> None:
        self.model.page_failed()  # scrolling on asks again
