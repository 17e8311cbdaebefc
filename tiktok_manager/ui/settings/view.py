"""The settings pane: builds widgets and binds them to the viewmodel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Line, Skeleton, column, row
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.settings.backups_card import BackupsCard
from tiktok_manager.ui.settings.rows import KeyGuide, SettingRow
from tiktok_manager.ui.settings.viewmodel import SettingsViewModel
from tiktok_manager.ui.settings.wording import (
    SettingItem,
)
from tiktok_manager.ui.tokens import SPACE_L, SPACE_XL, SPACE_XS, Type

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_PAGE_WIDTH_PX = 720
_APP_SECTION = "TikTok app"
BACKUPS = "backups"
_WORDS_OF_CARD = {"Backups": "backups restore safety copy", "Data": "data folder"}


class SettingsView(PaneView):
    """A card per section, a search above them."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self.model = SettingsViewModel(core, self)
        self._rows: dict[str, SettingRow] = {}
        self._cards: dict[str, tuple[Card, list[str]]] = {}
        self._wanted = ""
        self._build()
        self.model.changed.connect(self._on_changed)
        self.model.kept.connect(self._on_kept)
        self.model.refused.connect(self._on_refused)
        self.model.failed.connect(self._on_failed)
        self.model.load()

    @override
    def open_target(self, target: object) -> None:
        """Scroll to a setting by its name, or to the backups, and put the focus there."""
        self._wanted = str(target)
        self._open_wanted()

    @override
    def pane_shown(self) -> None:
        self._reload_backups()

    @override
    def minute_passed(self) -> None:
        self._reload_backups()

    def _reload_backups(self) -> None:
        if self._cards:
            self.backups.model.load()

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a setting")
        self.search.setAccessibleName("Find a setting")
        self.search.setMaximumWidth(280)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._on_search)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self.search.setFocus)
        self.add_controls(self.search, None)
        self._page = QWidget()
        self._page.setMaximumWidth(_PAGE_WIDTH_PX)
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        self._column.setSpacing(SPACE_L)
        self._skeleton = Skeleton(rows=6)
        self._nothing = EmptyState("search", "No setting matches", "Try another word.")
        self._nothing.hide()
        self._column.addWidget(self._skeleton)
        self._column.addWidget(self._nothing)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._scroll.setWidget(self._page)
        self._scroll.viewport().setAutoFillBackground(False)
        self._page.setAutoFillBackground(False)  # setWidget turns it on
        self.body.addWidget(self._scroll, 1)

    def _build_cards(self) -> None:
        self._skeleton.hide()
        for section in self.model.sections():
            items = [item for item in self.model.items if item.section == section]
            card = Card(section)
            if section == _APP_SECTION:
                card.body.addWidget(KeyGuide(self._frame))
            for number, item in enumerate(items):
                if number:
                    card.body.addWidget(Line())
                card.body.addWidget(self._make_row(item))
            self._add_card(section, card, [item.name for item in items])
        self.backups = BackupsCard(self._core, self._frame)
        self._add_card("Backups", self.backups, [])
        self._add_card("Data", self._data_card(), [])

    def _add_card(self, section: str, card: Card, names: list[str]) -> None:
        self._cards[section] = (card, names)
        self._column.insertWidget(self._column.count() - 1, card)

    def _make_row(self, item: SettingItem) -> SettingRow:
        setting_row = SettingRow(item)
        setting_row.editor.edited.connect(
            lambda value, name=item.name: self.model.change(name, value)
        )
        self._rows[item.name] = setting_row
        return setting_row

    def _data_card(self) -> Card:
        card = Card("Data")
        folder = self.model.data_dir
        path = PlainLabel(str(folder), tone="soft", wrap=True, selectable=True)
        path.setAccessibleName(f"Data folder: {folder}")
        words = column(
            PlainLabel("Data folder", type=Type.STRONG),
            path,
            PlainLabel(
                "Database, logs, backups and cached pictures. Nothing is kept anywhere else.",
                type=Type.CAPTION,
                tone="soft",
                wrap=True,
            ),
            spacing=SPACE_XS,
        )
        open_folder = push_button(
            "Open folder", icon_name="folder", clicked=lambda: _open_folder(folder)
        )
        line = row(words, open_folder, spacing=SPACE_L)
        line.setStretch(0, 1)
        card.body.addLayout(line)
        return card

    # -- answers --------------------------------------------------------------------------

    def _on_changed(self) -> None:
        if not self._rows:
            self._build_cards()
        for item in self.model.items:
            self._rows[item.name].show_item(item)
        # New rows have no place yet to scroll to.
        QTimer.singleShot(0, self, self._open_wanted)

    def _on_kept(self, name: str) -> None:
        self._rows[name].say_kept()

    def _on_refused(self, name: str, words: str) -> None:
        self._rows[name].say_refused(words)

    def _on_failed(self, error: AppError, retry: object) -> None:
        self._frame.show_error(error, retry if callable(retry) else None)

    def _on_search(self, text: str) -> None:
        found = self.model.found(text)
        for name, setting_row in self._rows.items():
            setting_row.setVisible(name in found)
        shown = False
        for section, (card, names) in self._cards.items():
            visible = bool(found.intersection(names)) or text.strip().casefold() in (
                _WORDS_OF_CARD.get(section, "")
            )
            card.setVisible(visible)
            shown = shown or visible
        self._nothing.setVisible(not shown)

    def _open_wanted(self) -> None:
        if self._wanted == BACKUPS and self._cards:
            self._wanted = ""
            self.search.clear()
            self._scroll.ensureWidgetVisible(self.backups)
            self.backups.back_up.setFocus()
            return
        setting_row = self._rows.get(self._wanted)
        if setting_row is not None:
            self._wanted = ""
            self.search.clear()
            self._scroll.ensureWidgetVisible(setting_row)
            setting_row.editor.setFocus()


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
