"""Whether the file on the disk still holds what was acknowledged.

After a failed fsync the system's cache may show bytes that never reached the disk. So what it
keeps of the files is dropped first, where the system allows that, and all is read anew.
"""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy.orm import Session

from tiktok_manager.storage.schema import StepRow

_NEWEST = "newest step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A step of which the caller was told that it is on disk."""

    step_id: int
    post_id: str
    kind: str


def remember(session: Session, step: StepRow) -> None:
    """Keep a step in mind that this session is about to commit."""
    session.info[_NEWEST] = step


def acknowledged_by(session: Session) -> Acknowledged | None:
    """Return the newest step that a session, now committed, has written."""
    step = session.info.get(_NEWEST)
    if not isinstance(step, StepRow):
        return None
    return Acknowledged(step_id=step.id, post_id=step.post_id, kind=step.kind)


def side_files(database: Path) -> tuple[Path, Path]:
    """Return the places of the write-ahead log and of its index."""
    wal, shm = (database.with_name(f"{database.name}-{kind}") for kind in ("wal", "shm"))
    return wal, shm


def forget_cached(database: Path) -> None:
    """Let the system read the files from the disk when they are next asked for."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in (database, side_files(database)[0]):
        with suppress(OSError):
            fd = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(fd)


def verdict(database: Path, driver: ModuleType, known: Acknowledged | None) -> str:
    """Read the whole file; returns what is wrong with it, or nothing.

    Raises the driver's error where it cannot be read at all.
    """
    forget_cached(database)
    with closing(driver.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA query_only=ON")
        found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if found != "ok":
            return found
        return "" if _knows(connection, known) else "step_missing"


def _knows(connection: sqlite3.Connection, known: Acknowledged | None) -> bool:
    if known is None:
        return True
    query = "SELECT 1 FROM step_log WHERE id = ? AND post_id = ? AND kind = ?"
    values = (known.step_id, known.post_id, known.kind)
    return connection.execute(query, values).fetchone() is not None
