"""When a post goes out: wall time and zone as the user meant them, and the instant they name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.when import (
    BAD,
    UnclearTime,
    read_when,
)

LEAST_LEAD = timedelta(minutes=30)
_SECOND = timedelta(seconds=1)  # a wall time is kept to the second


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`due_at` is UTC; `wall` is naive local time in `timezone`, kept as the user gave it."""

    due_at: datetime
    wall: datetime
    timezone: str

    @property
    def shown(self) -> datetime:
        """The local time at which it goes out; another than `wall` where clocks skipped that."""
        return self.due_at.astimezone(zone(self.timezone)).replace(tzinfo=None)


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone; raises InputError for an unknown name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise InputError("bad_zone", name=name) from exc


def resolve(wall: datetime, timezone: str) -> Schedule:
    """Return the instant a wall time names in a zone.

    In a spring gap the next valid instant is taken, in an autumn overlap the first one.
    """
    tz = zone(timezone)
    local = wall.replace(tzinfo=tz, fold=0)
    due_at = local.astimezone(UTC)
    if due_at.astimezone(tz).replace(tzinfo=None) != wall:
        due_at = _end_of_gap(local, tz)
    return Schedule(due_at=due_at, wall=wall, timezone=timezone)


def at_instant(due_at: datetime, timezone: str) -> Schedule:
    """Return the schedule for an instant, told in a zone."""
    wall = due_at.astimezone(zone(timezone)).replace(tzinfo=None)
    return Schedule(due_at=due_at.astimezone(UTC), wall=wall, timezone=timezone)


def moved_by_rules(schedule: Schedule) -> Schedule | None:
    """Return when a local time is by the rules of its zone of now; None if that is when it was.

    One of a zone that is gone stays, and so does the second of two that read the same.
    """
    try:
        if abs(schedule.shown - schedule.wall) < _SECOND:
            return None
        again = resolve(schedule.wall, schedule.timezone)
    except InputError:
        return None
    return None if abs(again.due_at - schedule.due_at) < _SECOND else again


def forget_zones() -> None:
    """Read the rules of zones anew: the database may be another than when they were last used."""
    ZoneInfo.clear_cache()


def shifted(schedule: Schedule, *, days: int = 0, by: timedelta = timedelta()) -> Schedule:
    """Return a schedule moved: by whole days it keeps its local hour, `by` is time that passes.

    Raises InputError beyond the calendar.
    """
    try:
        if days:
            schedule = resolve(schedule.wall + timedelta(days=days), schedule.timezone)
        return at_instant(schedule.due_at + by, schedule.timezone) if by else schedule
    except OverflowError as exc:
        raise InputError("shift_too_far") from exc


def read_shift(text: str) -> tuple[int, timedelta]:
    """Read a shift such as `2d`, `-1w` or `-3h`: whole days, and time; raises InputError."""
    match = re.fullmatch(r"([+-]?)(\d{1,6})\s*([mhdw])", text.strip().lower())
    if match is None or not int(match[2]):
        raise InputError("bad_shift", text=text)
    count = int(f"{match[1]}{match[2]}")
    if match[3] in "dw":
        return count * (7 if match[3] == "w" else 1), timedelta()
    return 0, timedelta(hours=count) if match[3] == "h" else timedelta(minutes=count)


def next_full_hour(now: datetime, timezone: str) -> datetime:
    """Return the wall time of the next full hour that leaves half an hour to prepare."""
    local = now.astimezone(zone(timezone)).replace(tzinfo=None)
    wall = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return wall if wall - local >= LEAST_LEAD else wall + timedelta(hours=1)


def parse_when(
    text: str, timezone: str, now: datetime, *, shown: datetime | None = None
) -> Schedule:
    """Read `now`, ISO 8601 or plain English (`fri 18:00`, `tomorrow 9am`, `in 2 hours`).

    A time without offset is wall time in `timezone`. Raises InputError for what has no time, can
    mean two things or cannot be read to the minute. Whether it has passed is for the planner.
    Over the wall time `shown`, a day or a time alone changes only that much of it.
    """
    return _read(text, timezone, now, shown=shown)


def parse_bound(text: str, timezone: str, now: datetime) -> datetime:
    """Read the instant at which a range begins or ends; a day alone means its first moment.

    Everything else is read, and refused, as `parse_when` does.
    """
    return _read(text, timezone, now, day_start=True).due_at


def _read(
    text: str,
    timezone: str,
    now: datetime,
    *,
    day_start: bool = False,
    shown: datetime | None = None,
) -> Schedule:
    if text.strip().lower() == "now":
        return at_instant(now, timezone)
    local = now.astimezone(zone(timezone))
    try:
        when = read_when(text, local, day_start=day_start, shown=shown)
        return resolve(when, timezone) if when.tzinfo is None else at_instant(when, timezone)
    except UnclearTime as exc:
        raise _unclear(text, exc.code) from exc
    except OverflowError as exc:  # UTC may lie beyond the years 1 to 9999
        raise _unclear(text, BAD) from exc


def _unclear(text: str, code: str) -> InputError:
    return InputError(code, text=text)


def parse_duration(text: str) -> timedelta:
    """Read a duration such as `90s`, `30m`, `2h` or `1d`; raises InputError."""
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip().lower())
    if match is None:
        raise InputError("bad_duration", text=text)
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    return timedelta(seconds=int(match[1]) * seconds)


def _end_of_gap(local: datetime, tz: ZoneInfo) -> datetime:
    before = local.replace(fold=0).utcoffset()
    after = local.replace(fold=1).utcoffset()
    if before is None or after is None:  # a ZoneInfo always has an offset
        return local.astimezone(UTC)
    first, last = sorted((local.replace(tzinfo=UTC) - before, local.replace(tzinfo=UTC) - after))
    # The offset changes at one instant between the two readings: find it to the second.
    low, high = int(first.timestamp()), int(last.timestamp())
    start = datetime.fromtimestamp(low, UTC).astimezone(tz).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(tz).utcoffset() == start:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
