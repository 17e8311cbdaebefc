"""Numbers, times and sizes read the same everywhere."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale
from PySide6.QtGui import Qt

from tests.fakes.pseudo_locale import PseudoLocale, outside_brackets
from tiktok_manager.ui.formats import (
    age_text,
    date_text,
    day_text,
    day_title,
    duration_text,
    exact_number,
    full_stamp,
    month_title,
    plain_tip,
    short_number,
    signed_number,
    size_text,
    time_text,
    weekday_name,
    zone_city,
    zone_text,
    zoned_time,
)
from tiktok_manager.ui.texts import ntr, use_forms
from tiktok_manager.wording.translation import speak

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def pseudo() -> Iterator[None]:
    speak(PseudoLocale())
    yield
    speak(None)


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
        (999_499, "999k"),
        (999_500, "1.0M"),
        (2_300_120, "2.3M"),
        (1_250_000_000, "1.3B"),
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
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(days=-400), "in 13 months"),
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


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en_GB", "Tue 24 Nov 18:30 (Berlin)"),
        ("en_US", "Tue Nov 24 6:30\u202fPM (Berlin)"),
        ("de_DE", "Di. 24. Nov. 18:30 (Berlin)"),
        ("es_ES", "mar 24 de nov 18:30 (Berlin)"),
        ("vi_VN", "Thứ 3 24 thg 11 18:30 (Berlin)"),
        ("ja_JP", "火 11月24日 18:30 (Berlin)"),
        ("hu_HU", "K nov. 24. 18:30 (Berlin)"),
        ("ru_RU", "вт 24 нояб. 18:30 (Berlin)"),
        ("lv_LV", "otrd. 24. nov. 18:30 (Berlin)"),
        ("fi_FI", "ti 24. marras 18.30 (Berlin)"),
        ("ar_EG", "الثلاثاء ٢٤ نوفمبر ٦:٣٠ م (Berlin)"),
    ],
)
def test_a_time_has_the_names_and_forms_of_the_user(locale: str, shown: str) -> None:
    use_forms(QLocale(locale))
    at = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert zoned_time(at, "Europe/Berlin", NOW - timedelta(days=7)) == shown


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en_GB", ("Tue 24 Nov 2026, 18:30:05 (Berlin)", "Tuesday 24 November", "November 2026")),
        (
            "en_US",
            ("Tue Nov 24, 2026, 6:30:05\u202fPM (Berlin)", "Tuesday November 24", "November 2026"),
        ),
        (
            "de_DE",
            ("Di. 24. Nov. 2026, 18:30:05 (Berlin)", "Dienstag 24. November", "November 2026"),
        ),
        (
            "fi_FI",
            (
                "ti 24. marras 2026, 18.30.05 (Berlin)",
                "tiistaina 24. marraskuuta",
                "marraskuu 2026",
            ),
        ),
    ],
)
def test_stamps_and_titles_have_them_too(locale: str, shown: tuple[str, str, str]) -> None:
    use_forms(QLocale(locale))
    at = datetime(2026, 11, 24, 17, 30, 5, tzinfo=UTC)
    stamp, title, month = shown
    assert full_stamp(at, "Europe/Berlin") == stamp
    assert day_title(TUESDAY) == title
    assert month_title(2026, 11) == month


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en_GB", ["12,412", "12.4k", "52.4 MB", "12,412 bytes"]),
        ("de_DE", ["12.412", "12,4k", "52,4 MB", "12.412 bytes"]),
        ("fr_FR", ["12\u202f412", "12,4k", "52,4 MB", "12\u202f412 bytes"]),
        ("ar_EG", ["١٢٬٤١٢", "١٢\u066b٤k", "٥٢\u066b٤ MB", "١٢٬٤١٢ bytes"]),
    ],
)
def test_numbers_are_parted_as_the_user_does(locale: str, shown: list[str]) -> None:
    use_forms(QLocale(locale))
    counted = ntr("{count} byte", "{count} bytes", 12_412)
    assert [exact_number(12_412), short_number(12_412), size_text(52_428_800), counted] == shown


def test_every_language_has_a_date_without_weekday_and_year() -> None:
    for locale in QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    ):
        use_forms(locale)
        digits = locale.toString(2026).replace(locale.groupSeparator(), "")
        assert date_text(TUESDAY), locale.name()
        assert digits not in date_text(TUESDAY), locale.name()
        assert weekday_name(2) not in date_text(TUESDAY), locale.name()
        assert digits in day_text(NOW, "UTC"), locale.name()
        assert time_text(time(18, 30)) in zoned_time(NOW.replace(hour=18, minute=30), "UTC", NOW)


@pytest.mark.usefixtures("pseudo")
def test_no_word_around_numbers_and_dates_is_left_untranslated() -> None:
    use_forms(QLocale("el_GR"))
    ages = [
        timedelta(seconds=-30),
        *(timedelta(minutes=3 * 9**n) * sign for n in range(8) for sign in (1, -1)),
    ]
    told = [age_text(NOW - each, NOW) for each in ages]
    told += [size_text(7 * 900**n) for n in range(4)]
    told += [short_number(12_412**n) for n in range(1, 4)]
    told += [age_text(None, NOW), full_stamp(NOW, "UTC"), day_title(TUESDAY), month_title(2026, 11)]
    left = "".join(map(outside_brackets, told))
    assert not [letter for letter in left if letter.isascii() and letter.isalpha()]
