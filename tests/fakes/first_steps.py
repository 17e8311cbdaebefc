"""What every new data folder costs, spared to tests that are about something else."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine

from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.storage.database import Database, load_driver, open_database
from tiktok_manager.system import vault
from tiktok_manager.system.paths import open_data_paths

STATEMENTS = 5_000


def quick_key(passphrase: str, salt: bytes, cost: vault.ScryptCost) -> bytes:
    """Derive a master key at once: what scrypt costs an attacker is tested with the vault."""
    del cost
    return hashlib.sha256(passphrase.encode() + salt).digest()


@contextmanager
def quick_keys() -> Iterator[None]:
    """Let passphrases cost nothing."""
    kept, vault._derive = vault._derive, quick_key
    try:
        yield
    finally:
        vault._derive = kept


def lay_empty_database(data_dir: Path) -> None:
    """Put a migrated, empty database into a new data folder; leave one that is there."""
    database = open_data_paths({"TIKTOK_MANAGER_DATA_DIR": str(data_dir)}).database
    if not database.exists():
        shutil.copy(_empty_database(), database)


@cache
def _empty_database() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="empty-database-"))
    path = folder / "empty.db"
    open_database(path, folder, SystemClock()).close()
    return path


@contextmanager
def shared_statements() -> Iterator[None]:
    """Let all databases of this process have what SQLAlchemy learned by compiling statements."""
    create = Database._create_engine

    def create_like_others(database: Database) -> Engine:
        engine = create(database)
        if database._driver is load_driver():
            example = _example()
            engine.dialect, engine._compiled_cache = example.dialect, example._compiled_cache
        return engine

    setattr(Database, "_create_engine", create_like_others)  # noqa: B010 - a method made elsewhere
    try:
        yield
    finally:
        setattr(Database, "_create_engine", create)  # noqa: B010


@cache
def _example() -> Engine:
    """Return an engine that has been connected: only then its dialect knows what SQLite can do."""
    engine = create_engine("sqlite://", module=load_driver(), query_cache_size=STATEMENTS)
    engine.connect().close()
    engine.dispose()
    return engine
