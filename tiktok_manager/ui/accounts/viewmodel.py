"""What the accounts pane shows and does; knows no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, Scope
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.account_sync import AccountSync
from tiktok_manager.ui.accounts.connecting import ConnectViewModel
from tiktok_manager.ui.accounts.wording import Health, health, may_reconnect, may_sync
from tiktok_manager.ui.first_steps import Setup
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post_look import CHANGES_POSTS
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.frame import Core

_READ_AFTER_MS = 60


class AccountFilter(StrEnum):
    """The filter chips."""

    ALL = "all"
    NEEDS_USER = "needs-you"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    items: Sequence[AccountOverview]
    asked: Sequence[Scope]
    setup: Setup


class AccountsViewModel(QObject):
    """State of the accounts pane.

    Attributes:
        reading: The accounts and the state of the set-up.
        syncing: The sync under way.
        show_only, search_text, group: What is left of the accounts.

    Signals:
        changed: Items, setup or filter changed; read them.
        said: A Notice of what went well.
        failed: An AppError, and what to call to try again.
    """

    changed = Signal()
    said = Signal(object)
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
        self.show_only = AccountFilter.ALL
        self.search_text = ""
        self.group = ""
        self.connecting = ConnectViewModel(core, self, open_browser=open_browser)
        self.connecting.connected.connect(self._on_connected)
        self.connecting.failed.connect(self.failed)
        self.syncing = AccountSync(core, self)
        self.syncing.said.connect(self.said)
        self.syncing.failed.connect(self.failed)
        self.reading: Reading[_Answer] = Reading(
            core.tasks,
            core.bridge,
            self._read,
            parent=self,
            stale_on=CHANGES_POSTS,
            is_empty=lambda answer: not answer.items,
            gather_ms=_READ_AFTER_MS,
        )
        self.reading.changed.connect(self.changed)

    # -- what is shown --------------------------------------------------------------------

    @property
    def items(self) -> Sequence[AccountOverview]:
        """All accounts, none before they were read."""
        return self.reading.value.items if self.reading.value is not None else ()

    @property
    def setup(self) -> Setup:
        """How far the first steps are."""
        return self.reading.value.setup if self.reading.value is not None else Setup()

    @property
    def wants_first_post(self) -> bool:
        """Whether an account is there and the next step is its first post."""
        return self.setup.has_account and not self.setup.has_post

    @property
    def visible_items(self) -> Sequence[AccountOverview]:
        """The items that filter, group and search leave."""
        return tuple(item for item in self.items if self._is_wanted(item))

    @property
    def groups(self) -> Sequence[str]:
        """The groups and `#tags` there are."""
        accounts = [item.account for item in self.items]
        groups = sorted({name for each in accounts for name in each.groups})
        tags = sorted({f"#{name}" for each in accounts for name in each.tags})
        return (*groups, *tags)

    def count(self, show: AccountFilter) -> int:
        """Return how many accounts a filter chip stands for."""
        return sum(self._matches(item, show) for item in self.items)

    def item(self, account_id: str) -> AccountOverview | None:
        """Return the item of an account, None if it is unknown."""
        return next((item for item in self.items if item.account.id == account_id), None)

    def health(self, item: AccountOverview) -> Health:
        """Return how an account is now."""
        return health(item.account, self._core.now())

    def may_reconnect(self, item: AccountOverview) -> bool:
        """Say whether asking anew, for the scopes of the settings, would help."""
        asked = self.reading.value.asked if self.reading.value is not None else ()
        return may_reconnect(item.account, self._core.now(), asked)

    def filter_by(self, *, show: AccountFilter, search_text: str, group: str) -> None:
        """Show only some accounts."""
        self.show_only = show
        self.search_text = search_text
        self.group = group
        self.changed.emit()

    def reveal(self, account_id: str) -> AccountOverview | None:
        """Return an account that is shown now: what hid it is taken away."""
        item = self.item(account_id)
        if item is not None and not self._is_wanted(item):
            self.filter_by(show=AccountFilter.ALL, search_text="", group="")
        return item

    def minute_passed(self) -> None:
        """Read anew once a wait that is told is over: nothing else may tell."""
        now, planned = self._core.now(), [item.next_post for item in self.items if item.next_post]
        if any(
            post.waiting and post.waiting.until and post.waiting.until <= now for post in planned
        ):
            self.reading.request()

    # -- doing ----------------------------------------------------------------------------

    def sync(self, account_ids: Sequence[str] | None = None) -> None:
        """Pull profiles and counters, of all connected accounts unless some are named."""
        wanted = [
            item.account.id
            for item in self.items
            if may_sync(item.account) and (account_ids is None or item.account.id in account_ids)
        ]
        if wanted:
            self.syncing.begin(wanted)

    def set_paused(self, account_ids: Sequence[str], paused: bool) -> None:
        """Hold the posts of accounts or let them go; can be undone."""
        changed = [
            item.account
            for item in map(self.item, account_ids)
            if item is not None and item.account.paused != paused
        ]
        ids = [account.id for account in changed]

        def change(paused: bool, token: CancelToken) -> None:
            for account_id in ids:
                token.check()
                self._accounts.set_paused(account_id, paused)

        def done(_none: None) -> None:
            undo, name = self._core.undo, _pause_words(changed, paused=paused)
            step = undo.did(name, undo=partial(change, not paused), redo=partial(change, paused))
            if len(changed) > 1:  # of one the button beside it is the way back
                text = _paused_words(len(changed), paused=paused)
                self.said.emit(Notice(text=text, stays=False, step=undo.way_back(step)))

        if ids:
            self._core.tasks.run(
                partial(change, paused),
                done=done,
                failed=lambda error: self.failed.emit(error, None),
            )

    def disconnect_account(self, account_id: str) -> None:
        """Give the permission back; TikTok cannot undo it."""
        item = self.item(account_id)
        if item is not None:
            handle = item.account.handle
            self._core.tasks.run(
                lambda _token: self._accounts.disconnect(account_id),
                done=lambda warnings: self._on_disconnected(handle, warnings),
                failed=lambda error: self.failed.emit(
                    error, lambda: self.disconnect_account(account_id)
                ),
            )

    # -- on the work pool -----------------------------------------------------------------

    def _read(self, _token: CancelToken) -> _Answer:
        workspace = self._core.workspace
        items = self._accounts.overview()
        planned = [item.next_post for item in items if item.next_post is not None]
        looked = {post.account_id: post for post in workspace.blockers.look_at(planned)}
        items = [replace(item, next_post=looked.get(item.account.id)) for item in items]
        setup = Setup(
            has_keys=workspace.settings.app_keys_ready(),
            has_account=any(may_sync(item.account) for item in items),
            has_post=bool(workspace.planning.page(PostFilter(), limit=1)),
        )
        asked = workspace.settings.requested_scopes()
        return _Answer(items=items, asked=asked, setup=setup)

    # -- answers --------------------------------------------------------------------------

    def _on_connected(self, account: Account) -> None:
        meaning = health(account, self._core.now()).meaning
        text = tr("@{handle} is connected.", handle=account.handle)
        self.said.emit(Notice(text=text, more=meaning, tone=Tone.GOOD, stays=False))
        # Its videos and numbers come without being asked for; an error stands at the account.
        self._core.tasks.run(
            lambda token: self._accounts.sync([account.id], token),
            done=lambda _results: self.reading.request(),
            failed=lambda error: self.failed.emit(error, None),
            is_long=True,
        )

    def _on_disconnected(self, handle: str, warnings: Sequence[Finding]) -> None:
        told = [words(each) for each in warnings]
        self.said.emit(
            Notice(
                text=tr("@{handle} is disconnected.", handle=handle),
                more=joined(*(joined(each.cause, each.hint) for each in told)),
                tone=Tone.WARNING if warnings else Tone.GOOD,
                stays=bool(warnings),
            )
        )

    def _is_wanted(self, item: AccountOverview) -> bool:
        account = item.account
        names = (account.handle.casefold(), account.display_name.casefold())
        wanted = self.search_text.strip().casefold().removeprefix("@")
        sets = (*account.groups, *(f"#{name}" for name in account.tags))
        is_in_group = not self.group or self.group in sets
        is_found = any(wanted in name for name in names)
        return is_in_group and is_found and self._matches(item, self.show_only)

    def _matches(self, item: AccountOverview, show: AccountFilter) -> bool:
        if show is AccountFilter.NEEDS_USER:
            return self.health(item).needs_user
        return item.account.paused if show is AccountFilter.PAUSED else True


def _pause_words(accounts: Sequence[Account], *, paused: bool) -> str:
    if len(accounts) == 1:
        handle = accounts[0].handle
        if paused:
            return tr("Pause @{handle}", handle=handle)
        return tr("Resume @{handle}", handle=handle)
    count = len(accounts)
    if paused:
        return ntr("Pause {count} account", "Pause {count} accounts", count)
    return ntr("Resume {count} account", "Resume {count} accounts", count)


def _paused_words(count: int, *, paused: bool) -> str:
    if paused:
        return ntr("{count} account is paused.", "{count} accounts are paused.", count)
    return ntr("{count} account goes on.", "{count} accounts go on.", count)
