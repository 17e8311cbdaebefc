"""Video files on disk: known by their SHA-256 when planned, proven the same when sent.

Planning takes the fingerprint; publishing reads through `MediaReader`, which lets the last block
of a file go only when every byte before it was the planned one.
"""

import errno
import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import FileIO
from pathlib import Path, PureWindowsPath
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, InputError, NotFound
from tiktok_manager.domain.media import (
    FIRST_BYTES,
    MediaFile,
    check_size,
    content_type_of,
    upload_type,
)
from tiktok_manager.system.video import get_ready, pictures_of, probe, thumbnail

if TYPE_CHECKING:
    from _hashlib import HASH

__all__ = [
    "BLOCK_BYTES",
    "MediaChanged",
    "MediaReader",
    "Stamp",
    "fingerprint",
    "pictures_of",
    "probe",
    "stamp_of",
    "thumbnail",
]

BLOCK_BYTES = 1024 * 1024
_HASH_AHEAD_BYTES = 2 * BLOCK_BYTES
_PROGRESS_EVERY_S = 0.1

Progress = Callable[[int, int], None]


class MediaChanged(AppError):
    """The file is no longer the planned one, or can no longer be read. Nothing wrong was sent."""

    code = "file_changed"


class Stamp(NamedTuple):
    """What tells a changed file from an unchanged one without reading it."""

    size_bytes: int
    mtime_ns: int
    file_id: str


def fingerprint(
    path: Path, cancel: CancelToken | None = None, progress: Progress | None = None
) -> MediaFile:
    """Read a whole video and return what identifies it; `path` becomes absolute.

    `progress` gets (bytes read, size), at most ten times a second and once at the end. Raises
    InputError naming the file if TikTok would not take it or it cannot be read, and Cancelled.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - a link is kept, not followed
    content_type_of(path)
    try:
        with _open_video(path) as file:
            before = _stamp(file)
            check_size(path, before.size_bytes)
            get_ready(path)  # it starts while the file is hashed
            sha256 = _hash_all(file, before.size_bytes, cancel or CancelToken(), progress)
            if _stamp(file) != before:
                raise _still_written(path)
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    return MediaFile(
        path=path,
        size_bytes=before.size_bytes,
        mtime_ns=before.mtime_ns,
        file_id=before.file_id,
        sha256=sha256,
    )


class MediaReader:
    """A planned file, opened once, for one thread. Close it after use.

    On opening, a file of the planned size whose time or identity differ is read whole and taken
    if its SHA-256 is the planned one: identities change when a drive is mounted anew, times when
    a file is copied back. `proven` spares that, if the file was read so before and bore this stamp.
    From then on it must not change at all. Raises MediaChanged.
    """

    def __init__(
        self, media: MediaFile, cancel: CancelToken | None = None, proven: Stamp | None = None
    ) -> None:
        self._media = media
        self._proven = proven
        self._name = media.path.name
        self._cancel = cancel or CancelToken()
        self._marks: dict[int, HASH] = {0: hashlib.sha256()}
        try:
            self._file = _open_video(media.path)
        except NotFound as exc:
            raise self._gone() from exc
        except InputError as exc:
            raise self._changed("no_file_now") from exc
        except OSError as exc:
            raise self._lost(exc) from exc
        _keep_freed_blocks()
        self._hasher = ThreadPoolExecutor(1, thread_name_prefix="sha256")
        try:
            self._stamp = self._first_stamp()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "MediaReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def stamp(self) -> Stamp:
        """What the file bears since it was opened."""
        return self._stamp

    def content_type(self) -> str:
        """Return the MIME type TikTok expects with the bytes: by them, whatever the name says."""
        try:
            self._file.seek(0)
            return upload_type(self._media.path, self._file.read(FIRST_BYTES))
        except OSError as exc:
            raise self._lost(exc) from exc

    def close(self) -> None:
        """Close the file."""
        self._hasher.shutdown()
        self._file.close()

    def check(self) -> None:
        """Raise MediaChanged unless the path still names the same, unchanged file."""
        try:
            now = _stamp(self._file)
            at_path = self._media.path.stat()
        except FileNotFoundError as exc:
            raise self._gone() from exc
        except OSError as exc:
            raise self._lost(exc) from exc
        self._compare(now, self._stamp)
        if _file_id(at_path) != now.file_id:
            raise self._changed("other_file")

    def blocks(self, first: int, last: int, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Read bytes `first` to `last`, both included, in blocks, hashing on the way.

        The file's last block is handed out only when the SHA-256 over the whole file, as it was
        read for sending, is the planned one. Ranges may be asked for again and in any order; what
        lies before `first` and was not read yet is hashed first. Raises MediaChanged, Cancelled.
        """
        if not 0 <= first <= last < self._media.size_bytes:
            raise ValueError(f"no range {first}-{last} in {self._media.size_bytes} bytes")
        self.check()
        hashing = _Hashing(self._hasher, self._hash_at(first))
        # What is sent again may differ from what was sent before: later hashes no longer hold.
        self._marks = {mark: digest for mark, digest in self._marks.items() if mark <= first}
        end = last + 1
        for offset, block in self._read(first, end, block_bytes):
            hashing.feed(block)
            if offset + len(block) == self._media.size_bytes:
                self._prove(hashing.result())
                self.check()
            yield block
        # The hash of the last blocks overlaps with sending them and with TikTok's answer.
        self._marks[end] = hashing.result()
        self.check()

    def hash_prefix(self, upto: int) -> None:
        """Catch up the running hash to byte `upto` (excluded), as after an interrupted upload."""
        self._hash_at(upto)

    def verify_rest(self, first: int) -> None:
        """Read from `first` to the end; raise MediaChanged unless the whole is the planned file.

        Call it before the last chunk is announced: the hash decides, not the file's time.
        """
        hashing = _Hashing(self._hasher, self._hash_at(first))
        for _offset, block in self._read(first, self._media.size_bytes):
            hashing.feed(block)
        self._prove(hashing.result())
        self.check()

    def _first_stamp(self) -> Stamp:
        """Return the stamp the file must keep; raises MediaChanged if it is another file."""
        media = self._media
        planned = Stamp(media.size_bytes, media.mtime_ns, media.file_id)
        found = _stamp(self._file)
        if found not in (planned, self._proven):
            self._compare(found._replace(mtime_ns=planned.mtime_ns), planned)
            self._prove(self._hash_at(media.size_bytes))
        return found

    def _compare(self, found: Stamp, known: Stamp) -> None:
        if found.size_bytes < known.size_bytes:
            raise self._changed("cut", known_bytes=known.size_bytes, found_bytes=found.size_bytes)
        if found.size_bytes > known.size_bytes:
            raise self._changed("grew", known_bytes=known.size_bytes, found_bytes=found.size_bytes)
        if found.mtime_ns != known.mtime_ns:
            raise self._changed("saved_again")

    def _hash_at(self, offset: int) -> "HASH":
        start = max(mark for mark in self._marks if mark <= offset)
        if start != offset:
            hashing = _Hashing(self._hasher, self._marks[start])
            for _offset, block in self._read(start, offset):
                hashing.feed(block)
            self._marks[offset] = hashing.result()
        return self._marks[offset]

    def _prove(self, digest: "HASH") -> None:
        if digest.hexdigest() != self._media.sha256:
            raise self._changed("other_content")

    def _read(
        self, first: int, end: int, block_bytes: int = BLOCK_BYTES
    ) -> Iterator[tuple[int, bytes]]:
        offset = first
        while offset < end:
            self._cancel.check()
            try:
                self._file.seek(offset)
                block = self._file.read(min(block_bytes, end - offset))
            except OSError as exc:
                raise self._lost(exc) from exc
            if not block:
                raise self._changed("shorter")
            yield offset, block
            offset += len(block)

    def _gone(self) -> MediaChanged:
        return MediaChanged(why="gone", file=self._name, path=str(self._media.path))

    def _changed(self, why: str, *, known_bytes: int = 0, found_bytes: int = 0) -> MediaChanged:
        return MediaChanged(
            why=why, file=self._name, known_bytes=known_bytes, found_bytes=found_bytes
        )

    def _lost(self, exc: OSError) -> MediaChanged:
        return MediaChanged(
            why="unreadable",
            file=self._name,
            folder=str(self._media.path.parent),
            reason=exc.strerror or str(exc),
        )


class _Hashing:
    """A SHA-256 fed on another thread, so that hashing overlaps with reading and sending."""

    def __init__(self, pool: ThreadPoolExecutor, start: "HASH") -> None:
        self._pool = pool
        self._digest = start.copy()
        self._waiting: deque[tuple[Future[None], int]] = deque()
        self._waiting_bytes = 0

    def feed(self, block: bytes) -> None:
        """Hash a block next; waits while too many bytes are held in memory."""
        while self._waiting and self._waiting_bytes + len(block) > _HASH_AHEAD_BYTES:
            self._finish_one()
        self._waiting.append((self._pool.submit(self._digest.update, block), len(block)))
        self._waiting_bytes += len(block)

    def result(self) -> "HASH":
        """Return the hash over everything fed."""
        while self._waiting:
            self._finish_one()
        return self._digest.copy()

    def _finish_one(self) -> None:
        update, size = self._waiting.popleft()
        update.result()
        self._waiting_bytes -= size


def _keep_freed_blocks() -> None:
    """Let malloc keep a freed block for the next read.

    glibc gives large blocks back to the system, so that every page of the next one faults anew,
    until it has seen a larger one freed (mallopt(3), M_MMAP_THRESHOLD). Zeroed memory that
    nobody touches costs nothing.
    """
    bytes(4 * BLOCK_BYTES)


def _open_video(path: Path) -> FileIO:
    """Open a regular file; raises OSError, and InputError for anything else at that path."""
    _refuse_other_machines(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, ValueError) as exc:  # ValueError: a NUL in the name
        raise NotFound("not_found", what="file", file=str(path)) from exc
    if not stat.S_ISREG(mode):
        kind = "folder" if stat.S_ISDIR(mode) else ""
        raise InputError("not_a_file", file=path.name, kind=kind)
    return FileIO(path, opener=_open_at_once)


def _open_at_once(path: str, flags: int) -> int:
    # A pipe put there a moment ago must not make us wait for its writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _refuse_other_machines(path: Path) -> None:
    if os.name == "nt" and _leads_away(PureWindowsPath(path)):
        raise InputError("file_elsewhere", file=str(path))


def _leads_away(path: PureWindowsPath) -> bool:
    """Say whether a Windows path may name another machine, a device, or a stream of a file."""
    return path.drive.startswith("\\\\") or ":" in path.name


def stamp_of(path: Path) -> Stamp | None:
    """Return what the file at a path bears now, None if there is none."""
    try:
        return _as_stamp(path.stat())
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None


def _stamp(file: FileIO) -> Stamp:
    return _as_stamp(os.fstat(file.fileno()))


def _as_stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, _file_id(found))


def _file_id(found: os.stat_result) -> str:
    return f"{found.st_dev}:{found.st_ino}"


def _hash_all(file: FileIO, size_bytes: int, cancel: CancelToken, progress: Progress | None) -> str:
    digest = hashlib.sha256()
    told_at_s = time.monotonic()
    done = 0
    while block := file.read(BLOCK_BYTES):
        cancel.check()
        digest.update(block)
        done += len(block)
        if progress and time.monotonic() - told_at_s >= _PROGRESS_EVERY_S:
            told_at_s = time.monotonic()
            progress(done, size_bytes)
    if progress:
        progress(done, size_bytes)
    return digest.hexdigest()


def _still_written(path: Path) -> InputError:
    return InputError("file_still_written", file=path.name)


def _unreadable(path: Path, exc: OSError) -> InputError:
    if exc.errno == errno.ENAMETOOLONG:
        return InputError("file_name_too_long")
    return InputError("file_unreadable", file=path.name, reason=exc.strerror or str(exc))
