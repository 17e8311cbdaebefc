"""The sentence about the publisher is always true."""

import threading
from dataclasses import replace
from datetime import timedelta

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeVault, FakeWorkspace, a_holder, a_post, refused
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import (
    AccountChanged,
    PostsChanged,
    PublisherStateChanged,
    PublishingHeld,
)
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import NO_PUBLISHER, Blocker
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.ui.publish_state import PublishState
from tiktok_manager.ui.tasks import POOL_SIZE
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.wording import Step


def _unheard(_answer: object) -> None:
    """Nobody waits for this answer."""


def started(make_desk: MakeDesk, world: FakeWorkspace) -> tuple[Desk, PublishState]:
    desk = make_desk(world)
    world.runner.start()
    desk.publishing.reload()
    desk.settle()
    return desk, desk.publishing


def test_until_the_plan_is_read_nothing_is_claimed(desk: Desk) -> None:
    assert desk.publishing.mood is Mood.OPENING
    assert desk.publishing.line == "Opening…"


def test_the_next_post_is_named_with_zone_and_account(make_desk: MakeDesk) -> None:
    _, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    assert state.line == "Publishing: next Sat 18:30 (Berlin) @alice"
    assert state.mood is Mood.ON


def test_the_line_is_told_while_every_other_worker_is_busy(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    gate = threading.Event()
    for _turn in range(2 * POOL_SIZE):
        desk.core.tasks.run(lambda _token: gate.wait(), done=_unheard, failed=_unheard)
    desk.world.planning.posts.clear()
    desk.world.events.publish(PostsChanged())
    desk.until(lambda: state.line == "Publishing: nothing planned")
    gate.set()
    desk.settle()


def test_a_retry_counts_with_its_own_time(make_desk: MakeDesk) -> None:
    waiting = replace(a_post(due_at=NOW), next_try_at=NOW + timedelta(minutes=42))
    _, state = started(make_desk, FakeWorkspace(posts=[waiting]))
    assert "Sat 13:42 (Berlin)" in state.line


def test_a_full_day_is_told_by_when_a_place_is_free(make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post()])
    full = NOW + timedelta(hours=7), Failure(code="daily_cap", params={"cap": 15})
    world.blockers.full = {("acc-alice", PostMode.DIRECT): full}
    _, state = started(make_desk, world)
    assert state.line == "Publishing: next Sat 20:00 (Berlin) @alice"


def test_a_paused_account_is_not_named_as_next_but_counted(make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post()])
    desk, state = started(make_desk, world)
    assert "@alice" in state.line
    world.planning.held_accounts.add("acc-alice")
    world.events.publish(AccountChanged(account_id="acc-alice"))
    desk.until(lambda: state.line == "Publishing: nothing planned · 1 paused")


def test_an_empty_plan_is_said(make_desk: MakeDesk) -> None:
    _, state = started(make_desk, FakeWorkspace())
    assert state.line == "Publishing: nothing planned"
    assert (state.next_line, state.last_line) == ("Nothing planned", "Nothing published yet")


def test_uploads_under_way_are_counted(make_desk: MakeDesk) -> None:
    posts = [a_post("1", status=PostStatus.PUBLISHING), a_post("2")]
    _, state = started(make_desk, FakeWorkspace(posts=posts))
    assert state.mood is Mood.WORKING
    assert state.line == "Publishing 1 now · next Sat 18:30 (Berlin) @alice"


def test_what_tiktok_checks_is_under_way_and_what_is_in_doubt_is_not(make_desk: MakeDesk) -> None:
    doubted = [a_post(str(number), status=PostStatus.UNCONFIRMED) for number in range(3)]
    _, idle = started(make_desk, FakeWorkspace(posts=doubted))
    assert mood(idle) is Mood.ON
    assert idle.line == "Publishing: nothing planned"
    checked = a_post("4", status=PostStatus.PROCESSING)
    _, state = started(make_desk, FakeWorkspace(posts=[*doubted, checked]))
    assert state.line == "Publishing 1 now"


def test_what_waits_for_the_user_is_counted(make_desk: MakeDesk) -> None:
    posts = [
        a_post("1", status=PostStatus.NEEDS_ATTENTION),
        a_post("2", status=PostStatus.UNCONFIRMED),
    ]
    desk, state = started(make_desk, FakeWorkspace(posts=posts))
    assert state.needs_line == "2 need you"
    desk.world.planning.posts.pop()
    desk.world.events.publish(PostsChanged())
    desk.until(lambda: state.needs_line == "1 needs you")


def test_the_last_result_is_told_with_its_verdict(make_desk: MakeDesk) -> None:
    done = a_post(due_at=NOW - timedelta(hours=1), status=PostStatus.PUBLISHED)
    _, state = started(make_desk, FakeWorkspace(posts=[done]))
    assert state.last_line == "Last: Published Sat 12:00 (Berlin) @alice"


def test_what_an_earlier_publisher_found_out_is_told_from_the_start(make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post()])
    until = NOW + timedelta(hours=5)
    finding = Finding(code="copied_data_folder")
    world.blockers.standing = (
        Blocker(finding=Finding(code=NO_PUBLISHER), is_fault=False),
        Blocker(finding=Finding(code="accounts_paused"), account_ids=frozenset({"acc-alice"})),
        Blocker(finding=finding, until=until),
    )
    desk, state = started(make_desk, world)
    assert state.mood is Mood.HELD
    assert state.trouble is not None
    assert (state.trouble.code, state.trouble.until) == (finding.code, until)
    world.blockers.standing = ()
    world.events.publish(PostsChanged())
    desk.until(lambda: state.trouble is None)


def test_pausing_holds_and_resuming_lets_go(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    state.set_paused(True)
    desk.until(lambda: state.mood is Mood.PAUSED)
    assert state.line == "Paused: nothing is published until you resume"
    state.set_paused(False)
    desk.until(lambda: state.mood is Mood.ON)


def test_a_pause_made_elsewhere_is_seen(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace())
    desk.world.settings.set("publishing", "off")
    desk.until(lambda: state.mood is Mood.PAUSED)


def test_locked_secrets_are_said_until_they_are_open(make_desk: MakeDesk) -> None:
    world = FakeWorkspace(posts=[a_post()])
    world.vault = FakeVault("correct horse")
    desk, state = started(make_desk, world)
    moods = [state.mood]
    assert state.line == "Locked: enter your passphrase to publish"
    world.vault.unlock("correct horse")
    state.secrets_opened()
    desk.settle()
    moods.append(state.mood)
    assert moods == [Mood.LOCKED, Mood.ON]
    assert "wake" in world.runner.calls


def test_a_publisher_that_stands_by_says_who_publishes(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    desk.world.events.publish(PublisherStateChanged(running=False, holder=a_holder()))
    assert state.mood is Mood.STANDBY
    assert "process 4711" in state.line


def test_a_publisher_that_stopped_is_not_called_on(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    desk.world.runner.stop()
    assert state.mood is Mood.OFF
    assert state.line == "Publishing is off"


def test_an_unreadable_plan_is_never_shown_as_fine(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    desk.world.planning.error = refused()
    desk.world.events.publish(PostsChanged())
    desk.until(lambda: state.mood is Mood.UNKNOWN)
    assert "cannot be read" in state.line
    desk.world.planning.error = None
    desk.world.events.publish(PostsChanged())
    desk.until(lambda: state.mood is Mood.ON)


def test_times_move_to_another_zone_at_once(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    desk.world.settings.set("timezone", "Asia/Tokyo")
    desk.until(lambda: state.line == "Publishing: next Sun 02:30 (Tokyo) @alice")


def mood(state: PublishState) -> Mood:
    return state.mood


def held(code: str = "clock_wrong", **changes: object) -> PublishingHeld:
    event = PublishingHeld(
        code=code,
        until=NOW + timedelta(minutes=42),
        failure=Failure(
            code="told",
            params={
                "title": "This computer's clock is 3 h ahead of TikTok's.",
                "hint": "Set its date and time.",
            },
        ),
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def test_what_holds_every_post_is_said_with_the_time_it_goes_on(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    desk.world.events.publish(held())
    assert mood(state) is Mood.HELD
    assert state.line == (
        "Publishing is held: This computer's clock is 3 h ahead of TikTok's. "
        "Goes on Sat 13:42 (Berlin)."
    )
    desk.world.events.publish(PublishingHeld(code="clock_wrong"))
    assert mood(state) is Mood.ON
    assert state.trouble is None


def test_a_hold_that_runs_out_is_over_although_nobody_says_so(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace(posts=[a_post()]))
    hold = held()
    desk.world.events.publish(hold)
    desk.settle()
    assert state._end_of_hold.isActive()
    assert hold.until is not None
    desk.world.clock.time = hold.until
    state._end_of_hold.timeout.emit()
    desk.settle()
    assert mood(state) is Mood.ON
    assert not state._end_of_hold.isActive()


def test_of_several_holds_the_one_that_lasts_longest_is_said(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace())
    full = held("disk_full", failure=Failure(code="disk_full"), until=None)
    for event in (full, held()):
        desk.world.events.publish(event)
    assert state.line == "Publishing is held: The data folder's disk is full."
    desk.world.events.publish(PublishingHeld(code="disk_full"))
    assert "clock is 3 h ahead" in state.line


def test_the_users_own_pause_goes_before_a_hold(make_desk: MakeDesk) -> None:
    desk, state = started(make_desk, FakeWorkspace())
    desk.world.events.publish(held())
    state.set_paused(True)
    desk.settle()
    assert mood(state) is Mood.PAUSED


def test_a_pause_that_did_not_work_is_told_and_the_line_stays_true(make_desk: MakeDesk) -> None:
    world = FakeWorkspace()
    desk, state = started(make_desk, world)
    errors: list[object] = []
    state.failed.connect(errors.append)
    world.settings.refuse = refused("The database is busy.")
    state.set_paused(True)
    desk.settle()
    assert errors == [world.settings.refuse]
    assert mood(state) is Mood.ON


def test_a_copied_data_folder_is_off_until_it_is_adopted(make_desk: MakeDesk) -> None:
    world = FakeWorkspace()
    world.installation.copied = True
    desk = make_desk(world)
    desk.publishing.reload()
    desk.publishing.start()
    desk.settle()
    state = desk.publishing
    assert mood(state) is Mood.OFF
    assert state.line == ("Publishing is off: This data folder is a copy, so it does not publish.")
    assert state.trouble is not None
    assert state.trouble.step is Step.ADOPT
    assert "doctor" not in state.trouble.more
    state.adopt()
    desk.settle()
    assert mood(state) is Mood.ON
    assert state.trouble is None


def test_a_publisher_that_cannot_start_can_be_tried_again(make_desk: MakeDesk) -> None:
    world = FakeWorkspace()
    world.runner.error = refused("The publish journal cannot be read.")
    desk = make_desk(world)
    desk.publishing.reload()
    desk.publishing.start()
    desk.settle()
    assert desk.publishing.line == "Publishing is off: The publish journal cannot be read."
    world.runner.error = None
    desk.publishing.start()
    desk.settle()
    assert mood(desk.publishing) is Mood.ON
