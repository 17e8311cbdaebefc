"""Slots keep their local hour, whatever the clocks do, and give every free time once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.quota import Ledger
from tiktok_manager.domain.schedule import at_instant, read_shift, shifted
from tiktok_manager.domain.slots import (
    Blackout,
    Diary,
    FreeSlots,
    Limits,
    Slot,
    Whose,
    occurrences,
    read_clock,
    read_days,
    read_weekly,
    slot_times,
)

ALL = Whose(name="all")
START = datetime(2026, 11, 30, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)


def slot(weekday: int, at: str, timezone: str = "UTC") -> Slot:
    clock = time.fromisoformat(at)
    return Slot(id=f"{weekday}{at}", whose=ALL, weekday=weekday, at=clock, timezone=timezone)


def first(each: Slot, since: datetime) -> str:
    return f"{next(occurrences(each, since)).due_at:%Y-%m-%dT%H:%M}"


# Instants from the tz database's own comments and each country's announcements.
@pytest.mark.parametrize(
    ("zone", "weekday", "at", "since", "instant"),
    [
        # Clocks go from 2:00 to 3:00: what lies between comes with the first instant after.
        ("Europe/Berlin", 6, "02:30", "2027-03-27", "2027-03-28T01:00"),
        ("Europe/Berlin", 6, "18:00", "2027-03-27", "2027-03-28T16:00"),
        # From 3:00 back to 2:00: of the two, the first.
        ("Europe/Berlin", 6, "02:30", "2027-10-30", "2027-10-31T00:30"),
        ("Europe/Berlin", 6, "18:00", "2027-10-30", "2027-10-31T17:00"),
        ("America/New_York", 6, "02:30", "2027-03-13", "2027-03-14T07:00"),
        ("America/New_York", 6, "01:30", "2027-11-06", "2027-11-07T05:30"),
        # Half an hour forward and back.
        ("Australia/Lord_Howe", 6, "02:15", "2026-10-02", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", 6, "01:45", "2027-04-02", "2027-04-03T14:45"),
        # Two hours forward.
        ("Antarctica/Troll", 6, "02:30", "2027-03-26", "2027-03-28T01:00"),
        # Midnight does not exist: the day begins at 1:00.
        ("Africa/Cairo", 4, "00:30", "2027-04-28", "2027-04-29T22:00"),
        # Winter time is the exception, by one hour back from the standard one.
        ("Europe/Dublin", 6, "01:30", "2027-03-27", "2027-03-28T01:00"),
        # 30 December 2011 never was: its slots come with the first instant of the 31st.
        ("Pacific/Apia", 4, "10:00", "2011-12-29", "2011-12-30T10:00"),
    ],
)
def test_gaps_and_overlaps_are_as_documented(
    zone: str, weekday: int, at: str, since: str, instant: str
) -> None:
    assert first(slot(weekday, at, zone), datetime.fromisoformat(since).replace(tzinfo=UTC)) == (
        instant
    )


def test_slots_of_several_zones_come_in_turn_and_an_instant_comes_once() -> None:
    slots = [slot(0, "18:00", "Europe/Berlin"), slot(0, "17:00"), slot(1, "02:00", "Asia/Tokyo")]
    times = [each.due_at for each in islice(slot_times(slots, [], START), 9)]
    assert len(set(times)) == 9
    assert all(two - one == 7 * DAY for one, two in pairwise(times))


def test_paused_slots_and_blackout_days_give_no_time() -> None:
    paused = Slot(id="p", whose=ALL, weekday=0, at=time(9), timezone="UTC", paused=True)
    assert list(slot_times([paused], [], START)) == []
    away = Blackout(id="b", whose=ALL, first_day=date(2026, 12, 1), last_day=date(2026, 12, 7))
    times = islice(slot_times([slot(day, "12:00") for day in range(7)], [away], START), 3)
    assert [f"{each.wall:%m-%d}" for each in times] == ["11-30", "12-08", "12-09"]


def test_the_last_days_of_the_calendar_end_the_slots() -> None:
    assert list(occurrences(slot(0, "23:59"), datetime(9998, 12, 30, tzinfo=UTC))) == []


def free(
    *taken: str, cap: int = 15, limits: Limits | None = None, until: timedelta = 30 * DAY
) -> FreeSlots:
    standing = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in taken]
    slots = [slot(day, at) for day in range(5) for at in ("09:00", "18:00")]
    return FreeSlots(
        times=lambda: slot_times(slots, [], START),
        until=START + until,
        diary=Diary([(at, at.date()) for at in standing], limits or Limits()),
        ledgers={mode: Ledger(standing, cap) for mode in PostMode},
    )


def took(slots: FreeSlots, count: int) -> list[str]:
    found = [slots.take(PostMode.DIRECT) for _ in range(count)]
    return [f"{each.wall:%d %H}" if each else "-" for each in found]


def test_taken_slots_are_passed_over_and_each_is_given_once() -> None:
    slots = free("2026-11-30T09:00:30", "2026-12-01T18:00:00")
    assert took(slots, 4) == ["30 18", "01 09", "02 09", "02 18"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(per_day=1), ["30 09", "01 09", "02 09"]),
        (Limits(gap=timedelta(hours=10)), ["30 09", "01 09", "02 09"]),
        (Limits(gap=timedelta(hours=9)), ["30 09", "30 18", "01 09"]),
    ],
)
def test_a_slot_keeps_to_the_limits_of_the_user(limits: Limits, expected: list[str]) -> None:
    assert took(free(limits=limits), 3) == expected


def test_a_slot_keeps_to_the_cap_of_each_kind_of_post() -> None:
    slots = free(cap=1)
    assert took(slots, 2) == ["30 09", "01 09"]
    draft = slots.take(PostMode.INBOX)
    assert draft is not None
    assert f"{draft.wall:%d %H}" == "30 18"


def test_there_is_an_end_to_looking() -> None:
    assert took(free(until=DAY), 3) == ["30 09", "30 18", "-"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon,wed", (0, 2)),
        ("Mon-Fri", (0, 1, 2, 3, 4)),
        ("fri-mon", (0, 4, 5, 6)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("weekends, tuesday", (1, 5, 6)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("sun-sun", (6,)),
    ],
)
def test_days_are_read(text: str, days: tuple[int, ...]) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize("text", ["", "mon,", "monkey", "mon-", "mo", "1", "mon-fri-sun"])
def test_what_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_days(text)


@pytest.mark.parametrize(
    ("text", "at"), [("18:30", (18, 30)), ("6pm", (18, 0)), ("1830", (18, 30))]
)
def test_a_time_of_day_is_read(text: str, at: tuple[int, int]) -> None:
    assert read_clock(text) == time(*at)


@pytest.mark.parametrize("text", ["", "25:00", "18:30:15", "18:30Z", "noonish", "13pm", "today"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_clock(text)


def test_a_shift_is_whole_days_or_time_that_passes() -> None:
    assert read_shift("2d") == (2, timedelta())
    assert read_shift("-1w") == (-7, timedelta())
    assert read_shift("+3h") == (0, timedelta(hours=3))
    assert read_shift("-90m") == (0, -timedelta(minutes=90))
    for text in ("0d", "d", "2", "2y", "two days"):
        with pytest.raises(InputError):
            read_shift(text)
    berlin = at_instant(datetime(2027, 3, 27, 17, tzinfo=UTC), "Europe/Berlin")
    assert shifted(berlin, days=1).due_at == datetime(2027, 3, 28, 16, tzinfo=UTC)
    assert shifted(berlin, by=DAY).due_at == datetime(2027, 3, 28, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "days", "times"),
    [
        ("mon-fri 18:30", (0, 1, 2, 3, 4), ["18:30"]),
        ("Sat sun 9am, 6pm", (5, 6), ["09:00", "18:00"]),
        ("mon, wed: 1830 0700", None, None),
        ("tue,thu 1830 07:00", (1, 3), ["07:00", "18:30"]),
        ("18:30", (0, 1, 2, 3, 4, 5, 6), ["18:30"]),
        ("weekdays 6 pm; 6pm", (0, 1, 2, 3, 4), ["18:00"]),
        ("daily", None, None),
        ("someday 18:00", None, None),
        ("mon 25:00", None, None),
    ],
)
def test_a_weekly_time_is_read_as_it_is_said(
    text: str, days: tuple[int, ...] | None, times: list[str] | None
) -> None:
    if days is None:
        with pytest.raises(InputError):
            read_weekly(text)
    else:
        assert read_weekly(text) == (days, tuple(map(time.fromisoformat, times or ())))
