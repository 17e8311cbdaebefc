"""What is slow is done before a post is due; what was prepared is never more than a cache."""

import os
from datetime import timedelta

import pytest

from tests.fakes.world import World, claim_due
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.services.publishing.preflight import KnownFiles

SOON = timedelta(seconds=20)


def prepare(world: World, limit: int = 8) -> int:
    """Prepare what is due soon; returns how many posts that were."""
    world.workspace.publishing.get_ready()
    upcoming = world.workspace.publishing.upcoming(limit)
    for post in upcoming:
        world.workspace.publishing.prepare(post, world.cancel)
    return len(upcoming)


def test_at_its_instant_a_prepared_post_asks_tiktok_for_the_upload_only(world: World) -> None:
    world.connect()
    post = world.plan(after=SOON)
    assert prepare(world) == 1
    assert (world.calls("creator_info"), world.calls("video_init")) == (1, 0)
    world.clock.advance(SOON)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("creator_info") == 1


def test_what_the_account_allows_is_never_older_than_two_minutes(world: World) -> None:
    world.connect()
    post = world.plan(after=SOON)
    prepare(world)
    world.clock.advance(timedelta(minutes=2))
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("creator_info") == 2


def test_files_are_read_two_minutes_ahead_and_tiktok_is_asked_just_before(world: World) -> None:
    world.connect()
    world.plan(after=timedelta(minutes=3))
    assert prepare(world) == 0
    world.clock.advance(timedelta(minutes=1, seconds=1))
    assert prepare(world) == 1
    assert prepare(world) == 0
    assert world.calls("creator_info") == 0
    world.clock.advance(timedelta(minutes=1, seconds=40))
    assert prepare(world) == 1
    assert world.calls("creator_info") == 1
    assert prepare(world) == 0


def test_no_more_is_prepared_at_a_time_than_can_be_sent(world: World) -> None:
    for handle in ("sim01", "sim02", "sim03"):
        world.connect(handle)
        world.plan(handle, after=SOON)
        world.plan(handle, after=SOON)
    publishing = world.workspace.publishing
    publishing.get_ready()
    under_way = publishing.upcoming(2)
    assert len({post.account_id for post in under_way}) == 2
    assert publishing.upcoming(2) == []
    for post in under_way:
        publishing.prepare(post, world.cancel)
    assert prepare(world) == 1


def test_an_edited_post_goes_out_as_edited(world: World) -> None:
    world.connect()
    post = world.plan(after=SOON)
    prepare(world)
    file = world.file()
    world.workspace.planning.edit(post.id, PostEdit(file=file))
    world.clock.advance(SOON)
    world.settle()
    after = world.post(post)
    assert after.media.sha256 != post.media.sha256
    assert world.arrived() == [after.media.sha256]


def test_a_file_changed_after_it_was_prepared_is_not_sent(world: World) -> None:
    world.connect()
    file = world.file()
    post = world.plan(file=file, after=SOON)
    prepare(world)
    file.write_bytes(os.urandom(file.stat().st_size))
    world.clock.advance(SOON)
    world.settle()
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    assert world.calls("video_init") == 0


def test_what_preparing_meets_is_told_when_the_post_is_due(unruly: World) -> None:
    unruly.connect()
    post = unruly.plan(after=SOON)
    unruly.fault(endpoint="creator_info", revoke=True, times=1)
    prepare(unruly)
    assert unruly.post(post).error is None
    assert unruly.workspace.accounts.get("sim01").status is AccountStatus.CONNECTED
    unruly.clock.advance(SOON)
    unruly.settle()
    assert unruly.post(post).status is PostStatus.NEEDS_ATTENTION
    assert unruly.workspace.accounts.get("sim01").status is AccountStatus.NEEDS_RECONNECT


def test_a_copied_back_file_is_read_whole_only_once(world: World) -> None:
    world.connect()
    file = world.file()
    media = world.plan(file=file, after=SOON).media
    os.utime(file, ns=(1, 1))
    stopped = CancelToken()
    stopped.cancel()  # reading asks it at every block: with it, a file can be opened only
    known = KnownFiles()
    with pytest.raises(Cancelled):
        known.open(media, stopped)
    known.look(media, CancelToken())
    known.open(media, stopped).close()
    os.utime(file, ns=(2, 2))
    with pytest.raises(Cancelled):
        known.open(media, stopped)


def test_a_post_whose_work_fails_again_and_again_is_set_aside(world: World) -> None:
    world.connect()
    poisonous, other = world.plan(), world.plan(after=SOON)
    publishing = world.workspace.publishing
    for _ in range(3):
        ((claim,), _asks) = claim_due(publishing, uploads=8, checks=8)
        publishing.lost(claim)
        world.clock.advance(timedelta(seconds=10))
    world.settle()
    assert world.post(poisonous).status is PostStatus.NEEDS_ATTENTION
    assert world.post(other).status is PostStatus.PUBLISHED
