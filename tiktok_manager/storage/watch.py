"""Notices commits of other processes, on a connection of its own."""

import threading
from collections.abc import Callable
from types import ModuleType

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tiktok_manager.storage.faults import Fault, fault_of

_UNKNOWN = -1


class ChangeWatch:
    """Tells whether another connection has committed since the last look."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        driver: ModuleType,
        notice: Callable[[Fault, str], Fault],
    ) -> None:
        self._connect = connect
        self._driver = driver
        self._notice = notice
        self._guard = threading.Lock()
        self._connection: Connection | None = connect()
        self._version = _data_version(self._connection)

    def changed(self) -> bool:
        """Say whether the file changed since the last call; costs microseconds.

        False while it cannot be found out; the publisher notices such a disk by itself.
        """
        with self._guard:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                before, self._version = self._version, _data_version(self._connection)
            except (DBAPIError, self._driver.Error) as exc:
                self._close()
                if (fault := fault_of(exc)) is not None:
                    self._notice(fault, str(exc))
                return False
            return before != self._version

    def drop(self) -> None:
        """Close the connection; the next look opens another and counts as a change."""
        with self._guard:
            self._close()

    def _close(self) -> None:
        connection, self._connection, self._version = self._connection, None, _UNKNOWN
        if connection is not None:
            connection.close()


def _data_version(connection: Connection) -> int:
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA data_version")
    row = cursor.fetchone()
    return int(row[0]) if row else _UNKNOWN
