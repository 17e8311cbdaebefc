"""Days and weeks of the grid, and which day a post belongs to."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.fakes import a_post
from tiktok_manager.ui.calendar.month import Month, by_day, day_start, day_title


@given(
    year=st.integers(1971, 9000),
    number=st.integers(1, 12),
    first=st.sampled_from([1, 6, 7]),
)
def test_grid_is_whole_weeks_around_the_month(year: int, number: int, first: int) -> None:
    month = Month(year, number)
    days = month.days(first)
    assert len(days) % 7 == 0
    assert days[0].isoweekday() == first
    assert days[0] <= month.first < days[7]
    assert days[-8] < month.shifted(1).first <= days[-1] + timedelta(days=1)
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))


def test_weeks_begin_where_the_locale_says() -> None:
    november = Month(2026, 11)
    assert november.days(1)[0] == date(2026, 10, 26)
    assert november.days(7)[0] == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("months", "expected"),
    [(1, Month(2026, 12)), (2, Month(2027, 1)), (-11, Month(2025, 12)), (-99999, Month(1970, 2))],
)
def test_leafing_turns_the_year(months: int, expected: Month) -> None:
    assert Month(2026, 11).shifted(months) == expected


def test_post_stands_on_the_day_of_the_users_zone() -> None:
    late = a_post(due_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    (tile,) = by_day([late], "Europe/Berlin")[date(2026, 11, 22)]
    assert tile.time == "00:30"
    assert list(by_day([late], "America/New_York")) == [date(2026, 11, 21)]


def test_day_begins_at_its_first_valid_instant() -> None:
    assert day_start(date(2026, 11, 21), "Europe/Berlin") == datetime(2026, 11, 20, 23, tzinfo=UTC)
    # In Beirut the clock jumps from midnight to one.
    beirut = day_start(date(2026, 3, 29), "Asia/Beirut")
    assert beirut == datetime(2026, 3, 28, 22, tzinfo=UTC)


def test_posts_of_a_day_stand_in_order_and_on_one_line() -> None:
    noon = datetime(2026, 11, 21, 11, tzinfo=UTC)
    posts = [a_post("b", due_at=noon, caption="two\nlines"), a_post("a", due_at=noon, caption="")]
    tiles = by_day(posts, "Europe/Berlin")[date(2026, 11, 21)]
    assert [tile.post.id for tile in tiles] == ["a", "b"]
    assert [tile.words for tile in tiles] == ["(no caption)", "two lines"]


def test_days_are_named_in_full() -> None:
    assert day_title(date(2026, 11, 24)) == "Tuesday 24 November"
    assert day_title(date(2026, 11, 24), year=True) == "Tuesday 24 November 2026"
