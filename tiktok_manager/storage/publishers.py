"""Queries for the publishers of a database: whose claims are a dead one's."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tiktok_manager.storage.schema import PublisherRow


def start(
    session: Session, owner: str, *, machine: str, folder: str, pid: int, now: datetime
) -> frozenset[str]:
    """Note a publisher that holds the lock of its data folder; returns the owners now proven dead.

    These are the others that ran on this folder of this machine: the lock was theirs. Nothing is
    known of publishers elsewhere that share the database: their leases run out by themselves.
    """
    here = (PublisherRow.machine == machine, PublisherRow.folder == folder)
    dead = session.scalars(
        select(PublisherRow.owner).where(*here, PublisherRow.owner != owner)
    ).all()
    session.execute(delete(PublisherRow).where(*here))
    session.add(PublisherRow(owner=owner, machine=machine, folder=folder, pid=pid, started_at=now))
    return frozenset(dead)
