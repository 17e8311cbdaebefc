"""The agenda's state: what is planned as one long list, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter, Show
from tiktok_manager.ui.calendar.span import ShownZone, day_start, local_day
from tiktok_manager.ui.calendar.tile import Tile, in_order, status_words, who
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
    from tiktok_manager.domain.posts import Post, PostFilter
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.list_model import Column, ListModel
    from tiktok_manager.ui.kit.paged_reading import Cursor, PageAsk

PAGE = 100
_BACK = {Show.PUBLISHED: timedelta(days=30)}
_AFTER_ALL = "\U0010ffff"  # a page ends with all that is due at its last instant


class AgendaViewModel(QObject):
    """Lists posts from today on; those that wait for the user whenever they were due.

    A row is a post, or all of a batch that stand at one time.
    """

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.filter = NO_FILTER
        self.pages: PagedReading[Tile] = PagedReading(
            core.tasks,
            core.bridge,
            Listing(
                columns=agenda_columns(core),
                key=lambda tile: (tile.posts[0].id, tile.post.due_at),
                cursor=lambda tile: (tile.post.due_at, _AFTER_ALL),
                page_size=PAGE,
            ),
            self._reader(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
        )

    @property
    def model(self) -> ListModel[Tile]:
        """What is listed."""
        return self.pages.model

    def set_filter(self, wanted: Filter) -> None:
        """List the posts that pass a filter, and no others."""
        self.filter = wanted
        self.pages.ask_anew(self._reader())

    def _reader(self) -> Callable[[PageAsk, CancelToken], Sequence[Tile]]:
        timezone, workspace = self._core.timezone, self._core.workspace
        first = local_day(self._core.now(), timezone) - _BACK.get(self.filter.show, timedelta())
        whenever = self.filter.show is Show.NEEDS_YOU
        wanted = self.filter.query(None if whenever else day_start(first, timezone))
        page, look_at = workspace.planning.page, workspace.blockers.look_at
        zone = ShownZone(name=timezone)

        def read(ask: PageAsk, token: CancelToken) -> Sequence[Tile]:
            found: list[Tile] = []
            after = ask.after
            while len(found) < ask.limit:
                token.check()
                posts = _whole_instants(page, wanted, after, ask.limit)
                found += in_order(map(PostBrief.of, look_at(posts)), zone)
                if len(posts) < ask.limit:
                    break
                after = (posts[-1].due_at, _AFTER_ALL)
            return found

        return read


def _whole_instants(
    page: Callable[..., list[Post]], wanted: PostFilter, after: Cursor | None, limit: int
) -> list[Post]:
    """Return posts, at the last instant all there are: no batch is cut by a page."""
    posts = page(wanted, after=after, limit=limit)
    if len(posts) < limit:
        return posts
    last = posts[-1]
    end = last.due_at + timedelta(microseconds=1)
    return posts + page(replace(wanted, due_to=end), after=(last.due_at, last.id))


def agenda_columns(core: Core) -> Sequence[Column[Tile]]:
    """Return when, who, how it stands, and what."""

    def first(tile: Tile) -> PostBrief:
        return tile.post

    accounts = account_column(core, first)
    picture = accounts.icon
    return (
        when_column(core, first, words=lambda: tr("When")),
        replace(
            accounts,
            value=who,
            icon=lambda tile: None if tile.is_stack or picture is None else picture(tile),
        ),
        replace(status_column(core, first), value=lambda tile: status_words(tile, core.now())),
        caption_column(first),
    )
