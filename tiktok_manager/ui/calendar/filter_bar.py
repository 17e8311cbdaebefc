"""What is filtered, as chips below the controls: each can be taken away, and all be saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from tiktok_manager.ui.calendar.filter_menu import state_words
from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter, Show
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.layout import FlowLayout, clear, row
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktok_manager.ui.calendar.saved_views import SavedViews
    from tiktok_manager.ui.kit.account_model import AccountModel

_NAMED = 2  # accounts; more are counted
_NAME_LENGTH, _NAME_PX, _CHIP_PX = 60, 150, 26


class FilterBar(QFrame):
    """Saved views, the parts of the filter, Clear and Save; not there while there is neither.

    Signals:
        changed: The Filter the user wants.
    """

    changed = Signal(object)

    def __init__(self, accounts: AccountModel, saved: SavedViews) -> None:
        super().__init__()
        self._accounts = accounts
        self._saved = saved
        self._shown = NO_FILTER
        self._told: object = None
        self._chips = QWidget()
        self._flow = FlowLayout(spacing=SPACE_XS)
        self._chips.setLayout(self._flow)
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Save as…"))
        self.name.setAccessibleName(tr("Name of the view to save"))
        self.name.setMaxLength(_NAME_LENGTH)
        self.name.setFixedWidth(_NAME_PX)
        self.name.returnPressed.connect(self._on_save)
        self.clear = push_button(
            tr("Clear"), look="quiet", clicked=partial(self.changed.emit, NO_FILTER)
        )
        margins = (SPACE_XL, SPACE_XS, SPACE_L, SPACE_XS)
        layout = row(self._chips, self.clear, self.name, spacing=SPACE_S, margins=margins)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        saved.changed.connect(self._show)
        accounts.reading.changed.connect(self._show)
        self._show()

    def show_filter(self, shown: Filter) -> None:
        """Say what is filtered."""
        self._shown = shown
        self._show()

    def _show(self) -> None:
        views, parts = dict(self._saved.views), list(self._parts())
        is_filtered = self._shown != NO_FILTER
        self.setVisible(is_filtered or bool(views))
        self.clear.setVisible(is_filtered)
        self.name.setVisible(is_filtered and self._shown not in views.values())
        told = (views, parts, self._shown)
        if told == self._told:
            return  # built anew, what has the focus would lose it
        self._told = told
        clear(self._flow)
        for name, kept in views.items():
            self._add_view(name, kept)
        for words, without in parts:
            self._add(words, tr("Without: {words}", words=words), without)

    def _add_view(self, name: str, kept: Filter) -> None:
        view = push_button(name.replace("&", "&&"), look="chip", checkable=True)
        view.setChecked(kept == self._shown)
        wanted = NO_FILTER if kept == self._shown else kept
        view.clicked.connect(lambda _on, wanted=wanted: self.changed.emit(wanted))
        self._put(view)
        if kept == self._shown:
            words = tr("Remove the view “{name}”", name=name)
            drop = partial(self._saved.remove, name)
            self._put(icon_button("close", words, clicked=drop, size_px=_CHIP_PX))

    def _add(self, words: str, tip: str, without: Filter) -> None:
        chip = push_button(
            f"{words} ✕".replace("&", "&&"),
            look="chip",
            tip=tip,
            clicked=partial(self.changed.emit, without),
        )
        chip.setAccessibleName(tip)
        self._put(chip)

    def _put(self, widget: QWidget) -> None:
        self._flow.addWidget(widget)
        widget.show()

    def _parts(self) -> Iterator[tuple[str, Filter]]:
        """Yield each part of the filter in words, and what is left without it."""
        shown = self._shown
        if shown.show is not Show.ALL:
            yield state_words(shown.show), shown.without("show")
        if shown.account_ids:
            yield self._who(), shown.without("account_ids")
        for group in sorted(shown.groups):
            yield tr("Group {name}", name=group), shown.without("groups")
        for tag in sorted(shown.tags):
            yield f"#{tag}", shown.without("tags")
        if shown.campaign_id is not None:
            name = self._saved.campaigns.get(shown.campaign_id, shown.campaign_id)
            yield tr("Campaign {name}", name=name), shown.without("campaign_id")

    def _who(self) -> str:
        rows = self._accounts.rows
        names = [f"@{e.account.handle}" for e in rows if e.account.id in self._shown.account_ids]
        count = len(self._shown.account_ids)
        if 0 < len(names) <= _NAMED:
            return ", ".join(names)
        return ntr("{count} account", "{count} accounts", count)

    def _on_save(self) -> None:
        if name := " ".join(self.name.text().split()):
            self.name.clear()
            self._saved.save(name, self._shown)
