"""The drawer's content for one post: state, trouble, what can be done, facts, flight record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.calendar.doubt import DoubtCard
from tiktok_manager.ui.calendar.flight_record import FlightRecord, empty_layout
from tiktok_manager.ui.calendar.month import day_title
from tiktok_manager.ui.calendar.plain_text import PlainText
from tiktok_manager.ui.calendar.wording import (
    Trouble,
    facts,
    meaning,
    trouble,
    waiting_words,
    when_lines,
)
from tiktok_manager.ui.formats import age_text
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.badges import StatusBadge
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from datetime import date, datetime

    from tiktok_manager.ui.calendar.details_viewmodel import PostDetailsViewModel
    from tiktok_manager.ui.frame import Core


class PostDetails(QWidget):
    """Shows a post; what its buttons do is up to whoever opened it.

    Signals:
        edit_wanted, cancel_wanted, retry_wanted, plan_again_wanted, next_day_wanted: Carry the
            Post.
        wait_wanted: The Post in doubt: do nothing but go on asking TikTok.
        save_wanted: The Post whose flight record is wanted as a file.
        reconnect_wanted: Carries the Post whose account lost its permission.
        resolve_wanted: The Post in doubt, whether it is on TikTok, whether to post it again.
        page_wanted: An address of tiktok.com.
        back_wanted: Carries the day whose list it came from.
    """

    edit_wanted = Signal(object)
    cancel_wanted = Signal(object)
    retry_wanted = Signal(object)
    plan_again_wanted = Signal(object)
    next_day_wanted = Signal(object)
    wait_wanted = Signal(object)
    save_wanted = Signal(object)
    reconnect_wanted = Signal(object)
    resolve_wanted = Signal(object, bool, bool)
    page_wanted = Signal(str)
    back_wanted = Signal(object)

    def __init__(self, core: Core, viewmodel: PostDetailsViewModel, back_to: date | None) -> None:
        super().__init__()
        self._core = core
        self._viewmodel = viewmodel
        viewmodel.setParent(self)
        self.back_to = back_to
        self._build()
        viewmodel.changed.connect(self._on_changed)
        viewmodel.progressed.connect(self._on_progressed)
        self._on_changed()

    @property
    def viewmodel(self) -> PostDetailsViewModel:
        """The post that is shown."""
        return self._viewmodel

    def focus_first(self) -> None:
        """Give the keyboard to the first thing that can be done."""
        buttons = (
            self._reconnect,
            self._retry,
            self._edit,
            self._page,
            self._cancel,
            self._plan_again,
        )
        target = next((each for each in buttons if each.isVisibleTo(self)), self._caption)
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_ages(self) -> None:
        """Write ages anew."""
        self._show_when(self._core.now())

    def _build(self) -> None:
        self._make_parts()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        if self.back_to is not None:
            words = f"All of {day_title(self.back_to)}"
            back = push_button(words, look="quiet", icon_name="arrow-left", clicked=self._on_back)
            layout.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        head = row(self._avatar, self._handle, self._badge)
        head.setStretch(1, 1)
        layout.addLayout(head)
        layout.addLayout(column(self._means, self._when, self._planned_as, spacing=2))
        layout.addWidget(self._sending)
        layout.addWidget(self._trouble)
        layout.addLayout(self._deeds_layout())
        layout.addWidget(self._doubt)
        layout.addWidget(Line())
        layout.addLayout(column(PlainLabel("Caption", type=Type.STRONG), self._caption, spacing=2))
        layout.addLayout(self._facts)
        layout.addWidget(Line())
        layout.addLayout(column(PlainLabel("Flight record", type=Type.STRONG), self._record))
        layout.addStretch(1)

    def _make_parts(self) -> None:
        self._avatar = AvatarLabel(self._core.accounts.avatars, 28)
        self._handle = PlainLabel("", type=Type.SECTION, elided=True)
        self._badge = StatusBadge()
        self._means = PlainLabel("", wrap=True)
        self._when = PlainLabel("", type=Type.STRONG, wrap=True, tabular=True)
        self._planned_as = PlainLabel("", type=Type.CAPTION, tone="soft", wrap=True)
        self._sending = _Sending()
        self._trouble = TroubleCard()
        self._trouble.resume_wanted.connect(self._viewmodel.resume)
        self._doubt = DoubtCard()
        self._doubt.answered.connect(self._on_answered)
        self._doubt.waiting.connect(lambda: self.wait_wanted.emit(self._viewmodel.post))
        self._caption = PlainText("Caption", Type.BODY)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE_M)
        self._facts.setVerticalSpacing(SPACE_XS)
        self._facts.setColumnStretch(1, 1)
        self._record = FlightRecord()
        self._record.save_wanted.connect(lambda: self.save_wanted.emit(self._viewmodel.post))

    def _deeds_layout(self) -> QLayout:
        post = self._viewmodel
        self._reconnect = push_button(
            "Reconnect",
            look="primary",
            icon_name="link",
            clicked=lambda: self.reconnect_wanted.emit(post.post),
        )
        self._retry = push_button(
            "Retry",
            look="primary",
            icon_name="redo",
            clicked=lambda: self.retry_wanted.emit(post.post),
        )
        self._edit = push_button(
            "Edit", icon_name="edit", clicked=lambda: self.edit_wanted.emit(post.post)
        )
        self._cancel = push_button(
            "Cancel post",
            look="danger",
            icon_name="close",
            clicked=lambda: self.cancel_wanted.emit(post.post),
        )
        self._plan_again = push_button(
            "Plan it again",
            look="primary",
            icon_name="undo",
            clicked=lambda: self.plan_again_wanted.emit(post.post),
        )
        self._next_day = push_button(
            "Next day", icon_name="moved", clicked=lambda: self.next_day_wanted.emit(post.post)
        )
        self._page = push_button("", icon_name="external", clicked=self._on_page)
        first = row(self._reconnect, self._retry, self._next_day, self._plan_again, None)
        return column(first, row(self._edit, self._cancel, None), row(self._page, None))

    def _on_back(self) -> None:
        self.back_wanted.emit(self.back_to)

    def _on_answered(self, posted: bool, post_again: bool) -> None:
        self.resolve_wanted.emit(self._viewmodel.post, posted, post_again)

    def _on_page(self) -> None:
        page = self._viewmodel.deeds.page
        if page is not None:
            self.page_wanted.emit(page)

    def _on_changed(self) -> None:
        post, now = self._viewmodel.post, self._core.now()
        self._avatar.show_account(post.handle, self._viewmodel.avatar)
        self._handle.setText(f"@{post.handle}")
        self._badge.show_post(post, self._viewmodel.timezone, now)
        self._means.setText(meaning(post, self._viewmodel.timezone, now, self._viewmodel.trail))
        self._caption.setPlainText(post.caption or "(no caption)")
        self._trouble.show_trouble(trouble(post))
        self._show_when(now)
        self._show_deeds()
        self._show_facts(facts(post, self._viewmodel.timezone, self._viewmodel.trail))
        self._record.show_trail(self._viewmodel.trail, self._viewmodel.timezone)
        self._on_progressed()

    def _show_when(self, now: datetime) -> None:
        post = self._viewmodel.post
        first, *others = when_lines(post, self._viewmodel.timezone)
        self._when.setText(f"{first} · {age_text(post.schedule.due_at, now)}")
        self._planned_as.setText("\n".join(others))
        self._planned_as.setVisible(bool(others))

    def _show_deeds(self) -> None:
        may = self._viewmodel.deeds
        self._edit.setVisible(may.edit)
        _rename(self._edit, may.edit_words)
        self._cancel.setVisible(may.cancel)
        self._retry.setVisible(may.retry)
        _rename(self._retry, may.retry_words)
        self._next_day.setVisible(may.next_day)
        self._reconnect.setVisible(may.reconnect)
        post, zone_name = self._viewmodel.post, self._viewmodel.timezone
        waiting = waiting_words(post, zone_name, self._core.now())
        self._doubt.ask(post, when_lines(post, zone_name)[0], waiting, in_doubt=may.resolve)
        self._plan_again.setVisible(may.plan_again)
        self._page.setVisible(may.page is not None)
        _rename(self._page, may.page_words)

    def _show_facts(self, found: Sequence[tuple[str, str]]) -> None:
        empty_layout(self._facts)
        for number, (name, value) in enumerate(found):
            label = PlainLabel(name, tone="soft")
            words = PlainLabel(value, elided=True)
            words.setAccessibleName(f"{name}: {value}")
            self._facts.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(words, number, 1)

    def _on_progressed(self) -> None:
        self._sending.show_progress(self._viewmodel.progress, self._viewmodel.progress_words)


class _Sending(QWidget):
    """How far an upload has come."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Upload")
        self._words = PlainLabel("", type=Type.CAPTION, tone="soft", tabular=True)
        self.setLayout(column(self._bar, self._words, spacing=SPACE_XS))
        self.hide()

    def show_progress(self, share: float | None, words: str) -> None:
        self.setVisible(share is not None)
        self._bar.setValue(round((share or 0) * 1000))
        percent = f"{(share or 0) * 100:.0f} %"
        self._words.setText(f"{percent} · {words}")
        self._bar.setAccessibleDescription(self._words.text())


class TroubleCard(QFrame):
    """What went wrong and what to do; TikTok's code and log id are one click away.

    Signals:
        resume_wanted: The user ends the wait that is shown.
    """

    resume_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._text = PlainText("What went wrong", Type.STRONG, in_passing=True)
        self._action = PlainText("What to do", Type.BODY, in_passing=True)
        self._resume = push_button(
            "", look="primary", icon_name="play", clicked=self.resume_wanted.emit
        )
        self._details = PlainText("Technical details", Type.CAPTION)
        self._toggle = push_button("Show details", look="quiet", clicked=self._on_toggle)
        self._copy = push_button("Copy", look="quiet", icon_name="copy", clicked=self._on_copy)
        buttons = row(self._toggle, self._copy, None, spacing=0)
        buttons.setContentsMargins(-SPACE_S, 0, 0, 0)
        parts = column(
            self._text,
            self._action,
            row(self._resume, None),
            self._details,
            buttons,
            spacing=SPACE_XS,
        )
        parts.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_XS)
        self.setLayout(parts)

    def show_trouble(self, found: Trouble | None) -> None:
        """Show a trouble, or nothing."""
        self.setVisible(found is not None)
        if found is None:
            return
        self._text.setPlainText(found.text)
        self._action.setPlainText(found.action)
        self._action.setVisible(bool(found.action))
        self._resume.setVisible(bool(found.resume))
        _rename(self._resume, found.resume)
        if found.details != self._details.toPlainText():
            self._details.setPlainText(found.details)
            self._open(is_open=False)
        self.setAccessibleName(f"{found.text} {found.action}".strip())

    def _open(self, *, is_open: bool) -> None:
        self._details.setVisible(is_open)
        self._copy.setVisible(is_open)
        self._copy.setText("Copy")
        self._toggle.setText("Hide details" if is_open else "Show details")
        self._toggle.setAccessibleName(self._toggle.text())

    def _on_toggle(self) -> None:
        self._open(is_open=not self._details.isVisibleTo(self))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(
            f"{self._text.toPlainText()}\n{self._details.toPlainText()}"
        )
        self._copy.setText("Copied")


def _rename(button: QPushButton, words: str) -> None:
    button.setText(f" {words}")
    button.setAccessibleName(words)
