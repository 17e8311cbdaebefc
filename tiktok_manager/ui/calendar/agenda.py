"""The agenda's state: posts as one long list, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.ui.calendar.filters import Filter, Show
from tiktok_manager.ui.calendar.span import day_start, local_day
from tiktok_manager.ui.kit.paged_reading import Listing, PagedReading
from tiktok_manager.ui.post.columns import (
    account_column,
    caption_column,
    status_column,
    when_column,
)
from tiktok_manager.ui.post_look import CHANGES_POSTS, changes_posts
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.list_model import Column, ListModel
    from tiktok_manager.ui.kit.paged_reading import PageAsk

PAGE = 100
_BACK = {Show.PUBLISHED: timedelta(days=30)}


class AgendaViewModel(QObject):
    """Lists posts from today on; those that wait for the user whenever they were due."""

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.filter = Filter()
        self.pages: PagedReading[Post] = PagedReading(
            core.tasks,
            core.bridge,
            Listing(
                columns=agenda_columns(core),
                key=lambda post: post.id,
                cursor=lambda post: (post.schedule.due_at, post.id),
                page_size=PAGE,
            ),
            self._reader(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
        )

    @property
    def model(self) -> ListModel[Post]:
        """The posts listed."""
        return self.pages.model

    def set_filter(self, wanted: Filter) -> None:
        """List the posts that pass a filter, and no others."""
        self.filter = wanted
        self.pages.ask_anew(self._reader())

    def _reader(self) -> Callable[[PageAsk, CancelToken], Sequence[Post]]:
        timezone, workspace = self._core.timezone, self._core.workspace
        first = local_day(self._core.now(), timezone) - _BACK.get(self.filter.show, timedelta())
        whenever = self.filter.show is Show.NEEDS_YOU
        wanted = self.filter.query(None if whenever else day_start(first, timezone))
        page, look_at = workspace.planning.page, workspace.blockers.look_at
        return lambda ask, _token: look_at(page(wanted, after=ask.after, limit=ask.limit))


def agenda_columns(core: Core) -> Sequence[Column[Post]]:
    """Return when, who, how it stands, and what."""

    def itself(post: Post) -> Post:
        return post

    return (
        when_column(core, itself, words=lambda: tr("When")),
        account_column(core, itself),
        status_column(core, itself),
        caption_column(itself),
    )
