"""Whether the data folder can bear new work: room on its disk, and a database that can be trusted.

The publisher asks before it claims a post and before a last byte leaves. What can be mended is
mended by asking; what cannot, holds every post where it is, and the window is told.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from tiktok_manager.domain.errors import DatabaseBusy, DiskFull, StorageError
from tiktok_manager.domain.events import EventBus, PublishingHeld
from tiktok_manager.storage.database import Database

logger = logging.getLogger(__name__)

CommittedT = TypeVar("CommittedT")


class Reserve(Protocol):
    """Room kept on the disk."""

    def make(self) -> bool:
        """Lay it down where there is room; says whether it is there."""

    def is_low(self) -> bool:
        """Say whether the disk has no room for new work."""


class StorageGuard:
    """Watches over one data folder. Safe from any thread."""

    def __init__(self, database: Database, reserve: Reserve, events: EventBus) -> None:
        self.database = database
        self._reserve = reserve
        self._events = events
        self._guard = threading.Lock()
        self._told: StorageError | None = None

    def prepare(self) -> None:
        """Keep room for bad days, and tell what is wrong already."""
        self._reserve.make()
        self.look()

    def look(self) -> StorageError | None:
        """Mend what can be mended; returns why no post may be started, if so. Tells of changes."""
        trouble = self._find()
        with self._guard:
            before, self._told = self._told, trouble
        if _code(before) != _code(trouble):
            self._tell(before, trouble)
        return trouble

    def holds(self) -> bool:
        """Say whether posts are held, as of the last look."""
        return self._told is not None

    def check_room(self) -> None:
        """Raise DiskFull unless what follows could be written down."""
        if self._reserve.is_low():
            raise _low()

    def _find(self) -> StorageError | None:
        try:
            self.database.settle_doubt()
        except DatabaseBusy:
            return None  # somebody else's lock: every write waits for it by itself
        except StorageError as exc:
            return exc
        if not self.database.is_writable_again():
            return self.database.trouble
        return _low() if self._reserve.is_low() else None

    def _tell(self, before: StorageError | None, now: StorageError | None) -> None:
        if before is not None:
            self._events.publish(PublishingHeld(code=before.code))
        if now is None:
            logger.warning("The data folder can be used again: publishing goes on")
            return
        logger.error("Publishing is held: %s", now)
        self._events.publish(PublishingHeld(code=now.code, failure=now.failure))


def tried_again(commit: Callable[[], CommittedT]) -> CommittedT:
    """Commit what must not be lost, once more if the disk failed: that made room, or reopened it.

    Only for what may be committed twice. Raises StorageError.
    """
    try:
        return commit()
    except DatabaseBusy:
        raise
    except StorageError as exc:
        logger.warning("Trying to write it once more: %s", exc)
        return commit()


def tell_of_lock(events: EventBus, *, blocked: bool) -> None:
    """Log and tell that another program keeps the database locked, or no longer does."""
    if not blocked:
        logger.warning("The database is free again")
        events.publish(PublishingHeld(code=DatabaseBusy.code))
        return
    busy = DatabaseBusy(why="locked_long")
    held = PublishingHeld(code=busy.code, failure=busy.failure)
    logger.error("Publishing is held: %s", busy)
    events.publish(held)


def _code(trouble: StorageError | None) -> str:
    return "" if trouble is None else trouble.code


def _low() -> DiskFull:
    return DiskFull()
