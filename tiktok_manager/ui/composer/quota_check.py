"""Whether the chosen accounts have room for a post at the chosen time, and when they next have.

TikTok takes only so many posts of an account in 24 hours; more than that would wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    PostsChanged,
    PostStatusChanged,
    SettingsChanged,
)
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.kit.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.domain.quota import Ledger
    from tiktok_manager.services.quota import Quota
    from tiktok_manager.ui.frame import Core

LOOK_AFTER_MS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaWish:
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

    Advice only: where it cannot be read it says nothing; the planner looks again and tells.

    Signals:
        changed: `full_days` reads differently.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = _Question(core.workspace.quota, core.workspace.clock)
        self.reading = Reading(
            core.tasks,
            core.bridge,
            self._question.answer,
            parent=self,
            stale_on=(PostsChanged, PostStatusChanged, DataChangedElsewhere, SettingsChanged),
            every_ms=LOOK_AFTER_MS,
            gather_ms=LOOK_AFTER_MS,
        )
        self.reading.changed.connect(self.changed)

    @property
    def full_days(self) -> Sequence[FullDay]:
        """The accounts without room; what was found for another wish is forgotten at once."""
        wish, found = self.reading.value or (None, ())
        is_of_now = wish == self._question.wish and self.reading.failure is None
        return found if is_of_now else ()

    def look_for(self, wish: QuotaWish) -> None:
        """Look for room for this."""
        if wish != self._question.wish:
            self._question.wish = wish
            self.look_again()

    def look_again(self) -> None:
        """Look once more: time has passed."""
        if self._question.wish.account_ids:
            self.reading.request()


class _Question:
    """The wish of now, answered on a worker."""

    def __init__(self, quota: Quota, clock: Clock) -> None:
        self.wish = QuotaWish()
        self._quota = quota
        self._clock = clock

    def answer(self, token: CancelToken) -> tuple[QuotaWish, Sequence[FullDay]]:
        wish = self.wish
        return wish, full_days(self._quota, wish, self._clock.now(), token)


def full_days(
    quota: Quota, wish: QuotaWish, now: datetime, token: CancelToken
) -> tuple[FullDay, ...]:
    """Return the accounts without room, in the order of the wish."""
    at = wish.at or now
    without = (wish.post_id,) if wish.post_id else ()
    found = []
    for account_id, ledger in quota.ledgers(
        wish.account_ids, wish.mode, at, without=without
    ).items():
        token.check()
        free_at = ledger.next_free(at)
        if free_at != at:
            minute = _free_minute(ledger, free_at)
            found.append(
                FullDay(account_id=account_id, cap=ledger.cap, free_at=free_at, free_minute=minute)
            )
    return tuple(found)


def _free_minute(ledger: Ledger, free_at: datetime) -> datetime:
    while True:
        at = free_at.replace(second=0, microsecond=0)
        if at < free_at:
            at += timedelta(minutes=1)
        free_at = ledger.next_free(at)
        if free_at == at:
            return at
