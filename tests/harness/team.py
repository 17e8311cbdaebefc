"""One machine of a team: the product as `app.py` builds it, on a server's database.

Journal, log and lock lie in the machine's own data folder; posts, accounts, tokens and the record
of the vault in the database that all share.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

from tests.fakes.first_steps import quick_keys
from tests.fakes.world import environment
from tests.harness import bugs_of_keeping
from tests.harness.mutations import Mutation
from tiktok_manager.app import Store, open_workspace
from tiktok_manager.domain.clock import Clock
from tiktok_manager.scheduler import runner
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services.installation import Installation
from tiktok_manager.services.publishing import service
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage import publishers
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.postgres import PostgresDatabase
from tiktok_manager.storage.schema import PublisherRow
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.machine import FolderMark
from tiktok_manager.system.paths import DataPaths

LEASE = timedelta(seconds=12)
RENEW_EVERY_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Which machine, whose database and which TikTok; `mutation` names a bug of `BUGS`."""

    name: str
    folder: Path
    database_url: str
    tiktok_url: str
    mutation: str = ""


class _Home(Installation):
    """A machine of a team: the database is at home on the server, and no machine's folder is."""

    @override
    def check(self) -> None:
        """Find nothing wrong: no folder is a copy of another."""

    @override
    def register_start(self) -> None:
        """Mark nothing."""

    @override
    def register_stop(self) -> None:
        """Mark nothing."""


@contextmanager
def workspace_of(machine: Machine) -> Iterator[Workspace]:
    """Open the product on this machine."""

    def open_server(_paths: DataPaths, clock: Clock, *_more: object) -> Database:
        return PostgresDatabase(machine.database_url, clock)

    def home(database: Database, paths: DataPaths, clock: Clock) -> Installation:
        return _Home(database, paths.root, lambda: machine.name, FolderMark(paths.root), clock)

    env = environment(machine.tiktok_url, machine.folder / machine.name)
    store = Store(open=open_server, home=home)
    with quick_keys(), open_workspace(env, store=store) as workspace:
        yield workspace


def publish(machine: Machine, until: Connection) -> None:
    """Be this machine's publisher until whoever holds the other end closes it, or dies."""
    service.LEASE, runner.RENEW_EVERY_S = LEASE, RENEW_EVERY_S
    if machine.mutation:
        BUGS[machine.mutation].apply()
    with workspace_of(machine) as workspace:
        publisher = _runner(workspace)
        publisher.start()
        until.poll(None)
        publisher.stop()


def _runner(workspace: Workspace) -> Runner:
    """Return what `app.make_runner` does, without the backups of a file."""
    return Runner(
        workspace.publishing,
        workspace.settings,
        workspace.database.watch,
        PublisherLock(workspace.paths.publisher_lock),
        workspace.events,
        workspace.clock,
        periodic={
            "room-on-the-disk": workspace.storage.prepare,
            "keep-alive": workspace.accounts.keep_alive,
        },
        stopping=workspace.database.patience.end,
    )


def _all_others_are_dead() -> None:
    def start(session: Session, owner: str, **values: object) -> frozenset[str]:
        original(session, owner, **values)  # type: ignore[arg-type]
        others = select(PublisherRow.owner).where(PublisherRow.owner != owner)
        return frozenset(session.scalars(others))

    original = publishers.start
    publishers.start = start
    bugs_of_keeping.adopting_resets()


BUGS: dict[str, Mutation] = {
    "all-others-are-dead": Mutation(
        what="a start takes other machines for dead, too, and plans anew what they were sending",
        apply=_all_others_are_dead,
    ),
}
