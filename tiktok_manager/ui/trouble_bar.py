"""Says in place why nothing is published, until when, and lets the user mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type
from tiktok_manager.wording import Step

if TYPE_CHECKING:
    from tiktok_manager.ui.publish_state import PublishState, Trouble

_STEP_WORDS = {Step.ADOPT: "Publish from this computer…", Step.RETRY: "Try again"}
_ADOPT_QUESTION = (
    "Publish from this computer from now on? Then use no other copy of this data folder: if two "
    "of them published, posts would go out twice. What the other copy may have sent already is "
    "held until it is known that it is not on TikTok."
)


class TroubleBar(QFrame):
    """Stays as long as its reason does. Put away, it comes back by the status line or a change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: PublishState | None = None
        self._shown: Trouble | None = None
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._title = PlainLabel("", type=Type.STRONG, wrap=True)
        self._more = PlainLabel("", tone="soft", wrap=True)
        self.step = push_button("", look="primary", clicked=self._on_step)
        self._close = icon_button("close", "Put away", clicked=self.hide, size_px=28)
        self.sure = push_button("Publish from this computer", look="danger", clicked=self._on_sure)
        self.keep = push_button("Leave it off", clicked=self._on_keep)
        self._confirm = QWidget()
        question = PlainLabel(_ADOPT_QUESTION, wrap=True)
        self._confirm.setLayout(column(question, row(self.sure, self.keep, None), spacing=SPACE_S))
        self._confirm.setAccessibleName(_ADOPT_QUESTION)
        self._lay_out()
        self.hide()

    def follow(self, state: PublishState | None) -> None:
        """Show the troubles of this state; None while there is none."""
        if self._state is not None:
            self._state.changed.disconnect(self._on_changed)
        self._state, self._shown = state, None
        self.hide()
        if state is not None:
            state.changed.connect(self._on_changed)
            self._on_changed()

    def show_again(self) -> bool:
        """Bring it back after it was put away; False if nothing is wrong."""
        self.setVisible(self._shown is not None)
        if self.step.isVisible():
            self.step.setFocus()
        return self._shown is not None

    def _lay_out(self) -> None:
        words = column(self._title, self._more, self._confirm, spacing=2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_M)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(IconLabel("status-needs_attention", "attention"), 0, top)
        layout.addLayout(words, 1)
        for button in (self.step, self._close):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._ask(is_asking=False)

    def _on_changed(self) -> None:
        state = self._state
        trouble = state.trouble if state is not None else None
        if state is None or trouble == self._shown:
            return
        is_news = trouble is None or self._shown is None or trouble.code != self._shown.code
        self._shown = trouble
        if trouble is not None:
            self._title.setText(trouble.title)
            parts = (trouble.more, state.until_words(trouble))
            self._more.setText(" ".join(part for part in parts if part))
            words = _STEP_WORDS.get(trouble.step, "")
            self.step.setText(words)
            self.step.setAccessibleName(words)
            self.setAccessibleName(f"{trouble.title} {self._more.text()}")
        if is_news:
            self._ask(is_asking=False)
            self.setVisible(trouble is not None)

    def _ask(self, *, is_asking: bool) -> None:
        has_step = self._shown is not None and self._shown.step is not Step.NONE
        self._confirm.setVisible(is_asking)
        self._more.setVisible(not is_asking)
        self.step.setVisible(has_step and not is_asking)
        self._close.setVisible(not is_asking)

    def _on_step(self) -> None:
        if self._state is None or self._shown is None:
            return
        if self._shown.step is Step.ADOPT:
            self._ask(is_asking=True)
            self.keep.setFocus()
        else:
            self._state.start()

    def _on_sure(self) -> None:
        self._ask(is_asking=False)
        if self._state is not None:
            self._state.adopt()

    def _on_keep(self) -> None:
        self._ask(is_asking=False)
        self.step.setFocus()
