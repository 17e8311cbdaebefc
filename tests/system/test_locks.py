"""One publisher per data folder, whatever way the last one ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.wording import english

HOLDER = """
import sys
from pathlib import Path
from tiktok_manager.system.locks import PublisherLock
lock = PublisherLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""

# Its child stands for anything the app starts, such as a browser, and outlives it.
HOLDER_WITH_CHILD = """
import subprocess, sys
from pathlib import Path
from tiktok_manager.system.locks import PublisherLock
lock = PublisherLock(Path(sys.argv[1]))
lock.acquire()
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], close_fds=False)
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def running(code: str, lock_file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a holder; gives the process and its first line."""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


class NoonClock(SystemClock):
    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    return tmp_path / "publisher.lock"


def test_a_second_publisher_is_kept_out_and_told_who_holds_the_lock(lock_file: Path) -> None:
    with running(HOLDER, lock_file) as (holder, said):
        assert said == "True"
        second = PublisherLock(lock_file)
        assert not second.acquire()
        assert f"process {holder.pid} " in english(second.holder()).title
        assert second.is_held_elsewhere()
    assert second.acquire()
    assert not second.is_held_elsewhere()
    second.release()


def test_a_killed_publisher_frees_the_lock(lock_file: Path) -> None:
    with running(HOLDER, lock_file) as (holder, _said):
        holder.kill()
        holder.wait()
        lock = PublisherLock(lock_file)
        assert lock.acquire()
        lock.release()


def test_a_child_that_outlives_its_publisher_does_not_hold_the_lock(lock_file: Path) -> None:
    with running(HOLDER_WITH_CHILD, lock_file) as (holder, child):
        holder.kill()
        holder.wait()
        os.kill(int(child), 0)  # it still lives
        lock = PublisherLock(lock_file)
        assert lock.acquire()
        lock.release()


def test_a_released_lock_can_be_taken_again(lock_file: Path) -> None:
    first, second = PublisherLock(lock_file), PublisherLock(lock_file)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    second.release()


def test_taking_it_twice_is_holding_it_once(lock_file: Path) -> None:
    lock = PublisherLock(lock_file)
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    other = PublisherLock(lock_file)
    assert other.acquire()
    other.release()


def test_the_holder_is_named_with_host_and_time(lock_file: Path) -> None:
    lock = PublisherLock(lock_file, NoonClock())
    lock.acquire()
    told = english(lock.holder()).title
    assert told.startswith(f"process {os.getpid()} on ")
    assert told.endswith("running since 2026-11-21 12:00 UTC")
    lock.release()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\0\0"])
def test_an_unreadable_signature_still_gives_a_sentence(lock_file: Path, text: str) -> None:
    lock_file.write_text(text)
    assert english(PublisherLock(lock_file).holder()).title == "another process"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_the_lock_file_is_the_owners_alone(lock_file: Path) -> None:
    lock = PublisherLock(lock_file)
    lock.acquire()
    assert lock_file.stat().st_mode & 0o777 == 0o600
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_its_place_is_not_followed(lock_file: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    lock_file.symlink_to(precious)
    with pytest.raises(StorageError):
        PublisherLock(lock_file).acquire()
    assert precious.read_text() == "kept"


def test_a_folder_that_cannot_hold_a_lock_is_named(tmp_path: Path) -> None:
    with says(StorageError, "lock file"):
        PublisherLock(tmp_path / "missing" / "publisher.lock").acquire()


def test_who_only_looks_sees_a_publisher_and_is_none(tmp_path: Path) -> None:
    lock, other = PublisherLock(tmp_path / "lock"), PublisherLock(tmp_path / "lock")
    assert not other.is_held()
    assert lock.acquire()
    assert (lock.is_held(), other.is_held()) == (True, True)
    lock.release()
    assert (lock.is_held(), other.is_held()) == (False, False)
    assert other.acquire()
    other.release()
