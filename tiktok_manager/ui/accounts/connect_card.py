"""How far a connection is, shown below the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar

from tiktok_manager.ui.kit.controls import CopyButton, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.accounts.connecting import ConnectViewModel


class ConnectCard(Card):
    """What is waited for, the link for another browser, and a way out."""

    def __init__(self, model: ConnectViewModel) -> None:
        super().__init__()
        self._model = model
        self.setAccessibleName(tr("Connecting an account"))
        self._text = PlainLabel("", wrap=True)
        self._hint = PlainLabel(
            tr("The page did not open, or in the wrong browser? Copy the link and open it there."),
            type=Type.CAPTION,
            tone="soft",
            wrap=True,
        )
        self._doubt = PlainLabel("", type=Type.CAPTION, tone="attention", wrap=True)
        self.fewer = push_button(tr("Ask for fewer permissions"), clicked=model.ask_for_fewer)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("How far the connection is"))
        self.copy_link = CopyButton(words=tr("Copy the link"), look="")
        self.again = push_button(
            tr("Open again"), icon_name="external", clicked=model.open_page_again
        )
        self.cancel = push_button(tr("Cancel"), look="quiet", clicked=model.cancel)
        title = PlainLabel(tr("Connecting an account"), type=Type.STRONG)
        buttons = row(self.copy_link, self.again, self.cancel)
        head = row(column(title, self._text, spacing=2), buttons, spacing=SPACE_L)
        doubt = row(self._doubt, self.fewer, spacing=SPACE_L)
        for layout in (head, doubt):
            layout.setStretch(0, 1)
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(head)
        for widget in (self._bar, self._hint):
            self.body.addWidget(widget)
        self.body.addLayout(doubt)
        model.changed.connect(self._on_changed)
        self.hide()

    def _on_changed(self) -> None:
        model, progress = self._model, self._model.job.progress
        self.setVisible(progress is not None)
        if progress is None:
            return
        self._text.setText(progress.words)
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self.copy_link.set_copied_text(model.link)
        for widget in (self.copy_link, self.again, self._hint):
            widget.setVisible(bool(model.link))
        self._doubt.setText(model.doubt)
        self._doubt.setVisible(bool(model.doubt))
        self.fewer.setVisible(model.can_ask_fewer)
