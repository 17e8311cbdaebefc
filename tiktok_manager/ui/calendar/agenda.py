"""The agenda's state: posts as one long list, page by page."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
)
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.ui.calendar.lists import Avatar, agenda_columns
from tiktok_manager.ui.calendar.month import day_start, local_day
from tiktok_manager.ui.calendar.pacing import Paced
from tiktok_manager.ui.calendar.wording import NEEDS_USER
from tiktok_manager.ui.kit.list_model import ListModel, PageAsk, Paging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core

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
        self.scope = Scope.UPCOMING
        self.is_empty = False
        self._started = False
        self.model: ListModel[Post] = ListModel(
            agenda_columns(core, avatar),
            lambda post: post.id,
            self,
            paging=Paging(
                ask=self._read, cursor=lambda post: (post.schedule.due_at, post.id), size=PAGE
            ),
        )
        self._reading = Paced(self.model.reread, self)
        for kind in (PostStatusChanged, PostsChanged, DataChangedElsewhere):
            core.bridge.listen(kind, self._on_change)

    def show_scope(self, scope: Scope) -> None:
        """List something else, or read the list for the first time."""
        if self._started and scope is self.scope:
            self._reading.request()
            return
        self.scope = scope
        self._started = True
        self.model.restart()

    def _filter(self) -> PostFilter:
        if self.scope is Scope.NEEDS_YOU:
            return PostFilter(statuses=NEEDS_USER)
        timezone = self._core.timezone
        return PostFilter(due_from=day_start(local_day(self._core.now(), timezone), timezone))

    def _read(self, ask: PageAsk) -> None:
        wanted, planning = self._filter(), self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.page(wanted, after=ask.after, limit=ask.limit),
            done=partial(self._on_page, ask),
            failed=partial(self._on_failed, ask),
            group="agenda-page",
        )

    def _on_page(self, ask: PageAsk, posts: Sequence[Post]) -> None:
        self.model.show_page(ask, posts)
        self._tell()

    def _tell(self) -> None:
        self.is_empty = not self.model.rows
        self.changed.emit()

    def _on_failed(self, ask: PageAsk, error: AppError) -> None:
        self.model.page_failed(ask)
        self.failed.emit(error)

    def _on_change(self, _event: Event) -> None:
        if self._started:
            self._reading.request()
