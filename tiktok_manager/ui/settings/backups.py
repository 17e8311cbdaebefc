"""The backups of the data folder as the settings show them; knows no widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.services.backups import (
    Backup,
    BackupKind,
    BackupOf,
    Restored,
    is_of_counters,
    restore,
)
from tiktok_manager.ui.formats import age_text, full_stamp, size_text, zoned_time
from tiktok_manager.wording import term

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core

# As far back as the publisher looks for what may have gone out (services.publishing.restoring).
_IN_DOUBT = timedelta(hours=24)
_KIND_WORDS = {
    BackupKind.AUTOMATIC: "By itself",
    BackupKind.MANUAL: "By you",
    BackupKind.UPGRADE: "Before an update",
}


_WHAT_WORDS = {BackupOf.POSTS: "Posts and accounts", BackupOf.METRICS: "Numbers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupItem:
    """A backup with what its last check said; `checked` None stands for no check since."""

    backup: Backup
    checked: bool | None = None

    @property
    def what_words(self) -> str:
        """What it holds."""
        return _WHAT_WORDS[self.backup.of]

    @property
    def kind_words(self) -> str:
        """Who made it."""
        return _KIND_WORDS[self.backup.kind]

    @property
    def kept_words(self) -> str:
        """How long it stays."""
        words = term(self.backup.kept_as)
        return words[0].upper() + words[1:]

    @property
    def size_words(self) -> str:
        """`1.2 MB`."""
        return size_text(self.backup.size_bytes)

    @property
    def checked_words(self) -> str:
        """What is known of its wholeness: every backup is checked as it is made."""
        if self.checked is not None:
            return "Whole, just now" if self.checked else "Cannot be restored"
        return "When made" if self.backup.sha256 else "Not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTold:
    """What to say after a restore, in a line and in full, and whether posts may be held by it."""

    text: str
    more: str
    holds_posts: bool


class BackupsViewModel(QObject):
    """Lists, makes and checks backups, and says what restoring one would do.

    Signals:
        changed: Read `items`, `busy` and `said`.
        failed: An AppError of the last thing the user asked for.
        made: The name of the backup made now.
    """

    changed = Signal()
    failed = Signal(object)
    made = Signal(str)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._checked: dict[str, bool] = {}
        self.items: Sequence[BackupItem] = ()
        self.loaded = False
        self.busy = ""
        self.said = ""

    @property
    def folder(self) -> Path:
        """Where the backups lie."""
        return self._core.workspace.backups.folder

    def item(self, name: object) -> BackupItem | None:
        """Return the backup of this name, None if it is gone."""
        return next((item for item in self.items if item.backup.name == name), None)

    def when(self, item: BackupItem) -> str:
        """`Tue 18:30 (Berlin)`."""
        return zoned_time(item.backup.taken_at, self._core.timezone, self._core.now())

    def stamp(self, item: BackupItem) -> str:
        """The full time and its age, for hovering."""
        at = item.backup.taken_at
        return f"{full_stamp(at, self._core.timezone)} · {age_text(at, self._core.now())}"

    def load(self) -> None:
        """Read the list again."""
        backups = self._core.workspace.backups
        self._core.tasks.run(
            lambda _token: backups.list_all(),
            done=self._on_list,
            failed=self._on_failed,
            group="backups-list",
        )

    def create(self) -> None:
        """Back up now."""
        backups = self._core.workspace.backups
        self._begin("Backing up…")
        self._core.tasks.run(
            lambda _token: (backups.create(), backups.create_beside(), backups.list_all()),
            done=self._on_made,
            failed=self._on_failed,
            group="backups-do",
        )

    def check(self, name: str) -> None:
        """Look whether a backup could be restored."""
        backups = self._core.workspace.backups
        self._begin("Checking…")
        self._core.tasks.run(
            lambda _token: backups.verify(name),
            done=lambda _none: self._on_checked(name),
            failed=lambda error: self._on_check_failed(name, error),
            group="backups-do",
        )

    def question(self, item: BackupItem) -> str:
        """Say what restoring a backup of the list would do."""
        timezone, now = self._core.timezone, self._core.now()
        if item.backup.of is BackupOf.METRICS:
            return _question_of_numbers(
                f"the numbers of {zoned_time(item.backup.taken_at, timezone, now)}"
            )
        taken, since = (
            zoned_time(at, timezone, now)
            for at in (item.backup.taken_at, item.backup.taken_at - _IN_DOUBT)
        )
        return _question(f"the backup of {taken}", f"since {since}")

    def question_of_file(self, file: Path) -> str:
        """Say what restoring a file from elsewhere would do."""
        if is_of_counters(file):
            return _question_of_numbers(file.name)
        return _question(file.name, "since a day before it was made")

    def restoring(self, wanted: str) -> Callable[[], RestoreTold]:
        """Return the work of a restore, to be run while the workspace is closed.

        It needs this object no more, and returns what to say then.
        """
        workspace, timezone = self._core.workspace, self._core.timezone
        paths, clock = workspace.paths, workspace.clock
        return lambda: _told(restore(paths, wanted, clock), timezone, clock.now())

    def _begin(self, words: str) -> None:
        self.busy, self.said = words, ""
        self.changed.emit()

    def _on_list(self, backups: Sequence[Backup]) -> None:
        self.items = [BackupItem(backup=b, checked=self._checked.get(b.name)) for b in backups]
        self.loaded = True
        self.changed.emit()

    def _on_made(self, answer: tuple[Backup, Backup | None, Sequence[Backup]]) -> None:
        backup, numbers, backups = answer
        self.busy = ""
        size_bytes = backup.size_bytes + (numbers.size_bytes if numbers is not None else 0)
        self.said = f"Backed up: {size_text(size_bytes)}, whole and on disk."
        self._on_list(backups)
        self.made.emit(backup.name)

    def _on_checked(self, name: str) -> None:
        self._keep_check(name, whole=True)
        self.said = "This backup is whole and unchanged: it can be restored."
        self.changed.emit()

    def _on_check_failed(self, name: str, error: AppError) -> None:
        self._keep_check(name, whole=False)
        self._on_failed(error)

    def _keep_check(self, name: str, *, whole: bool) -> None:
        self.busy = ""
        self._checked[name] = whole
        self.items = [
            replace(item, checked=whole) if item.backup.name == name else item
            for item in self.items
        ]

    def _on_failed(self, error: AppError) -> None:
        self.busy = ""
        self.loaded = True
        self.changed.emit()
        self.failed.emit(error)


def _told(restored: Restored, timezone: str, now: datetime) -> RestoreTold:
    when = zoned_time(restored.backup_at, timezone, now)
    if restored.of is BackupOf.METRICS:
        return RestoreTold(
            text=f"Numbers restored as of {when}.",
            more=f"Posts are as they were. The former file lies in {restored.former}.",
            holds_posts=False,
        )
    return RestoreTold(
        text=f"Restored as of {when}.",
        more="Posts that may have gone out since are held until it is known that they are not on "
        f"TikTok. The former database lies in {restored.former}.",
        holds_posts=True,
    )


def _question(what: str, since: str) -> str:
    return (
        f"Restore {what}?\n"
        "What was changed in TikTok Manager after it was made is set aside: kept as a file, but no "
        "longer shown. Publishing stops for the moment this takes.\n"
        f"Posts that were due {since} are held until it is known that they are not on TikTok, so "
        "nothing is posted twice."
    )


def _question_of_numbers(what: str) -> str:
    return (
        f"Restore {what}?\n"
        "Followers, views and likes counted after that are set aside: kept as a file, but no "
        "longer shown. Publishing stops for the moment this takes; posts stay as they are."
    )
