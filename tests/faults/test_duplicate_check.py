"""Two installations that know nothing of each other have the same account and plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.posts import Choices, Post, PostMode, PostStatus, Privacy
from tiktok_manager.wording import step_words


@contextmanager
def another_computer(world: World, folder: Path) -> Iterator[World]:
    """An installation of its own, with the same account of the same TikTok."""
    env = environment(world.sim.base_url, folder / "other-data")
    with open_workspace(env, world.clock) as workspace:
        other = World(workspace, world.sim, world.clock, world.folder)
        other.connect()
        yield other


def warnings(world: World, post: Post) -> list[str]:
    trail = world.workspace.planning.trail(post.id)
    return [step_words(entry) for entry in trail if entry.kind == "warning"]


def test_a_plan_carried_out_elsewhere_too_is_warned_of_in_the_record(
    world: World, tmp_path: Path
) -> None:
    video = world.file()
    world.plan(file=video, caption="The same plan")
    world.run(timedelta(minutes=30))
    with another_computer(world, tmp_path) as other:
        twin = other.plan(file=video, caption="The same  plan")
        other.run(timedelta(minutes=30))
        (warning,) = warnings(other, twin)
        assert "another computer has the same plan" in warning
        assert other.post(twin).status is PostStatus.PUBLISHED
        again = other.plan(caption="The same plan")
        other.run(timedelta(minutes=30))
        assert warnings(other, again) == []


@pytest.mark.parametrize(
    ("caption", "away", "mode", "privacy"),
    [
        ("Another plan", timedelta(), PostMode.DIRECT, Privacy.PUBLIC),
        ("", timedelta(), PostMode.DIRECT, Privacy.PUBLIC),
        ("The same plan", timedelta(days=2), PostMode.DIRECT, Privacy.PUBLIC),
        ("The same plan", timedelta(), PostMode.DIRECT, Privacy.ONLY_ME),
        ("The same plan", timedelta(), PostMode.INBOX, None),
    ],
)
def test_what_is_not_the_same_is_not_warned_of(
    world: World,
    tmp_path: Path,
    caption: str,
    away: timedelta,
    mode: PostMode,
    privacy: Privacy | None,
) -> None:
    world.plan(caption="The same plan")
    world.run(timedelta(minutes=30))
    world.clock.advance(away)
    with another_computer(world, tmp_path) as other:
        post = other.plan(caption=caption, mode=mode, choices=Choices(privacy=privacy))
        other.run(timedelta(minutes=30))
        assert warnings(other, post) == []
        assert other.post(post).publish_id is not None


def test_a_list_nobody_can_see_holds_nothing_back(world: World) -> None:
    world.fault(endpoint="video_list", status=500, times=100)
    post = world.plan()
    world.run(timedelta(minutes=30))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_list") > 0
