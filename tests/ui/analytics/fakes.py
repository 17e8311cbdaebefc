"""What syncs recorded, as the analytics pane reads it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tests.ui.calendar.fakes import PlanWorkspace
from tests.ui.fakes import NOW
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.metrics import AccountSeries, SeriesPoint, VideoCounters
from tiktok_manager.services.analytics import AccountSummary, Figure
from tiktok_manager.ui.analytics.figures import Metric


def a_summary(account_id: str = "acc-alice", **figures: Figure) -> AccountSummary:
    """Return four numbers that grew."""
    return AccountSummary(
        account_id=account_id,
        as_of=NOW - timedelta(minutes=3),
        since=NOW - timedelta(days=28),
        followers=figures.get("followers", Figure(now=128_431, gained=4_120)),
        likes=figures.get("likes", Figure(now=2_310_877, gained=88_012)),
        videos=figures.get("videos", Figure(now=196, gained=12)),
        views=figures.get("views", Figure(now=18_400_000, gained=-1_204)),
    )


def a_video(number: int = 1, **changes: int) -> VideoCounters:
    """Return a video seen at the last sync; a higher number is older."""
    return VideoCounters(
        tiktok_id=f"73{number:08}",
        posted_at=NOW - timedelta(days=number, hours=2),
        caption=f"Walk number {number} <b>slow</b> #forest",
        share_url=f"https://www.tiktok.com/@alice/video/73{number:08}",
        cover_url="",
        duration_s=31,
        views=changes.get("views", 12_412 * number % 90_001),
        likes=changes.get("likes", 1_204 + 31 * number),
        comments=changes.get("comments", 12 * number % 97),
        shares=changes.get("shares", 5 * number % 41),
        seen_at=NOW - timedelta(minutes=3),
    )


def points(*days_ago_and_values: tuple[float, int]) -> tuple[SeriesPoint, ...]:
    """Return a series, given as (days ago, value)."""
    return tuple(
        SeriesPoint(at=NOW - timedelta(days=days), value=value)
        for days, value in days_ago_and_values
    )


class FakeAnalytics:
    """Numbers an account has by its id."""

    def __init__(self) -> None:
        self.summaries: dict[str, AccountSummary] = {}
        self.known: dict[str, AccountSeries] = {}
        self.counters: dict[str, list[VideoCounters]] = {}
        self.asked: list[tuple[str, int]] = []
        self.error: AppError | None = None

    def summary(self, account_id: str, days: int) -> AccountSummary | None:
        if self.error is not None:
            raise self.error
        self.asked.append((account_id, days))
        return self.summaries.get(account_id)

    def series(self, account_id: str, since: datetime | None = None) -> AccountSeries:
        known = self.known.get(account_id, AccountSeries())
        cut = {
            metric.value: tuple(
                point for point in getattr(known, metric) if since is None or point.at >= since
            )
            for metric in Metric
        }
        return AccountSeries(**cut)

    def videos(self, account_id: str, limit: int | None = 20) -> Sequence[VideoCounters]:
        return self.counters.get(account_id, [])[:limit]


class FakeReports:
    """Writes nothing, remembers what was asked for."""

    def __init__(self) -> None:
        self.written: list[tuple[str, Path]] = []
        self.error: AppError | None = None

    def export(self, kind: str, out: Path, _say: object) -> int:
        if self.error is not None:
            raise self.error
        self.written.append((kind, out))
        return 96


class NumbersWorkspace(PlanWorkspace):
    """A data folder with recorded numbers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.analytics = FakeAnalytics()
        self.reports = FakeReports()
