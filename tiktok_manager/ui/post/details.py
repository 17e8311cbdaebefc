"""The drawer's content for one post: state, trouble, what can be done, facts, flight record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from tiktok_manager.ui.formats import age_text, exact_number
from tiktok_manager.ui.kit.action import Action, ActionRow, action_button
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.controls import CopyButton, Facts, push_button
from tiktok_manager.ui.kit.labels import PlainLabel, PlainText
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.post import wording
from tiktok_manager.ui.post.actions import doubt_actions, is_in_doubt, mending_actions
from tiktok_manager.ui.post.flight_record import FlightRecord
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from datetime import datetime

    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.post.changes import PostChanges
    from tiktok_manager.ui.post.viewmodel import PostDetailsViewModel


class PostDetails(QWidget):
    """Shows a post and what can be done with it; `back` leads to where it came from."""

    def __init__(
        self,
        core: Core,
        frame: Frame,
        changes: PostChanges,
        viewmodel: PostDetailsViewModel,
        back: Action | None,
    ) -> None:
        super().__init__()
        self._core = core
        self.viewmodel = viewmodel
        viewmodel.setParent(self)
        self.back = back
        self._mending = ActionRow(mending_actions(core, frame, changes, lambda: viewmodel.post))
        self._doubt = _Doubt(ActionRow(doubt_actions(core, frame, changes, lambda: viewmodel.post)))
        self._record = FlightRecord(core, frame, lambda: viewmodel.post)
        self._shown_id = ""
        self._make_parts()
        self._lay_out()
        viewmodel.changed.connect(self._on_changed)
        viewmodel.progressed.connect(self._on_progressed)
        self._on_changed()

    def focus_first(self) -> None:
        """Give the keyboard to the first thing that can be done."""
        if not self._mending.focus_first():
            self._caption.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_ages(self) -> None:
        """Write ages anew."""
        self._show_when(self._core.now())

    def _make_parts(self) -> None:
        self._avatar = AvatarLabel(self._core.accounts.avatars, 28)
        self._handle = PlainLabel("", type=Type.SECTION, elided=True)
        self._badge = StatusBadge()
        self._means = PlainLabel("", wrap=True)
        self._when = PlainLabel("", type=Type.STRONG, wrap=True, tabular=True)
        self._planned_as = PlainLabel("", type=Type.CAPTION, tone="soft", wrap=True)
        self._sent = QProgressBar()
        self._sent.setRange(0, 1000)
        self._sent.setTextVisible(False)
        self._sent.setAccessibleName(tr("Upload"))
        self._sent_words = PlainLabel("", type=Type.CAPTION, tone="soft", tabular=True)
        self._trouble = TroubleCard()
        self._caption = PlainText(tr("Caption"), Type.BODY)
        self._facts = Facts()

    def _lay_out(self) -> None:
        head = row(self._avatar, self._handle, self._badge)
        head.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        if self.back is not None:
            layout.addWidget(action_button(self.back), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(head)
        layout.addLayout(column(self._means, self._when, self._planned_as, spacing=2))
        layout.addLayout(column(self._sent, self._sent_words, spacing=SPACE_XS))
        for part in (self._trouble, self._mending, self._doubt, Line()):
            layout.addWidget(part)
        caption = PlainLabel(tr("Caption"), type=Type.STRONG)
        layout.addLayout(column(caption, self._caption, spacing=2))
        layout.addWidget(self._facts)
        layout.addWidget(Line())
        record = PlainLabel(tr("Flight record"), type=Type.STRONG)
        layout.addLayout(column(record, self._record))
        layout.addStretch(1)

    def _on_changed(self) -> None:
        post, now, timezone = self.viewmodel.post, self._core.now(), self._core.timezone
        self._avatar.show_account(post.handle, self._core.accounts.picture_path(post.account_id))
        self._handle.setText(f"@{post.handle}")
        self._badge.show_post(post, timezone, now)
        self._means.setText(wording.meaning(post, timezone, now, self.viewmodel.trail))
        self._caption.setPlainText(post.caption or tr("(no caption)"))
        self._trouble.show_trouble(wording.trouble(post))
        self._show_when(now)
        self._show_actions(now)
        self._facts.show_facts(wording.facts(post, timezone, self.viewmodel.trail))
        self._record.show_trail(self.viewmodel.trail)
        self._on_progressed()

    def _show_when(self, now: datetime) -> None:
        post = self.viewmodel.post
        first, *others = wording.when_lines(post, self._core.timezone)
        age = age_text(post.schedule.due_at, now)
        self._when.setText(tr("{time} · {age}", time=first, age=age))
        self._planned_as.setText("\n".join(others))
        self._planned_as.setVisible(bool(others))

    def _show_actions(self, now: datetime) -> None:
        post = self.viewmodel.post
        if post.id != self._shown_id:  # what was asked about another post is not asked about this
            self._shown_id = post.id
            self._doubt.answers.withdraw()
        self._mending.refresh()
        question = wording.doubt_question(post, self._core.timezone, now)
        self._doubt.ask(question if is_in_doubt(post) else "")

    def _on_progressed(self) -> None:
        share, words = self.viewmodel.progress or (0.0, "")
        percent = exact_number(round(share * 100))
        self._sent.setValue(round(share * 1000))
        self._sent_words.setText(tr("{percent} % · {sent}", percent=percent, sent=words))
        self._sent.setAccessibleDescription(self._sent_words.text())
        for part in (self._sent, self._sent_words):
            part.setVisible(bool(words))


class _Doubt(QFrame):
    """The question only the user can answer, and the answers."""

    def __init__(self, answers: ActionRow) -> None:
        super().__init__()
        self.answers = answers
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._question = PlainLabel("", wrap=True)
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.setLayout(column(self._question, answers, spacing=SPACE_S, margins=margins))

    def ask(self, question: str) -> None:
        """Ask, or ask nothing."""
        self.setVisible(bool(question))
        self._question.setText(question)
        self.setAccessibleName(question)
        self.answers.refresh()


class TroubleCard(QFrame):
    """What went wrong and what to do; TikTok's code and log id are one click away."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._text = PlainText(tr("What went wrong"), Type.STRONG, in_passing=True)
        self._action = PlainText(tr("What to do"), Type.BODY, in_passing=True)
        self._details = PlainText(tr("Technical details"), Type.CAPTION)
        self._toggle = push_button("", look="quiet", clicked=self._on_toggle)
        self._copy = CopyButton()
        buttons = row(self._toggle, self._copy, None, spacing=0)
        buttons.setContentsMargins(-SPACE_S, 0, 0, 0)
        parts = column(self._text, self._action, self._details, buttons, spacing=SPACE_XS)
        parts.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_XS)
        self.setLayout(parts)
        self._open(is_open=False)

    def show_trouble(self, found: wording.PostTrouble | None) -> None:
        """Show a trouble, or nothing."""
        self.setVisible(found is not None)
        if found is None:
            return
        self._text.setPlainText(found.text)
        self._action.setPlainText(found.action)
        self._action.setVisible(bool(found.action))
        if found.details != self._details.toPlainText():
            self._details.setPlainText(found.details)
            self._open(is_open=False)
        self._copy.set_copied_text(f"{found.text}\n{found.details}")
        self.setAccessibleName(f"{found.text} {found.action}".strip())

    def _open(self, *, is_open: bool) -> None:
        self._details.setVisible(is_open)
        self._copy.setVisible(is_open)
        self._toggle.setText(tr("Hide details") if is_open else tr("Show details"))

    def _on_toggle(self) -> None:
        self._open(is_open=not self._details.isVisibleTo(self))
