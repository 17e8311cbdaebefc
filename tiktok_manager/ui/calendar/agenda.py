"""The agenda's state: posts as one long list, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.ui.calendar.month import Filter, Show, day_start, local_day
from tiktok_manager.ui.formats import full_stamp, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.kit.paged_reading import Listing, PagedReading
from tiktok_manager.ui.post_look import CHANGES_POSTS, PostLook, changes_posts, post_look
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.list_model import ListModel, PageAsk

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

    def look(post: Post) -> PostLook:
        return post_look(post, core.timezone, core.now())

    return (
        Column(
            words=lambda: tr("When"),
            width=216,
            value=lambda post: zoned_time(post.schedule.due_at, core.timezone, core.now()),
            hint=lambda post: full_stamp(post.schedule.due_at, core.timezone),
        ),
        account_column(core, 170),
        Column(
            words=lambda: tr("Status"),
            width=170,
            value=lambda post: look(post).words,
            icon=lambda post: icon(look(post).icon, look(post).colour),
            hint=lambda post: words(post.error).title if post.error else "",
        ),
        caption_column(),
    )


def account_column(core: Core, width: int) -> Column[Post]:
    """Return whose post it is."""
    accounts = core.accounts
    return Column(
        words=lambda: tr("Account"),
        width=width,
        value=lambda post: f"@{post.handle}",
        sort=lambda post: post.handle,
        icon=lambda post: accounts.avatars.icon(
            post.handle, accounts.picture_path(post.account_id)
        ),
    )


def caption_column() -> Column[Post]:
    """Return what the post says, on one line."""

    def line(post: Post) -> str:
        return " ".join(post.caption.split()) or tr("(no caption)")

    return Column(
        words=lambda: tr("Caption"), value=line, sort=line, hint=lambda post: post.caption
    )
