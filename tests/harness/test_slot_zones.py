"""A slice of all zones × ten years × 24 slots; `python -m tests.harness.slot_zones` does it all."""

import random
import zoneinfo
from datetime import datetime, timedelta

import pytest

from tests.harness.slot_zones import check
from tiktok_manager.domain import slots
from tiktok_manager.domain.schedule import Schedule, resolve

SEED = 20261130
# Clocks of half an hour, of two hours, without a midnight, turned for Ramadan, over the date line.
ODD = ("Australia/Lord_Howe", "Antarctica/Troll", "Africa/Cairo", "Africa/Casablanca")


def some_zones() -> list[str]:
    return random.Random(SEED).sample(sorted(zoneinfo.available_timezones()), 4)


@pytest.mark.parametrize("zone", [*ODD, *some_zones()])
def test_no_slot_of_a_zone_is_left_out_or_comes_twice(zone: str) -> None:
    found = check(zone, 2027, 1, hours=(0, 2, 8, 14))
    assert not found.wrong
    assert found.occurrences >= 365 * 4 - 2


def test_a_day_that_never_was_is_made_up_for() -> None:
    found = check("Pacific/Apia", 2011, 1, hours=(2, 9))
    assert not found.wrong
    assert found.in_gaps > 1


def test_a_slot_that_forgets_the_overlap_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def second_of_two(wall: datetime, timezone: str) -> Schedule:
        schedule = resolve(wall, timezone)
        later = schedule.due_at + timedelta(hours=1)
        reads_the_same = later.astimezone(zoneinfo.ZoneInfo(timezone)).replace(tzinfo=None) == wall
        return Schedule(
            due_at=later if reads_the_same else schedule.due_at,
            wall=schedule.wall,
            timezone=timezone,
        )

    monkeypatch.setattr(slots, "resolve", second_of_two)
    assert check("Europe/Berlin", 2027, 1, hours=(2,)).wrong
