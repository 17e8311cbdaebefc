"""Upgrades a database file on a connection of its own, after a verified backup.

The only module that imports Alembic; loaded only when the schema is not current.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import NullPool

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import StorageError

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(
    path: Path,
    driver: ModuleType,
    backups_dir: Path,
    clock: Clock,
    target: str = "head",
) -> None:
    """Bring the file to `target` in one transaction, or leave it as it was."""
    if _has_tables(path, driver):
        back_up(
            path,
            driver,
            backups_dir / f"before-upgrade-{clock.now():%Y%m%dT%H%M%S}.sqlite3",
        )
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        module=driver,
        poolclass=NullPool,
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection, connection.begin():
            run(connection, target)
            _check_foreign_keys(connection)
    finally:
        engine.dispose()


def back_up(path: Path, driver: ModuleType, destination: Path) -> None:
    """Copy the database while it may be in use and check the copy; raises StorageError."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.touch(mode=0o600)
    with (
        closing(driver.connect(path)) as source,
        closing(driver.connect(destination)) as copy,
    ):
        source.backup(copy)
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        destination.unlink(missing_ok=True)
        raise StorageError("damaged_not_upgraded", reason=verdict)


def run(connection: Connection, target: str) -> None:
    """Bring the tables of an open transaction to `target`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StorageError("upgrade_refused", rows=len(broken))


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # A batch rebuild of a parent table would otherwise delete its children.
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA synchronous=FULL")


def _has_tables(path: Path, driver: ModuleType) -> bool:
    with closing(driver.connect(path)) as connection:
        row = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(row[0])
