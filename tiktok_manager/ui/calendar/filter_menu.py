"""Which posts are shown, behind one button: in what state, and of which accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from tiktok_manager.ui.calendar.filters import Filter, Show
from tiktok_manager.ui.kit.account_picker import AccountPicker
from tiktok_manager.ui.kit.controls import PushButton, Segment, push_button
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M

if TYPE_CHECKING:
    from tiktok_manager.ui.kit.account_model import AccountModel


class FilterMenu(QMenu):
    """Opens under its `button`, which says what is shown.

    Signals:
        changed: The Filter the user chose.
    """

    changed = Signal(object)

    def __init__(self, accounts: AccountModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._accounts = accounts
        self._shown = Filter()
        self.button: PushButton = push_button("", icon_name="filter")
        self.button.setMenu(self)
        self.states = Segment(tr("State"), {show.value: state_words(show) for show in Show})
        self.states.chosen.connect(self._on_state)
        self.picker = AccountPicker(accounts)
        self.picker.changed.connect(self._on_accounts)
        self._all = push_button(tr("Show all"), look="quiet", clicked=self._on_all)
        content = QWidget()
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        parts = (row(self.states, None, self._all), self.picker)
        content.setLayout(column(*parts, spacing=SPACE_M, margins=margins))
        action = QWidgetAction(self)
        action.setDefaultWidget(content)
        self.addAction(action)
        self.aboutToShow.connect(self.picker.catch_up)  # before the menu takes its size
        self.aboutToShow.connect(self.picker.setFocus)

    def show_filter(self, shown: Filter) -> None:
        """Say what is shown."""
        self._shown = shown
        self.states.choose(shown.show.value)
        self.picker.set_chosen(shown.account_ids)
        words = state_words(shown.show)
        if shown.account_ids:
            count = len(shown.account_ids)
            words = ntr("{state}, {count} account", "{state}, {count} accounts", count, state=words)
        self.button.setText(words)
        self._all.setEnabled(shown != Filter())

    def _on_state(self, key: str) -> None:
        self.changed.emit(replace(self._shown, show=Show(key)))

    def _on_accounts(self) -> None:
        chosen = frozenset(self.picker.chosen)
        is_all = len(chosen) == len(self._accounts.rows)
        ids = frozenset[str]() if is_all else chosen
        self.changed.emit(replace(self._shown, account_ids=ids))

    def _on_all(self) -> None:
        self.changed.emit(Filter())


def state_words(show: Show) -> str:
    """Name the posts in a state."""
    return {
        Show.ALL: tr("All posts"),
        Show.PLANNED: tr("Planned"),
        Show.DRAFTS: tr("Drafts"),
        Show.NEEDS_YOU: tr("Needs you"),
        Show.PUBLISHED: tr("Published"),
    }[show]
