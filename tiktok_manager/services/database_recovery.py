"""The way out of a damaged database: which backup to restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import DatabaseDamaged

if TYPE_CHECKING:
    from tiktok_manager.services.backups import Backup
    from tiktok_manager.system.paths import DataPaths

_HEADER_BYTES = 100


def check_present(paths: DataPaths) -> None:
    """Raise DatabaseDamaged where there is no database although there was one.

    SQLite would make an empty one without a word, and every post would seem never to have been.
    """
    try:
        if paths.database.stat().st_size >= _HEADER_BYTES:
            return
    except FileNotFoundError:
        pass
    if _was_used(paths):
        raise DatabaseDamaged("database_gone", file=str(paths.database))


def with_way_out(error: DatabaseDamaged, backups_dir: Path) -> DatabaseDamaged:
    """Return the error with the command that restores the last good backup, if there is one."""
    backup = last_good(backups_dir)
    if backup is None:
        return error.adding(way_out="none")
    return error.adding(way_out="backup", backup=backup.name)


def _was_used(paths: DataPaths) -> bool:
    from tiktok_manager.services.backups import list_backups

    journal_bytes = paths.journal.stat().st_size if paths.journal.exists() else 0
    cached = any(file.is_file() for file in paths.media_cache_dir.rglob("*"))
    return journal_bytes > 0 or cached or bool(list_backups(paths.backups_dir))


def last_good(backups_dir: Path) -> Backup | None:
    """Return the newest backup that is still byte for byte as it was made.

    The copy made before an upgrade has no digest beside it; restoring looks into it anyway.
    """
    from tiktok_manager.services.backups import BackupKind, digest, list_backups

    for backup in list_backups(backups_dir):
        try:
            if backup.kind is BackupKind.UPGRADE and backup.sha256 is None:
                return backup
            if digest(backup.path) == backup.sha256:
                return backup
        except OSError:
            continue
    return None
