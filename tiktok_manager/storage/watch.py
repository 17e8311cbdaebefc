"""Notices commits of other processes, on a connection of its own.

SQLite's `data_version` tells that somebody else committed, and counts the other connections of
this process among them. So every commit carries a number in the file's `user_version`, and a
process knows which numbers are its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from types import ModuleType

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tiktok_manager.storage.faults import Fault, fault_of

_UNKNOWN = -1
_LARGEST_NUMBER = 2**31 - 1
_SPANS_KEPT = 1024
"""Two processes that commit in turns make a span each time; a forgotten one counts as another's."""


class CommitNumbers:
    """Numbers the commits of one database, and remembers those of this process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._own: deque[tuple[int, int]] = deque(maxlen=_SPANS_KEPT)

    def sign(self, session: Session) -> int:
        """Give the next number to a transaction that holds the write lock; returns it.

        Before the commit: once others can see it, it must be known as ours.
        """
        connection = session.connection()
        number = (_number(connection) + 1) % _LARGEST_NUMBER
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")
        with self._lock:
            if self._own and self._own[-1][1] == number - 1:
                self._own[-1] = (self._own[-1][0], number)
            else:
                self._own.append((number, number))
        return number

    def failed(self, number: int) -> None:
        """Take a number back whose commit failed: another process may get it, or it went through.

        Either way the next look is to count as a change.
        """
        with self._lock:
            if self._own and self._own[-1][1] == number:
                first, _last = self._own.pop()
                if first < number:
                    self._own.append((first, number - 1))

    def are_own(self, after: int, last: int) -> bool:
        """Say whether all commits behind `after`, up to `last`, were made by this process."""
        with self._lock:
            return after < last and any(
                begins <= after + 1 and last <= ends for begins, ends in self._own
            )


class ChangeWatch:
    """Tells whether another process has committed since the last look."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        driver: ModuleType,
        notice: Callable[[Fault, str], Fault],
        numbers: CommitNumbers,
    ) -> None:
        self._connect = connect
        self._driver = driver
        self._notice = notice
        self._numbers = numbers
        self._guard = threading.Lock()
        self._connection: Connection | None = connect()
        self._seen = _look(self._connection)

    def changed(self) -> bool:
        """Say whether others changed the file since the last call; costs microseconds.

        False while it cannot be found out; the publisher notices such a disk by itself.
        """
        with self._guard:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                if _data_version(self._connection) == self._seen[0]:
                    return False
                before, self._seen = self._seen, _look(self._connection)
            except (DBAPIError, self._driver.Error) as exc:
                self._close()
                if (fault := fault_of(exc)) is not None:
                    self._notice(fault, str(exc))
                return False
            return not self._numbers.are_own(before[1], self._seen[1])

    def drop(self) -> None:
        """Close the connection; the next look opens another and counts as a change."""
        with self._guard:
            self._close()

    def _close(self) -> None:
        connection, self._connection, self._seen = self._connection, None, (_UNKNOWN, _UNKNOWN)
        if connection is not None:
            connection.close()


def count_changes(session: Session) -> int:
    """Return how many rows the session's connection has ever changed."""
    raw = session.connection().connection.driver_connection
    return int(raw.total_changes)  # type: ignore[union-attr]


def _look(connection: Connection) -> tuple[int, int]:
    """Return the file's version and the number of its last commit, both of one instant."""
    with connection.begin():
        return _data_version(connection), _number(connection)


def _data_version(connection: Connection) -> int:
    return _pragma(connection, "data_version")


def _number(connection: Connection) -> int:
    return _pragma(connection, "user_version")


def _pragma(connection: Connection, name: str) -> int:
    # Past SQLAlchemy, which would begin a transaction of its own.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {name}")
    row = cursor.fetchone()
    return int(row[0]) if row else _UNKNOWN
