"""How far a connection is, shown where it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QWidget

from tiktok_manager.ui.kit.controls import CopyButton, push_button
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, FlowLayout
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.accounts.connecting import ConnectViewModel


class ConnectCard(Card):
    """What is waited for, the link for another browser, and a way out.

    It is there while a connection is under way, and where it is `wanted`.
    """

    def __init__(self, model: ConnectViewModel, wanted: Callable[[], bool] = lambda: True) -> None:
        super().__init__(padding=SPACE_M)
        self._model = model
        self._wanted = wanted
        self.setAccessibleName(tr("Connecting an account"))
        self._text = PlainLabel("", type=Type.STRONG, wrap=True)
        self._hint = NoteLabel(
            tr("The page did not open, or in the wrong browser? Copy the link and open it there.")
        )
        self._doubt = NoteLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("How far the connection is"))
        self.copy_link = CopyButton(words=tr("Copy the link"), look="")
        self.again = push_button(
            tr("Open again"), icon_name="external", clicked=model.open_page_again
        )
        self.fewer = push_button(tr("Ask for fewer permissions"), clicked=model.ask_for_fewer)
        self.cancel = push_button(tr("Cancel"), look="quiet", clicked=model.cancel)
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.copy_link, self.again, self.fewer, self.cancel))
        self.body.setSpacing(SPACE_S)
        for widget in (self._text, self._bar, self._hint, self._doubt, buttons):
            self.body.addWidget(widget)
        model.changed.connect(self.refresh)
        self.hide()

    def refresh(self) -> None:
        """Show the connection as it is now."""
        asked, progress = self._model.asked, self._model.job.progress
        if progress is None or not self._wanted():
            self.hide()
            return
        self._text.setText(progress.words)
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self.copy_link.set_copied_text(asked.link)
        for widget in (self.copy_link, self.again, self._hint):
            widget.setVisible(bool(asked.link))
        self._doubt.say(asked.doubt, "attention")
        self.fewer.setVisible(asked.fewer is not None)
        self.show()
