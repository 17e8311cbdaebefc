"""TikTok's chunk rules move: what it refuses is cut another way, and what it took is remembered."""

from datetime import timedelta

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.posts import Post, PostMode, PostStatus
from tiktok_manager.simulator import chunks as tiktok_rules
from tiktok_manager.simulator.wire import Refused
from tiktok_manager.wording import step_words

pytestmark = pytest.mark.usefixtures("thousandth")

MINUTE = timedelta(minutes=1)
SIZE_BYTES = 158_008
IN_ORDER = [(16_000, 9), (10_000, 15), (5_243, 30), (64_000, 2), (39_502, 4), (16_000, 10)]


def take_only(monkeypatch: pytest.MonkeyPatch, *plan: int) -> list[tuple[int, int]]:
    """Let the local TikTok take one plan alone, or none; returns what it is asked for."""
    asked: list[tuple[int, int]] = []

    def check(_size_bytes: int, chunk_bytes: int, count: int) -> None:
        asked.append((chunk_bytes, count))
        if chunk_bytes not in plan:
            raise Refused(400, "invalid_params", tiktok_rules.BAD_SIZE)
        if count not in plan:
            raise Refused(400, "invalid_params", tiktok_rules.BAD_COUNT)

    monkeypatch.setattr(tiktok_rules, "_check_cut", check)
    return asked


def trail(world: World, post: Post) -> str:
    return "\n".join(step_words(entry) for entry in world.workspace.planning.trail(post.id))


@pytest.mark.parametrize("mode", PostMode)
def test_the_next_plan_goes_out_at_once_and_costs_no_try(
    world: World, monkeypatch: pytest.MonkeyPatch, mode: PostMode
) -> None:
    world.connect()
    asked = take_only(monkeypatch, *IN_ORDER[2])
    post = world.plan(size_bytes=SIZE_BYTES, mode=mode)
    world.tick()
    assert asked == IN_ORDER[:3]
    world.settle()
    after = world.post(post)
    assert after.status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    assert after.attempts == 0
    assert world.arrived() == [post.media.sha256]
    assert "does not take 9 parts of 16,000 bytes" in trail(world, post)


def test_what_was_taken_is_tried_first_from_then_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect("sim01")
    world.connect("sim02")
    asked = take_only(monkeypatch, *IN_ORDER[2])
    world.plan("sim01", size_bytes=SIZE_BYTES)
    world.settle()
    asked.clear()
    world.plan("sim02", size_bytes=SIZE_BYTES + 77)
    world.settle()
    assert asked == [(5_243, 30)]
    asked = take_only(monkeypatch, *IN_ORDER[0])
    world.plan("sim02", size_bytes=SIZE_BYTES)
    world.settle()
    assert asked == [IN_ORDER[2], IN_ORDER[0]]
    asked.clear()
    world.plan("sim01", size_bytes=SIZE_BYTES)
    world.settle()
    assert asked == [IN_ORDER[0]]
    assert len(world.arrived()) == 4


def test_a_short_last_part_is_sent_whole_after_a_loss_too(
    unruly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = unruly
    world.connect()
    asked = take_only(monkeypatch, *IN_ORDER[5])
    world.fault(endpoint="upload", drop="before", after=3, times=1)
    world.fault(endpoint="upload.last", drop="before", times=1)
    post = world.plan(size_bytes=SIZE_BYTES)
    world.run(5 * MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
    assert asked == IN_ORDER


def test_the_sixth_plan_waits_for_its_minute_and_none_is_asked_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    asked = take_only(monkeypatch, *IN_ORDER[5])
    post = world.plan(size_bytes=SIZE_BYTES)
    world.work_off()
    waiting = world.post(post)
    assert asked == IN_ORDER[:5]
    assert waiting.status is PostStatus.SCHEDULED
    assert waiting.attempts == 0
    assert waiting.error is not None
    assert waiting.error.code == "own_rate_limit"
    world.run(2 * MINUTE)
    assert asked == IN_ORDER
    assert world.post(post).status is PostStatus.PUBLISHED


def test_only_when_all_plans_are_refused_others_are_held_and_the_post_needs_the_user(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    asked = take_only(monkeypatch)
    post = world.plan(size_bytes=SIZE_BYTES)
    world.work_off()
    assert world.post(post).attempts == 0
    assert not any(each.until for each in world.workspace.blockers.all())
    world.run(2 * MINUTE)
    assert asked == IN_ORDER
    assert world.post(post).attempts == 1
    world.run(timedelta(hours=6))
    after = world.post(post)
    assert after.status is PostStatus.NEEDS_ATTENTION
    assert after.error is not None
    assert (after.error.code, after.error.raw_code) == ("invalid_chunks", "invalid_params")
    assert world.arrived() == []
