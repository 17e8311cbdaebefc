"""Whether this data folder is the one that may publish, or a copy of it.

Two copies of a data folder on two machines would both post what is due. So a database remembers
its machine and its place, and the publisher does not start elsewhere until the user says that
this is the only copy now (`doctor --adopt`). A folder put back from a copy of its own brings its
old publish journal along, which cannot tell what went out since. So the folder is marked anew at
each start and each end of the publisher, and before the last byte of each post leaves: a database
that does not know the mark counts as a restored backup.
"""

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import ActionNeeded, StorageError
from tiktok_manager.storage import installation as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.installation import Install


class Mark(Protocol):
    """What tells a folder from what was put in its place."""

    def here(self) -> str | None:
        """Return the folder's mark; empty if it has none, None if that cannot be told."""

    def make_next(self) -> str:
        """Return the mark that is to follow, empty if none can be made here."""

    def change(self, following: str) -> None:
        """Put the next mark in place if it is this one, or leave the one that is there."""


class Installation:
    """The home of one data folder. The machine's id is asked for only when it is needed."""

    def __init__(
        self,
        database: Database,
        root: Path,
        machine_id: Callable[[], str],
        mark: Mark,
        clock: Clock,
    ) -> None:
        self._database = database
        self._mark = mark
        self._place = os.path.normcase(root.resolve())
        self._machine_id = machine_id
        self._clock = clock
        self._marking = threading.Lock()

    def enroll(self) -> None:
        """Give a new database its home; one that has a home keeps it."""
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is None or known.place is None:
            self._save_location(known.install_id if known else "")

    def check(self) -> None:
        """Raise ActionNeeded in a copy, StorageError where the database was replaced meanwhile."""
        if not self._database.is_in_place():
            raise StorageError("database_replaced")
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is not None and not self._is_at_home(known):
            raise ActionNeeded(
                "copied_data_folder", place=known.place or "", elsewhere=self._other_machine(known)
            )

    def register_start(self) -> None:
        """Begin to publish; in a folder put back, let posts be set aside as after a restore."""
        known = self._at_home()
        if known is not None:
            is_news = known.backup_at is None and self._is_put_back(known)
            self._save_location(known.install_id, restored=is_news)

    def register_stop(self) -> None:
        """End publishing: a copy made until now is noticed if it comes back in any way."""
        known = self._at_home()
        if known is not None and not self._is_put_back(known):
            self._save_location(known.install_id)

    def identity(self) -> tuple[str, str]:
        """Return a mark of this machine, and the data folder on it: one publisher runs there."""
        with self._database.read() as session:
            known = queries.get_install(session)
        return self._machine(known.install_id if known else ""), self._place

    @contextmanager
    def moved_on(self) -> Iterator[Sequence[str]]:
        """Mark the folder anew around the commit that lets a last byte leave.

        Gives the marks that this commit is to keep (`storage.installation.add_marks`). So whatever
        copy of the folder is made, either it knows of the post, or not of the mark. Raises
        StorageError if the mark cannot be moved: the last byte must stay.
        """
        with self._marking:
            here, following = self._mark.here(), self._mark.make_next()
            yield _known(here, following)
            self._mark.change(following)
            if here is not None and self._mark.here() in {here, "", None}:
                raise StorageError("folder_not_marked")

    def adopt(self) -> bool:
        """Make this the data folder's home; False if it is already.

        The other copy may have published meanwhile, so this counts as a restored backup too.
        """
        if self._at_home() is not None:
            return False
        self._save_location("", restored=True)
        return True

    def _save_location(self, install_id: str, *, restored: bool = False) -> None:
        install_id = install_id or uuid.uuid4().hex
        machine, now = self._machine(install_id), self._clock.now()
        with self._marking:
            here, following = self._mark.here(), self._mark.make_next()
            with self._database.write() as session:
                queries.settle_at(session, install_id, machine=machine, place=self._place, now=now)
                queries.add_marks(session, _known(here, following))
                newest = queries.newest_instant(session) if restored else None
                if newest is not None:
                    queries.mark_restored(session, newest, now)
            self._mark.change(following)

    def _at_home(self) -> Install | None:
        with self._database.read() as session:
            known = queries.get_install(session)
        return known if known is not None and self._is_at_home(known) else None

    def _is_at_home(self, known: Install) -> bool:
        return known.place in {None, self._place} and not self._other_machine(known)

    def _is_put_back(self, known: Install) -> bool:
        here = self._mark.here() if known.marks else None
        return here is not None and here not in known.marks

    def _other_machine(self, known: Install) -> bool:
        here = self._machine(known.install_id)
        return bool(known.machine and here and known.machine != here)

    def _machine(self, install_id: str) -> str:
        """Return a mark of this machine that says nothing about it to others."""
        told = self._machine_id()
        return hashlib.sha256(f"{install_id}/{told}".encode()).hexdigest()[:32] if told else ""


def _known(here: str | None, following: str) -> list[str]:
    """Return the marks to know before the second takes the first's place, wherever this ends."""
    return [mark for mark in (here, following) if mark]
