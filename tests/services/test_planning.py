"""Changing and retrying planned posts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.words import says
from tests.fakes.world import World
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled, InputError
from tiktok_manager.domain.posts import Choices, PostStatus, Privacy
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.storage.schema import AccountRow, PostRow
from tiktok_manager.wording import english

LATER = timedelta(days=2)


def test_a_new_file_is_read_with_progress(world: World) -> None:
    world.connect()
    post = world.plan(after=LATER)
    seen: list[tuple[int, int]] = []
    other = world.file(3_000_000, "other.mp4")
    changed = world.workspace.planning.edit(
        post.id, PostEdit(file=other), progress=lambda done, size: seen.append((done, size))
    )
    assert changed.media.path == other
    assert seen[-1] == (3_000_000, 3_000_000)


def test_reading_a_new_file_can_be_cancelled_and_changes_nothing(world: World) -> None:
    world.connect()
    post = world.plan(after=LATER)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        world.workspace.planning.edit(
            post.id, PostEdit(file=world.file(3_000_000, "other.mp4")), cancel=cancel
        )
    assert world.post(post) == post


def test_an_edit_that_is_refused_reads_no_file(world: World, tmp_path: Path) -> None:
    world.connect()
    post = world.plan(after=LATER)
    with says(InputError, "past"):
        world.workspace.planning.edit(
            post.id, PostEdit(file=tmp_path / "missing.mp4", when="2001-01-01T10:00")
        )


def test_editing_a_post_that_stopped_asks_for_a_new_time(world: World) -> None:
    failed = world.failed_post()
    world.clock.advance_hours(1)
    with says(InputError, "past") as refused:
        world.workspace.planning.edit(failed.id, PostEdit(caption="Again"))
    assert "--at" in english(refused.value).command_hint
    edited = world.workspace.planning.edit(failed.id, PostEdit(caption="Again", when="now"))
    assert edited.status is PostStatus.SCHEDULED


def test_only_what_is_sent_or_checked_now_counts_as_under_way(world: World) -> None:
    world.connect()
    doubted = world.plan()
    world.claim(uploads=1, checks=0)
    sending = world.workspace.planning.overview()
    assert (sending.under_way, sending.uploading) == (1, 1)
    with world.workspace.database.write() as session:
        session.get_one(PostRow, doubted.id).status = PostStatus.UNCONFIRMED
    after = world.workspace.planning.overview()
    assert (after.under_way, after.uploading, after.needs_user) == (0, 0, 1)


def test_the_next_post_is_one_that_will_go_out(world: World) -> None:
    planning, accounts = world.workspace.planning, world.workspace.accounts
    paused, lost = world.connect("sim01"), world.connect("sim02")
    world.connect("sim03")
    held, stopped, goes = (
        world.plan(name, after=timedelta(hours=hours))
        for hours, name in enumerate(("sim01", "sim02", "sim03"), start=1)
    )
    assert planning.overview().next_due == held
    accounts.set_paused(paused.id, True)
    assert planning.overview().next_due == stopped
    with world.workspace.database.write() as session:
        session.get_one(AccountRow, lost.id).status = AccountStatus.NEEDS_RECONNECT
    assert planning.overview().next_due == goes
    accounts.set_paused(paused.id, False)
    assert planning.overview().next_due == held


@pytest.mark.parametrize(("cover_ms", "words"), [(2**31, "too far"), (-1, "negative")])
def test_a_cover_tiktok_cannot_take_is_refused(world: World, cover_ms: int, words: str) -> None:
    world.connect()
    choices = Choices(privacy=Privacy.PUBLIC, cover_ms=cover_ms)
    with says(InputError, words):
        world.plan(after=LATER, choices=choices)
    planned = world.plan(after=LATER, choices=replace(choices, cover_ms=2**31 - 1))
    with says(InputError, words):
        world.workspace.planning.edit(planned.id, PostEdit(choices=choices, consent=True))


def test_all_failed_posts_are_retried_and_no_others(world: World) -> None:
    failed = world.failed_post()
    waiting = world.plan(after=LATER)
    assert world.workspace.planning.overview().failed == 1
    assert [post.id for post in world.workspace.planning.retry_all_failed()] == [failed.id]
    assert world.workspace.planning.overview().failed == 0
    assert world.post(waiting) == waiting
    world.run(timedelta(hours=1))
    assert world.post(failed).status is PostStatus.PUBLISHED
