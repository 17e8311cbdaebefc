"""What is planned without consent becomes a draft, which an edit with consent plans."""

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.plans import PlanRequest, PostEdit
from tiktok_manager.domain.posts import Choices, Post, PostMode, PostStatus, Privacy

PUBLIC = Choices(privacy=Privacy.PUBLIC)


def draft(world: World, choices: Choices = PUBLIC, mode: PostMode = PostMode.DIRECT) -> Post:
    world.connect()
    request = PlanRequest(
        file=world.file(),
        accounts=("sim01",),
        when="in 2 hours",
        mode=mode,
        choices=choices,
        or_draft=True,
    )
    return world.workspace.planning.plan(request).posts[0]


def test_a_draft_never_goes_out_by_itself(world: World) -> None:
    post = draft(world)
    assert (post.status, post.consent) == (PostStatus.DRAFT, None)
    world.clock.advance_hours(3)
    world.work_off()
    assert world.post(post).status is PostStatus.DRAFT
    assert world.arrived() == []


def test_a_draft_is_planned_by_an_edit_with_consent_and_goes_out(world: World) -> None:
    post = draft(world)
    planned = world.workspace.planning.edit(post.id, PostEdit(consent=True))
    assert planned.status is PostStatus.SCHEDULED
    assert planned.consent is not None
    world.run()
    assert len(world.arrived()) == 1


def test_an_edit_without_consent_leaves_a_draft(world: World) -> None:
    post = draft(world)
    edited = world.workspace.planning.edit(post.id, PostEdit(caption="New words"))
    assert (edited.status, edited.caption) == (PostStatus.DRAFT, "New words")


def test_a_draft_may_lack_who_may_see_it_but_is_not_planned_so(world: World) -> None:
    post = draft(world, Choices())
    with pytest.raises(InputError) as met:
        world.workspace.planning.edit(post.id, PostEdit(consent=True))
    assert met.value.code == "privacy_missing"
    seen = PostEdit(consent=True, choices=PUBLIC)
    assert world.workspace.planning.edit(post.id, seen).status is PostStatus.SCHEDULED


def test_an_inbox_post_needs_no_consent(world: World) -> None:
    assert draft(world, mode=PostMode.INBOX).status is PostStatus.SCHEDULED


def test_a_draft_that_was_cancelled_comes_back_as_a_draft(world: World) -> None:
    post = draft(world)
    cancelled = world.workspace.planning.cancel(post.id)
    assert world.workspace.planning.restore(cancelled.id).status is PostStatus.DRAFT
