"""The settings pane: builds widgets and binds them to the viewmodel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.domain.accounts import CALLBACK_PATH, POSTING_SCOPES
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.controls import Fact, Facts, push_button
from tiktok_manager.ui.kit.form import Form
from tiktok_manager.ui.kit.inputs import SearchLine, make_input
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Line, ScrollPage, column, row
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.settings.backups import BackupsCard
from tiktok_manager.ui.settings.viewmodel import SettingsViewModel, choices, help_words
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M
from tiktok_manager.wording.settings import section_words, setting_label

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_PAGE_WIDTH_PX = 940
REDIRECT_URI = f"http://127.0.0.1:*{CALLBACK_PATH}"
SCOPES = ", ".join(POSTING_SCOPES)
PORTAL_URL = "https://developers.tiktok.com/apps/"
BACKUPS = "backups"


class SettingsView(PaneView):
    """A card per section, a search above them."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._accounts = core.accounts
        self._has_keys = True  # until the settings are read
        self.model = SettingsViewModel(core, self)
        self.form = Form(self)
        self.guide = KeyGuide(frame)
        self.backups = BackupsCard(core, frame)
        # Each card with the settings on it and with other words it is found by.
        self._cards: list[tuple[Card, frozenset[str], str]] = []
        self._wanted = ""
        self._build()
        self.form.changed.connect(self.model.change)
        self.model.kept.connect(self._on_kept)
        self.model.refused.connect(self.form.set_error)
        self.model.failed.connect(self._on_failed)
        self.model.reading.changed.connect(self._on_changed)
        self.follow(self.model.reading)
        core.accounts.load()

    @override
    def open_target(self, target: object) -> None:
        """Scroll to a setting by its name, or to the backups, and put the focus there."""
        self._wanted = str(target)
        self._open_wanted()

    @override
    def pane_shown(self) -> None:
        self.backups.model.reading.request()

    @override
    def minute_passed(self) -> None:
        self.backups.model.reading.request()

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self.search = SearchLine(tr("Find a setting"), self)
        self.search.textChanged.connect(self._on_search)
        self.add_controls(self.search, None)
        self._page = ScrollPage(_PAGE_WIDTH_PX)
        self._nothing = EmptyState("search", tr("No setting matches"), tr("Try another word."))
        self._nothing.hide()
        self._page.add(self._nothing)
        self.body.addWidget(self._page, 1)

    def _build_cards(self) -> None:
        for section in dict.fromkeys(item.section for item in self.model.items):
            items = [item for item in self.model.items if item.section == section]
            card = Card(section_words(section))
            if not self._cards:
                self.guide.fold.setChecked(not self.model.has_keys)
                card.body.addWidget(self.guide)
            for number, item in enumerate(items):
                if number:
                    card.body.addWidget(Line())
                kind = "scopes" if item.name == "scopes" else item.kind
                control = make_input(kind, choices(item))
                control.setEnabled(not item.from_environment)
                label, told = setting_label(item.name), help_words(item)
                card.body.addWidget(self.form.add(item.name, label, control, told))
            self._add_card(card, frozenset(item.name for item in items))
        self._add_card(self.backups, words=tr("data folder backups restore safety copy"))

    def _add_card(self, card: Card, names: frozenset[str] = frozenset(), words: str = "") -> None:
        self._cards.append((card, names, words.casefold()))
        self._page.add(card)

    # -- answers --------------------------------------------------------------------------

    def _on_changed(self) -> None:
        if self.model.items and not self._cards:
            self._build_cards()
        for item in self.model.items:
            self.form.show_value(item.name, item.value or "")
        self._lead_on()
        # New fields have no place yet to scroll to.
        QTimer.singleShot(0, self, self._open_wanted)

    def _on_kept(self, name: str) -> None:
        self.form.accept(name, tr("Kept, encrypted.") if name == "client-secret" else "")

    def _lead_on(self) -> None:
        """Say what comes after the keys, once both are there."""
        had_keys, self._has_keys = self._has_keys, self.model.has_keys
        if self._has_keys and not had_keys and not self._accounts.rowCount():
            self._frame.notify(
                Notice(
                    text=tr("Connect your first TikTok account"),
                    more=tr("You allow access on TikTok’s own page in your browser."),
                    step=Action(
                        words=lambda: tr("Connect"),
                        run=lambda: self._frame.go("accounts", "connect"),
                    ),
                    stays=False,
                )
            )

    def _on_failed(self, error: AppError, retry: object) -> None:
        self._on_changed()  # what was not kept is not shown as if it were
        self._frame.show_error(error, retry if callable(retry) else None)

    def _on_search(self, text: str) -> None:
        found, wanted = self.model.found(text), text.strip().casefold()
        for name, field in self.form.fields.items():
            field.setVisible(name in found)
        for card, names, words in self._cards:
            card.setVisible(bool(found & names) or wanted in words)
        self._nothing.setVisible(all(card.isHidden() for card, _names, _words in self._cards))

    def _open_wanted(self) -> None:
        field = self.form.fields.get(self._wanted)
        if self._wanted == BACKUPS and self._cards:
            self._bring(self.backups, self.backups.buttons.buttons[0])
        elif field is not None:
            self._bring(field, field.control)

    def _bring(self, part: QWidget, focused: QWidget) -> None:
        self._wanted = ""
        self.search.clear()
        self._page.ensureWidgetVisible(part)
        focused.setFocus(Qt.FocusReason.OtherFocusReason)


class KeyGuide(QWidget):
    """How to get app keys, with what has to be copied; `fold` folds it away."""

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
