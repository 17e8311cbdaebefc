"""No wrong byte ever completes a publish, whatever happens to the file meanwhile."""

import errno
import os
import shutil
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import FileIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.words import says
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.system.media import BLOCK_BYTES, MediaChanged, MediaReader, fingerprint
from tiktok_manager.wording import english

SIZE = 1000
CHUNK = 400
BLOCK = 64
CHUNKS = [(0, 399), (400, 799), (800, 999)]
LAST_CHUNK = CHUNKS[-1]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def planned(video: Path) -> MediaFile:
    return fingerprint(video)


@pytest.fixture
def reader(planned: MediaFile) -> Iterator[MediaReader]:
    with MediaReader(planned) as opened:
        yield opened


def send(reader: MediaReader, *chunks: tuple[int, int]) -> bytes:
    return b"".join(b"".join(reader.blocks(*chunk, BLOCK)) for chunk in chunks)


def sent_before_stopping(reader: MediaReader, chunk: tuple[int, int]) -> bytes:
    """Return what a chunk gave away before it was stopped."""
    return stopped(reader.blocks(*chunk, BLOCK))


def stopped(blocks: Iterator[bytes]) -> bytes:
    sent = bytearray()
    with pytest.raises(MediaChanged):
        deque(map(sent.extend, blocks), maxlen=0)
    return bytes(sent)


def change_unseen(video: Path, at: int) -> None:
    """Flip a byte as a tool would that keeps size and times."""
    before = video.stat()
    with video.open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes([old[0] ^ 1]))
    os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_an_unchanged_file_is_sent_whole(reader: MediaReader, video: Path) -> None:
    reader.check()
    assert send(reader, *CHUNKS[:2]) == video.read_bytes()[:800]
    reader.verify_rest(800)
    assert send(reader, LAST_CHUNK) == video.read_bytes()[800:]


@given(st.data())
def test_any_order_of_ranges_gives_the_files_bytes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("any") / "clip.mp4"
    content = os.urandom(data.draw(st.integers(1, 300), "size"))
    path.write_bytes(content)
    with MediaReader(fingerprint(path)) as reader:
        for _ in range(4):
            first = data.draw(st.integers(0, len(content) - 1), "first")
            last = data.draw(st.integers(first, len(content) - 1), "last")
            block_bytes = data.draw(st.integers(1, 400), "block")
            assert b"".join(reader.blocks(first, last, block_bytes)) == content[first : last + 1]


def test_a_byte_changed_unseen_never_completes(
    reader: MediaReader, planned: MediaFile, video: Path
) -> None:
    send(reader, *CHUNKS[:2])
    change_unseen(video, at=900)
    assert video.stat().st_mtime_ns == planned.mtime_ns
    assert len(sent_before_stopping(reader, LAST_CHUNK)) == 200 - 200 % BLOCK


def test_a_byte_changed_unseen_in_the_last_block_never_leaves(
    reader: MediaReader, video: Path
) -> None:
    blocks = reader.blocks(0, SIZE - 1, BLOCK)
    sent = next(blocks)
    change_unseen(video, at=SIZE - 1)
    sent += stopped(blocks)
    assert len(sent) < SIZE
    assert video.read_bytes().startswith(sent)


def test_a_file_in_a_single_block_is_withheld_too(reader: MediaReader, video: Path) -> None:
    change_unseen(video, at=500)
    with pytest.raises(MediaChanged):
        next(reader.blocks(0, SIZE - 1, 2 * SIZE))


def test_the_tail_is_proven_before_the_last_chunk_is_announced(
    reader: MediaReader, video: Path
) -> None:
    send(reader, *CHUNKS[:2])
    change_unseen(video, at=999)
    with says(MediaChanged, "content is no longer the same"):
        reader.verify_rest(800)


def test_what_was_sent_counts_not_what_the_file_holds_now(reader: MediaReader, video: Path) -> None:
    planned_bytes = video.read_bytes()
    sent = send(reader, *CHUNKS[:2])
    change_unseen(video, at=10)
    reader.verify_rest(800)
    assert sent + send(reader, LAST_CHUNK) == planned_bytes


def test_a_chunk_sent_again_with_other_bytes_never_completes(
    reader: MediaReader, video: Path
) -> None:
    send(reader, *CHUNKS[:2])
    change_unseen(video, at=10)
    send(reader, CHUNKS[0])
    with pytest.raises(MediaChanged):
        reader.verify_rest(800)
    sent_before_stopping(reader, LAST_CHUNK)


def test_a_chunk_sent_again_unchanged_completes(reader: MediaReader, video: Path) -> None:
    send(reader, *CHUNKS[:2])
    send(reader, CHUNKS[1], CHUNKS[0], CHUNKS[1])
    abandoned = reader.blocks(*LAST_CHUNK, BLOCK)
    next(abandoned)
    assert send(reader, LAST_CHUNK) == video.read_bytes()[800:]


def test_an_upload_resumed_by_another_process_completes(planned: MediaFile, video: Path) -> None:
    with MediaReader(planned) as resumed:
        resumed.hash_prefix(800)
        resumed.verify_rest(800)
        assert send(resumed, LAST_CHUNK) == video.read_bytes()[800:]


def test_a_resumed_upload_notices_what_changed_before_it(planned: MediaFile, video: Path) -> None:
    change_unseen(video, at=0)
    with MediaReader(planned) as resumed:
        assert len(sent_before_stopping(resumed, LAST_CHUNK)) < 200


def test_a_deleted_file_is_called_gone(reader: MediaReader, video: Path) -> None:
    video.unlink()
    with says(MediaChanged, r"clip\.mp4 is gone"):
        reader.check()
    assert sent_before_stopping(reader, LAST_CHUNK) == b""


def replaced(video: Path) -> None:
    other = video.with_name("other")
    shutil.copy2(video, other)
    other.replace(video)


def truncated(video: Path) -> None:
    os.truncate(video, 850)


def grown(video: Path) -> None:
    with video.open("ab") as file:
        file.write(b"more")


def saved_again(video: Path) -> None:
    os.utime(video, ns=(0, 0))


CHANGES = [
    (replaced, "Another file has taken its place"),
    (truncated, "cut from 1,000 to 850 bytes"),
    (grown, "grew from 1,000 to 1,004 bytes"),
    (saved_again, "saved again"),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_change_while_sending_is_told_in_plain_words(
    reader: MediaReader, video: Path, change: Callable[[Path], None], words: str
) -> None:
    change(video)
    with says(MediaChanged, words) as caught:
        reader.check()
    assert caught.value.code == "file_changed"
    assert "clip.mp4" in english(caught.value).title
    assert english(caught.value).command_hint


@pytest.mark.parametrize(("change", "_words"), CHANGES)
def test_a_change_within_the_last_chunk_never_completes(
    reader: MediaReader, video: Path, change: Callable[[Path], None], _words: str
) -> None:
    blocks = reader.blocks(*LAST_CHUNK, BLOCK)
    sent = next(blocks)
    change(video)
    sent += stopped(blocks)
    assert len(sent) < 200


def test_a_drive_lost_while_sending_is_told(
    reader: MediaReader, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BrokenFile(FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with BrokenFile(video) as broken:
        monkeypatch.setattr(reader, "_file", broken)
        with says(MediaChanged, r"cannot be read any more.*Input/output error"):
            send(reader, CHUNKS[0])
        monkeypatch.undo()


def test_a_file_gone_before_its_time_is_told_on_opening(planned: MediaFile, video: Path) -> None:
    video.unlink()
    with says(MediaChanged, "is gone"):
        MediaReader(planned)


def test_a_folder_in_its_place_is_told_on_opening(planned: MediaFile, video: Path) -> None:
    video.unlink()
    video.mkdir()
    with says(MediaChanged, "not a file"):
        MediaReader(planned)


@pytest.mark.parametrize("change", [truncated, grown])
def test_another_size_is_told_on_opening(
    planned: MediaFile, video: Path, change: Callable[[Path], None]
) -> None:
    change(video)
    with says(MediaChanged, "has changed since the post was planned"):
        MediaReader(planned)


def test_other_content_of_the_same_size_is_told_on_opening(planned: MediaFile, video: Path) -> None:
    video.write_bytes(os.urandom(SIZE))
    with says(MediaChanged, "content is no longer the same"):
        MediaReader(planned)


@pytest.mark.parametrize("change", [replaced, saved_again])
def test_the_same_content_in_another_guise_is_still_the_planned_video(
    planned: MediaFile, video: Path, change: Callable[[Path], None]
) -> None:
    change(video)
    with MediaReader(planned) as reader:
        assert send(reader, *CHUNKS) == video.read_bytes()


def test_a_drive_mounted_anew_does_not_stop_a_post(planned: MediaFile, video: Path) -> None:
    with MediaReader(replace(planned, file_id="0:0")) as reader:
        assert send(reader, *CHUNKS) == video.read_bytes()


def test_long_reading_stops_when_cancelled(planned: MediaFile) -> None:
    cancel = CancelToken()
    with MediaReader(planned, cancel) as reader:
        cancel.cancel()
        with pytest.raises(Cancelled):
            reader.hash_prefix(800)
        with pytest.raises(Cancelled):
            reader.verify_rest(0)
        with pytest.raises(Cancelled):
            send(reader, CHUNKS[0])


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4), (0, SIZE)])
def test_a_range_outside_the_file_is_a_bug(reader: MediaReader, first: int, last: int) -> None:
    with pytest.raises(ValueError, match="no range"):
        send(reader, (first, last))


def test_memory_stays_small_however_large_the_file(tmp_path: Path) -> None:
    video = tmp_path / "large.mp4"
    with video.open("wb") as file:
        file.truncate(64 * BLOCK_BYTES)
    planned = fingerprint(video)
    tracemalloc.start()
    try:
        with MediaReader(planned) as reader:
            # A reader faster than the hash, so that blocks would pile up.
            size_bytes = sum(map(len, reader.blocks(0, planned.size_bytes - 1)))
        _now, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size_bytes == planned.size_bytes
    assert peak_bytes < 8 * BLOCK_BYTES
