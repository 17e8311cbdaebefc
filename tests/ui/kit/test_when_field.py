"""The field for a time: typed or picked, in the form's zone whatever the machine's is."""
# ruff: noqa: DTZ001 - wall times have no zone

import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tiktok_manager.domain.schedule import parse_when
from tiktok_manager.ui.kit.when_field import (
    WhenField,
    suggestions,
    typed_time,
)
from tiktok_manager.ui.texts import use_forms
from tiktok_manager.ui.theme import Theme

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)  # a Saturday, 13:00:30 in Berlin
SHOWN = datetime(2026, 11, 24, 11, 0)

MakeField = Callable[..., WhenField]


@pytest.fixture
def make_field(qtbot: QtBot, look: Theme) -> MakeField:
    def make(wall: datetime = SHOWN, timezone: str = BERLIN, now: datetime = NOW) -> WhenField:
        field = WhenField(lambda: now)
        qtbot.addWidget(field)
        field.show_wall(wall, timezone)
        field.show()
        return field

    return make


@pytest.fixture
def machine_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def move(timezone: str) -> None:
        monkeypatch.setenv("TZ", timezone)
        clock.tzset()

    yield move
    monkeypatch.undo()
    clock.tzset()


def write(field: WhenField, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    field.time.selectAll()
    QTest.keyClicks(field.time, text)
    QTest.keyClick(field.time, key)


def note(field: WhenField) -> str:
    return field.findChildren(QLabel)[-1].text()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1830", "2026-11-24T18:30"),
        ("18:30", "2026-11-24T18:30"),
        ("18.30", "2026-11-24T18:30"),
        ("6pm", "2026-11-24T18:00"),
        ("6:15 PM", "2026-11-24T18:15"),
        ("fri 18:00", "2026-11-27T18:00"),
        ("tomorrow 9am", "2026-11-22T09:00"),
        ("tomorrow", "2026-11-22T11:00"),
        ("24 dec", "2026-12-24T11:00"),
        ("2026-12-24 08:05", "2026-12-24T08:05"),
        ("in 2 hours", "2026-11-21T15:01"),
        ("now", "2026-11-21T13:01"),
    ],
)
def test_a_time_is_typed_as_people_write_it(make_field: MakeField, text: str, meant: str) -> None:
    field, told = make_field(), []
    field.changed.connect(lambda: told.append(field.wall.isoformat(timespec="minutes")))
    write(field, text)
    assert told == [meant]
    assert field.time.text() == meant[-5:]
    assert not field.problem


def test_a_time_alone_is_of_the_day_shown_unless_that_is_over(make_field: MakeField) -> None:
    field = make_field(wall=datetime(2026, 11, 21, 20, 0))
    write(field, "1400")
    assert field.wall == datetime(2026, 11, 21, 14, 0)
    write(field, "12:30")
    assert field.wall == datetime(2026, 11, 22, 12, 30)


@pytest.mark.parametrize("text", ["sometime", "13pm", "03/04/2027 10:00", "25:00", "next slot"])
def test_what_cannot_be_read_says_what_to_write_and_changes_nothing(
    make_field: MakeField, text: str
) -> None:
    field = make_field()
    write(field, text)
    assert field.wall == SHOWN
    assert field.time.text() == text
    assert "Write a time like 18:30" in note(field)
    assert field.problem in field.time.accessibleDescription()
    assert not field.commit()
    write(field, "1830")
    assert not field.problem
    assert field.wall == datetime(2026, 11, 24, 18, 30)


def test_escape_brings_the_old_time_back(make_field: MakeField) -> None:
    field = make_field()
    write(field, "sometime")
    QTest.keyClick(field.time, Qt.Key.Key_Escape)
    assert (field.time.text(), field.problem, field.wall) == ("11:00", "", SHOWN)
    assert field.commit()


def test_what_is_typed_but_not_entered_is_taken_when_the_owner_asks(make_field: MakeField) -> None:
    field = make_field()
    field.time.selectAll()
    QTest.keyClicks(field.time, "1830")
    field.show_wall(SHOWN, BERLIN)  # a change elsewhere does not overwrite the typing
    assert field.time.text() == "1830"
    assert field.commit()
    assert field.wall == datetime(2026, 11, 24, 18, 30)


# New York's clocks skip 02:30 on 8 March 2026 and repeat 01:30 on 1 November 2026.
@pytest.mark.parametrize("machine", ["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 8), datetime(2026, 11, 1)])
@pytest.mark.parametrize("text", ["01:30", "02:30"])
def test_the_zone_of_the_machine_moves_no_time(
    make_field: MakeField, machine_in: Callable[[str], None], machine: str, day: datetime, text: str
) -> None:
    machine_in(machine)
    field = make_field(wall=day.replace(hour=12), now=datetime(2026, 1, 5, tzinfo=UTC))
    write(field, text)
    wall = datetime.fromisoformat(f"{day:%Y-%m-%d} {text}")
    assert (field.wall, field.time.text(), note(field)) == (wall, text, "")
    pick(field, day + timedelta(days=7))
    pick(field, day)
    assert (field.wall, field.time.text()) == (wall, text)


@pytest.mark.parametrize("machine", ["UTC", "America/New_York", BERLIN])
@pytest.mark.parametrize(
    ("timezone", "wall", "instead"),
    [
        (BERLIN, "2027-03-28 02:30", "03:00"),
        ("America/New_York", "2027-03-14 02:30", "03:00"),
        ("Australia/Lord_Howe", "2027-10-03 02:15", "02:30"),
        ("Africa/Cairo", "2027-04-30 00:10", "01:00"),
    ],
)
def test_a_time_that_the_clocks_skip_is_told_and_the_next_valid_one_is_taken(
    make_field: MakeField,
    machine_in: Callable[[str], None],
    machine: str,
    timezone: str,
    wall: str,
    instead: str,
) -> None:
    machine_in(machine)
    field = make_field(timezone=timezone)
    write(field, wall)
    assert field.wall == datetime.fromisoformat(wall)
    assert f"{wall[-5:]} is skipped that day" in note(field)
    assert f"{instead} is taken" in note(field)


def test_a_time_that_comes_twice_is_told(make_field: MakeField) -> None:
    field = make_field()
    write(field, "2027-10-31 02:30")
    assert note(field) == "02:30 comes twice that day in Berlin. The first one is taken."


def test_the_zone_is_named_beside_the_time_and_to_screen_readers(make_field: MakeField) -> None:
    field = make_field(timezone="America/Argentina/Buenos_Aires")
    assert any(label.text() == "Buenos Aires" for label in field.findChildren(QLabel))
    assert field.time.accessibleDescription() == "Buenos Aires time, UTC−3"
    assert field.day.accessibleName() == "Day: Tue 24 Nov 2026"


def pick(field: WhenField, day: datetime) -> None:
    field.day.click()
    popup = field._popup
    assert popup is not None
    popup._calendar.clicked.emit(QDate(day.year, day.month, day.day))
    assert not popup.isVisible()


def test_a_day_is_picked_in_a_calendar_and_the_time_stays(make_field: MakeField) -> None:
    field = make_field()
    pick(field, datetime(2026, 12, 12))
    assert field.wall == datetime(2026, 12, 12, 11, 0)
    assert field.day.text().strip() == "Sat 12 Dec 2026"


def test_days_that_are_over_in_the_zone_cannot_be_picked(make_field: MakeField) -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # the 22nd in Tokyo
    field = make_field(timezone="Asia/Tokyo", now=late)
    field.day.click()
    assert field._popup is not None
    assert field._popup._calendar.minimumDate() == QDate(2026, 11, 22)


def test_a_suggestion_is_one_click(make_field: MakeField) -> None:
    field = make_field()
    free_at = NOW.replace(second=0) + timedelta(days=2, hours=3)
    field.offer(free_at=free_at, slot_at=free_at + timedelta(days=1))
    QTest.keyClick(field.time, Qt.Key.Key_Down)
    assert field._popup is not None
    offered = [b for b in field._popup.findChildren(QPushButton) if b.text()]
    assert [button.text() for button in offered] == [
        "Next free slot: Tue 16:00 (Berlin)",
        "Next full hour: 14:00",
        "Tonight 18:00",
        "Tomorrow 09:00",
        "Next free time: Mon 16:00 (Berlin)",
    ]
    offered[0].click()
    assert field.wall == datetime(2026, 11, 24, 16, 0)


def test_tonight_is_offered_until_it_is_evening_where_the_post_goes_out() -> None:
    said = [words for words, _wall in suggestions(NOW, "Asia/Tokyo")]  # 21:00 there
    assert said == ["Next full hour: 22:00", "Tomorrow 09:00"]


def test_a_time_is_shown_as_the_user_writes_it_and_can_always_be_typed_again() -> None:
    wall = datetime(2026, 11, 24, 18, 5)
    everywhere = QLocale.matchingLocales(
        QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry
    )
    for locale in everywhere:
        use_forms(locale)
        assert parse_when(typed_time(wall), BERLIN, NOW, shown=wall).wall == wall, locale.name()
    shown = []
    for name in ("en_US", "es_AR", "fi_FI", "fa_IR", "ko_KR"):
        use_forms(QLocale(name))
        shown.append(typed_time(wall))
    assert shown == ["6:05\u202fPM", "6:05\u202fp.\xa0m.", "18.05", "18:05", "18:05"]
