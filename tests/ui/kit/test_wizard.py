"""A wizard leads on when nothing is in the way, says what is, and does it all at its end."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.controls import Fact
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.reading import Job, JobProgress
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.kit.wizard import Wizard, WizardStep


class Import:
    """An import of names: typed in one step, looked through in the next."""

    def __init__(self, desk: Desk) -> None:
        self.job = Job(desk.core.tasks, desk.bridge)
        self.names = QLineEdit()
        self.rows: ListModel[str] = ListModel(
            (Column(words=lambda: "Name", value=str),), lambda each: each, desk.bridge
        )
        self.table = Table(self.rows, "Names")
        self.done: list[str] = []
        self.work: Callable[[JobProgress], list[str]] = lambda _progress: list(self.rows.rows)
        self.wizard = Wizard(
            (
                WizardStep(
                    title="Names",
                    page=self.names,
                    why_not=lambda: "" if self.names.text() else "Type a name first.",
                ),
                WizardStep(
                    title="Check",
                    page=self.table,
                    wanted=lambda: self.names.text() != "ann",
                    entered=lambda: self.rows.set_rows(self.names.text().split()),
                ),
            ),
            summary=lambda: [Fact(label="Accounts", value=str(len(self.rows.rows)))],
            finish=Action(words=lambda: "Import", look="primary", run=self.run),
            job=self.job,
        )
        self.names.textChanged.connect(self.wizard.refresh)

    def run(self) -> None:
        self.job.start(
            self.work, done=self.done.extend, failed=lambda _error: None, words="Reading"
        )

    def seen(self) -> list[str]:
        labels = self.wizard.findChildren(QLabel)
        return [each.text() for each in labels if each.isVisible()]

    def ways(self) -> list[str]:
        buttons = self.wizard.findChildren(QPushButton)
        return [each.text() for each in buttons if each.isVisible()]


@pytest.fixture
def made(desk: Desk, qtbot: QtBot) -> Import:
    made = Import(desk)
    qtbot.addWidget(made.wizard)
    made.wizard.show()
    made.wizard.activateWindow()
    return made


def test_what_is_in_the_way_is_said_beside_the_button_it_bars(made: Import) -> None:
    assert not made.wizard.next.isEnabled()
    assert "Type a name first." in made.seen()
    QTest.keyClicks(made.names, "ann ben")
    assert made.wizard.next.isEnabled()
    assert "Type a name first." not in made.seen()


def test_a_step_finds_what_the_one_before_it_chose_and_the_way_back_keeps_it(made: Import) -> None:
    made.names.setText("ann ben")
    made.wizard.next.click()
    assert made.table.isVisible()
    assert made.rows.rows == ("ann", "ben")
    assert made.table.hasFocus()
    made.wizard.back.click()
    assert made.names.text() == "ann ben"
    assert made.ways() == ["Cancel", "Next"]


def test_the_summary_says_what_will_be_done_and_its_button_does_it(
    made: Import, desk: Desk
) -> None:
    made.names.setText("ann ben cat")
    for _ in range(2):
        made.wizard.next.click()
    desk.until(lambda: {"Accounts", "3"} <= set(made.seen()))
    assert made.ways() == ["Cancel", "Back", "Import"]
    made.wizard.finish.click()
    assert made.ways() == ["Cancel"]  # the job's own: nothing else may be touched meanwhile
    assert "Reading" in made.seen()
    assert not made.table.isEnabled()
    desk.until(lambda: bool(made.done))
    assert made.done == ["ann", "ben", "cat"]
    assert made.ways() == ["Cancel", "Back", "Import"]


def test_steps_say_how_far_they_are(made: Import) -> None:
    made.names.setText("ann ben")
    made.wizard.next.click()
    names = [each.accessibleName() for each in made.wizard.findChildren(QLabel)]
    assert "Step 1, done: Names" in names
    assert "Step 2, next: Check" in names
    assert "Step 3, to do: Summary" in names


def test_escape_leaves_but_not_while_it_is_under_way(made: Import, desk: Desk) -> None:
    left = QSignalSpy(made.wizard.left)
    QTest.keyClick(made.wizard, Qt.Key.Key_Escape)
    assert left.count() == 1
    made.run()
    QTest.keyClick(made.wizard, Qt.Key.Key_Escape)
    assert left.count() == 1
    desk.settle()


def test_a_step_that_asks_nothing_is_passed_over_both_ways(made: Import) -> None:
    made.names.setText("ann")
    made.wizard.next.click()
    assert made.wizard.place == 2
    assert "Check" not in made.seen()
    made.wizard.back.click()
    assert made.wizard.place == 0


def test_ctrl_enter_goes_on_and_the_keyboard_is_where_it_was_after_the_work(
    made: Import, desk: Desk
) -> None:
    made.names.setText("ann ben")
    made.names.setFocus()
    QTest.keyClick(made.names, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert made.table.hasFocus()
    made.run()
    desk.settle()
    assert made.table.hasFocus()
