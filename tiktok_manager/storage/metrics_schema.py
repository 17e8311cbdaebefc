"""The tables of the counters' file as the code sees them now.

Accounts are named by value: no key leads from one file into another, and what was counted stays
when an account is disconnected. A counter that TikTok did not tell is NULL.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tiktok_manager.storage.columns import UtcInstant


class MetricsBase(DeclarativeBase):
    """Registry of the tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcInstant, str: Text}


class VideoRow(MetricsBase):
    """A public video and its newest counters, each as it was told last."""

    __tablename__ = "videos"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    tiktok_id: Mapped[str] = mapped_column(unique=True)
    posted_at: Mapped[datetime]
    caption: Mapped[str]
    share_url: Mapped[str]
    cover_url: Mapped[str]
    duration_s: Mapped[int | None]
    last_seen_at: Mapped[datetime]
    views: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("videos_by_account", "account_id", "posted_at"),)


class VideoSnapshotRow(MetricsBase):
    """Counters at one minute; written only when a number changed.

    A missing row means "as in the row before, until `videos.last_seen_at`".
    """

    __tablename__ = "video_snapshots"

    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id"), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    views: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)


class AccountSnapshotRow(MetricsBase):
    """An account's totals at one minute (UTC minutes since 1970)."""

    __tablename__ = "account_snapshots"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    followers: Mapped[int | None] = mapped_column(BigInteger)
    following: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    videos: Mapped[int | None] = mapped_column(BigInteger)
