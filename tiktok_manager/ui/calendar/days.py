"""What is read of the weeks shown, and what happened to single posts since; blocks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import NotFound
from tiktok_manager.ui.calendar.month import Filter, Tile, Weeks, by_day, day_start, tiles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What was read of some weeks: posts by day, the tiles they make, and where each post is.

    `needing` counts by day the posts that go nowhere until the user does something.
    """

    weeks: Weeks
    timezone: str
    posts: Mapping[date, tuple[Post, ...]]
    tiles: Mapping[date, Sequence[Tile]]
    needing: Mapping[date, int]
    day_of: Mapping[str, date]

    def with_posts(self, days: Mapping[date, Iterable[Post]]) -> Days:
        """Return the same with other posts on some days."""
        ordered = {day: by_day(posts, self.timezone).get(day, ()) for day, posts in days.items()}
        tiles = {day: tiles_of(day, posts, self.timezone) for day, posts in ordered.items()}
        needing = {
            day: sum(len(tile.posts) for tile in found if tile.needs_user)
            for day, found in tiles.items()
        }
        day_of = {post.id: day for day, posts in ordered.items() for post in posts}
        return replace(
            self,
            posts={**self.posts, **ordered},
            tiles={**self.tiles, **tiles},
            needing={**self.needing, **needing},
            day_of={**self.day_of, **day_of},
        )

    def find(self, post_id: str) -> Post | None:
        """Return a post that stands on one of the days."""
        found = self.posts.get(self.day_of[post_id], ()) if post_id in self.day_of else ()
        return next((post for post in found if post.id == post_id), None)


def read_days(
    workspace: Workspace, weeks: Weeks, shown: Filter, timezone: str, token: CancelToken
) -> Days:
    """Return what stands on the days of some weeks, as far as a filter shows it."""
    start, end = weeks.first, weeks.last + timedelta(days=1)
    found = workspace.planning.page(
        shown.query(day_start(start, timezone), day_start(end, timezone))
    )
    token.check()
    posts = by_day(workspace.blockers.look_at(found), timezone)
    nothing = Days(weeks=weeks, timezone=timezone, posts={}, tiles={}, needing={}, day_of={})
    return nothing.with_posts(posts)


def read_posts(workspace: Workspace, post_ids: Iterable[str], token: CancelToken) -> Sequence[Post]:
    """Return single posts as they are now, without those that are gone."""
    found = []
    for post_id in post_ids:
        token.check()
        with suppress(NotFound):
            found.append(workspace.planning.get(post_id))
    return workspace.blockers.look_at(found)


def read_post(workspace: Workspace, post_id: str) -> Post:
    """Return one post as it is now; raises NotFound."""
    (post,) = workspace.blockers.look_at([workspace.planning.get(post_id)])
    return post
