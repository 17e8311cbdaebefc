"""Whether this data folder is the one that may publish, or a copy of it.

Two copies of a data folder on two machines would both post what is due. So a database remembers
its machine and its place, and the publisher does not start elsewhere until the user says that
this is the only copy now (`doctor --adopt`). It remembers the very folder, too: one put back in
its place brings its own publish journal along, which cannot tell what went out since, so this
counts as a restored backup.
"""

import hashlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import ActionNeeded, StorageError
from tiktok_manager.storage import installation as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.installation import Install


class Installation:
    """The home of one data folder. Both ids are asked for only when they are needed."""

    def __init__(
        self,
        database: Database,
        root: Path,
        machine_id: Callable[[], str],
        folder_id: Callable[[Path], str],
        clock: Clock,
    ) -> None:
        self._database = database
        self._root = root
        self._folder_id = folder_id
        self._place = os.path.normcase(root.resolve())
        self._machine_id = machine_id
        self._clock = clock

    def enroll(self) -> None:
        """Give a new database its home; one that has a home keeps it."""
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is None or known.place is None:
            self._settle(known.install_id if known else "")

    def check(self) -> None:
        """Raise ActionNeeded in a copy, StorageError where the database was replaced meanwhile."""
        if not self._database.is_in_place():
            raise StorageError(
                "A backup was restored while this was open.",
                "What is shown here is the former database; nothing is published from it.",
                "Close TikTok Manager and open it again.",
            )
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is not None and not self._is_at_home(known):
            raise ActionNeeded(
                "This data folder is a copy, so it does not publish.",
                f"It was made at {known.place}{self._other_machine(known)}."
                " If both copies published, posts would go out twice.",
                "If this is the only copy in use from now on, run `tiktok-manager doctor --adopt`.",
                code="copied_data_folder",
            )

    def come_home(self) -> None:
        """In a folder put back from a copy, let posts be set aside as after a restore."""
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is not None and self._is_at_home(known) and self._is_put_back(known):
            self._settle(known.install_id, restored=True)

    def adopt(self) -> bool:
        """Make this the data folder's home; False if it is already.

        The other copy may have published meanwhile, so this counts as a restored backup too.
        """
        with self._database.read() as session:
            known = queries.get_install(session)
        if known is not None and self._is_at_home(known):
            return False
        self._settle("", restored=True)
        return True

    def _settle(self, install_id: str, *, restored: bool = False) -> None:
        install_id = install_id or uuid.uuid4().hex
        machine, folder = self._machine(install_id), self._folder_id(self._root)
        now = self._clock.now()
        with self._database.write() as session:
            queries.settle_at(
                session, install_id, machine=machine, place=self._place, folder=folder, now=now
            )
            newest = queries.newest_instant(session) if restored else None
            if newest is not None:
                queries.mark_restored(session, newest, now)

    def _is_at_home(self, known: Install) -> bool:
        return known.place in {None, self._place} and not self._other_machine(known)

    def _is_put_back(self, known: Install) -> bool:
        here = self._folder_id(self._root) if known.folder else ""
        return bool(here) and here != known.folder

    def _other_machine(self, known: Install) -> str:
        here = self._machine(known.install_id)
        if not known.machine or not here or known.machine == here:
            return ""
        return " on another machine"

    def _machine(self, install_id: str) -> str:
        """Return a mark of this machine that says nothing about it to others."""
        told = self._machine_id()
        return hashlib.sha256(f"{install_id}/{told}".encode()).hexdigest()[:32] if told else ""
