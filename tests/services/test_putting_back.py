"""A change of a post is taken back whole: status, error and all, or not at all."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.fakes.words import says
from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, OutcomeUnknown
from tiktok_manager.domain.posts import Lateness, LatePolicy, Post, PostStatus
from tiktok_manager.services.planning import Planning, PostEdit

LATER = timedelta(days=2)
HOUR = timedelta(hours=1)

Change = Callable[[Planning, Post], Post]


def a_missed_post(world: World) -> Post:
    """Let a post's time pass while nothing publishes."""
    world.connect()
    post = world.plan(after=HOUR, lateness=Lateness(policy=LatePolicy.ASK))
    world.clock.advance(3 * HOUR)
    world.tick()
    missed = world.post(post)
    assert missed.status is PostStatus.MISSED
    return missed


def cancel(planning: Planning, post: Post) -> Post:
    return planning.cancel(post.id)


def move(planning: Planning, post: Post) -> Post:
    return planning.edit(post.id, PostEdit(when="2026-11-25T10:00", caption="Another"))


def same_but_epoch(one: Post, other: Post) -> bool:
    ignored = {"epoch", "version", "publish_id"}
    names = [name for name in Post.__slots__ if name not in ignored]
    return all(getattr(one, name) == getattr(other, name) for name in names)


@pytest.mark.parametrize("change", [cancel, move])
@pytest.mark.parametrize("stop", [World.failed_post, a_missed_post])
def test_a_stopped_post_is_put_back_stopped_and_is_not_sent(
    world: World, stop: Callable[[World], Post], change: Change
) -> None:
    before = stop(world)
    planning = world.workspace.planning
    after = change(planning, before)
    restored = planning.put_back(before, over=after)
    assert same_but_epoch(restored, before)
    assert restored.epoch == after.epoch + 1
    assert planning.trail(before.id)[-1].kind == "put_back"
    inits = world.calls("video_init")
    world.run(timedelta(days=10))
    assert world.post(before).status is before.status
    assert world.calls("video_init") == inits


@pytest.mark.parametrize("change", [cancel, move])
def test_a_planned_post_is_planned_again_as_it_was(world: World, change: Change) -> None:
    world.connect()
    planning = world.workspace.planning
    before = world.plan(after=LATER)
    after = change(planning, before)
    restored = planning.put_back(before, over=after)
    assert same_but_epoch(restored, before)
    again = planning.put_back(after, over=restored)
    assert same_but_epoch(again, after)
    planning.put_back(before, over=again)
    world.run(timedelta(days=3))
    assert world.post(before).status is PostStatus.PUBLISHED
    assert world.post(before).caption == "A caption"


def test_a_change_made_since_is_never_thrown_away(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    before = world.plan(after=LATER)
    after = planning.edit(before.id, PostEdit(caption="Second"))
    planning.edit(before.id, PostEdit(caption="Third"))
    with pytest.raises(ChangedMeanwhile):
        planning.put_back(before, over=after)
    assert world.post(before).caption == "Third"


def test_a_post_that_stopped_since_stays_stopped(world: World) -> None:
    account = world.connect()
    planning = world.workspace.planning
    before = world.plan(after=LATER)
    after = planning.edit(before.id, PostEdit(caption="Second"))
    world.workspace.accounts.disconnect(account.id)
    assert world.post(before).status is PostStatus.NEEDS_ATTENTION
    with pytest.raises(ChangedMeanwhile):
        planning.put_back(before, over=after)
    assert world.post(before).status is PostStatus.NEEDS_ATTENTION


def test_what_went_out_since_is_not_put_back(world: World) -> None:
    failed = world.failed_post()
    planning = world.workspace.planning
    after = planning.edit(failed.id, PostEdit(when="now"))
    world.run(HOUR)
    assert world.post(failed).status is PostStatus.PUBLISHED
    with pytest.raises(OutcomeUnknown):
        planning.put_back(failed, over=after)
    assert world.post(failed).status is PostStatus.PUBLISHED


def test_redoing_an_edit_plans_no_stopped_post_for_a_time_that_has_passed(world: World) -> None:
    missed = a_missed_post(world)
    planning = world.workspace.planning
    soon = (world.clock.now() + HOUR).isoformat()
    after = planning.edit(missed.id, PostEdit(when=soon))
    restored = planning.put_back(missed, over=after)
    world.clock.advance(2 * HOUR)
    with says(InputError, "past"):
        planning.put_back(after, over=restored)
    assert world.post(missed).status is PostStatus.MISSED


def test_a_planned_post_put_back_too_late_is_judged_by_its_lateness(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    before = world.plan(after=HOUR, lateness=Lateness(policy=LatePolicy.ASK))
    after = planning.cancel(before.id)
    world.clock.advance(5 * HOUR)
    assert planning.put_back(before, over=after).status is PostStatus.SCHEDULED
    world.tick()
    assert world.post(before).status is PostStatus.MISSED
    assert world.calls("video_init") == 0


def test_a_wait_for_the_users_own_switch_is_not_written_into_the_post(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    post = world.plan(after=LATER)
    world.workspace.settings.set("publishing", "off")
    before = planning.get(post.id)
    assert before.error is not None
    planning.put_back(before, over=planning.cancel(post.id))
    world.workspace.settings.set("publishing", "on")
    assert world.post(post).error is None


def test_an_upload_that_was_cancelled_is_planned_again(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    post = world.plan()
    world.claim(uploads=1, checks=0)
    before = world.post(post)
    assert before.status is PostStatus.PUBLISHING
    restored = planning.put_back(before, over=planning.cancel(post.id))
    assert restored.status is PostStatus.SCHEDULED
    world.run(HOUR)
    assert world.arrived() == [post.media.sha256]
