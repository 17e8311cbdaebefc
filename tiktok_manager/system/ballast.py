"""Room kept for bad days: a file that is given up when the disk is full.

What is under way can then still be written down, so that no post loses its place. Until the file
lies there again nothing new is started; it is made again as soon as the disk has room.
"""

import errno
import logging
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from tiktok_manager.system.durable import sync_file

logger = logging.getLogger(__name__)

BALLAST_BYTES = 16_000_000
SPARE_BYTES = 16_000_000
"""What must be free besides: a ballast that fills the disk would bring about what it is for."""

NO_SPACE = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_BLOCK_BYTES = 1_000_000


class Ballast:
    """The ballast of one data folder. Safe from any thread and process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._given_up = False

    def make(self) -> bool:
        """Lay the ballast down if the disk has room for it; says whether it is there."""
        with self._guard:
            if self._is_there():
                return True
            if self._free_bytes() < BALLAST_BYTES + SPARE_BYTES:
                return False
            try:
                self._write()
            except OSError as exc:
                self._remove()
                logger.info("No room is kept for a full disk: %s", exc)
                return False
            self._given_up = False
            return True

    def give_up(self) -> None:
        """Free its room: a write has met a full disk."""
        with self._guard:
            self._given_up = True
            if self._remove():
                logger.warning("The disk is full: room that was kept for this is used up now")

    def is_low(self) -> bool:
        """Say whether the disk has no room for new work; once it had none, ballast comes first."""
        if self._is_there():
            return False
        if self._given_up:
            return not self.make()
        return self._free_bytes() < BALLAST_BYTES + SPARE_BYTES

    def _is_there(self) -> bool:
        try:
            return self._path.stat().st_size == BALLAST_BYTES
        except OSError:
            return False

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._path.parent).free
        except OSError:
            return 0

    def _write(self) -> None:
        # Random bytes: a file system that compresses would keep no room for anything else.
        block = os.urandom(_BLOCK_BYTES)
        self._path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        fd = os.open(self._path, flags, 0o600)
        with os.fdopen(fd, "wb", buffering=0) as file:
            for _ in range(BALLAST_BYTES // _BLOCK_BYTES):
                if file.write(block) != len(block):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync_file(file.fileno())

    def _remove(self) -> bool:
        # Cut first: some file systems need room to take a name away.
        with suppress(OSError):
            os.truncate(self._path, 0)
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
