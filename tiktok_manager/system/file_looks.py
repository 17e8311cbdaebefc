"""Looks at many files without waiting for a drive that does not answer.

A `stat` on a network drive that hangs cannot be called off, so each folder has a thread of its own
that is left behind. One that has not come back is not sent a second.
"""

import errno
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiktok_manager.system.media import Stamp, stamp_of

PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLook:
    """What is at a path: a stamp, or none; `reason` is why it cannot be read though it is there."""

    stamp: Stamp | None
    has_folder: bool = True
    reason: str = ""


def look_at(path: Path) -> FileLook:
    """Return what is at a path now; may take as long as its drive does."""
    stamp = stamp_of(path)
    if stamp is None:
        return FileLook(stamp=None, has_folder=path.parent.is_dir())
    if not os.access(path, os.R_OK):
        return FileLook(stamp=stamp, reason=os.strerror(errno.EACCES))
    return FileLook(stamp=stamp)


class FileLooks:
    """Looks into folders beside each other. Safe from any thread."""

    def __init__(
        self, look: Callable[[Path], FileLook] = look_at, patience_s: float = PATIENCE_S
    ) -> None:
        self._look = look
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._away: set[Path] = set()

    def of(self, paths: Iterable[Path]) -> Mapping[Path, FileLook]:
        """Return what is at each path; those are missing whose folder did not answer in time."""
        folders: dict[Path, list[Path]] = defaultdict(list)
        for path in dict.fromkeys(paths):
            folders[path.parent].append(path)
        with self._turn:  # so that whoever is still away did not come back in time
            return self._look_into(folders)

    def _look_into(self, folders: Mapping[Path, list[Path]]) -> Mapping[Path, FileLook]:
        found: dict[Path, FileLook] = {}
        threads = [
            self._send(folder, files, found)
            for folder, files in folders.items()
            if self._leaves(folder)
        ]
        end_s = time.monotonic() + self._patience_s
        for thread in threads:
            thread.join(max(0.0, end_s - time.monotonic()))
        return dict(found)

    def _leaves(self, folder: Path) -> bool:
        with self._lock:
            is_free = folder not in self._away
            self._away.add(folder)
        return is_free

    def _send(
        self, folder: Path, files: Iterable[Path], found: dict[Path, FileLook]
    ) -> threading.Thread:
        def go() -> None:
            try:
                for path in files:
                    found[path] = self._look(path)
            finally:
                with self._lock:
                    self._away.discard(folder)

        thread = threading.Thread(target=go, name="file-look", daemon=True)
        thread.start()
        return thread
