"""What is entered in the window and not sent yet: kept in the database, and so in every backup."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import StorageError
from tiktok_manager.storage import drafts as queries

if TYPE_CHECKING:
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.domain.drafts import Draft
    from tiktok_manager.storage.database import Database

logger = logging.getLogger(__name__)


class Drafts:
    """One draft of a new post and one for each edited one. Safe from any thread.

    `read` and `save` ask the database and belong on a worker; the others only touch memory. What
    was not saved yet when the workspace closes is saved then.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._is_read = False
        self._drafts: dict[str, Draft] = {}
        self._unsaved: set[str] = set()

    def read(self) -> int:
        """Read what the last session left, the first time; returns how many drafts there are."""
        with self._asking:
            if self._is_read:
                return len(self._drafts)
            with self._database.read() as session:
                found = queries.all_drafts(session)
            with self._lock:
                older = {key: draft for key, draft in found.items() if key not in self._unsaved}
                self._drafts = older | self._drafts
                self._is_read = True
            return len(self._drafts)

    def get(self, post_id: str = "") -> Draft | None:
        """Return the draft of a new post, or the one over a post; `read` comes first."""
        with self._lock:
            return self._drafts.get(post_id)

    def keep(self, draft: Draft) -> None:
        """Take this draft in place of the last one of its post; `save` writes it."""
        with self._lock:
            self._drafts[draft.post_id] = draft
            self._unsaved.add(draft.post_id)

    def forget(self, post_id: str = "") -> None:
        """It was sent, or thrown away; `save` writes that."""
        with self._lock:
            self._drafts.pop(post_id, None)
            self._unsaved.add(post_id)

    def save(self) -> None:
        """Write what changed, or nothing: then StorageError is raised, and it is still to be saved.

        Drafts of posts that are gone, or long past changing, go with it.
        """
        with self._asking:
            with self._lock:
                changes = {key: self._drafts.get(key) for key in self._unsaved}
            if not changes:
                return
            with self._database.write() as session:
                queries.put_drafts(session, changes, self._clock.now())
                queries.clear_orphans(session, self._clock.now())
            with self._lock:
                self._unsaved -= {
                    key for key, draft in changes.items() if self._drafts.get(key) is draft
                }

    def close(self) -> None:
        """Save what is still to be saved."""
        try:
            self.save()
        except StorageError:
            logger.exception("What was entered last could not be saved")
