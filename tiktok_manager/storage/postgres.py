"""A team's database on a PostgreSQL server: the same queries, another engine.

Not offered to users yet: the publishing core is proven on it, the rest follows with teams.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.orm import Session
from typing_extensions import override

from tiktok_manager.domain.clock import Clock
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.faults import mapped_errors

_WRITERS = 0x7469_6B74_6F6B
_FROZEN_WRITER = "30s"
_PATIENCE = "75s"


class PostgresDatabase(Database):
    """Writers take turns by a lock of the server, as SQLite's do by the file's.

    So a query that reads and then writes is right on both. A writer that froze loses its turn, and
    what it wrote, to the server's limit for idle transactions; claims and fences are
    compare-and-set besides.
    """

    @override
    def __init__(self, url: str, clock: Clock) -> None:
        self.path = Path()
        self.shared = True
        self._driver = cast(ModuleType, None)
        self._clock = clock
        self._trouble = None
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
        with self._transaction(self._writer) as session:
            yield session

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
    def close(self) -> None:
        self._engine.dispose()

    def bring_up_to_date(self) -> None:
        """Make the tables where they are not there yet."""
        from tiktok_manager.storage import migrate

        with mapped_errors(), self._writer.connect() as connection, connection.begin():
            migrate.run(connection, "head")


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("write"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    connection.exec_driver_sql(
        f"SET LOCAL idle_in_transaction_session_timeout = '{_FROZEN_WRITER}'"
    )
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
