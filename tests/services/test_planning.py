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
from tiktok_manager.domain.post_briefs import ChangedPost
from tiktok_manager.domain.posts import Choices, PostFilter, PostStatus, Privacy
from tiktok_manager.services import planned_posts
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


def captions(found: list[ChangedPost]) -> list[str]:
    return [each.post.caption for each in found]


def test_posts_are_listed_by_their_last_change_page_by_page(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    for number in range(5):
        world.plan(caption=f"Clip {number}", after=LATER)
        world.clock.advance_hours(1)
    (first,) = planning.search("Clip 0", limit=1)
    planning.edit(first.id, PostEdit(caption="Clip 0 again"))
    page = planning.changed(PostFilter(), limit=3)
    assert captions(page) == ["Clip 0 again", "Clip 4", "Clip 3"]
    rest = planning.changed(PostFilter(), before=page[-1].key, limit=3)
    assert captions(rest) == ["Clip 2", "Clip 1"]
    planning.cancel(rest[0].post.id)
    cancelled = planning.changed(PostFilter(statuses=frozenset({PostStatus.CANCELLED})), limit=9)
    assert captions(cancelled) == ["Clip 2"]


@pytest.mark.parametrize("text", ["été", "ÉTÉ", "l'été", "100%", "@sim01", "SIM01", "%"])
def test_a_post_is_found_by_its_words_and_its_handle_as_they_are_written(
    world: World, text: str
) -> None:
    for handle in ("sim01", "sim02"):
        world.connect(handle)
    wanted = world.plan(caption="L'été, 100%", account="sim01", after=LATER)
    world.plan(caption="Autumn", account="sim02", after=LATER)
    found = world.workspace.planning.search(text, limit=6)
    assert [post.id for post in found] == [wanted.id]


def test_a_post_is_found_by_the_beginning_of_its_id_once(world: World) -> None:
    world.connect()
    post = world.plan(after=LATER)
    assert world.workspace.planning.search(post.id[:8], limit=6) == [post]
    assert world.workspace.planning.search("  ", limit=6) == []


def test_a_search_goes_through_all_dates_and_stops_when_the_next_key_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    planning = world.workspace.planning
    for number in range(5):
        world.plan(caption=f"Clip {number}", after=LATER * (200 * number + 1))
    monkeypatch.setattr(planned_posts, "_STRETCH", 2)
    found = captions(planning.changed(PostFilter(), text="Clip", limit=9))
    assert sorted(found) == [f"Clip {number}" for number in range(5)]
    assert len(planning.search("clip", limit=4)) == 4
    assert [p.caption for p in planning.search("clip", limit=9)] == [f"Clip {n}" for n in range(5)]
    world.clock.advance_hours(24 * 30)  # what was to come next is over by then
    found = [post.caption for post in planning.search("clip", limit=9)]
    assert found == ["Clip 1", "Clip 2", "Clip 3", "Clip 4", "Clip 0"]
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        planning.search("clip", limit=4, cancel=cancel)
