"""What stands until it is no longer so: one frame, the gravest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from tiktok_manager.ui.kit.access import announce, focus_living, has_focus_inside
from tiktok_manager.ui.kit.action import Action, QuestionCard
from tiktok_manager.ui.kit.controls import CopyButton, icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import set_look
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_ICONS = {
    Tone.INFO: "info",
    Tone.GOOD: "status-published",
    Tone.WARNING: "status-needs_attention",
    Tone.ATTENTION: "status-needs_attention",
    Tone.BAD: "status-failed",
}


class MessageFrame(QFrame):
    """Icon, words and the room for what can be done: the look of banner and toast.

    It is dismissed by its cross and by Escape.
    """

    def __init__(self, *, take_step: Callable[[], object], dismiss: Callable[[], object]) -> None:
        super().__init__()
        self.dismiss = dismiss
        self.setProperty("look", "message")
        self._icon = IconLabel("info", "accent")
        self._text = PlainLabel("", type=Type.STRONG, wrap=True)
        self._more = PlainLabel("", tone="soft", wrap=True)
        self._close = icon_button("close", tr("Close notice"), clicked=dismiss, size_px=28)
        self._action = push_button("", look="quiet", clicked=take_step)

    def _write(self, notice: Notice) -> None:
        set_look(self, "tone", notice.tone.value)
        self._icon.show_icon(_ICONS[notice.tone], notice.tone.value)
        self._text.setText(notice.text)
        self._more.setText(notice.more)
        self._more.setVisible(bool(notice.more))
        self._action.setText(notice.step_words)
        self._action.setVisible(bool(notice.step_words))
        self.setAccessibleName(notice.spoken)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)


class Banner(MessageFrame):
    """What stands until it is no longer so: one notice at a time, the gravest first.

    A newer notice takes the place of one about the same; all others wait until it is closed or
    withdrawn, or the user looks through them. A question is asked in place, with the focus on
    the harmless answer.

    Signals:
        changed: Another notice is shown, or none.
        put_away: The user closed the notice about this subject.
    """

    changed = Signal()
    put_away = Signal(str)

    def __init__(self, *, focus_elsewhere: Callable[[], object] = lambda: None) -> None:
        """`focus_elsewhere` takes the focus when what had it before is gone."""
        super().__init__(take_step=self._on_action, dismiss=self._put_away)
        self._queue: list[Notice] = []
        self._shown: Notice | None = None
        self._came_from: QWidget | None = None
        self._focus_elsewhere = focus_elsewhere
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaximumWidth(280)
        self.field.returnPressed.connect(self._on_action)
        self._copy = CopyButton(words=tr("Copy details"))
        self._next = push_button("", look="quiet", clicked=self._on_next)
        self._card = QuestionCard()
        self._card.answered.connect(self._on_answered)
        self._lay_out()
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown now."""
        return self._shown

    @property
    def waiting(self) -> int:
        """How many more notices there are."""
        return max(0, len(self._queue) - 1)

    def show_notice(self, notice: Notice) -> None:
        """Let this stand, in place of what was said about the same."""
        is_news = all(each.spoken != notice.spoken for each in self._queue)
        self._queue = [each for each in self._queue if each.subject != notice.subject]
        self._queue.insert(0, notice)
        if is_news:
            announce(self, notice.spoken, urgent=notice.gravity > 1)
        self._show(notice if notice.takes_focus else self._next_to_show(notice))

    def withdraw(self, subject: str) -> None:
        """It is no longer so."""
        kept = [each for each in self._queue if each.subject != subject]
        if len(kept) == len(self._queue):
            return
        self._queue = kept
        is_shown = self._shown is not None and self._shown.subject == subject
        self._show(self._gravest() if is_shown else self._shown)

    def clear(self) -> None:
        """Withdraw everything."""
        self._queue = []
        self._show(None)

    def _put_away(self) -> None:
        if (notice := self._shown) is not None:
            self.withdraw(notice.subject)
            self.put_away.emit(notice.subject)

    def take_focus(self) -> None:
        """Give the keyboard to what can be done about it."""
        if not has_focus_inside(self):
            self._came_from = self.window().focusWidget()
        focus_living(self._card.no, self.field, self._action, self._close)

    # -- inside ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._steps = QWidget()
        self._steps.setLayout(row(self.field, self._action, self._copy, None, self._next))
        words = column(self._text, self._more, self._steps, self._card, spacing=2)
        layout = row(self._icon, words, self._close, spacing=SPACE_M)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_S, SPACE_S)
        layout.setStretch(1, 1)
        for widget in (self._icon, self._close):
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)

    def _next_to_show(self, newest: Notice) -> Notice | None:
        shown = self._shown
        if shown is not None and shown.subject == newest.subject:
            return newest
        # Nobody likes a form that changes under the hands.
        is_in_use = shown is not None and has_focus_inside(self)
        return shown if is_in_use else self._gravest()

    def _gravest(self) -> Notice | None:
        # The newest of the gravest: what was said last is at the front.
        return max(self._queue, key=lambda each: each.gravity, default=None)

    def _show(self, notice: Notice | None) -> None:
        before, self._shown = self._shown, notice
        if notice is None:
            had_focus = has_focus_inside(self)
            self.field.clear()
            self.hide()
            if had_focus:
                self._give_focus_back()
        else:
            if notice is not before:
                self._fill(notice, is_same=before is not None and before.subject == notice.subject)
            self._count()
            self.show()
        self.changed.emit()
        if notice is not None and notice.takes_focus and notice is not before:
            self.take_focus()

    def _fill(self, notice: Notice, *, is_same: bool) -> None:
        self._write(notice)
        self._take_question_back()
        if is_same:
            self.field.selectAll()
        else:
            self.field.clear()
        self.field.setVisible(notice.secret is not None)
        self.field.setAccessibleName(notice.text)
        self._action.setEnabled(True)
        set_look(self._action, "look", "primary" if notice.secret is not None else "")
        self._copy.setVisible(bool(notice.details))
        self._copy.set_copied_text(notice.details)

    def _count(self) -> None:
        count = self.waiting
        self._next.setVisible(count > 0)
        self._next.setText(ntr("{count} more", "{count} more", count))
        self._next.setAccessibleName(
            ntr("{count} more notice: show it", "{count} more notices: show the next", count)
        )

    def _ask(self, step: Action) -> None:
        self._steps.hide()
        self._card.ask(step)
        announce(self, self._card.question)
        self.changed.emit()

    def _take_question_back(self) -> None:
        self._card.withdraw()
        self._steps.show()

    def _give_focus_back(self) -> None:
        came_from, self._came_from = self._came_from, None
        if not focus_living(came_from):
            self._focus_elsewhere()

    def _on_action(self) -> None:
        notice = self._shown
        if notice is None:
            return
        if notice.secret is not None:
            if self.field.text():
                self._action.setEnabled(False)
                notice.secret(self.field.text())
        elif notice.step is not None and notice.step.question():
            self._ask(notice.step)
        else:
            self._do(notice)

    def _on_answered(self, is_yes: bool) -> None:
        self._take_question_back()
        if is_yes and self._shown is not None:
            self._do(self._shown)
        else:
            self._action.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def _on_next(self) -> None:
        if self._shown in self._queue:
            place = self._queue.index(self._shown)
            self._show(self._queue[(place + 1) % len(self._queue)])

    def _do(self, notice: Notice) -> None:
        self.withdraw(notice.subject)
        if notice.step is not None:
            notice.step.perform()
