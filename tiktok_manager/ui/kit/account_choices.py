"""Which accounts are chosen, and which can be: the model behind `account_picker`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import QWidget

from tiktok_manager.domain.accounts import Account
from tiktok_manager.ui.kit.account_model import AccountEntry, AccountModel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


def no_note(_account: Account) -> str:
    """There is nothing to say of this account."""
    return ""


class AccountChoices(QSortFilterProxyModel):
    """The accounts with a box each; those that cannot be chosen come last and say why.

    Order and search follow the accounts when told to `look_again`: once for all that changed, not
    for each row.

    Signals:
        chosen_changed: Read `chosen`.
    """

    chosen_changed = Signal()

    def __init__(
        self,
        accounts: AccountModel,
        *,
        reason: Callable[[Account], str] = no_note,
        note: Callable[[Account], str] = no_note,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._accounts = accounts
        self._reason = reason
        self._note = note
        self._search = ""
        self._only: str | None = None
        self._chosen: frozenset[str] = frozenset()
        self._barred: frozenset[str] = frozenset()
        self.setDynamicSortFilter(False)
        self.setSourceModel(accounts)
        self.look_again()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen accounts, in the order of the whole list."""
        known = (entry.account.id for entry in self._accounts.rows)
        return tuple(each for each in known if each in self._chosen)

    def is_chosen(self, account_id: str) -> bool:
        """Say whether an account is chosen."""
        return account_id in self._chosen

    def shown_ids(self) -> list[str]:
        """Return the accounts shown that can be chosen, from the top."""
        shown = (self.entry(self.index(place, 0)) for place in range(self.rowCount()))
        return [each.account.id for each in shown if each.account.id not in self._barred]

    def able(self) -> list[Account]:
        """Return all accounts that can be chosen, in the order of the whole list."""
        accounts = (entry.account for entry in self._accounts.rows)
        return [each for each in accounts if each.id not in self._barred]

    def may_choose(self, account: Account) -> bool:
        """Say whether an account can be chosen."""
        return not self._reason(account)

    def entry(self, index: _Index) -> AccountEntry:
        """Return the account of a row."""
        return self._entry(self.mapToSource(index))

    def caption(self, account: Account) -> tuple[str, bool]:
        """Return what stands below the name, and whether it keeps the account from being chosen."""
        reason = self._reason(account)
        note = reason or self._note(account)
        if not note:
            return f"@{account.handle}", False
        return tr("@{handle} · {note}", handle=account.handle, note=note), bool(reason)

    def set_chosen(self, account_ids: Iterable[str]) -> bool:
        """Choose exactly these; says whether that changed anything."""
        chosen = frozenset(account_ids)
        if chosen == self._chosen:
            return False
        self._chosen = chosen
        if self.rowCount():
            last = self.index(self.rowCount() - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [_Role.CheckStateRole])
        self.chosen_changed.emit()
        return True

    def mark(self, account_ids: Iterable[str], *, on: bool) -> bool:
        """Choose these too, or not any more."""
        ids = frozenset(account_ids)
        return self.set_chosen(self._chosen | ids if on else self._chosen - ids)

    def show_only(self, search: str, only: str | None) -> None:
        """Show the accounts whose names, groups or tags hold this; or one alone, by its id."""
        self.beginFilterChange()
        self._search = search.strip().removeprefix("@").removeprefix("#").casefold()
        self._only = only
        self.endFilterChange()
        self._put_in_order()

    def look_again(self) -> None:
        """Ask of each account anew whether it can be chosen and is searched for."""
        accounts = (entry.account for entry in self._accounts.rows)
        self._barred = frozenset(each.id for each in accounts if self._reason(each))
        self.beginFilterChange()
        self.endFilterChange()
        self._put_in_order()

    @override
    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        own = (_Role.CheckStateRole, _Role.AccessibleTextRole, _Role.DisplayRole)
        if role not in own or not index.isValid():
            return super().data(index, role)
        account = self.entry(index).account
        if role == _Role.CheckStateRole:
            states = Qt.CheckState
            return states.Checked if account.id in self._chosen else states.Unchecked
        return f"{account.display_name}, {self.caption(account)[0]}"

    @override
    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag
        if not index.isValid():
            return flags.NoItemFlags
        if not self.may_choose(self.entry(index).account):
            return flags.ItemIsSelectable
        return flags.ItemIsSelectable | flags.ItemIsEnabled | flags.ItemIsUserCheckable

    @override
    def setData(self, index: _Index, value: object, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole or not self.flags(index) & Qt.ItemFlag.ItemIsEnabled:
            return False
        on = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        return self.mark([self.entry(index).account.id], on=on)

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        account = self._entry(self._accounts.index(source_row, 0)).account
        if self._only is not None:
            return account.id == self._only
        names = (account.handle, account.display_name, *account.groups, *account.tags)
        return any(self._search in name.casefold() for name in names)

    @override
    def lessThan(self, left: _Index, right: _Index) -> bool:
        return self._rank(left) < self._rank(right)

    def _put_in_order(self) -> None:
        places = range(self.rowCount())
        ranks = [self._rank(self.mapToSource(self.index(each, 0))) for each in places]
        if any(one > other for one, other in pairwise(ranks)):
            self.sort(0)

    def _rank(self, source: _Index) -> tuple[bool, int]:
        return self._entry(source).account.id in self._barred, source.row()

    def _entry(self, source: _Index) -> AccountEntry:
        entry = self._accounts.row(source)
        if entry is None:
            raise IndexError(source.row())
        return entry
