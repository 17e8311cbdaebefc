"""A process is told of the commits of others, and not of its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.storage import settings
from tiktok_manager.storage.database import Database, load_driver


def put(database: Database, value: str) -> None:
    with database.write() as session:
        settings.put_setting(session, "theme", value)


def put_and_fail(database: Database) -> None:
    with database.write() as session:
        settings.put_setting(session, "theme", "dark")
        raise ZeroDivisionError


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Give what another process has open."""
    other = Database(database.path, load_driver(), SystemClock())
    yield other
    other.close()


def test_own_commits_are_no_news(database: Database) -> None:
    with database.watch() as watch:
        for value in ("dark", "light", "dark"):
            put(database, value)
            assert not watch.changed()


def test_a_commit_of_another_process_is_told_once(database: Database, other: Database) -> None:
    with database.watch() as watch:
        put(other, "dark")
        assert watch.changed()
        assert not watch.changed()


@pytest.mark.parametrize("order", ["own first", "other first", "other between"])
def test_a_commit_of_another_process_is_told_among_own_ones(
    database: Database, other: Database, order: str
) -> None:
    with database.watch() as watch:
        put(database, "dark")
        writers = {
            "own first": (database, other),
            "other first": (other, database),
            "other between": (database, other, database),
        }[order]
        for number, writer in enumerate(writers):
            put(writer, f"theme {number}")
        assert watch.changed()
        put(database, "light")
        assert not watch.changed()


def test_what_is_written_past_the_app_is_told(database: Database) -> None:
    with database.watch() as watch:
        stranger = load_driver().connect(database.path)
        stranger.execute("INSERT INTO settings (name, value) VALUES ('theme', 'dark')")
        stranger.commit()
        stranger.close()
        assert watch.changed()
        put(database, "light")
        assert not watch.changed()


def test_a_transaction_that_changes_nothing_or_fails_takes_no_number(
    database: Database, other: Database
) -> None:
    with database.watch() as watch:
        with database.write():
            pass
        with pytest.raises(ZeroDivisionError):
            put_and_fail(database)
        put(other, "dark")
        assert watch.changed()


def test_a_commit_that_fails_at_its_end_is_another_process_number(
    database: Database, other: Database
) -> None:
    def fail(_connection: object) -> None:
        raise ZeroDivisionError

    with database.watch() as watch:
        put(database, "dark")
        event.listen(database._engine, "commit", fail)
        with pytest.raises(ZeroDivisionError):
            put(database, "light")
        event.remove(database._engine, "commit", fail)
        put(other, "light")  # under the number that the failed one would have had
        assert watch.changed()


def test_many_own_commits_are_told_from_one_of_another_process(
    database: Database, other: Database
) -> None:
    with database.watch() as watch:
        for number in range(50):
            put(database, str(number))
        put(other, "dark")
        for number in range(50):
            put(database, str(number))
        assert watch.changed()
