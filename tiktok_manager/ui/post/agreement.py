"""TikTok's line, agreed to once for many posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from tiktok_manager.ui.composer.foot import consent_label
from tiktok_manager.ui.composer.wording import consent_html
from tiktok_manager.ui.kit.labels import NoteLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.ui.frame import Frame


class Agreement(QWidget):
    """A box beside TikTok's sentence; without a tick the posts are kept as drafts."""

    def __init__(self, frame: Frame, agreed: Callable[[bool], object]) -> None:
        super().__init__()
        self.box = QCheckBox(tr("I agree"))
        self.box.clicked.connect(agreed)
        self._words = consent_label(lambda url: frame.open_url(url) if tiktok_url(url) else None)
        self._drafts = NoteLabel(tr("Without it they are kept as drafts."))
        line = row(self.box, self._words, spacing=SPACE_M)
        line.setStretch(1, 1)
        self.setLayout(column(line, self._drafts, spacing=0))
        self.hide()

    def show_consent(self, consent: str, *, agreed: bool) -> None:
        """Show the sentence; nothing is there where nothing is published."""
        if consent:
            self._words.setText(consent_html(consent, tokens().accent))
            self._words.setAccessibleName(consent)
            self.box.setAccessibleDescription(consent)
        self.box.setChecked(agreed)
        self._drafts.setVisible(not agreed)
        self.setVisible(bool(consent))
