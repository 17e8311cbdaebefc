"""A time at which an account has no room is told before it is planned, with a way out."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.composer.conftest import Settle
from tests.ui.composer.fakes import NOW, ZONE, Stage, a_post, a_state, an_account, enter, tick
from tiktok_manager.domain.events import PostsChanged, SlotsChanged
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.answers import FullDay
from tiktok_manager.ui.composer.form import from_text, new_form, to_text
from tiktok_manager.ui.composer.submission import Planned
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import outcome_text, room_text
from tiktok_manager.ui.undo import UndoStep

WALL = datetime.fromisoformat("2026-11-21T18:30")  # 17:30 UTC
FREE = NOW + timedelta(hours=26, seconds=7)  # Sunday 15:00:07 in Berlin


@pytest.fixture
def full(ready: ComposerViewModel, stage: Stage, qtbot: QtBot) -> ComposerViewModel:
    """A form for @alice, who is full until tomorrow."""
    stage.workspace.quota.full_until["acc-alice"] = FREE
    ready.set_wall(WALL)
    qtbot.waitUntil(lambda: bool(ready.state.full))
    return ready


def test_a_free_day_says_nothing(ready: ComposerViewModel, stage: Stage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(stage.workspace.quota.asked))
    assert room_text(ready.state) == ""


def test_a_full_day_names_the_next_free_time_before_it_is_planned(full: ComposerViewModel) -> None:
    assert room_text(full.state) == (
        "@alice: 15 posts in those 24 hours already, so one more would wait. "
        "Next free time: Sun 15:01 (Berlin)."
    )
    assert full.state.can_send


def test_the_free_time_is_taken_to_the_whole_minute_and_is_free(
    full: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    asked = len(stage.workspace.quota.asked)
    full.use_free_time()
    assert full.form.wall == datetime.fromisoformat("2026-11-22T15:01")
    assert room_text(full.state) == ""
    qtbot.waitUntil(lambda: len(stage.workspace.quota.asked) > asked)
    settle()
    assert room_text(full.state) == ""


def test_posting_now_without_room_offers_a_time(full: ComposerViewModel, qtbot: QtBot) -> None:
    enter(full, post_now=True)
    qtbot.waitUntil(lambda: bool(full.state.full))
    full.use_free_time()
    assert (full.form.post_now, full.form.wall.hour) == (False, 15)


def test_advice_for_another_time_is_forgotten_at_once(full: ComposerViewModel) -> None:
    full.set_wall(WALL + timedelta(days=3))
    assert room_text(full.state) == ""


def test_drafts_have_a_room_of_their_own(full: ComposerViewModel, qtbot: QtBot) -> None:
    enter(full, mode=PostMode.INBOX)
    qtbot.waitUntil(lambda: bool(full.state.full))
    assert "5 drafts in those 24 hours already" in room_text(full.state)


def test_room_is_looked_for_again_when_the_plan_changes(
    ready: ComposerViewModel, stage: Stage, qtbot: QtBot
) -> None:
    ready.set_wall(WALL)
    qtbot.waitUntil(lambda: bool(stage.workspace.quota.asked))
    assert room_text(ready.state) == ""
    stage.workspace.quota.full_until["acc-alice"] = FREE
    stage.workspace.events.publish(PostsChanged())
    qtbot.waitUntil(lambda: bool(room_text(ready.state)))


def test_a_burst_of_changes_costs_one_look(
    ready: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: bool(stage.workspace.quota.asked))
    settle()
    stage.workspace.quota.asked.clear()
    for minute in range(40):
        ready.set_wall(WALL + timedelta(minutes=minute))
    qtbot.waitUntil(lambda: bool(stage.workspace.quota.asked))
    settle()
    (asked,) = stage.workspace.quota.asked
    assert asked[1] == NOW + timedelta(hours=5, minutes=30 + 39)


def test_several_accounts_can_be_spread_and_the_planner_is_told(
    full: ComposerViewModel, stage: Stage, settle: Settle, qtbot: QtBot
) -> None:
    tick(full, "bob")
    qtbot.waitUntil(lambda: bool(full.state.full))
    assert room_text(full.state) == (
        "@alice: 15 posts in those 24 hours already, so one more would wait. "
        "Next free time: Sun 15:00 (Berlin)."
    )
    enter(full, spread=True)
    assert room_text(full.state) == (
        "Spread over free times: @alice Sun 15:00 (Berlin). The others keep the chosen time."
    )
    settle()
    full.submit()
    settle()
    assert stage.planning.spread == [True]


def test_several_full_accounts_are_counted_and_the_first_named() -> None:
    accounts = [an_account(f"user{number}") for number in range(5)]
    full = [
        FullDay(account_id=each.id, cap=15, free_at=FREE, free_minute=FREE) for each in accounts
    ]
    text = room_text(a_state(new_form(NOW, ZONE), accounts=accounts, full=full))
    assert text == (
        "@user0 and 4 more: 15 posts in those 24 hours already, so one more would wait. "
        "Next free time: @user0 Sun 15:00 (Berlin), @user1 Sun 15:00 (Berlin), "
        "@user2 Sun 15:00 (Berlin) and 2 more."
    )


def test_spreading_holds_for_the_time_and_accounts_it_was_chosen_for(
    full: ComposerViewModel, qtbot: QtBot
) -> None:
    tick(full, "bob")
    enter(full, spread=True)
    enter(full, caption="Other words")
    assert full.form.spread
    assert from_text(to_text(full.form)) == full.form
    full.set_wall(WALL + timedelta(hours=1))
    assert not full.form.spread


def test_the_post_that_is_moved_does_not_stand_in_its_own_way(
    model: ComposerViewModel, stage: Stage, clip: Path, settle: Settle, qtbot: QtBot
) -> None:
    stage.planning.posts["post-1"] = a_post(clip)
    model.entry.open("post-1")
    qtbot.waitUntil(
        lambda: (
            ("acc-alice", NOW + timedelta(hours=5, minutes=30), "post-1")
            in stage.workspace.quota.asked
        )
    )
    settle()


def test_posts_at_several_times_are_told_by_the_first(tmp_path: Path) -> None:
    first = a_post(tmp_path / "clip.mp4")
    later = replace(first.schedule, due_at=first.schedule.due_at + timedelta(days=1))
    bob = replace(first, handle="bob", schedule=later)
    said = "Planned for @bob and @alice: from Sat 18:30 (Berlin)."
    step = UndoStep(name="", undo=str, redo=str)
    planned = Planned(posts=(bob, first), warnings=(), step=step)
    assert outcome_text(planned, NOW) == said


def test_the_next_slot_that_is_free_for_all_chosen_accounts_is_suggested(
    ready: ComposerViewModel, stage: Stage, qtbot: QtBot
) -> None:
    days = [NOW + timedelta(days=day) for day in range(1, 5)]
    slots = stage.workspace.slots
    slots.free = {"acc-alice": days[:3], "acc-bob": days[1:]}
    stage.workspace.events.publish(SlotsChanged())
    qtbot.waitUntil(lambda: ready.state.slot_at == days[0])
    tick(ready, "bob")
    qtbot.waitUntil(lambda: ready.state.slot_at == days[1])
    slots.free = {"acc-alice": days[:1], "acc-bob": days[1:]}
    stage.workspace.events.publish(SlotsChanged())
    qtbot.waitUntil(lambda: ready.state.slot_at is None)
