"""What a database of a team's promises on PostgreSQL; runs where version 15 is installed."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("psycopg")

from sqlalchemy import text

from tests.harness.server import BIN, server
from tests.harness.two_publishers import run
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.storage import settings
from tiktok_manager.storage.postgres import PostgresDatabase

pytestmark = pytest.mark.skipif(
    not (BIN / "initdb").exists(), reason="PostgreSQL 15 is not installed"
)
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

END_LISTENERS = text(
    "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as told:
        yield told


@pytest.fixture
def two(address: str) -> Iterator[tuple[PostgresDatabase, PostgresDatabase]]:
    ours, theirs = (PostgresDatabase(address, SystemClock()) for _ in range(2))
    ours.bring_up_to_date()
    yield ours, theirs
    ours.close()
    theirs.close()


Two = tuple[PostgresDatabase, PostgresDatabase]


def _comes(is_so: Callable[[], bool]) -> bool:
    """Say whether something comes to be: the server tells after a commit, not with it."""
    patience = time.monotonic() + 20
    while time.monotonic() < patience:
        if is_so():
            return True
    return False


def test_a_watch_tells_of_others_commits_that_change_something(two: Two) -> None:
    ours, theirs = two
    with ours.watch() as watch:
        with ours.write() as session:
            settings.put_setting(session, "ours", "1")
        with theirs.write() as session:
            settings.get_secret(session, "nothing")
        assert not watch.changed()
        with theirs.write() as session:
            settings.put_setting(session, "theirs", "1")
        assert _comes(watch.changed)
        assert not watch.changed()


def test_a_watch_whose_connection_broke_counts_it_as_a_change(two: Two) -> None:
    ours, theirs = two
    with ours.watch() as watch:
        with theirs.write() as session:
            session.execute(END_LISTENERS)
        assert _comes(watch.changed)
        assert not watch.changed()


def test_of_one_process_only_one_writer_at_a_time_waits_at_the_server(two: Two) -> None:
    ours, theirs = two
    begun = [threading.Event() for _ in range(3)]

    def write(mark: threading.Event) -> None:
        mark.set()
        with ours.write() as session:
            settings.put_setting(session, "x", "y")

    threads = [threading.Thread(target=write, args=(mark,)) for mark in begun]
    with theirs.write() as session:
        for thread in threads:
            thread.start()
        assert all(mark.wait(20) for mark in begun)
        waiting = 0
        while not waiting:
            waiting = session.scalar(WAITING) or 0
        assert waiting == 1
    for thread in threads:
        thread.join()


def test_two_publishers_on_one_server_post_nothing_twice_and_lose_nothing() -> None:
    verdict = run(posts=30, seed=1)
    assert verdict.findings == ()
    assert verdict.kills


def test_the_harness_sees_that_a_start_takes_what_is_not_its_own() -> None:
    verdict = run(posts=20, seed=1, mutation="all-others-are-dead")
    assert "double" in {finding.kind for finding in verdict.findings}
