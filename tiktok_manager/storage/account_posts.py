"""Queries for the posts of accounts: what waits for one, and what is planned of each."""

from datetime import datetime

from sqlalchemy import and_, func, not_, or_, select, text
from sqlalchemy.orm import Session

from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.storage.accounts import HAS_LOST_ACCOUNT, HAS_PAUSED_ACCOUNT
from tiktok_manager.storage.campaigns import IS_HELD
from tiktok_manager.storage.post_rows import WAITING, move, set_error, to_post
from tiktok_manager.storage.schema import IS_PLANNED, AccountRow, PostRow


def stop_scheduled(session: Session, account_id: str, reason: Failure, now: datetime) -> int:
    """Stop an account's planned posts for a reason only the user can mend; returns how many."""
    rows = session.scalars(
        select(PostRow).where(
            PostRow.account_id == account_id, PostRow.status == PostStatus.SCHEDULED
        )
    ).all()
    for row in rows:
        move(row, PostStatus.NEEDS_ATTENTION)
        row.wake_at = None
        set_error(row, reason)
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
            PostRow.status.in_((PostStatus.NEEDS_ATTENTION, *WAITING)),
            PostRow.error_kind == FailureClass.NEEDS_RECONNECT,
        )
    ).all()
    for row in rows:
        row.updated_at = now
        row.wake_at = now
        if row.status in {PostStatus.NEEDS_ATTENTION, PostStatus.SCHEDULED}:
            move(row, PostStatus.SCHEDULED)
            row.first_tried_at = None
            row.released_at = None
            row.wake_at = max(row.due_at, now)
            if row.due_at >= now:
                set_error(row, None)


def count_held(session: Session) -> tuple[int, int]:
    """Return how many planned posts wait for their account to be connected, and to be resumed.

    The latter may wait for their campaign instead.
    """
    planned = select(func.count()).where(PostRow.status == PostStatus.SCHEDULED)
    unconnected = session.scalar(planned.where(HAS_LOST_ACCOUNT))
    paused = session.scalar(
        planned.where(or_(HAS_PAUSED_ACCOUNT, and_(not_(HAS_LOST_ACCOUNT), IS_HELD)))
    )
    return unconnected or 0, paused or 0


def planned_of_each_account(session: Session) -> dict[str, int]:
    """Return how many posts are planned of each account."""
    planned = (
        select(func.count())
        .select_from(PostRow)
        .where(PostRow.account_id == AccountRow.id, text(IS_PLANNED))
        .correlate(AccountRow)
        .scalar_subquery()
        .label("planned")
    )
    return {row.id: row.planned for row in session.execute(select(AccountRow.id, planned))}


def next_of_each_account(session: Session) -> list[Post]:
    """Return the planned post of each account that is due first."""
    soonest = (
        select(PostRow.id)
        .where(PostRow.account_id == AccountRow.id, text(IS_PLANNED))
        .order_by(PostRow.due_at, PostRow.id)
        .limit(1)
        .correlate(AccountRow)
        .scalar_subquery()
    )
    query = (
        select(PostRow, AccountRow.handle)
        .join(AccountRow, AccountRow.id == PostRow.account_id)
        .where(PostRow.id.in_(select(soonest).select_from(AccountRow)))
    )
    return [to_post(row, handle) for row, handle in session.execute(query)]
