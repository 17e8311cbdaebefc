"""The one door to the database file: engine, pragmas, `read()` and `write()`.

A session lives inside one `with` block on a worker thread, with no network, keyring or Qt call
inside. Writers take the lock at BEGIN, so that a read never has to be upgraded to a write (SQLite
refuses that at once, whatever the busy timeout).
"""

import importlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import DatabaseBusy, DatabaseTooNew, StorageError

HEAD_REVISION = "0001"
KNOWN_REVISIONS = ("0001",)
BUSY_TIMEOUT_MS = 5_000


def load_driver() -> ModuleType:
    """Return the SQLite driver: the bundled new SQLite where there is one, else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def is_safe_to_share(version: tuple[int, ...]) -> bool:
    """Say whether two connections may write to one WAL file with this SQLite.

    3.7.0 to 3.51.2 can lose commits when two connections write and checkpoint at once; fixed in
    3.51.3, 3.50.7 and 3.44.6 (sqlite.org/wal.html#walresetbug).
    """
    return (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51)
        or ((3, 44, 6) <= version < (3, 45))
    )


class Database:
    """An open database whose schema is current.

    `shared` is False where this machine's SQLite is unsafe to share: then this process holds the
    file exclusively and a second one is refused.
    """

    def __init__(self, path: Path, driver: ModuleType) -> None:
        self.path = path
        self.shared = is_safe_to_share(driver.sqlite_version_info)
        self._driver = driver
        self._file: os.stat_result | None = None
        self._engine = self._create_engine()
        self._writer = self._engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read transaction: one consistent picture."""
        with _mapped_errors(), _session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a write transaction; it is durable on disk when the block ends without error."""
        with _mapped_errors(), _session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def watch(self) -> Iterator["ChangeWatch"]:
        """Open a connection of its own that notices commits of other processes."""
        with _mapped_errors(), self._engine.connect() as connection:
            yield ChangeWatch(connection)

    @property
    def version(self) -> str:
        """The version of SQLite in use."""
        return str(self._driver.sqlite_version)

    def integrity(self) -> str:
        """Check the whole file; returns `ok` or what SQLite found."""
        with self.read() as session:
            row = session.connection().exec_driver_sql("PRAGMA integrity_check").first()
        return str(row[0]) if row else "unknown"

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers allow."""
        with _mapped_errors(), closing(self._engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, destination: Path) -> None:
        """Copy the database as it is now into an empty file, while it may be in use."""
        with (
            _mapped_errors(),
            closing(self._engine.raw_connection()) as raw,
            closing(self._driver.connect(destination)) as copy,
        ):
            source = raw.driver_connection
            if source is not None:
                source.backup(copy)

    def is_in_place(self) -> bool:
        """Say whether the open file still bears its name; a restore puts another there."""
        try:
            return self._file is None or os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _create_engine(self) -> Engine:
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(self.path)),
            module=self._driver,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=24,
            connect_args={
                "check_same_thread": False,
                "timeout": BUSY_TIMEOUT_MS / 1000,
            },
        )
        event.listen(engine, "connect", self._on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def _on_connect(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        self._file = self._file or self.path.stat()
        for pragma in self._pragmas():
            connection.execute(f"PRAGMA {pragma}")
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise StorageError(
                "The database cannot be opened safely.",
                f"Its folder does not support write-ahead logging (mode “{mode}”).",
                "Move the data folder to a local disk.",
            )

    def _pragmas(self) -> Iterator[str]:
        if not self.shared:
            yield "locking_mode=EXCLUSIVE"
        yield f"busy_timeout={BUSY_TIMEOUT_MS}"
        yield "foreign_keys=ON"
        yield "synchronous=FULL"
        yield "trusted_schema=OFF"
        yield "temp_store=MEMORY"


class ChangeWatch:
    """Tells whether another connection has committed since the last look."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.connection.cursor()
        self._version = self._read()

    def changed(self) -> bool:
        """Say whether the file changed since the last call; costs microseconds."""
        before, self._version = self._version, self._read()
        return before != self._version

    def _read(self) -> int:
        self._cursor.execute("PRAGMA data_version")
        row = self._cursor.fetchone()
        return int(row[0]) if row else 0


def open_database(path: Path, backups_dir: Path, clock: Clock) -> Database:
    """Open the database, making or migrating it first.

    Raises DatabaseTooNew for a file of a newer version, StorageError for one that cannot be read.
    """
    database = Database(path, load_driver())
    try:
        with _mapped_errors():
            _bring_up_to_date(database, backups_dir, clock)
    except BaseException:
        database.close()
        raise
    return database


def _bring_up_to_date(database: Database, backups_dir: Path, clock: Clock) -> None:
    revision = _revision(database)
    if revision == HEAD_REVISION:
        return
    if revision is not None and revision not in KNOWN_REVISIONS:
        raise DatabaseTooNew(
            "This data folder was used by a newer version.",
            f"Its database has schema {revision}; this version knows {HEAD_REVISION}.",
            "Update TikTok Manager, or choose another data folder.",
        )
    # Alembic costs a quarter of a second: only a start that migrates pays it.
    from tiktok_manager.storage import migrate

    migrate.upgrade(database.path, load_driver(), backups_dir, clock)


def _revision(database: Database) -> str | None:
    with database.read() as session:
        connection = session.connection()
        has_table = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).first()
        if has_table is None:
            return None
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return None if row is None else str(row[0])


def _session(engine: Engine) -> Session:
    return Session(engine, expire_on_commit=False)


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _mapped_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        text = str(exc.orig)
        if "locked" in text or "busy" in text:
            raise DatabaseBusy(
                "The database is busy.",
                "Another program has held its lock for some seconds.",
                "Close other programs that use the data folder and try again.",
            ) from exc
        raise _storage_error(text) from exc
    except DatabaseError as exc:
        if (exc.orig is not None and "malformed" in str(exc.orig)) or "not a database" in str(exc):
            raise _storage_error(str(exc.orig)) from exc
        raise


def _storage_error(reason: str) -> StorageError:
    return StorageError(
        "The database cannot be used.",
        f"SQLite says: {reason}.",
        "Check that the data folder is writable and the disk has space.",
    )
