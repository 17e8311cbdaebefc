"""The accounts of the window: one list, read once, that pickers, filters and pictures share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.events import AccountChanged, DataChangedElsewhere
from tiktok_manager.ui.kit.avatar import Avatars
from tiktok_manager.ui.kit.inputs import SearchBox
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QIcon, QPixmap

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

ICON_PX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry:
    """An account and where its picture lies, if there is one."""

    account: Account
    avatar: Path | None


class AccountModel(ListModel[AccountEntry]):
    """All accounts by their id, those that are connected first.

    It is read when somebody first asks for it (`load`), and whenever an account changed: then only
    the rows that differ are told. `reading` says whether it is there yet.
    """

    def __init__(
        self, workspace: Workspace, tasks: TaskRunner, bridge: QtEventBridge, parent: QObject
    ) -> None:
        column: Column[AccountEntry] = Column(
            words=lambda: tr("Account"),
            value=lambda entry: f"@{entry.account.handle}",
            hint=lambda entry: entry.account.display_name,
            icon=self._icon,
        )
        super().__init__((column,), lambda entry: entry.account.id, parent)
        self._workspace = workspace
        self._is_asked = False
        self.avatars = Avatars(tasks, bridge, self)
        self.reading: Reading[Sequence[AccountEntry]] = Reading(
            tasks,
            bridge,
            self._read,
            parent=self,
            stale_on=(AccountChanged, DataChangedElsewhere),
            is_empty=lambda entries: not entries,
        )
        self.reading.changed.connect(self._on_read)

    def load(self) -> None:
        """Read the accounts, unless that was asked for already."""
        if not self._is_asked:
            self._is_asked = True
            self.reading.request()

    def account(self, account_id: str) -> Account | None:
        """Return an account, None as long as it is not known."""
        entry = self.find(account_id)
        return None if entry is None else entry.account

    def picture(self, account_id: str, handle: str, size_px: int, ratio: float) -> QPixmap:
        """Return an account's round picture; its handle's initials until it is known."""
        entry = self.find(account_id)
        return self.avatars.pixmap(handle, entry.avatar if entry else None, size_px, ratio)

    def picture_path(self, account_id: str) -> Path | None:
        """Return where an account's picture lies."""
        entry = self.find(account_id)
        return None if entry is None else entry.avatar

    def _icon(self, entry: AccountEntry) -> QIcon:
        return self.avatars.icon(entry.account.handle, entry.avatar, ICON_PX)

    def _read(self, _token: CancelToken) -> Sequence[AccountEntry]:
        accounts, known = self._workspace.accounts, self.reading.value or ()
        before = {entry.account.id: entry for entry in known}
        pictures = accounts.avatars()
        found = (
            AccountEntry(account=each, avatar=pictures.get(each.id)) for each in accounts.list()
        )
        return tuple(_same(before.get(entry.account.id), entry) for entry in found)

    def _on_read(self) -> None:
        if self.reading.value is not None:
            self.set_rows(self.reading.value)


def _same(before: AccountEntry | None, now: AccountEntry) -> AccountEntry:
    """Return what was known before if it still is so: the window then compares no values."""
    return before if before is not None and before == now else now


class AccountBox(SearchBox):
    """A drop-down with one of all accounts, which is found by typing a part of its handle.

    `none` is what it says while no account is chosen.

    Signals:
        chosen: The id of the account the user chose.
    """

    chosen = Signal(str)

    def __init__(self, accounts: AccountModel, none: str = "") -> None:
        super().__init__()
        self._accounts = accounts
        self.account_id = ""
        self.setAccessibleName(tr("Account"))
        # The width is given: else every account of a long list would be measured.
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumWidth(120)
        self.setMaximumWidth(200)
        self.setMinimumContentsLength(20)
        self.setModel(accounts)
        if (line := self.lineEdit()) is not None:
            line.setPlaceholderText(none)
        self.activated.connect(self._on_activated)
        for shown in (self, self.view().viewport()):
            accounts.avatars.arrived.connect(shown.update)
        accounts.reading.changed.connect(self._on_accounts)
        accounts.load()
        self._on_accounts()

    def show_account(self, account_id: str) -> None:
        """Show this account, as soon as it is known."""
        self.account_id = account_id
        self._on_accounts()

    def _on_accounts(self) -> None:
        position = self._accounts.position(self.account_id)
        row = -1 if position is None else position
        if row != self.currentIndex():
            self.setCurrentIndex(row)

    def _on_activated(self, row: int) -> None:
        self.account_id = str(self._accounts.key_at(self._accounts.index(row, 0)))
        self.chosen.emit(self.account_id)
