"""The counters' file beside the database: opened when first asked for, made anew when lost.

It is a database of its own, on connections of its own, and not attached to those that write posts:
`BEGIN IMMEDIATE` locks every attached file, a commit over two files in WAL mode is not atomic, and
a damaged file attached would fail the writers of posts. So no transaction ever covers both,
publishing never opens it, and its commits wake no publisher.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import DatabaseDamaged, DatabaseTooNew, StorageError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.storage.database import Database, Session, load_driver
from tiktok_manager.storage.integrity import side_files
from tiktok_manager.storage.migrations.metrics import STEPS, application_id, steps_of

logger = logging.getLogger(__name__)


class MetricsFile:
    """Safe from any thread. `is_expected` says whether a missing file is a loss.

    A damaged file is moved into a folder of its own in `aside_dir`; the next call makes a new one.
    """

    def __init__(
        self,
        path: Path,
        aside_dir: Path,
        clock: Clock,
        *,
        is_expected: Callable[[], bool] = lambda: False,
        make_room: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self._aside_dir = aside_dir
        self._clock = clock
        self._is_expected = is_expected
        self._make_room = make_room
        self._guard = threading.Lock()
        self._database: Database | None = None
        self._aside: Path | None = None

    def look(self, *, thorough: bool) -> Finding | None:
        """Return what was wrong with the file; it is mended now, by beginning anew.

        None if all is well, or nothing was counted yet. `thorough` looks through the whole file.
        Raises StorageError where it cannot be read, DatabaseTooNew where it must not.
        """
        is_lost, aside = not self._is_there(), self._aside
        if is_lost and not self._is_expected():
            return None
        try:
            with self._watched() as database:
                verdict = database.integrity() if thorough else "ok"
                if verdict != "ok":
                    raise DatabaseDamaged(reason=verdict)
        except StorageError:
            if self._aside is aside:
                raise
        if self._aside is not aside:
            return Finding(code="metrics_damaged", params={"folder": str(self._aside)})
        return Finding(code="metrics_lost") if is_lost else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read transaction; raises StorageError."""
        with self._watched() as database, database.read() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a write transaction; raises StorageError. Keep it short."""
        with self._watched() as database, database.write() as session:
            yield session

    def copy_to(self, destination: Path) -> None:
        """Copy the file as it is now into an empty one; raises StorageError."""
        with self._watched() as database:
            database.copy_to(destination)

    def close(self) -> None:
        """Close it, if it was ever opened."""
        with self._guard:
            database, self._database = self._database, None
        if database is not None:
            database.checkpoint()
            database.close()

    @contextmanager
    def _watched(self) -> Iterator[Database]:
        database = self._open()
        try:
            yield database
        except DatabaseDamaged as exc:
            with self._guard:
                if self._database is database:
                    self._set_aside(database, exc)
            raise StorageError("metrics_damaged", folder=str(self._aside)) from exc

    def _open(self) -> Database:
        with self._guard:
            if self._database is None:
                try:
                    self._database = self._opened()
                except DatabaseDamaged as exc:
                    self._set_aside(None, exc)
                    self._database = self._opened()
            return self._database

    def _opened(self) -> Database:
        is_lost = not self._is_there() and self._is_expected()
        database = Database(self.path, load_driver(), self._clock, make_room=self._make_room)
        try:
            _bring_up_to_date(database)
        except BaseException:
            database.close()
            raise
        if is_lost:
            logger.warning("%s is gone: counters begin anew; posts are safe", self.path.name)
        return database

    def _is_there(self) -> bool:
        return self.path.exists() and self.path.stat().st_size > 0

    def _set_aside(self, database: Database | None, exc: DatabaseDamaged) -> None:
        self._database = None
        if database is not None:
            database.close()
        prefix = f"metrics-damaged-{self._clock.now():%Y%m%dT%H%M%S}-"
        self._aside = aside = Path(tempfile.mkdtemp(prefix=prefix, dir=self._aside_dir))
        for file in (self.path, *side_files(self.path)):
            with suppress(FileNotFoundError):
                file.rename(aside / file.name)
        logger.warning("The counters were damaged and lie in %s now: %s", aside, exc)


def _bring_up_to_date(database: Database) -> None:
    with database.read() as session:
        version = _version(session)
    if version == len(STEPS):
        return
    if version > len(STEPS):
        raise DatabaseTooNew("metrics_too_new", revision=str(version), known=str(len(STEPS)))
    with database.write() as session:
        connection = session.connection()
        for step in STEPS[_version(session) :]:  # another process may have been here meanwhile
            for statement in step:
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA application_id={application_id(len(STEPS))}")


def _version(session: Session) -> int:
    row = session.connection().exec_driver_sql("PRAGMA application_id").first()
    return 0 if row is None else steps_of(int(row[0]))
