"""How many posts TikTok takes from an account in 24 hours, counted here because TikTok won't tell.

Direct posts count from the moment their last byte leaves, drafts while they wait in the inbox.
Planning warns and spreads by these numbers; publishing waits by them.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.holds import BY_APP_CAP, FullUntil, Hold
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.quota import MAX_PENDING_DRAFTS, WINDOW, Ledger
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import holds
from tiktok_manager.storage import quota as queries
from tiktok_manager.storage.database import Database

DRAFTS_LOOK = timedelta(hours=1)


class Quota:
    """The ledger of one data folder."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def caps(self) -> Mapping[PostMode, int]:
        """Return how many posts of each kind an account may have in 24 hours."""
        return {mode: self._cap(mode) for mode in PostMode}

    def ledgers(
        self,
        account_ids: Collection[str],
        mode: PostMode,
        at: datetime,
        *,
        without: Collection[str] = (),
    ) -> Mapping[str, Ledger]:
        """Return when accounts post from a day before `at` on: sent, under way and planned.

        But not the planned posts `without`, for which another time is looked for.
        """
        with self._database.read() as session:
            found = queries.post_times_by_account(
                session, account_ids, mode, at - WINDOW, frozenset(without)
            )
        cap = self._cap(mode)
        return {account_id: Ledger(times, cap) for account_id, times in found.items()}

    def wait(self, account_id: str, mode: PostMode) -> tuple[datetime, Failure] | None:
        """Return until when, and why, a post of this account must wait now; None if it need not."""
        now = self._clock.now()
        with self._database.read() as session:
            app_cap = holds.get_hold(session, BY_APP_CAP)
            recent = queries.sent_times(session, account_id, mode, now - WINDOW)
        if mode is PostMode.DIRECT and app_cap and now < app_cap.until <= now + WINDOW:
            return app_cap.until, app_cap.error
        return self._full(mode, recent, now)

    def full_until(self, account_ids: Collection[str]) -> FullUntil:
        """Return until when, and why, accounts have no room for one more post now."""
        now = self._clock.now()
        with self._database.read() as session:
            recent = queries.sent_by_account(session, account_ids, now - WINDOW)
        full = {
            (account_id, mode): self._full(mode, times, now)
            for (account_id, mode), times in recent.items()
        }
        return {place: found for place, found in full.items() if found is not None}

    def _full(
        self, mode: PostMode, recent: Sequence[datetime], now: datetime
    ) -> tuple[datetime, Failure] | None:
        cap = self._cap(mode)
        if len(recent) < cap:
            return None
        until = recent[-cap] + WINDOW
        if mode is PostMode.INBOX:  # drafts are looked at hourly: one may be finished before
            until = min(until, now + DRAFTS_LOOK)
        return until, _own_cap(mode, cap)

    def pause_app(self, until: datetime) -> None:
        """Hold direct posts of all accounts: TikTok's cap of posting accounts is reached."""
        hold = Hold(error=_app_cap(), at=self._clock.now(), until=until)
        with self._database.write() as session:
            holds.put_hold(session, BY_APP_CAP, hold)

    def _cap(self, mode: PostMode) -> int:
        return (
            self._settings.direct_posts_per_day() if mode is PostMode.DIRECT else MAX_PENDING_DRAFTS
        )


def _own_cap(mode: PostMode, cap: int) -> Failure:
    if mode is PostMode.INBOX:
        return Failure(code="pending_drafts", params={"cap": cap})
    return Failure(code="daily_cap", params={"cap": cap})


def _app_cap() -> Failure:
    return Failure(code="reached_active_user_cap", params={"advice": "all_wait"})
