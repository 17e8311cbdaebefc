"""The accounts pane: builds widgets and binds them to the viewmodel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from tiktok_manager.ui.accounts.details import AccountDetails
from tiktok_manager.ui.accounts.first_steps import first_post_notice, first_steps
from tiktok_manager.ui.accounts.progress import ConnectCard, SyncStrip
from tiktok_manager.ui.accounts.table import (
    ACCOUNT,
    account_columns,
)
from tiktok_manager.ui.accounts.viewmodel import (
    AccountItem,
    AccountsViewModel,
    DisconnectQuestion,
    Show,
)
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.badges import Chip
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.layout import Skeleton, Slot
from tiktok_manager.ui.kit.list_model import ListModel
from tiktok_manager.ui.kit.messages import Banner
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core, Frame

_CHIP_WORDS = {Show.ALL: "All", Show.NEEDS_USER: "Needs you", Show.PAUSED: "Paused"}
_SEARCH_FROM_PX = 680


class AccountsView(PaneView):
    """Table, filters, connecting and the details drawer."""

    def __init__(self, core: Core, frame: Frame, model: AccountsViewModel | None = None) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self.model = model or AccountsViewModel(core, self)
        self._details: AccountDetails | None = None
        self._wanted_id = ""
        self._build_controls()
        self._build_body()
        self._bind()
        self.model.load()

    @override
    def open_target(self, target: object) -> None:
        """Show the details of an account by its id; `connect` begins a connection."""
        if target == "connect":
            self.model.connecting.start()
            return
        self._wanted_id = str(target)
        self._open_wanted()

    @override
    def minute_passed(self) -> None:
        self.table.viewport().update()
        if self._details is not None:
            self._details.refresh_ages()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Ctrl+K finds accounts too; the buttons must stay whole.
        self.search.setVisible(self.width() >= _SEARCH_FROM_PX)

    # -- building -------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self._chips = {show: Chip(words) for show, words in _CHIP_WORDS.items()}
        for chip in self._chips.values():
            chip.setAutoExclusive(True)
        self._chips[Show.ALL].setChecked(True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find an account")
        self.search.setAccessibleName("Find an account")
        self.search.setMaximumWidth(200)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.sync_all = icon_button("sync", "Sync all accounts", clicked=self.model.sync)
        self.connect_button = push_button(
            "Connect account", icon_name="user-plus", clicked=self.model.connecting.start
        )
        chips = tuple(self._chips.values())
        self.add_controls(*chips, None, self.search, self.sync_all, self.connect_button)

    def _build_body(self) -> None:
        self.connect_card = ConnectCard()
        self.sync_strip = SyncStrip()
        self._next_step = Banner()
        self._next_step.hide()
        above = Slot(self.connect_card, self._next_step)
        self._rows: ListModel[AccountItem] = ListModel(
            account_columns(self._core), lambda item: item.account.id, self
        )
        self.table: Table[AccountItem] = Table(
            self._rows,
            tr("Accounts"),
            sorted_by=ACCOUNT,
            row_height_px=56,
            memory=(self._frame.memory, "accounts-table"),
        )
        self.empty = EmptyState(
            "accounts",
            "Connect your first TikTok account",
            "TikTok Manager posts to accounts you connect here. Three steps and you are set.",
        )
        self._nothing = EmptyState("search", "No account matches", "Change the filter or search.")
        self._pages = QStackedWidget()
        for page in (Skeleton(rows=8, row_height_px=56), self.table, self.empty, self._nothing):
            self._pages.addWidget(page)
        self.body.addWidget(above)
        self.body.addWidget(self.sync_strip)
        self.body.addWidget(self._pages, 1)

    def _bind(self) -> None:
        model = self.model
        model.changed.connect(self._on_changed)
        model.connecting.changed.connect(self._on_connecting)
        model.syncing_changed.connect(self._on_syncing)
        model.disconnect_asked.connect(self._on_disconnect_asked)
        model.said.connect(self._on_said)
        model.failed.connect(self._on_failed)
        self.connect_card.cancelled.connect(model.connecting.cancel)
        self.connect_card.open_again.connect(model.connecting.open_page_again)
        self.connect_card.fewer_asked.connect(model.connecting.ask_for_fewer)
        self.sync_strip.cancelled.connect(model.cancel_sync)
        self._core.accounts.avatars.arrived.connect(self.table.viewport().update)
        self.table.row_opened.connect(self._show_details)
        self.table.row_chosen.connect(self._on_row_chosen)
        self.search.textChanged.connect(self._on_filter)
        for chip in self._chips.values():
            chip.toggled.connect(self._on_filter)

    # -- answers --------------------------------------------------------------------------

    def _on_changed(self) -> None:
        model = self.model
        self._rows.set_rows(model.visible_items)
        for show, chip in self._chips.items():
            chip.setText(f"{_CHIP_WORDS[show]} {model.count(show)}")
        self._show_page()
        self._show_next_step()
        self._refresh_details()
        self._open_wanted()

    def _show_page(self) -> None:
        model = self.model
        page = self.table if model.visible_items else self._nothing
        if model.is_empty:
            self.empty.set_steps(first_steps(model, self._frame))
            page = self.empty
        if model.is_loaded:
            self._pages.setCurrentWidget(page)
        self.sync_all.setEnabled(bool(model.items))

    def _show_next_step(self) -> None:
        if not self.model.wants_first_post:
            self._next_step.dismiss()
        elif self._next_step.notice is None:
            self._next_step.show_notice(first_post_notice(self._frame))

    def _on_connecting(self) -> None:
        progress = self.model.connecting.progress
        self.connect_card.show_progress(progress)
        self.connect_button.setEnabled(progress is None)

    def _on_syncing(self) -> None:
        self.sync_strip.show_progress(self.model.syncing)
        self.sync_all.setEnabled(self.model.syncing is None)

    def _on_said(self, text: str, more: str, tone: str) -> None:
        kept = bool(more) and tone != Tone.GOOD
        self._frame.notify(Notice(text=text, more=more, tone=Tone(tone), stays=kept))

    def _on_failed(self, error: AppError, retry: object) -> None:
        self._frame.show_error(error, retry if callable(retry) else None)

    def _on_filter(self) -> None:
        show = next((s for s, chip in self._chips.items() if chip.isChecked()), Show.ALL)
        self.model.set_filter(show, self.search.text())

    # -- details --------------------------------------------------------------------------

    def _open_wanted(self) -> None:
        if self._wanted_id and self.table.choose(self._wanted_id):
            self._show_details(self._wanted_id)
            self._wanted_id = ""

    def _on_row_chosen(self, account_id: str) -> None:
        if self._details is not None:
            self._show_details(account_id)

    def _show_details(self, account_id: str) -> None:
        item = self.model.item(account_id)
        if item is None or (self._details and self._details.account_id == account_id):
            return
        details = AccountDetails(self._core, item)
        details.sync_clicked.connect(lambda: self.model.sync([account_id]))
        details.reconnect_clicked.connect(lambda: self._reconnect(account_id))
        details.pause_toggled.connect(lambda on: self.model.set_paused(account_id, on))
        details.disconnect_clicked.connect(lambda: self.model.ask_disconnect(account_id))
        details.disconnect_confirmed.connect(lambda: self.model.disconnect_account(account_id))
        details.destroyed.connect(lambda: self._forget_details(account_id))
        self._details = details
        self._frame.open_drawer(f"@{item.account.handle}", details)

    def _reconnect(self, account_id: str) -> None:
        if (item := self.model.item(account_id)) is not None:
            self.model.connecting.start(item.account.id)

    def _refresh_details(self) -> None:
        item = self.model.item(self._details.account_id) if self._details is not None else None
        if self._details is not None and item is not None:
            self._details.show_item(item)

    def _forget_details(self, account_id: str) -> None:
        if self._details is not None and self._details.account_id == account_id:
            self._details = None

    def _on_disconnect_asked(self, question: DisconnectQuestion) -> None:
        if self._details is not None and self._details.account_id == question.account_id:
            self._details.ask_disconnect(question.text)
