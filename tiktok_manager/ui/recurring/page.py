"""The list of recurring posts; a row opens its next times and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.recurring.details import RuleDetails
from tiktok_manager.ui.recurring.viewmodel import RecurringViewModel
from tiktok_manager.ui.recurring.wording import rule_columns, what_words
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.services.recurring import RuleView
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.kit.action import Action


class RulesPage(Stages):
    """All that recurs. New ones are made in the composer: a post is entered, and repeated."""

    def __init__(self, core: Core, frame: Frame) -> None:
        self.model = RecurringViewModel(core, core.bridge)
        rows: ListModel[RuleView] = ListModel(rule_columns(core), lambda each: each.rule.id)
        self.table: Table[RuleView] = Table(
            rows, tr("Recurring"), memory=(frame.memory, "recurring"), menu=self._menu
        )
        super().__init__(self.table, empty=self._nothing)
        for each in (self.model, rows):
            each.setParent(self)
        self._core = core
        self._frame = frame
        self.model.reading.changed.connect(self._on_read)
        self.model.said.connect(frame.notify)
        self.model.failed.connect(frame.show_error)
        self.table.row_opened.connect(self._on_opened)
        self.follow(self.model.reading)

    def _nothing(self) -> EmptyState:
        return EmptyState(
            "sync",
            tr("Nothing repeats yet"),
            tr("Enter a post and choose under “Repeat” how often it goes out."),
            action_text=tr("New post"),
            action=lambda: self._frame.go("composer", "new"),
        )

    def _menu(self, rows: Sequence[RuleView]) -> Sequence[Action]:
        (view,) = rows
        return self.model.actions(lambda: self.model.find(view.rule.id))

    def _on_read(self) -> None:
        self.table.rows.set_rows(self.model.reading.value or ())

    def _on_opened(self, rule_id: str, by_keyboard: bool) -> None:
        if (view := self.model.find(rule_id)) is not None:
            details = RuleDetails(self._core, self.model, view)
            self._frame.open_drawer(what_words(view), details)
            if by_keyboard:
                details.deeds.focus_first()
