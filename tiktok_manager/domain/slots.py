"""Weekly slots: the local times at which accounts post, and which of them are still free."""

import heapq
import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter

from tiktok_manager.domain.accounts import Account, AccountSelector
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.quota import Ledger
from tiktok_manager.domain.schedule import Schedule, resolve, zone
from tiktok_manager.domain.when import UnclearTime, read_when

CLASH = timedelta(minutes=1)
"""Posts of one account closer than this stand in each other's place."""

LEAST_AHEAD = timedelta(minutes=5)
FARTHEST = timedelta(days=731)
"""A slot is taken no sooner and no later than this from now."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SETS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_NAME = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    "|sat(?:urday)?|sun(?:day)?"
)
_SPAN_OF_DAYS = re.compile(f"(?P<first>{_NAME})(?:-(?P<last>{_NAME}))?")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whom a slot or blackout is for: one account, those of a group or tag at any time, or all."""

    name: str
    account_id: str | None = None

    def takes(self, account: Account) -> bool:
        """Say whether it is for this account."""
        if self.account_id is not None:
            return self.account_id == account.id
        selector = AccountSelector.read(self.name)
        return selector is not None and selector.takes(account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time of the week, 0 being Monday; it keeps its local hour when the clocks change."""

    id: str
    whose: Whose
    weekday: int
    at: time
    timezone: str
    paused: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """Local days, first and last included, on which no slot is taken; a date named wins."""

    id: str
    whose: Whose
    first_day: date
    last_day: date
    note: str = ""
    version: int = 1

    def covers(self, schedule: Schedule) -> bool:
        """Say whether a time lies in it, by the zone of that time."""
        return self.first_day <= schedule.shown.date() <= self.last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How closely the user lets an account post; None is no limit. A day is a local one.

    `stagger` is the least time between the same video on two accounts.
    """

    gap: timedelta | None = None
    per_day: int | None = None
    stagger: timedelta | None = None


def read_days(text: str) -> tuple[int, ...]:
    """Read weekdays such as `mon,wed`, `mon-fri`, `daily`, `weekdays`, `weekends`; InputError."""
    found: set[int] = set()
    for part in text.casefold().replace(" ", "").split(","):
        days = _SPAN_OF_DAYS.fullmatch(part)
        if part in _SETS:
            found |= set(_SETS[part])
        elif days is None:
            raise InputError("bad_days", text=text)
        else:
            start = _DAYS.index(days["first"][:3])
            end = _DAYS.index((days["last"] or days["first"])[:3])
            found |= {day % 7 for day in range(start, end + (7 if end < start else 0) + 1)}
    return tuple(sorted(found))


def read_clock(text: str) -> time:
    """Read a time of day to the minute, such as `18:30`, `1830` or `6pm`; raises InputError."""
    try:
        if not re.fullmatch(r"[0-9:.]+ ?([ap]\.?m\.?)?", text.strip().casefold()):
            raise UnclearTime("bad_clock")
        found = read_when(f"today {text}", datetime(2026, 1, 1, tzinfo=UTC)).time()
    except UnclearTime as exc:
        raise InputError("bad_clock", text=text) from exc
    if found.second or found.microsecond:
        raise InputError("bad_clock", text=text)
    return found


def read_weekly(text: str) -> tuple[tuple[int, ...], tuple[time, ...]]:
    """Read days and times such as `mon-fri 18:30` or `sat sun 9am, 6pm`; without days, every day.

    Raises InputError.
    """
    start = re.search("[0-9]", text)
    if start is None:
        raise InputError("bad_clock", text=text)
    days = re.sub(r"(?<=[a-z]) +(?=[a-z])", ",", text[: start.start()].casefold().strip(" ,;"))
    times = re.split(r"[\s,;]+(?=[0-9])", text[start.start() :].strip(" ,;"))
    return read_days(days or "daily"), tuple(sorted({read_clock(each) for each in times}))


def occurrences(slot: Slot, since: datetime) -> Iterator[Schedule]:
    """Yield a slot's times from an instant on: one for each local day of its weekday."""
    # Where clocks skip a whole day, what stands on it comes on the next one.
    day = since.astimezone(zone(slot.timezone)).date() - timedelta(days=2)
    day += timedelta(days=(slot.weekday - day.weekday()) % 7)
    while day.year < date.max.year:
        schedule = resolve(datetime.combine(day, slot.at), slot.timezone)
        if schedule.due_at >= since:
            yield schedule
        day += _WEEK


def slot_times(
    slots: Iterable[Slot], blackouts: Sequence[Blackout], since: datetime
) -> Iterator[Schedule]:
    """Yield the times of slots in order, outside blackouts; an instant two of them name once."""
    last: datetime | None = None
    in_turn = (occurrences(slot, since) for slot in slots if not slot.paused)
    for schedule in heapq.merge(*in_turn, key=attrgetter("due_at")):
        if schedule.due_at != last and not any(each.covers(schedule) for each in blackouts):
            yield schedule
        last = schedule.due_at


class Diary:
    """When one account's posts stand, of any kind; what a plan adds takes its place in it."""

    def __init__(self, posts: Iterable[tuple[datetime, date]], limits: Limits) -> None:
        posts = list(posts)
        self._times = sorted(at for at, _day in posts)
        self._days = Counter(day for _at, day in posts)
        self._limits = limits

    def take(self, schedule: Schedule) -> None:
        """Count a post at this time."""
        insort(self._times, schedule.due_at)
        self._days[schedule.wall.date()] += 1

    def nearest(self, at: datetime) -> datetime | None:
        """Return the time of the post that stands nearest."""
        place = bisect_left(self._times, at)
        beside = self._times[max(place - 1, 0) : place + 1]
        return min(beside, key=lambda other: abs(other - at), default=None)

    def clashes(self, at: datetime) -> bool:
        """Say whether another post stands in this minute."""
        nearest = self.nearest(at)
        return nearest is not None and abs(nearest - at) < CLASH

    def too_near(self, at: datetime) -> datetime | None:
        """Return the time of the post to which there would be less than the least gap."""
        nearest, gap = self.nearest(at), self._limits.gap
        if gap is None or nearest is None or abs(nearest - at) >= gap:
            return None
        return nearest

    def is_full(self, day: date) -> bool:
        """Say whether the account has as many posts on a day as the user lets it have."""
        per_day = self._limits.per_day
        return per_day is not None and self._days[day] >= per_day

    def has_room(self, schedule: Schedule) -> bool:
        """Say whether nothing speaks against a post at this time."""
        at = schedule.due_at
        return not (self.clashes(at) or self.too_near(at) or self.is_full(schedule.wall.date()))


@dataclass(slots=True, kw_only=True)
class FreeSlots:
    """The free slots of one account, the soonest first; each that is taken is gone."""

    times: Callable[[], Iterator[Schedule]]
    until: datetime
    diary: Diary
    ledgers: Mapping[PostMode, Ledger]
    # What is full stays full, as posts only come on top: nobody goes over it twice.
    _left: dict[PostMode, Iterator[Schedule]] = field(default_factory=dict)

    def between(self, end: datetime, mode: PostMode) -> Iterator[Schedule]:
        """Yield those due before then, each as if it alone were taken."""
        ledger = self.ledgers[mode]
        for schedule in self.times():
            if schedule.due_at >= min(end, self.until):
                return
            if self.diary.has_room(schedule) and ledger.has_room(schedule.due_at):
                yield schedule

    def take(self, mode: PostMode) -> Schedule | None:
        """Take the soonest free one for a post of this mode; None if there is none by then."""
        ledger = self.ledgers[mode]
        for schedule in self._left.setdefault(mode, self.times()):
            if schedule.due_at > self.until:
                return None
            at = schedule.due_at
            if self.diary.has_room(schedule) and ledger.has_room(at):
                self.diary.take(schedule)
                ledger.take(at)
                return schedule
        return None
