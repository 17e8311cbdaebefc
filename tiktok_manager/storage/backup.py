"""Backups of the database as files: made online, and read back as if a stranger had made them.

A backup carries the time it was taken inside (`install.backup_at`), so that a publisher knows a
restored database even if somebody put the file in place by hand.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Protocol

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    DatabaseBusy,
    DatabaseTooNew,
    InputError,
    StorageError,
)
from tiktok_manager.storage.columns import from_stored, to_stored
from tiktok_manager.storage.driver import load_driver
from tiktok_manager.storage.migrations.metrics import APPLICATION, STEPS, steps_of
from tiktok_manager.storage.revisions import check_revision

MAX_BYTES = 20_000_000_000
_HEADER = b"SQLite format 3\0"
_APPLICATION_ID_AT = 68  # SQLite's file format, 1.3
_STATISTICS = ("sqlite_stat1", "sqlite_stat4")
_FOLD_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file that proved to be a whole, unaltered database of this app."""

    revision: str
    backup_at: datetime | None


class Copied(Protocol):
    """What can be copied while it may be in use."""

    def copy_to(self, destination: Path) -> None:
        """Copy it as it is now into an empty file."""


def copy_database(database: Copied, destination: Path, now: datetime | None) -> None:
    """Copy a database that may be in use into an empty file, and check the copy.

    The copy is one file without side files; `now` is written into one of posts as the time it was
    taken. Raises StorageError if it is not whole.
    """
    driver = load_driver()
    with _told(driver, "backup_not_written"):
        database.copy_to(destination)
        with closing(driver.connect(destination, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")
            if now is not None:
                # A restored database nobody has looked at yet stays as old as it is.
                copy.execute(
                    "UPDATE install SET backup_at = min(coalesce(backup_at, ?1), ?1)",
                    (to_stored(now),),
                )
            verdict = _integrity(copy)
    if verdict != "ok":
        raise StorageError("damaged_not_backed_up", reason=verdict)


def examine(file: Path, name: str, scratch_dir: Path, clock: Clock) -> Examined:
    """Prove that a file of unknown origin is a whole database of this app and holds nothing else.

    Nothing in it is executed: its schema is compared word for word before its rows are read.
    `name` is what the user calls the file, `scratch_dir` is for a moment's empty model of it.
    Raises InputError, DatabaseTooNew.
    """
    check_outside(file, name)
    driver = load_driver()
    try:
        with closing(_open_untrusted(file, driver)) as connection:
            revision = _revision(connection)
            if _objects(connection) != _expected_objects(revision, scratch_dir, clock):
                raise _refused(name, "foreign_objects")
            verdict = _integrity(connection)
            if verdict != "ok":
                raise _refused(name, "damaged", verdict)
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise _refused(name, "dangling_rows")
            return Examined(revision=revision, backup_at=_time_of(connection))
    except driver.DatabaseError as exc:
        raise _refused(name, "damaged", str(exc)) from exc


def holds_counters(file: Path) -> bool:
    """Say whether a file claims to be one of counters and not of posts; nothing else is read."""
    with file.open("rb") as opened:
        header = opened.read(_APPLICATION_ID_AT + 4)
    return header[_APPLICATION_ID_AT:-1] == APPLICATION


def examine_counters(file: Path, name: str) -> None:
    """Prove that a file is a whole file of counters and holds nothing else, as `examine` does.

    Raises InputError, DatabaseTooNew.
    """
    check_outside(file, name)
    driver = load_driver()
    try:
        with closing(_open_untrusted(file, driver)) as connection:
            found = int(connection.execute("PRAGMA application_id").fetchone()[0])
            version = steps_of(found)
            if version > len(STEPS):
                raise DatabaseTooNew("backup_too_new", revision=str(version), known=str(len(STEPS)))
            if _objects(connection) != _expected_counters(version):
                raise _refused(name, "foreign_objects")
            verdict = _integrity(connection)
            if verdict != "ok":
                raise _refused(name, "damaged", verdict)
    except driver.DatabaseError as exc:
        raise _refused(name, "damaged", str(exc)) from exc


def _expected_counters(version: int) -> set[tuple[object, ...]]:
    with closing(load_driver().connect(":memory:")) as model:
        for statement in (statement for step in STEPS[:version] for statement in step):
            model.execute(statement)
        return _objects(model)


def mark_restored(file: Path, backup_at: datetime, now: datetime) -> None:
    """Write into an examined copy when it was taken, and that it is about to be put in place."""
    driver = load_driver()
    values = (to_stored(backup_at), to_stored(now))
    with (
        _told(driver, "backup_not_prepared"),
        closing(driver.connect(file, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA synchronous=FULL")
        done = connection.execute("UPDATE install SET backup_at = ?, restored_at = ?", values)
        if done.rowcount == 0:
            connection.execute(
                "INSERT INTO install (id, install_id, backup_at, restored_at, created_at)"
                " VALUES (1, '', ?, ?, ?)",
                (*values, to_stored(now)),
            )
        connection.execute("PRAGMA journal_mode=DELETE")


def fold_log(file: Path) -> bool:
    """Bring the write-ahead log into the database file, so that one file holds everything.

    False, and nothing is touched, if the file is too damaged for that. Raises DatabaseBusy while
    another program has it open.
    """
    with file.open("rb") as opened:
        if opened.read(len(_HEADER)) != _HEADER:
            return False
    driver = load_driver()
    try:
        with closing(
            driver.connect(file, timeout=_FOLD_TIMEOUT_S, isolation_level=None)
        ) as connection:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except driver.OperationalError as exc:
        if "locked" in str(exc) or "busy" in str(exc):
            raise _in_use() from exc
        return False
    except driver.DatabaseError:
        return False
    if mode != "delete":
        raise _in_use()
    return True


def _open_untrusted(file: Path, driver: ModuleType) -> sqlite3.Connection:
    connection: sqlite3.Connection = driver.connect(
        f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
    )
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def check_outside(file: Path, name: str) -> None:
    """Raise InputError for a file that cannot be a database of this app, without reading it."""
    try:
        size_bytes = file.stat().st_size
        with file.open("rb") as opened:
            header = opened.read(len(_HEADER))
    except OSError as exc:
        raise _refused(name, "unreadable", exc.strerror or str(exc)) from exc
    if header != _HEADER:
        raise _refused(name, "not_a_database")
    if size_bytes > MAX_BYTES:
        raise _refused(name, "too_large")


def _revision(connection: sqlite3.Connection) -> str:
    named = "SELECT type FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.execute(named).fetchall() != [("table",)]:
        raise InputError("backup_is_foreign")
    rows = connection.execute("SELECT version_num FROM alembic_version LIMIT 2").fetchall()
    revision = str(rows[0][0]) if len(rows) == 1 else "unclear"
    check_revision(revision, newer="backup_too_new")
    return revision


def _expected_objects(revision: str, scratch_dir: Path, clock: Clock) -> set[tuple[object, ...]]:
    """Make an empty database of that revision and return what it consists of."""
    from tiktok_manager.storage import migrate

    driver = load_driver()
    with tempfile.TemporaryDirectory(prefix=".examine-", dir=scratch_dir) as folder:
        model = Path(folder) / "model.sqlite3"
        migrate.upgrade(model, driver, Path(folder), clock, revision)
        with closing(driver.connect(model)) as connection:
            return _objects(connection)


def _objects(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {tuple(row) for row in rows if row[1] not in _STATISTICS}


def _integrity(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])


def _time_of(connection: sqlite3.Connection) -> datetime | None:
    """Return when the backup was taken; for a bare copy, the last instant it knows of."""
    row = connection.execute(
        "SELECT coalesce((SELECT backup_at FROM install WHERE typeof(backup_at) = 'integer'),"
        " max((SELECT max(updated_at) FROM posts), (SELECT max(at) FROM step_log)),"
        " (SELECT max(updated_at) FROM posts))"
    ).fetchone()
    try:
        return None if row[0] is None else from_stored(row[0])
    except (TypeError, OverflowError):
        return None


@contextmanager
def _told(driver: ModuleType, code: str) -> Iterator[None]:
    try:
        yield
    except (driver.Error, OSError) as exc:
        raise StorageError(code, reason=str(exc)) from exc


def _refused(name: str, why: str, reason: str = "") -> InputError:
    return InputError("backup_unusable", file=name, why=why, reason=reason)


def _in_use() -> DatabaseBusy:
    return DatabaseBusy(why="open")
