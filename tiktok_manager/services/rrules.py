"""Recurrence rules of RFC 5545: read strictly, and the times they name.

Only days come from the rule; the hours stand beside it, so that each date has the same ones. What a
rule may not say is refused by its name: a wrong guess would post at another time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import islice

from dateutil.rrule import rrulestr

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.recurring import MAX_PER_DAY, Cadence, Occurrence
from tiktok_manager.domain.schedule import resolve, zone

MAX_TIMES = 10_000
_DAY_END = time(23, 59, 59)
_HOURS = 24
_DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY = "MO|TU|WE|TH|FR|SA|SU"
_NUMBERED = re.compile(rf"[+-]?[0-9]{{1,2}}({_DAY})")
_PARTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
    "INTERVAL": (1, 1000),
    "COUNT": (1, MAX_TIMES),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
}
_SINGLE = {"INTERVAL", "COUNT"}
_WORDS = {"FREQ", "UNTIL", "BYDAY", "WKST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRule:
    """What a rule says: its days, and beside them its times, its last wall time and its count."""

    rrule: str
    times: tuple[time, ...]
    until: datetime | None
    count: int | None


def read_rrule(text: str, times: Sequence[time], timezone: str) -> ReadRule:
    """Read a rule for these times of the day; raises InputError naming what it may not say.

    Without `times` it may name hours of its own, by BYHOUR or FREQ=HOURLY; else there are none.
    """
    parts = _parts(text)
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    until = _until(text, parts.pop("UNTIL"), timezone) if "UNTIL" in parts else None
    if count is not None and until is not None:
        raise InputError("rule_count_and_until")
    times = _times(text, parts, times)
    if len(times) > MAX_PER_DAY:
        raise InputError("rule_too_often", count=len(times), most=MAX_PER_DAY)
    if parts["FREQ"] not in _DAYS:
        raise InputError("rule_part", part=parts["FREQ"])
    days = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        rrulestr(days, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - wall time
    except ValueError as exc:
        raise InputError("bad_rule", text=text) from exc
    return ReadRule(rrule=days, times=times, until=until, count=count)


def day_end(day: date) -> datetime:
    """Return the last wall time of a day."""
    return datetime.combine(day, _DAY_END)


def occurrences(cadence: Cadence) -> Iterator[Occurrence]:
    """Yield the times of a rule in order; where it never ends, they do not."""
    left = cadence.count
    for first in rrulestr(cadence.rrule, dtstart=datetime.combine(cadence.anchor, time())):
        day = first.date()
        for turn, at in enumerate(cadence.times):
            wall = datetime.combine(day, at)
            if wall < cadence.since:
                continue
            if (cadence.until is not None and wall > cadence.until) or left == 0:
                return
            left = None if left is None else left - 1
            if day not in cadence.skipped:
                yield Occurrence(day=day, turn=turn, schedule=resolve(wall, cadence.timezone))


def upcoming(cadence: Cadence, now: datetime, last_day: date | None = None) -> Iterator[Occurrence]:
    """Yield the times of a rule after now, until the end of a local day if one is given."""
    for each in occurrences(cadence):
        if last_day is not None and each.day > last_day:
            return
        if each.schedule.due_at > now:
            yield each


def check_occurs(cadence: Cadence, now: datetime) -> None:
    """Raise InputError unless the rule has a time to come."""
    if cadence.until is not None and cadence.until < cadence.since:
        raise InputError(
            "rule_until_past", until=f"{cadence.until:%Y-%m-%d}", start=f"{cadence.since:%Y-%m-%d}"
        )
    if not list(islice(upcoming(cadence, now), 1)):
        raise InputError("rule_never")


def _parts(text: str) -> dict[str, str]:
    said = "".join(text.split()).upper().removeprefix("RRULE:")
    for word in ("DTSTART", "RDATE", "EXDATE", "EXRULE"):
        if word in said:
            raise InputError("rule_part", part=word)
    parts: dict[str, str] = {}
    for part in filter(None, said.split(";")):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            raise InputError("bad_rule", text=text)
        if name not in _PARTS and name not in _WORDS:
            raise InputError("rule_part", part=name)
        parts[name] = value
    if "FREQ" not in parts:
        raise InputError("bad_rule", text=text)
    for name, value in parts.items():
        _check_part(text, name, value, parts["FREQ"])
    return parts


def _check_part(text: str, name: str, value: str, freq: str) -> None:
    """Raise InputError for a value that no calendar has; one would be looked for in vain."""
    if name == "BYDAY":
        for day in value.split(","):
            numbered = _NUMBERED.fullmatch(day) is not None
            if not numbered and day not in _DAY.split("|"):
                raise InputError("rule_value", part=name, value=day)
            if numbered and freq not in {"MONTHLY", "YEARLY"}:
                raise InputError("rule_value", part=name, value=day)
    elif name in _PARTS:
        low, high = _PARTS[name]
        numbers = value.split(",")
        if name in _SINGLE and len(numbers) > 1:
            raise InputError("bad_rule", text=text)
        for number in numbers:
            whole = re.fullmatch(r"[+-]?[0-9]{1,5}", number)
            if whole is None or not low <= int(number) <= high or (low < 0 and not int(number)):
                raise InputError("rule_value", part=name, value=number)


def _until(text: str, value: str, timezone: str) -> datetime:
    """Return the last wall time: of a day its end; an instant in UTC is told in the zone."""
    try:
        if len(value) == len("20261231"):
            return day_end(datetime.strptime(value, "%Y%m%d").date())  # noqa: DTZ007 - wall time
        until = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError as exc:
        raise InputError("bad_rule", text=text) from exc
    if not value.endswith("Z"):
        return until
    return until.replace(tzinfo=UTC).astimezone(zone(timezone)).replace(tzinfo=None)


def _times(text: str, parts: dict[str, str], times: Sequence[time]) -> tuple[time, ...]:
    """Take the hours out of a rule, and return the times of its days."""
    hours, minutes = parts.pop("BYHOUR", None), parts.pop("BYMINUTE", None)
    if (hours or minutes) and (times or "BYSETPOS" in parts or not hours):
        raise InputError("rule_part", part="BYHOUR" if hours else "BYMINUTE")
    if parts["FREQ"] == "HOURLY":
        return _hourly(parts, times, has_hours=hours is not None)
    if hours is None:
        return tuple(sorted(set(times)))
    named = [time(int(h), int(m)) for h in hours.split(",") for m in (minutes or "0").split(",")]
    return tuple(sorted(set(named)))


def _hourly(parts: dict[str, str], times: Sequence[time], *, has_hours: bool) -> tuple[time, ...]:
    """Read every so many hours as times of each day, which is what it means if they fit into it."""
    every = int(parts.pop("INTERVAL", "1"))
    if _HOURS % every or len(times) > 1 or has_hours or "BYSETPOS" in parts:
        raise InputError("rule_part", part="HOURLY")
    if _HOURS // every > MAX_PER_DAY:
        raise InputError("rule_too_often", count=_HOURS // every, most=MAX_PER_DAY)
    parts["FREQ"] = "DAILY"
    first = times[0] if times else time()
    return tuple(time(hour, first.minute) for hour in range(first.hour % every, _HOURS, every))


def count_before(cadence: Cadence, wall: datetime) -> int:
    """Return how many times of a rule, skipped ones too, lie before a wall time."""
    found = 0
    for each in occurrences(replace(cadence, skipped=(), until=None)):
        if each.schedule.wall >= wall:
            break
        found += 1
    return found
