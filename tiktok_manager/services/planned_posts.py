"""What is planned and what became of it: the reading half of `planning`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.domain.holds import Standing
from tiktok_manager.domain.post_briefs import ChangedPost, PostBrief
from tiktok_manager.domain.posts import (
    NEEDS_USER,
    UNDER_WAY,
    Post,
    PostFilter,
    PostStatus,
    TrailEntry,
)
from tiktok_manager.storage import account_posts, post_briefs, post_search
from tiktok_manager.storage import posts as queries

if TYPE_CHECKING:
    from tiktok_manager.services.hold_reasons import HoldReasons
    from tiktok_manager.storage.database import Database

_STRETCH = 10_000  # posts a text is looked for in before a cancel is heard
_ID_START = 6  # so many letters are more likely an id than a word


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOverview:
    """What the status line and the tray tell.

    `under_way` are being sent or checked by TikTok; of these, `uploading` stop if the app does.
    `needs_user` counts what stopped and, of what is planned, what waits for its account to be
    connected; `paused` is planned for accounts or campaigns that the user paused.
    """

    next_due: Post | None
    last_result: Post | None
    needs_user: int
    under_way: int
    uploading: int = 0
    failed: int = 0
    paused: int = 0


class PlannedPosts:
    """The posts of one data folder, as they are now."""

    def __init__(self, database: Database, waiting: HoldReasons) -> None:
        self._database = database
        self._waiting = waiting

    def get(self, post_id: str) -> Post:
        """Return the post with this id or unique beginning of one; raises NotFound."""
        with self._database.read() as session:
            exact = queries.get_post(session, post_id)
            found = [exact] if exact else queries.find_posts(session, post_id)
        if not found or not post_id:
            raise NotFound("not_found", what="post", id=post_id)
        if len(found) > 1:
            raise InputError("post_id_not_unique", id=post_id)
        return self._waiting.explain(found)[0]

    def page(
        self,
        wanted: PostFilter,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int | None = None,
    ) -> list[Post]:
        """Return posts by (due time, id); `after` is that key of the last one already seen."""
        with self._database.read() as session:
            found = queries.list_posts(session, wanted, after=after, limit=limit)
        return self._waiting.explain(found)

    def briefs(
        self, wanted: PostFilter, standing: Standing, ids: Collection[str] | None = None
    ) -> list[PostBrief]:
        """Return posts by due time as a calendar shows them, and how they wait.

        Of these `ids` alone where they are given.
        """
        with self._database.read() as session:
            return post_briefs.list_briefs(session, wanted, standing, ids)

    def get_all(self, ids: Collection[str]) -> list[Post]:
        """Return the posts with these ids, in their order, without those that are gone."""
        with self._database.read() as session:
            found = queries.get_posts(session, ids)
        return self._waiting.explain(found[each] for each in ids if each in found)

    def between(self, start: datetime, end: datetime) -> list[Post]:
        """Return the posts due in [start, end)."""
        return self.page(PostFilter(due_from=start, due_to=end))

    def changed(
        self,
        wanted: PostFilter,
        *,
        text: str = "",
        before: tuple[datetime, str] | None = None,
        limit: int,
        cancel: CancelToken | None = None,
    ) -> list[ChangedPost]:
        """Return posts by their last change, newest first, older than the `key` seen last.

        `text` stands in the caption or the account's handle. It is looked for in stretches of the
        history, each a read of its own, so that a `cancel` is heard soon.
        """
        found: list[ChangedPost] = []
        has_more = True
        while has_more and len(found) < limit:
            if cancel is not None:
                cancel.check()
            with self._database.read() as session:
                until = post_search.change_after(session, before, _STRETCH) if text else None
                found += post_search.changed_posts(
                    session, wanted, text=text, before=before, until=until, limit=limit - len(found)
                )
            before, has_more = until, until is not None
        explained = self._waiting.explain([each.post for each in found])
        pairs = zip(explained, found, strict=True)
        return [replace(each, post=post) for post, each in pairs]

    def search(self, text: str, limit: int, cancel: CancelToken | None = None) -> list[Post]:
        """Return posts of all dates by a word of their caption, their handle or their id.

        What is to come stands first, the nearest before the farthest; then what was, newest first.
        """
        word = text.strip().removeprefix("@")
        if not word:
            return []
        with self._database.read() as session:
            now = self._database.now(session)
            named = queries.find_posts(session, word) if len(word) >= _ID_START else []
        found: list[Post] = []
        for is_past in (False, True):
            left = limit - len(found)
            found += self._due(word, now, left, is_past=is_past, cancel=cancel or CancelToken())
        others = [post for post in found if post not in named]
        return self._waiting.explain([*named, *others][:limit])

    def _due(
        self, word: str, now: datetime, limit: int, *, is_past: bool, cancel: CancelToken
    ) -> list[Post]:
        """Look ahead of now, or back, in stretches: a `cancel` is heard soon."""
        found: list[Post] = []
        key: tuple[datetime, str] | None = (now, "")
        while key is not None and len(found) < limit:
            cancel.check()
            with self._database.read() as session:
                until = post_search.due_after(session, key, _STRETCH, is_past=is_past)
                left = limit - len(found)
                found += post_search.due_posts(
                    session, word, after=key, until=until, is_past=is_past, limit=left
                )
            key = until
        return found

    def trail(self, post_id: str) -> list[TrailEntry]:
        """Return what happened to a post, oldest first."""
        post = self.get(post_id)
        with self._database.read() as session:
            return queries.trail(session, post.id)

    def overview(self) -> PublishOverview:
        """Return what goes out next, what came last, and how much waits for the user."""
        with self._database.read() as session:
            numbers = queries.count(session, {*NEEDS_USER, *UNDER_WAY})
            unconnected, paused = account_posts.count_held(session)
            stopped = sum(numbers.get(status, 0) for status in NEEDS_USER)
            return PublishOverview(
                next_due=queries.next_due(session),
                last_result=queries.last_result(session),
                needs_user=stopped + unconnected,
                under_way=sum(numbers.get(status, 0) for status in UNDER_WAY),
                uploading=numbers.get(PostStatus.PUBLISHING, 0),
                failed=numbers.get(PostStatus.FAILED, 0),
                paused=paused,
            )
