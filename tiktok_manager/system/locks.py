"""One publisher per data folder, held by a lock of the operating system.

The system frees it however the process ends. A process id in a file would not do: it outlives a
crash and may name a stranger.
"""

import json
import os
import platform
import sys
import threading
from contextlib import suppress
from pathlib import Path

from tiktok_manager.domain.clock import Clock, SystemClock
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.findings import Finding

_LOOK_S = 0.02

if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read on Windows, so the lock lies far behind the holder's name.
    _LOCK_OFFSET = 1 << 30

    def _try_lock(fd: int) -> None:
        os.lseek(fd, _LOCK_OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except PermissionError as exc:
            raise BlockingIOError(exc.errno, exc.strerror) from exc

    _try_look = _try_lock

    def _unlock(fd: int) -> None:
        os.lseek(fd, _LOCK_OFFSET, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _try_look(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _unlock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)


class PublisherLock:
    """Held by at most one process. Safe from any thread of it; child processes do not get it."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._guard = threading.Lock()
        self._fd: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free, at once; says whether this process holds it now.

        Raises StorageError if the folder cannot hold a lock.
        """
        with self._guard:
            if self._fd is None:
                self._fd = self._take()
            return self._fd is not None

    def is_held(self) -> bool:
        """Say whether any process holds the lock, this one included; only looks."""
        if self._fd is not None:
            return True
        try:
            fd = os.open(self._path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            return False  # nobody ever took it, or could
        try:
            _try_look(fd)
        except OSError:
            return True
        finally:
            os.close(fd)  # which frees it, too
        return False

    def is_held_elsewhere(self) -> bool:
        """Say whether another process holds the lock, as far as that one said who it is."""
        return self.is_held() and self.holder().params.get("pid", os.getpid()) != os.getpid()

    def holder(self) -> Finding:
        """Return who holds the lock; vague if it cannot be read."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            params = {"pid": told["pid"], "host": told["host"], "since": told["started"]}
        except (OSError, ValueError, KeyError, TypeError):
            return Finding(code="another_process")
        return Finding(code="lock_holder", params=params)

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        with self._guard:
            fd, self._fd = self._fd, None
            if fd is not None:
                with suppress(OSError):  # closing frees it in any case
                    _unlock(fd)
                os.close(fd)

    def _take(self) -> int | None:
        # Python opens every file with O_CLOEXEC: a child that outlives us must not keep the lock.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            fd = os.open(self._path, flags, 0o600)
        except OSError as exc:
            raise self._unusable(exc) from exc
        try:
            self._try(fd)
            self._sign(fd)
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError as exc:
            os.close(fd)
            raise self._unusable(exc) from exc
        return fd

    def _try(self, fd: int) -> None:
        try:
            _try_lock(fd)
        except BlockingIOError:
            threading.Event().wait(_LOOK_S)  # who only looks is gone by then
            _try_lock(fd)

    def _sign(self, fd: int) -> None:
        told = {
            "pid": os.getpid(),
            "host": platform.node(),
            "started": f"{self._clock.now():%Y-%m-%d %H:%M} UTC",
        }
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, json.dumps(told).encode())

    def _unusable(self, exc: OSError) -> StorageError:
        return StorageError(
            "lock_file_unusable", file=str(self._path), reason=exc.strerror or str(exc)
        )
