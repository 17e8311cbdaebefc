"""Counters as TikTok reports them: lifetime totals, dated by the app when it saw them."""

from dataclasses import dataclass
from datetime import datetime

VIDEO_COUNTERS = ("views", "likes", "comments", "shares")
ACCOUNT_COUNTERS = ("followers", "following", "likes", "videos")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCounters:
    """One public video and its lifetime totals at `seen_at`; None is what TikTok did not tell.

    Each counter stands alone: one that is missing, or impossible, spoils no other.
    """

    tiktok_id: str
    posted_at: datetime
    caption: str
    share_url: str
    cover_url: str
    duration_s: int | None
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    seen_at: datetime

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """The counters that are not known."""
        return tuple(name for name in VIDEO_COUNTERS if getattr(self, name) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCounters:
    """An account's lifetime totals at `seen_at`; None is what TikTok did not tell."""

    account_id: str
    seen_at: datetime
    followers: int | None
    following: int | None
    likes: int | None
    videos: int | None

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """The counters that are not known."""
        return tuple(name for name in ACCOUNT_COUNTERS if getattr(self, name) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPoint:
    """A value of a time series."""

    at: datetime
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeries:
    """An account's numbers at every sync, oldest first; views are those of its known videos."""

    followers: tuple[SeriesPoint, ...] = ()
    likes: tuple[SeriesPoint, ...] = ()
    videos: tuple[SeriesPoint, ...] = ()
    views: tuple[SeriesPoint, ...] = ()
