"""Picking accounts: search, All, groups, tags, Shift; 300 of them at once without a rebuild."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeWorkspace, an_account
from tiktok_manager.domain.accounts import Account, AccountStatus
from tiktok_manager.ui.kit.account_picker import AccountPicker

NO_KEY = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NAMES = ("ann", "ben", "cat", "dan", "eve", "fay", "gil", "hal", "ida")


def an_entry(number: int, name: str) -> Account:
    groups, tags = ("Food",) * (number % 2), ("new",) * (number < 2)
    status = AccountStatus.NEEDS_RECONNECT if name == "ben" else AccountStatus.CONNECTED
    return replace(an_account(name), groups=groups, tags=tags, status=status)


def why(account: Account) -> str:
    return "" if account.status is AccountStatus.CONNECTED else "Connect it again first"


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    accounts = [an_entry(number, name) for number, name in enumerate(NAMES)]
    return make_desk(FakeWorkspace(with_accounts=accounts))


@pytest.fixture
def picker(desk: Desk, qtbot: QtBot) -> AccountPicker:
    picker = AccountPicker(desk.core.accounts, reason=why, note=lambda a: "Paused" * a.paused)
    QAbstractItemModelTester(
        picker.choices, QAbstractItemModelTester.FailureReportingMode.Fatal, picker
    )
    qtbot.addWidget(picker)
    picker.resize(400, 420)
    picker.show()
    desk.settle()
    return picker


def ids(*names: str) -> tuple[str, ...]:
    return tuple(f"acc-{name}" for name in names)


def shown(picker: AccountPicker) -> list[str]:
    return [each.account.handle for each in picker.choices.rows]


def click(picker: AccountPicker, name: str, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    index = picker.choices.index(shown(picker).index(name), 0)
    picker.list.scrollTo(index)
    at = picker.list.visualRect(index).center()
    QTest.mouseClick(picker.list.viewport(), Qt.MouseButton.LeftButton, keys, at)


def chip(picker: AccountPicker, words: str) -> QPushButton:
    chips = picker.findChildren(QPushButton)
    return next(each for each in chips if each.text() == words and each.isVisible())


def test_a_click_ticks_and_another_one_unticks(picker: AccountPicker) -> None:
    told = QSignalSpy(picker.changed)
    click(picker, "cat")
    assert picker.chosen == ids("cat")
    click(picker, "cat")
    assert not picker.chosen
    assert told.count() == 2


def test_what_cannot_be_chosen_comes_last_and_says_why(picker: AccountPicker) -> None:
    assert shown(picker)[-1] == "ben"
    click(picker, "ben")
    assert not picker.chosen
    last = picker.choices.index(picker.choices.rowCount() - 1, 0)
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "Ben, @ben · Connect it again first"


def test_shift_ticks_all_between(picker: AccountPicker) -> None:
    click(picker, "cat")
    click(picker, "fay", SHIFT)
    assert picker.chosen == ids("cat", "dan", "eve", "fay")
    click(picker, "fay")
    click(picker, "dan", SHIFT)
    assert picker.chosen == ids("cat")


def test_the_keyboard_ticks_and_keeps_the_focus(picker: AccountPicker) -> None:
    picker.setFocus()
    QTest.keyClick(picker.list, Qt.Key.Key_Down)
    QTest.keyClick(picker.list, Qt.Key.Key_Space)
    QTest.keyClick(picker.list, Qt.Key.Key_Down)
    QTest.keyClick(picker.list, Qt.Key.Key_Down)
    QTest.keyClick(picker.list, Qt.Key.Key_Space, SHIFT)
    assert len(picker.chosen) == 3
    QTest.keyClick(picker.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(picker.chosen) == len(NAMES) - 1
    assert picker.list.hasFocus()
    QTest.keyClick(picker.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert not picker.chosen


def test_all_a_group_or_a_tag_is_one_click(picker: AccountPicker) -> None:
    chip(picker, "Food").click()
    assert picker.chosen == ids("dan", "fay", "hal")  # ben cannot be chosen
    assert chip(picker, "Food").isChecked()
    assert not chip(picker, "All").isChecked()
    chip(picker, "#new").click()
    assert picker.chosen == ids("ann", "dan", "fay", "hal")
    chip(picker, "Food").click()
    assert picker.chosen == ids("ann")
    chip(picker, "All").click()
    assert len(picker.chosen) == len(NAMES) - 1


def test_searching_narrows_the_list_and_what_all_means(picker: AccountPicker) -> None:
    click(picker, "ann")
    picker.search.setText("food")
    assert shown(picker) == ["dan", "fay", "hal", "ben"]
    chip(picker, "All found").click()
    assert picker.chosen == ids("ann", "dan", "fay", "hal")
    picker.search.setText("@CA")
    assert shown(picker) == ["cat"]


def test_of_many_groups_the_search_finds_those_without_a_chip(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    many = [an_account(f"a{number:03}", groups=(f"Group {number:02}",)) for number in range(40)]
    desk = make_desk(FakeWorkspace(with_accounts=many))
    picker = AccountPicker(desk.core.accounts)
    qtbot.addWidget(picker)
    picker.show()
    desk.settle()
    assert len([each for each in picker.findChildren(QPushButton) if each.isVisible()]) <= 12
    picker.search.setText("group 39")
    chip(picker, "All found").click()
    assert picker.chosen == ids("a039")


def test_being_told_what_is_chosen_tells_nobody(picker: AccountPicker) -> None:
    told = QSignalSpy(picker.changed)
    picker.set_chosen(ids("eve", "ann"))
    assert picker.chosen == ids("ann", "eve")
    assert told.count() == 0


def test_an_account_that_changed_is_shown_as_it_is_now(picker: AccountPicker, desk: Desk) -> None:
    desk.world.accounts.set_paused("acc-ann", True)
    first = picker.choices.index(0, 0)
    desk.until(lambda: "Paused" in str(first.data(Qt.ItemDataRole.AccessibleTextRole)))


def test_it_is_painted_with_boxes_and_pictures(picker: AccountPicker) -> None:
    picker.set_chosen(ids("ann"))
    assert not picker.grab().isNull()


def test_300_accounts_are_chosen_without_a_row_or_a_chip_being_built_again(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    many = [an_account(f"a{number:03}", groups=(f"G{number % 9}",)) for number in range(300)]
    desk = make_desk(FakeWorkspace(with_accounts=many))
    picker = AccountPicker(desk.core.accounts)
    qtbot.addWidget(picker)
    picker.show()
    desk.settle()
    children = picker.findChildren(QPushButton)
    orders = QSignalSpy(picker.choices.layoutChanged)
    resets = QSignalSpy(picker.choices.modelReset)
    inserts = QSignalSpy(picker.choices.rowsInserted)
    told = QSignalSpy(picker.changed)
    chip(picker, "All").click()
    desk.world.accounts.set_paused("acc-a007", True)
    desk.settle()
    assert len(picker.chosen) == 300
    assert told.count() == 1
    assert orders.count() == resets.count() == inserts.count() == 0
    assert picker.findChildren(QPushButton) == children


def test_accounts_are_asked_once_for_all_that_changed_and_not_while_nobody_looks(
    make_desk: MakeDesk, qtbot: QtBot
) -> None:
    many = [an_account(f"a{number:03}") for number in range(300)]
    desk = make_desk(FakeWorkspace(with_accounts=many))
    asked: list[str] = []

    def noting(account: Account) -> str:
        asked.append(account.id)
        return "Paused" * account.paused

    picker = AccountPicker(desk.core.accounts, reason=noting)
    picker.list.setUpdatesEnabled(False)  # painting a row asks of that row
    qtbot.addWidget(picker)
    picker.show()
    desk.settle()

    picker.hide()
    asked.clear()
    for number in range(0, 300, 3):
        desk.world.accounts.set_paused(f"acc-a{number:03}", True)
    desk.settle()
    assert not asked
    picker.show()
    assert len(asked) == 300
    assert len(picker.choices.shown_ids()) == 200
    assert shown(picker)[0] == "a001"
    accounts, runs = desk.core.accounts, QSignalSpy(desk.core.accounts.dataChanged)
    asked.clear()
    accounts.set_rows(
        [replace(entry, account=replace(entry.account, paused=False)) for entry in accounts.rows]
    )
    assert runs.count() == 100
    desk.until(lambda: shown(picker)[0] == "a000")
    assert len(asked) == 300


def test_tab_reaches_the_search_the_sets_and_the_list_in_the_order_in_which_they_are_seen(
    picker: AccountPicker, desk: Desk
) -> None:
    picker.search.setFocus()
    seen: list[QWidget | None] = []
    while picker.focusWidget() not in seen:
        seen.append(picker.focusWidget())
        picker.focusNextChild()
    assert seen[0] is picker.search
    assert seen[1] is chip(picker, "All")
    assert seen[-1] is picker.list
    QTest.qWaitForWindowActive(picker)
    picker.setFocus()
    assert picker.focusWidget() is picker.list
