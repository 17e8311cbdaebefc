"""Where posts go that are moved or copied, and what speaks against it: decided without a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.plans import PostEdit
from tiktok_manager.domain.posts import EDITABLE
from tiktok_manager.domain.schedule import Schedule, at_instant, resolve, shifted
from tiktok_manager.ui.formats import date_text, time_text, weekday_name
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tiktok_manager.domain.post_briefs import PostBrief
    from tiktok_manager.ui.calendar.span import ShownZone
    from tiktok_manager.ui.calendar.tile import Tile

STEP_MINUTES = 15
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far posts are moved: by days, which keep their local hour, and minutes of the clock."""

    days: int = 0
    minutes: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.minutes)


NO_SHIFT = Shift()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is dropped: a day, and how many minutes after midnight, if that is shown.

    An `is_exact` minute is that of a free slot, which need not be a quarter.
    """

    day: date
    minute: int | None = None
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What is being moved or copied: the tile under the pointer, and all posts that go along."""

    tile: Tile
    posts: Sequence[PostBrief]
    zone: ShownZone

    def shift_to(self, place: Place) -> Shift:
        """Return how far all of it goes if the tile goes there, in steps of a quarter."""
        wall = self.tile.wall
        days = (place.day - wall.date()).days
        if place.minute is None:
            return Shift(days=days)
        latest = _DAY_MINUTES - STEP_MINUTES
        minute = min(max(round(place.minute / STEP_MINUTES) * STEP_MINUTES, 0), latest)
        if place.is_exact:
            minute = place.minute
        return Shift(days=days, minutes=minute - wall.hour * 60 - wall.minute)

    def words(self, shift: Shift, *, copies: bool) -> str:
        """Say where it goes: `Thu 18:45`, `3 posts: Thu 18:45`."""
        wall = _shown(landing(self.tile.post, shift, self.zone), self.tile, self.zone)
        name = weekday_name(wall.isoweekday(), short=True)
        if shift.minutes:
            when = tr("{weekday} {time}", weekday=name, time=time_text(wall.time()))
        else:
            when = tr("{weekday} {date}", weekday=name, date=date_text(wall.date()))
        if len(self.posts) > 1:
            when = ntr("{count} post: {when}", "{count} posts: {when}", len(self.posts), when=when)
        return tr("Copy: {when}", when=when) if copies else when

    def why_not(self, shift: Shift, now: datetime, *, copies: bool) -> str:
        """Say why it cannot go there, empty if it can."""
        fixed = [post for post in self.posts if post.status not in EDITABLE]
        if fixed and not copies:
            return tr("What is on its way or over cannot be moved. Ctrl copies it.")
        try:
            times = [landing(post, shift, self.zone).due_at for post in self.posts]
        except (InputError, OverflowError):
            return tr("So far the calendar does not reach.")
        return tr("That time has passed.") if min(times) < now else ""


def landing(post: PostBrief, shift: Shift, zone: ShownZone) -> Schedule:
    """Return where a post stands after a move: whole days keep the hour of its own zone."""
    if not shift.minutes:
        return shifted(at_instant(post.due_at, post.timezone), days=shift.days)
    wall = zone.wall(post) + timedelta(days=shift.days, minutes=shift.minutes)
    return at_instant(resolve(wall, zone.of(post)).due_at, post.timezone)


def edit_of(post: PostBrief, shift: Shift, zone: ShownZone) -> PostEdit:
    """Return the change that moves a post."""
    if not shift.minutes:
        return PostEdit(shift_days=shift.days)
    schedule = landing(post, shift, zone)
    return PostEdit(when=schedule.due_at.isoformat(), timezone=schedule.timezone)


def _shown(schedule: Schedule, tile: Tile, zone: ShownZone) -> datetime:
    return at_instant(schedule.due_at, zone.of(tile.post)).wall
