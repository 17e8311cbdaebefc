"""After an older database came back: nothing that went out since is sent again.

The journal knows which uploads were sent to their last byte. Those the database does not know are
given back to it, and TikTok is asked about the very same publish ids. What was due in the time in
doubt and is in neither waits as `unconfirmed` until the user says what became of it.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure, StorageError
from tiktok_manager.domain.events import EventBus, PostsChanged
from tiktok_manager.services.installation import Installation
from tiktok_manager.services.vault import VaultService, VaultState
from tiktok_manager.storage import installation
from tiktok_manager.storage import restoring as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.restoring import SentUpload, Uploads
from tiktok_manager.system.journal import (
    Journal,
    JournalEntry,
    JournalMark,
    JournalReading,
    JournalStep,
)

logger = logging.getLogger(__name__)

LOOK_BACK = timedelta(hours=24)
KEEP_JOURNAL = timedelta(days=120)
WORTH_A_MARK_BYTES = 16_384

WENT_OUT = Failure(code="restored", params={"went_out": True})
IN_DOUBT = Failure(code="restored")


class Restoring:
    """Compares journal and database once, before this process publishes anything."""

    def __init__(
        self,
        *,
        database: Database,
        journal: Journal,
        vault: VaultService,
        installation: Installation,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self.journal = journal
        self._database = database
        self._vault = vault
        self.installation = installation
        self._events = events
        self._clock = clock
        self._compared = False

    def at_start(self) -> None:
        """Raise ActionNeeded in a copied data folder; compare at once if secrets are open."""
        self.installation.check()
        self.installation.register_start()
        if self._vault.state() is VaultState.UNLOCKED:
            self.compare()

    @property
    def is_compared(self) -> bool:
        """Whether journal and database were compared since the start."""
        return self._compared

    def identity(self) -> tuple[str, str]:
        """Return a mark of this machine, and the data folder on it: one publisher runs there."""
        return self.installation.identity()

    def at_end(self) -> None:
        """Mark the data folder, so that a copy made until now is noticed; never raises."""
        try:
            self.installation.register_stop()
        except StorageError as exc:
            logger.warning("A copy made since the start may go unnoticed if put back: %s", exc)

    def compare(self) -> None:
        """Set aside what must not be sent again; does its work once.

        Raises StorageError if the journal cannot be read, VaultLocked without its key: then
        nothing may be claimed.
        """
        if self._compared:
            return
        with self._database.read() as session:
            known = installation.journal_known(session)
        mark = None if known is None else JournalMark(*known)
        reading = self.journal.read(mark)
        self._report(reading)
        sent = _sent_uploads(reading.entries)
        with self._database.read() as session:
            needed = queries.is_restored(session, sent)
        if needed:
            self._put_right(sent)
        if reading.end is not None and not reading.faults and _is_far(reading.end, mark):
            self._remember(reading.end)
        keep_since = self._clock.now() - KEEP_JOURNAL
        if self.journal.is_due_for_compacting(keep_since):
            self.journal.compact(keep_since)
        self._compared = True

    def _remember(self, mark: JournalMark) -> None:
        """Spare the next start what was compared now; not worth failing for."""
        try:
            with self._database.write() as session:
                installation.put_journal_known(session, mark.offset_bytes, mark.mac)
        except StorageError as exc:
            logger.warning("The next start compares the whole publish journal: %s", exc)

    def _put_right(self, sent: Uploads) -> None:
        now = self._clock.now()
        with self._database.write() as session:
            unknown = queries.unknown_uploads(session, sent)
            since, until = queries.time_in_doubt(session, unknown, now)
            went_out = [
                post_id
                for post_id, uploads in unknown.items()
                if queries.add_uploads(session, post_id, uploads, WENT_OUT, now)
            ]
            waiting = queries.quarantine(session, since - LOOK_BACK, until, IN_DOUBT, now)
            installation.clear_restored(session, now)
        logger.warning(
            "An older database was restored: %d posts are looked up at TikTok, %d wait for the"
            " user, %d that went out are no longer in the plan",
            len(went_out),
            waiting,
            len(unknown) - len(went_out),
        )
        self._events.publish(PostsChanged())

    def _report(self, reading: JournalReading) -> None:
        for fault in reading.faults[:5]:
            logger.error(
                "The publish journal is partly not trusted: %s %s", fault.code, dict(fault.params)
            )


def _is_far(end: JournalMark, mark: JournalMark | None) -> bool:
    """Say whether reading from here again would take longer than keeping a mark."""
    start = 0 if mark is None else mark.offset_bytes
    return abs(end.offset_bytes - start) > WORTH_A_MARK_BYTES


def _sent_uploads(entries: Sequence[JournalEntry]) -> Uploads:
    """Return by post the uploads whose last byte may have left, oldest first."""
    steps: dict[tuple[str, str], dict[JournalStep, JournalEntry]] = defaultdict(dict)
    for entry in entries:
        steps[entry.post_id, entry.publish_id].setdefault(entry.step, entry)
    sent: dict[str, list[SentUpload]] = defaultdict(list)
    for (post_id, publish_id), told in steps.items():
        ended = told.get(JournalStep.ENDED)
        final = told.get(JournalStep.FINAL_INTENT) or ended
        if final is None:
            continue
        sent[post_id].append(
            SentUpload(
                publish_id=publish_id,
                size_bytes=final.size_bytes,
                final_intent_at=final.at,
                ended_at=None if ended is None else ended.at,
            )
        )
    return dict(sent)
