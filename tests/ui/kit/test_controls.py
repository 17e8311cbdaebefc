"""Controls say to screen readers what they say to the eye."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.kit.controls import (
    CopyButton,
    Fact,
    Facts,
    Segment,
    icon_button,
    push_button,
)

pytestmark = pytest.mark.usefixtures("look")


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize("icon_name", ["", "undo"])
def test_a_buttons_name_follows_its_words(qtbot: QtBot, icon_name: str) -> None:
    button = push_button("Clear", icon_name=icon_name)
    qtbot.addWidget(button)
    assert name_of(button) == "Clear"
    button.setText("Undo my changes")
    assert name_of(button) == "Undo my changes"
    button.setText("Save && close")
    assert name_of(button) == "Save & close"


def test_a_name_that_says_more_holds_until_the_words_change(qtbot: QtBot) -> None:
    button = push_button("Copy")
    qtbot.addWidget(button)
    button.setAccessibleName("Copy the address")
    assert name_of(button) == "Copy the address"
    button.setText("Copied")
    assert name_of(button) == "Copied"


def test_a_click_leaves_the_focus_where_the_work_is(qtbot: QtBot) -> None:
    window = QWidget()
    field = QLineEdit(window)
    buttons = (push_button("Sync"), icon_button("close", "Close"))
    for button in buttons:
        button.setParent(window)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    field.setFocus()
    for button in buttons:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.focusWidget() is field
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_copying_is_said_for_a_moment(qtbot: QtBot) -> None:
    button = CopyButton(name="Copy the address")
    button.set_copied_text("https://example.org")
    qtbot.addWidget(button)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "https://example.org"
    assert name_of(button) == "Copied"
    button._back.timeout.emit()
    assert name_of(button) == "Copy the address"
    assert button.text().strip() == "Copy"


def test_a_segment_is_chosen_by_click_and_by_arrows(qtbot: QtBot) -> None:
    segment = Segment("Show as", {"month": "Month", "agenda": "Agenda", "week": "Week"})
    qtbot.addWidget(segment)
    chosen: list[str] = []
    segment.chosen.connect(chosen.append)
    segment.show()
    segment.activateWindow()
    QTest.mouseClick(segment.button("agenda"), Qt.MouseButton.LeftButton)
    QTest.keyClick(segment.button("agenda"), Qt.Key.Key_Right)
    assert chosen == ["agenda", "week"]
    assert segment.focusWidget() is segment.button("week")
    assert segment.button("week").isChecked()
    segment.choose("month")
    assert (segment.current, chosen) == ("month", ["agenda", "week"])
    assert not segment.button("week").isChecked()


def test_facts_that_change_their_value_keep_their_widgets(qtbot: QtBot) -> None:
    facts = Facts([Fact(label="Status", value="Scheduled"), Fact(label="Log", value="x")])
    qtbot.addWidget(facts)
    facts.show()
    before = facts.findChildren(QLabel)
    facts.show_facts(
        [Fact(label="Status", value="Published"), Fact(label="Log", value="y", copied="y-1")]
    )
    assert facts.findChildren(QLabel) == before
    assert "Status: Published" in [label.accessibleName() for label in before]
    (copy,) = [each for each in facts.findChildren(CopyButton) if each.isVisible()]
    assert name_of(copy) == "Copy: Log"
    copy.click()
    assert QGuiApplication.clipboard().text() == "y-1"
