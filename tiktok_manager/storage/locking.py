"""Waiting for the file: for other programs' locks, and for our own sessions to end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tiktok_manager.storage.faults import Fault, fault_of

BUSY_TIMEOUT_MS = 5_000
BUSY_ROUNDS = 15
"""How many such timeouts a writer waits for another program: 75 s, less than a lease."""
ALARM_ROUNDS = 6


class Patience:
    """Waits for the write lock in rounds of SQLite's own timeout. Safe from any thread.

    `alarm` is told when somebody has waited for half a minute, and when that is over.
    """

    def __init__(self, alarm: Callable[[bool], None]) -> None:
        self._alarm = alarm
        self._rounds = BUSY_ROUNDS
        self._alarmed = False

    def end(self) -> None:
        """Let nobody wait for more than one round from now on: the app is closing."""
        self._rounds = 1

    def wait(self, begin: Callable[[], Session]) -> Session:
        """Return what `begin` returns once no other program is in its way; raises its error."""
        waited = 0
        while True:
            try:
                session = begin()
            except DBAPIError as exc:
                waited += 1
                if fault_of(exc) is not Fault.BUSY or waited >= self._rounds:
                    raise
                if waited >= ALARM_ROUNDS:
                    self._tell(blocked=True)
            else:
                self._tell(blocked=False)
                return session

    def _tell(self, *, blocked: bool) -> None:
        before, self._alarmed = self._alarmed, blocked
        if before != blocked:
            self._alarm(blocked)


class Gate:
    """Counts the sessions under way. A thread with one open may always open another."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._inside = 0
        self._closed = False
        self._mine = threading.local()

    @property
    def passed(self) -> bool:
        """Whether the calling thread is inside."""
        return bool(getattr(self._mine, "depth", 0))

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside; waits while somebody is alone."""
        outer = getattr(self._mine, "depth", 0)
        with self._moved:
            self._moved.wait_for(lambda: outer or not self._closed)
            self._inside += 1
        self._mine.depth = outer + 1
        try:
            yield
        finally:
            self._mine.depth = outer
            with self._moved:
                self._inside -= 1
                self._moved.notify_all()

    @contextmanager
    def alone(self, patience_s: float) -> Iterator[bool]:
        """Keep others out while inside; False if those already there did not leave in time."""
        with self._moved:
            self._moved.wait_for(lambda: not self._closed)
            self._closed = True
            is_alone = self._moved.wait_for(lambda: not self._inside, patience_s)
        try:
            yield is_alone
        finally:
            with self._moved:
                self._closed = False
                self._moved.notify_all()
