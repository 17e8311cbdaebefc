"""Which posts are shown, behind one button: their state, account, group, tags and campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget, QWidgetAction

from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter, Show
from tiktok_manager.ui.kit.account_picker import AccountPicker
from tiktok_manager.ui.kit.controls import PushButton, Segment, push_button
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_manager.ui.calendar.saved_views import SavedViews
    from tiktok_manager.ui.kit.account_model import AccountModel

_FRAME_PX = 72  # of the button, beside its words


class FilterMenu(QMenu):
    """Opens under its `button`, which says what is shown.

    Signals:
        changed: The Filter the user chose.
    """

    changed = Signal(object)

    def __init__(self, accounts: AccountModel, saved: SavedViews, parent: QWidget) -> None:
        super().__init__(parent)
        self._accounts = accounts
        self._saved = saved
        self._shown = NO_FILTER
        self._words = ""
        self._room_px = 0
        self.button: PushButton = push_button("", icon_name="filter")
        self.button.setMenu(self)
        self.states = Segment(tr("State"), {show.value: state_words(show) for show in Show})
        self.states.chosen.connect(lambda key: self._want(show=Show(key)))
        self.picker = AccountPicker(accounts)
        self.picker.changed.connect(self._on_accounts)
        self.group = _drop_down(tr("Group"))
        self.group.activated.connect(self._on_group)
        self.campaign = _drop_down(tr("Campaign"))
        self.campaign.activated.connect(
            lambda _at: self._want(campaign_id=self.campaign.currentData())
        )
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(tr("Tags, such as: launch, autumn"))
        self.tags.setAccessibleName(tr("Tags"))
        self.tags.editingFinished.connect(self._on_tags)
        self._all = push_button(tr("Show all"), look="quiet", clicked=self._on_all)
        self._lay_out()
        self.aboutToShow.connect(self._look)  # before the menu takes its size
        self.aboutToShow.connect(self.picker.setFocus)

    def show_filter(self, shown: Filter) -> None:
        """Say what is shown."""
        self._shown = shown
        self.states.choose(shown.show.value)
        self.picker.set_chosen(shown.account_ids)
        self.tags.setText(", ".join(sorted(shown.tags)))
        words = state_words(shown.show)
        if shown.account_ids:
            count = len(shown.account_ids)
            words = ntr("{state}, {count} account", "{state}, {count} accounts", count, state=words)
        self._words = words
        self.fit(self._room_px)
        self._all.setEnabled(shown != NO_FILTER)

    def fit(self, room_px: int) -> None:
        """Say in words what is shown where there is room, else by hover and name alone."""
        self._room_px = room_px
        width_px = self.button.fontMetrics().horizontalAdvance(self._words) + _FRAME_PX
        self.button.setText(self._words if width_px <= room_px else "")
        self.button.setToolTip(self._words)
        self.button.setAccessibleName(self._words)

    def _lay_out(self) -> None:
        content = QWidget()
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        more = row(self.group, self.campaign, self.tags, spacing=SPACE_S)
        more.setStretch(2, 1)
        parts = (row(self.states, None, self._all), more, self.picker)
        content.setLayout(column(*parts, spacing=SPACE_M, margins=margins))
        action = QWidgetAction(self)
        action.setDefaultWidget(content)
        self.addAction(action)

    def _look(self) -> None:
        self.picker.catch_up()
        groups = {name: name for row in self._accounts.rows for name in row.account.groups}
        chosen = next(iter(sorted(self._shown.groups)), None)
        _fill(self.group, tr("All groups"), groups, chosen)
        campaigns = self._saved.campaigns
        _fill(self.campaign, tr("All campaigns"), campaigns, self._shown.campaign_id)

    def _want(self, **parts: object) -> None:
        self.changed.emit(replace(self._shown, **parts))  # type: ignore[arg-type]

    def _on_group(self, _at: int) -> None:
        name = self.group.currentData()
        self._want(groups=frozenset(() if name is None else (name,)))

    def _on_tags(self) -> None:
        names = (name.strip().removeprefix("#") for name in self.tags.text().split(","))
        tags = frozenset(filter(None, names))
        if tags != self._shown.tags:
            self._want(tags=tags)

    def _on_accounts(self) -> None:
        chosen = frozenset(self.picker.chosen)
        is_all = len(chosen) == len(self._accounts.rows)
        self._want(account_ids=frozenset[str]() if is_all else chosen)

    def _on_all(self) -> None:
        self.changed.emit(NO_FILTER)


def state_words(show: Show) -> str:
    """Name the posts in a state."""
    return {
        Show.ALL: tr("All posts"),
        Show.PLANNED: tr("Planned"),
        Show.DRAFTS: tr("Drafts"),
        Show.NEEDS_YOU: tr("Needs you"),
        Show.PUBLISHED: tr("Published"),
    }[show]


def _drop_down(name: str) -> CalmComboBox:
    box = CalmComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def _fill(box: CalmComboBox, first: str, names: Mapping[str, str], chosen: str | None) -> None:
    with QSignalBlocker(box):
        box.clear()
        box.addItem(first, None)
        for key, words in sorted(names.items(), key=lambda each: each[1].casefold()):
            box.addItem(words, key)
        box.setCurrentIndex(max(box.findData(chosen), 0))
    box.setVisible(bool(names))
