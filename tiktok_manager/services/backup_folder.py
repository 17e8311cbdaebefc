"""The folder of backups: what each file is by its name, and how long it is kept."""

import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

SUFFIX = ".sqlite3"
DIGEST_SUFFIX = ".sha256"
_NAME = re.compile(r"(metrics-)?(auto|manual|before-upgrade)-(\d{8}T\d{6})Z?(-\d+)?\.sqlite3")


class BackupOf(StrEnum):
    """What a backup holds: posts with all that belongs to them, or counters."""

    POSTS = "posts"
    METRICS = "metrics"


_PREFIX = {BackupOf.POSTS: "", BackupOf.METRICS: "metrics-"}


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


_KEPT_AS = {
    Rank.HOURLY: "for_24_hours",
    Rank.DAILY: "for_7_days",
    Rank.WEEKLY: "for_4_weeks",
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
    of: BackupOf = BackupOf.POSTS

    @property
    def name(self) -> str:
        """The file's name, by which it can be restored."""
        return self.path.name

    @property
    def kept_as(self) -> str:
        """How long it stays, as a term of `wording`."""
        if self.kind is not BackupKind.AUTOMATIC:
            return "until_deleted"
        return "until_next_backup" if self.rank is None else _KEPT_AS[self.rank]


def list_backups(folder: Path, of: BackupOf = BackupOf.POSTS) -> list[Backup]:
    """Return the backups in a folder, newest first; needs no database."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_named(path) and path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError, ValueError):  # dropped meanwhile, or no date
                found.append(read_backup(path))
    found = [backup for backup in found if backup.of is of]
    rank_of = kept(b.taken_at for b in found if b.kind is BackupKind.AUTOMATIC)
    ranked = [
        replace(b, rank=rank_of.get(b.taken_at)) if b.kind is BackupKind.AUTOMATIC else b
        for b in found
    ]
    return sorted(ranked, key=lambda backup: (backup.taken_at, backup.name), reverse=True)


def list_all_backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, of posts and of counters, newest first."""
    found = [backup for of in BackupOf for backup in list_backups(folder, of)]
    return sorted(found, key=lambda backup: (backup.taken_at, backup.name), reverse=True)


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


def is_named(path: Path) -> bool:
    """Say whether a file bears the name of a backup."""
    return _NAME.fullmatch(path.name) is not None


def is_of_counters(path: Path) -> bool:
    """Say whether a file bears the name of a backup of counters."""
    return is_named(path) and path.name.startswith(_PREFIX[BackupOf.METRICS])


def free_name(folder: Path, of: BackupOf, kind: BackupKind, now: datetime) -> Path:
    stem = f"{_PREFIX[of]}{kind.value}-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    names = [f"{stem}{SUFFIX}", *(f"{stem}-{number}{SUFFIX}" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def read_backup(path: Path) -> Backup:
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ValueError(path.name)
    return Backup(
        path=path,
        of=BackupOf.METRICS if found[1] else BackupOf.POSTS,
        kind=BackupKind(found[2]),
        taken_at=datetime.strptime(found[3], "%Y%m%dT%H%M%S").replace(tzinfo=UTC),
        size_bytes=path.stat().st_size,
        sha256=recorded_digest(path),
    )


def digest(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def digest_file(backup: Path) -> Path:
    return backup.with_name(backup.name + DIGEST_SUFFIX)


def recorded_digest(backup: Path) -> str | None:
    """Return what was recorded; something that fits no file if that cannot be read."""
    recorded = digest_file(backup)
    if not recorded.exists():
        return None
    words = recorded.read_text(encoding="ascii", errors="replace")[:200].split()
    return words[0] if words else ""
