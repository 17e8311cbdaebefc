"""The agenda's state: posts as one long list, page by page."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    PostsChanged,
    PostStatusChanged,
)
from tiktok_manager.domain.posts import NEEDS_USER, PostFilter
from tiktok_manager.ui.calendar.lists import Avatar, agenda_columns
from tiktok_manager.ui.calendar.month import day_start, local_day
from tiktok_manager.ui.kit.paged_reading import Listing, PagedReading
from tiktok_manager.ui.kit.reading import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.list_model import ListModel, PageAsk

PAGE = 100


class Scope(StrEnum):
    """What the agenda lists."""

    UPCOMING = "upcoming"
    NEEDS_YOU = "needs-you"


class AgendaViewModel(QObject):
    """Lists posts from today on, or all that wait for the user.

    Signals:
        changed: The list was read; `is_empty` may read differently.
        failed: An AppError to show.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, avatar: Avatar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._started = False
        self.scope = Scope.UPCOMING
        self.pages: PagedReading[Post] = PagedReading(
            core.tasks,
            core.bridge,
            Listing(
                columns=agenda_columns(core, avatar),
                key=lambda post: post.id,
                cursor=lambda post: (post.schedule.due_at, post.id),
                page_size=PAGE,
            ),
            self._reader(),
            parent=self,
            stale_on=(PostStatusChanged, PostsChanged, DataChangedElsewhere),
        )
        self.pages.reading.changed.connect(self._on_read)

    @property
    def model(self) -> ListModel[Post]:
        """The posts listed."""
        return self.pages.model

    @property
    def is_empty(self) -> bool:
        """Whether it was read and nothing is there."""
        return self.pages.reading.stage is Stage.EMPTY

    def show_scope(self, scope: Scope) -> None:
        """List something else, or read the list for the first time."""
        if self._started and scope is self.scope:
            self.pages.reading.request()
            return
        self.scope = scope
        self._started = True
        self.pages.ask_anew(self._reader())

    def _reader(self) -> Callable[[PageAsk, CancelToken], Sequence[Post]]:
        wanted, workspace = self._filter(), self._core.workspace
        page, look_at = workspace.planning.page, workspace.blockers.look_at
        return lambda ask, _token: look_at(page(wanted, after=ask.after, limit=ask.limit))

    def _filter(self) -> PostFilter:
        if self.scope is Scope.NEEDS_YOU:
            return PostFilter(statuses=NEEDS_USER, or_unconnected=True)
        timezone = self._core.timezone
        return PostFilter(due_from=day_start(local_day(self._core.now(), timezone), timezone))

    def _on_read(self) -> None:
        failure = self.pages.reading.failure
        if failure is not None:
            self.failed.emit(failure)
        self.changed.emit()
