"""Posts their owner holds say so: while they wait, and when they were missed for it."""

from datetime import timedelta

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.wording import words


def code(post: Post) -> str | None:
    return post.error.code if post.error else None


def hold(world: World, why: str, *, held: bool) -> None:
    if why == "account_paused":
        (account,) = world.workspace.accounts.list()
        world.workspace.accounts.set_paused(account.id, paused=held)
    else:
        world.workspace.settings.hold_publishing(hold=held)


@pytest.mark.parametrize("why", ["account_paused", "publishing_off"])
def test_a_held_post_says_why_and_goes_out_once_it_is_let_go(world: World, why: str) -> None:
    world.connect()
    hold(world, why, held=True)
    post = world.plan(after=timedelta(minutes=1))
    assert code(world.post(post)) == why
    assert [code(found) for found in world.posts()] == [why]
    hold(world, why, held=False)
    assert code(world.post(post)) is None
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


@pytest.mark.parametrize("why", ["account_paused", "publishing_off"])
def test_a_post_missed_because_it_was_held_says_so(world: World, why: str) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1))
    hold(world, why, held=True)
    world.clock.advance_hours(4)
    world.claim(uploads=0, checks=8)
    missed = world.post(post)
    assert missed.status is PostStatus.MISSED
    assert missed.error is not None
    assert {"account_paused": "paused", "publishing_off": "switched off"}[why] in words(
        missed.error
    ).cause


def test_nothing_is_let_go_late_while_publishing_is_off(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(minutes=1))
    hold(world, "publishing_off", held=True)
    world.clock.advance_hours(1)
    world.claim(uploads=0, checks=8)
    assert world.workspace.planning.trail(post.id) == []
    hold(world, "publishing_off", held=False)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_a_post_on_its_way_shows_no_reason_it_once_waited_for(world: World) -> None:
    world.connect()
    world.fault(endpoint="video_init", status=429, code="rate_limit_exceeded", times=1)
    post = world.plan()
    world.tick()
    assert code(world.post(post)) == "rate_limit_exceeded"
    world.clock.advance(timedelta(minutes=3))
    world.claim(uploads=1, checks=0)
    under_way = world.post(post)
    assert (under_way.status, under_way.error) == (PostStatus.PUBLISHING, None)
