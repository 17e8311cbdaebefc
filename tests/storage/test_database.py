"""The database file: safe to share, upgraded with care, never half-written."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from tests.fakes.words import says
from tests.storage.conftest import MakePost
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import DatabaseBusy, DatabaseTooNew, StorageError
from tiktok_manager.storage import migrate, settings
from tiktok_manager.storage.columns import Base
from tiktok_manager.storage.database import (
    Database,
    is_safe_to_share,
    load_driver,
    open_database,
)
from tiktok_manager.storage.revisions import HEAD_REVISION

CLOCK = SystemClock()


def _open(folder: Path) -> Database:
    return open_database(folder / "data.sqlite3", folder / "backups", CLOCK)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_sqlite_versions_that_can_lose_commits_are_known(
    version: tuple[int, int, int], safe: bool
) -> None:
    assert is_safe_to_share(version) is safe


def test_every_connection_is_durable_and_checks_references(database: Database) -> None:
    with database.write() as session:
        read = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_failed_block_writes_nothing(database: Database) -> None:
    class Wanted(Exception):
        pass

    def fail() -> None:
        with database.write() as session:
            settings.put_setting(session, "theme", "dark")
            session.flush()
            raise Wanted

    with pytest.raises(Wanted):
        fail()
    with database.read() as session:
        assert settings.all_settings(session) == {}


def test_migrations_make_exactly_the_schema_of_the_code(database: Database) -> None:
    with database.read() as session:
        seen = inspect(session.connection())
        for table in Base.metadata.sorted_tables:
            columns = {c["name"]: c["nullable"] for c in seen.get_columns(table.name)}
            assert columns == {c.name: c.nullable for c in table.columns}, table.name
            indexes = {(i["name"], i["unique"]) for i in seen.get_indexes(table.name)}
            wanted = {(i.name, int(i.unique or 0)) for i in table.indexes}
            assert {(name, int(unique)) for name, unique in indexes} >= wanted, table.name


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    names = sorted(path.name for path in folder.glob("r*.py"))
    assert names[-1].startswith(f"{HEAD_REVISION}_")


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    _open(tmp_path).close()
    with sqlite3.connect(tmp_path / "data.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = (tmp_path / "data.sqlite3").read_bytes()
    with says(DatabaseTooNew, "Update TikTok Manager"):
        _open(tmp_path)
    assert (tmp_path / "data.sqlite3").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data.sqlite3").write_bytes(b"no database at all" * 100)
    with says(StorageError, "SQLite says"):
        _open(tmp_path)


def test_an_upgrade_starts_with_a_checked_backup(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE precious (word TEXT)")
        connection.execute("INSERT INTO precious VALUES ('kept')")
    connection.close()
    _open(tmp_path).close()
    (backup,) = (tmp_path / "backups").iterdir()
    with sqlite3.connect(backup) as connection:
        assert connection.execute("SELECT word FROM precious").fetchall() == [("kept",)]
    connection.close()
    assert backup.stat().st_mode & 0o077 == 0


def test_a_lock_held_by_another_program_is_told_in_words(database: Database) -> None:
    other = load_driver().connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with database.read() as session:
        raw = session.connection().connection
        raw.cursor().execute("PRAGMA busy_timeout=1")
    try:
        with (
            says(DatabaseBusy, "Another program"),
            database.write() as session,
        ):
            settings.put_setting(session, "theme", "dark")
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_post_cannot_lose_its_account(database: Database, make_post: MakePost) -> None:
    make_post("p1")
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM accounts WHERE id = 'alice'")
