"""The card of the settings that lists the backups, makes one, and restores one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from tiktok_manager.services.backups import Backup
from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.kit.action import Action, ActionRow, ask_over
from tiktok_manager.ui.kit.badges import JobLine
from tiktok_manager.ui.kit.controls import Fact, Facts
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.settings.backups import BackupsViewModel
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording.backups import backup_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from tiktok_manager.ui.frame import Core, Frame

_ROW_PX, _HEADER_PX, _SHOWN_ROWS = 40, 36, 6


class BackupsCard(Card):
    """The list, and what can be done: back up now, restore one, check one, restore a file."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__(tr("Data and backups"))
        self._frame = frame
        self.model = model = BackupsViewModel(core, self)
        self.rows = ListModel(_columns(model), lambda backup: backup.name, self)
        self.table = Table(self.rows, tr("Backups"), row_height_px=_ROW_PX, opens_by_click=False)
        self.list = Stages(self.table, empty=_no_backup, skeleton_rows=1)
        self.buttons = ActionRow(self._actions())
        self.said = PlainLabel("", wrap=True)
        about = tr(
            "The app backs itself up every hour while something changes, and keeps the last of 24 "
            "hours, 7 days and 4 weeks. Numbers are backed up every day, in files of their own. "
            "Each backup is checked as it is made; passwords and tokens in it stay encrypted. The "
            "videos themselves are not in it."
        )
        folder = str(model.data_dir)
        where = Facts((Fact(label=tr("All of it lies in"), value=folder, copied=folder),))
        parts = (where, PlainLabel(about, tone="soft", wrap=True), self.list, self.buttons)
        for widget in parts:
            self.body.addWidget(widget)
        self.body.addLayout(row(JobLine(model.job, tr("Backup")), None))
        self.body.addWidget(self.said)
        self.table.row_chosen.connect(lambda _name: self.buttons.refresh())
        model.changed.connect(self._on_changed)
        self._on_changed()
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
            self._restore(lambda: tr("Restore…"), lambda: self._chosen),
            Action(
                words=lambda: tr("Check"),
                icon="shield",
                allowed=lambda: bool(self._chosen) and idle(),
                why_not=_choose_first,
                run=lambda: model.check(self._chosen),
            ),
            Action(words=lambda: tr("Restore a file…"), icon="file", allowed=idle, run=self._other),
            Action(words=lambda: tr("Open the folder"), icon="folder", run=self._open_folder),
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
        name = ask_backup(self, self.model.folder)
        if name:
            ask_over(self.window(), self._restore(lambda: tr("Restore a file…"), lambda: name))

    def _open_folder(self) -> None:
        self._frame.open_url(self.model.data_dir.as_uri())

    @property
    def _chosen(self) -> str:
        name = self.table.chosen_key
        return name if isinstance(name, str) else ""

    def _is_idle(self) -> bool:
        return not self.model.job.busy

    def _on_changed(self) -> None:
        self.rows.set_rows(self.model.items)
        self.table.viewport().update()  # what a check found is not in the rows
        if self.table.choose(self.model.made):
            self.model.made = ""
        is_told_why = self.model.reading.stage is Stage.FAILED
        shown = _SHOWN_ROWS if is_told_why else max(1, min(len(self.rows.rows), _SHOWN_ROWS))
        self.list.setFixedHeight(_HEADER_PX + shown * _ROW_PX + 2)
        words, tone = self.model.said
        self.said.setText(words)
        self.said.set_tone(tone)
        self.said.setVisible(bool(words))
        self.buttons.refresh()


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


def _no_backup() -> PlainLabel:
    return PlainLabel(tr("There is no backup yet."), tone="soft")


def _choose_first() -> str:
    return tr("Choose a backup in the list first.")
