"""The question only the user can answer: is a video, of which TikTok says nothing, there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from tiktok_manager.ui.calendar.wording import is_given_up
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import Post

_CAPTION_SHOWN = 40
_WORD_SHOWN = 24  # a longer word would be wider than the card


class DoubtCard(QFrame):
    """Asks for the user's word; posting again is asked twice, for TikTok cannot undo a double.

    Signals:
        answered: Whether it is on TikTok, and whether to post it again.
        waiting: The user leaves it to TikTok for now.
    """

    answered = Signal(bool, bool)
    waiting = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "notice")
        self.setProperty("tone", "attention")
        self._post_id = ""
        self._can_wait = True
        self._question = PlainLabel("", wrap=True)
        self._there = push_button("It is there", clicked=lambda: self.answered.emit(True, False))
        self._absent = push_button(
            "It is not there", clicked=lambda: self.answered.emit(False, False)
        )
        self._again = push_button("Post again…", icon_name="redo", clicked=self._on_again)
        self._wait = push_button("Wait", icon_name="status-processing", clicked=self.waiting.emit)
        self._waiting = PlainLabel("", type=Type.CAPTION, tone="soft", wrap=True)
        self._warning = PlainLabel("", wrap=True, tone="warning")
        self._sure = push_button("Post again", look="danger", clicked=self._on_sure)
        self._keep = push_button("Do not post", clicked=self._on_keep)
        self._confirm = QFrame()
        answers = row(self._sure, self._keep, None)
        inner = column(self._warning, answers, spacing=SPACE_S, margins=(0, 0, 0, 0))
        self._confirm.setLayout(inner)
        parts = column(
            self._question,
            row(self._there, self._absent, None),
            row(self._again, self._wait, None),
            self._waiting,
            self._confirm,
            spacing=SPACE_S,
            margins=(SPACE_M, SPACE_M, SPACE_M, SPACE_M),
        )
        self.setLayout(parts)
        self._on_keep()

    def ask(self, post: Post, when: str, waiting: str, *, in_doubt: bool) -> None:
        """Ask about this post, or nothing; `when` is its time, `waiting` says what waiting means.

        A confirmation begun for another post never stands for this one.
        """
        self._waiting.setText(waiting)
        self._can_wait = not is_given_up(post)
        if not in_doubt or post.id != self._post_id:
            self._show_confirm(is_open=False)
        self._post_id = post.id
        self._wait.setVisible(self._can_wait and self._confirm.isHidden())
        self.setVisible(in_doubt)
        self._question.setText(
            f"Is this video on the page of @{post.handle}? Your word settles it."
        )
        self._warning.setText(
            f"{_beginning(post.caption)}, planned for {when}: if it is there after all, "
            f"@{post.handle} gets it twice, and only the TikTok app can delete one. "
            "Post it again?"
        )
        self.setAccessibleName(self._question.text())

    def _on_again(self) -> None:
        self._show_confirm(is_open=True)
        self._keep.setFocus()

    def _on_keep(self) -> None:
        self._show_confirm(is_open=False)

    def _on_sure(self) -> None:
        self._show_confirm(is_open=False)
        self.answered.emit(False, True)

    def _show_confirm(self, *, is_open: bool) -> None:
        self._confirm.setVisible(is_open)
        for widget in (self._again, self._waiting):
            widget.setVisible(not is_open)
        self._wait.setVisible(self._can_wait and not is_open)


def _beginning(caption: str) -> str:
    words = " ".join(caption.split())
    if not words:
        return "The video without a caption"
    if len(words) <= _CAPTION_SHOWN:
        return f"“{words}”"
    whole, space, _cut = words[: _CAPTION_SHOWN + 1].rpartition(" ")
    return f"“{whole if space else words[:_WORD_SHOWN]}…”"
