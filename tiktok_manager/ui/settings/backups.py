"""The backups of the data folder as the settings show them; knows no widgets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import Unforeseen
from tiktok_manager.services.backups import Backup, BackupOf, is_of_counters, restore
from tiktok_manager.ui.formats import age_text, full_stamp, size_text, zoned_time
from tiktok_manager.ui.kit.action import Action
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

# As far back as the publisher looks for what may have gone out (services.publishing.restoring).
_IN_DOUBT = timedelta(hours=24)


class BackupsViewModel(QObject):
    """Makes and checks backups, and says what restoring one would do; `reading` lists them.

    Attributes:
        said: What came of the last job, and the tone to say it in.
        made: The name of the backup made now, until it is chosen in the list.

    Signals:
        changed: `items`, `said` or `made` reads differently, or a job began or ended.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._backups = backups = core.workspace.backups
        self.folder = backups.folder
        self.data_dir = core.workspace.paths.root
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
    def items(self) -> Sequence[Backup]:
        """The backups, the latest first."""
        return self.reading.value or ()

    def when(self, at: datetime) -> str:
        """`Tue 18:30 (Berlin)`."""
        return zoned_time(at, self._core.timezone, self._core.now())

    def stamp(self, at: datetime) -> str:
        """The full time and its age, for hovering."""
        return f"{full_stamp(at, self._core.timezone)} · {age_text(at, self._core.now())}"

    def checked_words(self, backup: Backup) -> str:
        """Say what is known of its wholeness: every backup is checked as it is made."""
        if backup.name in self._checked:
            return tr("Whole, just now") if self._checked[backup.name] else tr("Cannot be restored")
        return tr("When made") if backup.sha256 else tr("Not recorded")

    def create(self) -> None:
        """Back up now."""
        backups = self._backups

        def done(made: tuple[Backup, Backup | None]) -> None:
            self.made = made[0].name
            size = size_text(sum(each.size_bytes for each in made if each is not None))
            self._say(tr("Backed up: {size}, whole and on disk.", size=size))
            self.reading.ask_anew()

        self._say("")
        self.job.start(
            lambda _: (backups.create(), backups.create_beside()),
            done=done,
            failed=self._on_failed,
            words=tr("Backing up…"),
        )

    def check(self, name: str) -> None:
        """Look whether a backup could be restored."""
        backups = self._backups

        def done(_none: None) -> None:
            self._checked[name] = True
            self._say(tr("This backup is whole and unchanged: it can be restored."))

        def failed(error: AppError) -> None:
            if not isinstance(error, Unforeseen):  # that one says nothing of the backup
                self._checked[name] = False
            self._on_failed(error)

        self._say("")
        self.job.start(
            lambda _: backups.verify(name), done=done, failed=failed, words=tr("Checking…")
        )

    def question(self, wanted: str) -> str:
        """Say what restoring a backup of the list, or a file from elsewhere, would do."""
        listed = next((each for each in self.items if each.name == wanted), None)
        if listed is None:
            file = Path(wanted)
            return restore_file_question(file.name, is_of_posts=not is_of_counters(file))
        taken, since = (self.when(at) for at in (listed.taken_at, listed.taken_at - _IN_DOUBT))
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
            if not is_of_posts:
                return Notice(text=text, more=more, tone=Tone.GOOD)
            step = Action(words=lambda: tr("Show what needs you"), run=show_held)
            return Notice(text=text, more=more, tone=Tone.ATTENTION, step=step)

        return work

    def _on_failed(self, error: AppError) -> None:
        told = words(error)
        self._say(joined(told.title, told.message, told.hint), "bad")

    def _say(self, text: str, tone: str = "good") -> None:
        self.said = (text, tone)
        self.changed.emit()
