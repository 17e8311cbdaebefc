"""Queries for counters: newest values on the video, changed values as dated snapshots."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.metrics import (
    ACCOUNT_COUNTERS,
    VIDEO_COUNTERS,
    AccountCounters,
    AccountSeries,
    SeriesPoint,
    VideoCounters,
)
from tiktok_manager.storage.metrics_schema import AccountSnapshotRow, VideoRow, VideoSnapshotRow


def record_account(session: Session, counters: AccountCounters) -> None:
    """Keep the totals that TikTok told of an account in this minute; nothing if it told none."""
    if len(counters.missing_fields) == len(ACCOUNT_COUNTERS):
        return
    key = (counters.account_id, _minute(counters.seen_at))
    row = session.get(AccountSnapshotRow, key)
    if row is None:
        row = AccountSnapshotRow(account_id=key[0], minute=key[1])
        session.add(row)
    for name in ACCOUNT_COUNTERS:
        _keep(row, name, getattr(counters, name))


def record_videos(session: Session, account_id: str, seen: Iterable[VideoCounters]) -> int:
    """Keep the counters of an account's videos; returns how many videos were seen.

    A snapshot row is written for a new video or a changed number only; `last_seen_at` says until
    when the numbers before it held. A counter TikTok did not tell keeps its last value on the video
    and is NULL in the snapshot.
    """
    videos = list(seen)
    ids = [video.tiktok_id for video in videos]
    known = {
        row.tiktok_id: row
        for row in session.scalars(select(VideoRow).where(VideoRow.tiktok_id.in_(ids)))
    }
    for video in videos:
        row = known.get(video.tiktok_id)
        is_new = row is None
        if row is None:
            row = VideoRow(account_id=account_id, tiktok_id=video.tiktok_id)
            session.add(row)
        if _apply(row, video) or is_new:
            session.flush()
            _record_snapshot(session, row.id, video)
    return len(videos)


def account_series(session: Session, account_id: str, since: datetime | None) -> AccountSeries:
    """Return an account's numbers at every snapshot, oldest first; what was not told is left out.

    Views at a snapshot are those of all videos known by then, each as last told.
    """
    row = AccountSnapshotRow
    query = (
        select(row.minute, row.followers, row.likes, row.videos)
        .where(row.account_id == account_id)
        .order_by(row.minute)
    )
    if since is not None:
        query = query.where(row.minute >= _minute(since))
    syncs = session.execute(query).all()
    minutes = [minute for minute, *_told in syncs]
    followers, likes, videos = (
        _points(minutes, (sync[number] for sync in syncs)) for number in (1, 2, 3)
    )
    views = _points(minutes, _views_at(session, account_id, minutes))
    return AccountSeries(followers=followers, likes=likes, videos=videos, views=views)


def _views_at(session: Session, account_id: str, minutes: Sequence[int]) -> Iterator[int | None]:
    row = VideoSnapshotRow
    before = func.lag(row.views, 1, 0).over(partition_by=row.video_id, order_by=row.minute)
    changes = (
        select(row.minute, (row.views - before).label("change"))
        .join(VideoRow, VideoRow.id == row.video_id)
        .where(VideoRow.account_id == account_id, row.views.is_not(None))
        .subquery()
    )
    by_minute = select(changes.c.minute, func.sum(changes.c.change)).group_by(changes.c.minute)
    found = session.execute(by_minute.order_by(changes.c.minute)).all()
    changed_at = [minute for minute, _change in found]
    totals = list(accumulate(int(change) for _minute, change in found))
    for minute in minutes:
        known = bisect_right(changed_at, minute)
        yield totals[known - 1] if known else None


def _points(minutes: Sequence[int], values: Iterable[int | None]) -> tuple[SeriesPoint, ...]:
    pairs = zip(minutes, values, strict=True)
    return tuple(SeriesPoint(at=_instant(m), value=v) for m, v in pairs if v is not None)


def account_near(session: Session, account_id: str, before: datetime) -> AccountCounters | None:
    """Return what was told last at or before an instant, each counter for itself.

    What was told only later is as it was told first; `seen_at` is that of the snapshot nearest.
    """
    base = select(AccountSnapshotRow).where(AccountSnapshotRow.account_id == account_id)
    row = _nearest(session, base, before)
    if row is None:
        return None
    told = {}
    for name in ACCOUNT_COUNTERS:
        value = getattr(row, name)
        if value is None:
            column = getattr(AccountSnapshotRow, name)
            other = _nearest(session, base.where(column.is_not(None)), before)
            value = None if other is None else getattr(other, name)
        told[name] = value
    return AccountCounters(account_id=account_id, seen_at=_instant(row.minute), **told)


def _nearest(
    session: Session, wanted: Select[AccountSnapshotRow], before: datetime
) -> AccountSnapshotRow | None:
    """Return the last of the snapshots at or before an instant, else the first one there is."""
    minute = AccountSnapshotRow.minute
    earlier = wanted.where(minute <= _minute(before)).order_by(minute.desc()).limit(1)
    found = session.scalars(earlier).first()
    return found or session.scalars(wanted.order_by(minute).limit(1)).first()


def total_views(session: Session, account_id: str, then: datetime) -> tuple[int | None, int | None]:
    """Return the views of all known videos of an account, now and as last seen by `then`.

    None where TikTok told the views of none of them.
    """
    videos, now = session.execute(
        select(func.count(), func.sum(VideoRow.views)).where(VideoRow.account_id == account_id)
    ).one()
    if not videos:
        return 0, 0
    # A video first seen later had the views of its first snapshot as far as the app knows.
    last_before = (
        select(func.max(VideoSnapshotRow.minute))
        .where(
            VideoSnapshotRow.video_id == VideoRow.id,
            VideoSnapshotRow.minute <= _minute(then),
            VideoSnapshotRow.views.is_not(None),
        )
        .correlate(VideoRow)
        .scalar_subquery()
    )
    before = session.scalar(
        select(func.coalesce(func.sum(VideoSnapshotRow.views), 0))
        .join(VideoRow, VideoRow.id == VideoSnapshotRow.video_id)
        .where(VideoRow.account_id == account_id, VideoSnapshotRow.minute == last_before)
    )
    return (None, None) if now is None else (int(now), int(before or 0))


def list_videos(session: Session, account_id: str, limit: int | None) -> list[VideoCounters]:
    """Return an account's videos with their newest counters, newest first."""
    rows = session.scalars(
        select(VideoRow)
        .where(VideoRow.account_id == account_id)
        .order_by(VideoRow.posted_at.desc(), VideoRow.id.desc())
        .limit(limit)
    )
    return [_video(row) for row in rows]


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _keep(row: object, name: str, value: int | None) -> bool:
    """Write what was told; says whether that is news. What was not told stays as it was."""
    is_news = value is not None and value != getattr(row, name)
    if is_news:
        setattr(row, name, value)
    return is_news


def _apply(row: VideoRow, video: VideoCounters) -> bool:
    """Keep what is known of a video now; says whether one of its numbers changed."""
    row.posted_at = video.posted_at
    row.caption = video.caption
    row.share_url = video.share_url
    row.cover_url = video.cover_url
    row.last_seen_at = video.seen_at
    _keep(row, "duration_s", video.duration_s)
    return bool(sum(_keep(row, name, getattr(video, name)) for name in VIDEO_COUNTERS))


def _record_snapshot(session: Session, video_id: int, video: VideoCounters) -> None:
    if len(video.missing_fields) == len(VIDEO_COUNTERS):
        return
    key = (video_id, _minute(video.seen_at))
    row = session.get(VideoSnapshotRow, key)
    if row is None:
        row = VideoSnapshotRow(video_id=key[0], minute=key[1])
        session.add(row)
    for name in VIDEO_COUNTERS:
        _keep(row, name, getattr(video, name))


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
