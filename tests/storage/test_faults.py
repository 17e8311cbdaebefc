"""Failing disks, foreign locks, damaged files: what was acknowledged stays acknowledged."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.fakes.failing_disk import needs_strace, under_faults
from tests.fakes.words import says
from tests.storage.conftest import NOW, MakePost
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseReadOnly,
    DiskFull,
    StorageError,
)
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.storage import database as module
from tiktok_manager.storage import integrity, locking, migrate, posts, settings
from tiktok_manager.storage.database import Database, load_driver, open_database
from tiktok_manager.storage.ownership import check_writable
from tiktok_manager.wording import english

ROUNDS = 24


def put(database: Database, theme: str) -> None:
    with database.write() as session:
        settings.put_setting(session, "theme", theme)


def theme(database: Database) -> str | None:
    with database.read() as session:
        return settings.all_settings(session).get("theme")


def reopened(database: Database, **parts: Any) -> Database:
    database.close()
    return Database(database.path, load_driver(), SystemClock(), **parts)


# -- a disk that fails -------------------------------------------------------------------------


@needs_strace
@pytest.mark.parametrize(
    "rule",
    [
        "fsync,fdatasync:error=EIO:when=1+2",
        "fsync,fdatasync:error=EIO:when=3+5",
        "pwrite64:error=EIO:when=3+7",
        "pwrite64:error=ENOSPC:when=2+5",
        "pread64:error=EIO:when=40+11",
    ],
)
def test_what_was_acknowledged_is_there_whatever_the_disk_refuses(
    database: Database, make_post: MakePost, rule: str
) -> None:
    make_post("p1")
    database.close()
    script = ["-m", "tests.storage.stubborn_writer", str(database.path), "p1", str(ROUNDS)]
    done = under_faults([rule], script)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["errors"], "the disk never failed"
    assert "Traceback" not in done.stderr
    with closing(load_driver().connect(database.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        texts = connection.execute(
            "SELECT json_extract(params, '$.text') FROM step_log WHERE kind = 'test'"
        ).fetchall()
    there = {int(text.split()[1]) for (text,) in texts}
    assert set(told["acknowledged"]) <= there
    assert len(texts) == len(there)


IO_ERROR_FSYNC, CORRUPT, FULL, READ_ONLY = 10 | 4 << 8, 11, 13, 8


def fail(database: Database, code: int) -> StorageError:
    """Let a write end with an error of SQLite; returns what was raised."""
    error = load_driver().OperationalError("as told")
    error.sqlite_errorcode = code
    with pytest.raises(StorageError) as caught, database.write():
        raise error
    return caught.value


def test_after_a_failed_fsync_no_old_connection_is_used_again(database: Database) -> None:
    with database.read() as session:
        before = session.connection().connection.driver_connection
    fail(database, IO_ERROR_FSYNC)
    put(database, "dark")
    with database.read() as session:
        assert session.connection().connection.driver_connection is not before
    assert theme(database) == "dark"


def test_a_step_that_is_gone_after_a_failed_fsync_ends_all_writing(
    database: Database, make_post: MakePost
) -> None:
    make_post("p1")
    with database.write() as session:
        posts.add_step(session, "p1", at=NOW, epoch=1, kind="final_intent")
    with closing(load_driver().connect(database.path)) as other, other:
        other.execute("DELETE FROM step_log")
    fail(database, IO_ERROR_FSYNC)
    with says(DatabaseDamaged, "a step that was written is missing"):
        put(database, "dark")
    with pytest.raises(DatabaseDamaged):
        put(database, "dark")
    assert theme(database) is None
    assert isinstance(database.trouble, DatabaseDamaged)
    assert not database.is_writable_again()


@pytest.mark.parametrize(
    ("column", "value"),
    [("choices", '{"privacy": null,0'), ("choices", "{}0"), ("status", "schedul%d"), ("wall", "?")],
)
def test_a_row_nobody_ever_wrote_is_told_as_damage(
    database: Database, make_post: MakePost, column: str, value: str
) -> None:
    make_post("p1")
    with database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE posts SET {column} = ?", (value,))
    with pytest.raises(DatabaseDamaged), database.read() as session:
        posts.list_posts(session, PostFilter())


def test_a_damaged_file_is_only_read_from_then_on(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    database.checkpoint()
    database = reopened(database)
    damage_index(database)
    fail(database, CORRUPT)
    with says(DatabaseDamaged, "backup list"):
        put(database, "dark")
    with database.read() as session:
        assert [post.id for post in posts.list_posts(session, PostFilter())] == ["p1"]
    database.close()


def damage_index(database: Database) -> None:
    """Empty an index behind SQLite's back: rows are there that it does not know."""
    with closing(sqlite3.connect(database.path)) as raw, raw:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
            " WHERE name = 'step_log_by_post') WHERE name = 'sqlite_autoindex_posts_1'"
        )


def test_a_disk_that_cannot_be_read_yet_is_judged_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(database, IO_ERROR_FSYNC)

    def unreadable(*_args: object) -> str:
        error = load_driver().OperationalError("disk I/O error")
        error.sqlite_errorcode = 10
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(integrity, "verdict", unreadable)
        with says(StorageError, "disk I/O error"):
            put(database, "dark")
        assert theme(database) is None
    put(database, "dark")
    assert theme(database) == "dark"


def test_a_session_under_way_elsewhere_is_not_pulled_the_rug(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_OTHERS_LEAVE_S", 0.0)
    fail(database, IO_ERROR_FSYNC)
    with (
        database.read(),
        pytest.raises(StorageError),
        in_another_thread(lambda: put(database, "x")),
    ):
        pass
    put(database, "dark")


def test_a_full_disk_is_told_and_room_is_made(database: Database) -> None:
    freed: list[str] = []
    database = reopened(database, make_room=lambda: freed.append("ballast"))
    assert isinstance(fail(database, FULL), DiskFull)
    assert freed == ["ballast"]
    put(database, "dark")
    database.close()


def test_an_io_error_on_a_full_disk_is_a_full_disk(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[str] = []
    database = reopened(database, make_room=lambda: freed.append("ballast"))
    monkeypatch.setattr(Database, "_is_disk_full", lambda _database: True)
    assert isinstance(fail(database, IO_ERROR_FSYNC), DiskFull)
    assert freed == ["ballast"]
    database.close()


def test_a_database_that_became_read_only_is_tried_again(database: Database) -> None:
    assert isinstance(fail(database, READ_ONLY), DatabaseReadOnly)
    with pytest.raises(DatabaseReadOnly):
        put(database, "dark")
    assert database.is_writable_again()
    put(database, "dark")


def test_a_watch_goes_on_on_a_new_connection(database: Database) -> None:
    with database.watch() as watch:
        assert not watch.changed()
        fail(database, IO_ERROR_FSYNC)
        put(database, "dark")
        assert watch.changed()
        assert not watch.changed()


def test_a_watch_on_a_failing_disk_sees_nothing_and_does_not_raise(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.watch() as watch:
        watch.drop()
        with monkeypatch.context() as patch:
            patch.setattr(watch, "_connect", lambda: raise_code(10))
            assert not watch.changed()
        put(database, "dark")
        assert watch.changed()


def raise_code(code: int) -> None:
    error = load_driver().OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    raise error


def test_a_log_that_cannot_be_folded_in_harms_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "_raw", lambda: raise_code(10))
        database.checkpoint()
    put(database, "dark")


# -- other programs ----------------------------------------------------------------------------


@contextmanager
def in_another_thread(work: Callable[[], object]) -> Iterator[None]:
    """Do something on a thread of its own meanwhile; its error is raised at the end."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        yield
        future.result()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold the write lock as another program would, for as long as the block lasts."""
    with closing(load_driver().connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def hasty(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, list[bool]]]:
    """The database with timeouts of a millisecond, and what its alarm told."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 1)
    told: list[bool] = []
    opened = reopened(database, alarm=told.append)
    yield opened, told
    opened.close()


def test_a_writer_waits_for_a_foreign_lock_and_the_alarm_is_raised_once_and_ended(
    hasty: tuple[Database, list[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, told = hasty
    monkeypatch.setattr(locking, "BUSY_ROUNDS", 1_000_000)
    database.patience = locking.Patience(told.append)
    is_locked = threading.Event()

    def put_then() -> None:
        is_locked.wait()
        put(database, "dark")

    with in_another_thread(put_then), locked(database):
        is_locked.set()
        while not told:  # it ends by the alarm, or the test's own time limit
            assert theme(database) is None  # reading goes on
    assert told == [True, False]
    assert theme(database) == "dark"


def test_patience_ends_before_a_lease_does(hasty: tuple[Database, list[bool]]) -> None:
    database, told = hasty
    with locked(database), pytest.raises(DatabaseBusy):
        put(database, "dark")
    assert told == [True]
    put(database, "dark")
    assert told == [True, False]
    assert 60 < locking.BUSY_ROUNDS * locking.BUSY_TIMEOUT_MS / 1000 < 90
    assert locking.ALARM_ROUNDS * locking.BUSY_TIMEOUT_MS / 1000 == 30


def test_who_is_closing_waits_for_nobody(hasty: tuple[Database, list[bool]]) -> None:
    database, told = hasty
    database.patience.end()
    with locked(database), pytest.raises(DatabaseBusy):
        put(database, "dark")
    assert told == []


# -- an SQLite that is not safe to share -------------------------------------------------------


@pytest.fixture
def unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database on a machine whose SQLite can lose commits of two connections."""
    monkeypatch.setattr(module, "is_safe_to_share", lambda _version: False)
    monkeypatch.setattr(module, "BUSY_TIMEOUT_MS", 1)
    database = open_database(tmp_path / "own.db", tmp_path / "backups", SystemClock())
    yield database
    database.close()


def test_alone_with_an_unsafe_sqlite_everything_works(unsafe: Database) -> None:
    assert not unsafe.shared
    with unsafe.watch() as watch:
        put(unsafe, "dark")
        assert not watch.changed()
    with unsafe.read(), unsafe.read():
        assert theme(unsafe) == "dark"
    with in_another_thread(lambda: put(unsafe, "light")):
        pass
    unsafe.checkpoint()
    assert theme(unsafe) == "light"


def test_writers_take_turns_with_an_unsafe_sqlite(unsafe: Database) -> None:
    unsafe.patience.end()
    with ThreadPoolExecutor(1) as pool:
        with unsafe.write() as session:
            settings.put_setting(session, "theme", "first")
            second = pool.submit(put, unsafe, "second")
            assert wait([second], timeout=0.2).done == set()
        second.result()
    assert theme(unsafe) == "second"


def test_a_second_process_is_refused_with_an_unsafe_sqlite(unsafe: Database) -> None:
    with says(DatabaseBusy, "Close the other one first"):
        open_database(unsafe.path, unsafe.path.parent, SystemClock())
    unsafe.close()
    open_database(unsafe.path, unsafe.path.parent, SystemClock()).close()


# -- files that are not as they should be ------------------------------------------------------


def test_without_a_write_ahead_log_nothing_is_opened(tmp_path: Path) -> None:
    class InMemory:
        """A driver whose files cannot have a log."""

        Error = load_driver().Error

        def __init__(self, driver: ModuleType) -> None:
            self._driver = driver

        def connect(self, _path: object, **parts: Any) -> Any:
            return self._driver.connect(":memory:", **parts)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._driver, name)

    (tmp_path / "data.sqlite3").touch()
    database = Database(tmp_path / "data.sqlite3", InMemory(load_driver()), SystemClock())  # type: ignore[arg-type]
    with says(StorageError, "write-ahead"), database.read():
        pass
    database.close()


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_file_of_another_owner_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / "data.sqlite3"
    path.with_name(path.name + suffix).touch()
    monkeypatch.setattr("os.access", lambda *_args: False)
    monkeypatch.setattr("os.getuid", lambda: -1)
    with pytest.raises(DatabaseReadOnly) as caught:
        check_writable(path)
    assert english(caught.value).title == f"{path}{suffix} cannot be written."
    assert english(caught.value).message.startswith("It belongs to ")


def test_an_upgrade_of_a_damaged_file_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_args: object) -> None:
        error = load_driver().DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = CORRUPT
        raise error

    monkeypatch.setattr(migrate, "_has_tables", damaged)
    with says(DatabaseDamaged, "backup list"):
        open_database(tmp_path / "data.sqlite3", tmp_path, SystemClock())


def test_damage_that_sqlite_quotes_in_bytes_that_are_no_text_is_told_in_words(
    tmp_path: Path,
) -> None:
    path = tmp_path / "data.sqlite3"
    with closing(load_driver().connect(path)) as raw:
        raw.executescript(
            "CREATE TABLE t (x); PRAGMA writable_schema=ON;"
            "UPDATE sqlite_master SET name = CAST(x'ab6162' AS TEXT), sql = 'CREATE TABLE (';"
        )
    with says(DatabaseDamaged, "backup list"):
        open_database(path, tmp_path, SystemClock())
