"""Why nothing is published stands above the content until it is mended."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, refused
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import PublishingHeld
from tiktok_manager.ui.trouble_bar import TroubleBar

CLOCK = PublishingHeld(
    code="clock_wrong",
    until=NOW + timedelta(minutes=5),
    failure=Failure(
        code="told",
        params={
            "title": "This computer's clock is 3 h ahead of TikTok's.",
            "hint": "Set its date and time.",
        },
    ),
)

DeskAndBar = tuple[Desk, TroubleBar]


@pytest.fixture
def desk_and_bar(make_desk: MakeDesk, qtbot: QtBot) -> DeskAndBar:
    desk = make_desk(FakeWorkspace())
    bar = TroubleBar()
    qtbot.addWidget(bar)
    bar.resize(900, 120)
    bar.follow(desk.publishing)
    desk.publishing.reload()
    desk.settle()
    return desk, bar


def test_it_is_not_there_while_nothing_is_wrong(desk_and_bar: DeskAndBar) -> None:
    _desk, bar = desk_and_bar
    assert bar.isHidden()
    assert not bar.show_again()
    assert bar.isHidden()


def test_a_hold_is_told_whole_and_leaves_when_it_is_over(desk_and_bar: DeskAndBar) -> None:
    desk, bar = desk_and_bar
    desk.world.events.publish(CLOCK)
    assert bar.isVisible()
    assert bar.accessibleName() == (
        "Publishing is held. This computer's clock is 3 h ahead of TikTok's. "
        "Set its date and time. Goes on Sat 13:05 (Berlin)."
    )
    assert not bar.step.isVisible()
    desk.world.events.publish(PublishingHeld(code="clock_wrong"))
    assert bar.isHidden()


def test_put_away_it_stays_away_until_asked_for_or_something_else_is_wrong(
    desk_and_bar: DeskAndBar,
) -> None:
    desk, bar = desk_and_bar
    desk.world.events.publish(CLOCK)
    bar._close.click()
    desk.publishing.changed.emit()
    assert bar.isHidden()
    assert bar.show_again()
    assert bar.isVisible()
    bar._close.click()
    desk.world.events.publish(
        PublishingHeld(
            code="disk_full", failure=Failure(code="told", params={"title": "The disk is full."})
        )
    )
    assert bar.isVisible()


def test_a_copy_is_adopted_after_a_question_with_the_focus_on_no(
    desk_and_bar: DeskAndBar,
) -> None:
    desk, bar = desk_and_bar
    desk.world.installation.copied = True
    desk.publishing.start()
    desk.settle()
    assert "posts would go out twice" in bar._more.text()
    assert bar.step.text() == "Publish from this computer…"
    bar.activateWindow()
    QTest.keyClick(bar.step, Qt.Key.Key_Space)
    assert bar.keep.hasFocus()
    QTest.keyClick(bar.keep, Qt.Key.Key_Space)
    assert desk.publishing.trouble is not None
    bar.step.click()
    QTest.keyClick(bar.sure, Qt.Key.Key_Space)
    desk.settle()
    assert not desk.world.installation.adopt()
    assert bar.isHidden()


def test_a_failed_start_offers_to_try_again(desk_and_bar: DeskAndBar) -> None:
    desk, bar = desk_and_bar
    desk.world.runner.error = refused("The publish journal cannot be read.")
    desk.publishing.start()
    desk.settle()
    assert bar.step.text() == "Try again"
    desk.world.runner.error = None
    bar.step.click()
    desk.settle()
    assert bar.isHidden()


def test_it_follows_nothing_while_the_workspace_is_exchanged(desk_and_bar: DeskAndBar) -> None:
    desk, bar = desk_and_bar
    desk.world.events.publish(CLOCK)
    bar.follow(None)
    assert bar.isHidden()
    desk.world.events.publish(
        PublishingHeld(
            code="disk_full", failure=Failure(code="told", params={"title": "The disk is full."})
        )
    )
    assert bar.isHidden()
