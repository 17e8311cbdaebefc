"""When the posts of a campaign go out: evenly over its window, at local times, or in slots.

A post is put only where its account has room: outside blackouts, with the least gap to its other
posts, under every cap. What finds no room is left without a time, for its user to be told.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from tiktok_manager.domain.campaigns import CampaignSpec, Turn
from tiktok_manager.domain.quota import Ledger
from tiktok_manager.domain.schedule import Schedule, at_instant, resolve, zone
from tiktok_manager.domain.slots import CLASH, Blackout, Diary, Limits

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is left for a campaign's posts."""

    start: datetime
    end: datetime
    timezone: str

    def holds(self, at: datetime) -> bool:
        """Say whether an instant lies in it."""
        return self.start <= at < self.end

    def next_day(self, at: datetime) -> datetime:
        """Return the start of the local day after an instant's."""
        day = at.astimezone(zone(self.timezone)).date() + _DAY
        return resolve(datetime.combine(day, datetime.min.time()), self.timezone).due_at


@dataclass(slots=True, kw_only=True)
class Room:
    """Where one account can post; what is placed takes its room. `slots` are its free ones."""

    name: str
    diary: Diary
    ledger: Ledger
    gap: timedelta | None
    blackouts: Sequence[Blackout]
    slots: Iterable[Schedule] = ()
    _days: Counter[date] = field(default_factory=Counter)

    def later(self, schedule: Schedule, window: Window, per_day: int | None) -> datetime | None:
        """Return None where a post fits, else the first instant after it that may."""
        at, day = schedule.due_at, schedule.shown.date()
        is_full = per_day is not None and self._days[day] >= per_day
        if (
            is_full
            or self.diary.is_full(schedule.wall.date())
            or any(each.covers(schedule) for each in self.blackouts)
        ):
            return window.next_day(at)
        if (free := self.ledger.next_free(at)) != at:
            return free
        if (near := self.diary.too_near(at)) is not None:
            return near + (self.gap or CLASH)
        if self.diary.clashes(at):
            return (self.diary.nearest(at) or at) + CLASH
        return None

    def take(self, schedule: Schedule) -> None:
        """Count a post at this time."""
        self.diary.take(schedule)
        self.ledger.take(schedule.due_at)
        self._days[schedule.shown.date()] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A post of a campaign: the number of its turn from 1 on, its account, and its time, if any."""

    number: int
    video: int
    account: int
    schedule: Schedule | None


def pace(
    spec: CampaignSpec, turns: Sequence[Turn], rooms: Sequence[Room], window: Window
) -> list[Place]:
    """Give every post of these turns a time in what is left of the window, turn by turn."""
    finder: _Finder
    if spec.pace.slots or spec.pace.times:
        finder = _InOrder(spec, rooms, window)
    else:
        beside_each_other = max((len(turn.accounts) for turn in turns), default=1)
        finder = _Evenly(spec, len(turns), beside_each_other, window)
    places = []
    for number, turn in enumerate(turns, start=1):
        # Keeps the accounts of one video apart, whichever of them gets it first.
        beside = Diary((), Limits(gap=spec.stagger or None))
        for order, account in enumerate(turn.accounts):
            found = finder.find(number, order, account, rooms[account], beside)
            if found is not None:
                rooms[account].take(found)
                beside.take(found)
            places.append(Place(number=number, video=turn.video, account=account, schedule=found))
    return places


class _Finder(Protocol):
    def find(
        self, number: int, order: int, account: int, room: Room, beside: Diary
    ) -> Schedule | None:
        """Return a time for a post, None if there is none in the window."""


class _Evenly:
    """Spreads turns over the window; where one finds no room, it goes later, else earlier."""

    def __init__(self, spec: CampaignSpec, turns: int, accounts: int, window: Window) -> None:
        self._spec, self._window = spec, window
        last = spec.stagger * (accounts - 1)
        self._span = max(window.end - window.start - last, _MINUTE)
        self._turns = turns

    def find(
        self, number: int, order: int, _account: int, room: Room, beside: Diary
    ) -> Schedule | None:
        """Look from the even time on, then from the start of the window on."""
        step = self._span / self._turns
        ideal = self._window.start + step * (number - 0.5) + self._spec.stagger * order
        wanted = ideal + _moved(self._spec, number, room)
        inside = min(max(wanted, self._window.start), self._window.end - _MINUTE)
        for start in (inside, self._window.start):
            if (found := self._from(start, room, beside)) is not None:
                return found
        return None

    def _from(self, at: datetime, room: Room, beside: Diary) -> Schedule | None:
        at = _to_minute(at)
        while self._window.holds(at):
            schedule = at_instant(at, self._window.timezone)
            later = room.later(schedule, self._window, self._spec.pace.per_day)
            if later is None and (near := beside.too_near(at)) is not None:
                later = near + self._spec.stagger
            if later is None:
                return schedule
            at = _to_minute(max(later, at + _MINUTE))
        return None


class _InOrder:
    """Takes the slots or times of each account one after the other, the soonest first."""

    def __init__(self, spec: CampaignSpec, rooms: Sequence[Room], window: Window) -> None:
        self._per_day, self._window = spec.pace.per_day, window
        self._left = [
            list(_within(room.slots if spec.pace.slots else _at_times(spec, room, window), window))
            for room in rooms
        ]

    def find(
        self, _number: int, _order: int, account: int, room: Room, beside: Diary
    ) -> Schedule | None:
        """Return the first that has room; one that has none now never will again."""
        left, kept = self._left[account], 0
        found = None
        for place, schedule in enumerate(left):
            if room.later(schedule, self._window, self._per_day) is not None:
                continue
            if beside.too_near(schedule.due_at) is None:
                found = schedule
                left[: place + 1] = left[:kept]
                break
            left[kept] = schedule
            kept += 1
        else:
            del left[kept:]
        return found


def _within(times: Iterable[Schedule], window: Window) -> Iterator[Schedule]:
    for schedule in times:
        if schedule.due_at >= window.end:
            return
        if schedule.due_at >= window.start:
            yield schedule


def _at_times(spec: CampaignSpec, room: Room, window: Window) -> Iterator[Schedule]:
    """Yield the local times of every day of the window, each moved a little where that is asked."""
    day = window.start.astimezone(zone(window.timezone)).date() - _DAY
    last = window.end.astimezone(zone(window.timezone)).date() + _DAY
    found: dict[datetime, Schedule] = {}
    while day <= last:
        for at in spec.pace.times:
            plain = resolve(datetime.combine(day, at), window.timezone)
            moved = _moved(spec, f"{day}/{at}", room)
            schedule = at_instant(plain.due_at + moved, window.timezone) if moved else plain
            found.setdefault(schedule.due_at, schedule)
        day += _DAY
    yield from (found[at] for at in sorted(found))


def _moved(spec: CampaignSpec, what: object, room: Room) -> timedelta:
    """Return by how much a time is moved: the same for the same seed, account and time."""
    minutes = int(spec.pace.jitter / _MINUTE)
    if not minutes:
        return timedelta()
    named = f"jitter/{spec.seed}/{room.name.casefold()}/{what}"
    rng = random.Random(named)  # noqa: S311 - chance that can be repeated, no secret
    return timedelta(minutes=rng.randint(-minutes, minutes))


def _to_minute(at: datetime) -> datetime:
    """Return the instant, or the next full minute after it."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE
