"""The desktop is told once what needs the user, and nothing the user sees anyway."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import shiboken6

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_post, refused
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import PostsChanged, PostStatusChanged, PublishingHeld
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.announcer import Announcer


@dataclass
class Room:
    """A desk whose window is watched or not, and what the desktop was told."""

    desk: Desk
    is_watched: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)

    def ends(self, post_id: str, status: PostStatus, *, quietly: bool = False) -> None:
        """Let a post come to this status, told by an event or seen in the plan only."""
        planning = self.desk.world.planning
        post = next(post for post in planning.posts if post.id == post_id)
        planning.posts = [
            replace(each, status=status) if each is post else each for each in planning.posts
        ]
        told = PostStatusChanged(post_id=post_id, account_id=post.account_id, status=status)
        self.desk.world.events.publish(PostsChanged() if quietly else told)

    def settle(self) -> None:
        self.desk.settle()
        self.desk.settle()  # what was gathered is read a moment later


MakeRoom = Callable[..., Room]


@pytest.fixture
def make_room(make_desk: MakeDesk) -> Iterator[MakeRoom]:
    announcers: list[Announcer] = []

    def make(world: FakeWorkspace) -> Room:
        desk = make_desk(world)
        world.runner.start()
        room = Room(desk)
        announcer = Announcer(
            desk.core,
            lambda title, text: room.said.append((title, text)),
            lambda: room.is_watched,
            gather_ms=20,
        )
        announcers.append(announcer)
        desk.publishing.reload()
        room.settle()
        return room

    yield make
    for announcer in announcers:
        shiboken6.delete(announcer)


@pytest.fixture
def room(make_room: MakeRoom) -> Room:
    names = ("alice", "bob", "carol", "dora", "emil")
    return make_room(FakeWorkspace(posts=[a_post(name, name) for name in names]))


@pytest.mark.parametrize(
    ("status", "beginning"),
    [
        (PostStatus.FAILED, "Failed, Sat 18:30 (Berlin). TikTok refused it"),
        (PostStatus.MISSED, "Missed, Sat 18:30 (Berlin). Its time passed"),
        (PostStatus.NEEDS_ATTENTION, "Needs you, Sat 18:30 (Berlin). Stopped"),
        (PostStatus.UNCONFIRMED, "Not confirmed, Sat 18:30 (Berlin). It is not known whether"),
    ],
)
def test_a_post_that_needs_the_user_is_told_by_its_account(
    room: Room, status: PostStatus, beginning: str
) -> None:
    room.ends("alice", status)
    room.settle()
    ((title, text),) = room.said
    assert title == "A post of @alice needs you"
    assert text.startswith(beginning)


def test_several_at_once_are_one_message(room: Room) -> None:
    for name in ("alice", "bob", "carol", "dora"):
        room.ends(name, PostStatus.MISSED)
    room.ends("emil", PostStatus.FAILED)
    room.settle()
    assert room.said == [
        ("5 posts need you", "Missed (4), Failed (1): @alice, @bob, @carol and 2 more")
    ]


def test_the_same_one_is_never_told_again(room: Room) -> None:
    room.ends("alice", PostStatus.FAILED)
    room.settle()
    room.ends("alice", PostStatus.FAILED)
    room.ends("bob", PostStatus.FAILED)
    room.settle()
    assert [title for title, _ in room.said] == [
        "A post of @alice needs you",
        "A post of @bob needs you",
    ]


def test_one_that_was_retried_and_fails_again_is_news(room: Room) -> None:
    for status in (PostStatus.FAILED, PostStatus.SCHEDULED, PostStatus.FAILED):
        room.ends("alice", status)
        room.settle()
    assert len(room.said) == 2


def test_what_another_process_published_in_vain_is_told_too(room: Room) -> None:
    room.ends("alice", PostStatus.FAILED, quietly=True)
    room.settle()
    assert [title for title, _ in room.said] == ["A post of @alice needs you"]


def test_what_went_well_is_not_told(room: Room) -> None:
    room.ends("alice", PostStatus.PUBLISHED)
    room.settle()
    assert room.said == []


def test_what_waited_already_is_no_news(make_room: MakeRoom) -> None:
    room = make_room(FakeWorkspace(posts=[a_post(status=PostStatus.FAILED)]))
    assert room.said == []


def test_nothing_is_told_to_whoever_looks_at_the_window_nor_afterwards(room: Room) -> None:
    room.is_watched = True
    room.ends("alice", PostStatus.FAILED)
    room.desk.world.events.publish(held())
    room.settle()
    room.is_watched = False
    room.desk.publishing.reload()
    room.settle()
    assert room.said == []


def test_a_plan_that_cannot_be_read_for_a_moment_tells_nothing_twice(room: Room) -> None:
    room.ends("alice", PostStatus.FAILED)
    room.settle()
    room.desk.world.planning.error = refused()
    room.desk.world.events.publish(PostsChanged())
    room.settle()
    room.desk.world.planning.error = None
    room.ends("bob", PostStatus.FAILED)
    room.settle()
    assert [title for title, _ in room.said] == [
        "A post of @alice needs you",
        "A post of @bob needs you",
    ]


def held(code: str = "clock_wrong") -> PublishingHeld:
    return PublishingHeld(
        code=code,
        until=NOW + timedelta(minutes=42),
        failure=Failure(
            code="told",
            params={"title": "This computer's clock is 3 h ahead of TikTok's."},
        ),
    )


def test_a_hold_is_told_once_with_its_reason_and_its_end(room: Room) -> None:
    room.desk.world.events.publish(held())
    room.desk.world.events.publish(replace(held(), until=NOW + timedelta(hours=2)))
    room.desk.publishing.reload()
    room.settle()
    assert room.said == [
        (
            "Publishing is held",
            "This computer's clock is 3 h ahead of TikTok's. Goes on Sat 13:42 (Berlin).",
        )
    ]


def test_a_hold_that_comes_and_goes_is_told_again_only_after_a_while(room: Room) -> None:
    clock = room.desk.world.clock
    for _ in range(3):
        room.desk.world.events.publish(held())
        room.desk.world.events.publish(replace(held(), failure=None))
    assert len(room.said) == 1
    clock.time += timedelta(hours=1)
    room.desk.world.events.publish(replace(held(), until=NOW + timedelta(hours=2)))
    assert len(room.said) == 2


def test_the_users_own_pause_is_no_hold(room: Room) -> None:
    room.desk.world.settings.set("publishing", "off")
    room.settle()
    room.desk.world.events.publish(held())
    room.settle()
    assert room.said == []


def test_a_publisher_that_cannot_begin_is_told(make_room: MakeRoom) -> None:
    room = make_room(FakeWorkspace())
    room.desk.world.runner.stop()
    room.desk.world.installation.copied = True
    room.desk.publishing.start()
    room.settle()
    assert room.said == [
        ("Publishing is off", "This data folder is a copy, so it does not publish.")
    ]
