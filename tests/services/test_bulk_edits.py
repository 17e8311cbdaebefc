"""Many posts are changed as one: all of them or none, and taken back to exactly what they were."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, OutcomeUnknown
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.planning import Planning, PostEdit

HOUR = timedelta(hours=1)
LATER = timedelta(days=2)


def three(world: World) -> list[Post]:
    world.connect()
    return [world.plan(after=LATER + HOUR * number) for number in range(3)]


def shown(posts: Sequence[Post]) -> list[Post]:
    """Return posts without what counts changes and claims."""
    return [replace(post, version=0, epoch=0) for post in posts]


def everything(world: World) -> list[Post]:
    return shown(world.posts())


def test_edits_of_many_are_written_as_one(world: World) -> None:
    posts, planning = three(world), world.workspace.planning
    edits: list[tuple[Post | str, PostEdit]] = [
        (posts[0], PostEdit(caption="One")),
        (posts[1].id, PostEdit(caption="Two", shift_days=1)),
        (posts[2].id[:12], PostEdit(caption="Three")),
    ]
    proposal = planning.propose_edits(edits)
    assert {post.caption for post in world.posts()} == {"A caption"}
    written = planning.commit(proposal).posts
    assert [post.caption for post in written] == ["One", "Two", "Three"]
    assert sorted(post.id for post in world.posts()) == sorted(post.id for post in posts)
    assert {planning.trail(post.id)[-1].kind for post in posts} == {"edited"}
    assert [post.version for post in written] == [post.version + 1 for post in posts]


def test_one_that_cannot_be_edited_is_named_and_keeps_all_from_being_written(
    world: World,
) -> None:
    posts, planning = three(world), world.workspace.planning
    planning.cancel(posts[1].id)
    proposal = planning.propose_edits([(post.id, PostEdit(caption="New")) for post in posts])
    assert sorted(proposal.refused) == [1]
    with pytest.raises(InputError):
        planning.commit(proposal)
    assert {post.caption for post in world.posts()} == {"A caption"}


def edit_all(planning: Planning, posts: Sequence[Post]) -> Sequence[Post]:
    edit = PostEdit(shift_days=3, caption="New")
    return planning.commit(planning.propose_edits([(post, edit) for post in posts])).posts


def copy_all(planning: Planning, posts: Sequence[Post]) -> Sequence[Post]:
    return copy(planning, posts, PostEdit(consent=True))


def cancel_all(planning: Planning, posts: Sequence[Post]) -> Sequence[Post]:
    return planning.cancel_many(posts)


def put_back_all(planning: Planning, before: Sequence[Post], after: Sequence[Post]) -> object:
    return planning.put_back_many(list(zip(before, after, strict=True)))


def restore_all(planning: Planning, _before: Sequence[Post], after: Sequence[Post]) -> object:
    return planning.restore_many(after)


Change = Callable[[Planning, Sequence[Post]], Sequence[Post]]
TakeBack = Callable[[Planning, Sequence[Post], Sequence[Post]], object]


@pytest.mark.parametrize("change", [edit_all, copy_all, cancel_all])
def test_a_post_changed_by_another_hand_stops_all(world: World, change: Change) -> None:
    posts, planning = three(world), world.workspace.planning
    planning.edit(posts[2].id, PostEdit(caption="Theirs"))
    before = everything(world)
    with pytest.raises(ChangedMeanwhile):
        change(planning, posts)
    assert everything(world) == before


def test_a_change_between_look_and_commit_stops_all(world: World) -> None:
    posts, planning = three(world), world.workspace.planning
    proposal = planning.propose_edits([(post, PostEdit(caption="Mine")) for post in posts])
    planning.edit(posts[2].id, PostEdit(caption="Theirs"))
    before = everything(world)
    with pytest.raises(ChangedMeanwhile):
        planning.commit(proposal)
    assert everything(world) == before


def test_a_day_shift_keeps_the_local_hour_over_the_change_of_clocks(world: World) -> None:
    world.connect()
    planning = world.workspace.planning
    post = world.plan(after=LATER)
    zone = PostEdit(when="2027-03-27T18:00", timezone="Europe/Berlin")
    moved = planning.edit(planning.edit(post.id, zone).id, PostEdit(shift_days=1))
    assert f"{moved.schedule.shown:%m-%d %H:%M} {moved.schedule.due_at:%H}" == "03-28 18:00 16"
    back = planning.edit(moved.id, PostEdit(shift=-timedelta(hours=17)))
    assert f"{back.schedule.shown:%m-%d %H:%M}" == "03-28 00:00"
    with pytest.raises(InputError):
        planning.edit(back.id, PostEdit(shift_days=-400))
    with pytest.raises(InputError):
        planning.edit(back.id, PostEdit(shift_days=4_000_000))


@pytest.mark.parametrize(
    ("change", "take_back"),
    [(cancel_all, put_back_all), (edit_all, put_back_all), (cancel_all, restore_all)],
)
def test_what_was_done_to_many_is_taken_back_whole(
    world: World, change: Change, take_back: TakeBack
) -> None:
    posts, planning = three(world), world.workspace.planning
    before = everything(world)
    after = change(planning, posts)
    assert everything(world) != before
    take_back(planning, posts, after)
    assert everything(world) == before


def test_many_are_put_back_or_none(world: World) -> None:
    posts, planning = three(world), world.workspace.planning
    after = planning.cancel_many(posts)
    planning.restore(after[1].id)
    with pytest.raises(ChangedMeanwhile):
        planning.put_back_many(list(zip(posts, after, strict=True)))
    statuses = sorted(post.status.value for post in world.posts())
    assert statuses == ["cancelled", "cancelled", "scheduled"]


def test_one_on_its_way_keeps_many_from_being_cancelled(world: World) -> None:
    world.connect()
    planning, first, later = world.workspace.planning, world.plan(), world.plan(after=LATER)
    world.tick()
    assert world.post(first).status is PostStatus.PROCESSING
    with pytest.raises(OutcomeUnknown):
        planning.cancel_many([later.id, first.id])
    assert world.post(later).status is PostStatus.SCHEDULED


def copy(planning: Planning, posts: Sequence[Post], edit: PostEdit) -> tuple[Post, ...]:
    return planning.commit(planning.propose_copies([(post, edit) for post in posts])).posts


def test_copies_are_new_posts_of_the_same_videos_and_read_nothing(world: World) -> None:
    posts, planning = three(world), world.workspace.planning
    read: list[int] = []
    proposal = planning.propose_copies(
        [(post, PostEdit(shift_days=7, consent=True)) for post in posts],
        progress=lambda done, _size: read.append(done),
    )
    copies = planning.commit(proposal).posts
    assert read == []
    assert [post.media for post in copies] == [post.media for post in posts]
    assert not {post.id for post in copies} & {post.id for post in posts}
    assert {post.status for post in copies} == {PostStatus.SCHEDULED}
    assert [c.schedule.due_at - p.schedule.due_at for c, p in zip(copies, posts, strict=True)] == [
        timedelta(days=7)
    ] * 3


def test_a_copy_without_consent_is_a_draft_until_there_is_one(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan(after=LATER)
    (draft,) = copy(planning, [post], PostEdit(shift_days=1))
    assert (draft.status, draft.consent) == (PostStatus.DRAFT, None)
    planned = planning.edit(draft.id, PostEdit(consent=True))
    assert planned.status is PostStatus.SCHEDULED
    assert planned.consent is not None


def test_a_file_changed_since_is_read_again_for_a_copy(world: World) -> None:
    world.connect()
    planning, post = world.workspace.planning, world.plan(after=LATER)
    world.file(name=post.media.path.name)
    (again,) = copy(planning, [post], PostEdit(shift_days=1, consent=True))
    assert again.media.path == post.media.path
    assert again.media.sha256 != post.media.sha256


def test_copies_of_a_batch_are_a_batch_of_their_own(world: World) -> None:
    for handle in ("sim01", "sim02"):
        world.connect(handle)
    planning = world.workspace.planning
    posts = [world.plan("sim01", after=LATER), *batch(world)]
    copies = copy(planning, posts, PostEdit(shift_days=1, consent=True))
    assert copies[0].origin.batch is None
    assert copies[1].origin.batch == copies[2].origin.batch
    assert copies[1].origin.batch not in {None, posts[1].origin.batch}


def batch(world: World) -> list[Post]:
    """Plan one video for two accounts."""
    from tests.services.test_proposals import request

    planning = world.workspace.planning
    wanted = request(world, world.file(), "sim01", "sim02", after=LATER + HOUR)
    return list(planning.plan(wanted).posts)
