"""What a time without a publisher, or with a wrong clock, leaves behind in the posts.

A dead publisher's posts are freed, tries before a long absence are no leave to post days later, and
waits that were counted by a clock hours ahead are counted anew.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from tiktok_manager.domain.posts import LatePolicy, PostStatus
from tiktok_manager.storage.claims import CHECKED
from tiktok_manager.storage.columns import UtcInstant, to_stored
from tiktok_manager.storage.post_rows import move
from tiktok_manager.storage.schema import AttemptRow, PostRow

LONGEST_CHECK = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
_ASKED = PostRow.status.in_(CHECKED)
_TRIED = PostRow.status == PostStatus.SCHEDULED


def adopt_orphans(
    session: Session,
    now: datetime,
    on_time: timedelta,
    lease: timedelta,
    dead: Collection[str],
) -> int:
    """Free the posts of publishers known to be `dead`, or whose lease ran out; returns how many.

    A first claim that it made for this `lease`, but died on before it did anything, was no try.
    One that lay longer than `on_time` with its last byte still here waits again, for its lateness
    to be judged; one whose last byte may have left is asked about. A death is held against a post
    only if that was the only one being sent: among several nobody knows which one it was, and a
    poisonous one is alone sooner or later.
    """
    rows = session.scalars(
        select(PostRow).where(
            PostRow.lease_owner.is_not(None),
            or_(PostRow.lease_owner.in_(dead), PostRow.lease_until <= now),
        )
    ).all()
    sending = [row for row in rows if row.status == PostStatus.PUBLISHING]
    for row in rows:
        ended_at = row.lease_until or now
        row.wake_at = min(now, ended_at)
        if row.first_tried_at == ended_at - lease and not _has_begun(session, row):
            row.first_tried_at = None
        if row in sending and now - ended_at > on_time:
            has_left = _may_have_left(session, row)
            move(row, PostStatus.PROCESSING if has_left else PostStatus.SCHEDULED)
        row.lease_owner = None
        row.lease_until = None
    if len(sending) == 1:
        sending[0].worker_losses += 1
    return len(rows)


def forget_tries(
    session: Session,
    now: datetime,
    on_time: timedelta,
    *,
    account_id: str | None = None,
    campaign_id: str | None = None,
) -> None:
    """Let posts be judged by their lateness that nobody could try when they were due to.

    So, too, those that TikTok may have, in case they must be sent anew.
    For after a time without a publisher: a machine that slept, an app that was closed, posts, an
    account (`account_id`) or a campaign (`campaign_id`) that their owner held. A try, or
    the user's word to post late, is leave for as long as the post may be late, not for days. That
    it was let go late, but nobody came to it, is no leave at all.
    """
    query = select(PostRow).where(
        PostRow.status.in_((PostStatus.SCHEDULED, PostStatus.PROCESSING, PostStatus.UNCONFIRMED)),
        or_(PostRow.first_tried_at.is_not(None), PostRow.released_at.is_not(None)),
        PostRow.wake_at < now - on_time,
    )
    if account_id is not None:
        query = query.where(PostRow.account_id == account_id)
    if campaign_id is not None:
        query = query.where(PostRow.campaign_id == campaign_id)
    for row in session.scalars(query):
        row.released_at = None
        if row.first_tried_at and now - row.first_tried_at > _leave(row, on_time):
            row.first_tried_at = None


def shorten_waits(session: Session, now: datetime) -> None:
    """After a clock that was ahead is right again, count waits that began by it from now.

    A wait that began since, but ends further off than any is long, is over.
    """
    length_us = type_coerce(PostRow.wake_at, BigInteger) - type_coerce(
        PostRow.updated_at, BigInteger
    )
    anew = type_coerce(to_stored(now) + length_us, UtcInstant)
    at_once, far = literal(now, UtcInstant), literal(now + LONGEST_WAIT, UtcInstant)
    began_ahead = and_(PostRow.updated_at > now, PostRow.wake_at > now)
    for is_long, wake_at in (
        (and_(_ASKED, began_ahead), anew),
        (and_(_TRIED, began_ahead), _later(PostRow.due_at, anew)),
        (and_(_ASKED, PostRow.wake_at > now + LONGEST_CHECK), at_once),
        (
            and_(_TRIED, PostRow.wake_at > _later(PostRow.due_at, far)),
            _later(PostRow.due_at, at_once),
        ),
    ):
        session.execute(
            update(PostRow)
            .where(PostRow.lease_owner.is_(None), is_long)
            .values(wake_at=wake_at, updated_at=now)
            .execution_options(synchronize_session=False)
        )


def _later(
    one: InstrumentedAttribute[datetime], other: ColumnElement[datetime]
) -> ColumnElement[datetime]:
    return case((one > other, one), else_=other)


def _leave(row: PostRow, on_time: timedelta) -> timedelta:
    asks = row.late_policy == LatePolicy.ASK
    return on_time if asks else max(on_time, timedelta(seconds=row.late_within_s))


def _may_have_left(session: Session, row: PostRow) -> bool:
    query = select(AttemptRow.id).where(
        AttemptRow.post_id == row.id, AttemptRow.open, AttemptRow.final_intent_at.is_not(None)
    )
    return session.scalars(query).first() is not None


def _has_begun(session: Session, row: PostRow) -> bool:
    return session.scalar(select(AttemptRow.id).where(AttemptRow.post_id == row.id)) is not None
