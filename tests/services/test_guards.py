"""What is noticed before a post is planned or sent, and what is told afterwards."""

from datetime import timedelta

import pytest

from tests.fakes.words import says
from tests.fakes.world import Browser, World
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import InputError, NetworkDown
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Choices, LatePolicy, PostMode, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest, PlanResult, PostEdit
from tiktok_manager.wording import english, words

MINUTE = timedelta(minutes=1)


def request(world: World, name: str, *accounts: str) -> PlanRequest:
    return PlanRequest(
        file=world.folder / name,
        accounts=accounts,
        when=(world.clock.now() + timedelta(hours=1)).isoformat(),
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=True,
    )


def twins(result: PlanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.code == "same_video"]


def test_the_same_video_for_the_same_account_is_warned_of_by_its_bytes(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    first = world.plan("sim01", file=world.file(name="one.mp4"), after=MINUTE)
    (world.folder / "copy.mp4").write_bytes((world.folder / "one.mp4").read_bytes())
    result = world.workspace.planning.plan(request(world, "copy.mp4", "sim01", "sim02"))
    (warning,) = twins(result)
    assert (warning.params["account"], warning.params["post"]) == ("sim01", first.id[:8])
    assert len(result.posts) == 2


def test_strict_refuses_a_second_one_and_writes_nothing(world: World) -> None:
    world.connect("sim01")
    world.plan("sim01", file=world.file(name="one.mp4"))
    world.settle()
    with says(InputError, "published"):
        world.workspace.planning.plan(request(world, "one.mp4", "sim01"), strict=True)
    assert len(world.posts()) == 1


def test_another_video_or_a_cancelled_or_failed_one_is_no_twin(world: World) -> None:
    world.connect("sim01")
    cancelled = world.plan("sim01", file=world.file(name="one.mp4"), after=MINUTE)
    world.workspace.planning.cancel(cancelled.id)
    world.file(name="other.mp4")
    for name in ("one.mp4", "other.mp4"):
        result = world.workspace.planning.plan(request(world, name, "sim01"))
        assert twins(result) == []


def test_until_idle_waits_a_moment_for_the_id_of_a_public_post(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", moderation_s=20.0, times=1)
    world.settle()
    after = world.post(post)
    assert (after.status, after.tiktok_post_id is not None) == (PostStatus.PUBLISHED, True)
    assert not world.workspace.publishing.is_busy(MINUTE)


def test_until_idle_gives_up_waiting_for_an_id_within_a_minute(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", moderation_s=7200.0, times=1)
    world.settle()
    after = world.post(post)
    assert (after.status, after.tiktok_post_id) == (PostStatus.PUBLISHED, None)
    assert after.published_at is not None
    assert world.clock.now() - after.published_at <= MINUTE
    world.run(timedelta(hours=5))
    assert world.post(post).tiktok_post_id is not None


@pytest.mark.parametrize("mode", list(PostMode))
def test_until_idle_waits_for_no_id_where_none_can_come(world: World, mode: PostMode) -> None:
    world.connect()
    post = world.plan(mode=mode, choices=Choices(privacy=Privacy.ONLY_ME))
    world.settle()
    after = world.post(post)
    assert after.published_at is not None
    assert world.clock.now() == after.published_at


def test_an_unknown_refusal_of_an_init_says_that_nothing_was_posted(world: World) -> None:
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", status=400, code="brand_new_code", message="Who knows")
    world.run(timedelta(hours=2))
    after = world.post(post)
    assert after.status is PostStatus.NEEDS_ATTENTION
    assert after.error is not None
    assert "Who knows" in words(after.error).cause
    assert "Nothing was posted" in words(after.error).command_hint
    assert "Look in TikTok" not in words(after.error).command_hint


def test_an_error_page_while_connecting_says_what_to_do(world: World) -> None:
    world.fault(endpoint="token", status=500, body="<html>oops</html>", content_type="text/html")
    with Browser("sim01") as browser, pytest.raises(NetworkDown) as met:
        world.workspace.accounts.connect(
            open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
        )
    assert "TikTok has a problem of its own (HTTP 500)" in english(met.value).title
    assert (
        english(met.value).command_hint
        == "Nothing was kept: connect the account again in a few minutes."
    )
    assert world.workspace.accounts.list() == []


def test_a_time_that_clocks_skip_is_shown_as_the_one_that_counts(world: World) -> None:
    world.connect()
    wanted = PlanRequest(
        file=world.file(),
        accounts=("sim01",),
        when="2027-03-28T02:30",
        timezone="Europe/Berlin",
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=True,
    )
    (post,) = world.workspace.planning.plan(wanted).posts
    assert post.schedule.shown.isoformat() == "2027-03-28T03:00:00"
    assert post.lateness.policy is LatePolicy.PUBLISH


# -- one video on several accounts -----------------------------------------------------------


def elsewhere(world: World, *requests: PlanRequest) -> list[Finding]:
    proposal = world.workspace.planning.propose(requests)
    return [each for each in proposal.findings if each.code == "same_video_elsewhere"]


def test_one_video_for_several_accounts_is_as_wanted_until_a_stagger_is_set(world: World) -> None:
    for handle in ("sim01", "sim02", "sim03"):
        world.connect(handle)
    world.file(name="one.mp4")
    wanted = request(world, "one.mp4", "sim01", "sim02", "sim03")
    assert elsewhere(world, wanted) == []
    world.workspace.settings.set("stagger", "2h")
    second, third = elsewhere(world, wanted)
    assert (second.params["account"], second.params["others"]) == ("sim02", ("sim01",))
    assert (third.params["account"], third.params["others"]) == ("sim03", ("sim01", "sim02"))
    assert "@sim01: 2026-11-21 13:00. @sim02: 2026-11-21 13:00." in words(third).message
    world.workspace.settings.set("stagger", "off")
    assert elsewhere(world, wanted) == []


def test_the_same_video_planned_before_counts_as_near_as_the_stagger(world: World) -> None:
    for handle in ("sim01", "sim02"):
        world.connect(handle)
    world.workspace.settings.set("stagger", "2h")
    file = world.file(name="one.mp4")
    first = world.plan("sim01", file=file, after=timedelta(hours=3))
    wanted = request(world, "one.mp4", "sim02")
    assert elsewhere(world, wanted) == [], "as far away as it has to be"
    world.workspace.planning.edit(first.id, PostEdit(shift=-timedelta(minutes=1)))
    assert len(elsewhere(world, wanted)) == 1
    planned = world.workspace.planning.plan(wanted).posts[0]
    later = PostEdit(shift=timedelta(hours=4))
    moved = world.workspace.planning.propose_edit(planned.id, later)
    assert [each.code for each in moved.findings] == []
    near = world.workspace.planning.propose_edit(planned.id, PostEdit(shift=timedelta(minutes=1)))
    assert {each.code for each in near.findings} == {"same_video_elsewhere"}
