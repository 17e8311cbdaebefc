"""What the drawer shows of one recurring post: its next times, what can be done, its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from tiktok_manager.ui.formats import date_text, zoned_time
from tiktok_manager.ui.kit.action import Action, ActionRow
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.controls import Fact, Facts
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.recurring.viewmodel import RuleForm
from tiktok_manager.ui.recurring.wording import (
    account_words,
    cadence_words,
    rule_sign,
    rule_status_words,
    what_words,
)
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, Type
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tiktok_manager.services.recurring import RuleView
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.recurring.viewmodel import RecurringViewModel


class RuleDetails(QWidget):
    """A rule as it is now; what is changed goes for all of it, or from its next date on."""

    def __init__(self, core: Core, model: RecurringViewModel, view: RuleView) -> None:
        super().__init__()
        self._core = core
        self._model = model
        self.rule_id = view.rule.id
        self._badge, self._facts, self._told = StatusBadge(), Facts(), NoteLabel()
        self.deeds = ActionRow(model.actions(lambda: model.find(self.rule_id)))
        self._form = model.form_of(view)
        self.lines = {
            name: QLineEdit(getattr(self._form, name))
            for name in ("rrule", "times", "caption", "ends")
        }
        for line in self.lines.values():
            line.textEdited.connect(self._on_typed)
        self._wrong = NoteLabel()
        self.changes: ActionRow = ActionRow(
            [
                self._change(lambda: tr("Change all"), lambda: None, look="primary"),
                self._change(self._from_words, self._next_day),
            ]
        )
        heading = PlainLabel(tr("Change it"), type=Type.STRONG)
        top = (row(self._badge, None), self._facts, self._told, self.deeds, Line(), heading)
        parts = (*top, *self._fields(), self._wrong, self.changes, None)
        margins = (SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self.setLayout(column(*parts, spacing=SPACE_M, margins=margins))
        model.reading.changed.connect(self._on_read)
        self._show(view)

    def _fields(self) -> tuple[Field, ...]:
        lines = self.lines
        return (
            Field(
                tr("Repeats"),
                lines["rrule"],
                tr("As {rule}.", rule="FREQ=WEEKLY;BYDAY=MO,TH"),
            ),
            Field(tr("Times of each day"), lines["times"], tr("As 18:30, or 9am, 6pm")),
            Field(tr("Caption"), lines["caption"]),
            Field(tr("Ends"), lines["ends"], ends_help()),
        )

    def _change(
        self, said: Callable[[], str], start: Callable[[], date | None], look: str = ""
    ) -> Action:
        return Action(
            words=said,
            look=look,
            allowed=lambda: self._entered() != self._form,
            why_not=lambda: tr("Nothing is changed."),
            shown=lambda: bool(said()),
            run=lambda: self._save(start()),
        )

    def _on_typed(self, _text: str) -> None:
        self._wrong.say("")
        self.changes.refresh()

    def _entered(self) -> RuleForm:
        texts = {name: line.text() for name, line in self.lines.items()}
        return RuleForm(**texts)

    def _save(self, start: date | None) -> None:
        if (view := self._model.find(self.rule_id)) is not None:
            self._wrong.say(self._model.change(view, self._entered(), start), "bad")

    def _next_day(self) -> date | None:
        view = self._model.find(self.rule_id)
        return view.next[0].day if view is not None and view.next else None

    def _from_words(self) -> str:
        day = self._next_day()
        return "" if day is None else tr("Change from {day} on", day=date_text(day))

    def _on_read(self) -> None:
        if (view := self._model.find(self.rule_id)) is not None:
            self._show(view)

    def _show(self, view: RuleView) -> None:
        icon_name, tone = rule_sign(view.status)
        self._badge.show_state(icon_name, rule_status_words(view.status), tone)
        now, timezone = self._core.now(), self._core.timezone
        times = [zoned_time(each.schedule.due_at, timezone, now) for each in view.next]
        facts = [
            Fact(label=tr("Post"), value=what_words(view)),
            Fact(label=tr("Repeats"), value=cadence_words(view.rule.spec.cadence)),
            Fact(label=tr("Account"), value=account_words(view)),
            Fact(label=tr("Next"), value="\n".join(times) or rule_status_words(view.status)),
        ]
        self._facts.show_facts(facts)
        self._told.say(joined(*(words(each).title for each in view.rule.told)), "attention")
        form = self._model.form_of(view)
        for name, line in self.lines.items():
            if line.text() == getattr(self._form, name):  # what is being typed stays
                line.setText(getattr(form, name))
        self._form = form
        self.deeds.refresh()
        self.changes.refresh()


def ends_help() -> str:
    """Say how an end is written."""
    return tr("A day as 24 dec, a number of times as 10, or nothing.")
