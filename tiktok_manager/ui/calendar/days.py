"""What is read of the days shown, and what happened to single posts since; blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktok_manager.ui.calendar.filters import Filter
from tiktok_manager.ui.calendar.span import ShownZone, Span, View
from tiktok_manager.ui.calendar.tile import Tile, by_day, tiles_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.post_briefs import PostBrief
    from tiktok_manager.services.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be read: which days, which posts, by whose clock."""

    span: Span
    shown: Filter
    zone: ShownZone


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What was read: posts by day, the tiles they make, and where each post is.

    `needing` counts by day the posts that go nowhere until the user does something.
    """

    ask: Ask
    posts: Mapping[date, tuple[PostBrief, ...]]
    tiles: Mapping[date, Sequence[Tile]]
    needing: Mapping[date, int]
    day_of: Mapping[str, date]

    def with_posts(self, days: Mapping[date, Iterable[PostBrief]]) -> Days:
        """Return the same with other posts on some days."""
        zone, by_need = self.ask.zone, self.ask.span.view is View.MONTH
        ordered = {day: tuple(sorted(posts, key=_order)) for day, posts in days.items()}
        tiles = {day: tiles_of(day, posts, zone, by_need=by_need) for day, posts in ordered.items()}
        needing = {day: sum(tile.needing for tile in found) for day, found in tiles.items()}
        day_of = {post.id: day for day, posts in ordered.items() for post in posts}
        return replace(
            self,
            posts={**self.posts, **ordered},
            tiles={**self.tiles, **tiles},
            needing={**self.needing, **needing},
            day_of={**self.day_of, **day_of},
        )

    def find(self, post_id: str) -> PostBrief | None:
        """Return a post that stands on one of the days."""
        found = self.posts.get(self.day_of[post_id], ()) if post_id in self.day_of else ()
        return next((post for post in found if post.id == post_id), None)


def read_days(workspace: Workspace, ask: Ask, token: CancelToken) -> Days:
    """Return what stands on some days, as far as a filter shows it."""
    standing = workspace.blockers.now()
    token.check()
    wanted = ask.shown.query(*ask.zone.bounds(ask.span))
    posts = by_day(workspace.planning.briefs(wanted, standing), ask.zone)
    token.check()
    nothing = Days(ask=ask, posts={}, tiles={}, needing={}, day_of={})
    return nothing.with_posts({day: found for day, found in posts.items() if day in ask.span})


def read_posts(workspace: Workspace, ids: Collection[str], shown: Filter) -> Sequence[PostBrief]:
    """Return single posts as they are now, without those that are gone or that no filter shows."""
    standing = workspace.blockers.now()
    return workspace.planning.briefs(shown.query(None), standing, ids)


def _order(post: PostBrief) -> tuple[object, str]:
    return post.due_at, post.id
