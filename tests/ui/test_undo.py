"""What was done can be undone and done again, through the services, one step at a time."""

import threading

import pytest

from tests.ui.conftest import Desk
from tests.ui.fakes import a_post
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import (
    AppError,
    DatabaseBusy,
    InputError,
    NotFound,
    OutcomeUnknown,
    VaultLocked,
)
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.ui.undo import UndoHistory, UndoStep


class Lamp:
    """Something that can be switched, slowly or not at all if a test says so."""

    def __init__(self) -> None:
        self.is_on = True
        self.broken = False
        self.gate = threading.Event()
        self.gate.set()

    def switch(self, is_on: bool) -> None:
        self.gate.wait(10)
        if self.broken:
            raise DatabaseBusy(title="The lamp is used by another.")
        self.is_on = is_on


def undo_name(history: UndoHistory) -> str:
    """What Ctrl+Z would take back, empty for nothing."""
    return "" if history.next_undo is None else history.next_undo.name


def redo_name(history: UndoHistory) -> str:
    """What would be done again, empty for nothing."""
    return "" if history.next_redo is None else history.next_redo.name


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def history(desk: Desk, lamp: Lamp) -> UndoHistory:
    def off(_token: CancelToken) -> None:
        lamp.switch(False)

    def on(_token: CancelToken) -> None:
        lamp.switch(True)

    history = desk.core.undo
    history.did("Switch the lamp on", undo=off, redo=on)
    return history


def test_recording_does_nothing_by_itself(history: UndoHistory, lamp: Lamp) -> None:
    assert lamp.is_on
    assert undo_name(history)


def test_undo_and_redo_run_the_reversal_and_say_so(
    desk: Desk, history: UndoHistory, lamp: Lamp
) -> None:
    said: list[str] = []
    history.done.connect(said.append)
    states = []
    for act in (history.undo, history.redo):
        act()
        desk.settle()
        states.append(lamp.is_on)
    assert states == [False, True]
    assert said == ["Undone: Switch the lamp on", "Done again: Switch the lamp on"]


def test_a_reversal_that_failed_can_be_tried_again(
    desk: Desk, history: UndoHistory, lamp: Lamp
) -> None:
    errors: list[object] = []
    history.failed.connect(errors.append)
    lamp.broken = True
    history.undo()
    desk.settle()
    assert len(errors) == 1
    lamp.broken = False
    history.undo()
    desk.settle()
    assert not lamp.is_on


@pytest.mark.parametrize(
    "error",
    [
        InputError(title="The post was changed since."),
        NotFound("not_found", what="post", id="p1"),
        OutcomeUnknown(title="It is too late for that."),
    ],
)
def test_a_reversal_that_never_works_lets_earlier_ones_be_undone(
    desk: Desk, history: UndoHistory, lamp: Lamp, error: AppError
) -> None:
    errors: list[AppError] = []
    history.failed.connect(errors.append)

    def refuse(_token: CancelToken) -> None:
        raise error

    history.did("Something that lasts", undo=refuse, redo=refuse)
    for _ in range(2):
        history.undo()
        desk.settle()
    assert errors == [error]
    assert not lamp.is_on


def test_a_repetition_that_never_works_is_forgotten(desk: Desk, history: UndoHistory) -> None:
    def refuse(_token: CancelToken) -> None:
        raise InputError(title="That time has passed.")

    history.did("Plan a post", undo=lambda _t: None, redo=refuse)
    history.undo()
    desk.settle()
    history.redo()
    desk.settle()
    assert not redo_name(history)
    assert undo_name(history) == "Switch the lamp on"


@pytest.mark.parametrize(
    "error",
    [DatabaseBusy(title="Another program holds the database."), VaultLocked(title="Locked.")],
)
def test_a_reversal_that_only_has_to_wait_is_kept(
    desk: Desk, history: UndoHistory, error: AppError
) -> None:
    def refuse(_token: CancelToken) -> None:
        raise error

    history.did("Later", undo=refuse, redo=refuse)
    history.undo()
    desk.settle()
    assert undo_name(history) == "Later"


def post_now(desk: Desk, lamp: Lamp, *posts: Post) -> UndoStep:
    """Record a plan of these posts that, undone, switches the lamp off."""
    return desk.core.undo.did(
        "Plan a post", undo=lambda _t: lamp.switch(False), redo=lambda _t: None, posts=posts
    )


@pytest.mark.parametrize("known_before", [True, False])
def test_a_post_that_left_is_not_offered_to_be_undone_and_nothing_else_is_undone_instead(
    desk: Desk, history: UndoHistory, lamp: Lamp, known_before: bool
) -> None:
    left = PostStatusChanged(post_id="post-1", account_id="a", status=PostStatus.PUBLISHING)
    if known_before:  # the publisher may be quicker than the answer of the plan
        desk.world.events.publish(left)
    step = post_now(desk, lamp, a_post("post-1"))
    if not known_before:
        assert not history.why_not(step)
        desk.world.events.publish(left)
    assert history.why_not(step)
    refusals: list[str] = []
    history.refused.connect(refusals.append)
    history.undo()
    desk.settle()
    assert refusals == [
        "The post is on its way to TikTok: “Plan a post” cannot be undone any more."
    ]
    assert lamp.is_on
    assert undo_name(history) == "Switch the lamp on"


def test_what_still_waits_of_a_plan_can_be_taken_back(
    desk: Desk, history: UndoHistory, lamp: Lamp
) -> None:
    step = post_now(desk, lamp, a_post("post-1"), a_post("post-2", handle="bob"))
    for status in (PostStatus.PUBLISHING, PostStatus.PUBLISHED):
        desk.world.events.publish(
            PostStatusChanged(post_id="post-1", account_id="a", status=status)
        )
    assert not history.why_not(step)
    history.undo_only(step)
    desk.settle()
    assert not lamp.is_on


def test_one_action_can_be_undone_under_newer_ones_and_only_once(
    desk: Desk, history: UndoHistory, lamp: Lamp
) -> None:
    switch = history.next_undo
    assert switch is not None
    undone: list[str] = []
    history.did("Newer", undo=lambda _t: undone.append("newer"), redo=lambda _t: None)
    history.undo_only(switch)
    desk.settle()
    assert not lamp.is_on
    lamp.is_on = True
    history.undo_only(switch)
    desk.settle()
    assert lamp.is_on
    assert (undone, undo_name(history)) == ([], "Newer")


def test_impatient_keys_do_not_undo_twice(desk: Desk, history: UndoHistory, lamp: Lamp) -> None:
    lamp.gate.clear()
    history.did("Second", undo=lambda _t: lamp.switch(False), redo=lambda _t: lamp.switch(True))
    history.undo()
    history.undo()
    lamp.gate.set()
    desk.settle()
    assert undo_name(history) == "Switch the lamp on"


def test_a_fault_of_ours_does_not_lock_undo(desk: Desk, history: UndoHistory, lamp: Lamp) -> None:
    errors: list[AppError] = []
    history.failed.connect(errors.append)

    def break_down(_token: CancelToken) -> None:
        raise ZeroDivisionError

    switch = history.next_undo
    assert switch is not None
    history.did("Something unforeseen", undo=break_down, redo=break_down)
    history.undo()
    desk.settle()
    assert [error.code for error in errors] == ["unforeseen"]
    history.undo_only(switch)
    desk.settle()
    assert not lamp.is_on
    desk.crashes.clear()


def test_a_new_action_ends_what_could_be_redone(desk: Desk, history: UndoHistory) -> None:
    history.undo()
    desk.settle()
    assert redo_name(history) == "Switch the lamp on"
    history.did("Something else", undo=lambda _t: None, redo=lambda _t: None)
    assert not redo_name(history)
    assert undo_name(history) == "Something else"


def test_a_long_session_does_not_keep_everything(history: UndoHistory) -> None:
    for number in range(250):
        history.did(f"Act {number}", undo=lambda _t: None, redo=lambda _t: None)
    names = [step.name for step in reversed(history._done)]
    assert names == [f"Act {number}" for number in range(249, 149, -1)]


@pytest.mark.parametrize(
    ("broken", "left"), [(True, ["Meanwhile", "Switch the lamp on"]), (False, ["Meanwhile"])]
)
def test_what_is_done_during_a_reversal_stays_on_top(
    desk: Desk, history: UndoHistory, lamp: Lamp, broken: bool, left: list[str]
) -> None:
    lamp.broken = broken
    lamp.gate.clear()
    history.undo()
    history.did("Meanwhile", undo=lambda _t: None, redo=lambda _t: None)
    lamp.gate.set()
    desk.settle()
    assert not redo_name(history)
    names = [step.name for step in reversed(history._done)]
    assert names == left


def test_with_nothing_to_undo_nothing_happens(desk: Desk) -> None:
    desk.core.undo.undo()
    desk.core.undo.redo()
    assert not desk.tasks.busy
