"""A post repeats from the composer on; its rule is held, changed and ended with a way back."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk
from tests.ui.fakes import NOW
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus, Privacy
from tiktok_manager.domain.recurring import RuleStatus
from tiktok_manager.services.recurring import RuleView
from tiktok_manager.ui.composer.form import PostForm, Repeat, from_text, new_form, to_text
from tiktok_manager.ui.composer.view import ComposerView
from tiktok_manager.ui.composer.wording import button_words
from tiktok_manager.ui.recurring.details import RuleDetails
from tiktok_manager.ui.recurring.page import RulesPage
from tiktok_manager.ui.recurring.wording import rrule_words

WALL = datetime.fromisoformat("2026-11-24T18:30")  # a Tuesday


@pytest.fixture
def desk(answered_desk: Desk) -> Desk:
    return answered_desk


@pytest.fixture
def view(desk: Desk, qtbot: QtBot, tmp_path: Path) -> ComposerView:
    """A form that may be sent."""
    view = ComposerView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1024, 640)
    view.show()
    view.pane_shown()
    desk.settle()
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(os.urandom(2000))
    model = view.model
    model.choose_file(clip)
    model.choose_accounts([desk.core.workspace.accounts.list()[0].id])
    desk.settle()
    model.enter(replace(model.form.chosen(privacy=Privacy.PUBLIC), wall=WALL, caption="Soup"))
    desk.settle()
    return view


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> RulesPage:
    page = RulesPage(desk.core, desk.frame)
    qtbot.addWidget(page)
    page.resize(1000, 500)
    page.show()
    desk.settle()
    return page


def repeat(view: ComposerView, desk: Desk, often: Repeat, ends: str = "") -> None:
    box = view.when.repeat.often
    place = box.findData(often.value)
    box.setCurrentIndex(place)
    box.activated.emit(place)
    if ends:
        view.when.repeat.ends.setText(ends)
        view.when.repeat.ends.textEdited.emit(ends)
    desk.settle()


def rules(desk: Desk) -> Sequence[RuleView]:
    found = desk.core.workspace.recurring.list()
    return [each for each in found if "Soup" in each.rule.spec.videos[0].captions]


def made(desk: Desk, status: PostStatus = PostStatus.SCHEDULED) -> list[Post]:
    found = desk.core.workspace.planning.page(PostFilter(statuses=frozenset({status})))
    return [post for post in found if post.origin.rule_id and post.caption == "Soup"]


def weekly(view: ComposerView, desk: Desk) -> RuleView:
    repeat(view, desk, Repeat.WEEKLY)
    view.foot.send.click()
    desk.settle()
    (rule,) = rules(desk)
    return rule


def opened(page: RulesPage, desk: Desk, rule: RuleView) -> RuleDetails:
    page.table.row_opened.emit(rule.rule.id, False)
    details = desk.frame.drawer
    assert isinstance(details, RuleDetails)
    return details


def press(details: RuleDetails, words: str, desk: Desk) -> None:
    found = [b for b in details.findChildren(QAbstractButton) if b.text().strip() == words]
    next(each for each in found if not each.isHidden()).click()
    desk.settle()


def test_a_new_post_repeats_from_its_first_time_on_and_undo_takes_all_back(
    view: ComposerView, desk: Desk
) -> None:
    assert [view.when.repeat.often.itemText(n) for n in range(4)] == [
        "Does not repeat",
        "Every day",
        "Every Tuesday",
        "Every month on day 24",
    ]
    repeat(view, desk, Repeat.WEEKLY)
    assert button_words(view.model.state).startswith("Repeat from Tue 18:30")
    view.foot.send.click()
    desk.settle()
    (rule,) = rules(desk)
    assert rule.rule.spec.cadence.rrule == "FREQ=WEEKLY;BYDAY=TU"
    posts = made(desk)
    assert posts[0].schedule.wall == WALL
    assert {post.schedule.wall.weekday() for post in posts} == {1}
    assert all(post.consent is not None for post in posts)
    assert desk.frame.jumps[-1] == ("calendar", posts[0].id)
    desk.core.undo.undo()
    desk.settle()
    assert (rules(desk), made(desk)) == ([], [])
    desk.core.undo.redo()
    desk.settle()
    assert len(made(desk)) == len(posts)


def test_it_ends_after_so_many_times(view: ComposerView, desk: Desk) -> None:
    repeat(view, desk, Repeat.DAILY, ends="3")
    view.foot.send.click()
    desk.settle()
    assert len(made(desk)) == 3


def test_a_rule_that_cannot_be_read_bars_the_button(view: ComposerView, desk: Desk) -> None:
    repeat(view, desk, Repeat.RULE)
    view.when.repeat.rule.setText("FREQ=SOMETIMES")
    view.when.repeat.rule.textEdited.emit("FREQ=SOMETIMES")
    desk.settle()
    assert not view.model.state.can_send
    view.when.repeat.rule.setText("FREQ=WEEKLY;BYDAY=MO,TH")
    view.when.repeat.rule.textEdited.emit("FREQ=WEEKLY;BYDAY=MO,TH")
    desk.settle()
    assert view.model.state.can_send


def test_a_draft_keeps_how_it_repeats() -> None:
    form: PostForm = replace(new_form(NOW, "UTC"), repeat=Repeat.DAILY, ends="5")
    assert from_text(to_text(form)) == form


def test_the_list_says_what_repeats_and_when_next(
    view: ComposerView, page: RulesPage, desk: Desk
) -> None:
    weekly(view, desk)
    desk.settle()
    model = page.table.rows
    place = model.position(rules(desk)[0].rule.id)
    assert place is not None
    row = [model.data(model.index(place, column)) for column in range(4)]
    assert row == ["Soup", "Active", "Weekly: Tue, 18:30", "Tue 18:30 (Berlin)"]


def test_it_is_paused_resumed_skipped_and_ended_in_its_drawer(
    view: ComposerView, page: RulesPage, desk: Desk
) -> None:
    rule = weekly(view, desk)
    count = len(made(desk))
    details = opened(page, desk, rule)
    press(details, "Pause", desk)
    assert rules(desk)[0].status is RuleStatus.PAUSED
    assert made(desk) == []
    press(details, "Resume", desk)
    assert len(made(desk)) == count
    press(details, "Skip 24 Nov", desk)
    assert made(desk)[0].schedule.wall == WALL + timedelta(days=7)
    desk.core.undo.undo()
    desk.settle()
    assert made(desk)[0].schedule.wall == WALL
    press(details, "End it", desk)
    assert (rules(desk), made(desk)) == ([], [])
    desk.core.undo.undo()
    desk.settle()
    assert len(made(desk)) == count


def test_all_of_it_or_what_follows_is_changed(
    view: ComposerView, page: RulesPage, desk: Desk
) -> None:
    rule = weekly(view, desk)
    details = opened(page, desk, rule)
    assert not details.changes.buttons[0].isEnabled()
    details.lines["times"].setText("9am")
    details.lines["times"].textEdited.emit("9am")
    press(details, "Change all", desk)
    assert {post.schedule.wall.hour for post in made(desk)} == {9}
    desk.core.undo.undo()
    desk.settle()
    assert {post.schedule.wall.hour for post in made(desk)} == {18}


def test_what_cannot_be_read_is_said_and_changes_nothing(
    view: ComposerView, page: RulesPage, desk: Desk
) -> None:
    details = opened(page, desk, weekly(view, desk))
    details.lines["times"].setText("soon")
    details.lines["times"].textEdited.emit("soon")
    press(details, "Change all", desk)
    shown = [each.text() for each in details.findChildren(QLabel) if not each.isHidden()]
    assert any("soon" in text for text in shown)
    assert {post.schedule.wall.hour for post in made(desk)} == {18}


@pytest.mark.parametrize(
    ("rrule", "said"),
    [
        ("FREQ=DAILY", "Every day"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "Weekly: Mon, Thu"),
        ("FREQ=MONTHLY;BYMONTHDAY=24", "Monthly: day 24"),
        ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"),
        ("FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;INTERVAL=2"),
    ],
)
def test_plain_rules_are_said_in_words(rrule: str, said: str) -> None:
    assert rrule_words(rrule) == said
