"""Weeks, days and posts as plain values: what the month shows, without a widget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Self

from tiktok_manager.domain.posts import (
    GREEN,
    NEEDS_USER,
    UNDER_WAY,
    Post,
    PostFilter,
    PostStatus,
)
from tiktok_manager.domain.schedule import resolve, zone
from tiktok_manager.ui.formats import months_title, time_text
from tiktok_manager.ui.post_look import needs_user, unsafe_waiting
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WEEKS = 5
_FIRST, _LAST = date(1970, 2, 1), date(9998, 11, 1)
_BUSY = 4
"""With more than so many entries in a day, those that need the user come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The weeks shown, from a day on that begins one."""

    first: date

    @classmethod
    def of(cls, day: date, first_weekday: int) -> Self:
        """Return the weeks from that of a day on; `first_weekday` is 1 (Monday) to 7."""
        day = min(max(day, _FIRST), _LAST)
        return cls(first=day - timedelta(days=(day.isoweekday() - first_weekday) % 7))

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=7 * WEEKS - 1)

    @property
    def days(self) -> Sequence[date]:
        """All days, in order."""
        return tuple(self.first + timedelta(days=offset) for offset in range(7 * WEEKS))

    @property
    def title(self) -> str:
        """The months that are touched."""
        return months_title(self.first, self.last)

    def scrolled(self, weeks: int) -> Weeks:
        """Return the weeks so many later, or earlier."""
        return Weeks.of(self.first + timedelta(weeks=weeks), self.first.isoweekday())

    def turned(self, months: int) -> Weeks:
        """Return the weeks from the first of a later month on, or of the one begun earlier."""
        first_weekday = self.first.isoweekday()
        month = self.first + timedelta(days=6)  # a month that begins in this week is this month
        whole = Weeks.of(month.replace(day=1), first_weekday)
        if months < 0 and whole.first < self.first:
            months += 1  # back to the beginning of the month that is under way
        count = min(max(month.year * 12 + month.month - 1 + months, 1970 * 12 + 1), 9998 * 12)
        return Weeks.of(date(count // 12, count % 12 + 1, 1), first_weekday)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One video at one time in its day, for one account or several that stand alike.

    `timezone` is the one the calendar is shown in. `needs_user`: it goes nowhere until the user
    does something. What it says is made when it is asked for: most of a crowded day is not shown.
    """

    posts: tuple[Post, ...]
    day: date
    timezone: str
    needs_user: bool

    @property
    def post(self) -> Post:
        """The post, or the first of several."""
        return self.posts[0]

    @property
    def time(self) -> str:
        """Its wall time."""
        return time_text(self.post.schedule.due_at.astimezone(zone(self.timezone)).time())

    @property
    def words(self) -> str:
        """Its caption on one line."""
        return " ".join(self.post.caption.split()) or tr("(no caption)")

    @property
    def is_stack(self) -> bool:
        """Whether it stands for several accounts."""
        return len(self.posts) > 1

    def holds(self, post_id: str) -> bool:
        """Say whether this post is in it."""
        return any(post.id == post_id for post in self.posts)


class Show(StrEnum):
    """In what state posts are that are shown."""

    ALL = "all"
    PLANNED = "planned"
    NEEDS_YOU = "needs-you"
    PUBLISHED = "published"


_STATUSES = {
    Show.ALL: frozenset[PostStatus](),
    Show.PLANNED: frozenset({PostStatus.SCHEDULED}) | UNDER_WAY,
    Show.NEEDS_YOU: NEEDS_USER,
    Show.PUBLISHED: GREEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which posts are shown: of which accounts (none named are all), and in what state."""

    account_ids: frozenset[str] = frozenset()
    show: Show = Show.ALL

    def query(self, due_from: datetime | None, due_to: datetime | None = None) -> PostFilter:
        """Return what the planner is asked for."""
        return PostFilter(
            statuses=_STATUSES[self.show],
            or_unconnected=self.show is Show.NEEDS_YOU,
            account_ids=self.account_ids,
            due_from=due_from,
            due_to=due_to,
        )

    def takes(self, post: Post) -> bool:
        """Say whether a post is shown."""
        in_accounts = not self.account_ids or post.account_id in self.account_ids
        if self.show is Show.NEEDS_YOU:
            return in_accounts and needs_user(post)
        return in_accounts and (self.show is Show.ALL or post.status in _STATUSES[self.show])


def day_start(day: date, timezone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return resolve(datetime.combine(day, time.min), timezone).due_at


def local_day(at: datetime, timezone: str) -> date:
    """Return the day an instant falls on in a zone."""
    return at.astimezone(zone(timezone)).date()


def by_day(posts: Iterable[Post], timezone: str) -> dict[date, tuple[Post, ...]]:
    """Sort posts into their days, by time within each."""
    days: dict[date, list[Post]] = {}
    for post in sorted(posts, key=_order):
        days.setdefault(local_day(post.schedule.due_at, timezone), []).append(post)
    return {day: tuple(found) for day, found in days.items()}


def tiles_of(day: date, posts: Iterable[Post], timezone: str) -> Sequence[Tile]:
    """Return a day's posts as the month shows them.

    What is the same video at the same time is one tile; on a busy day what needs the user leads.
    """
    at_once = (list(group) for _due_at, group in groupby(sorted(posts, key=_order), _due_at))
    tiles = [
        Tile(posts=same, day=day, timezone=timezone, needs_user=needs_user(same[0]))
        for group in at_once
        for same in _alike(group)
    ]
    is_busy = len(tiles) > _BUSY
    return sorted(tiles, key=lambda tile: (is_busy and not tile.needs_user, *_order(tile.post)))


def _alike(posts: list[Post]) -> Iterator[tuple[Post, ...]]:
    """Yield what of the posts of one time is one thing until it is opened."""
    if len(posts) == 1:
        yield tuple(posts)
    else:
        for _likeness_of_all, group in groupby(sorted(posts, key=_likeness), _likeness):
            yield tuple(group)


def _due_at(post: Post) -> datetime:
    return post.schedule.due_at


def _order(post: Post) -> tuple[datetime, str]:
    return post.schedule.due_at, post.id


def _likeness(post: Post) -> tuple[str, str, PostStatus, str]:
    """Return what posts of one time have in common that are one thing until it is opened."""
    waits = unsafe_waiting(post)
    look = "" if waits is None else f"{waits.look} {waits.until}"
    return str(post.media.path), post.caption, post.status, look
