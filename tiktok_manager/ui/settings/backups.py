"""The card of the settings that lists the backups, makes one, checks one, and restores one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from tiktok_manager.domain.errors import Unforeseen
from tiktok_manager.services.backups import Backup, BackupOf, is_of_counters, restore
from tiktok_manager.ui.formats import age_text, full_stamp, size_text, zoned_time
from tiktok_manager.ui.kit.action import Action, ActionRow, ask_over
from tiktok_manager.ui.kit.badges import JobLine
from tiktok_manager.ui.kit.controls import Fact, Facts
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.reading import Job, Reading, Stage
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words
from tiktok_manager.wording.backups import (
    backup_words,
    restore_file_question,
    restore_question,
    restored_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from PySide6.QtWidgets import QWidget

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_ROW_PX, _HEADER_PX, _SHOWN_ROWS = 40, 36, 6
# As far back as the publisher looks for what may have gone out (services.publishing.restoring).
_IN_DOUBT = timedelta(hours=24)


class BackupsViewModel(QObject):
    """Makes and checks backups, and says what restoring one would do; `reading` lists them.

    Attributes:
        made: The name of the backup made now, until it is chosen in the list.

    Signals:
        said: What came of the last job, and the tone to say it in; empty as one begins.
    """

    said = Signal(str, str)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._backups = backups = core.workspace.backups
        self._checked: dict[str, bool] = {}
        self.made = ""
        self.job = Job(core.tasks, self)
        self.reading: Reading[Sequence[Backup]] = Reading(
            core.tasks,
            core.bridge,
            lambda _token: backups.list_all(),
            parent=self,
            is_empty=lambda found: not found,
            every_ms=0,
        )

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
            self.said.emit(tr("Backed up: {size}, whole and on disk.", size=size), "good")
            self.reading.ask_anew()

        self.said.emit("", "good")
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
            self.said.emit(tr("This backup is whole and unchanged: it can be restored."), "good")

        def failed(error: AppError) -> None:
            if not isinstance(error, Unforeseen):  # that one says nothing of the backup
                self._checked[name] = False
            self._on_failed(error)

        self.said.emit("", "good")
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
        self.said.emit(joined(told.title, told.message, told.hint), "bad")


class BackupsCard(Card):
    """The list, and what can be done about it."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__(tr("Data and backups"))
        self._frame = frame
        self._folder = core.workspace.paths.root
        self._kept_in = core.workspace.backups.folder
        self.model = model = BackupsViewModel(core, self)
        self.rows = ListModel(_columns(model), lambda backup: backup.name, self)
        self.table = Table(self.rows, tr("Backups"), row_height_px=_ROW_PX, opens_by_click=False)
        nothing = partial(PlainLabel, tr("There is no backup yet."), tone="soft")
        self.list = Stages(self.table, empty=nothing, skeleton_rows=1)
        self.buttons = ActionRow(self._actions())
        self.said = PlainLabel("", wrap=True)
        lies_in = Fact(
            label=tr("All of it lies in"), value=str(self._folder), copied=str(self._folder)
        )
        about = tr(
            "The app backs itself up every hour while something changes, and keeps the last of 24 "
            "hours, 7 days and 4 weeks. Numbers are backed up every day, in files of their own. "
            "Each backup is checked as it is made; passwords and tokens in it stay encrypted. The "
            "videos themselves are not in it."
        )
        words = PlainLabel(about, tone="soft", wrap=True)
        for widget in (Facts((lies_in,)), words, self.list, self.buttons):
            self.body.addWidget(widget)
        self.body.addLayout(row(JobLine(model.job, tr("Backup")), None))
        self.body.addWidget(self.said)
        self.table.row_chosen.connect(lambda _name: self.buttons.refresh())
        model.job.changed.connect(self.buttons.refresh)
        model.reading.changed.connect(self._on_read)
        model.said.connect(self._on_said)
        self._on_said("", "good")
        self._on_read()
        self.list.follow(model.reading)

    def _actions(self) -> tuple[Action, ...]:
        model, idle = self.model, self._is_idle
        return (
            Action(
                words=lambda: tr("Back up now"),
                icon="download",
                look="primary",
                allowed=idle,
                run=model.create,
            ),
            self._restore(lambda: tr("Restore…"), self._chosen),
            Action(
                words=lambda: tr("Check"),
                icon="shield",
                allowed=lambda: bool(self._chosen()) and idle(),
                why_not=_choose_first,
                run=lambda: model.check(self._chosen()),
            ),
            Action(words=lambda: tr("Restore a file…"), icon="file", allowed=idle, run=self._other),
            Action(
                words=lambda: tr("Open the folder"),
                icon="folder",
                run=lambda: self._frame.open_url(self._folder.as_uri()),
            ),
        )

    def _restore(self, words: Callable[[], str], wanted: Callable[[], str]) -> Action:
        def show_held() -> None:
            self._frame.go("calendar", "needs-you")

        return Action(
            words=words,
            icon="undo",
            allowed=lambda: bool(wanted()) and self._is_idle(),
            why_not=_choose_first,
            question=lambda: self.model.question(wanted()),
            yes=lambda: tr("Restore it"),
            no=lambda: tr("Leave things as they are"),
            run=lambda: self._frame.reopen(
                tr("Restoring the backup…"), self.model.restoring(wanted(), show_held)
            ),
        )

    def _other(self) -> None:
        if name := ask_backup(self, self._kept_in):
            ask_over(self.window(), self._restore(lambda: tr("Restore a file…"), lambda: name))

    def _chosen(self) -> str:
        name = self.table.chosen_key
        return name if isinstance(name, str) else ""

    def _is_idle(self) -> bool:
        return not self.model.job.busy

    def _on_read(self) -> None:
        self.rows.set_rows(self.model.items)
        if self.table.choose(self.model.made):
            self.model.made = ""
        is_told_why = self.model.reading.stage is Stage.FAILED
        shown = _SHOWN_ROWS if is_told_why else max(1, min(len(self.rows.rows), _SHOWN_ROWS))
        self.list.setFixedHeight(_HEADER_PX + shown * _ROW_PX + 2)
        self.buttons.refresh()

    def _on_said(self, words: str, tone: str) -> None:
        self.table.viewport().update()  # what a check found is not in the rows
        self.said.setText(words)
        self.said.set_tone(tone)
        self.said.setVisible(bool(words))


def ask_backup(parent: QWidget, folder: Path) -> str:
    """Let the user pick a file; empty if none was picked."""
    kinds = tr("Backups (*.sqlite3 *.db);;All files (*)")
    name, _filter = QFileDialog.getOpenFileName(parent, tr("Choose a backup"), str(folder), kinds)
    return name


def _columns(model: BackupsViewModel) -> tuple[Column[Backup], ...]:
    return (
        Column(
            words=lambda: tr("When"),
            value=lambda it: model.when(it.taken_at),
            hint=lambda it: f"{model.stamp(it.taken_at)}\n{it.name}",
        ),
        Column(words=lambda: tr("What"), value=lambda it: backup_words(it.of), width=168),
        Column(
            words=lambda: tr("Made"),
            value=lambda it: backup_words(it.kind),
            width=140,
            hide_below=840,
        ),
        Column(words=lambda: tr("Size"), value=lambda it: size_text(it.size_bytes), width=100),
        Column(
            words=lambda: tr("Kept for"),
            value=lambda it: backup_words(it.kept_as),
            width=144,
            hide_below=620,
        ),
        Column(words=lambda: tr("Checked"), value=model.checked_words, width=120),
    )


def _choose_first() -> str:
    return tr("Choose a backup in the list first.")
