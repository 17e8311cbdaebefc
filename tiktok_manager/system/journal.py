"""The publish journal: what was sent to TikTok, in a file that only grows.

It lies beside the database and survives what the database does not: an older backup put in its
place. Each line carries an HMAC over itself and over the line before it. The key is derived from
the vault's master key and so depends on nothing a restored database could lack; a key kept in the
database would be gone with a backup older than itself. No line holds a secret or an address.

A line that was being written when the power failed is passed over. Two processes may append at
once (one of them frozen and overtaken): a line may follow any earlier one.
"""

import errno
import hashlib
import hmac
import json
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.system.ballast import NO_SPACE
from tiktok_manager.system.durable import put_in_place, sync_file, sync_folder

KEY_PURPOSE = "publish-journal"
LARGE_BYTES = 16_000_000
SLACK = timedelta(days=30)
"""So much more than is kept gathers before `compact`, or every start would rewrite the file."""

_TAIL_BYTES = 16_384
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class JournalStep(StrEnum):
    """How far an upload came: opened, its last byte about to leave, its outcome known."""

    INITED = "inited"
    FINAL_INTENT = "final_intent"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One step of one upload; `outcome` tells how an ended one ended."""

    step: JournalStep
    post_id: str
    open_id: str
    publish_id: str
    sha256: str
    size_bytes: int
    at: datetime
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class JournalMark:
    """A place in the file, right behind the line that ends with this MAC."""

    offset_bytes: int
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReading:
    """The entries that can be trusted, and what is wrong with the others.

    `end` is behind the last of them; a later reading may go on from there.
    """

    entries: tuple[JournalEntry, ...] = ()
    faults: tuple[Finding, ...] = ()
    end: JournalMark | None = None


class Journal:
    """The journal of one data folder. Safe from any thread.

    `key` is asked for when a line is written or checked and may raise VaultLocked. `make_room` is
    called when the disk is full.
    """

    def __init__(
        self, path: Path, key: Callable[[], bytes], make_room: Callable[[], None] = lambda: None
    ) -> None:
        self._path = path
        self._key = key
        self._make_room = make_room
        self._guard = threading.Lock()
        self._fd: int | None = None
        self._head = ""
        self._torn = False

    def append(self, entry: JournalEntry) -> None:
        """Write an entry; when this returns it is on disk.

        Raises StorageError if the disk is full or fails, VaultLocked without the key.
        """
        key = self._key()
        with self._guard:
            try:
                self._append(entry, key)
            except OSError as exc:
                # After a failed write or fsync nothing known of the file holds: look anew.
                self._close()
                if exc.errno in NO_SPACE:
                    self._make_room()
                raise _unwritable(exc) from exc

    def read(self, since: JournalMark | None = None) -> JournalReading:
        """Read and check every line, or those behind a mark if all is well with them.

        Raises StorageError, and VaultLocked without the key.
        """
        if since is not None:
            content = self._read(max(0, since.offset_bytes - _TAIL_BYTES))
            before = content[: min(since.offset_bytes, _TAIL_BYTES)]
            if _last_mac(before) == since.mac:
                reading = _check(content[len(before) :], self._key(), since)
                if not reading.faults:
                    return reading
        content = self._read()
        return _check(content, self._key()) if content.strip() else JournalReading()

    def is_due_for_compacting(self, keep_since: datetime, limit_bytes: int = LARGE_BYTES) -> bool:
        """Say whether it is large and much of it is older."""
        try:
            with self._path.open("rb") as file:
                first = _parse(file.readline(_TAIL_BYTES))
                size_bytes = file.seek(0, os.SEEK_END)
        except OSError:
            return False
        entry = None if first is None else _entry(first)
        is_old = entry is None or entry.at < keep_since - SLACK
        return size_bytes > limit_bytes and is_old

    def compact(self, keep_since: datetime) -> bool:
        """Drop older entries; False, and nothing changed, if a line cannot be trusted."""
        with self._guard:
            reading = self.read()
            if reading.faults:
                return False
            self._close()
            try:
                self._rewrite([entry for entry in reading.entries if entry.at >= keep_since])
            except OSError as exc:
                raise _unwritable(exc) from exc
        return True

    def close(self) -> None:
        """Close the file; harmless if it is not open."""
        with self._guard:
            self._close()

    def _read(self, start: int = 0) -> bytes:
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as exc:
            raise _unreadable(exc) from exc

    def _append(self, entry: JournalEntry, key: bytes) -> None:
        fd = self._open()
        line, mac = _encode(entry, self._head, key)
        data = b"\n" + line if self._torn else line
        if os.write(fd, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync_file(fd)
        self._head, self._torn = mac, False

    def _open(self) -> int:
        if self._fd is not None and self._is_in_place(self._fd):
            return self._fd
        self._close()
        self._fd = os.open(self._path, _FLAGS | _BINARY, 0o600)
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if os.name != "nt":
            os.fchmod(self._fd, 0o600)
        # Whoever made the file may have been killed before its name was on disk.
        sync_folder(self._path.parent)
        self._head, self._torn = _tail(self._fd)
        return self._fd

    def _is_in_place(self, fd: int) -> bool:
        """Say whether the open file still bears the name; compacting puts another there."""
        try:
            return os.path.samestat(os.fstat(fd), self._path.stat())
        except FileNotFoundError:
            return False

    def _rewrite(self, entries: list[JournalEntry]) -> None:
        key, head = self._key(), ""
        temporary = self._path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, _FLAGS | _BINARY | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            for entry in entries:
                line, head = _encode(entry, head, key)
                file.write(line)
        put_in_place(temporary, self._path)

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _encode(entry: JournalEntry, head: str, key: bytes) -> tuple[bytes, str]:
    fields: dict[str, Any] = {
        "v": 1,
        "step": entry.step.value,
        "post": entry.post_id,
        "account": entry.open_id,
        "publish": entry.publish_id,
        "sha256": entry.sha256,
        "size": entry.size_bytes,
        "at": entry.at.astimezone(UTC).isoformat(),
        "outcome": entry.outcome,
        "prev": head,
    }
    mac = _mac(fields, key)
    return _canonical({**fields, "mac": mac}) + b"\n", mac


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def _mac(fields: dict[str, Any], key: bytes) -> str:
    return hmac.new(key, _canonical(fields), hashlib.sha256).hexdigest()


def _is_same(mac: str, told: str) -> bool:
    return hmac.compare_digest(mac.encode(), told.encode("utf-8", "replace"))


def _check(content: bytes, key: bytes, since: JournalMark | None = None) -> JournalReading:
    entries: list[JournalEntry] = []
    faults: list[Finding] = []
    seen = {""} if since is None else {since.mac}
    end, at = since, 0 if since is None else since.offset_bytes
    for number, line in enumerate(content.split(b"\n"), start=1):
        at += len(line) + 1
        fields = _parse(line)
        if fields is None:
            continue
        mac, previous = str(fields.pop("mac")), fields["prev"]
        entry = _entry(fields) if _is_same(_mac(fields, key), mac) else None
        if entry is None:
            faults.append(Finding(code="journal_line_altered", params={"line": number}))
        elif previous not in seen:
            faults.append(Finding(code="journal_lines_missing", params={"line": number}))
        if entry is not None:
            entries.append(entry)
            end = JournalMark(at, mac)
        seen.add(mac)
    return JournalReading(entries=tuple(entries), faults=tuple(faults), end=end)


def _parse(line: bytes) -> dict[str, Any] | None:
    """Return a line's fields; None for an empty line or one that was never finished."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(fields, dict) and isinstance(fields.get("mac"), str) and "prev" in fields
    return fields if whole else None


def _entry(fields: dict[str, Any]) -> JournalEntry | None:
    try:
        return JournalEntry(
            step=JournalStep(fields["step"]),
            post_id=fields["post"],
            open_id=fields["account"],
            publish_id=fields["publish"],
            sha256=fields["sha256"],
            size_bytes=fields["size"],
            at=datetime.fromisoformat(fields["at"]),
            outcome=fields["outcome"],
        )
    except (KeyError, TypeError, ValueError):
        return None


def _last_mac(content: bytes) -> str | None:
    """Return the MAC of the line with which this ends; None if it ends with none."""
    if not content.endswith(b"\n"):
        return None
    fields = _parse(content[:-1].rpartition(b"\n")[2])
    return None if fields is None else str(fields["mac"])


def _tail(fd: int) -> tuple[str, bool]:
    """Return the MAC the next line follows, and whether the last line was cut off."""
    size = os.fstat(fd).st_size
    os.lseek(fd, max(0, size - _TAIL_BYTES), os.SEEK_SET)
    content = os.read(fd, _TAIL_BYTES)
    for line in reversed(content.split(b"\n")):
        fields = _parse(line)
        if fields is not None:
            return str(fields["mac"]), not content.endswith(b"\n")
    return "", bool(content) and not content.endswith(b"\n")


def _unwritable(exc: OSError) -> StorageError:
    return StorageError("journal_not_written", reason=exc.strerror or str(exc))


def _unreadable(exc: OSError) -> StorageError:
    return StorageError("journal_not_read", reason=exc.strerror or str(exc))
