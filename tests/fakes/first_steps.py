"""What every new data folder costs, spared to tests that are about something else."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.storage.database import open_database
from tiktok_manager.system import vault
from tiktok_manager.system.paths import open_data_paths


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
