"""Full, failing and locked disks: posts wait with a reason, then go out once."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.fakes.world import World
from tiktok_manager.domain.errors import DatabaseDamaged, DiskFull, StorageError
from tiktok_manager.domain.events import EventBus, PublishingHeld
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.storage_guard import tell_of_lock
from tiktok_manager.storage import integrity
from tiktok_manager.storage.database import Database, load_driver
from tiktok_manager.system import journal
from tiktok_manager.system.ballast import Ballast
from tiktok_manager.wording import message_and_action, words

FULL, IO_ERROR = 13, 10 | 4 << 8
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(world: World) -> list[PublishingHeld]:
    """What the window is told."""
    told: list[PublishingHeld] = []
    world.workspace.events.subscribe(PublishingHeld, told.append)
    return told


@contextmanager
def full_disk() -> Iterator[None]:
    """The disk has no room left, except where the ballast lies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ballast, "_free_bytes", lambda _ballast: 0)
        yield


def error_of(code: int) -> Exception:
    error: Exception = load_driver().OperationalError("as told")
    error.sqlite_errorcode = code  # type: ignore[attr-defined]
    return error


class BrokenWrite:
    """Lets the n-th write from now fail, before or after it is really committed."""

    def __init__(self, code: int, *, after: bool = False) -> None:
        self._code = code
        self._after = after
        self._left = 0
        self.struck = False
        self._write = Database.write

    def arm(self, nth: int) -> None:
        self._left, self.struck = nth, False

    def around(self) -> Callable[[Database], AbstractContextManager[Session]]:
        """Return what stands in for `Database.write`."""

        def write(database: Database) -> AbstractContextManager[Session]:
            return self._fail(database)

        return write

    @contextmanager
    def _fail(self, database: Database) -> Iterator[Session]:
        self._left -= 1
        if self._left != 0:
            with self._write(database) as session:
                yield session
            return
        self.struck = True
        if self._after:
            with self._write(database) as session:
                yield session
            with self._write(database):
                raise error_of(self._code)
        with self._write(database) as session:
            yield session
            raise error_of(self._code)


@pytest.mark.parametrize(("code", "after"), [(FULL, False), (IO_ERROR, False), (IO_ERROR, True)])
def test_whichever_write_fails_every_post_goes_out_once(
    world: World, monkeypatch: pytest.MonkeyPatch, code: int, after: bool
) -> None:
    world.connect()
    failure = BrokenWrite(code, after=after)
    monkeypatch.setattr(Database, "write", failure.around())
    posts: list[Post] = []
    failure.struck = True
    while failure.struck:
        posts.append(world.plan())
        failure.arm(len(posts))
        survive(world)
        world.clock.advance_hours(5)
    assert len(posts) > 8, "no write of a publish failed"
    assert {world.post(post).status for post in posts} == {PostStatus.PUBLISHED}
    assert sorted(world.arrived()) == sorted(post.media.sha256 for post in posts)


def survive(world: World) -> None:
    """Run as the runner would: what ended with an error is taken up when its lease ends."""
    while True:
        try:
            world.run(limit=timedelta(hours=1))
        except StorageError:
            world.clock.advance(timedelta(seconds=91))
        else:
            return


def test_on_a_full_disk_posts_wait_with_the_reason_and_go_out_by_themselves(
    world: World, held: list[PublishingHeld]
) -> None:
    world.connect()
    post = world.plan()
    with full_disk():
        world.run(limit=5 * MINUTE)
        waiting = world.post(post)
        assert waiting.status is PostStatus.SCHEDULED
        assert waiting.error is not None
        assert waiting.error.code == "disk_full"
        assert "Free some space" in words(waiting.error).command_hint
        assert not world.workspace.publishing.is_busy(MINUTE)
        assert world.calls("video_init") == 0
    world.clock.advance(MINUTE)
    world.run(limit=MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert [(event.code, event.failure is not None) for event in held] == [
        ("disk_full", True),
        ("disk_full", False),
    ]


def test_no_last_byte_leaves_that_could_not_be_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()
    real = world.workspace.storage.check_room
    with monkeypatch.context() as patch:
        patch.setattr(
            type(world.workspace.storage), "check_room", lambda _guard: _in_full_disk(real)
        )
        world.run(limit=3 * MINUTE)
        waiting = world.post(post)
        assert waiting.status is PostStatus.SCHEDULED
        assert waiting.error is not None
        assert waiting.error.code == "disk_full"
        assert world.calls("upload") == 0
    world.clock.advance(MINUTE)
    world.run(limit=MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1
    assert len(world.arrived()) == 1


def _in_full_disk(check: Callable[[], None]) -> None:
    with full_disk():
        check()


def test_what_is_under_way_is_still_written_down_when_the_disk_fills_up(world: World) -> None:
    world.connect()
    post = world.plan()
    world.workspace.storage.prepare()
    assert world.workspace.paths.ballast.exists()
    (claim,), _asks = world.claim(uploads=1, checks=0)
    world.workspace.publishing.send(claim, world.cancel)
    with full_disk():
        with pytest.raises(DiskFull), world.workspace.database.write():
            raise error_of(FULL)
        assert not world.workspace.paths.ballast.exists()
        world.run(limit=2 * MINUTE)
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.workspace.storage.holds()
    assert world.workspace.storage.look() is None
    assert world.workspace.paths.ballast.exists()


def test_a_journal_on_a_full_disk_gives_up_the_ballast_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()
    world.workspace.storage.prepare()

    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with full_disk():
        with monkeypatch.context() as patch:
            patch.setattr(journal, "sync_file", full)
            world.tick()
        assert not world.workspace.paths.ballast.exists()
        assert world.post(post).status is PostStatus.SCHEDULED
    world.clock.advance(MINUTE)
    world.run(limit=MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert len(world.arrived()) == 1


def test_a_database_found_damaged_is_listed_and_exported_but_not_published_from(
    world: World, held: list[PublishingHeld], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()
    monkeypatch.setattr(integrity, "verdict", lambda *_args: "row 5 missing from index")
    with pytest.raises(Exception, match="as told"), world.workspace.database.write():
        raise error_of(IO_ERROR)
    assert world.tick() == 0
    assert world.tick() == 0
    assert world.post(post).status is PostStatus.SCHEDULED
    out = world.folder / "posts.csv"
    world.workspace.reports.export("posts", out, message_and_action)
    assert post.id in out.read_text(encoding="utf-8-sig")
    assert [event.code for event in held] == ["database_damaged"]
    assert held[0].failure is not None
    assert "backup" in words(held[0].failure).command_hint
    assert world.calls("video_init") == 0
    with pytest.raises(DatabaseDamaged):
        world.plan()


def test_a_database_that_can_be_written_again_publishes_again(
    world: World, held: list[PublishingHeld], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.connect()
    post = world.plan()

    with pytest.raises(Exception, match="as told"), world.workspace.database.write():
        raise error_of(8)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "is_writable_again", lambda _database: False)
        assert world.tick() == 0
    world.run(limit=MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert [(event.code, event.failure is not None) for event in held] == [
        ("database_read_only", True),
        ("database_read_only", False),
    ]


def test_a_foreign_lock_is_told_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    told: list[PublishingHeld] = []
    events = EventBus()
    events.subscribe(PublishingHeld, told.append)
    tell_of_lock(events, blocked=True)
    tell_of_lock(events, blocked=False)
    assert [(event.code, event.failure is not None) for event in told] == [
        ("database_busy", True),
        ("database_busy", False),
    ]
    assert "database_busy (why=locked_long)" in caplog.text
    assert "free again" in caplog.text
