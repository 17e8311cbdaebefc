"""Which SQLite is used, and whether two connections may write with it."""

import importlib
import sqlite3
from types import ModuleType


def load_driver() -> ModuleType:
    """Return the SQLite driver: the bundled new SQLite where there is one, else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def is_safe_to_share(version: tuple[int, ...]) -> bool:
    """Say whether two connections may write to one WAL file with this SQLite.

    3.7.0 to 3.51.2 can lose commits when two connections write and checkpoint at once; fixed in
    3.51.3, 3.50.7 and 3.44.6 (sqlite.org/wal.html#walresetbug).
    """
    return (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51)
        or ((3, 44, 6) <= version < (3, 45))
    )
