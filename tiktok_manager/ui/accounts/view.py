"""The accounts pane: builds widgets and binds them to the viewmodel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.accounts.actions import account_actions, bulk_actions
from tiktok_manager.ui.accounts.connect_card import ConnectCard
from tiktok_manager.ui.accounts.details import AccountDetails
from tiktok_manager.ui.accounts.table import ACCOUNT, account_columns
from tiktok_manager.ui.accounts.viewmodel import AccountFilter, AccountsViewModel
from tiktok_manager.ui.first_steps import first_post_words, first_steps
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.badges import Chip, JobLine
from tiktok_manager.ui.kit.banner import Banner
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.inputs import CalmComboBox, SearchLine
from tiktok_manager.ui.kit.layout import Slot
from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.menus import BulkBar, Entry
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView, Stages
from tiktok_manager.ui.kit.placeholders import EmptyState, FirstStep
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.frame import Core, Frame

SYNC = "sync"
_SEARCH_FROM_PX = 680
_ROW_PX = 56


class AccountsView(PaneView):
    """Table, filters, connecting and the details drawer."""

    gives_way = True

    def __init__(self, core: Core, frame: Frame, model: AccountsViewModel | None = None) -> None:
        super().__init__(empty=self._make_empty)
        self._core = core
        self._frame = frame
        self.model = model or AccountsViewModel(core, self)
        self.empty: EmptyState | None = None
        self._details: AccountDetails | None = None
        self._selected: Sequence[AccountOverview] = ()
        self._wanted_id = ""
        self._new_id = ""
        self._wants_post = False
        self._build_controls()
        self._build_body()
        self._bind()
        self.follow(self.model.reading)
        self.model.reading.request()

    @override
    def open_target(self, target: object) -> None:
        """Show an account by its id; `connect` begins a connection, `sync` a sync of all."""
        if target == "connect":
            self.model.connecting.start()
            return
        self._wanted_id = str(target)
        self._open_wanted()

    @override
    def minute_passed(self) -> None:
        self.model.minute_passed()
        self.table.viewport().update()
        if self._details is not None:
            self._details.refresh()

    @override
    def take_focus(self) -> None:
        self.table.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_search()

    # -- building -------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self._chips = {show: Chip(_chip_words(show, 0)) for show in AccountFilter}
        for chip in self._chips.values():
            chip.setAutoExclusive(True)
        self._chips[AccountFilter.ALL].setChecked(True)
        self.groups = CalmComboBox()
        self.groups.setAccessibleName(tr("Groups and tags"))
        self.groups.hide()
        self.search = SearchLine(tr("Find an account"), self, width_px=200)
        self.sync_all = icon_button("sync", tr("Sync all accounts"), clicked=self.model.sync)
        self.connect_button = push_button(
            tr("Connect"),
            icon_name="user-plus",
            tip=tr("Connect a TikTok account"),
            clicked=self.model.connecting.start,
        )
        chips = tuple(self._chips.values())
        buttons = (self.search, self.sync_all, self.connect_button)
        self.add_controls(*chips, self.groups, None, *buttons)

    def _build_body(self) -> None:
        rows: ListModel[AccountOverview] = ListModel(
            account_columns(self._core, self.model.health), lambda item: item.account.id, self
        )
        self.table: Table[AccountOverview] = Table(
            rows,
            tr("Accounts"),
            several=True,
            sorted_by=ACCOUNT,
            row_height_px=_ROW_PX,
            memory=(self._frame.memory, "accounts-table"),
            menu=self._menu,
        )
        self.matching = Stages(self.table, empty=_nothing_matches)
        self.connect_card = ConnectCard(self.model.connecting, lambda: self._details is None)
        self.next_step = Banner()
        self.sync_line = JobLine(self.model.syncing, tr("How far the sync is"))
        self.bulk = BulkBar(
            bulk_actions(self.model, lambda: self._selected),
            words=lambda count: ntr("{count} account selected", "{count} accounts selected", count),
            clear=self.table.clearSelection,
        )
        self.body.addWidget(self.matching)
        self.add_foot(Slot(self.connect_card, self.next_step, self.sync_line), self.bulk)

    def _make_empty(self) -> QWidget:
        self.empty = EmptyState(
            "accounts",
            tr("Connect your first TikTok account"),
            tr("TikTok Manager posts to accounts you connect here. Three steps and you are set."),
        )
        self.empty.set_steps(self._first_steps())
        return self.empty

    def _bind(self) -> None:
        model = self.model
        model.changed.connect(self._on_changed)
        model.connecting.changed.connect(self._on_connecting)
        model.connecting.connected.connect(self._on_connected)
        model.syncing.changed.connect(self._on_syncing)
        model.said.connect(self._frame.notify)
        model.failed.connect(self._frame.show_error)
        self._core.accounts.avatars.arrived.connect(self.table.viewport().update)
        self.table.row_opened.connect(self._show_details)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.table.selection_changed.connect(self._on_selected)
        self.search.textChanged.connect(self._on_filter)
        self.groups.activated.connect(self._on_filter)
        for chip in self._chips.values():
            chip.toggled.connect(self._on_filter)

    def _menu(self, items: Sequence[AccountOverview]) -> Sequence[Entry]:
        if len(items) != 1:
            return bulk_actions(self.model, lambda: items)
        deeds, danger = account_actions(self.model, self._frame, items[0].account.id)
        return (*deeds, None, danger)

    # -- answers --------------------------------------------------------------------------

    def _on_changed(self) -> None:
        model = self.model
        self.table.rows.set_rows(model.visible_items)
        self.matching.show_stage(Stage.READY if model.visible_items else Stage.EMPTY)
        self.sync_all.setEnabled(bool(model.items) and not model.syncing.busy)
        self._show_filter()
        self._show_next_step()
        self._on_selected()
        self._open_wanted()
        if self._new_id and self.model.reveal(self._new_id) and self.table.choose(self._new_id):
            self._new_id = ""

    def _show_filter(self) -> None:
        model = self.model
        for show, chip in self._chips.items():
            chip.setText(_chip_words(show, model.count(show)))
            with QSignalBlocker(chip):
                chip.setChecked(show is model.show_only)
        if self.search.text() != model.search_text:
            with QSignalBlocker(self.search):
                self.search.setText(model.search_text)
        names = [tr("All groups"), *model.groups]
        if names != [self.groups.itemText(place) for place in range(self.groups.count())]:
            self.groups.clear()
            self.groups.addItems(names)
        self.groups.setCurrentIndex(names.index(model.group) if model.group in names else 0)
        self.groups.setVisible(len(names) > 1)
        for control in (*self._chips.values(), self.sync_all):
            control.setVisible(bool(model.items))
        self._show_search()

    def _show_search(self) -> None:
        # Ctrl+K finds accounts too; the buttons must stay whole.
        self.search.setVisible(bool(self.model.items) and self.width() >= _SEARCH_FROM_PX)

    def _show_next_step(self) -> None:
        if self.empty is not None and shiboken6.isValid(self.empty):
            self.empty.set_steps(self._first_steps())
        was_wanted, self._wants_post = self._wants_post, self.model.wants_first_post
        if not self._wants_post:
            self.next_step.withdraw("first-post")
        elif not was_wanted:  # once: who closes it has read it
            self.next_step.show_notice(
                Notice(
                    text=tr("Next step: plan your first post"),
                    more=first_post_words(),
                    step=Action(
                        words=lambda: tr("New post"),
                        run=lambda: self._frame.go("composer", "new"),
                    ),
                    key="first-post",
                )
            )

    def _on_connecting(self) -> None:
        self.connect_button.setEnabled(not self.model.connecting.job.busy)

    def _on_connected(self, account: Account) -> None:
        self._new_id = account.id

    def _on_syncing(self) -> None:
        self.sync_all.setEnabled(bool(self.model.items) and not self.model.syncing.busy)
        self.bulk.row.refresh()

    def _on_selected(self) -> None:
        self._selected = self.table.selected_rows
        count = len(self._selected)
        self.bulk.show_count(count if count > 1 else 0)

    def _on_filter(self) -> None:
        show = next((s for s, chip in self._chips.items() if chip.isChecked()), AccountFilter.ALL)
        group = self.groups.currentText() if self.groups.currentIndex() > 0 else ""
        self.model.filter_by(show=show, search_text=self.search.text(), group=group)

    # -- details --------------------------------------------------------------------------

    def _open_wanted(self) -> None:
        wanted = self._wanted_id
        if not wanted or self.model.reading.value is None:
            return
        self._wanted_id = ""
        if wanted == SYNC:
            self.model.sync()
        elif self.model.reveal(wanted) is not None:
            self.table.choose(wanted)
            self._show_details(wanted)

    def _on_row_chosen(self, account_id: str) -> None:
        if self._details is not None:
            self._show_details(account_id)

    def _show_details(self, account_id: str) -> None:
        item = self.model.item(account_id)
        if item is None or (self._details and self._details.account_id == account_id):
            return
        details = AccountDetails(self._core, self._frame, self.model, item)
        details.destroyed.connect(lambda: self._forget_details(account_id))
        self._details = details
        self._frame.open_drawer(f"@{item.account.handle}", details)
        self.connect_card.refresh()  # it stands in the drawer now

    def _forget_details(self, account_id: str) -> None:
        if self._details is not None and self._details.account_id == account_id:
            self._details = None
            if shiboken6.isValid(self.connect_card):
                self.connect_card.refresh()

    def _first_steps(self) -> tuple[FirstStep, ...]:
        return first_steps(self.model.setup, self._frame, self.model.connecting.start)


def _chip_words(show: AccountFilter, count: int) -> str:
    return {
        AccountFilter.ALL: lambda: tr("All {count}", count=count),
        AccountFilter.NEEDS_USER: lambda: tr("Needs you {count}", count=count),
        AccountFilter.PAUSED: lambda: tr("Paused {count}", count=count),
    }[show]()


def _nothing_matches() -> QWidget:
    return EmptyState("search", tr("No account matches"), tr("Change the filter or the search."))
