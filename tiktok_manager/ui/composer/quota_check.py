"""Whether the chosen accounts have room for a post at the chosen time, and when they next have.

TikTok takes only so many posts of an account in 24 hours; more than that would wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
    SettingsChanged,
)
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.tasks import Coalesced

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.quota import Ledger
    from tiktok_manager.services.quota import Quota
    from tiktok_manager.ui.frame import Core

LOOK_AFTER_MS = 150
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants to post when; `at` None is at once, `post_id` is the post being moved."""

    account_ids: tuple[str, ...] = ()
    mode: PostMode = PostMode.DIRECT
    at: datetime | None = None
    post_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDay:
    """An account that has `cap` posts in the 24 hours around the chosen time.

    It has room from `free_at` on; `free_minute` is the first whole minute with room.
    """

    account_id: str
    cap: int
    free_at: datetime
    free_minute: datetime


class QuotaCheck(QObject):
    """Looks off the GUI thread, a moment after the last change of the form or of the plan.

    Signals:
        changed: `full_days` reads differently.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._wish = Wish()
        self.full_days: Sequence[FullDay] = ()
        self._soon = Coalesced(self._look, self, delay_ms=LOOK_AFTER_MS)
        for kind in (PostsChanged, PostStatusChanged, DataChangedElsewhere, SettingsChanged):
            core.bridge.listen(kind, self._on_event)

    def look_for(self, wish: Wish) -> None:
        """Look for room for this; what was found for another wish is forgotten at once."""
        if wish == self._wish:
            return
        self._wish = wish
        self._show(())
        self.look_again()

    def look_again(self) -> None:
        """Look once more: time has passed, or the plan is another."""
        if self._wish.account_ids:
            self._soon.request()

    def _look(self) -> None:
        wish, now = self._wish, self._core.now()
        quota = self._core.workspace.quota
        self._core.tasks.run(
            lambda token: full_days(quota, wish, now, token),
            done=lambda found: self._on_found(wish, found),
            failed=lambda error: self._on_failed(wish, error),
            group="composer-room",
        )

    def _on_found(self, wish: Wish, found: Sequence[FullDay]) -> None:
        if wish == self._wish:
            self._show(found)

    def _on_failed(self, wish: Wish, _error: AppError) -> None:
        self._on_found(wish, ())  # advice only: the planner looks again and tells its errors

    def _show(self, found: Sequence[FullDay]) -> None:
        if found != self.full_days:
            self.full_days = found
            self.changed.emit()

    def _on_event(self, _event: Event) -> None:
        self.look_again()


def full_days(quota: Quota, wish: Wish, now: datetime, token: CancelToken) -> tuple[FullDay, ...]:
    """Return the accounts without room, in the order of the wish."""
    at = wish.at or now
    found = []
    for account_id in wish.account_ids:
        token.check()
        without = (wish.post_id,) if wish.post_id else ()
        ledger = quota.ledger(account_id, wish.mode, at, without=without)
        free_at = ledger.next_free(at)
        if free_at != at:
            minute = _free_minute(ledger, free_at)
            found.append(
                FullDay(account_id=account_id, cap=ledger.cap, free_at=free_at, free_minute=minute)
            )
    return tuple(found)


def quota_text(
    full: Sequence[FullDay],
    handles: dict[str, str],
    mode: PostMode,
    *,
    spread: bool,
    timezone: str,
    now: datetime,
) -> str:
    """Say who has no room and when there is some; `handles` are all chosen accounts'."""
    named = [day for day in full if day.account_id in handles]
    if not named:
        return ""
    is_one = len(handles) == 1
    times = [
        (handles[day.account_id], zoned_time(_exact(day, is_one=is_one), timezone, now))
        for day in named
    ]
    if spread:
        others = "" if len(named) == len(handles) else " The others keep the chosen time."
        return f"Spread over free times: {_listed(times)}.{others}"
    cap = f"{named[0].cap} {'posts' if mode is PostMode.DIRECT else 'drafts'} in those 24 hours"
    if len(named) == 1:
        handle, when = times[0]
        return f"@{handle} already has {cap}, so one more would wait. Next free time: {when}."
    who = _counted(len(named), len(handles))
    return f"{who} already have {cap}, so one more would wait. Next free: {_listed(times)}."


def _exact(day: FullDay, *, is_one: bool) -> datetime:
    """Return the time that would be taken: the user's own is to the minute, a spread one is not."""
    return day.free_minute if is_one else day.free_at


def _counted(full: int, chosen: int) -> str:
    if full < chosen:
        return f"{full} of {chosen} accounts"
    return "Both accounts" if full == 2 else f"All {full} accounts"


def _listed(times: Sequence[tuple[str, str]]) -> str:
    shown = ", ".join(f"@{handle} {when}" for handle, when in times[:_NAMED])
    rest = len(times) - _NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _free_minute(ledger: Ledger, free_at: datetime) -> datetime:
    while True:
        at = free_at.replace(second=0, microsecond=0)
        if at < free_at:
            at += timedelta(minutes=1)
        free_at = ledger.next_free(at)
        if free_at == at:
            return at
