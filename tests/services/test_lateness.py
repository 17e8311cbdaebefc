"""Posts whose time passed follow their own policy and never go out in a burst."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.posts import Lateness, LatePolicy, PostStatus
from tiktok_manager.services.publishing.attempt_store import AttemptStore


def test_posts_of_an_outage_go_out_one_after_another(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    late = [world.plan("sim01", after=timedelta(minutes=n)) for n in range(1, 4)]
    other = world.plan("sim02", after=timedelta(minutes=2))
    world.clock.advance(timedelta(hours=1))
    world.run(timedelta(hours=1))
    assert {world.post(p).status for p in (*late, other)} == {PostStatus.PUBLISHED}
    sent = sorted(
        publish.created_s
        for publish in world.sim.world.publishes.values()
        if publish.handle == "sim01"
    )
    assert sent[1] - sent[0] >= 300
    assert sent[2] - sent[1] >= 300


def test_a_post_that_waits_for_its_turn_is_not_missed_meanwhile(world: World) -> None:
    world.connect()
    world.workspace.settings.set("late-spacing", "2h")
    posts = [world.plan(after=timedelta(minutes=n)) for n in (1, 2, 3)]
    world.clock.advance(timedelta(hours=1))
    world.run(timedelta(hours=10))
    assert {world.post(p).status for p in posts} == {PostStatus.PUBLISHED}


@pytest.mark.parametrize("away", [timedelta(minutes=20), timedelta(hours=20), timedelta(days=3)])
def test_a_missed_post_moves_to_its_time_on_the_next_day(world: World, away: timedelta) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1), lateness=Lateness(policy=LatePolicy.NEXT_SLOT))
    world.clock.advance(away)
    world.tick()
    moved = world.post(post)
    assert moved.status is PostStatus.SCHEDULED
    assert moved.schedule.wall.time() == post.schedule.wall.time()
    assert timedelta() < moved.schedule.due_at - world.clock.now() <= timedelta(days=1)
    world.run(timedelta(days=2))
    assert world.post(post).status is PostStatus.PUBLISHED


def test_missed_posts_take_the_next_free_slots_of_their_account(world: World) -> None:
    world.connect()
    world.workspace.slots.add(["sim01"], range(7), [time(9), time(18)], "UTC")
    noon = world.clock.now()
    world.plan(after=timedelta(hours=21))  # 9:00 tomorrow is taken
    moves = Lateness(policy=LatePolicy.NEXT_SLOT)
    late = [world.plan(after=timedelta(minutes=n), lateness=moves) for n in (1, 2)]
    world.clock.advance(timedelta(hours=1))
    world.tick()
    moved = [world.post(post) for post in late]
    assert [post.schedule.due_at - noon for post in moved] == [
        timedelta(hours=6),
        timedelta(hours=30),
    ]
    assert world.workspace.planning.trail(late[0].id)[-1].params["at"] == "2026-11-21 18:00"
    world.run(timedelta(days=3))
    assert {world.post(post).status for post in late} == {PostStatus.PUBLISHED}


def test_less_than_ten_minutes_late_is_on_time(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1), lateness=Lateness(policy=LatePolicy.ASK))
    world.clock.advance(timedelta(minutes=10))
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_try_before_a_long_sleep_is_no_leave_to_post_days_later(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="creator_info", status=503, times=1)
    world.tick()
    assert world.post(post).status is PostStatus.SCHEDULED
    world.clock.advance(timedelta(days=3))
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.MISSED
    assert world.arrived() == []


@pytest.mark.parametrize("uploads", [0, 1])
def test_a_late_post_nobody_began_before_the_app_ended_is_judged_again(
    world: World, uploads: int
) -> None:
    world.connect()
    late = timedelta(hours=6)
    post = world.plan(lateness=Lateness(within=late))
    world.clock.advance(late - timedelta(minutes=30))
    world.claim(uploads, checks=0)
    world.clock.advance(timedelta(hours=2))
    world.workspace.publishing.resume()
    world.run(timedelta(hours=1))
    assert world.post(post).status is PostStatus.MISSED
    assert world.arrived() == []


def test_a_video_that_tiktok_never_got_is_not_sent_days_later(world: World) -> None:
    world.connect()
    post = world.plan(lateness=Lateness(policy=LatePolicy.ASK))
    world.fault(endpoint="upload.last", status=416, times=20)
    world.tick()
    assert world.post(post).status is PostStatus.PROCESSING
    world.clock.advance(timedelta(days=3))
    world.run(timedelta(hours=3))
    assert world.post(post).status is PostStatus.MISSED
    assert world.arrived() == []


class Death(BaseException):
    """The process ends here."""


def die_and_come_back_days_later(
    world: World, monkeypatch: pytest.MonkeyPatch, final_intent: Callable[..., None]
) -> None:
    """Let the publisher die under a final intent; another one starts three days later."""
    with monkeypatch.context() as patch:
        patch.setattr(AttemptStore, "final_intent", final_intent)
        with pytest.raises(Death):
            world.tick()
    world.clock.advance(timedelta(days=3))
    world.workspace.publishing.resume()
    world.run(timedelta(hours=3))


def test_a_post_its_dead_publisher_had_begun_is_judged_by_its_lateness(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object) -> None:
        raise Death

    world.connect()
    post, after = world.plan(), world.plan(after=timedelta(days=3, hours=1))
    die_and_come_back_days_later(world, monkeypatch, die)
    assert world.post(post).status is PostStatus.MISSED
    assert world.post(after).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 1


def test_a_dead_publishers_last_byte_that_may_have_left_is_in_doubt_days_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan(lateness=Lateness(policy=LatePolicy.ASK))
    final_intent = AttemptStore.final_intent

    def die_after(*args: Any) -> None:
        final_intent(*args)
        raise Death

    die_and_come_back_days_later(world, monkeypatch, die_after)
    assert world.post(post).status is PostStatus.UNCONFIRMED
    assert world.arrived() == []


def test_a_crash_of_a_moment_costs_a_late_post_nothing(world: World) -> None:
    world.connect()
    post = world.plan(lateness=Lateness(policy=LatePolicy.ASK))
    world.claim(uploads=1, checks=0)
    world.clock.advance(timedelta(minutes=2))
    world.workspace.publishing.resume()
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


@pytest.mark.parametrize(
    ("away", "status"),
    [(timedelta(hours=1), PostStatus.PUBLISHED), (timedelta(hours=5), PostStatus.MISSED)],
)
def test_a_post_held_by_a_cap_is_late_against_the_time_it_was_told(
    world: World, away: timedelta, status: PostStatus
) -> None:
    world.connect()
    world.workspace.settings.set("direct-posts-per-day", "1")
    first, second = world.plan(), world.plan(after=timedelta(minutes=1))
    world.run(timedelta(hours=1))
    assert world.post(first).status is PostStatus.PUBLISHED
    released_at = world.post(second).next_try_at
    assert released_at is not None
    world.clock.advance(released_at + away - world.clock.now())
    world.run(timedelta(hours=1))
    assert world.post(second).status is status
