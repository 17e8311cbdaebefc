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
from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    PostsChanged,
    PostStatusChanged,
    SettingsChanged,
    SlotsChanged,
)
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.kit.reading import Reading

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.quota import Ledger
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.frame import Core

STALE_AFTER = timedelta(minutes=5)
LOOK_AFTER_MS = 150
"""From the last change of the form or of the plan to the question for room."""

_SLOTS_AHEAD = timedelta(days=35)
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


class Advice(QObject):
    """What the plan says of the form: who has no room at that time, and the next free slot.

    Where it cannot be read it says nothing; the planner looks again and tells.

    Signals:
        changed: `full` or `slot_at` reads differently.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = core.workspace
        self._wish: Wish = ((), PostMode.DIRECT, None, "")
        self._posts_as: tuple[tuple[str, ...], PostMode] = ((), PostMode.DIRECT)
        stale_on = (PostsChanged, PostStatusChanged, DataChangedElsewhere, SettingsChanged)
        self._room: Reading[Sequence[FullDay]] = Reading(
            core.tasks,
            core.bridge,
            partial(full_days, core.workspace, self._wish),
            parent=self,
            stale_on=stale_on,
            gather_ms=LOOK_AFTER_MS,
        )
        self._slot: Reading[Sequence[datetime]] = Reading(
            core.tasks,
            core.bridge,
            partial(next_slot, core.workspace, *self._posts_as),
            parent=self,
            stale_on=(*stale_on, SlotsChanged),
            gather_ms=LOOK_AFTER_MS,
        )
        for reading in (self._room, self._slot):
            reading.changed.connect(self.changed)

    @property
    def full(self) -> Sequence[FullDay]:
        """The accounts without room for one more post at that time."""
        return () if self._room.failure is not None else self._room.value or ()

    @property
    def slot_at(self) -> datetime | None:
        """The next slot that is free for all accounts, None for none."""
        return next(iter(self._slot.value or ()), None)

    def follow(self, wish: Wish, account_ids: tuple[str, ...]) -> None:
        """Advise on this form; advice for another is forgotten at once."""
        if wish != self._wish:
            self._wish = wish
            self._room.ask_anew(partial(full_days, self._workspace, wish), forget=True, soon=True)
        posts_as = account_ids, wish[1]
        if posts_as != self._posts_as:
            self._posts_as = posts_as
            slot = partial(next_slot, self._workspace, *posts_as)
            self._slot.ask_anew(slot, forget=True, soon=True)

    def look_again(self) -> None:
        """Time went by: room may have come."""
        for reading in (self._room, self._slot):
            reading.request()


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


def next_slot(
    workspace: Workspace, account_ids: tuple[str, ...], mode: PostMode, token: CancelToken
) -> tuple[datetime, ...]:
    """Return the next slot that is free for all of these accounts, or none. Blocks."""
    now = workspace.clock.now()
    free: set[datetime] | None = None
    for account_id in account_ids:
        token.check()
        found = workspace.slots.free_between([account_id], now, now + _SLOTS_AHEAD, mode)
        times = {each.schedule.due_at for each in found}
        free = times if free is None else free & times
        if not free:
            return ()
    return () if free is None else (min(free),)


def _free_minute(ledger: Ledger, free_at: datetime) -> datetime:
    while True:
        at = free_at.replace(second=0, microsecond=0)
        if at < free_at:
            at += timedelta(minutes=1)
        free_at = ledger.next_free(at)
        if free_at == at:
            return at
