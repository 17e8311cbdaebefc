"""What is asked about the chosen accounts: TikTok, what they may post; the plan, if it has room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, CreatorInfo
from tiktok_manager.domain.errors import AppError, VaultLocked
from tiktok_manager.domain.posts import PostMode

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.quota import Ledger
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.frame import Core

STALE_AFTER = timedelta(minutes=5)
AT_ONCE = 2
"""Of the work pool's four threads: fifty chosen accounts leave room for everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorState:
    """TikTok's answer for an account, or that it is awaited, or why there is none."""

    account: Account
    info: CreatorInfo | None = None
    error: AppError | None = None

    @property
    def loading(self) -> bool:
        """Whether nothing is known yet."""
        return self.info is None and self.error is None


class Creators(QObject):
    """Keeps TikTok's answers for the chosen accounts fresh.

    Signals:
        changed: An answer came, or other accounts are followed.
        vault_needed: Secrets are locked; carries the function that asks TikTok again.
    """

    changed = Signal()
    vault_needed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._states: dict[str, CreatorState] = {}
        self._waiting: list[str] = []
        self._under_way: set[str] = set()

    @property
    def states(self) -> tuple[CreatorState, ...]:
        """One state per followed account, in their order."""
        return tuple(self._states.values())

    def follow(self, accounts: Sequence[Account]) -> None:
        """Ask for accounts not followed before; forget those no longer named."""
        before = self._states
        self._states = {
            account.id: replace(before[account.id], account=account)
            if account.id in before
            else CreatorState(account=account)
            for account in accounts
        }
        if self._states.keys() != before.keys():
            self.changed.emit()
        self._ask(each for each in self._states if each not in before)

    def ask_again(self, account_id: str | None = None) -> None:
        """Forget the answers (of one account, or all) and ask anew."""
        wanted = [each for each in self._states if account_id in {None, each}]
        for each in wanted:
            self._states[each] = CreatorState(account=self._states[each].account)
        self.changed.emit()
        self._ask(wanted)

    def refresh_stale(self) -> None:
        """Ask again, without hiding what is shown, where an answer has grown old."""
        limit = self._core.now() - STALE_AFTER
        self._ask(
            state.account.id
            for state in self.states
            if state.info is not None and state.info.asked_at <= limit
        )

    def _ask(self, account_ids: Iterable[str]) -> None:
        known = {*self._waiting, *self._under_way}
        self._waiting += [each for each in account_ids if each not in known]
        while self._waiting and len(self._under_way) < AT_ONCE:
            account_id = self._waiting.pop(0)
            if account_id not in self._states:
                continue
            self._under_way.add(account_id)
            self._core.tasks.run(
                partial(_answer, self._core.workspace.accounts, account_id),
                done=partial(self._on_answer, account_id, None),
                failed=partial(self._on_answer, account_id),
                is_long=True,
            )

    def _on_answer(
        self, account_id: str, error: AppError | None, info: CreatorInfo | None = None
    ) -> None:
        self._under_way.discard(account_id)
        self._ask(())
        if (state := self._states.get(account_id)) is None:
            return
        asked_already = bool(self._locked())
        self._states[account_id] = CreatorState(account=state.account, info=info, error=error)
        self.changed.emit()
        if isinstance(error, VaultLocked) and not asked_already:
            self.vault_needed.emit(self._ask_locked_again)

    def _locked(self) -> list[str]:
        return [each.account.id for each in self.states if isinstance(each.error, VaultLocked)]

    def _ask_locked_again(self) -> None:
        for account_id in self._locked():
            self.ask_again(account_id)


def _answer(accounts: Accounts, account_id: str, _token: CancelToken) -> CreatorInfo:
    return accounts.creator_info(account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDay:
    """An account that has `cap` posts in the 24 hours around the chosen time: more would wait.

    It has room from `free_at` on; `free_minute` is the first whole minute with room.
    """

    account_id: str
    cap: int
    free_at: datetime
    free_minute: datetime


Wish = tuple[tuple[str, ...], PostMode, datetime | None, str]
"""Which accounts want to post what and when (None: at once), beside the post that is moved."""


def full_days(workspace: Workspace, wish: Wish, token: CancelToken) -> tuple[FullDay, ...]:
    """Return the accounts without room, in the order of the wish. Blocks: for the work pool."""
    account_ids, mode, wanted_at, post_id = wish
    at = wanted_at or workspace.clock.now()
    without = (post_id,) if post_id else ()
    ledgers = workspace.quota.ledgers(account_ids, mode, at, without=without)
    found = []
    for account_id, ledger in ledgers.items():
        token.check()
        free_at = ledger.next_free(at)
        if free_at != at:
            minute = _free_minute(ledger, free_at)
            day = FullDay(
                account_id=account_id, cap=ledger.cap, free_at=free_at, free_minute=minute
            )
            found.append(day)
    return tuple(found)


def _free_minute(ledger: Ledger, free_at: datetime) -> datetime:
    while True:
        at = free_at.replace(second=0, microsecond=0)
        if at < free_at:
            at += timedelta(minutes=1)
        free_at = ledger.next_free(at)
        if free_at == at:
            return at
