"""The import: a few steps from a folder or a table to a plan, and one step back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from tiktok_manager.services import bulk_columns
from tiktok_manager.services.tables import write_table
from tiktok_manager.ui.imports.pages import CheckPage, ColumnsPage, SettingsPage, SourcePage
from tiktok_manager.ui.imports.rows import planned_words
from tiktok_manager.ui.imports.viewmodel import ImportViewModel
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.wizard import Wizard, WizardStep
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording.bulk import column_help

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.imports.viewmodel import Imported

SOURCE, COLUMNS, SETTINGS, CHECK = range(4)


class ImportView(PaneView):
    """Target: `new`, or the paths to import."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self._begin()

    @override
    def open_target(self, target: object) -> None:
        if self.model.job.busy:
            return
        self._begin_anew()
        if isinstance(target, tuple):
            self.model.choose([each for each in target if isinstance(each, Path)])

    @override
    def take_focus(self) -> None:
        self.wizard.go_to(self.wizard.place)

    def _begin_anew(self) -> None:
        self.body.removeWidget(self.wizard)
        self.wizard.hide()
        for old in (self.wizard, self.model):
            old.deleteLater()
        self._begin()

    def _begin(self) -> None:
        """Begin with nothing chosen."""
        self.model = model = ImportViewModel(self._core, self, self._on_left)
        self.source = SourcePage(model, self._save_template)
        self.columns = ColumnsPage(model)
        self.settings = SettingsPage(model, self._frame)
        self.check = CheckPage(model, self._core, self._frame)
        finish = Action(
            words=lambda: model.finish_words,
            look="primary",
            run=model.plan,
            allowed=lambda: model.proposal is not None and not model.why_not_planned(),
            why_not=model.why_not_planned,
        )
        self.wizard = wizard = Wizard(self._steps(), finish=finish, job=model.job)
        wizard.left.connect(lambda: self._frame.go("calendar"))
        self.body.addWidget(wizard)
        model.changed.connect(self._refresh)
        model.read.connect(wizard.next.click)
        model.planned.connect(self._on_planned)
        model.failed.connect(self._frame.show_error)
        self._refresh()

    def _steps(self) -> tuple[WizardStep, ...]:
        model = self.model
        return (
            WizardStep(title=tr("Videos or table"), page=self.source, why_not=model.why_not_read),
            WizardStep(
                title=tr("Columns"),
                page=self.columns,
                why_not=model.why_not_understood,
                wanted=lambda: model.is_table,
            ),
            WizardStep(
                title=tr("For whom and when"), page=self.settings, why_not=model.why_not_looked
            ),
            WizardStep(title=tr("Check"), page=self.check, entered=model.look),
        )

    def _refresh(self) -> None:
        for page in (self.source, self.columns, self.settings, self.check):
            page.refresh()
        self.wizard.refresh()

    def _on_planned(self, done: Imported) -> None:
        """Go on where the posts are."""
        left_out = ntr("{count} row was left out.", "{count} rows were left out.", done.left_out)
        first = min(done.posts, key=lambda post: post.schedule.due_at)
        self._frame.go("calendar", first.schedule.shown.date())
        self._frame.notify(
            Notice(
                text=planned_words(done.posts, self._core.now()),
                more=left_out if done.left_out else "",
                tone=Tone.GOOD,
                stays=False,
                step=self._core.undo.way_back(done.step),
            )
        )
        self._begin_anew()

    def _on_left(self, count: int) -> None:
        said = ntr(
            "{count} post had left already and stays.",
            "{count} posts had left already and stay.",
            count,
        )
        self._frame.notify(Notice(text=said, tone=Tone.ATTENTION))

    def _save_template(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(
            self,
            tr("Save an empty table"),
            str(Path.home() / "posts.xlsx"),
            tr("Tables (*.csv *.xlsx)"),
        )
        if name:
            told = [(column, column_help(column)) for column in bulk_columns.COLUMNS]
            self._core.tasks.run(
                lambda _token: write_table(
                    Path(name), [bulk_columns.EXAMPLE], bulk_columns.COLUMNS, beside=told
                ),
                done=lambda _count: self._frame.notify(
                    Notice(text=tr("Saved: {name}", name=Path(name).name), stays=False)
                ),
                failed=self._frame.show_error,
            )
