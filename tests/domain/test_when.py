"""Times as people write them: read to the minute, or refused with what to write."""
# ruff: noqa: DTZ001 - wall times have no zone

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.words import says
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.schedule import parse_bound, parse_when
from tiktok_manager.wording import english

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)  # a Saturday, 13:00:30 in Berlin

MINUTES = st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 12, 31)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
DAY_FORMS = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y/%m/%d",
    "%G-W%V-%u",
    "%GW%V%u",
    "%Y-%j",
    "%d %b %Y",
    "%B %d, %Y",
    "%A %Y-%m-%d",
)
CLOCK_FORMS = ("%H:%M", "%H.%M", "%Hh%M", "%H:%M:00", "%I:%M %p", "%I.%M%p")


def wall(text: str) -> datetime:
    return parse_when(text, BERLIN, NOW).wall


def refusal(text: str) -> InputError:
    with pytest.raises(InputError) as refused:
        parse_when(text, BERLIN, NOW)
    assert refused.value.exit_code == 2
    return refused.value


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2030-12-24 18.30", "2030-12-24T18:30"),
        ("2030-12-24T18.30", "2030-12-24T18:30"),
        ("2030-12-24 18h30", "2030-12-24T18:30"),
        ("20301224T1830", "2030-12-24T18:30"),
        ("20301224T183015", "2030-12-24T18:30:15"),
        ("2030-W52-2T18:30", "2030-12-24T18:30"),
        ("2030-358 18:30", "2030-12-24T18:30"),
        ("24.12.2030 18:30", "2030-12-24T18:30"),
        ("24th of December 2030 at 6:30 p.m.", "2030-12-24T18:30"),
        ("2030-12-24 6:30\u202fp.\u00a0m.", "2030-12-24T18:30"),
        ("2030-12-24T18:30Z", "2030-12-24T19:30"),
        ("2030-12-24 18:30 -05:00", "2030-12-25T00:30"),
        ("20301224T1830+0530", "2030-12-24T14:00"),
        ("fri 18:00", "2026-11-27T18:00"),
        ("18:00 on Friday", "2026-11-27T18:00"),
        ("sat 13:30", "2026-11-21T13:30"),  # still to come today
        ("sat 12:59", "2026-11-28T12:59"),  # over today
        ("tomorrow 9am", "2026-11-22T09:00"),
        ("9am tomorrow", "2026-11-22T09:00"),
        ("day after tomorrow noon", "2026-11-23T12:00"),
        ("next monday 9am", "2026-11-23T09:00"),
        ("9:00 next Sat", "2026-11-28T09:00"),  # today is a Saturday
        ("in 2 hours", "2026-11-21T15:00:30"),
        ("in 1h30m", "2026-11-21T14:30:30"),
        ("in an hour and 5 minutes", "2026-11-21T14:05:30"),
        ("in half an hour", "2026-11-21T13:30:30"),
        ("in 2 days", "2026-11-23T13:00:30"),
        ("in 2 weeks at 9:05", "2026-12-05T09:05"),
        ("6pm", "2026-11-21T18:00"),
        ("11am", "2026-11-22T11:00"),  # over today
        ("12am", "2026-11-22T00:00"),
        ("1830", "2026-11-21T18:30"),
        ("18.30", "2026-11-21T18:30"),
        ("18h30", "2026-11-21T18:30"),
        ("630pm", "2026-11-21T18:30"),
        ("feb 29 10:00", "2028-02-29T10:00"),
    ],
)
def test_a_time_is_read_as_people_mean_it(text: str, meant: str) -> None:
    assert wall(text) == datetime.fromisoformat(meant)
    assert wall(f"  {text.upper()} ") == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "text",
    [
        *("03/04/2027 10:00", "03.04.2027 10:00", "3-4-2027 10:00", "24/12 18:30", "24.12. 18:30"),
        *("12/24/30 18:30", "13pm", "0am", "18:30pm", "next sunday 18:00", "tomorrow midnight"),
        *("18h", "dec 24 2030", "thu 2030-12-27 18:00", "18:30Z", "tomorrow 9am UTC"),
    ],
)
def test_what_can_mean_two_things_is_refused_with_what_to_write(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "ambiguous_time"
    assert "2026-11-28T18:30" in english(refused).command_hint


@pytest.mark.parametrize(
    "text",
    ["tomorrow", "2030-12-24", "20301224", "fri", "24.12.2030", "24 dec", "2030-W52-2", "next mon"],
)
def test_a_day_alone_asks_for_a_time(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "time_missing"
    assert f"{text} 18:30" in english(refused).command_hint


@pytest.mark.parametrize(
    "text",
    [
        *("2030-12-24T18", "2030-12-24T18:3", "2030-12-24T18.5", "2030-12-24T18:30.5"),
        *("2030-12-24x18:30", "2030-12-24T24:00", "2030-12-24T18:60", "2030-12-24T18:30:60"),
        *("2030-W52T18:30", "2030-W54-1T18:30", "2030-366 18:30", "2030-02-29T18:30"),
        *("2030-12-24T18:30+25:00", "2030-12-24T18:30+1", "2030-12-24 18:30 EST", "tomorrow 9"),
        *("2030-12-24 18:30 19:30", "today tomorrow 9am", "in 2 hours 9am", "in 5", "at", "soon"),
        *("in 999999 weeks", "feb 30 10:00", "2030-12-24T18:30" + "0" * 200, "١٨:٣٠", "", "18,30"),
    ],
)
def test_what_cannot_be_read_to_the_minute_is_refused(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "bad_time"
    assert "2026-11-28T18:30" in english(refused).command_hint


def test_a_slot_is_no_time_of_its_own() -> None:
    assert refusal("next-slot").code == refusal("Next slot").code == "slot_not_here"


def test_a_span_is_counted_in_hours_that_pass_and_in_days_of_the_calendar() -> None:
    before_the_change = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)  # 14:00 in Berlin
    passed = parse_when("in 24 hours", BERLIN, before_the_change)
    assert (passed.due_at - before_the_change, passed.wall.hour) == (timedelta(hours=24), 13)
    assert parse_when("in 1 day", BERLIN, before_the_change).wall.hour == 14


def test_a_range_begins_and_ends_with_the_first_moment_of_a_day() -> None:
    midnight = datetime(2027, 3, 4, tzinfo=ZoneInfo(BERLIN))
    assert parse_bound("2027-03-04", BERLIN, NOW) == midnight
    assert parse_bound("2027-03-04 18.30", BERLIN, NOW) == midnight + timedelta(hours=18.5)
    assert parse_bound("today", BERLIN, NOW) == datetime(2026, 11, 20, 23, tzinfo=UTC)
    with says(InputError, "two things"):
        parse_bound("03/04/2027", BERLIN, NOW)


@given(at=MINUTES, day=st.sampled_from(DAY_FORMS), clock=st.sampled_from(CLOCK_FORMS))
def test_every_minute_in_every_form_is_that_minute(at: datetime, day: str, clock: str) -> None:
    text = f"{at.strftime(day)} {at.strftime(clock)}"
    assert parse_when(text, "UTC", NOW).wall == at
    if " " not in day:
        assert parse_when(text.replace(" ", "T", 1), "UTC", NOW).wall == at


@given(at=MINUTES, offset=st.integers(min_value=-14 * 60, max_value=14 * 60))
def test_every_offset_names_its_instant(at: datetime, offset: int) -> None:
    there = at.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert parse_when(there.isoformat(), BERLIN, NOW).due_at == there
    assert parse_when(there.strftime("%Y%m%dT%H%M%z"), BERLIN, NOW).due_at == there


PIECES = st.sampled_from(
    [
        *("2030-12-24", "24.12.2030", "03/04/2027", "tomorrow", "fri", "next", "in", "at", "on"),
        *("2 hours", "18:30", "18.30", "1830", "T18", "T", "6pm", "13pm", "Z", "+01:00", "+", "-"),
        *(".", ",", ":", "dec", "24", "2030", "w52", "noon", "358", "an", "hour", "now", "9", "0"),
        *("h", "m", "am", "the", "of", "and", "\u00a0"),
    ]
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "T"])), max_size=6))
def test_whatever_is_accepted_comes_back_to_the_minute(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    try:
        read = parse_when(text, BERLIN, NOW)
    except InputError:
        return
    again = parse_when(read.wall.isoformat(), BERLIN, NOW)
    assert (again.wall, again.due_at) == (read.wall, read.due_at)
    # A clock that was named is the one that is kept: nothing of it is dropped.
    named = re.fullmatch(r".*?\b(\d\d)[:.h](\d\d)", text.split(" ")[-1].casefold())
    if named and "in" not in text:
        assert (read.wall.hour, read.wall.minute) == (int(named[1]), int(named[2]))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_order(text: str) -> None:
    try:
        read = parse_when(text, BERLIN, NOW)
    except InputError:
        return
    assert read.due_at.tzinfo is UTC
    assert date.min < read.wall.date() < date.max
