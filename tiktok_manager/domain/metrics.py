"""Counters as TikTok reports them: lifetime totals, dated by the app when it saw them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCounters:
    """One public video and its lifetime totals at `seen_at`.

    A counter named in `missing_fields` was not in TikTok's answer: its 0 stands for nothing.
    """

    tiktok_id: str
    posted_at: datetime
    caption: str
    share_url: str
    cover_url: str
    duration_s: int
    views: int
    likes: int
    comments: int
    shares: int
    seen_at: datetime
    missing_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCounters:
    """An account's lifetime totals at `seen_at`."""

    account_id: str
    seen_at: datetime
    followers: int
    following: int
    likes: int
    videos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPoint:
    """A value of a time series."""

    at: datetime
    value: int
