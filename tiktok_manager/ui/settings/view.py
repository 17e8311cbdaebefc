"""The settings pane: builds widgets and binds them to the viewmodel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.kit.controls import Fact, Facts, push_button
from tiktok_manager.ui.kit.form import Form
from tiktok_manager.ui.kit.inputs import SearchLine, make_input
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Line, ScrollPage, row
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.settings.backups_card import BackupsCard
from tiktok_manager.ui.settings.key_guide import KeyGuide
from tiktok_manager.ui.settings.viewmodel import SettingsViewModel, choices, help_words
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import Type
from tiktok_manager.wording.settings import section_words, setting_label

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_PAGE_WIDTH_PX = 940
BACKUPS = "backups"


class SettingsView(PaneView):
    """A card per section, a search above them."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self.model = SettingsViewModel(core, self)
        self.form = Form(self)
        self.guide = KeyGuide(frame)
        self.backups = BackupsCard(core, frame)
        self._data = _data_card(core, frame)
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
        self._add_card(self.backups, words=tr("backups restore safety copy"))
        self._add_card(self._data, words=tr("data folder"))

    def _add_card(self, card: Card, names: frozenset[str] = frozenset(), words: str = "") -> None:
        self._cards.append((card, names, words.casefold()))
        self._page.add(card)

    # -- answers --------------------------------------------------------------------------

    def _on_changed(self) -> None:
        if self.model.items and not self._cards:
            self._build_cards()
        for item in self.model.items:
            self.form.show_value(item.name, item.value or "")
        # New fields have no place yet to scroll to.
        QTimer.singleShot(0, self, self._open_wanted)

    def _on_kept(self, name: str) -> None:
        self.form.accept(name, tr("Kept, encrypted.") if name == "client-secret" else "")

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


def _data_card(core: Core, frame: Frame) -> Card:
    folder = core.workspace.paths.root
    about = tr("Database, logs, backups and cached pictures. Nothing is kept anywhere else.")
    open_folder = push_button(
        tr("Open folder"), icon_name="folder", clicked=lambda: frame.open_url(folder.as_uri())
    )
    card = Card(tr("Data"))
    where = Fact(label=tr("Data folder"), value=str(folder), copied=str(folder))
    card.body.addWidget(Facts([where]))
    card.body.addWidget(PlainLabel(about, type=Type.CAPTION, tone="soft", wrap=True))
    card.body.addLayout(row(open_folder, None))
    return card
