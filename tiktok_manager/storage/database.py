"""The one door to the database file: engine, pragmas, `read()` and `write()`.

A session lives inside one `with` block on a worker thread, with no network, keyring or Qt call
inside. Writers take the lock at BEGIN, so that a read never has to be upgraded to a write (SQLite
refuses that at once, whatever the busy timeout).

After a failed write or fsync the system may have dropped what it could not put on disk, and the
next commit may succeed all the same. So the file is then in doubt: every connection is closed, and
nothing is written until the file was read again from the disk and found whole.
"""

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import ModuleType

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    DatabaseReadOnly,
    StorageError,
)
from tiktok_manager.storage import faults, integrity
from tiktok_manager.storage.driver import is_safe_to_share, load_driver
from tiktok_manager.storage.faults import Fault, fault_of, mapped_errors
from tiktok_manager.storage.locking import BUSY_TIMEOUT_MS, Gate, Patience
from tiktok_manager.storage.ownership import Ownership, check_writable
from tiktok_manager.storage.revisions import HEAD_REVISION, check_revision, revision_of
from tiktok_manager.storage.watch import ChangeWatch, CommitNumbers, count_changes

__all__ = [
    "ChangeWatch",
    "Database",
    "Session",
    "is_safe_to_share",
    "load_driver",
    "open_database",
]

logger = logging.getLogger(__name__)

_writing = threading.local()
NO_SPACE_BYTES = 1_000_000
ANALYSIS_LIMIT = 400
_OTHERS_LEAVE_S = 10.0
_PRAGMAS = (
    "foreign_keys=ON",
    "synchronous=FULL",
    "trusted_schema=OFF",
    "temp_store=MEMORY",
)


class Database:
    """An open database whose schema is current.

    `shared` is False where this machine's SQLite is unsafe to share: then this process owns the
    file, a second one is refused, and writers take turns. `make_room` is called when the disk is
    full, `alarm` when another program blocks the file for long, and when that is over.
    """

    def __init__(
        self,
        path: Path,
        driver: ModuleType,
        clock: Clock,
        *,
        make_room: Callable[[], None] = lambda: None,
        alarm: Callable[[bool], None] = lambda _blocked: None,
    ) -> None:
        self.path = path
        self.shared = is_safe_to_share(driver.sqlite_version_info)
        self.patience = Patience(alarm)
        self._driver = driver
        self._clock = clock
        self._make_room = make_room
        self._file: os.stat_result | None = None
        self._gate = Gate()
        self._has_written = False
        self._turn: AbstractContextManager[object] = nullcontext()
        self._owner = None if self.shared else Ownership(path, driver)
        if self._owner is not None:
            self._turn = threading.RLock()
        self._watches: set[ChangeWatch] = set()
        self._numbers = CommitNumbers()
        self._doubt = ""
        self._trouble: StorageError | None = None
        self._known: integrity.Acknowledged | None = None
        self._engine = self._create_engine()
        self._writer = self._engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read transaction: one consistent picture."""
        with self._session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a write transaction; it is durable on disk when the block ends without error.

        Waits for other programs' locks longer than a minute, then raises DatabaseBusy. Raises
        DiskFull, DatabaseDamaged, DatabaseReadOnly; then nothing was written, or it is not known.
        """
        self.settle_doubt()
        if self._trouble is not None:
            raise self._trouble.with_traceback(None)
        with self._turn, _one_file_at_a_time(self.path):
            with self._numbered_session() as session:
                yield session
            self._has_written = True
            self._known = integrity.acknowledged_by(session) or self._known

    @contextmanager
    def _numbered_session(self) -> Iterator[Session]:
        """Open a session whose commit, if it changes anything, is known as ours to a watch."""
        number = None
        try:
            with self._session(self._writer, patient=True) as session:
                changes = count_changes(session)
                yield session
                session.flush()
                if count_changes(session) != changes:
                    number = self._numbers.sign(session)
        except BaseException:
            if number is not None:
                self._numbers.failed(number)
            raise

    @contextmanager
    def watch(self) -> Iterator[ChangeWatch]:
        """Open a connection of its own that notices commits of other processes."""
        with mapped_errors(self._notice):
            watch = ChangeWatch(self._engine.connect, self._driver, self._notice, self._numbers)
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)
            watch.drop()

    def now(self, _session: Session) -> datetime:
        """Return the time by which leases are given and compared.

        Every process that shares the file has this machine's clock.
        """
        return self._clock.now()

    @property
    def version(self) -> str:
        """The version of SQLite in use."""
        return str(self._driver.sqlite_version)

    @property
    def trouble(self) -> StorageError | None:
        """Why nothing can be written, if so; see `settle_doubt`."""
        return self._trouble

    def settle_doubt(self) -> None:
        """After an error of the disk, open the file anew and prove it whole, or only read from now.

        Raises StorageError while that cannot be found out. Costs nothing without a doubt.
        """
        if not self._doubt or self._gate.passed:
            return
        with self._gate.alone(_OTHERS_LEAVE_S) as alone, mapped_errors():
            if not alone:
                raise faults.unusable(self._doubt)
            if self._doubt:
                self._judge()

    def is_writable_again(self) -> bool:
        """Look whether a database that could not be written can be now; a damaged one never."""
        if not isinstance(self._trouble, DatabaseReadOnly):
            return self._trouble is None
        self._trouble = None
        self._engine.dispose()  # what was opened for reading only stays so
        try:
            with self.write():
                return True
        except StorageError:
            return False

    def integrity(self) -> str:
        """Check the whole file; returns `ok` or what SQLite found."""
        with self.read() as session:
            row = session.connection().exec_driver_sql("PRAGMA integrity_check").first()
        return str(row[0]) if row else "unknown"

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers and the disk allow."""
        try:
            with self._turn, mapped_errors(self._notice), self._raw() as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except StorageError as exc:
            logger.warning("The write-ahead log stays as it is: %s", exc)

    def _optimize(self) -> None:
        """Let SQLite renew its statistics where they are out of date (sqlite.org/lang_analyze)."""
        try:
            with self._turn, mapped_errors(self._notice), self._raw() as raw:
                raw.cursor().execute(f"PRAGMA analysis_limit={ANALYSIS_LIMIT}")
                raw.cursor().execute("PRAGMA optimize")
        except StorageError as exc:
            logger.info("The query planner's statistics stay as they are: %s", exc)

    def copy_to(self, destination: Path) -> None:
        """Copy the database as it is now into an empty file, while it may be in use."""
        with (
            mapped_errors(),
            self._raw() as raw,
            closing(self._driver.connect(destination)) as copy,
        ):
            raw.backup(copy)

    def is_in_place(self) -> bool:
        """Say whether the open file still bears its name; a restore puts another there."""
        try:
            return self._file is None or os.path.samestat(self._file, self.path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Close every connection; keep what the query planner should know of what was written."""
        if self._has_written and self._trouble is None and not self._doubt:
            self._optimize()
        self._engine.dispose()
        if self._owner is not None:
            self._owner.close()

    @contextmanager
    def _session(self, engine: Engine, *, patient: bool = False) -> Iterator[Session]:
        def begin() -> Session:
            return _begin(engine)

        with (
            self._gate.passing(),
            mapped_errors(self._notice),
            self.patience.wait(begin) if patient else begin() as session,
            session.get_transaction() or session.begin(),
        ):
            yield session

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        with self._gate.passing(), closing(self._engine.raw_connection()) as raw:
            connection: sqlite3.Connection = raw.driver_connection  # type: ignore[assignment]
            yield connection

    def _notice(self, fault: Fault, reason: str) -> Fault:
        """Draw the consequences of a fault; returns what it turned out to be."""
        if fault is Fault.UNREADABLE and self._is_disk_full():
            fault = Fault.FULL
            self._doubt = self._doubt or reason
        if fault is Fault.FULL:
            self._make_room()
        elif fault is Fault.READ_ONLY:
            self._trouble = self._trouble or faults.read_only(reason)
        elif fault is not Fault.BUSY and self._trouble is None:
            self._doubt = self._doubt or reason
        return fault

    def _is_disk_full(self) -> bool:
        try:
            return shutil.disk_usage(self.path.parent).free < NO_SPACE_BYTES
        except OSError:
            return False

    def _judge(self) -> None:
        for watch in tuple(self._watches):
            watch.drop()
        self._engine.dispose()
        try:
            found = integrity.verdict(self.path, self._driver, self._known)
        except self._driver.Error as exc:
            if fault_of(exc) in {Fault.BUSY, Fault.UNREADABLE}:
                raise
            found = str(exc)
        if found:
            self._trouble = faults.damaged(found)
            logger.error(
                "Only reading goes on: after “%s” the database says “%s”", self._doubt, found
            )
        else:
            logger.warning("After “%s” the database was opened anew and is whole", self._doubt)
        self._doubt = ""

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
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise StorageError("no_write_ahead_log", mode=mode)


@contextmanager
def _one_file_at_a_time(path: Path) -> Iterator[None]:
    """Refuse to write two files at once: a commit over both could be lost in one of them."""
    writing: Path | None = getattr(_writing, "path", None)
    if writing is not None and writing != path:
        raise RuntimeError(f"{path.name} is written while {writing.name} is")
    _writing.path = path
    try:
        yield
    finally:
        _writing.path = writing


def open_database(
    path: Path,
    backups_dir: Path,
    clock: Clock,
    *,
    make_room: Callable[[], None] = lambda: None,
    alarm: Callable[[bool], None] = lambda _blocked: None,
) -> Database:
    """Open the database, making or migrating it first; see `Database` for the two calls.

    Raises DatabaseTooNew for a file of a newer version, DatabaseDamaged, DatabaseReadOnly, and
    another StorageError for one that cannot be read.
    """
    check_writable(path)
    with mapped_errors():
        database = Database(path, load_driver(), clock, make_room=make_room, alarm=alarm)
        try:
            _bring_up_to_date(database, backups_dir, clock)
        except BaseException:
            database.close()
            raise
    return database


def _bring_up_to_date(database: Database, backups_dir: Path, clock: Clock) -> None:
    with database.read() as session:
        revision = revision_of(session.connection())
    if revision == HEAD_REVISION:
        return
    if revision is not None:
        check_revision(revision)
    # Alembic costs a quarter of a second: only a start that migrates pays it.
    from tiktok_manager.storage import migrate

    migrate.upgrade(database.path, load_driver(), backups_dir, clock)


def _begin(engine: Engine) -> Session:
    """Open a session whose transaction has begun: who writes has the lock when this returns."""
    session = Session(engine, expire_on_commit=False)
    try:
        session.connection()
    except BaseException:
        session.close()
        raise
    return session


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
