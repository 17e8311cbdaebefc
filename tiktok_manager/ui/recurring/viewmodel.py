"""Recurring posts as they are now, and what can be done with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import RulesChanged
from tiktok_manager.domain.recurring import RuleStatus
from tiktok_manager.domain.schedule import parse_bound, zone
from tiktok_manager.domain.slots import read_weekly
from tiktok_manager.services.recurring import RuleEdit
from tiktok_manager.ui.formats import date_text
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post_look import CHANGES_POSTS, changes_posts
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from tiktok_manager.domain.events import Event
    from tiktok_manager.services.recurring import RuleChange, RuleView
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """What is entered over a recurring post; texts are as they are typed."""

    rrule: str
    times: str
    caption: str
    ends: str


class RecurringViewModel(QObject):
    """All rules with their next times.

    Signals:
        said: A Notice.
        failed: An AppError.
    """

    said = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._service = core.workspace.recurring
        self.reading: Reading[Sequence[RuleView]] = Reading(
            core.tasks,
            core.bridge,
            lambda _token: self._service.list(),
            parent=self,
            stale_on=(RulesChanged, *CHANGES_POSTS),
            concerns=_changes_rules,
            is_empty=lambda found: not found,
        )

    def find(self, rule_id: str) -> RuleView | None:
        """Return a rule as it is now, None if it is not there."""
        return next((each for each in self.reading.value or () if each.rule.id == rule_id), None)

    def form_of(self, view: RuleView) -> RuleForm:
        """Return what can be changed of a rule, as it is."""
        spec = view.rule.spec
        cadence = spec.cadence
        ends = "" if cadence.until is None else cadence.until.date().isoformat()
        return RuleForm(
            rrule=cadence.rrule,
            times=", ".join(f"{each:%H:%M}" for each in cadence.times),
            caption=next(iter(spec.videos[0].captions), ""),
            ends=ends or ("" if cadence.count is None else str(cadence.count)),
        )

    def change(self, view: RuleView, form: RuleForm, start: date | None) -> str:
        """Change all of a rule, or what comes from a day on; returns what is wrong with it."""
        was = self.form_of(view)
        try:
            until, count = read_end(form.ends, self._core.now(), view.rule.spec.cadence.timezone)
            edit = RuleEdit(
                rrule=None if form.rrule == was.rrule else form.rrule,
                times=None if form.times == was.times else read_weekly(form.times)[1],
                captions=None if form.caption == was.caption else (form.caption,),
                until=until,
                count=count,
                forever=until is None and count is None,
            )
        except InputError as error:
            return joined(words(error).title, words(error).hint)
        seen = view.rule
        self._do(tr("Change a recurring post"), lambda: self._service.edit(seen, edit, start=start))
        return ""

    def actions(self, of: Callable[[], RuleView | None]) -> Sequence[Action]:
        """Return what can be done with a rule, for its drawer and its menu."""
        service = self._service

        def is_in(*statuses: RuleStatus) -> bool:
            found = of()
            return found is not None and found.status in statuses

        pause = Action(
            words=lambda: tr("Pause"),
            icon="pause",
            hint=lambda: tr("Its posts wait as drafts until it is resumed."),
            shown=lambda: is_in(RuleStatus.ACTIVE),
            run=lambda: self._with(
                of, tr("Pause a recurring post"), lambda view: service.pause(view.rule)
            ),
        )
        resume = Action(
            words=lambda: tr("Resume"),
            icon="play",
            shown=lambda: is_in(RuleStatus.PAUSED),
            run=lambda: self._with(
                of, tr("Resume a recurring post"), lambda view: service.resume(view.rule)
            ),
        )
        return (pause, resume, self._skip(of), self._end(of))

    def _skip(self, of: Callable[[], RuleView | None]) -> Action:
        def next_day() -> date | None:
            found = of()
            is_active = found is not None and found.status is RuleStatus.ACTIVE
            return found.next[0].day if found is not None and is_active and found.next else None

        def said() -> str:
            day = next_day()
            return "" if day is None else tr("Skip {day}", day=date_text(day))

        def skip(view: RuleView) -> RuleChange:
            return self._service.skip(view.rule, view.next[0].day)

        return Action(
            words=said,
            icon="moved",
            shown=lambda: next_day() is not None,
            run=lambda: self._with(of, tr("Skip a date"), skip),
        )

    def _end(self, of: Callable[[], RuleView | None]) -> Action:
        return Action(
            words=lambda: tr("End it"),
            icon="stop",
            hint=lambda: tr("What is planned of it is cancelled."),
            run=lambda: self._with(
                of, tr("End a recurring post"), lambda view: self._service.remove(view.rule)
            ),
        )

    def _with(
        self,
        of: Callable[[], RuleView | None],
        name: str,
        work: Callable[[RuleView], RuleChange],
    ) -> None:
        if (view := of()) is not None:
            self._do(name, lambda: work(view))

    def _do(self, name: str, work: Callable[[], RuleChange]) -> None:
        def done(change: RuleChange) -> None:
            undo_of_rule(self._core, name, change)
            told = [words(each).title for each in change.findings]
            if kept := len(change.kept):
                told.append(
                    ntr(
                        "{count} post changed by hand stays as it is.",
                        "{count} posts changed by hand stay as they are.",
                        kept,
                    )
                )
            if told:
                self.said.emit(Notice(text=name, more=joined(*told), stays=False))

        self._core.tasks.run(lambda _token: work(), done=done, failed=self.failed.emit)


def undo_of_rule(core: Core, name: str, change: RuleChange) -> None:
    """Record a change of a rule with the way back to its exact former state."""
    recurring, now = core.workspace.recurring, [change]

    def turn() -> None:
        now[0] = recurring.undo(now[0])

    core.undo.did(name, undo=lambda _token: turn(), redo=lambda _token: turn())


def read_end(text: str, now: datetime, timezone: str) -> tuple[date | None, int | None]:
    """Read when a rule ends: a day, a number of times, or never; raises InputError."""
    text = text.strip()
    if not text:
        return None, None
    if text.isdecimal() and len(text) < 4:
        return None, int(text)
    return parse_bound(text, timezone, now).astimezone(zone(timezone)).date(), None


def _changes_rules(event: Event) -> bool:
    return isinstance(event, RulesChanged) or changes_posts(event)
