"""How long a video may be is the account's own number, remembered for whoever plans next."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World
from tests.system.test_video import write_video
from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.plans import PlanRequest, PlanResult, PostEdit
from tiktok_manager.domain.posts import Choices, Post, PostStatus, Privacy

LIMIT_S = 1


@pytest.fixture
def two_seconds(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", "libx264")


@pytest.fixture
def account(world: World) -> Account:
    """An account that may post one second."""
    found = world.connect()
    world.sim.world.account(found.handle).max_video_post_duration_s = LIMIT_S
    return found


def plan(world: World, account: Account, file: Path) -> PlanResult:
    return world.workspace.planning.plan(
        PlanRequest(
            file=file,
            accounts=(account.handle,),
            when=(world.clock.now() + timedelta(seconds=5)).isoformat(),
            choices=Choices(privacy=Privacy.PUBLIC),
            consent=True,
        )
    )


def is_warned(result: PlanResult, account: Account) -> bool:
    found = {finding.code: finding.params for finding in result.findings}
    told = found.get("video_too_long", {})
    return (told.get("account"), told.get("limit_s")) == (account.handle, LIMIT_S)


def test_an_account_once_asked_is_held_to_its_limit_when_planning(
    world: World, account: Account, two_seconds: Path
) -> None:
    assert not is_warned(plan(world, account, two_seconds), account)
    world.workspace.accounts.creator_info(account.id)
    assert is_warned(plan(world, account, two_seconds), account)
    assert world.workspace.accounts.get(account.id).max_duration_s == LIMIT_S


def test_what_publishing_hears_is_remembered_and_nothing_too_long_is_sent(
    world: World, account: Account, two_seconds: Path
) -> None:
    result = plan(world, account, two_seconds)
    post: Post = result.posts[0]
    world.settle()
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    assert world.calls("video_init") == 0
    assert is_warned(plan(world, account, two_seconds), account)


def test_an_edit_makes_the_checks_of_a_new_plan(
    world: World, account: Account, two_seconds: Path
) -> None:
    world.workspace.accounts.creator_info(account.id)
    planning = world.workspace.planning
    post = world.plan(after=timedelta(days=1))
    proposal = planning.propose_edit(post.id, PostEdit(file=two_seconds))
    assert "video_too_long" in {finding.code for finding in proposal.findings}
    changed = planning.commit(proposal).posts[0]
    late = replace(changed.choices, cover_ms=2_000)
    found = planning.propose_edit(post.id, PostEdit(choices=late)).findings
    assert "cover_beyond_end" in {finding.code for finding in found}
