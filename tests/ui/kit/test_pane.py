"""A pane shows its content, or says what stands in its place and what to do about it."""

from typing import cast

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.fakes import refused
from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.kit.layout import Skeleton
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.reading import Reading, Stage

pytestmark = pytest.mark.usefixtures("look")


class FakeReading(QObject):
    """A reading whose outcome a test decides."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage.LOADING
        self.failure: AppError | None = None
        self.retries = 0
        self.shown: list[bool] = []

    def become(self, stage: Stage, failure: AppError | None = None) -> None:
        self.stage, self.failure = stage, failure
        self.changed.emit()

    def retry(self) -> None:
        self.retries += 1

    def set_shown(self, is_shown: bool) -> None:
        self.shown.append(is_shown)


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading()


@pytest.fixture
def pane(qtbot: QtBot, reading: FakeReading) -> PaneView:
    made = PaneView(
        empty=lambda: EmptyState("calendar", "Nothing yet", action_text="Plan", action=lambda: None)
    )
    made.content = QLabel("Content")  # type: ignore[attr-defined]
    made.body.addWidget(made.content)  # type: ignore[attr-defined]
    made.follow(cast("Reading[object]", reading))
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    return made


def seen(pane: PaneView) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def button(pane: PaneView, text: str) -> QPushButton:
    return next(b for b in pane.findChildren(QPushButton) if b.text() == text and b.isVisible())


def test_a_skeleton_stands_until_there_is_content(pane: PaneView, reading: FakeReading) -> None:
    assert any(each.isVisible() for each in pane.findChildren(Skeleton))
    reading.become(Stage.READY)
    assert seen(pane) == ["Content"]


def test_nothing_is_said_in_words(pane: PaneView, reading: FakeReading) -> None:
    reading.become(Stage.EMPTY)
    assert "Nothing yet" in seen(pane)
    assert "Content" not in seen(pane)


def test_a_first_reading_that_fails_is_no_empty_list(pane: PaneView, reading: FakeReading) -> None:
    reading.become(Stage.FAILED, refused("The plan cannot be read."))
    assert "The plan cannot be read." in seen(pane)
    assert "Nothing yet" not in seen(pane)
    QTest.mouseClick(button(pane, "Try again"), Qt.MouseButton.LeftButton)
    assert reading.retries == 1
    reading.become(Stage.READY)
    assert seen(pane) == ["Content"]


def test_old_content_stays_when_a_later_reading_fails(pane: PaneView, reading: FakeReading) -> None:
    reading.become(Stage.READY)
    before = pane.stages.geometry()
    reading.become(Stage.READY, refused("The plan cannot be read."))
    assert "Content" in seen(pane)
    assert "Not up to date. The plan cannot be read." in seen(pane)
    assert pane.stages.geometry() == before
    QTest.mouseClick(button(pane, "Try again"), Qt.MouseButton.LeftButton)
    assert reading.retries == 1
    reading.become(Stage.READY)
    assert seen(pane) == ["Content"]


def test_a_button_may_lead_to_the_page_that_replaces_it(
    pane: PaneView, reading: FakeReading, qtbot: QtBot
) -> None:
    reading.retry = lambda: reading.become(Stage.READY)  # type: ignore[method-assign]
    reading.become(Stage.FAILED, refused())
    again = button(pane, "Try again")
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not shiboken6.isValid(again))
    assert seen(pane) == ["Content"]


def test_reading_nothing_again_leaves_the_focus_alone(pane: PaneView, reading: FakeReading) -> None:
    pane.activateWindow()
    reading.become(Stage.EMPTY)
    plan = button(pane, "Plan")
    plan.setFocus()
    reading.become(Stage.EMPTY)
    assert plan.hasFocus()


def test_readings_rest_while_the_pane_is_hidden(pane: PaneView, reading: FakeReading) -> None:
    other = FakeReading()
    pane.stages.add_reading(cast("Reading[object]", other))
    reading.shown.clear()
    pane.hide()
    pane.show()
    assert reading.shown == [False, True]
    assert other.shown == [True, False, True]
