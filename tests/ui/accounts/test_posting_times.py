"""Posting times in the drawer: typed, paused, removed, inherited, each undone to what it was."""

from collections.abc import Sequence
from datetime import date, time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tiktok_manager.services.slots import Slots
from tiktok_manager.ui.accounts.posting_times import days_words
from tiktok_manager.ui.accounts.times_card import TimesCard


@pytest.fixture
def slots(real_desk: Desk) -> Slots:
    slots = real_desk.core.workspace.slots
    slots.remove([each.id for each in slots.list()])
    slots.remove_blackouts([each.id for each in slots.blackouts()])
    return slots


@pytest.fixture
def card(real_desk: Desk, slots: Slots, qtbot: QtBot) -> TimesCard:
    account = real_desk.core.workspace.accounts.list()[0]
    card = TimesCard(real_desk.core, real_desk.frame, account)
    qtbot.addWidget(card)
    card.resize(320, 500)
    card.show()
    card.activateWindow()
    real_desk.settle()
    return card


def seen(card: TimesCard) -> list[str]:
    return [each.text() for each in card.findChildren(QLabel) if each.isVisible() and each.text()]


def press(card: TimesCard, name: str) -> None:
    found = [b for b in card.findChildren(QAbstractButton) if b.accessibleName() == name]
    next(each for each in found if each.isVisible()).click()


def kept(slots: Slots) -> Sequence[tuple[int, time, bool]]:
    return sorted((each.weekday, each.at, each.paused) for each in slots.list())


def add(card: TimesCard, desk: Desk, text: str) -> None:
    card.line.setFocus()
    QTest.keyClicks(card.line, text)
    QTest.keyClick(card.line, Qt.Key.Key_Return)
    desk.settle()


def test_times_are_typed_and_seen_as_one_line(
    real_desk: Desk, card: TimesCard, slots: Slots
) -> None:
    add(card, real_desk, "mon-fri 18:30")
    assert kept(slots) == [(day, time(18, 30), False) for day in range(5)]
    assert "18:30 Mon–Fri" in seen(card)
    assert card.line.text() == ""
    assert card.line.hasFocus()
    real_desk.core.undo.undo()
    real_desk.settle()
    assert kept(slots) == []
    assert any("None yet" in text for text in seen(card))
    real_desk.core.undo.redo()
    real_desk.settle()
    assert len(kept(slots)) == 5


def test_what_cannot_be_read_stays_to_be_mended(
    real_desk: Desk, card: TimesCard, slots: Slots
) -> None:
    add(card, real_desk, "someday 18:30")
    assert kept(slots) == []
    assert card.line.text() == "someday 18:30"
    assert card.times.has_error


def test_a_time_is_paused_resumed_and_removed_with_a_way_back(
    real_desk: Desk, card: TimesCard, slots: Slots
) -> None:
    add(card, real_desk, "sat sun 9am")
    before = slots.list()
    press(card, "Pause 09:00 Sat, Sun")
    real_desk.settle()
    assert all(each.paused for each in slots.list())
    assert "Paused" in seen(card)
    assert card.line.hasFocus()
    real_desk.core.undo.undo()
    real_desk.settle()
    assert not any(each.paused for each in slots.list())
    press(card, "Remove 09:00 Sat, Sun")
    real_desk.settle()
    assert slots.list() == []
    step = real_desk.frame.notices[-1].step
    assert step is not None
    step.run()
    real_desk.settle()
    assert [each.id for each in slots.list()] == [each.id for each in before]


def test_the_times_of_its_group_stand_among_them_and_say_so(
    real_desk: Desk, card: TimesCard, slots: Slots
) -> None:
    slots.add(["group:πελάτες"], (0,), (time(8),), real_desk.core.timezone)
    slots.add([real_desk.core.workspace.accounts.list()[1].id], (1,), (time(9),))
    real_desk.settle()
    assert "08:00 Mon" in seen(card)
    assert "From group πελάτες" in seen(card)
    assert not any("09:00" in text for text in seen(card))
    card.whose.setCurrentIndex(card.whose.findData("all"))
    add(card, real_desk, "daily 20:00")
    assert {each.whose.name for each in slots.list()} >= {"all"}
    assert "From all accounts" in seen(card)


def test_days_off_are_typed_and_taken_back(real_desk: Desk, card: TimesCard, slots: Slots) -> None:
    card.days_line.setFocus()
    QTest.keyClicks(card.days_line, "24 dec to 26 dec")
    QTest.keyClick(card.days_line, Qt.Key.Key_Return)
    real_desk.settle()
    (blackout,) = slots.blackouts()
    assert (blackout.first_day, blackout.last_day) == (date(2026, 12, 24), date(2026, 12, 26))
    assert "24 Dec – 26 Dec 2026" in seen(card)
    press(card, "Remove 24 Dec – 26 Dec 2026")
    real_desk.settle()
    assert slots.blackouts() == []
    real_desk.core.undo.undo()
    real_desk.settle()
    assert slots.blackouts() == [blackout]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(7), "Every day"),
        ((0, 1, 2, 3, 4), "Mon–Fri"),
        ((5, 6), "Sat, Sun"),
        ((0, 2, 4), "Mon, Wed, Fri"),
        ((3,), "Thu"),
    ],
)
def test_days_are_said_as_people_say_them(days: Sequence[int], said: str) -> None:
    assert days_words(list(days)) == said
