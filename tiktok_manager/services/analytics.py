"""What the counters say: series over time, videos with their newest numbers, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.metrics import AccountSeries, VideoCounters
from tiktok_manager.storage import metrics as queries
from tiktok_manager.storage.metrics_file import MetricsFile

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number now and what it gained since `since`; `gained` is None without a snapshot then.

    `now` is None where TikTok never told it.
    """

    now: int | None
    gained: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """Four numbers of an account as of its last sync; views are those of its known videos."""

    account_id: str
    as_of: datetime
    since: datetime | None
    followers: Figure
    likes: Figure
    videos: Figure
    views: Figure


class Analytics:
    """Reads what syncs recorded; never talks to TikTok."""

    def __init__(self, metrics: MetricsFile, accounts: Accounts, clock: Clock) -> None:
        self._metrics = metrics
        self._accounts = accounts
        self._clock = clock

    def series(self, account_id: str, since: datetime | None = None) -> AccountSeries:
        """Return the account's numbers at every snapshot, oldest first."""
        account = self._accounts.get(account_id)
        with self._metrics.read() as session:
            return queries.account_series(session, account.id, since)

    def videos(self, account_id: str, limit: int | None = 20) -> Sequence[VideoCounters]:
        """Return the newest videos with their counters, newest first."""
        account = self._accounts.get(account_id)
        with self._metrics.read() as session:
            return queries.list_videos(session, account.id, limit)

    def summary(self, account_id: str, days: int) -> AccountSummary | None:
        """Return the account's numbers and their change over `days`; None before the first sync.

        The change is counted from the last snapshot at or before the period's start, from the
        first one there is where the account is known for less time: `since` says from when.
        """
        account = self._accounts.get(account_id)
        start = self._clock.now() - timedelta(days=days)
        with self._metrics.read() as session:
            latest = queries.account_near(session, account.id, self._clock.now())
            earlier = queries.account_near(session, account.id, start)
            if latest is None or earlier is None:
                return None
            then = max(start, earlier.seen_at)
            views_now, views_then = queries.total_views(session, account.id, then)
        known = earlier.seen_at < latest.seen_at
        return AccountSummary(
            account_id=account.id,
            as_of=latest.seen_at,
            since=earlier.seen_at if known else None,
            followers=_figure(latest.followers, earlier.followers, known),
            likes=_figure(latest.likes, earlier.likes, known),
            videos=_figure(latest.videos, earlier.videos, known),
            views=_figure(views_now, views_then, known),
        )


def _figure(now: int | None, then: int | None, known: bool) -> Figure:
    if not known or now is None or then is None:
        return Figure(now=now, gained=None)
    return Figure(now=now, gained=now - then)
