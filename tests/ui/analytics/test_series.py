"""What may be said about recorded numbers."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.analytics.fakes import a_summary, points
from tests.ui.fakes import NOW
from tiktok_manager.domain.schedule import zone
from tiktok_manager.services.analytics import Figure
from tiktok_manager.ui.analytics.series import (
    GAP,
    counted_from,
    figures,
    nearest,
    segments,
    spoken,
    ticks,
)


def test_four_numbers_with_their_change() -> None:
    found = figures(a_summary(), sees_videos=True, span="in 28 days")
    assert [(f.title, f.change, f.change_exact, f.rising) for f in found] == [
        ("Followers", "+4.1k", "+4,120", True),
        ("Likes", "+88.0k", "+88,012", True),
        ("Videos", "+12", "+12", True),
        ("Views", "−1.2k", "-1,204", False),
    ]
    assert found[3].note == "known videos, in 28 days"


def test_without_an_earlier_reading_no_change_is_claimed() -> None:
    found = figures(a_summary(followers=Figure(now=5, gained=None)), True, "in 28 days")
    assert (found[0].change, found[0].rising) == ("", None)
    assert found[0].note == "No change can be told yet"


def test_no_change_is_neither_good_nor_bad() -> None:
    found = figures(a_summary(followers=Figure(now=5, gained=0)), True, "in 7 days")
    assert (found[0].change, found[0].rising) == ("±0", None)


def test_views_are_not_claimed_without_the_permission() -> None:
    found = figures(a_summary(), sees_videos=False, span="in 28 days")
    assert (found[3].value, found[3].change) == (None, "")


def test_a_shorter_history_says_from_when_it_counts() -> None:
    start = NOW - timedelta(days=28)
    short = replace(a_summary(), since=NOW - timedelta(days=9))
    assert counted_from(short, start) == NOW - timedelta(days=9)
    assert counted_from(replace(a_summary(), since=start - timedelta(hours=3)), start) is None
    assert counted_from(replace(a_summary(), since=None), start) is None


def test_an_older_reading_than_the_period_is_named_too() -> None:
    long_ago = replace(a_summary(), since=NOW - timedelta(days=80))
    assert counted_from(long_ago, NOW - timedelta(days=7)) == NOW - timedelta(days=80)
    assert counted_from(long_ago, None) == NOW - timedelta(days=80)


@given(st.lists(st.integers(0, 60 * 24 * 60), unique=True, max_size=40))
def test_nothing_is_drawn_across_a_gap_and_nothing_is_lost(minutes: list[int]) -> None:
    series = points(*((minute / 1440, minute) for minute in sorted(minutes, reverse=True)))
    parts = segments(series)
    assert [point for part in parts for point in part] == series
    assert all(b.at - a.at <= GAP for part in parts for a, b in itertools.pairwise(part))
    assert all(after[0].at - before[-1].at > GAP for before, after in itertools.pairwise(parts))


def test_nearest_point_is_read_out() -> None:
    series = points((3, 1), (2, 2), (1, 3))
    assert nearest(series, NOW - timedelta(days=9)) == 0
    assert nearest(series, NOW - timedelta(days=2, hours=-11)) == 1
    assert nearest(series, NOW) == 2
    assert nearest([], NOW) is None


def test_the_line_is_told_in_a_sentence() -> None:
    told = spoken(points((2, 12_000), (1, 12_400)))
    assert told == "From 12,000 to 12,400 followers in 2 readings."
    assert spoken([]) == "No numbers in this period."


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("days", "most", "labels"),
    [
        (4, 8, ["18 Nov", "19 Nov", "20 Nov", "21 Nov"]),
        (28, 6, ["31 Oct", "7 Nov", "14 Nov", "21 Nov"]),
        (90, 8, ["29 Aug", "12 Sept", "26 Sept", "10 Oct", "24 Oct", "7 Nov", "21 Nov"]),
    ],
)
def test_days_are_marked_evenly_back_from_the_newest(
    days: int, most: int, labels: list[str]
) -> None:
    now = seconds("2026-11-21T12:00+00:00")
    found = ticks(now - days * 86_400, now, "Europe/Berlin", most)
    assert [label for _at, label in found] == labels
    local = [datetime.fromtimestamp(at, zone("Europe/Berlin")) for at, _label in found]
    assert {moment.time().isoformat() for moment in local} == {"00:00:00"}


def test_a_short_span_is_marked_in_hours() -> None:
    low = seconds("2026-11-21T08:30+00:00")
    found = ticks(low, low + 6 * 3600, "Europe/Berlin", 4)
    assert [label for _at, label in found] == ["10:00", "12:00", "14:00"]


@pytest.mark.parametrize("span_days", [0.01, 1, 3, 30, 400, 4000])
def test_there_are_never_more_marks_than_fit(span_days: float) -> None:
    high = seconds("2026-11-21T12:00+00:00")
    low = high - span_days * 86_400
    found = ticks(low, high, "UTC", 8)
    assert len(found) <= 8
    assert all(low <= at <= high for at, _label in found)


def test_a_number_tiktok_never_told_is_unknown_and_no_zero() -> None:
    found = figures(a_summary(likes=Figure(now=None, gained=None)), True, "in 28 days")
    assert (found[1].value, found[1].change) == (None, "")
    assert "Unknown" in found[1].note
