"""Every zone of the tz database × years × 24 slots a day: none comes twice, none is left out.

`python -m tests.harness.slot_zones` holds the slots against an account of its own: the transitions
of each zone, found from the instants alone, say what every local hour of every day is. Exits with 1
if a slot comes at another instant, twice, or not at all.
"""

import argparse
import sys
import time
import zoneinfo
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from importlib.resources import files
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from tiktok_manager.domain.slots import Slot, Whose, occurrences, slot_times

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
STEP = 3 * HOUR  # no zone changed its offset twice within this
ALL = Whose(name="all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was seen of a zone."""

    occurrences: int
    in_gaps: int
    in_overlaps: int
    wrong: tuple[str, ...]


class Oracle:
    """What local times of a zone are, by its transitions alone: no `fold`, no wall arithmetic."""

    def __init__(self, zone: ZoneInfo, start: datetime, end: datetime) -> None:
        self._starts = [start]
        self._offsets = [_offset(zone, start)]
        at = start
        while at < end:
            later = at + STEP
            if _offset(zone, later) != self._offsets[-1]:
                change = _change(zone, at, later)
                self._starts.append(change)
                self._offsets.append(_offset(zone, change))
            at = later

    def instants(self, wall: datetime) -> tuple[list[datetime], datetime]:
        """Return the instants that read so, and the first one that reads later."""
        aware = wall.replace(tzinfo=UTC)
        first = max(bisect_left(self._starts, aware - 2 * DAY) - 1, 0)
        last = bisect_right(self._starts, aware + 2 * DAY)
        found = []
        after: datetime | None = None
        for place in range(first, last):
            at = aware - self._offsets[place]
            begins = self._starts[place]
            ends = self._starts[place + 1] if place + 1 < len(self._starts) else None
            if at >= begins and (ends is None or at < ends):
                found.append(at)
            elif at < begins and after is None and place > 0:
                after = begins
        return found, after or aware


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second with another offset than at `low`."""
    before = _offset(zone, low)
    while high - low > SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def check(name: str, first_year: int, years: int, hours: Sequence[int] = range(24)) -> Checked:
    """Compare all slots of the week of a zone with what its transitions say."""
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(first_year + years, 1, 1, tzinfo=UTC)
    oracle = Oracle(ZoneInfo(name), start - 4 * DAY, end + 4 * DAY)
    wrong: list[str] = []
    seen = gaps = overlaps = 0
    expected: set[datetime] = set()
    slots = []
    for weekday in range(7):
        for hour in hours:
            at = clock_time(hour, 30 if hour % 3 == 2 else 0)
            slot = Slot(id=f"{weekday}-{hour}", whose=ALL, weekday=weekday, at=at, timezone=name)
            slots.append(slot)
            given = occurrences(slot, start)
            for wall in _walls(slot, start, end):
                instants, after = oracle.instants(wall)
                gaps, overlaps = gaps + (not instants), overlaps + (len(instants) > 1)
                wanted = min(instants) if instants else after
                if not start <= wanted < end:
                    continue
                schedule = next(given)
                seen += 1
                expected.add(wanted)
                if schedule.due_at != wanted or schedule.wall != wall:
                    wrong.append(f"{name} {wall}: {schedule.due_at} instead of {wanted}")
    count = len(expected)
    together = [each.due_at for each in islice(slot_times(slots, [], start), count)]
    if together != sorted(expected):
        wrong.append(f"{name}: the slots together skip an instant or give one twice")
    return Checked(occurrences=seen, in_gaps=gaps, in_overlaps=overlaps, wrong=tuple(wrong))


def _walls(slot: Slot, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield each local time of a slot around these instants, by the calendar alone."""
    day = start.date() - 2 * DAY
    day += (slot.weekday - day.weekday()) % 7 * DAY
    while day <= date(end.year, 1, 3):
        yield datetime.combine(day, slot.at)
        day += 7 * DAY


def main(arguments: Sequence[str]) -> int:
    """Check every zone; returns 1 if one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-year", type=int, default=2026)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--zone", action="append", help="only this one; repeatable")
    options = parser.parse_args(arguments)
    names = sorted(options.zone or zoneinfo.available_timezones())
    rules = Counter(_rules(name) for name in names)
    begun, total, gaps, overlaps, bad = time.monotonic(), 0, 0, 0, 0
    for name in sorted({_rules(name): name for name in reversed(names)}.values()):
        same = rules[_rules(name)]  # names of one zone have one file
        found = check(name, options.first_year, options.years)
        total, gaps = total + same * found.occurrences, gaps + same * found.in_gaps
        overlaps, bad = overlaps + same * found.in_overlaps, bad + bool(found.wrong)
        for line in found.wrong[:5]:
            sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{len(names)} zones with {len(rules)} sets of rules, {options.years} years from "
        f"{options.first_year}: {total:,} occurrences, {gaps:,} in gaps, {overlaps:,} in overlaps, "
        f"{bad} sets wrong, {time.monotonic() - begun:.0f} s\n"
    )
    return 1 if bad else 0


def _rules(name: str) -> bytes:
    """Return the file of a zone, where `zoneinfo` finds it."""
    found = (Path(folder, name) for folder in zoneinfo.TZPATH)
    system = next((path for path in found if path.is_file()), None)
    return (system or files("tzdata.zoneinfo") / name).read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
