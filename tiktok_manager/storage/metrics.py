"""Queries for counters: newest values on the video, changed values as dated snapshots."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.metrics import AccountCounters, SeriesPoint, VideoCounters
from tiktok_manager.storage.schema import AccountSnapshotRow, VideoRow, VideoSnapshotRow


def record_account(session: Session, counters: AccountCounters) -> None:
    """Keep an account's totals for this minute."""
    session.merge(
        AccountSnapshotRow(
            account_id=counters.account_id,
            minute=_minute(counters.seen_at),
            followers=counters.followers,
            following=counters.following,
            likes=counters.likes,
            videos=counters.videos,
        )
    )


def record_videos(session: Session, account_id: str, seen: Iterable[VideoCounters]) -> int:
    """Keep the counters of an account's videos; returns how many videos were seen.

    A snapshot row is written for a new video or a changed number only; `last_seen_at` says until
    when the numbers before it held. A counter TikTok did not tell keeps its last value; a new video
    gets its first snapshot once all of them were told.
    """
    videos = list(seen)
    ids = [video.tiktok_id for video in videos]
    known = {
        row.tiktok_id: row
        for row in session.scalars(select(VideoRow).where(VideoRow.tiktok_id.in_(ids)))
    }
    for video in videos:
        row = known.get(video.tiktok_id)
        told = video if row is None else _with_last_values(video, row)
        changed = row is None or _numbers(row) != _counter_numbers(told)
        if row is None:
            row = VideoRow(account_id=account_id, tiktok_id=video.tiktok_id)
            session.add(row)
        _apply(row, told)
        if changed:
            session.flush()
            if not video.missing_fields or _has_snapshot(session, row):
                session.merge(_snapshot(row, told))
    return len(videos)


def followers_series(
    session: Session, account_id: str, since: datetime | None
) -> list[SeriesPoint]:
    """Return the follower count at every snapshot, oldest first."""
    query = (
        select(AccountSnapshotRow.minute, AccountSnapshotRow.followers)
        .where(AccountSnapshotRow.account_id == account_id)
        .order_by(AccountSnapshotRow.minute)
    )
    if since is not None:
        query = query.where(AccountSnapshotRow.minute >= _minute(since))
    return [
        SeriesPoint(at=_instant(minute), value=followers)
        for minute, followers in session.execute(query)
    ]


def account_series(session: Session, account_id: str) -> list[AccountCounters]:
    """Return every snapshot of an account, oldest first."""
    rows = session.scalars(
        select(AccountSnapshotRow)
        .where(AccountSnapshotRow.account_id == account_id)
        .order_by(AccountSnapshotRow.minute)
    )
    return [_account_counters(row) for row in rows]


def account_near(session: Session, account_id: str, before: datetime) -> AccountCounters | None:
    """Return the last snapshot at or before an instant, else the first one there is."""
    base = select(AccountSnapshotRow).where(AccountSnapshotRow.account_id == account_id)
    earlier = session.scalars(
        base.where(AccountSnapshotRow.minute <= _minute(before))
        .order_by(AccountSnapshotRow.minute.desc())
        .limit(1)
    ).first()
    row = earlier or session.scalars(base.order_by(AccountSnapshotRow.minute).limit(1)).first()
    return None if row is None else _account_counters(row)


def total_views(session: Session, account_id: str, then: datetime) -> tuple[int, int]:
    """Return the views of all known videos of an account, now and as last seen by `then`."""
    now = session.scalar(
        select(func.coalesce(func.sum(VideoRow.views), 0)).where(VideoRow.account_id == account_id)
    )
    # A video first seen later had the views of its first snapshot as far as the app knows.
    last_before = (
        select(func.max(VideoSnapshotRow.minute))
        .where(VideoSnapshotRow.video_id == VideoRow.id, VideoSnapshotRow.minute <= _minute(then))
        .correlate(VideoRow)
        .scalar_subquery()
    )
    before = session.scalar(
        select(func.coalesce(func.sum(VideoSnapshotRow.views), 0))
        .join(VideoRow, VideoRow.id == VideoSnapshotRow.video_id)
        .where(VideoRow.account_id == account_id, VideoSnapshotRow.minute == last_before)
    )
    return int(now or 0), int(before or 0)


def list_videos(session: Session, account_id: str, limit: int | None) -> list[VideoCounters]:
    """Return an account's videos with their newest counters, newest first."""
    rows = session.scalars(
        select(VideoRow)
        .where(VideoRow.account_id == account_id)
        .order_by(VideoRow.posted_at.desc(), VideoRow.id.desc())
        .limit(limit)
    )
    return [_video(row) for row in rows]


def video_series(session: Session, tiktok_id: str) -> list[SeriesPoint]:
    """Return a video's views at every change, oldest first."""
    query = (
        select(VideoSnapshotRow.minute, VideoSnapshotRow.views)
        .join(VideoRow, VideoRow.id == VideoSnapshotRow.video_id)
        .where(VideoRow.tiktok_id == tiktok_id)
        .order_by(VideoSnapshotRow.minute)
    )
    return [SeriesPoint(at=_instant(m), value=v) for m, v in session.execute(query)]


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _numbers(row: VideoRow) -> tuple[int, int, int, int]:
    return (row.views, row.likes, row.comments, row.shares)


def _counter_numbers(video: VideoCounters) -> tuple[int, int, int, int]:
    return (video.views, video.likes, video.comments, video.shares)


def _with_last_values(video: VideoCounters, row: VideoRow) -> VideoCounters:
    return replace(video, **{name: getattr(row, name) for name in video.missing_fields})


def _has_snapshot(session: Session, row: VideoRow) -> bool:
    first = select(VideoSnapshotRow.minute).where(VideoSnapshotRow.video_id == row.id).limit(1)
    return session.scalar(first) is not None


def _apply(row: VideoRow, video: VideoCounters) -> None:
    row.posted_at = video.posted_at
    row.caption = video.caption
    row.share_url = video.share_url
    row.cover_url = video.cover_url
    row.duration_s = video.duration_s
    row.last_seen_at = video.seen_at
    row.views, row.likes, row.comments, row.shares = _counter_numbers(video)


def _snapshot(row: VideoRow, video: VideoCounters) -> VideoSnapshotRow:
    return VideoSnapshotRow(
        video_id=row.id,
        minute=_minute(video.seen_at),
        views=video.views,
        likes=video.likes,
        comments=video.comments,
        shares=video.shares,
    )


def _account_counters(row: AccountSnapshotRow) -> AccountCounters:
    return AccountCounters(
        account_id=row.account_id,
        seen_at=_instant(row.minute),
        followers=row.followers,
        following=row.following,
        likes=row.likes,
        videos=row.videos,
    )


def _video(row: VideoRow) -> VideoCounters:
    return VideoCounters(
        tiktok_id=row.tiktok_id,
        posted_at=row.posted_at,
        caption=row.caption,
        share_url=row.share_url,
        cover_url=row.cover_url,
        duration_s=row.duration_s,
        views=row.views,
        likes=row.likes,
        comments=row.comments,
        shares=row.shares,
        seen_at=row.last_seen_at,
    )
