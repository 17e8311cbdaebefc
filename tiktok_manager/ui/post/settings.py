"""What many posts have in common: for whom, how, and what TikTok wants decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.posts import PostMode, Privacy
from tiktok_manager.ui.composer.answers import Creators
from tiktok_manager.ui.composer.form import PostForm, new_form
from tiktok_manager.ui.composer.rules import Interaction, Rules, rules_for, settle
from tiktok_manager.ui.composer.state import Part, State, account_reason
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.account_model import AccountModel

_ASKED = frozenset({Part.ACCOUNTS, Part.CREATORS, Part.PRIVACY, Part.DISCLOSURE})


class ChoosesPost(Protocol):
    """What the cards of the composer ask of whoever keeps the form they stand in."""

    @property
    def form(self) -> PostForm:
        """What is entered."""

    @property
    def accounts(self) -> AccountModel:
        """The accounts to choose from."""

    @property
    def creators(self) -> Creators:
        """TikTok's answers for the chosen ones."""

    def enter(self, form: PostForm) -> None:
        """Take what was entered."""

    def choose_accounts(self, account_ids: Sequence[str]) -> None:
        """Plan for these accounts and no others."""


class PostSettings(QObject):
    """The settings of posts that are made together; knows no widgets.

    Where nobody has to be chosen, as the posts name their accounts themselves, every choice is
    offered until somebody is: TikTok cannot be asked for nobody.

    Attributes:
        form: What is entered; its file, time and caption say nothing.
        state: The same with what is known about it.
        creators: TikTok's answers for the chosen accounts.

    Signals:
        changed: `state` reads differently.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject, *, needs_accounts: bool = True) -> None:
        super().__init__(parent)
        self._core = core
        self.needs_accounts = needs_accounts
        self.accounts: AccountModel = core.accounts
        self.creators = Creators(core, self)
        self.form = new_form(core.now(), core.timezone)
        self.state = self._state()
        self.accounts.load()
        self.accounts.reading.changed.connect(self._tell)
        self.creators.changed.connect(self._on_creators)

    @property
    def why_not(self) -> str:
        """What is missing first; empty for nothing."""
        if not self.needs_accounts and not self.form.account_ids:
            return ""
        return next((said for part, said in self.state.blockers if part in _ASKED), "")

    def require_accounts(self, needs_accounts: bool) -> None:
        """Say whether somebody has to be chosen."""
        self.needs_accounts = needs_accounts
        self._tell()

    def reason(self, account: Account) -> str:
        """Say why an account cannot be chosen: what one may not do would bar all."""
        if said := account_reason(account):
            return said
        if account.may(SCOPE_OF_MODE[self.form.mode]):
            return ""
        return tr("Allows drafts only") if self.state.is_direct else tr("Did not allow drafts")

    def enter(self, form: PostForm) -> None:
        """Take what was entered, as far as it may be chosen."""
        self.form = replace(form, choices=settle(form, self.form.choices, self.state.rules))
        direct, scope = form.mode is PostMode.DIRECT, SCOPE_OF_MODE[PostMode.DIRECT]
        asked = [each for each in self._chosen() if direct and each.may(scope)]
        self.creators.follow([e for e in asked if e.status is AccountStatus.CONNECTED])
        self._tell()

    def choose_accounts(self, account_ids: Sequence[str]) -> None:
        """Plan for these accounts and no others."""
        self.enter(replace(self.form, account_ids=tuple(account_ids)))

    def _chosen(self) -> Sequence[Account]:
        found = (self.accounts.account(each) for each in self.form.account_ids)
        return [account for account in found if account is not None]

    def _rules(self) -> Rules:
        states = self.creators.states
        infos = [state.info for state in states if state.info is not None]
        if not states and not self.needs_accounts:
            return _every_choice(rules_for((), self.form.choices, complete=True))
        complete = bool(states) and len(infos) == len(states)
        return rules_for(infos, self.form.choices, complete=complete)

    def _state(self) -> State:
        is_read = self.accounts.reading.value is not None
        return State(
            form=self.form,
            now=self._core.now(),
            accounts=self._chosen() if is_read else None,
            creators=self.creators.states,
            rules=self._rules(),
        )

    def _on_creators(self) -> None:
        choices = settle(self.form, self.form.choices, self._rules())
        self.form = replace(self.form, choices=choices)
        self._tell()

    def _tell(self) -> None:
        self.state = self._state()
        self.changed.emit()


def _every_choice(rules: Rules) -> Rules:
    return replace(
        rules,
        privacy=dict.fromkeys(Privacy, ""),
        interactions=dict.fromkeys(Interaction, ""),
    )
