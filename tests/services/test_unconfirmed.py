"""A video whose outcome is unknown: TikTok's verdict or the user's word, never a guess."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.accounts import POSTING_SCOPES
from tiktok_manager.domain.errors import InputError, OutcomeUnknown
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Choices, Post, PostStatus, Privacy
from tiktok_manager.services.publishing.reconciling import candidates
from tiktok_manager.wording import step_words


@pytest.fixture
def doubtful(world: World) -> Post:
    """A video that TikTok took whole and then fell silent about."""
    world.connect()
    post = world.plan()
    world.fault(endpoint="video_init", stuck=True, times=1)
    world.run(timedelta(minutes=35))
    assert world.post(post).status is PostStatus.UNCONFIRMED
    return post


def test_a_silent_video_found_in_the_accounts_list_is_published(world: World) -> None:
    world.connect()
    post = world.plan(caption="Found again")
    world.fault(endpoint="status", status=400, code="invalid_params", message="invalid_publish_id")
    world.run(timedelta(hours=2))
    after = world.post(post)
    assert after.status is PostStatus.PUBLISHED
    assert after.tiktok_post_id is not None
    assert world.calls("video_init") == 1


def test_a_list_that_was_not_granted_is_not_asked_for_and_the_record_says_so(
    world: World,
) -> None:
    world.connect("sim01", POSTING_SCOPES)
    post = world.plan(caption="Nowhere to look")
    world.fault(endpoint="status", status=400, code="invalid_params", message="invalid_publish_id")
    world.run(timedelta(hours=2))
    assert world.post(post).status is PostStatus.UNCONFIRMED
    assert world.calls("video_list") == 0
    trail = world.workspace.planning.trail(post.id)
    told = [step_words(entry) for entry in trail if entry.kind == "looked"]
    assert told
    assert all("video.list" in each for each in told)


def test_a_private_video_with_the_same_words_does_not_keep_it_from_being_found(
    world: World,
) -> None:
    world.connect()
    post = world.plan(caption="Found again")
    private = Choices(privacy=Privacy.ONLY_ME)
    twin = world.plan(caption="Found again", choices=private, after=timedelta(minutes=15))
    world.fault(endpoint="status", status=400, code="invalid_params", message="invalid_publish_id")
    world.run(timedelta(hours=2))
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.post(twin).status is PostStatus.UNCONFIRMED


def test_not_finding_it_proves_nothing(world: World, doubtful: Post) -> None:
    looked_before = world.calls("video_list")
    world.run(timedelta(hours=8))
    assert world.post(doubtful).status is PostStatus.UNCONFIRMED
    assert world.calls("video_list") - looked_before == 3


def test_the_users_word_that_it_is_there_settles_it(world: World, doubtful: Post) -> None:
    publish_id = world.post(doubtful).publish_id
    resolved = world.workspace.planning.resolve(doubtful.id, posted=True)
    assert (resolved.status, resolved.publish_id) == (PostStatus.PUBLISHED, publish_id)
    world.run(timedelta(hours=1))
    assert world.calls("video_init") == 1


def test_the_users_word_that_it_is_not_there_waits_for_a_retry(
    world: World, doubtful: Post
) -> None:
    resolved = world.workspace.planning.resolve(doubtful.id, posted=False)
    assert resolved.status is PostStatus.NEEDS_ATTENTION
    world.run(timedelta(hours=1))
    assert world.calls("video_init") == 1


def test_posting_again_happens_only_when_the_user_says_so(world: World, doubtful: Post) -> None:
    with pytest.raises(OutcomeUnknown):
        world.workspace.planning.retry(doubtful.id)
    world.workspace.planning.resolve(doubtful.id, posted=False, post_again=True)
    world.run(timedelta(minutes=10))
    assert world.post(doubtful).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 2


def test_a_post_without_doubt_cannot_be_resolved(world: World) -> None:
    world.connect()
    post = world.plan(after=timedelta(hours=1))
    with pytest.raises(InputError):
        world.workspace.planning.resolve(post.id, posted=True)


def test_a_candidate_must_match_in_time_length_and_words(world: World) -> None:
    world.connect()
    post = world.plan(caption="Eins  zwei\n#drei")
    sent = world.clock.now()
    good = VideoCounters(
        tiktok_id="1",
        posted_at=sent + timedelta(seconds=30),
        caption="Eins zwei #drei",
        share_url="",
        cover_url="",
        duration_s=10,
        views=0,
        likes=0,
        comments=0,
        shares=0,
        seen_at=sent,
    )
    listed = [
        good,
        replace(good, tiktok_id="2", posted_at=sent - timedelta(minutes=3)),
        replace(good, tiktok_id="3", caption="Eins zwei"),
        replace(good, tiktok_id="4", duration_s=12),
        replace(good, tiktok_id="5"),
    ]
    found = candidates(
        post, listed, sent=sent, duration_s=10.4, is_free=lambda tiktok_id: tiktok_id != "5"
    )
    assert [video.tiktok_id for video in found] == ["1"]
