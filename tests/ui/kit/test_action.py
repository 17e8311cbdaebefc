"""One action, many faces: each as the action is, and no question answered by accident."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.action import Action, ActionRow, action_button, ask_over, perform_over
from tiktok_manager.ui.kit.menus import ActionMenu, BulkBar, add_shortcuts, add_to_menu, key_words


@dataclass
class Deeds:
    """What was done, and what stands in the way."""

    done: list[str] = field(default_factory=list)
    why_not: str = ""
    is_there: bool = True
    about: str = "@alice"

    def does(self, what: str) -> Callable[[], None]:
        return lambda: self.done.append(what)

    def sync(self) -> Action:
        return Action(
            words=lambda: f"Sync {self.about}",
            icon="sync",
            run=self.does("sync"),
            hint=lambda: "Reads the numbers",
            allowed=lambda: not self.why_not,
            why_not=lambda: self.why_not,
            shown=lambda: self.is_there,
            shortcut="Ctrl+Y",
        )

    def disconnect(self) -> Action:
        return Action(
            words=lambda: "Disconnect…",
            run=self.does("disconnect"),
            look="danger",
            allowed=lambda: not self.why_not,
            question=lambda: f"Disconnect {self.about}?",
            no=lambda: "Keep it",
        )


@pytest.fixture
def deeds() -> Deeds:
    return Deeds()


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    page.setLayout(QVBoxLayout())
    page.resize(640, 400)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    return page


def put(page: QWidget, widget: QWidget) -> None:
    layout = page.layout()
    assert layout is not None
    layout.addWidget(widget)
    QApplication.processEvents()  # a layout shows what is added to it a moment later


def test_a_button_is_named_after_its_words_also_after_they_change(
    page: QWidget, deeds: Deeds
) -> None:
    button = action_button(deeds.sync())
    put(page, button)
    assert (button.text().strip(), button.accessibleName()) == ("Sync @alice", "Sync @alice")
    deeds.about = "@bob"
    button.refresh()
    assert (button.text().strip(), button.accessibleName()) == ("Sync @bob", "Sync @bob")


def test_what_is_not_allowed_says_why_by_tip_and_to_screen_readers(
    page: QWidget, deeds: Deeds
) -> None:
    button = action_button(deeds.sync())
    put(page, button)
    assert button.toolTip() == "Reads the numbers"
    deeds.why_not = "Reconnect it first"
    button.refresh()
    assert not button.isEnabled()
    assert button.toolTip() == button.accessibleDescription() == "Reconnect it first"


def test_what_was_refused_meanwhile_is_not_done_by_an_old_button(
    page: QWidget, deeds: Deeds
) -> None:
    button = action_button(deeds.sync())
    put(page, button)
    deeds.why_not = "Reconnect it first"
    button.click()
    assert deeds.done == []


def test_what_makes_no_sense_has_no_face(page: QWidget, deeds: Deeds) -> None:
    row = ActionRow([deeds.sync()])
    put(page, row)
    assert row.buttons[0].isVisible()
    deeds.is_there = False
    row.refresh()
    assert row.isHidden()
    deeds.is_there = True
    row.refresh()
    assert row.isVisible()
    assert row.buttons[0].isVisible()


def test_a_question_takes_the_buttons_place_with_the_focus_on_no(
    page: QWidget, deeds: Deeds
) -> None:
    sync, disconnect = deeds.sync(), deeds.disconnect()
    row = ActionRow([sync, disconnect])
    put(page, row)
    QTest.mouseClick(row.button(disconnect), Qt.MouseButton.LeftButton)
    assert deeds.done == []
    assert row.card.question == "Disconnect @alice?"
    assert row.card.no.hasFocus()
    assert row.card.no.accessibleDescription() == "Disconnect @alice?"
    assert (row.card.yes.text(), row.card.no.text()) == ("Disconnect", "Keep it")
    assert not row.button(sync).isVisible()
    QTest.keyClick(row.card.no, Qt.Key.Key_Space)
    assert deeds.done == []
    assert row.button(disconnect).hasFocus()
    row.button(disconnect).click()
    row.card.yes.click()
    assert deeds.done == ["disconnect"]


def test_escape_answers_no(page: QWidget, deeds: Deeds) -> None:
    disconnect = deeds.disconnect()
    row = ActionRow([disconnect])
    put(page, row)
    row.button(disconnect).click()
    QTest.keyClick(row.card.no, Qt.Key.Key_Escape)
    assert row.card.isHidden()
    assert row.button(disconnect).hasFocus()
    assert deeds.done == []


@pytest.mark.parametrize("change", ["about", "why_not"])
def test_a_question_about_one_thing_never_stands_for_another(
    page: QWidget, deeds: Deeds, change: str
) -> None:
    row = ActionRow([deeds.disconnect()])
    put(page, row)
    row.buttons[0].click()
    setattr(deeds, change, "another")
    row.refresh()
    assert row.card.isHidden()
    assert deeds.done == []


def test_a_question_that_still_stands_survives_a_refresh(page: QWidget, deeds: Deeds) -> None:
    row = ActionRow([deeds.sync(), deeds.disconnect()])
    put(page, row)
    row.buttons[1].click()
    deeds.is_there = False
    row.refresh()
    assert row.card.isVisible()
    assert row.card.no.hasFocus()


def test_the_focus_goes_on_to_what_is_there_when_the_button_is_not(
    page: QWidget, deeds: Deeds
) -> None:
    row = ActionRow([deeds.disconnect(), deeds.sync()])
    put(page, row)
    row.buttons[0].click()
    row.buttons[0].setEnabled(False)
    row.withdraw()
    assert row.buttons[1].hasFocus()


def test_an_action_may_delete_the_row_it_was_asked_in(page: QWidget, deeds: Deeds) -> None:
    gone: list[QWidget] = []

    def run() -> None:
        row.deleteLater()
        gone.append(row)

    row = ActionRow([Action(words=lambda: "Remove", run=run, question=lambda: "Sure?")])
    put(page, row)
    row.buttons[0].click()
    row.card.yes.click()
    assert gone


def test_a_narrow_row_breaks_its_line_instead_of_cutting(qtbot: QtBot, deeds: Deeds) -> None:
    row = ActionRow([deeds.sync(), deeds.disconnect(), deeds.sync()])
    qtbot.addWidget(row)
    row.show()
    row.resize(200, row.heightForWidth(200))
    bottoms = {button.geometry().bottom() for button in row.buttons}
    assert len(bottoms) > 1
    assert all(button.geometry().right() < 200 for button in row.buttons)


def test_a_lone_button_asks_over_its_window_and_moves_nothing(page: QWidget, deeds: Deeds) -> None:
    button = action_button(deeds.disconnect())
    put(page, button)
    before = button.geometry()
    button.setFocus()
    perform_over(page, button.action)
    card = ask_over(page, button.action)
    assert button.geometry() == before
    assert card.no.hasFocus()
    QTest.keyClick(card.no, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert button.hasFocus()
    again = ask_over(page, button.action)
    again.yes.click()
    assert deeds.done == ["disconnect"]


def test_an_entry_of_a_menu_is_as_its_action_is(page: QWidget, deeds: Deeds) -> None:
    menu = QMenu(page)
    deeds.why_not = "Reconnect it first"
    add_to_menu(menu, [deeds.sync(), None, "3 & more"], over=page)
    entry, separator, line = menu.actions()
    assert not entry.isEnabled()
    assert entry.text() == "Sync @alice\tCtrl+Y"
    assert entry.toolTip() == "Reconnect it first"
    assert separator.isSeparator()
    assert (line.text(), line.isEnabled()) == ("3 && more", False)


def test_an_entry_with_a_question_asks_it_first(page: QWidget, deeds: Deeds) -> None:
    menu = QMenu(page)
    add_to_menu(menu, [deeds.disconnect()], over=page)
    menu.actions()[0].trigger()
    assert deeds.done == []
    (card,) = page.findChildren(QWidget, "asked-over")
    assert card.isVisible()


def test_an_equal_menu_is_not_touched(page: QWidget, deeds: Deeds) -> None:
    menu = QMenu(page)
    face = ActionMenu(menu, Action.perform)
    touched: list[object] = []
    face.show_entries([deeds.sync(), None, "Next: 18:30"])
    menu.installEventFilter(page)
    entries = menu.actions()
    for entry in entries:
        entry.changed.connect(lambda: touched.append(1))
    face.show_entries([deeds.sync(), None, "Next: 18:30"])
    assert menu.actions() == entries
    assert not touched
    face.show_entries([deeds.sync(), None, "Next: 19:30"])
    assert menu.actions() == entries
    assert menu.actions()[2].text() == "Next: 19:30"
    deeds.is_there = False
    face.show_entries([deeds.sync(), None, "Next: 19:30"])
    assert [entry.text() for entry in menu.actions()] == ["", "Next: 19:30"]


def test_keys_run_what_is_allowed(page: QWidget, deeds: Deeds) -> None:
    add_shortcuts(page, [deeds.sync()])
    QTest.keyClick(page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    deeds.why_not = "Reconnect it first"
    QTest.keyClick(page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert deeds.done == ["sync"]


def test_a_bulk_bar_is_there_while_something_is_selected(page: QWidget, deeds: Deeds) -> None:
    bar = BulkBar(
        [deeds.sync()], words=lambda count: f"{count} selected", clear=deeds.does("clear")
    )
    put(page, bar)
    assert bar.isHidden()
    bar.show_count(3)
    assert bar.isVisible()
    assert bar._count.text() == "3 selected"
    bar.clear.click()
    bar.show_count(0)
    assert bar.isHidden()
    assert deeds.done == ["clear"]


def test_the_keys_told_are_the_first_of_the_platform_and_not_the_shortest() -> None:
    undo = Action(words=lambda: "Undo", run=lambda: None, shortcut="Ctrl+Z; F14")
    assert key_words(undo) == "Ctrl+Z"
    assert not key_words(Action(words=lambda: "Sync", run=lambda: None))
