"""Several accounts by one word, and one video for several accounts as one thing."""

from dataclasses import replace

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.domain.plans import PlanRequest, PostEdit
from tiktok_manager.domain.posts import Choices, PostFilter, Privacy


def request(world: World, *accounts: str, tags: tuple[str, ...] = ()) -> PlanRequest:
    return PlanRequest(
        file=world.file(),
        accounts=accounts,
        when="in 2 hours",
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=True,
        tags=tags,
    )


@pytest.fixture
def two(world: World) -> World:
    world.connect("sim01")
    world.connect("sim02")
    return world


def test_nobody_is_taken_twice_however_often_they_are_named(two: World) -> None:
    result = two.workspace.planning.plan(request(two, "@sim02", "all", "sim01"))

    assert [post.handle for post in result.posts] == ["sim02", "sim01"]


def test_a_group_nobody_is_in_is_named(two: World) -> None:
    with pytest.raises(NotFound) as caught:
        two.workspace.planning.plan(request(two, "group:Clients"))

    assert caught.value.failure.params == {"what": "group", "name": "Clients"}


def test_one_video_for_several_accounts_is_one_batch(two: World) -> None:
    planning = two.workspace.planning
    alone = planning.plan(request(two, "sim01")).posts[0]
    posts = planning.plan(request(two, "all")).posts

    (batch,) = {post.origin.batch for post in posts}
    assert batch is not None
    assert alone.origin.batch is None
    assert {post.id for post in planning.page(PostFilter(batch=batch))} == {p.id for p in posts}


def test_tags_are_kept_found_and_changed(two: World) -> None:
    planning = two.workspace.planning
    post = planning.plan(request(two, "sim01", tags=("#summer sale", "Launch", "launch"))).posts[0]
    planning.plan(request(two, "sim02", tags=("sale",)))

    assert planning.get(post.id).tags == ("summer sale", "Launch")
    found = planning.page(PostFilter(tags=frozenset({"summer sale", "absent"})))
    assert [each.id for each in found] == [post.id]
    assert planning.edit(post.id, PostEdit(tags=("autumn",))).tags == ("autumn",)
    assert planning.edit(post.id, PostEdit(caption="x")).tags == ("autumn",)


@pytest.mark.parametrize("tag", ["", "a;b", "a,b", "two\nlines", "x" * 65])
def test_what_cannot_be_a_tag_is_refused(two: World, tag: str) -> None:
    with pytest.raises(InputError) as caught:
        two.workspace.planning.plan(replace(request(two, "sim01"), tags=(tag,)))

    assert caught.value.code == "bad_tag"
    assert two.posts() == []
