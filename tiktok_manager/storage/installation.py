"""Queries for where a database is at home, and what was restored into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tiktok_manager.storage.schema import InstallRow, PostRow, StepRow

KNOWN_MARKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """The home of a database. `backup_at`: it is a restored backup nobody has looked at yet.

    `marks` are those the data folder had lately, and the one it may have next.
    """

    install_id: str
    machine: str | None
    place: str | None
    marks: tuple[str, ...]
    backup_at: datetime | None
    restored_at: datetime | None


def get_install(session: Session) -> Install | None:
    """Return the home of this database, None in a new one."""
    row = session.get(InstallRow, 1)
    if row is None:
        return None
    return Install(
        install_id=row.install_id,
        machine=row.machine,
        place=row.place,
        marks=tuple((row.folder or "").split()),
        backup_at=row.backup_at,
        restored_at=row.restored_at,
    )


def settle_at(
    session: Session, install_id: str, *, machine: str, place: str, now: datetime
) -> None:
    """Keep that this database is at home here from now on."""
    row = _row(session, install_id, now)
    row.install_id = install_id
    row.machine = machine
    row.place = place


def add_marks(session: Session, marks: Sequence[str]) -> None:
    """Keep marks of the data folder along with the last ones: two may be at it at once."""
    row = session.get_one(InstallRow, 1)
    known = [mark for mark in (row.folder or "").split() if mark not in marks]
    row.folder = " ".join([*known, *marks][-KNOWN_MARKS:])


def mark_restored(session: Session, backup_at: datetime, now: datetime) -> None:
    """Ask the publisher to set posts aside as after a restore, now, of a backup from then."""
    row = session.get_one(InstallRow, 1)
    row.restored_at = now
    if row.backup_at is None or backup_at < row.backup_at:
        row.backup_at = backup_at


def clear_restored(session: Session, now: datetime) -> None:
    """Keep that the posts in doubt are set aside."""
    row = session.get_one(InstallRow, 1)
    row.backup_at = None
    row.restored_at = now


def journal_known(session: Session) -> tuple[int, str] | None:
    """Return how many bytes of the journal are known here, and the MAC they end with."""
    row = session.get(InstallRow, 1)
    if row is None or row.journal_bytes is None or row.journal_mac is None:
        return None
    return row.journal_bytes, row.journal_mac


def put_journal_known(session: Session, size_bytes: int, mac: str) -> None:
    """Keep that all the journal tells so far is known here."""
    row = session.get_one(InstallRow, 1)
    row.journal_bytes, row.journal_mac = size_bytes, mac


def newest_instant(session: Session) -> datetime | None:
    """Return the last instant this database knows of; None if nothing ever happened."""
    instants = (
        session.scalar(select(func.max(PostRow.updated_at))),
        session.scalar(select(func.max(StepRow.at))),
    )
    return max((instant for instant in instants if instant is not None), default=None)


def _row(session: Session, install_id: str, now: datetime) -> InstallRow:
    row = session.get(InstallRow, 1)
    if row is None:
        row = InstallRow(id=1, install_id=install_id, created_at=now)
        session.add(row)
    return row
