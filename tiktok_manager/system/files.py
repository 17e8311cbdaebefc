"""Files that a user names: read if they are files, written whole or not at all.

Every `--out` and every "Save as" goes through `writing`, every table that is read through
`reading`. What the app keeps for itself does not.
"""

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from tiktok_manager.domain.errors import InputError, NotFound, StorageError
from tiktok_manager.system.durable import put_in_place

STDOUT = "-"
_COPY_BYTES = 1 << 20
# Where the system shows the files that a process has open.
_OWN_FILES = ("/dev/fd", f"/proc/{os.getpid()}/fd")
_NAMED_FILES = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


def is_stdout(out: Path) -> bool:
    """Say whether what is written to `out` comes on standard output."""
    return str(out) == STDOUT or _own_file(out) == 1


@contextmanager
def writing(out: Path) -> Iterator[BinaryIO]:
    """Give a file whose bytes are at `out` once this ends without an error; `-` is standard output.

    A link is followed. A regular file is exchanged in one step and keeps its mode and owner; a
    pipe or device is written into. After an error what was there is there unchanged.

    Raises InputError for a folder or below no folder, StorageError where the system refuses.
    What standard output refuses stays an OSError.
    """
    if is_stdout(out):
        with _standard_output(out) as file:
            yield file
        return
    try:
        found = _look(out)
        if found is not None and not stat.S_ISREG(found.st_mode):
            with _into(out) as file:
                yield file
            return
        target = Path(os.path.realpath(out))
        with _beside(target, found) as file:
            yield file
    except OSError as exc:
        raise StorageError(
            "file_not_written", file=str(out), reason=exc.strerror or str(exc)
        ) from exc


@contextmanager
def reading(path: Path, most_bytes: int) -> Iterator[BinaryIO]:
    """Give a regular file, opened without waiting for anybody who writes into it.

    Raises NotFound, and InputError for what is no file, cannot be read, or is too large.
    """
    try:
        file = FileIO(path, opener=_open_at_once)
    except (FileNotFoundError, NotADirectoryError, ValueError) as exc:
        raise NotFound("not_found", what="file", file=str(path)) from exc
    except IsADirectoryError as exc:
        raise InputError("is_folder", file=str(path)) from exc
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    with BufferedReader(file) as buffered:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise InputError("no_table", file=path.name, why="not_a_file")
        if found.st_size > most_bytes:
            most = most_bytes // 1_000_000
            raise InputError("no_table", file=path.name, why="too_large", most=most)
        try:
            yield buffered
        except OSError as exc:
            raise _unreadable(path, exc) from exc


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _unreadable(path: Path, exc: OSError) -> InputError:
    return InputError("file_unreadable", file=path.name, reason=exc.strerror or str(exc))


def _look(out: Path) -> os.stat_result | None:
    """Return what lies at the end of the links, None if nothing does; refuse what is no place."""
    try:
        found = out.stat()
    except FileNotFoundError:
        folder = Path(os.path.realpath(out)).parent
        if not folder.is_dir():
            raise InputError("folder_missing", folder=str(folder), file=str(out)) from None
        return None
    if stat.S_ISDIR(found.st_mode):
        raise InputError("is_folder", file=str(out))
    return found


@contextmanager
def _standard_output(out: Path) -> Iterator[BinaryIO]:
    sys.stdout.flush()
    if str(out) == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with _into(out) as file:
            yield file


@contextmanager
def _into(out: Path) -> Iterator[BinaryIO]:
    """Write into what is there, as the shell's `>` would; a file of our own goes on where it is."""
    own = _own_file(out)
    # Not O_CREAT: what was looked at is meant, not a file that has taken its name.
    fd = os.open(out, os.O_WRONLY) if own is None else os.dup(own)
    with os.fdopen(fd, "wb") as file:
        yield file


@contextmanager
def _beside(target: Path, found: os.stat_result | None) -> Iterator[BinaryIO]:
    if found is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    fd, name = _make_temporary(target, found)
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            yield file
        if found is None or (temporary.parent == target.parent and _take_after(temporary, found)):
            put_in_place(temporary, target)
        else:
            _pour(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _make_temporary(target: Path, found: os.stat_result | None) -> tuple[int, str]:
    try:
        # Short, for the name itself may be as long as names can be.
        return tempfile.mkstemp(dir=target.parent, prefix=".export-", suffix=".partial")
    except PermissionError:
        if found is None:
            raise
        return tempfile.mkstemp(prefix="export-", suffix=".partial")


def _take_after(temporary: Path, found: os.stat_result) -> bool:
    """Give the new file the old one's owner and mode; False if that may not be."""
    if os.name == "nt":
        return True
    made = temporary.stat()
    try:
        if (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
            os.chown(temporary, found.st_uid, found.st_gid)
        temporary.chmod(stat.S_IMODE(found.st_mode))  # after chown, which takes bits away
    except PermissionError:
        return False
    return found.st_nlink == 1  # the other names of the file are to have it too


def _pour(source: Path, target: Path) -> None:
    """Write a finished file over the bytes of one that cannot be exchanged."""
    with source.open("rb") as finished, target.open("r+b") as file:
        while block := finished.read(_COPY_BYTES):
            file.write(block)
        file.truncate()


def _own_file(out: Path) -> int | None:
    """Return the number of the open file that a path such as /dev/stdout leads to."""
    path = out if out.is_absolute() else Path.cwd() / out
    for _ in range(40):  # as many links as Linux follows
        if str(path) in _NAMED_FILES:
            return _NAMED_FILES[str(path)]
        folder = os.path.realpath(path.parent)
        if folder in _OWN_FILES and path.name.isascii() and path.name.isdigit():
            return int(path.name)
        link = None
        with suppress(OSError, ValueError):
            link = os.readlink(path)  # noqa: PTH115 - Path.readlink would lose `./`
        if link is None:
            return None
        path = Path(folder, link)
    return None
