"""Recurrence rules are read strictly, and name each local date's times once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.fakes.words import says
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.recurring import Cadence
from tiktok_manager.domain.schedule import resolve
from tiktok_manager.services.rrules import (
    check_occurs,
    count_before,
    day_end,
    occurrences,
    read_rrule,
    upcoming,
)

NINE = (time(9),)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def cadence(rrule: str, *times: time, timezone: str = "UTC", **parts: object) -> Cadence:
    read = read_rrule(rrule, times or NINE, timezone)
    return Cadence(
        rrule=read.rrule,
        times=read.times,
        timezone=timezone,
        anchor=NOW.date(),
        since=NOW.replace(tzinfo=None),
        until=read.until,
        count=read.count,
        **parts,  # type: ignore[arg-type]
    )


def first(rule: Cadence, count: int = 3) -> list[str]:
    return [f"{each.schedule.wall:%m-%d %H:%M}" for each in islice(occurrences(rule), count)]


@pytest.mark.parametrize(
    ("rrule", "wanted"),
    [
        ("FREQ=DAILY", ["11-22 09:00", "11-23 09:00", "11-24 09:00"]),
        ("rrule:freq=weekly; byday=mo,th", ["11-23 09:00", "11-26 09:00", "11-30 09:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["11-27 09:00", "12-25 09:00", "01-29 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["12-31 09:00", "01-31 09:00", "03-31 09:00"]),
        ("FREQ=DAILY;COUNT=2", ["11-22 09:00", "11-23 09:00"]),
        ("FREQ=DAILY;UNTIL=20261122", ["11-22 09:00"]),
        ("FREQ=DAILY;UNTIL=20261123T085959Z", ["11-22 09:00"]),
    ],
)
def test_days_are_those_of_the_rule(rrule: str, wanted: list[str]) -> None:
    assert first(cadence(rrule)) == wanted


def test_hours_may_stand_in_the_rule_where_they_are_the_same_each_day() -> None:
    assert read_rrule("FREQ=DAILY;BYHOUR=18,9;BYMINUTE=30", (), "UTC").times == (
        time(9, 30),
        time(18, 30),
    )
    assert read_rrule("FREQ=HOURLY;INTERVAL=8", (time(10, 5),), "UTC").times == (
        time(2, 5),
        time(10, 5),
        time(18, 5),
    )


@pytest.mark.parametrize(
    ("rrule", "told"),
    [
        ("FREQ=SECONDLY", "second"),
        ("FREQ=MINUTELY;INTERVAL=30", "minute"),
        ("FREQ=HOURLY;INTERVAL=5", "hours"),
        ("FREQ=HOURLY", "24 posts a day"),
        ("FREQ=DAILY;BYSECOND=0", "BYSECOND"),
        ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "DTSTART"),
        ("FREQ=DAILY;EXDATE=20260101", "EXDATE"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER"),
        ("FREQ=DAILY;BYHOUR=9", "two ways"),
        ("FREQ=DAILY;BYMINUTE=9", "BYMINUTE"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "said twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=MOON", "BYDAY"),
        ("FREQ=WEEKLY;FREQ=DAILY", "no recurrence rule"),
        ("BYDAY=MO", "no recurrence rule"),
        ("every day", "no recurrence rule"),
        ("FREQ=FORTNIGHTLY", "FORTNIGHTLY"),
        ("FREQ=DAILY;UNTIL=tomorrow", "no recurrence rule"),
    ],
)
def test_what_a_rule_may_not_say_is_refused_by_name(rrule: str, told: str) -> None:
    with says(InputError, told):
        read_rrule(rrule, NINE, "UTC")


def test_a_rule_that_names_no_time_to_come_is_refused() -> None:
    with says(InputError, "no time to come"):
        check_occurs(cadence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), NOW)
    with says(InputError, "before it begins"):
        check_occurs(cadence("FREQ=DAILY;UNTIL=20261120"), NOW)
    with says(InputError, "16 posts a day"):
        read_rrule("FREQ=DAILY", [time(hour) for hour in range(16)], "UTC")


def test_a_skipped_day_counts_and_comes_no_more() -> None:
    rule = cadence("FREQ=DAILY;COUNT=3", skipped=(date(2026, 11, 23),))
    assert first(rule) == ["11-22 09:00", "11-24 09:00"]
    assert count_before(rule, datetime(2026, 11, 24)) == 2  # noqa: DTZ001


ZONES = ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tehran")


@settings(max_examples=25, deadline=None)
@given(
    some.sampled_from(ZONES),
    some.lists(some.times().map(lambda at: at.replace(second=0, microsecond=0)), min_size=1),
    some.integers(0, 360),
)
def test_over_the_year_no_date_has_a_time_twice_or_lacks_one(
    timezone: str, times: list[time], start: int
) -> None:
    times = sorted(set(times))[:4]
    rule = cadence("FREQ=DAILY", *times, timezone=timezone)
    now = NOW + timedelta(days=start)
    last = now.date() + timedelta(days=30)
    found = list(upcoming(rule, now, last))
    keys = [(each.day, each.turn) for each in found]
    assert len(keys) == len(set(keys))
    days = (now.date() + timedelta(days=day) for day in range(-2, 31))
    named = [datetime.combine(day, at) for day in days for at in times]
    assert {each.schedule.wall for each in found} == {
        wall for wall in named if wall >= rule.since and resolve(wall, timezone).due_at > now
    }
    assert all(each.schedule == resolve(each.schedule.wall, timezone) for each in found)
    assert all(each.schedule.wall <= day_end(last) for each in found)
