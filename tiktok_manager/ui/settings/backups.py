"""The backups of the data folder as the settings show them; knows no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from tiktok_manager.services.backups import Backup, BackupOf, is_of_counters, restore
from tiktok_manager.ui.formats import age_text, full_stamp, size_text, zoned_time
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Job, Reading
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words
from tiktok_manager.wording.backups import (
    restore_file_question,
    restore_question,
    restored_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core

T = TypeVar("T")
# As far back as the publisher looks for what may have gone out (services.publishing.restoring).
_IN_DOUBT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupItem:
    """A backup with what its last check said; `checked` None stands for no check since."""

    backup: Backup
    checked: bool | None = None


class BackupsViewModel(QObject):
    """Makes and checks backups, and says what restoring one would do; `reading` lists them.

    Attributes:
        said: What came of the last job, and the tone to say it in.
        made: The name of the backup made now, until it is chosen in the list.

    Signals:
        changed: Read `items`, `busy`, `said` and `made`.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._backups = backups = core.workspace.backups
        self._checked: dict[str, bool] = {}
        self.said = ("", "good")
        self.made = ""
        self.job = Job(core.tasks, self)
        self.reading = Reading(
            core.tasks,
            core.bridge,
            lambda _token: backups.list_all(),
            parent=self,
            is_empty=lambda found: not found,
            every_ms=0,
        )
        self.job.changed.connect(self.changed)
        self.reading.changed.connect(self.changed)

    @property
    def items(self) -> Sequence[BackupItem]:
        """The backups, the latest first."""
        found = self.reading.value or ()
        return [BackupItem(backup=each, checked=self._checked.get(each.name)) for each in found]

    @property
    def busy(self) -> str:
        """What is under way, empty if nothing."""
        return "" if self.job.progress is None else self.job.progress.words

    @property
    def folder(self) -> Path:
        """Where the backups lie."""
        return self._backups.folder

    def when(self, item: BackupItem) -> str:
        """`Tue 18:30 (Berlin)`."""
        return self._at(item.backup.taken_at)

    def stamp(self, item: BackupItem) -> str:
        """The full time and its age, for hovering."""
        at = item.backup.taken_at
        return f"{full_stamp(at, self._core.timezone)} · {age_text(at, self._core.now())}"

    def create(self) -> None:
        """Back up now."""
        backups = self._backups
        self._begin(
            lambda: (backups.create(), backups.create_beside()),
            self._on_made,
            tr("Backing up…"),
            self._on_failed,
        )

    def check(self, name: str) -> None:
        """Look whether a backup could be restored."""
        backups = self._backups

        def failed(error: AppError) -> None:
            self._checked[name] = False
            self._on_failed(error)

        def done(_none: object) -> None:
            self._checked[name] = True
            self._say(tr("This backup is whole and unchanged: it can be restored."))

        self._begin(lambda: backups.verify(name), done, tr("Checking…"), failed)

    def question(self, wanted: str) -> str:
        """Say what restoring a backup of the list, or a file from elsewhere, would do."""
        listed = next((each.backup for each in self.items if each.backup.name == wanted), None)
        if listed is None:
            file = Path(wanted)
            return restore_file_question(file.name, is_of_posts=not is_of_counters(file))
        taken, since = (self._at(at) for at in (listed.taken_at, listed.taken_at - _IN_DOUBT))
        return restore_question(taken, since=since, is_of_posts=listed.of is BackupOf.POSTS)

    def restoring(self, wanted: str, show_held: Callable[[], object]) -> Callable[[], Notice]:
        """Return the work of a restore, to be run while the workspace is closed.

        It needs this object no more, and returns what to say then; `show_held` is its next step.
        """
        paths, clock = self._core.workspace.paths, self._core.workspace.clock
        timezone = self._core.timezone

        def work() -> Notice:
            done = restore(paths, wanted, clock)
            is_of_posts = done.of is BackupOf.POSTS
            when = zoned_time(done.backup_at, timezone, clock.now())
            text, more = restored_words(when, str(done.former), is_of_posts=is_of_posts)
            return Notice(
                text=text,
                more=more,
                tone=Tone.ATTENTION if is_of_posts else Tone.GOOD,
                action_text=tr("Show what needs you") if is_of_posts else "",
                action=show_held if is_of_posts else None,
            )

        return work

    def _begin(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        words: str,
        failed: Callable[[AppError], None],
    ) -> None:
        self.said = ("", "good")
        self.job.start(lambda _: work(), done=done, failed=failed, words=words)

    def _on_made(self, made: tuple[Backup, Backup | None]) -> None:
        size = size_text(sum(each.size_bytes for each in made if each is not None))
        self.made = made[0].name
        self._say(tr("Backed up: {size}, whole and on disk.", size=size))
        self.reading.ask_anew()

    def _on_failed(self, error: AppError) -> None:
        told = words(error)
        self._say(joined(told.title, told.message, told.hint), "bad")

    def _say(self, text: str, tone: str = "good") -> None:
        self.said = (text, tone)
        self.changed.emit()

    def _at(self, at: datetime) -> str:
        return zoned_time(at, self._core.timezone, self._core.now())
