"""How to get app keys, with what has to be copied into TikTok's portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from tiktok_manager.domain.accounts import CALLBACK_PATH, POSTING_SCOPES
from tiktok_manager.ui.kit.controls import CopyButton, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Frame

REDIRECT_URI = f"http://127.0.0.1:*{CALLBACK_PATH}"
PORTAL_URL = "https://developers.tiktok.com/apps/"


class KeyGuide(QWidget):
    """The way to the keys; `fold` folds it away."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        words = tr("How to get your keys")
        self.fold = push_button(words, look="quiet", icon_name="info", checkable=True)
        guide = QFrame()
        guide.setProperty("look", "notice")
        portal = push_button(
            tr("Open the developer portal"),
            icon_name="external",
            clicked=lambda: frame.open_url(PORTAL_URL),
            tip=PORTAL_URL,
        )
        first, second, third, fourth, fifth = (
            PlainLabel(step, tone="soft", wrap=True) for step in _steps()
        )
        uri, scopes = _copied(REDIRECT_URI), _copied(", ".join(POSTING_SCOPES))
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        steps = (first, second, third, uri, fourth, scopes, fifth, row(portal, None))
        guide.setLayout(column(*steps, spacing=SPACE_S, margins=margins))
        self.setLayout(column(row(self.fold, None), guide))
        self.fold.toggled.connect(guide.setVisible)
        guide.hide()


def _steps() -> tuple[str, ...]:
    products = tr(
        "2. Add the products Login Kit (for Desktop) and Content Posting API, Direct Post."
    )
    scopes = tr("4. Ask for these scopes. Others need the Display API, which new apps cannot have:")
    return (
        tr("1. Create an app in TikTok’s developer portal (free)."),
        products,
        tr("3. Register this redirect URI, exactly as it stands:"),
        scopes,
        tr("5. Copy client key and client secret of the app into the fields below."),
    )


def _copied(text: str) -> QHBoxLayout:
    line = row(
        PlainLabel(text, wrap=True, selectable=True),
        CopyButton(text, name=tr("Copy {words}", words=text)),
    )
    line.setStretch(0, 1)
    return line
