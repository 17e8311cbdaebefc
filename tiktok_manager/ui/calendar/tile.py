"""What stands on a day as plain values: one tile for a post, or for those planned together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import PostStatus, WaitingLook
from tiktok_manager.ui.calendar.span import ShownZone
from tiktok_manager.ui.formats import time_text
from tiktok_manager.ui.post_look import needs_user, post_look, unsafe_waiting
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

_BUSY = 4
"""With more than so many entries in a day, those that need the user come first."""

_WORST_FIRST: tuple[PostStatus | WaitingLook, ...] = (
    PostStatus.FAILED,
    PostStatus.NEEDS_ATTENTION,
    PostStatus.UNCONFIRMED,
    PostStatus.MISSED,
    WaitingLook.RECONNECT,
    WaitingLook.PAUSED,
    WaitingLook.HELD,
    WaitingLook.CAP,
    WaitingLook.RETRY,
    PostStatus.PUBLISHING,
    PostStatus.PROCESSING,
    PostStatus.SCHEDULED,
    PostStatus.DRAFT,
    PostStatus.IN_INBOX,
    PostStatus.PUBLISHED,
    PostStatus.CANCELLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A post at its time, or all posts of one batch that stand at that time.

    `post` is the one that is worst off: its look is the tile's. What it says is made when it is
    asked for: most of a crowded day is not shown.
    """

    posts: tuple[PostBrief, ...]
    post: PostBrief
    day: date
    zone: ShownZone
    is_mixed: bool = False

    @property
    def wall(self) -> datetime:
        """Its local time as it is shown, naive."""
        return self.zone.wall(self.post)

    @property
    def time(self) -> str:
        """Its local time in words."""
        return time_text(self.wall.time())

    @property
    def words(self) -> str:
        """Its caption on one line."""
        return " ".join(self.post.caption.split()) or tr("(no caption)")

    @property
    def needs_user(self) -> bool:
        """Whether it goes nowhere until the user does something."""
        return needs_user(self.post)

    @property
    def needing(self) -> int:
        """How many of its posts do."""
        return sum(map(needs_user, self.posts)) if self.needs_user else 0

    @property
    def is_stack(self) -> bool:
        """Whether it stands for several accounts."""
        return len(self.posts) > 1

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its posts."""
        return frozenset(post.id for post in self.posts)

    def holds(self, post_id: str) -> bool:
        """Say whether this post is in it."""
        return any(post.id == post_id for post in self.posts)


def by_day(posts: Iterable[PostBrief], zone: ShownZone) -> dict[date, tuple[PostBrief, ...]]:
    """Sort posts that stand in order into their days."""
    days: dict[date, list[PostBrief]] = {}
    for post in posts:
        days.setdefault(zone.day(post), []).append(post)
    return {day: tuple(found) for day, found in days.items()}


def tiles_of(
    day: date, posts: Iterable[PostBrief], zone: ShownZone, *, by_need: bool = True
) -> Sequence[Tile]:
    """Return a day's posts, which stand in order, as tiles.

    What was planned together and stands at one time is one tile. With `by_need`, what needs the
    user leads on a busy day.
    """
    tiles = list(_tiles(day, posts, zone))
    if by_need and len(tiles) > _BUSY:
        tiles.sort(key=lambda tile: not tile.needs_user)
    return tiles


def in_order(posts: Iterable[PostBrief], zone: ShownZone) -> Sequence[Tile]:
    """Return posts of any days, which stand in order, as tiles."""
    days = by_day(posts, zone)
    return [
        tile for day, found in days.items() for tile in tiles_of(day, found, zone, by_need=False)
    ]


def who(tile: Tile) -> str:
    """Name a tile's account, or say how many it stands for."""
    if tile.is_stack:
        return ntr("{count} account", "{count} accounts", len(tile.posts))
    return f"@{tile.post.handle}"


def status_words(tile: Tile, now: datetime) -> str:
    """Say how a tile stands, each part of it that differs."""
    looks = Counter(post_look(post, tile.zone.of(post), now).words for post in tile.posts)
    if len(looks) == 1:
        return next(iter(looks))
    counted = [tr("{count} {status}", count=count, status=words) for words, count in looks.items()]
    return ", ".join(counted)


def _tiles(day: date, posts: Iterable[PostBrief], zone: ShownZone) -> Iterator[Tile]:
    for _at, at_once in groupby(posts, _due_at):
        batches: dict[str, list[PostBrief]] = {}
        for post in at_once:
            batches.setdefault(post.batch or post.id, []).append(post)
        for together in batches.values():
            yield _tile(day, together, zone)


def _tile(day: date, posts: list[PostBrief], zone: ShownZone) -> Tile:
    if len(posts) == 1:
        return Tile(posts=tuple(posts), post=posts[0], day=day, zone=zone)
    ranks = [_rank(post) for post in posts]
    worst = posts[ranks.index(min(ranks))]
    is_mixed = min(ranks) != max(ranks)
    return Tile(posts=tuple(posts), post=worst, day=day, zone=zone, is_mixed=is_mixed)


def _rank(post: PostBrief) -> int:
    waits = unsafe_waiting(post)
    return _WORST_FIRST.index(post.status if waits is None else waits.look)


def _due_at(post: PostBrief) -> datetime:
    return post.due_at
