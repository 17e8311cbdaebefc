"""What keeps posts from going out stands in the banner until it is mended."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeVault, FakeWorkspace, refused
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import PlanMoved, PublishingHeld
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.ui.kit.banner import Banner
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.publish_notices import PublishNotices

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
DISK = PublishingHeld(
    code="disk_full", failure=Failure(code="told", params={"title": "The disk is full."})
)


class Stage:
    """A banner that tells of a publisher over fakes."""

    def __init__(self, desk: Desk, qtbot: QtBot) -> None:
        self.desk = desk
        self.window = QWidget()
        self.banner = Banner()
        self.banner.setParent(self.window)
        self.window.resize(900, 200)
        self.banner.resize(900, 160)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.notices = PublishNotices(self.banner, self.window)
        self.notices.follow(desk.core)
        desk.world.runner.start()
        desk.publishing.reload()
        desk.settle()

    @property
    def said(self) -> str:
        return "" if self.banner.notice is None else self.banner.notice.spoken

    def button(self, text: str) -> QPushButton:
        buttons = self.banner.findChildren(QPushButton)
        return next(each for each in buttons if each.text() == text and each.isVisible())


@pytest.fixture
def stage(make_desk: MakeDesk, qtbot: QtBot) -> Stage:
    return Stage(make_desk(FakeWorkspace()), qtbot)


def test_nothing_is_said_while_nothing_is_wrong(stage: Stage) -> None:
    assert not stage.said
    assert not stage.notices.lead_on()
    assert stage.banner.isHidden()


def test_a_hold_is_told_whole_and_leaves_when_it_is_over(stage: Stage) -> None:
    stage.desk.world.events.publish(CLOCK)
    assert stage.said == (
        "Publishing is held. This computer's clock is 3 h ahead of TikTok's. "
        "Set its date and time. Goes on Sat 13:05 (Berlin)."
    )
    stage.desk.world.events.publish(PublishingHeld(code="clock_wrong"))
    assert not stage.said


def test_posts_moved_by_new_rules_of_a_zone_are_told(stage: Stage) -> None:
    params: dict[str, Param] = {"zones": ("Africa/Cairo",), "count": 2}
    finding = Finding(code="zone_rules_changed", params=params)
    stage.desk.world.events.publish(PlanMoved(finding=finding))
    assert "2 planned posts go out at another instant" in stage.said
    assert "Africa/Cairo" in stage.said


def test_put_away_it_stays_away_until_asked_for_or_something_else_is_wrong(stage: Stage) -> None:
    stage.desk.world.events.publish(CLOCK)
    stage.banner.dismiss()
    stage.desk.publishing.changed.emit()
    assert not stage.said
    assert stage.notices.lead_on()
    assert "clock" in stage.said
    stage.banner.dismiss()
    stage.desk.world.events.publish(DISK)
    assert "The disk is full." in stage.said


def test_no_passing_notice_wipes_a_trouble(stage: Stage) -> None:
    stage.desk.world.events.publish(CLOCK)
    stage.banner.show_notice(Notice(text="Restored.", tone=Tone.GOOD))
    assert "clock" in stage.said
    stage.desk.world.events.publish(PublishingHeld(code="clock_wrong"))
    assert stage.said == "Restored."


def test_a_copy_is_adopted_after_a_question_with_the_focus_on_no(stage: Stage) -> None:
    stage.desk.world.installation.copied = True
    stage.desk.publishing.start()
    stage.desk.settle()
    assert "posts would go out twice" in stage.said
    QTest.keyClick(stage.button("Publish from this computer…"), Qt.Key.Key_Space)
    no = stage.button("Leave it off")
    assert no.hasFocus()
    QTest.keyClick(no, Qt.Key.Key_Space)
    assert stage.desk.publishing.trouble is not None
    stage.button("Publish from this computer…").click()
    QTest.keyClick(stage.button("Publish from this computer"), Qt.Key.Key_Space)
    stage.desk.settle()
    assert not stage.desk.world.installation.adopt()
    assert not stage.said


def test_a_failed_start_offers_to_try_again(stage: Stage) -> None:
    stage.desk.world.runner.error = refused("The publish journal cannot be read.")
    stage.desk.publishing.start()
    stage.desk.settle()
    stage.desk.world.runner.error = None
    stage.button("Try again").click()
    stage.desk.settle()
    assert not stage.said


def test_it_follows_nothing_while_the_workspace_is_exchanged(stage: Stage) -> None:
    stage.desk.world.events.publish(CLOCK)
    stage.notices.follow(None)
    assert not stage.said
    stage.desk.world.events.publish(DISK)
    assert not stage.said


@pytest.fixture
def locked(make_desk: MakeDesk, qtbot: QtBot) -> Stage:
    world = FakeWorkspace()
    world.vault = FakeVault("correct horse")
    return Stage(make_desk(world), qtbot)


def test_the_passphrase_goes_when_the_vault_is_opened_elsewhere(locked: Stage) -> None:
    assert "Unlock your secrets" in locked.said
    locked.desk.world.vault.unlock("correct horse")
    locked.desk.publishing.reload()
    locked.desk.settle()
    assert not locked.said


def test_a_look_from_before_the_unlocking_asks_no_more(locked: Stage) -> None:
    locked.notices.ask_passphrase()  # under way while the passphrase is entered
    locked.banner.field.setText("correct horse")
    locked.button("Unlock").click()
    locked.desk.settle()
    assert not locked.said


def test_asking_by_itself_takes_no_focus(locked: Stage) -> None:
    assert locked.banner.isVisible()
    assert not locked.banner.field.hasFocus()
    locked.notices.lead_on()
    locked.desk.until(locked.banner.field.hasFocus)
