"""Writes down what a real process asks of the disk and what it tells the world, in one order.

strace sees every system call of a command and its threads; this module turns its log into `Event`s.
Lines of the log are the time: a call began at one line and ended at another. What the watched
folder suffers in a way that is not understood here raises `NotUnderstood`, so that nothing is
missed in silence.
"""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

ON_PATHS = ("openat", "open", "creat", "mkdir", "mkdirat", "unlink", "unlinkat")
ON_TWO_PATHS = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat")
ON_FILES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate", "truncate")
NEVER_SEEN = ("fallocate", "copy_file_range", "sendfile", "splice")
SYNCS = ("fsync", "fdatasync", "sync_file_range", "syncfs", "sync")
TO_OTHERS = ("sendto", "sendmsg")
CALLS = (*ON_PATHS, *ON_TWO_PATHS, *ON_FILES, *NEVER_SEEN, *SYNCS, *TO_OTHERS)
NOT_YET = 1 << 60

_CALL = re.compile(r"(\d+) +(\w+)\((.*)$")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)$")
_RESULT = re.compile(r"\) += (-?\d+|\?)")
_UNFINISHED = " <unfinished ...>"
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_PLACE = re.compile(r"^(\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")


class NotUnderstood(AssertionError):
    """The log shows something this recorder does not model."""


class Kind(StrEnum):
    """What a call does."""

    WRITE = "write"
    TRUNCATE = "truncate"
    CREATE = "create"
    FOLDER = "make a folder"
    RENAME = "rename"
    UNLINK = "unlink"
    SYNC = "sync"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call. `path` is a pipe's or a socket's name where something was `TOLD` to others.

    `offset` is None for a write at the end of the file.
    """

    kind: Kind
    began: int
    ended: int
    path: str
    to: str = ""
    offset: int | None = None
    size: int = 0
    data: bytes = field(default=b"", repr=False)
    descriptor: int = -1


def is_possible(folder: Path) -> bool:
    """Say whether strace is there and allowed to watch."""
    if shutil.which("strace") is None:
        return False
    log = folder / "probe.strace"
    command = [*_strace(log), "true"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return done.returncode == 0 and log.exists() and "exited with 0" in log.read_text()


def watched(log: Path, command: Sequence[str]) -> list[str]:
    """Return the command that runs another one and logs what it asks of the system."""
    return [*_strace(log), *command]


def _strace(log: Path) -> list[str]:
    # -xx leaves no comma or quote inside a text; -y names what a descriptor stands for.
    options = ["-f", "--seccomp-bpf", "-y", "-xx", "-s", "9999999", "-o", str(log)]
    return ["strace", *options, "-e", "signal=none", "-e", f"trace={','.join(CALLS)}", "--"]


def read_log(log: Path, root: Path, first_line: int) -> tuple[list[Event], int]:
    """Return the events of one log below `root` in order of their beginning, and the next line.

    Lines are numbered from `first_line` on, so that the logs of several commands follow each other.
    """
    lines = log.read_text(encoding="ascii").splitlines()
    events = [
        event for call in _calls(lines, first_line) for event in _Reading(call, str(root)).events()
    ]
    return sorted(events, key=lambda event: event.began), first_line + len(lines)


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: str
    result: int | None
    began: int
    ended: int


def _calls(lines: Sequence[str], first_line: int) -> Iterator[_Call]:
    pending: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for number, line in enumerate(lines, start=first_line):
        if found := _RESUMED.match(line):
            name, text, began = pending[found[1]].pop()
            yield _call(name, text + found[3], began, number)
        elif found := _CALL.match(line):
            if found[3].endswith(_UNFINISHED):
                text = found[3].removesuffix(_UNFINISHED)
                pending[found[1]].append((found[2], text, number))
            else:
                yield _call(found[2], found[3], number, number)
    for calls in pending.values():  # the process died inside
        for name, text, began in calls:
            yield _Call(name, text, None, began, NOT_YET)


def _call(name: str, text: str, began: int, ended: int) -> _Call:
    found = None
    for match in _RESULT.finditer(text):
        found = match
    if found is None or found[1] == "?":
        return _Call(name, text, None, began, NOT_YET)
    return _Call(name, text[: found.start()], int(found[1]), began, ended)


class _Reading:
    """One call as events. A call that failed did nothing; one that never ended may have."""

    def __init__(self, call: _Call, root: str) -> None:
        self._call = call
        self._root = root
        self._parts = call.arguments.split(", ")

    def events(self) -> Iterator[Event]:
        call = self._call
        if call.result is not None and call.result < 0:
            return
        if call.name in ON_PATHS:
            yield from self._on_path()
        elif call.name in ON_TWO_PATHS:
            yield from self._rename()
        elif call.name in SYNCS:
            yield from self._sync()
        elif call.name in TO_OTHERS:
            yield self._event(Kind.TOLD, self._place(), data=self._sent())
        else:
            yield from self._on_file()

    def _on_path(self) -> Iterator[Event]:
        path = self._path(0)
        if not self._is_ours(path):
            return
        if self._call.name.startswith("mkdir"):
            yield self._event(Kind.FOLDER, path)
        elif self._call.name.startswith("unlink"):
            yield self._event(Kind.UNLINK, path)
        else:
            flags = self._call.arguments
            if "O_CREAT" in flags or self._call.name == "creat":
                yield self._event(Kind.CREATE, path)
            if "O_TRUNC" in flags:
                yield self._event(Kind.TRUNCATE, path)

    def _rename(self) -> Iterator[Event]:
        old, new = self._path(0), self._path(1)
        if not (self._is_ours(old) or self._is_ours(new)):
            return
        if not self._call.name.startswith("rename"):
            raise NotUnderstood(self._call)
        yield self._event(Kind.RENAME, old, to=new)

    def _sync(self) -> Iterator[Event]:
        if self._call.name not in ("fsync", "fdatasync"):
            raise NotUnderstood(self._call)
        if self._is_ours(self._place()):
            yield self._event(Kind.SYNC, self._place())

    def _on_file(self) -> Iterator[Event]:
        name, path = self._call.name, self._place()
        if not self._is_ours(path):
            if name in ("write", "writev"):
                yield self._event(
                    Kind.TOLD, path, data=self._sent(), descriptor=int(self._parts[0].split("<")[0])
                )
        elif name == "write":
            yield self._event(Kind.WRITE, path, data=self._sent())
        elif name == "pwrite64":
            yield self._event(Kind.WRITE, path, data=self._sent(), offset=int(self._parts[-1]))
        elif name == "ftruncate":
            yield self._event(Kind.TRUNCATE, path, size=int(self._parts[1]))
        else:
            raise NotUnderstood(self._call)

    def _event(
        self,
        kind: Kind,
        path: str,
        *,
        to: str = "",
        offset: int | None = None,
        size: int = 0,
        data: bytes = b"",
        descriptor: int = -1,
    ) -> Event:
        return Event(
            kind=kind,
            began=self._call.began,
            ended=self._call.ended,
            path=path,
            to=to,
            offset=offset,
            size=size,
            data=data,
            descriptor=descriptor,
        )

    def _place(self) -> str:
        """Return the path a descriptor stands for; empty for a file that has no name any more."""
        found = _PLACE.match(self._parts[0])
        is_gone = self._parts[0].endswith("(deleted)")
        return "" if found is None or is_gone else _decode(found[2])

    def _path(self, number: int) -> str:
        """Return the n-th path among the arguments, absolute."""
        found = list(_TEXT.finditer(self._call.arguments))
        path = _decode(found[number][1])
        if path.startswith("/"):
            return path
        before = self._call.arguments[: found[number].start()].removesuffix(", ")
        place = _PLACE.match(before.rpartition(", ")[2])
        return path if place is None else f"{_decode(place[2])}/{path}"

    def _sent(self) -> bytes:
        """Return the bytes that a write or a send took."""
        texts = list(_TEXT.finditer(self._call.arguments))
        if any(text[2] for text in texts):
            raise NotUnderstood("a text was cut off", self._call.name)
        data = b"".join(_bytes(text[1]) for text in texts)
        return data if self._call.result is None else data[: self._call.result]

    def _is_ours(self, path: str) -> bool:
        return path.startswith(self._root)


@cache
def _decode(text: str) -> str:
    return _bytes(text).decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
