"""What happened to posts, newest first, narrowed by how they stand, by account and by words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.domain.post_briefs import ChangedPost
from tiktok_manager.domain.posts import NEEDS_USER, UNDER_WAY, PostFilter, PostStatus
from tiktok_manager.ui.formats import age_text, full_stamp
from tiktok_manager.ui.kit.list_model import Column
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
    from tiktok_manager.ui.kit.paged_reading import PageAsk


class Standing(StrEnum):
    """How the posts listed stand."""

    ANY = "any"
    NEEDS_YOU = "needs-you"
    WAITING = "waiting"
    ON_ITS_WAY = "on-its-way"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


_STATUSES = {
    Standing.ANY: frozenset[PostStatus](),
    Standing.NEEDS_YOU: NEEDS_USER,
    Standing.WAITING: frozenset({PostStatus.DRAFT, PostStatus.SCHEDULED}),
    Standing.ON_ITS_WAY: UNDER_WAY,
    Standing.PUBLISHED: frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX}),
    Standing.CANCELLED: frozenset({PostStatus.CANCELLED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which posts to list; an empty part means all."""

    standing: Standing = Standing.ANY
    account_id: str | None = None
    text: str = ""


class ActivityViewModel(QObject):
    """One long list, read page by page as far as somebody scrolled.

    Attributes:
        wanted: What it is narrowed to.
        pages: The list for a table, and the reading that tells its stage.
    """

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.wanted = Wanted()
        self.pages: PagedReading[ChangedPost] = PagedReading(
            core.tasks,
            core.bridge,
            Listing(
                columns=activity_columns(core),
                key=lambda row: row.post.id,
                cursor=lambda row: row.key,
                descending=True,
            ),
            self._reader(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=changes_posts,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether some posts are left out."""
        return self.wanted != Wanted()

    def narrow(self, wanted: Wanted) -> None:
        """List these posts and no others."""
        wanted = replace(wanted, text=wanted.text.strip().removeprefix("@"))
        if wanted != self.wanted:
            self.wanted = wanted
            self.pages.ask_anew(self._reader())

    def _reader(self) -> Callable[[PageAsk, CancelToken], Sequence[ChangedPost]]:
        wanted, workspace = self.wanted, self._core.workspace
        chosen = PostFilter(statuses=_STATUSES[wanted.standing], account_id=wanted.account_id)

        def read(ask: PageAsk, token: CancelToken) -> Sequence[ChangedPost]:
            rows = workspace.planning.changed(
                chosen, text=wanted.text, before=ask.after, limit=ask.limit, cancel=token
            )
            seen = workspace.blockers.look_at([row.post for row in rows])
            return [replace(row, post=post) for row, post in zip(rows, seen, strict=True)]

        return read


def activity_columns(core: Core) -> Sequence[Column[ChangedPost]]:
    """Return when something happened, what it led to, and to which post."""

    def post(row: ChangedPost) -> Post:
        return row.post

    return (
        Column(
            words=lambda: tr("Changed"),
            width=150,
            value=lambda row: age_text(row.changed_at, core.now()),
            hint=lambda row: full_stamp(row.changed_at, core.timezone),
        ),
        status_column(core, post),
        account_column(core, post),
        caption_column(post),
        when_column(core, post, words=lambda: tr("Planned for"), width=190, hide_below=860),
    )
