"""What the accounts pane shows and does; knows no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, Scope
from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
    SettingsChanged,
)
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.services.accounts import SyncStep
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.accounts.connecting import ConnectViewModel, Progress
from tiktok_manager.ui.accounts.wording import (
    Health,
    disconnect_question,
    health,
    may_reconnect,
    may_sync,
)
from tiktok_manager.ui.tasks import Coalesced
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.quota import Usage
    from tiktok_manager.services.accounts import SyncResult
    from tiktok_manager.ui.frame import Core


class Show(StrEnum):
    """The filter chips."""

    ALL = "all"
    NEEDS_USER = "needs-you"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountItem:
    """An account with what the table shows beside it, as of `read_at`."""

    account: Account
    avatar: Path | None
    next_post: Post | None
    quota: Usage
    asked: tuple[Scope, ...]
    read_at: datetime

    @property
    def may_reconnect(self) -> bool:
        """Whether asking for the permission anew would help, with the scopes of the settings."""
        return may_reconnect(self.account, self.read_at, self.asked)

    @property
    def health(self) -> Health:
        """How the account is."""
        return health(self.account, self.read_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Which of the first three steps are done."""

    has_keys: bool
    has_account: bool
    has_post: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectQuestion:
    """What the user has to know before an account is given up."""

    account_id: str
    text: str


class AccountsViewModel(QObject):
    """State of the accounts pane.

    Signals:
        changed: Items, setup or filter changed; read them.
        syncing_changed: Read `syncing`.
        disconnect_asked: A DisconnectQuestion to be answered beside the account.
        said: Something went well: text, more, tone.
        failed: An AppError, and what to call to try again.
    """

    changed = Signal()
    syncing_changed = Signal()
    disconnect_asked = Signal(object)
    said = Signal(str, str, str)
    failed = Signal(object, object)

    def __init__(
        self,
        core: Core,
        parent: QObject | None = None,
        *,
        open_browser: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._accounts = core.workspace.accounts
        self._sync: CancelToken | None = None
        self.items: tuple[AccountItem, ...] = ()
        self.setup: Setup | None = None
        self.show_only = Show.ALL
        self.search_text = ""
        self.connecting = ConnectViewModel(core, self, open_browser=open_browser)
        self.connecting.connected.connect(self._on_connected)
        self.connecting.failed.connect(self.failed)
        self.syncing: Progress | None = None
        self._soon = Coalesced(self.load, self)
        for kind in (AccountChanged, PostStatusChanged, PostsChanged, DataChangedElsewhere):
            core.bridge.listen(kind, self._on_event)
        core.bridge.listen(SettingsChanged, self._on_event)

    # -- what is shown --------------------------------------------------------------------

    @property
    def is_loaded(self) -> bool:
        """Whether the accounts were read at least once."""
        return self.setup is not None

    @property
    def is_empty(self) -> bool:
        """Whether there is no account at all."""
        return self.is_loaded and not self.items

    @property
    def wants_first_post(self) -> bool:
        """Whether an account is there and the next step is its first post."""
        return self.setup is not None and self.setup.has_account and not self.setup.has_post

    @property
    def visible_items(self) -> tuple[AccountItem, ...]:
        """The items the filter and the search leave."""
        return tuple(item for item in self.items if self._is_wanted(item))

    def count(self, show: Show) -> int:
        """Return how many accounts a filter chip stands for."""
        return sum(_matches(item, show) for item in self.items)

    def item(self, account_id: str) -> AccountItem | None:
        """Return the item of an account, None if it is unknown."""
        return next((item for item in self.items if item.account.id == account_id), None)

    def set_filter(self, show: Show, search_text: str) -> None:
        """Show only some accounts."""
        self.show_only = show
        self.search_text = search_text.strip().casefold().removeprefix("@")
        self.changed.emit()

    def load(self) -> None:
        """Read accounts, their next posts and the state of the set-up."""
        self._core.tasks.run(
            self._read,
            done=self._on_read,
            failed=lambda error: self.failed.emit(error, self.load),
            group="accounts-load",
        )

    # -- syncing --------------------------------------------------------------------------

    def sync(self, account_ids: Sequence[str] | None = None) -> None:
        """Pull profiles and counters, of all connected accounts unless some are named."""
        wanted = [
            item.account
            for item in self.items
            if may_sync(item.account) and (account_ids is None or item.account.id in account_ids)
        ]
        if self.syncing is not None or not wanted:
            return
        tell = self._core.tasks.relay(self._on_sync_step)
        self._on_sync_step(SyncStep(handle=wanted[0].handle, done=0, total=len(wanted)))
        self._sync = self._core.tasks.run(
            lambda token: self._accounts.sync([each.id for each in wanted], token, tell=tell),
            done=self._on_synced,
            failed=self._on_sync_failed,
            group="accounts-sync",
        )

    def cancel_sync(self) -> None:
        """Stop after the account being read now."""
        if self._sync is not None:
            self._sync.cancel()
        self._set_syncing(None)

    # -- changing one account -------------------------------------------------------------

    def set_paused(self, account_id: str, paused: bool) -> None:
        """Hold an account's posts or let them go; can be undone."""

        def done(account: Account) -> None:
            name = f"{'Pause' if paused else 'Resume'} @{account.handle}"
            self._core.undo.did(
                name,
                undo=lambda _token: self._accounts.set_paused(account_id, not paused),
                redo=lambda _token: self._accounts.set_paused(account_id, paused),
            )

        self._core.tasks.run(
            lambda _token: self._accounts.set_paused(account_id, paused),
            done=done,
            failed=lambda error: self.failed.emit(error, None),
            group=f"accounts-pause-{account_id}",
        )

    def ask_disconnect(self, account_id: str) -> None:
        """Count what would stop, then ask."""
        item = self.item(account_id)
        if item is None:
            return
        handle = item.account.handle
        self._core.tasks.run(
            lambda _token: len(self._planned(account_id, limit=None)),
            done=lambda planned: self.disconnect_asked.emit(
                DisconnectQuestion(account_id=account_id, text=disconnect_question(handle, planned))
            ),
            failed=lambda error: self.failed.emit(error, None),
            group="accounts-disconnect",
        )

    def disconnect_account(self, account_id: str) -> None:
        """Give the permission back; TikTok cannot undo it."""
        item = self.item(account_id)
        if item is None:
            return
        handle = item.account.handle

        def done(warnings: Sequence[Finding]) -> None:
            tone = "warning" if warnings else "good"
            told = [words(each) for each in warnings]
            more = joined(*(joined(each.cause, each.hint) for each in told))
            self.said.emit(f"@{handle} is disconnected.", more, tone)

        self._core.tasks.run(
            lambda _token: self._accounts.disconnect(account_id),
            done=done,
            failed=lambda error: self.failed.emit(
                error, lambda: self.disconnect_account(account_id)
            ),
            group="accounts-disconnect",
        )

    # -- on the work pool -----------------------------------------------------------------

    def _read(self, token: CancelToken) -> tuple[tuple[AccountItem, ...], Setup]:
        workspace = self._core.workspace
        items = []
        asked = workspace.settings.requested_scopes()
        for account in self._accounts.list():
            token.check()
            planned = self._planned(account.id, limit=1)
            items.append(
                AccountItem(
                    account=account,
                    avatar=self._accounts.avatar_path(account.id),
                    next_post=planned[0] if planned else None,
                    quota=workspace.quota.usage(account.id),
                    asked=asked,
                    read_at=workspace.clock.now(),
                )
            )
        setup = Setup(
            has_keys=workspace.settings.app_keys_ready(),
            has_account=any(may_sync(item.account) for item in items),
            has_post=bool(workspace.planning.page(PostFilter(), limit=1)),
        )
        return tuple(items), setup

    def _planned(self, account_id: str, limit: int | None) -> Sequence[Post]:
        wanted = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}), account_id=account_id)
        return self._core.workspace.planning.page(wanted, limit=limit)

    # -- answers --------------------------------------------------------------------------

    def _on_read(self, answer: tuple[tuple[AccountItem, ...], Setup]) -> None:
        self.items, self.setup = answer
        self.changed.emit()

    def _on_connected(self, account: Account) -> None:
        self.said.emit(
            f"@{account.handle} is connected.", health(account, self._core.now()).meaning, "good"
        )
        # Its videos and numbers come without being asked for; an error stands at the account.
        self._core.tasks.run(
            lambda token: self._accounts.sync([account.id], token),
            done=lambda _results: self._soon.request(),
            failed=lambda error: self.failed.emit(error, None),
            group=f"accounts-first-sync-{account.id}",
        )

    def _on_sync_step(self, step: SyncStep) -> None:
        text = f"Reading @{step.handle}"
        self._set_syncing(Progress(text=text, done=step.done, total=step.total))

    def _on_synced(self, results: Sequence[SyncResult]) -> None:
        self._set_syncing(None)
        bad = [result for result in results if result.error is not None]
        text = f"{len(results) - len(bad)} of {len(results)} accounts are up to date."
        more = " ".join(map(_problem, bad))
        self.said.emit(text, more, "warning" if bad else "good")
        self._soon.request()

    def _on_sync_failed(self, error: AppError) -> None:
        self._set_syncing(None)
        self.failed.emit(error, self.sync)

    def _on_event(self, _event: Event) -> None:
        self._soon.request()

    def _set_syncing(self, progress: Progress | None) -> None:
        self.syncing = progress
        if progress is None:
            self._sync = None
        self.syncing_changed.emit()

    def _is_wanted(self, item: AccountItem) -> bool:
        names = (item.account.handle.casefold(), item.account.display_name.casefold())
        found = any(self.search_text in name for name in names)
        return found and _matches(item, self.show_only)


def _matches(item: AccountItem, show: Show) -> bool:
    if show is Show.NEEDS_USER:
        return item.health.needs_user
    return item.account.paused if show is Show.PAUSED else True


def _problem(result: SyncResult) -> str:
    if result.error is None:
        return ""
    told = words(result.error)
    return f"@{result.handle}: {joined(told.cause, told.hint)}"
