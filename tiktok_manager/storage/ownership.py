"""Whose file it is: of this user, and on machines with an unsafe SQLite of this process alone."""

import os
import sqlite3
from pathlib import Path
from types import ModuleType

from tiktok_manager.domain.errors import DatabaseBusy
from tiktok_manager.storage import faults
from tiktok_manager.storage.integrity import side_files


def check_writable(database: Path) -> None:
    """Raise DatabaseReadOnly for a database that this user may not write, naming its owner.

    Its log counts too: `sudo` once used leaves files behind that only root may write.
    """
    for path in (database, *side_files(database)):
        if path.exists() and not os.access(path, os.W_OK):
            raise faults.not_ours(path, _owner(path))


class Ownership:
    """A lock beside the database, held until it is closed or the process ends.

    It is the driver's own lock on a file of nothing, so it works wherever the database does.
    """

    def __init__(self, database: Path, driver: ModuleType) -> None:
        place = database.with_name(f"{database.name}-owner")
        self._connection: sqlite3.Connection = driver.connect(
            place, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except driver.Error as exc:
            self._connection.close()
            raise DatabaseBusy(why="single_owner", version=driver.sqlite_version) from exc

    def close(self) -> None:
        """Give the lock back."""
        self._connection.close()


def _owner(path: Path) -> str:
    try:
        return path.owner() if path.stat().st_uid != os.getuid() else ""
    except (OSError, KeyError, AttributeError, NotImplementedError):
        return ""
