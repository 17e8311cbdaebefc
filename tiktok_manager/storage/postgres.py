"""A team's database on a PostgreSQL server: the same queries, another engine.

Not offered to users yet: the publishing core is proven on it, the rest follows with teams.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from typing_extensions import override

from tiktok_manager.domain.clock import Clock
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.faults import mapped_errors
from tiktok_manager.storage.locking import Patience
from tiktok_manager.storage.watch import ChangeWatch

_WRITERS = 0x7469_6B74_6F6B
_FROZEN_WRITER = "30s"
_PATIENCE = "75s"
_CHANNEL = "tiktok_manager"
_TELL = text(
    f"SELECT pg_notify('{_CHANNEL}', :who) WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
)
"""Tells all who listen, at the commit, that a transaction changed something; see ServerWatch."""


class PostgresDatabase(Database):
    """Writers take turns by a lock of the server, as SQLite's do by the file's.

    So a query that reads and then writes is right on both. A writer that froze loses its turn, and
    what it wrote, to the server's limit for idle transactions; claims and fences are
    compare-and-set besides. Of one process only one writer at a time waits at the server: else a
    machine that sleeps would hold up the others that long for each of its threads.
    """

    @override
    def __init__(self, url: str, clock: Clock) -> None:
        self.path = Path()
        self.shared = True
        self._driver = cast(ModuleType, None)
        self._clock = clock
        self._trouble = None
        self._file = None
        self._turn = threading.RLock()
        self._who = uuid.uuid4().hex
        self._listeners = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self.patience = Patience(lambda _blocked: None)  # a wait of the server's has its own end
        self._engine = create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True)
        self._writer = self._engine.execution_options(write=True)
        event.listen(self._engine, "begin", _on_begin)

    @contextmanager
    @override
    def read(self) -> Iterator[Session]:
        with self._transaction(self._engine) as session:
            yield session

    @contextmanager
    @override
    def write(self) -> Iterator[Session]:
        with self._turn, self._transaction(self._writer) as session:
            yield session
            session.flush()
            session.execute(_TELL, {"who": self._who})

    @contextmanager
    @override
    def watch(self) -> Iterator[ChangeWatch]:
        watch = ServerWatch(self._listeners, self._who)
        try:
            yield watch
        finally:
            watch.drop()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        with (
            mapped_errors(),
            Session(engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # who writes has the turn when this returns
            yield session

    @override
    def now(self, session: Session) -> datetime:
        """Return the server's time: machines need not agree with it or with each other."""
        told: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return told

    @override
    def settle_doubt(self) -> None:
        """Do nothing: the server answers for its disk."""

    @override
    def integrity(self) -> str:
        """Return `ok` if the server answers: it checks its pages itself."""
        with self.read() as session:
            return str(session.scalar(text("SELECT 'ok'")))

    @property
    @override
    def version(self) -> str:
        with self.read() as session:
            return str(session.scalar(text("SHOW server_version")))

    @override
    def checkpoint(self) -> None:
        """Do nothing: the server does."""

    @override
    def close(self) -> None:
        self._engine.dispose()

    def bring_up_to_date(self) -> None:
        """Make the tables where they are not there yet."""
        from tiktok_manager.storage import migrate

        with mapped_errors(), self._writer.connect() as connection, connection.begin():
            migrate.run(connection, "head")


class ServerWatch(ChangeWatch):
    """Listens for what other processes' commits tell; costs the server no query."""

    @override
    def __init__(self, engine: Engine, who: str) -> None:
        self._engine = engine
        self._who = who
        self._connection = None
        with mapped_errors():
            self._listen()

    @override
    def changed(self) -> bool:
        """Say whether others committed since the last call; so, too, after a broken connection."""
        try:
            listens = self._connection is not None
            told = [each.payload for each in self._listen().notifies(timeout=0)]
        except (DBAPIError, psycopg.Error):
            self.drop()
            return False
        return not listens or any(who != self._who for who in told)

    @override
    def drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, psycopg.Error):
                connection.close()

    def _listen(self) -> "psycopg.Connection[object]":
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.exec_driver_sql(f"LISTEN {_CHANNEL}")
        return cast("psycopg.Connection[object]", self._connection.connection.driver_connection)


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("write"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    connection.exec_driver_sql(
        f"SET LOCAL idle_in_transaction_session_timeout = '{_FROZEN_WRITER}'"
    )
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
