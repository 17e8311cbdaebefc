"""Wall time, zones and the instants they name."""
# ruff: noqa: DTZ001 - wall times have no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.words import says
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.schedule import (
    at_instant,
    next_full_hour,
    parse_duration,
    parse_when,
    resolve,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ZONES = sorted(name for name in available_timezones() if not name.startswith(("right/", "posix")))


def test_wall_time_in_a_spring_gap_goes_out_at_the_next_valid_instant() -> None:
    schedule = resolve(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
    assert schedule.due_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert schedule.wall == datetime(2026, 3, 29, 2, 30)


def test_wall_time_in_an_autumn_overlap_goes_out_the_first_time() -> None:
    schedule = resolve(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
    assert schedule.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_half_hour_gap_of_lord_howe_is_skipped_to_its_end() -> None:
    schedule = resolve(datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe")
    local = schedule.due_at.astimezone(ZoneInfo("Australia/Lord_Howe"))
    assert local.replace(tzinfo=None) == datetime(2026, 10, 4, 2, 30)


def test_a_day_that_a_zone_skipped_is_left_for_the_next_one() -> None:
    # Samoa had no 30 December 2011.
    schedule = resolve(datetime(2011, 12, 30, 12, 0), "Pacific/Apia")
    assert schedule.due_at == datetime(2011, 12, 30, 10, 0, tzinfo=UTC)


@given(
    st.sampled_from(ZONES),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2037, 1, 1)),
)
def test_every_wall_time_names_one_instant_never_before_itself(zone: str, wall: datetime) -> None:
    wall = wall.replace(microsecond=0)
    due_at = resolve(wall, zone).due_at
    shown = due_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown == wall or timedelta() < shown - wall <= timedelta(days=1)
    assert due_at == resolve(wall, zone).due_at


def test_time_with_offset_keeps_its_instant_and_is_told_in_the_zone() -> None:
    schedule = parse_when("2026-11-28T18:30:00+01:00", "America/New_York", NOW)
    assert schedule.due_at == datetime(2026, 11, 28, 17, 30, tzinfo=UTC)
    assert schedule.wall == datetime(2026, 11, 28, 12, 30)


def test_now_is_this_instant() -> None:
    assert parse_when(" NOW ", "UTC", NOW).due_at == NOW


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T10:00", "", "18", "2026-11-28 25:00"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with says(InputError, "2026-11-28T18:30"):
        parse_when(text, "UTC", NOW)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("9999-12-31T23:59:59", "America/Los_Angeles"),
        ("0001-01-01T00:00", "Asia/Tokyo"),
        ("9999-12-31T23:59:59-12:00", "UTC"),
        ("0001-01-01T00:00+14:00", "UTC"),
        ("9999-12-31T23:00Z", "Asia/Tokyo"),
    ],
)
def test_a_time_beyond_the_calendar_is_refused_like_any_other(text: str, name: str) -> None:
    with says(InputError, "2026-11-28T18:30"):
        parse_when(text, name, NOW)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "", "Europe/Berlin\n", "/UTC"])
def test_unknown_zone_is_refused(name: str) -> None:
    with says(InputError, "not a time zone"):
        parse_when("2026-11-28T18:30", name, NOW)


def test_an_instant_survives_being_told_in_any_zone() -> None:
    assert at_instant(NOW, "Asia/Kathmandu").due_at == NOW


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), (" 1D ", 86400)]
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["2", "h", "-2h", "1.5h", "2 weeks", "9999999h"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_duration(text)


def test_the_next_full_hour_leaves_time_to_prepare() -> None:
    at = datetime(2026, 11, 21, 12, 20, tzinfo=UTC)
    assert next_full_hour(at, "Europe/Berlin") == datetime(2026, 11, 21, 14)
    assert next_full_hour(at.replace(minute=50), "Europe/Berlin") == datetime(2026, 11, 21, 15)
    assert next_full_hour(at, "Asia/Kolkata") == datetime(2026, 11, 21, 19)  # 17:50 there
