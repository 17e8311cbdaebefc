"""Steps one after another in the page: what is chosen in one is what the next is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from tiktok_manager.ui.kit.access import announce, focus_into, focus_living, has_focus_inside
from tiktok_manager.ui.kit.action import Action, action_button, no_words
from tiktok_manager.ui.kit.badges import JobLine
from tiktok_manager.ui.kit.controls import Fact, Facts, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import FlowLayout, Line, column, row
from tiktok_manager.ui.kit.placeholders import Disc, step_name
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from tiktok_manager.ui.kit.reading import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardStep:
    """One page of a wizard, of a `Table`, a `Form` or whatever it takes.

    Attributes:
        why_not: What is in the way of going on; empty for nothing.
        wanted: Whether there is anything to ask in it; else it is passed over.
        entered: Called whenever its page comes, to begin what it shows.
    """

    title: str
    page: QWidget
    why_not: Callable[[], str] = no_words
    wanted: Callable[[], bool] = lambda: True
    entered: Callable[[], object] = lambda: None


class Wizard(QWidget):
    """Named steps, the page of one of them, and the way back and on (Ctrl+Enter).

    `finish` does it all from the last step, as `job`, which locks pages and ways until it ended.
    With `summary` a last step says what will be done. Whoever changes a page says `refresh`.

    Signals:
        left: The user wants no more of it.
    """

    left = Signal()

    def __init__(
        self,
        steps: Sequence[WizardStep],
        *,
        summary: Callable[[], Sequence[Fact]] | None = None,
        finish: Action,
        job: Job,
    ) -> None:
        super().__init__()
        self._facts = Facts()
        self._summary = summary
        self._job = job
        page = QWidget()
        page.setLayout(column(self._facts, None))
        last = () if summary is None else (WizardStep(title=tr("Summary"), page=page),)
        self._steps = (*steps, *last)
        self._pages = QStackedWidget()
        self._names = [(Disc(""), PlainLabel(step.title)) for step in self._steps]
        self._came_from: QWidget | None = None
        self._parts = [QWidget() for _ in self._names]
        for step in self._steps:
            self._pages.addWidget(step.page)
        self.back = action_button(self._way(tr("Back"), -1))
        self.next = action_button(self._way(tr("Next"), 1))
        self.finish = action_button(
            replace(finish, shown=lambda: self._is_last and not job.busy and finish.shown())
        )
        self.leave = push_button(tr("Cancel"), look="quiet", clicked=self.left.emit)
        self._problem = PlainLabel("", tone="attention", wrap=True)
        self._line = JobLine(job, tr("How far it is"))
        self._lay_out()
        job.changed.connect(self.refresh)
        on = QShortcut(QKeySequence("Ctrl+Return"), self)
        on.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        on.activated.connect(self._on_wanted_on)
        self.refresh()

    @property
    def place(self) -> int:
        """The number of the step shown, from 0; the last one is the summary."""
        return self._pages.currentIndex()

    def go_to(self, place: int) -> None:
        """Show the page of a step."""
        self._pages.setCurrentIndex(place)
        step = self._steps[place]
        step.entered()
        self.refresh()
        focus_into(self.finish if self._is_last else step.page)
        announce(self, self._pages.accessibleName())

    def refresh(self) -> None:
        """Look again at what is chosen, and what is in the way."""
        is_busy = self._job.busy
        if self._is_last and self._summary is not None:
            self._facts.show_facts(self._summary())
        self._show_names()
        self._pages.setAccessibleName(self._names[self.place][1].accessibleName())
        for button in (self.back, self.next, self.finish):
            button.refresh()
        self._lock(is_busy=is_busy)
        self.leave.setHidden(is_busy)
        wanted = self.finish.action if self._is_last else self.next.action
        problem = "" if is_busy or wanted.allowed() else wanted.why_not()
        self._problem.setText(problem)
        self._problem.setHidden(not problem)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._job.busy:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _on_wanted_on(self) -> None:
        (self.finish if self._is_last else self.next).click()

    def _lock(self, *, is_busy: bool) -> None:
        """Let nothing be changed meanwhile; afterwards the keyboard is where it was."""
        if is_busy == (not self._pages.isEnabled()):
            return
        if is_busy:
            self._came_from = self.focusWidget() if has_focus_inside(self) else None
        self._pages.setEnabled(not is_busy)
        if not is_busy and self._came_from is not None:
            focus_living(self._came_from, self.finish, self.next)

    def _show_names(self) -> None:
        number = 0
        for place, (mark, name) in enumerate(self._names):
            is_wanted = self._steps[place].wanted()
            self._parts[place].setVisible(is_wanted)
            number += is_wanted
            done, is_current = place < self.place, place == self.place
            mark.show_step(number, done=done, is_current=is_current)
            name.set_tone("" if is_current else "soft")
            told = step_name(number, name.text(), done=done, is_current=is_current)
            name.setAccessibleName(told)

    @property
    def _is_last(self) -> bool:
        return self._beside(1) is None

    def _beside(self, by: int) -> int | None:
        """Return the next step this way that has something to ask."""
        place = self.place + by
        while 0 <= place < len(self._steps):
            if self._steps[place].wanted():
                return place
            place += by
        return None

    def _way(self, words: str, by: int) -> Action:
        def why_not() -> str:
            return self._steps[self.place].why_not() if by > 0 else ""

        def run() -> None:
            if (place := self._beside(by)) is not None:
                self.go_to(place)

        return Action(
            words=lambda: words,
            look="primary" if by > 0 else "",
            run=run,
            allowed=lambda: not why_not(),
            why_not=why_not,
            shown=lambda: not self._job.busy and self._beside(by) is not None,
        )

    def _lay_out(self) -> None:
        names = QWidget()
        for part, (mark, name) in zip(self._parts, self._names, strict=True):
            part.setLayout(row(mark, name))
        names.setLayout(FlowLayout(*self._parts, spacing=SPACE_L))
        self._problem.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        ways = row(self.leave, self._line, None, self._problem, self.back, self.next, self.finish)
        margins = (SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        layout = column(names, Line(), self._pages, ways, spacing=SPACE_M, margins=margins)
        layout.setStretch(2, 1)
        self.setLayout(layout)
