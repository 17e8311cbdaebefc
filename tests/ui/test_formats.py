"""Numbers, times and sizes read the same everywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import Qt

from tiktok_manager.ui.formats import (
    age_text,
    duration_text,
    exact_number,
    full_stamp,
    plain_tip,
    short_number,
    signed_number,
    size_text,
    zone_city,
    zone_text,
    zoned_time,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (12_412, "12.4k"),
        (99_949, "99.9k"),
        (128_431, "128k"),
        (999_949, "1000k"),
        (999_950, "1.0M"),
        (2_300_120, "2.3M"),
        (1_250_000_000, "1.2B"),
        (-12_412, "-12.4k"),
    ],
)
def test_numbers_are_short(value: int | None, shown: str) -> None:
    assert short_number(value) == shown


@given(st.integers(0, 10**12))
def test_a_short_number_is_never_far_off(value: int) -> None:
    text = short_number(value)
    factor = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(text[-1], 1)
    shown = float(text.rstrip("kMBT")) * factor
    assert abs(shown - value) <= max(0.06 * value, 0)
    assert len(text) <= 6


def test_a_zone_is_named_with_its_offset_of_then() -> None:
    assert zone_text("Europe/Berlin", NOW) == "Berlin time, UTC+1"
    assert zone_text("Asia/Kolkata", NOW) == "Kolkata time, UTC+5:30"
    assert zone_text("America/New_York", NOW) == "New York time, UTC−5"
    assert zone_text("UTC", NOW) == "UTC"


def test_the_exact_number_has_thousands() -> None:
    assert exact_number(12_412) == "12,412"
    assert exact_number(None) == "–"


def test_a_change_carries_its_sign() -> None:
    assert [signed_number(n) for n in (1_200, -30, 0, None)] == ["+1.2k", "−30", "±0", "–"]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (NOW + timedelta(hours=5, minutes=30), "Sat 18:30 (Berlin)"),
        (NOW + timedelta(days=6), "Fri 13:00 (Berlin)"),
        (NOW + timedelta(days=7), "Sat 28 Nov 13:00 (Berlin)"),
        (NOW - timedelta(days=1), "Fri 20 Nov 13:00 (Berlin)"),
        (NOW + timedelta(days=60), "Wed 20 Jan 2027 13:00 (Berlin)"),
    ],
)
def test_a_time_names_its_zone_and_its_day(at: datetime, shown: str) -> None:
    assert zoned_time(at, "Europe/Berlin", NOW) == shown


def test_the_day_is_the_one_in_the_zone_shown() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert zoned_time(late, "Asia/Tokyo", NOW) == "Sun 08:30 (Tokyo)"


def test_a_full_stamp_has_everything() -> None:
    assert full_stamp(NOW, "Europe/Berlin") == "Sat 21 Nov 2026, 13:00:00 (Berlin)"


def test_a_zone_is_called_by_its_city() -> None:
    assert zone_city("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert zone_city("UTC") == "UTC"


@pytest.mark.parametrize(
    ("gone", "shown"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_ages_are_said_as_people_do(gone: timedelta, shown: str) -> None:
    assert age_text(NOW - gone, NOW) == shown


def test_what_never_happened_says_so() -> None:
    assert age_text(None, NOW) == "never"


def test_sizes_and_durations() -> None:
    sizes = [size_text(n) for n in (512, 12_300, 52_428_800, 4_000_000_000)]
    assert sizes == ["512 bytes", "12.3 kB", "52.4 MB", "4.00 GB"]
    assert [duration_text(s) for s in (5, 92.4, 3725)] == ["0:05", "1:32", "1:02:05"]


@given(st.text(max_size=60))
def test_a_tool_tip_never_becomes_markup(text: str) -> None:
    tip = plain_tip(text)
    if Qt.mightBeRichText(tip):
        inside = tip.removeprefix("<span>").removesuffix("</span>").replace("<br>", "")
        assert "<" not in inside
