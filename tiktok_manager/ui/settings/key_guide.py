"""How to get app keys, with what has to be copied into TikTok's portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.domain.accounts import CALLBACK_PATH, POSTING_SCOPES
from tiktok_manager.ui.kit.controls import Fact, Facts, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Frame

REDIRECT_URI = f"http://127.0.0.1:*{CALLBACK_PATH}"
SCOPES = ", ".join(POSTING_SCOPES)
PORTAL_URL = "https://developers.tiktok.com/apps/"


class KeyGuide(QWidget):
    """The way to the keys; `fold` folds it away."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        words = tr("How to get your keys")
        self.fold = push_button(words, look="quiet", icon_name="info", checkable=True)
        steps = (
            tr("1. Create an app in TikTok’s developer portal (free)."),
            tr("2. Add the products Login Kit (for Desktop) and Content Posting API."),
            tr("3. Switch Direct Post on, and register the redirect URI below exactly."),
            tr("4. Ask for these scopes. Others need the Display API, which new apps cannot have."),
            tr("5. Copy client key and client secret of the app into the fields below."),
        )
        copied = Facts(
            (
                Fact(label=tr("Redirect URI"), value=REDIRECT_URI, copied=REDIRECT_URI),
                Fact(label=tr("Scopes"), value=SCOPES, copied=SCOPES),
            )
        )
        portal = push_button(tr("Open the developer portal"), icon_name="external", tip=PORTAL_URL)
        portal.clicked.connect(lambda: frame.open_url(PORTAL_URL))
        guide = QFrame()
        guide.setProperty("look", "notice")
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        labels = (PlainLabel(step, tone="soft", wrap=True) for step in steps)
        guide.setLayout(column(*labels, copied, row(portal, None), margins=margins))
        self.setLayout(column(row(self.fold, None), guide))
        self.fold.toggled.connect(guide.setVisible)
        guide.hide()
