"""Asks TikTok, per account, what its creator may post at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, CreatorInfo
from tiktok_manager.domain.errors import AppError, VaultLocked

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core

STALE_AFTER = timedelta(minutes=5)


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
    """Keeps the answers for the chosen accounts fresh.

    Signals:
        changed: An answer came, or other accounts are followed.
        vault_needed: Secrets are locked; carries the function that asks TikTok again.
    """

    changed = Signal()
    vault_needed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._states: dict[str, CreatorState] = {}

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
        for account_id in self._states.keys() - before.keys():
            self._ask(account_id)
        if self._states.keys() != before.keys():
            self.changed.emit()

    def ask_again(self, account_id: str | None = None) -> None:
        """Forget the answers (of one account, or all) and ask anew."""
        for each in [account_id] if account_id else list(self._states):
            if each in self._states:
                self._states[each] = CreatorState(account=self._states[each].account)
                self._ask(each)
        self.changed.emit()

    def refresh_stale(self) -> None:
        """Ask again, without hiding what is shown, where an answer has grown old."""
        limit = self._core.now() - STALE_AFTER
        for account_id, state in self._states.items():
            if state.info is not None and state.info.asked_at <= limit:
                self._ask(account_id)

    def _ask(self, account_id: str) -> None:
        accounts = self._core.workspace.accounts
        self._core.tasks.run(
            lambda _token: accounts.creator_info(account_id),
            done=lambda info: self._on_answer(account_id, info),
            failed=lambda error: self._on_failed(account_id, error),
            group=f"creator-info/{account_id}",
        )

    def _on_answer(self, account_id: str, info: CreatorInfo) -> None:
        if (state := self._states.get(account_id)) is not None:
            self._states[account_id] = CreatorState(account=state.account, info=info)
            self.changed.emit()

    def _on_failed(self, account_id: str, error: AppError) -> None:
        if (state := self._states.get(account_id)) is None:
            return
        asked_already = bool(self._locked())
        self._states[account_id] = CreatorState(account=state.account, error=error)
        self.changed.emit()
        if isinstance(error, VaultLocked) and not asked_already:
            self.vault_needed.emit(self._ask_locked_again)

    def _locked(self) -> list[str]:
        states = self._states.items()
        return [each for each, state in states if isinstance(state.error, VaultLocked)]

    def _ask_locked_again(self) -> None:
        for account_id in self._locked():
            self.ask_again(account_id)
