"""Backups of the data folder's database: made by themselves, kept in ranks, restored with care.

They hold what the database holds, so secrets only as the vault sealed them: without the system's
keyring or the passphrase a backup opens no account.
"""

import hashlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, InputError, NotFound, PublisherBusy, StorageError
from tiktok_manager.storage import backup as files
from tiktok_manager.storage.database import Database
from tiktok_manager.system.durable import put_in_place, sync_folder
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.system.paths import DataPaths

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
SUFFIX = ".sqlite3"
DIGEST_SUFFIX = ".sha256"
ROOM_TO_SPARE_BYTES = 100_000_000
LEFTOVER_AFTER = timedelta(days=1)
_PARTIAL = ".partial-"
_NAME = re.compile(r"(auto|manual|before-upgrade)-(\d{8}T\d{6})Z?(-\d+)?\.sqlite3")


class BackupKind(StrEnum):
    """Who made a backup; only automatic ones are dropped again."""

    AUTOMATIC = "auto"
    MANUAL = "manual"
    UPGRADE = "before-upgrade"


class Rank(StrEnum):
    """Why an automatic backup is kept: as the last of its hour, day or week."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


# How many of the newest hours, days and weeks keep their last backup.
_RANKS: tuple[tuple[Rank, int, Callable[[datetime], object]], ...] = (
    (Rank.HOURLY, 24, lambda at: (at.date(), at.hour)),
    (Rank.DAILY, 7, lambda at: at.date()),
    (Rank.WEEKLY, 4, lambda at: at.isocalendar()[:2]),
)


_KEPT_WORDS = {
    Rank.HOURLY: "24 hours",
    Rank.DAILY: "7 days",
    Rank.WEEKLY: "4 weeks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A file in the backups folder; `sha256` is None where none was recorded.

    Only automatic ones have a `rank`; without one they are dropped at the next backup.
    """

    path: Path
    kind: BackupKind
    taken_at: datetime
    size_bytes: int
    sha256: str | None
    rank: Rank | None = None

    @property
    def name(self) -> str:
        """The file's name, by which it can be restored."""
        return self.path.name

    @property
    def kept_as(self) -> str:
        """How long it stays, in words."""
        if self.kind is not BackupKind.AUTOMATIC:
            return "until you delete it"
        return "until the next backup" if self.rank is None else _KEPT_WORDS[self.rank]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put in place: the time it is from, and where the former database lies now."""

    backup_at: datetime
    former: Path


class Backups:
    """Makes and drops the backups of an open database. Safe from any thread."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock

    def list(self) -> "list[Backup]":
        """Return the backups there are, newest first."""
        return list_backups(self._folder)

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
                files.copy_database(self._database, temporary, now)
                os.utime(temporary, ns=(seen_ns, seen_ns))
                destination = _free_name(self._folder, kind, now)
                _record_digest(destination, digest(temporary))
                put_in_place(temporary, destination)
        except OSError as exc:
            raise _unwritable(exc) from exc
        return _read(destination)

    def due(self) -> bool:
        """Say whether the database changed since the last backup, an hour ago or longer."""
        now = self._clock.now()
        taken = [backup for backup in self.list() if backup.taken_at <= now]
        if not taken:
            return True
        is_time = now - taken[0].taken_at >= EVERY
        return is_time and self._changed_ns() > taken[0].path.stat().st_mtime_ns

    def run_if_due(self) -> None:
        """Back up and drop what the ranks no longer keep; problems are logged, never raised."""
        try:
            if self.due():
                self.create(BackupKind.AUTOMATIC)
                self._drop_old()
        except (AppError, OSError):
            logger.exception("The automatic backup failed; it is tried again")

    def _drop_old(self) -> None:
        _sweep(self._folder, self._clock.now() - LEFTOVER_AFTER)
        automatic = [b for b in self.list() if b.kind is BackupKind.AUTOMATIC]
        keep = kept(backup.taken_at for backup in automatic)
        for backup in automatic:
            if backup.taken_at not in keep:
                backup.path.unlink(missing_ok=True)
                _digest_file(backup.path).unlink(missing_ok=True)

    def _changed_ns(self) -> int:
        """Return when the database changed last, by the file system's clock."""
        path = self._database.path
        found = [path, path.with_name(f"{path.name}-wal")]
        return max((file.stat().st_mtime_ns for file in found if file.exists()), default=0)


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, newest first; needs no database."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if _NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError, ValueError):  # dropped meanwhile, or no date
                found.append(_read(path))
    rank_of = kept(b.taken_at for b in found if b.kind is BackupKind.AUTOMATIC)
    ranked = [
        replace(b, rank=rank_of.get(b.taken_at)) if b.kind is BackupKind.AUTOMATIC else b
        for b in found
    ]
    return sorted(ranked, key=lambda backup: (backup.taken_at, backup.name), reverse=True)


def kept(times: Iterable[datetime]) -> dict[datetime, Rank]:
    """Return the times to keep: the last of each of the newest 24 hours, 7 days and 4 weeks."""
    newest_first = sorted(times, reverse=True)
    keep: dict[datetime, Rank] = {}
    for rank, number, period in reversed(_RANKS):  # the longest-lived rank is what tells
        last_of: dict[object, datetime] = {}
        for at in newest_first:
            last_of.setdefault(period(at), at)
        for at in list(last_of.values())[:number]:
            keep.setdefault(at, rank)
    return keep


def restore(paths: DataPaths, wanted: str, clock: Clock) -> Restored:
    """Put a backup in the database's place; the former database is kept aside.

    `wanted` is the name of a backup or the path of a file. Works without a usable database. The
    publisher then sets aside what may have gone out since. Raises NotFound, InputError,
    DatabaseTooNew, PublisherBusy, DatabaseBusy, StorageError; then nothing was changed.
    """
    source = _find(paths.backups_dir, wanted)
    lock = PublisherLock(paths.publisher_lock, clock)
    if not lock.acquire():
        raise PublisherBusy("publisher_busy_for_restore", holder=lock.holder())
    try:
        _sweep(paths.root, clock.now() - LEFTOVER_AFTER)
        with _temporary_file(paths.root) as temporary:
            _copy_checked(source, temporary)
            examined = files.examine(temporary, source.name, paths.root, clock)
            backup_at = examined.backup_at or clock.now()
            files.mark_restored(temporary, backup_at, clock.now())
            former = _exchange(paths, temporary, clock.now())
    except OSError as exc:
        raise _unwritable(exc) from exc
    finally:
        lock.release()
    return Restored(backup_at=backup_at, former=former)


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
        raise NotFound("no_backup", name=wanted)
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
    recorded = _recorded_digest(source)
    if recorded is not None and recorded != digest(copy):
        raise InputError("backup_changed", file=source.name)


def _exchange(paths: DataPaths, file: Path, now: datetime) -> Path:
    """Move the former database aside, log and all, and put the file in its place.

    At any instant a whole database bears the name: the log is folded into the former one first,
    and one too damaged for that is no longer whole anyway.
    """
    aside = Path(tempfile.mkdtemp(prefix=f"replaced-{now:%Y%m%dT%H%M%S}-", dir=paths.backups_dir))
    database = paths.database
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


def _free_name(folder: Path, kind: BackupKind, now: datetime) -> Path:
    stem = f"{kind.value}-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    names = [f"{stem}{SUFFIX}", *(f"{stem}-{number}{SUFFIX}" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def _read(path: Path) -> Backup:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ValueError(path.name)
    return Backup(
        path=path,
        kind=BackupKind(found[1]),
        taken_at=datetime.strptime(found[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC),
        size_bytes=path.stat().st_size,
        sha256=_recorded_digest(path),
    )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _digest_file(backup: Path) -> Path:
    return backup.with_name(backup.name + DIGEST_SUFFIX)


def _record_digest(backup: Path, sha256: str) -> None:
    """Write the digest as `sha256sum -c` reads it, before the backup has its name."""
    with _temporary_file(backup.parent) as temporary:
        temporary.write_text(f"{sha256}  {backup.name}\n", encoding="ascii")
        put_in_place(temporary, _digest_file(backup))


def _recorded_digest(backup: Path) -> str | None:
    """Return what was recorded; something that fits no file if that cannot be read."""
    recorded = _digest_file(backup)
    if not recorded.exists():
        return None
    words = recorded.read_text(encoding="ascii", errors="replace")[:200].split()
    return words[0] if words else ""


def _unwritable(exc: OSError) -> StorageError:
    return StorageError("backup_not_written", reason=exc.strerror or str(exc))
