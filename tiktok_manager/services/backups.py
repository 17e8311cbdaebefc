"""Backups of the data folder's two files: made by themselves, kept in ranks, restored with care.

Posts and secrets are backed up hourly; the counters beside them, which grow with the years and can
be done without, daily.

They hold what the database holds, so secrets only as the vault sealed them: without the system's
keyring or the passphrase a backup opens no account.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, InputError, NotFound, PublisherBusy, StorageError
from tiktok_manager.services.backup_folder import (
    DIGEST_SUFFIX,
    SUFFIX,
    Backup,
    BackupKind,
    BackupOf,
    Rank,
    digest,
    digest_file,
    free_name,
    is_named,
    is_of_counters,
    kept,
    list_all_backups,
    list_backups,
    read_backup,
    recorded_digest,
)
from tiktok_manager.storage import backup as files
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.metrics_file import MetricsFile
from tiktok_manager.system.durable import put_in_place, sync_folder
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.paths import DataPaths

__all__ = [
    "DIGEST_SUFFIX",
    "EVERY",
    "SUFFIX",
    "Backup",
    "BackupKind",
    "BackupOf",
    "Backups",
    "Rank",
    "Restored",
    "digest",
    "is_of_counters",
    "kept",
    "list_all_backups",
    "list_backups",
    "restore",
]

logger = logging.getLogger(__name__)

ROOM_TO_SPARE_BYTES = 100_000_000
LEFTOVER_AFTER = timedelta(days=1)
_PARTIAL = ".partial-"
EVERY = {BackupOf.POSTS: timedelta(hours=1), BackupOf.METRICS: timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put in place: the time it is from, and where the former file lies now.

    That of counters is told by the file's name, else by the file itself.
    """

    backup_at: datetime
    former: Path
    of: BackupOf = BackupOf.POSTS


class Backups:
    """Makes and drops the backups of an open database. Safe from any thread."""

    def __init__(
        self,
        database: Database | MetricsFile,
        folder: Path,
        clock: Clock,
        *,
        of: BackupOf = BackupOf.POSTS,
        beside: "Backups | None" = None,
    ) -> None:
        """`beside` are the backups of the counters, which are made along with these."""
        self._database = database
        self._folder = folder
        self._clock = clock
        self._of = of
        self.beside = beside

    def list(self) -> "list[Backup]":
        """Return the backups there are, newest first."""
        return list_backups(self._folder, self._of)

    def list_all(self) -> Sequence[Backup]:
        """Return those of the counters, too, newest first."""
        return list_all_backups(self._folder)

    @property
    def folder(self) -> Path:
        """Where the backups lie."""
        return self._folder

    def verify(self, name: str) -> None:
        """Look at a backup as a restore would, without restoring it.

        Raises NotFound, InputError or DatabaseTooNew if it could not be restored.
        """
        source = _find(self._folder, name)
        try:
            _check_digest(source, source)
            if files.holds_counters(source):
                files.examine_counters(source, source.name)
            else:
                files.examine(source, source.name, self._folder, self._clock)
        except OSError as exc:
            raise _unwritable(exc) from exc

    def create(self, kind: BackupKind = BackupKind.MANUAL) -> Backup:
        """Back the database up while it may be in use; raises StorageError.

        The file appears under its name only when it is whole, checked and on disk.
        """
        now = self._clock.now()
        _check_room(self._folder, 2 * self._database.path.stat().st_size + ROOM_TO_SPARE_BYTES)
        seen_ns = self._changed_ns()
        try:
            with _temporary_file(self._folder) as temporary:
                files.copy_database(
                    self._database, temporary, now if self._of is BackupOf.POSTS else None
                )
                os.utime(temporary, ns=(seen_ns, seen_ns))
                destination = free_name(self._folder, self._of, kind, now)
                _record_digest(destination, digest(temporary))
                put_in_place(temporary, destination)
        except OSError as exc:
            raise _unwritable(exc) from exc
        return read_backup(destination)

    def create_beside(self) -> Backup | None:
        """Back the counters up, too, if there are any; raises StorageError."""
        return self.beside.create() if self.beside is not None and self.beside.has_file() else None

    def has_file(self) -> bool:
        """Say whether there is anything to back up."""
        return self._database.path.exists()

    def due(self) -> bool:
        """Say whether the file changed since the last backup, an hour ago or longer (a day)."""
        if not self.has_file():
            return False
        now = self._clock.now()
        taken = [backup for backup in self.list() if backup.taken_at <= now]
        if not taken:
            return True
        is_time = now - taken[0].taken_at >= EVERY[self._of]
        return is_time and self._changed_ns() > taken[0].path.stat().st_mtime_ns

    def run_if_due(self) -> None:
        """Back up and drop what the ranks no longer keep; problems are logged, never raised."""
        try:
            if self.due():
                self.create(BackupKind.AUTOMATIC)
                self._drop_old()
        except (AppError, OSError):
            logger.exception("The automatic backup failed; it is tried again")
        if self.beside is not None:
            self.beside.run_if_due()

    def _drop_old(self) -> None:
        _sweep(self._folder, self._clock.now() - LEFTOVER_AFTER)
        automatic = [b for b in self.list() if b.kind is BackupKind.AUTOMATIC]
        keep = kept(backup.taken_at for backup in automatic)
        for backup in automatic:
            if backup.taken_at not in keep:
                backup.path.unlink(missing_ok=True)
                digest_file(backup.path).unlink(missing_ok=True)

    def _changed_ns(self) -> int:
        """Return when the database changed last, by the file system's clock."""
        path = self._database.path
        found = [path, path.with_name(f"{path.name}-wal")]
        return max((file.stat().st_mtime_ns for file in found if file.exists()), default=0)


def restore(paths: DataPaths, wanted: str, clock: Clock) -> Restored:
    """Put a backup in the database's place; the former database is kept aside.

    `wanted` is the name of a backup or the path of a file. Works without a usable database. The
    publisher then sets aside what may have gone out since. Raises NotFound, InputError,
    DatabaseTooNew, PublisherBusy, DatabaseBusy, StorageError; then nothing was changed.
    """
    source = _find(paths.backups_dir, wanted)
    lock = PublisherLock(paths.publisher_lock, clock)
    if not lock.acquire():
        holder = lock.holder()
        raise PublisherBusy("publisher_busy_for_restore", holder=holder.code).adding(
            **holder.params
        )
    try:
        _sweep(paths.root, clock.now() - LEFTOVER_AFTER)
        with _temporary_file(paths.root) as temporary:
            _copy_checked(source, temporary)
            if files.holds_counters(temporary):
                return _restore_counters(paths, source, temporary, clock)
            examined = files.examine(temporary, source.name, paths.root, clock)
            backup_at = examined.backup_at or clock.now()
            files.mark_restored(temporary, backup_at, clock.now())
            former = _exchange(paths, paths.database, temporary, clock.now())
    except OSError as exc:
        raise _unwritable(exc) from exc
    finally:
        lock.release()
    return Restored(backup_at=backup_at, former=former)


def _restore_counters(paths: DataPaths, source: Path, copy: Path, clock: Clock) -> Restored:
    """Put counters back; no post depends on them, so that nothing has to be set aside."""
    files.examine_counters(copy, source.name)
    former = _exchange(paths, paths.metrics, copy, clock.now())
    written_at = datetime.fromtimestamp(source.stat().st_mtime, UTC)
    taken_at = read_backup(source).taken_at if is_named(source) else written_at
    return Restored(backup_at=taken_at, former=former, of=BackupOf.METRICS)


def _find(folder: Path, wanted: str) -> Path:
    """Return the file a user means: the name of a backup, or a plain path to a regular file."""
    path = Path(wanted)
    if "\0" in wanted or ".." in path.parts or wanted.startswith(("\\\\", "//")):
        raise InputError("not_a_backup_name", name=wanted)
    if path.name == wanted and (folder / wanted).exists():
        path = folder / wanted
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise InputError("backup_is_a_link", file=wanted)
    if not path.exists():
        raise NotFound("not_found", what="backup", name=wanted)
    return path


def _copy_checked(source: Path, destination: Path) -> None:
    """Copy a backup so that nobody changes it any more, and compare what was recorded of it."""
    files.check_outside(source, source.name)
    _check_room(destination.parent, source.stat().st_size + ROOM_TO_SPARE_BYTES)
    shutil.copyfile(source, destination, follow_symlinks=False)
    _check_digest(source, destination)


def _check_room(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise StorageError("no_room_for_backup", free_bytes=free, needed_bytes=needed_bytes)


def _check_digest(source: Path, copy: Path) -> None:
    recorded = recorded_digest(source)
    if recorded is not None and recorded != digest(copy):
        raise InputError("backup_changed", file=source.name)


def _exchange(paths: DataPaths, database: Path, file: Path, now: datetime) -> Path:
    """Move the former database aside, log and all, and put the file in its place.

    At any instant a whole database bears the name: the log is folded into the former one first,
    and one too damaged for that is no longer whole anyway.
    """
    aside = Path(tempfile.mkdtemp(prefix=f"replaced-{now:%Y%m%dT%H%M%S}-", dir=paths.backups_dir))
    if database.exists():
        try:
            files.fold_log(database)
        except AppError:
            aside.rmdir()
            raise
        _keep(database, aside / database.name)
        for name in (f"{database.name}-wal", f"{database.name}-shm"):
            with suppress(FileNotFoundError):
                database.with_name(name).rename(aside / name)
        sync_folder(aside)
    put_in_place(file, database)
    return aside


def _keep(file: Path, destination: Path) -> None:
    try:
        destination.hardlink_to(file)
    except OSError:  # not every file system has links
        shutil.copy2(file, destination)


def _sweep(folder: Path, before: datetime) -> None:
    """Remove what a killed process left half-made."""
    for path in folder.glob(f"{_PARTIAL}*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


@contextmanager
def _temporary_file(folder: Path) -> Iterator[Path]:
    """Give an empty file for its owner only; at the end it is gone unless it was moved."""
    fd, name = tempfile.mkstemp(prefix=_PARTIAL, suffix=SUFFIX, dir=folder)
    os.close(fd)
    try:
        yield Path(name)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(name + suffix).unlink(missing_ok=True)


def _record_digest(backup: Path, sha256: str) -> None:
    """Write the digest as `sha256sum -c` reads it, before the backup has its name."""
    with _temporary_file(backup.parent) as temporary:
        temporary.write_text(f"{sha256}  {backup.name}\n", encoding="ascii")
        put_in_place(temporary, digest_file(backup))


def _unwritable(exc: OSError) -> StorageError:
    return StorageError("backup_not_written", reason=exc.strerror or str(exc))
