"""Queries for posts as the planner and the window see them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, func, insert, or_, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.clock import iso_stamp
from tiktok_manager.domain.errors import FailureClass
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    LatePolicy,
    Post,
    PostError,
    PostFilter,
    PostMode,
    PostStatus,
    Privacy,
    TrailEntry,
)
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.storage.accounts import IS_READY
from tiktok_manager.storage.integrity import remember
from tiktok_manager.storage.schema import AccountRow, PostRow, StepRow

_WAITING = frozenset({PostStatus.SCHEDULED, PostStatus.PROCESSING, PostStatus.UNCONFIRMED})


def add_posts(session: Session, posts: Iterable[Post], now: datetime) -> None:
    """Insert planned posts, all or none."""
    rows = [_values(post, now) for post in posts]
    if rows:
        session.execute(insert(PostRow), rows)


def get_post(session: Session, post_id: str) -> Post | None:
    """Return the post with this id."""
    row = session.execute(_posts().where(PostRow.id == post_id)).first()
    return None if row is None else to_post(row[0], row[1])


def find_posts(session: Session, id_prefix: str, limit: int = 2) -> list[Post]:
    """Return up to `limit` posts whose id starts so."""
    query = _posts().where(PostRow.id.startswith(id_prefix, autoescape=True)).limit(limit)
    return [to_post(row, handle) for row, handle in session.execute(query)]


def list_posts(
    session: Session,
    wanted: PostFilter,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> list[Post]:
    """Return posts by due time; `after` is the (due_at, id) of the last one already seen."""
    query = _posts().where(*_conditions(wanted)).order_by(PostRow.due_at, PostRow.id).limit(limit)
    if after is not None:
        due_at, post_id = after
        query = query.where(
            or_(
                PostRow.due_at > due_at,
                and_(PostRow.due_at == due_at, PostRow.id > post_id),
            )
        )
    return [to_post(row, handle) for row, handle in session.execute(query)]


def same_file(session: Session, account_ids: Sequence[str], sha256: str) -> list[Post]:
    """Return the posts of these accounts with this very video, but cancelled and failed ones."""
    query = _posts().where(
        PostRow.account_id.in_(account_ids),
        PostRow.file_sha256 == sha256,
        PostRow.status.not_in((PostStatus.CANCELLED, PostStatus.FAILED)),
    )
    return [to_post(row, handle) for row, handle in session.execute(query.order_by(PostRow.due_at))]


def update_post(
    session: Session, post: Post, now: datetime, *, first_tried_at: datetime | None = None
) -> None:
    """Write a post back as the planner changed it, under a new epoch.

    A worker that still holds an old claim is fenced by the epoch. `first_tried_at` exempts the
    post from the lateness rule: the user wants it out although its time has passed.
    """
    row = session.get_one(PostRow, post.id)
    for name, value in _values(post, now).items():
        if name not in {"id", "account_id", "created_at", "epoch"}:
            setattr(row, name, value)
    row.epoch += 1
    row.first_tried_at = first_tried_at
    row.released_at = None
    row.lease_owner = None
    row.lease_until = None
    if post.status is not PostStatus.PUBLISHED:
        row.publish_id = None
    row.published_at = post.published_at
    session.flush()


def stop_scheduled(session: Session, account_id: str, reason: PostError, now: datetime) -> int:
    """Stop an account's planned posts for a reason only the user can mend; returns how many."""
    rows = session.scalars(
        select(PostRow).where(
            PostRow.account_id == account_id, PostRow.status == PostStatus.SCHEDULED
        )
    ).all()
    for row in rows:
        row.status = PostStatus.NEEDS_ATTENTION.value
        row.wake_at = None
        row.error = encode_error(reason)
        row.updated_at = now
    return len(rows)


def resume_reconnected(session: Session, account_id: str, now: datetime) -> None:
    """Let posts go on that wait or stopped only because their account had lost its permission.

    Those whose time has passed are judged by their lateness like any other, and keep the reason
    until then; those that TikTok has are asked about at once.
    """
    rows = session.scalars(
        select(PostRow).where(
            PostRow.account_id == account_id,
            PostRow.status.in_((PostStatus.NEEDS_ATTENTION, *_WAITING)),
            PostRow.error.is_not(None),
        )
    ).all()
    for row in rows:
        error = PostError(**json.loads(row.error)) if row.error else None
        if error is None or error.kind != FailureClass.NEEDS_RECONNECT:
            continue
        row.updated_at = now
        row.wake_at = now
        if row.status in {PostStatus.NEEDS_ATTENTION, PostStatus.SCHEDULED}:
            row.status = PostStatus.SCHEDULED.value
            row.first_tried_at = None
            row.released_at = None
            row.wake_at = max(row.due_at, now)
            row.error = row.error if row.due_at < now else None


def counts(session: Session) -> dict[PostStatus, int]:
    """Return how many posts are in each status."""
    query = select(PostRow.status, func.count()).group_by(PostRow.status)
    return {PostStatus(status): number for status, number in session.execute(query)}


def next_due(session: Session) -> Post | None:
    """Return the scheduled post that goes out next; those of held accounts do not."""
    query = (
        _posts()
        .where(PostRow.status == PostStatus.SCHEDULED, PostRow.wake_at.is_not(None), IS_READY)
        .order_by(PostRow.wake_at, PostRow.id)
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else to_post(row[0], row[1])


def last_result(session: Session) -> Post | None:
    """Return the post whose outcome became known last."""
    outcomes = (
        PostStatus.PUBLISHED,
        PostStatus.IN_INBOX,
        PostStatus.FAILED,
        PostStatus.NEEDS_ATTENTION,
        PostStatus.MISSED,
        PostStatus.UNCONFIRMED,
    )
    query = (
        _posts()
        .where(PostRow.status.in_(outcomes))
        .order_by(PostRow.updated_at.desc(), PostRow.id)
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else to_post(row[0], row[1])


def add_step(
    session: Session,
    post_id: str,
    *,
    at: datetime,
    epoch: int,
    kind: str,
    text: str,
    **detail: Any,
) -> None:
    """Append a line to a post's flight record."""
    step = StepRow(
        post_id=post_id,
        at=at,
        epoch=epoch,
        kind=kind,
        text=text,
        detail=json.dumps(detail, ensure_ascii=False, default=_plain),
    )
    session.add(step)
    remember(session, step)


def _plain(value: object) -> str:
    return iso_stamp(value) if isinstance(value, datetime) else str(value)


def trail(session: Session, post_id: str) -> list[TrailEntry]:
    """Return a post's flight record, oldest first."""
    rows = session.scalars(select(StepRow).where(StepRow.post_id == post_id).order_by(StepRow.id))
    return [
        TrailEntry(
            at=row.at,
            epoch=row.epoch,
            kind=row.kind,
            text=row.text,
            detail=json.loads(row.detail),
        )
        for row in rows
    ]


def to_post(row: PostRow, handle: str) -> Post:
    """Return the domain value of a row."""
    status = PostStatus(row.status)
    waits = status in _WAITING and row.error is not None
    return Post(
        id=row.id,
        account_id=row.account_id,
        handle=handle,
        status=status,
        mode=PostMode(row.mode),
        schedule=Schedule(
            due_at=row.due_at,
            wall=datetime.fromisoformat(row.wall),
            timezone=row.timezone,
        ),
        media=MediaFile(
            path=Path(row.file),
            size_bytes=row.file_size,
            mtime_ns=row.file_mtime_ns,
            file_id=row.file_id,
            sha256=row.file_sha256,
        ),
        caption=row.caption,
        choices=_choices(json.loads(row.choices)),
        consent=_consent(row),
        lateness=Lateness(
            policy=LatePolicy(row.late_policy),
            within=timedelta(seconds=row.late_within_s),
        ),
        epoch=row.epoch,
        attempts=row.attempts,
        next_try_at=row.wake_at if waits else None,
        error=None if row.error is None else PostError(**json.loads(row.error)),
        publish_id=row.publish_id,
        tiktok_post_id=row.tiktok_post_id,
        url=row.url,
        created_at=row.created_at,
        published_at=row.published_at,
    )


def encode_error(error: PostError | None) -> str | None:
    """Return an error as the row keeps it."""
    return None if error is None else json.dumps(asdict(error), ensure_ascii=False)


def _posts() -> Select[PostRow, str]:
    return select(PostRow, AccountRow.handle).join(AccountRow, AccountRow.id == PostRow.account_id)


def _conditions(wanted: PostFilter) -> Sequence[Any]:
    found: list[Any] = []
    if wanted.statuses:
        found.append(PostRow.status.in_(sorted(wanted.statuses)))
    if wanted.account_id is not None:
        found.append(PostRow.account_id == wanted.account_id)
    if wanted.due_from is not None:
        found.append(PostRow.due_at >= wanted.due_from)
    if wanted.due_to is not None:
        found.append(PostRow.due_at < wanted.due_to)
    return found


def _values(post: Post, now: datetime) -> dict[str, Any]:
    consent = post.consent
    scheduled = post.status is PostStatus.SCHEDULED
    return {
        "id": post.id,
        "account_id": post.account_id,
        "status": post.status.value,
        "mode": post.mode.value,
        "due_at": post.schedule.due_at,
        "wall": post.schedule.wall.isoformat(timespec="seconds"),
        "timezone": post.schedule.timezone,
        "late_policy": post.lateness.policy.value,
        "late_within_s": int(post.lateness.within.total_seconds()),
        "caption": post.caption,
        "choices": json.dumps(asdict(post.choices)),
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.given_at,
        "file": str(post.media.path),
        "file_size": post.media.size_bytes,
        "file_mtime_ns": post.media.mtime_ns,
        "file_id": post.media.file_id,
        "file_sha256": post.media.sha256,
        "attempts": post.attempts,
        "worker_losses": 0,
        "epoch": post.epoch,
        "wake_at": (post.next_try_at or post.schedule.due_at) if scheduled else None,
        "error": encode_error(post.error),
        "created_at": post.created_at,
        "updated_at": now,
    }


def _choices(values: dict[str, Any]) -> Choices:
    privacy = values.pop("privacy", None)
    return Choices(privacy=None if privacy is None else Privacy(privacy), **values)


def _consent(row: PostRow) -> Consent | None:
    if row.consent_text is None or row.consent_at is None:
        return None
    return Consent(text=row.consent_text, given_at=row.consent_at)
