"""Clocks that are wrong, and many posts at one instant: nothing early, nothing twice, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.world import START, World, make_world, reopened
from tiktok_manager.domain.posts import Lateness, LatePolicy, PostStatus
from tiktok_manager.tiktok.errors import lost
from tiktok_manager.wording import words

WRONG = {
    "3 hours ahead": timedelta(hours=3),
    "a day behind": timedelta(days=-1),
    "1970": datetime(1970, 1, 2, tzinfo=START.tzinfo) - START,
    "2038": datetime(2038, 1, 20, tzinfo=START.tzinfo) - START,
    "a leap second": timedelta(seconds=-1),
}


@contextmanager
def wrong_by(world: World, error: timedelta) -> Iterator[None]:
    """Let this computer's wall clock be wrong for a while; TikTok's is right."""
    right = world.clock.now
    world.clock.now = lambda: right() + error  # type: ignore[method-assign]
    try:
        yield
    finally:
        world.clock.now = right  # type: ignore[method-assign]


@pytest.mark.parametrize("error", WRONG.values(), ids=list(WRONG))
def test_a_wrong_clock_sends_nothing_before_its_time(world: World, error: timedelta) -> None:
    post = world.plan(after=timedelta(hours=1))
    due_s = post.schedule.due_at.timestamp()
    with wrong_by(world, error):
        world.run(timedelta(minutes=30))
        world.clock.advance(timedelta(minutes=30))
    world.run(timedelta(hours=2))
    if world.post(post).status is PostStatus.MISSED:  # years too late, as the clock said
        world.workspace.planning.retry(post.id)
        world.run(timedelta(hours=2))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    (publish,) = world.sim.world.publishes.values()
    assert publish.created_s >= due_s


@pytest.mark.parametrize("error", WRONG.values(), ids=list(WRONG))
def test_a_clock_set_wrong_under_way_doubles_and_loses_nothing(
    world: World, error: timedelta
) -> None:
    done, under_way = world.plan(), world.plan(after=timedelta(minutes=1))
    world.fault(endpoint="video_init", nth=2, processing_s=3000.0)
    world.run(timedelta(minutes=2))
    with wrong_by(world, error):
        for _ in range(40):
            world.tick()
            world.clock.advance(timedelta(seconds=30))
    world.run(timedelta(hours=3))
    for post in (done, under_way):
        assert world.post(post).status is PostStatus.PUBLISHED
    assert sorted(world.arrived()) == sorted([done.media.sha256, under_way.media.sha256])


@pytest.mark.parametrize("policy", LatePolicy)
def test_a_start_with_a_clock_hours_ahead_takes_no_post_away(
    world: World, policy: LatePolicy
) -> None:
    lateness = Lateness(policy=policy)
    posts = [world.plan(after=timedelta(hours=hours), lateness=lateness) for hours in (1, 2)]
    world.clock.set_by(timedelta(hours=5))
    with reopened(world) as again:
        again.run(timedelta(minutes=10))
        assert [again.post(post).status for post in posts] == [PostStatus.SCHEDULED] * 2
        assert [again.post(post).schedule for post in posts] == [post.schedule for post in posts]
        again.clock.set_by(-timedelta(hours=5))
        again.run(timedelta(hours=3))
        assert [again.post(post).status for post in posts] == [PostStatus.PUBLISHED] * 2
        opened = [publish.created_s for publish in again.sim.world.publishes.values()]
    assert all(at_s >= p.schedule.due_at.timestamp() for at_s, p in zip(opened, posts, strict=True))


@pytest.mark.parametrize("is_online", [True, False])
def test_a_start_too_late_for_a_post_tells_it_at_once_online_or_not(
    world: World, *, is_online: bool
) -> None:
    post = world.plan(after=timedelta(hours=1))
    world.clock.advance(timedelta(hours=5))
    if not is_online:
        world.fault(endpoint="*", drop="before")
    with reopened(world) as again:
        again.tick()
        assert again.post(post).status is PostStatus.MISSED


def test_a_refused_certificate_makes_one_look_at_the_clock() -> None:
    assert "date and time" in words(lost("tls")).command_hint


@pytest.mark.parametrize(
    ("away", "status"),
    [
        (timedelta(minutes=1), PostStatus.PUBLISHED),
        (timedelta(hours=1, minutes=50), PostStatus.PUBLISHED),
        (timedelta(hours=3), PostStatus.MISSED),
        (timedelta(days=3), PostStatus.MISSED),
    ],
)
def test_a_sleep_over_the_due_time_is_made_good_or_told(
    world: World, away: timedelta, status: PostStatus
) -> None:
    posts = [world.plan(after=timedelta(seconds=30 + n)) for n in range(2)]
    world.clock.advance(away)
    world.run(timedelta(hours=1))
    assert [world.post(post).status for post in posts] == [status] * 2
    assert len(world.arrived()) == (2 if status is PostStatus.PUBLISHED else 0)


def test_two_hundred_posts_of_one_second_keep_the_limits_and_their_order(tmp_path: Path) -> None:
    handles = [f"sim{number:02}" for number in range(1, 41)]
    with make_world(tmp_path, accounts=40, active_users_per_day=None) as world:
        for handle in handles:
            world.connect(handle)
        file = world.file(1_000)
        posts = {
            handle: [world.plan(handle, file=file, after=timedelta(minutes=1)) for _ in range(5)]
            for handle in handles
        }
        world.run(timedelta(minutes=10))
        opened = list(world.sim.world.publishes.values())
        for handle in handles:
            of_account = [publish for publish in opened if publish.handle == handle]
            assert len(of_account) == 5, handle
            assert all(a.created_s <= b.created_s for a, b in pairwise(of_account))
            found = [world.post(post) for post in posts[handle]]
            assert {post.status for post in found} == {PostStatus.PUBLISHED}
            order = sorted(posts[handle], key=lambda post: (post.schedule.due_at, post.id))
            told = [world.post(post).publish_id for post in order]
            assert told == [publish.publish_id for publish in of_account]
        assert world.sim.world.records.violations == []
