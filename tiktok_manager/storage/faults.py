"""What SQLite's error codes mean for the app, and what they are called towards the user."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from tiktok_manager.domain.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseReadOnly,
    DiskFull,
    StorageError,
)
from tiktok_manager.storage.driver import load_driver

_DRIVERS = (sqlite3, load_driver())
_ERRORS = (DBAPIError, *(driver.Error for driver in _DRIVERS))
_OPERATIONAL = (OperationalError, *(driver.OperationalError for driver in _DRIVERS))


class Fault(Enum):
    """What an error says about the file."""

    BUSY = auto()
    FULL = auto()
    READ_ONLY = auto()
    UNREADABLE = auto()
    """The disk failed: what is on it is not known until it was read again."""
    DAMAGED = auto()


# Primary result codes (sqlite.org/rescode.html); the upper bits only say where it happened.
_FAULTS = {
    5: Fault.BUSY,  # SQLITE_BUSY
    6: Fault.BUSY,  # SQLITE_LOCKED
    8: Fault.READ_ONLY,  # SQLITE_READONLY
    10: Fault.UNREADABLE,  # SQLITE_IOERR
    11: Fault.DAMAGED,  # SQLITE_CORRUPT
    13: Fault.FULL,  # SQLITE_FULL
    14: Fault.UNREADABLE,  # SQLITE_CANTOPEN
    26: Fault.DAMAGED,  # SQLITE_NOTADB
}


class UnreadableRow(Exception):
    """A row holds what this app never writes: told as damage when the session ends."""


def fault_of(error: BaseException) -> Fault | None:
    """Return what an error of SQLAlchemy or of the driver means; None for an ordinary mistake."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", None)
    return _FAULTS.get(code & 0xFF) if isinstance(code, int) else None


def _as_it_is(fault: Fault, _reason: str) -> Fault:
    return fault


@contextmanager
def mapped_errors(notice: Callable[[Fault, str], Fault] = _as_it_is) -> Iterator[None]:
    """Turn errors of the database into ours; `notice` hears of each fault and may name another."""
    try:
        yield
    except _ERRORS as exc:
        fault = fault_of(exc)
        reason = str(exc.orig if isinstance(exc, DBAPIError) else exc)
        if fault is not None:
            raise error_for(notice(fault, reason), reason) from exc
        if isinstance(exc, _OPERATIONAL):
            raise unusable(reason) from exc
        raise
    except (UnicodeDecodeError, UnreadableRow) as exc:
        # Either SQLite quotes the file in its message, and the driver found no text there,
        # or the pages are whole and what stands in them is nothing that this app ever wrote.
        reason = "not_text"
        raise error_for(notice(Fault.DAMAGED, reason), reason) from exc


def error_for(fault: Fault, reason: str) -> StorageError:
    """Return the error with which a fault is told."""
    match fault:
        case Fault.BUSY:
            return busy()
        case Fault.FULL:
            return disk_full()
        case Fault.READ_ONLY:
            return read_only(reason)
        case Fault.DAMAGED:
            return damaged(reason)
    return unusable(reason)


def busy() -> DatabaseBusy:
    return DatabaseBusy()


def disk_full() -> DiskFull:
    return DiskFull()


def read_only(reason: str) -> DatabaseReadOnly:
    return DatabaseReadOnly(reason=reason)


def damaged(reason: str) -> DatabaseDamaged:
    return DatabaseDamaged(reason=reason)


def unusable(reason: str) -> StorageError:
    return StorageError("database_unusable", reason=reason)


def not_ours(file: Path, owner: str) -> DatabaseReadOnly:
    return DatabaseReadOnly(
        why="not_ours" if owner else "not_permitted", file=str(file), owner=owner
    )
