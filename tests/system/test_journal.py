"""The publish journal: on disk before the last byte leaves, and never believed when altered."""

import errno
import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.words import says
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.system import journal as module
from tiktok_manager.system.journal import SLACK, Journal, JournalEntry, JournalStep
from tiktok_manager.wording import english

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = b"k" * 32

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")


def entry(number: int = 1, step: JournalStep = JournalStep.FINAL_INTENT) -> JournalEntry:
    return JournalEntry(
        step=step,
        post_id=f"post-{number}",
        open_id="open-alice",
        publish_id=f"v_pub_file~{number}",
        sha256="ab" * 32,
        size_bytes=1_000,
        at=NOW + timedelta(seconds=number),
        outcome="published" if step is JournalStep.ENDED else "",
    )


def altered(line: int) -> Finding:
    return Finding(code="journal_line_altered", params={"line": line})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "publish-journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path, lambda: KEY)
    yield journal
    journal.close()


def fill(journal: Journal, count: int = 3) -> list[JournalEntry]:
    entries = [entry(number) for number in range(count)]
    for item in entries:
        journal.append(item)
    return entries


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def reopened(path: Path, key: bytes = KEY) -> Journal:
    return Journal(path, lambda: key)


def test_what_was_written_is_read_again_in_order(journal: Journal, path: Path) -> None:
    entries = [entry(step=step) for step in JournalStep]
    for item in entries:
        journal.append(item)
    reading = reopened(path).read()
    assert (list(reading.entries), reading.faults) == (entries, ())


def test_no_journal_is_an_empty_one_and_asks_for_no_key(path: Path) -> None:
    def locked() -> bytes:
        raise AssertionError("asked for the key")

    assert Journal(path, locked).read().entries == ()
    assert not path.exists()


def test_each_line_is_on_disk_before_append_returns(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(module, "sync_file", lambda fd: synced.append(os.fstat(fd).st_size))
    fill(journal, 2)
    assert synced == [len(lines(path)[0]), path.stat().st_size]


def test_its_name_is_on_disk_even_if_the_one_who_made_it_was_killed(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    synced: list[Path] = []
    monkeypatch.setattr(module, "sync_folder", synced.append)
    fill(journal, 2)
    assert synced == [path.parent]


@posix_only
def test_the_file_is_its_owners_alone_even_if_it_was_opened_to_others(
    journal: Journal, path: Path
) -> None:
    path.touch(mode=0o644)
    path.chmod(0o644)
    fill(journal, 1)
    assert path.stat().st_mode & 0o777 == 0o600


@posix_only
def test_a_link_in_its_place_is_not_followed(journal: Journal, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("kept")
    path.symlink_to(target)
    with pytest.raises(StorageError):
        journal.append(entry())
    assert target.read_text() == "kept"


@posix_only
def test_a_pipe_in_its_place_is_no_journal(journal: Journal, path: Path) -> None:
    os.mkfifo(path)
    with says(StorageError, "nothing is sent to the end"):
        journal.append(entry())


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_last_line_torn_by_a_power_cut_is_passed_over_for_good(path: Path, cut: int) -> None:
    first = Journal(path, lambda: KEY)
    entries = fill(first)
    first.close()
    path.write_bytes(path.read_bytes()[:-cut])
    survivors = entries if cut == 1 else entries[:-1]
    assert reopened(path).read().entries == tuple(survivors)
    second = Journal(path, lambda: KEY)
    second.append(entry(9))
    second.close()
    reading = reopened(path).read()
    assert (reading.entries, reading.faults) == ((*survivors, entry(9)), ())


def test_an_altered_line_is_reported_and_not_trusted(journal: Journal, path: Path) -> None:
    entries = fill(journal)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"v_pub_file~1", b"v_pub_file~7"))
    reading = reopened(path).read()
    assert reading.entries == (entries[0], entries[2])
    assert reading.faults == (altered(2),)


def test_a_line_taken_out_is_missed(journal: Journal, path: Path) -> None:
    entries = fill(journal)
    first, _second, third = lines(path)
    path.write_bytes(first + third)
    reading = reopened(path).read()
    assert reading.entries == (entries[0], entries[2])
    assert reading.faults == (Finding(code="journal_lines_missing", params={"line": 2}),)


def test_lines_put_in_another_order_are_noticed(journal: Journal, path: Path) -> None:
    fill(journal)
    path.write_bytes(b"".join(reversed(lines(path))))
    assert reopened(path).read().faults


def test_a_line_written_without_the_key_is_not_trusted(journal: Journal, path: Path) -> None:
    fill(journal)
    assert reopened(path, key=b"x" * 32).read().entries == ()
    forger = reopened(path, key=b"x" * 32)
    forger.append(entry(9))
    forger.close()
    reading = reopened(path).read()
    assert entry(9) not in reading.entries
    assert len(reading.faults) == 1


@pytest.mark.parametrize(
    "junk", [b"null", b"[" * 100_000, b'{"mac": 5, "prev": 1}', "mac”".encode(), b"\xff\xfe"]
)
def test_junk_harms_neither_reading_nor_writing(journal: Journal, path: Path, junk: bytes) -> None:
    fill(journal, 1)
    journal.close()
    path.write_bytes(path.read_bytes() + junk + b"\n")
    journal.append(entry(9))
    assert reopened(path).read().entries == (entry(0), entry(9))


def test_two_processes_may_append_by_turns(path: Path) -> None:
    one, other = Journal(path, lambda: KEY), Journal(path, lambda: KEY)
    for number in range(4):
        (one if number % 2 else other).append(entry(number))
    one.close()
    other.close()
    reading = reopened(path).read()
    assert (len(reading.entries), reading.faults) == (4, ())


def test_many_threads_lose_no_line(journal: Journal, path: Path) -> None:
    threads = [threading.Thread(target=journal.append, args=(entry(n),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reading = reopened(path).read()
    assert (len(reading.entries), reading.faults) == (20, ())


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_full_or_failing_disk_is_told_and_mended_by_the_next_append(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: int
) -> None:
    fill(journal, 1)

    def fail(*_args: object) -> int:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "write") if call == "write" else (module, "sync_file")), fail)
        with says(StorageError, "nothing is sent to the end") as caught:
            journal.append(entry(1))
        assert os.strerror(error) in english(caught.value).message
    journal.append(entry(2))
    reading = reopened(path).read()
    assert reading.faults == ()
    assert reading.entries[-1] == entry(2)


def test_half_a_line_is_a_full_disk(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(journal, 1)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:30]))
        with pytest.raises(StorageError):
            journal.append(entry(1))
    journal.append(entry(2))
    assert reopened(path).read().entries == (entry(0), entry(2))


def test_a_journal_that_cannot_be_read_is_told(path: Path) -> None:
    path.mkdir()
    with says(StorageError, "cannot be read"):
        reopened(path).read()


def test_compacting_drops_what_is_old_and_keeps_the_rest_verifiable(
    journal: Journal, path: Path
) -> None:
    fill(journal, 10)
    assert journal.compact(NOW + timedelta(seconds=6))
    journal.append(entry(10))
    reading = reopened(path).read()
    assert [e.post_id for e in reading.entries] == [f"post-{n}" for n in range(6, 11)]
    assert reading.faults == ()
    assert path.stat().st_mode & 0o077 == 0


def test_another_process_writes_into_the_compacted_file(journal: Journal, path: Path) -> None:
    fill(journal)
    other = reopened(path)
    other.append(entry(8))
    journal.compact(NOW - timedelta(days=90))
    other.append(entry(9))
    other.close()
    assert [e.post_id for e in reopened(path).read().entries][-2:] == ["post-8", "post-9"]


def test_a_damaged_journal_is_left_as_evidence(journal: Journal, path: Path) -> None:
    fill(journal)
    path.write_bytes(path.read_bytes().replace(b"post-1", b"post-7"))
    before = path.read_bytes()
    assert not journal.compact(NOW + timedelta(days=1))
    assert path.read_bytes() == before


def test_only_a_large_journal_with_much_that_is_old_is_to_be_compacted(journal: Journal) -> None:
    later = NOW + SLACK + timedelta(minutes=1)
    assert not journal.is_due_for_compacting(later, limit_bytes=100)
    fill(journal)
    assert journal.is_due_for_compacting(later, limit_bytes=100)
    assert not journal.is_due_for_compacting(NOW + timedelta(days=1), limit_bytes=100)
    assert not journal.is_due_for_compacting(later)


@pytest.mark.parametrize("before", [1, 40])
def test_a_reading_goes_on_from_where_an_earlier_one_ended(
    journal: Journal, path: Path, before: int
) -> None:
    fill(journal, before)
    mark = reopened(path).read().end
    assert mark is not None
    assert mark.offset_bytes == path.stat().st_size
    for number in (50, 51):
        journal.append(entry(number))
    path.write_bytes(path.read_bytes().replace(b"post-0", b"post-7"))
    reading = reopened(path).read(mark)
    assert (reading.entries, reading.faults) == ((entry(50), entry(51)), ())
    assert reading.end == reopened(path).read().end
    assert reopened(path).read(reading.end).entries == ()


def test_a_place_that_is_no_longer_what_it_was_means_reading_everything(
    journal: Journal, path: Path
) -> None:
    fill(journal, 10)
    mark = reopened(path).read().end
    journal.compact(NOW + timedelta(seconds=6))
    journal.append(entry(10))
    reading = reopened(path).read(mark)
    assert [e.post_id for e in reading.entries] == [f"post-{n}" for n in range(6, 11)]
    assert reading.faults == ()
    path.unlink()
    assert reopened(path).read(mark).entries == ()


def test_a_line_that_follows_an_earlier_one_means_reading_everything(
    journal: Journal, path: Path
) -> None:
    fill(journal, 2)
    overtaken = reopened(path)
    overtaken.append(entry(2))
    journal.append(entry(3))
    mark = reopened(path).read().end
    overtaken.append(entry(4))
    overtaken.close()
    reading = reopened(path).read(mark)
    assert ([e.post_id for e in reading.entries][-1], len(reading.entries)) == ("post-4", 5)
    assert reading.faults == ()


def test_what_is_altered_behind_the_place_is_told(journal: Journal, path: Path) -> None:
    fill(journal, 2)
    mark = reopened(path).read().end
    journal.append(entry(2))
    path.write_bytes(path.read_bytes().replace(b"post-2", b"post-7"))
    reading = reopened(path).read(mark)
    assert reading.faults == (altered(3),)


@pytest.mark.parametrize("cut", [1, 40])
def test_reading_goes_on_behind_a_line_torn_by_a_power_cut(path: Path, cut: int) -> None:
    first = Journal(path, lambda: KEY)
    fill(first, 3)
    first.close()
    path.write_bytes(path.read_bytes()[:-cut])
    mark = reopened(path).read().end
    second = Journal(path, lambda: KEY)
    second.append(entry(9))
    second.close()
    assert reopened(path).read(mark).entries == (entry(9),)


def test_a_line_says_what_went_out_and_nothing_more(journal: Journal, path: Path) -> None:
    fill(journal, 1)
    assert set(json.loads(lines(path)[0])) == {
        "v", "step", "post", "account", "publish", "sha256", "size", "at", "outcome", "prev", "mac",
    }  # fmt: skip
    assert KEY not in path.read_bytes()
