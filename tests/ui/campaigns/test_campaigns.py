"""A campaign in the window: every post seen before it is made, held, ended, and all undone."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tiktok_manager.domain.campaigns import Campaign, CampaignStatus, Strategy
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus, Privacy
from tiktok_manager.ui.campaigns.details import CampaignDetails
from tiktok_manager.ui.campaigns.draft import AT_TIMES, CampaignDraft
from tiktok_manager.ui.campaigns.view import PREVIEW, WHEN, WHOM, CampaignsView
from tiktok_manager.ui.kit.wizard import Wizard

Make = Callable[[], Campaign]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(4):
        (folder / f"clip{number}.mp4").write_bytes(os.urandom(2000))
    return folder


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> CampaignsView:
    view = CampaignsView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1024, 640)
    view.show()
    view.activateWindow()
    desk.settle()
    return view


def texts(view: CampaignsView) -> list[str]:
    return [each.text() for each in view.findChildren(QLabel) if each.isVisible()]


def under_way(view: CampaignsView) -> tuple[CampaignDraft, Wizard]:
    assert view.draft is not None
    assert view.wizard is not None
    return view.draft, view.wizard


def fill(view: CampaignsView, desk: Desk, folder: Path, accounts: int = 2) -> None:
    draft, wizard = under_way(view)
    QTest.keyClicks(view.whom.name, "Spring")
    view.whom.take([folder])
    draft.settings.choose_accounts(view.whom.accounts.picker.choices.shown_ids()[:accounts])
    desk.settle()
    draft.settings.enter(draft.settings.form.chosen(privacy=Privacy.PUBLIC))
    wizard.next.click()
    assert wizard.place == WHEN


def to_preview(view: CampaignsView, desk: Desk, folder: Path) -> None:
    view.begin()
    desk.settle()
    fill(view, desk, folder)
    _draft, wizard = under_way(view)
    wizard.next.click()
    desk.settle()
    assert wizard.place == PREVIEW


def start(view: CampaignsView, desk: Desk, folder: Path) -> Campaign:
    to_preview(view, desk, folder)
    _draft, wizard = under_way(view)
    view.preview.agreement.box.click()
    wizard.finish.click()
    desk.settle()
    (campaign,) = spring(desk)
    return campaign


def spring(desk: Desk) -> Sequence[Campaign]:
    found = desk.core.workspace.campaigns.list()
    return [campaign for campaign in found if campaign.spec.name == "Spring"]


def made(desk: Desk) -> Sequence[Post]:
    ids = {campaign.id for campaign in spring(desk)}
    found = desk.core.workspace.planning.page(PostFilter())
    return [post for post in found if post.origin.campaign_id in ids]


def deed(desk: Desk, words: str) -> None:
    details = desk.frame.drawer
    assert isinstance(details, CampaignDetails)
    button = next(b for b in details.deeds.buttons if b.text().strip() == words)
    assert button.isVisible()
    button.click()
    desk.settle()


def test_every_post_is_seen_before_any_is_made(
    view: CampaignsView, desk: Desk, folder: Path
) -> None:
    to_preview(view, desk, folder)
    assert made(desk) == []
    rows = view.preview.table.rows.rows
    assert sorted(post.file.name for _n, post in rows) == [f"clip{n}.mp4" for n in range(4)]
    assert {post.caption for _n, post in rows} == {f"clip{n}" for n in range(4)}
    _draft, wizard = under_way(view)
    assert wizard.finish.text() == "Make 4 draft posts"
    view.preview.agreement.box.click()
    assert wizard.finish.text() == "Start: 4 posts"


def test_a_start_plans_what_was_shown_and_undo_takes_it_back(
    view: CampaignsView, desk: Desk, folder: Path
) -> None:
    campaign = start(view, desk, folder)
    assert campaign.status(desk.core.now()) is CampaignStatus.SCHEDULED
    assert [post.status for post in made(desk)] == [PostStatus.SCHEDULED] * 4
    assert desk.frame.notices[-1].text == "Spring starts: 4 posts are planned."
    assert view.table.chosen_key == campaign.id
    assert isinstance(desk.frame.drawer, CampaignDetails)
    desk.core.undo.undo()
    desk.settle()
    assert {post.status for post in made(desk)} == {PostStatus.CANCELLED}
    assert desk.core.workspace.campaigns.get(campaign.id).status(desk.core.now()) is (
        CampaignStatus.DRAFT
    )
    desk.core.undo.redo()
    desk.settle()
    assert {post.status for post in made(desk)} == {PostStatus.SCHEDULED}


def test_it_is_paused_resumed_and_cancelled_in_its_drawer(
    view: CampaignsView, desk: Desk, folder: Path
) -> None:
    campaign = start(view, desk, folder)
    service, now = desk.core.workspace.campaigns, desk.core.now()
    deed(desk, "Pause")
    assert service.get(campaign.id).status(now) is CampaignStatus.PAUSED
    deed(desk, "Resume")
    assert service.get(campaign.id).status(now) is CampaignStatus.SCHEDULED
    deed(desk, "Cancel campaign")
    assert service.get(campaign.id).status(now) is CampaignStatus.CANCELLED
    assert {post.status for post in made(desk)} == {PostStatus.CANCELLED}
    desk.core.undo.undo()
    desk.settle()
    assert service.get(campaign.id).status(now) is CampaignStatus.SCHEDULED
    assert {post.status for post in made(desk)} == {PostStatus.SCHEDULED}


def test_what_is_missing_is_said_beside_the_button(
    view: CampaignsView, desk: Desk, folder: Path
) -> None:
    view.begin()
    desk.settle()
    assert "Give it a name." in texts(view)
    QTest.keyClicks(view.whom.name, "Spring")
    assert "Choose its videos." in texts(view)
    view.whom.name.clear()
    fill(view, desk, folder)
    draft, wizard = under_way(view)
    view.when.pacing.button(AT_TIMES).click()
    view.when.lines["times"].setText("soon")
    view.when.lines["times"].textEdited.emit("soon")
    assert not wizard.next.isEnabled()
    view.when.lines["times"].setText("9:00, 6pm")
    view.when.lines["times"].textEdited.emit("9:00, 6pm")
    assert draft.why_not_when() == ""
    view.when.lines["per_day"].setText("many")
    view.when.lines["per_day"].textEdited.emit("many")
    assert not wizard.next.isEnabled()


def test_a_left_draft_stays_and_is_gone_on_with(
    view: CampaignsView, desk: Desk, folder: Path
) -> None:
    to_preview(view, desk, folder)
    _draft, wizard = under_way(view)
    QTest.keyClick(wizard, Qt.Key.Key_Escape)
    desk.settle()
    (campaign,) = spring(desk)
    view.open_target(campaign.id)
    deed(desk, "Look and start…")
    draft, wizard = under_way(view)
    assert wizard.place == WHOM
    assert view.whom.name.text() == "Spring"
    assert len(draft.settings.form.account_ids) == 2
    assert draft.settings.form.choices.privacy is Privacy.PUBLIC
    place = view.when.strategy.findData(Strategy.ALL.value)
    wizard.next.click()
    view.when.strategy.setCurrentIndex(place)
    view.when.strategy.activated.emit(place)
    wizard.next.click()
    desk.settle()
    assert len(view.preview.table.rows.rows) == 8
    assert len(spring(desk)) == 1


def test_the_list_says_how_far_each_is(view: CampaignsView, desk: Desk, folder: Path) -> None:
    start(view, desk, folder)
    model = view.table.rows
    place = model.position(spring(desk)[0].id)
    assert place is not None
    row = [model.data(model.index(place, column)) for column in range(3)]
    assert row == ["Spring", "Scheduled", "0 of 4 ended"]
    view.grab()


def test_nothing_yet_leads_to_the_first(view: CampaignsView, desk: Desk) -> None:
    assert view.listing.currentWidget() is view.table
    nothing = view._nothing()
    (button,) = nothing.findChildren(QPushButton)
    button.click()
    assert view.wizard is not None
    nothing.deleteLater()
