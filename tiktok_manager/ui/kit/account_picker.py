"""Choosing accounts: one list with boxes, a search over it, and whole groups by one click."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from tiktok_manager.domain.accounts import Account
from tiktok_manager.ui.kit.account_choices import ROW_PX, AccountChoices, ChoiceList
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.badges import Chip
from tiktok_manager.ui.kit.inputs import SearchLine
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import FlowLayout, clear, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

_CHIP_PX = 26
_SEARCH_FROM, _MOST_SETS = 8, 12
_UNBOUND_PX = 16_777_215


def _no_note(_account: Account) -> str:
    return ""


class AccountPicker(QWidget):
    """Accounts to be ticked: with the mouse, Space, Shift for all between, Ctrl+A for all shown.

    `reason` says why an account cannot be chosen, `note` what is to be known of one that can. The
    focus stays where it is whatever is ticked. While it is hidden nothing is counted: it catches up
    when it is shown, and then once for all accounts that changed together.

    Signals:
        changed: The user chose; read `chosen`.
    """

    changed = Signal()

    def __init__(
        self,
        accounts: AccountModel,
        *,
        reason: Callable[[Account], str] = _no_note,
        note: Callable[[Account], str] = _no_note,
        rows_shown: int | None = 6,
    ) -> None:
        """`rows_shown` None takes what room there is."""
        super().__init__()
        self._accounts = accounts
        self._rows_shown = rows_shown
        self._is_told = True
        self._is_stale = True
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.catch_up)
        self.choices = AccountChoices(accounts, reason, note, self)
        self.list = ChoiceList(self.choices, accounts)
        self.search = SearchLine(tr("Search accounts, groups, tags"), self, width_px=_UNBOUND_PX)
        self._count = PlainLabel("", tone="soft", tabular=True)
        self._count.setMinimumHeight(_CHIP_PX)
        self._sets: dict[str, frozenset[str]] = {}
        self._chips: dict[str, QPushButton] = {}
        self._flow = FlowLayout()
        self._all_chips = QWidget()
        self._all_chips.setLayout(self._flow)
        self._lay_out()
        self.search.textChanged.connect(self._look)
        self.choices.chosen_changed.connect(self._on_chosen)
        for change in (accounts.dataChanged, accounts.rowsInserted, accounts.rowsRemoved):
            change.connect(self._on_accounts)
        accounts.avatars.arrived.connect(self.list.viewport().update)
        accounts.load()
        self._look()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen accounts, in the order of the list."""
        return self.choices.chosen

    def set_chosen(self, account_ids: Collection[str]) -> None:
        """Show these as chosen; nobody is told."""
        self._is_told = False
        self.choices.set_chosen(account_ids)
        self._is_told = True

    def catch_up(self) -> None:
        """Show the accounts as they are now; it happens by itself when this is shown."""
        if self._is_stale:
            self._look()

    def look_again(self) -> None:
        """Ask of every account anew whether it can be chosen: what is to be done is another."""
        self._on_accounts()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catch_up()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.list.setFocus(event.reason())  # a focus proxy would let Tab skip the search

    def _lay_out(self) -> None:
        sets = row(self._all_chips, self._count, spacing=SPACE_M)
        sets.setStretch(0, 1)
        sets.setAlignment(self._count, Qt.AlignmentFlag.AlignTop)
        layout = column(self.search, sets, self.list, spacing=SPACE_S)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def _on_accounts(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._soon.start()

    def _on_chosen(self) -> None:
        if self.isVisible():
            self._show_sets()
        else:
            self._is_stale = True
        if self._is_told:
            self.changed.emit()

    def _look(self) -> None:
        self._is_stale = False
        self._soon.stop()
        self.choices.look(self.search.text())
        self._fit()
        self._show_sets()

    def _fit(self) -> None:
        """Be as high as the accounts need."""
        count = self._accounts.rowCount()
        shown = min(max(count, 1), self._rows_shown or count)
        if self._rows_shown is None:
            self.list.setMinimumHeight(self.list.sizeHint().height())
            self.list.setMaximumHeight(_UNBOUND_PX)
        else:
            rest = ROW_PX // 2 if count > shown else 0  # half a row says that there are more
            self.list.setFixedHeight(shown * ROW_PX + rest)
        self.search.setVisible(count >= _SEARCH_FROM)
        self._all_chips.setVisible(count > 1)

    def _show_sets(self) -> None:
        """Write the chips anew: all, each group, each tag; built again only if they are others."""
        self._sets = dict(islice(self._make_sets(), _MOST_SETS))  # the search finds the others
        if list(self._sets) != list(self._chips):
            self._build_chips()
        chosen, total = frozenset(self.chosen), self._accounts.rowCount()
        for label, members in self._sets.items():
            self._chips[label].setChecked(bool(members) and members <= chosen)
            self._chips[label].setEnabled(bool(members))
        self._count.setText(tr("{chosen} of {total}", chosen=len(chosen), total=total))
        self._count.setAccessibleName(
            ntr("{count} account chosen", "{count} accounts chosen", len(chosen))
        )

    def _make_sets(self) -> Iterable[tuple[str, frozenset[str]]]:
        shown, able = frozenset(self.choices.shown_ids()), self.choices.able
        if self.search.text().strip():
            yield tr("All found"), shown
            return
        yield tr("All"), shown
        yield from _members((name, each.id) for each in able for name in each.groups)
        yield from _members((f"#{name}", each.id) for each in able for name in each.tags)

    def _build_chips(self) -> None:
        clear(self._flow)
        self._chips = {}
        last: QWidget = self.search
        for label in self._sets:
            chip = self._chips[label] = Chip(label)
            chip.clicked.connect(lambda on, label=label: self._on_set(label, on))
            self._flow.addWidget(chip)
            self.setTabOrder(last, chip)  # made later, it would come last
            chip.show()
            last = chip

    def _on_set(self, label: str, on: bool) -> None:
        self.choices.mark(self._sets[label], on=on)


def _members(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, frozenset[str]]]:
    """Return who belongs to each name, by the names."""
    found: dict[str, set[str]] = {}
    for name, account_id in pairs:
        found.setdefault(name, set()).add(account_id)
    return ((name, frozenset(found[name])) for name in sorted(found))
