"""The accounts to choose from, and the plan's defaults that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    SettingsChanged,
)
from tiktok_manager.domain.posts import Lateness
from tiktok_manager.ui.composer.blockers import account_reason
from tiktok_manager.ui.tasks import Coalesced

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChoice:
    """An account in the picker; `reason` says why it cannot be chosen."""

    account: Account
    avatar: Path | None
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    accounts: tuple[tuple[Account, Path | None], ...]
    lateness: Lateness


class Roster(QObject):
    """Reads the accounts, and again whenever one changes.

    Signals:
        changed: The accounts were read, or could not be.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._entries: dict[str, tuple[Account, Path | None]] = {}
        self.is_read = False
        self.error: AppError | None = None
        self.lateness: Lateness | None = None
        self._soon = Coalesced(self.load, self)
        for kind in (AccountChanged, DataChangedElsewhere, SettingsChanged):
            core.bridge.listen(kind, self._on_event)

    def choices(self, chosen: Sequence[str], only: str | None) -> Sequence[AccountChoice]:
        """Return the picker's rows, those that can be chosen first; `only` leaves just one."""
        rows = [
            AccountChoice(
                account=account,
                avatar=avatar,
                chosen=account.id in chosen,
                reason=account_reason(account),
            )
            for account, avatar in self._entries.values()
            if only in {None, account.id}
        ]
        return sorted(rows, key=lambda row: bool(row.reason))

    def known(self, account_ids: Sequence[str]) -> Sequence[Account]:
        """Return those of the named accounts that exist, in the order named."""
        return [self._entries[each][0] for each in account_ids if each in self._entries]

    def load(self) -> None:
        """Read accounts and defaults."""
        accounts, settings = self._core.workspace.accounts, self._core.workspace.settings

        def read() -> _Reading:
            pictured = ((each, accounts.avatar_path(each.id)) for each in accounts.list())
            return _Reading(accounts=tuple(pictured), lateness=settings.lateness())

        self._core.tasks.run(
            lambda _token: read(),
            done=self._on_read,
            failed=self._on_failed,
            group="composer-accounts",
        )

    def _on_read(self, reading: _Reading) -> None:
        self._entries = {entry[0].id: entry for entry in reading.accounts}
        self.lateness = reading.lateness
        self.is_read = True
        self.error = None
        self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self.error = error
        self.changed.emit()

    def _on_event(self, _event: Event) -> None:
        if self.is_read:
            self._soon.request()
