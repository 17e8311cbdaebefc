"""Queries for the ledger of posts per account and day."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.attempts import AttemptOutcome
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.storage.schema import AccountRow, AttemptRow, PostRow

LONGEST_UPLOAD = timedelta(days=1)
_USED_NOTHING = (AttemptOutcome.FAILED, AttemptOutcome.PROVEN_DEAD)
_PLANNED = (PostStatus.SCHEDULED, PostStatus.PUBLISHING)


def _counts(mode: PostMode) -> ColumnElement[bool]:
    """A refused or dead upload used nothing; a draft counts only while it waits in the inbox."""
    alive = or_(AttemptRow.outcome.is_(None), AttemptRow.outcome.not_in(_USED_NOTHING))
    if mode is PostMode.DIRECT:
        return alive
    waiting = PostRow.status.in_((PostStatus.IN_INBOX, PostStatus.PROCESSING))
    return and_(alive, case((waiting, True), else_=False))


def _sent(mode: PostMode) -> Select[datetime | None]:
    return (
        select(AttemptRow.final_intent_at)
        .join(PostRow, PostRow.id == AttemptRow.post_id)
        .where(AttemptRow.account_id == bindparam("account_id"), *_was_sent(mode))
    )


def _was_sent(mode: PostMode) -> tuple[ColumnElement[bool], ...]:
    return (
        # An upload lives an hour: by this the index leaves out what is long over.
        AttemptRow.opened_at > bindparam("opened"),
        PostRow.mode == mode,
        AttemptRow.final_intent_at > bindparam("since"),
        _counts(mode),
    )


# Asked for each post, so built once.
_SENT = {mode: _sent(mode) for mode in PostMode}


def sent_times(
    session: Session, account_id: str, mode: PostMode, since: datetime
) -> list[datetime]:
    """Return when the posts left whose last byte is gone and that TikTok did not refuse, sorted."""
    values = {"account_id": account_id, "since": since, "opened": since - LONGEST_UPLOAD}
    return sorted(at for at in session.scalars(_SENT[mode], values) if at)


def used_by_each_account(session: Session, mode: PostMode, since: datetime) -> dict[str, int]:
    """Return how many `sent_times` each account has."""
    sent = (
        select(func.count())
        .select_from(AttemptRow)
        .join(PostRow, PostRow.id == AttemptRow.post_id)
        .where(AttemptRow.account_id == AccountRow.id, *_was_sent(mode))
        .correlate(AccountRow)
        .scalar_subquery()
        .label("used")
    )
    values = {"since": since, "opened": since - LONGEST_UPLOAD}
    found = session.execute(select(AccountRow.id, sent), values)
    return {row.id: row.used for row in found}


def sent_by_account(
    session: Session, account_ids: Collection[str], since: datetime
) -> dict[tuple[str, PostMode], list[datetime]]:
    """Return the same of many accounts in one statement, by account and mode."""
    found: dict[tuple[str, PostMode], list[datetime]] = {}
    query = (
        select(AttemptRow.account_id, PostRow.mode, AttemptRow.final_intent_at)
        .join(PostRow, PostRow.id == AttemptRow.post_id)
        .where(
            AttemptRow.account_id.in_(account_ids),
            or_(*(and_(*_was_sent(mode)) for mode in PostMode)),
        )
    )
    values = {"since": since, "opened": since - LONGEST_UPLOAD}
    for account_id, mode, at in session.execute(query, values):
        if at is not None:
            found.setdefault((account_id, PostMode(mode)), []).append(at)
    return {place: sorted(times) for place, times in found.items()}


def post_times_by_account(
    session: Session,
    account_ids: Collection[str],
    mode: PostMode,
    since: datetime,
    without: frozenset[str] = frozenset(),
    until: datetime | None = None,
) -> dict[str, list[datetime]]:
    """Return by account when its posts were sent since then and are planned, but `without`.

    With `until` only those that were planned for before then.
    """
    found: dict[str, list[datetime]] = {account_id: [] for account_id in account_ids}
    planned = select(
        PostRow.id, PostRow.account_id, func.coalesce(PostRow.wake_at, PostRow.due_at)
    ).where(
        PostRow.account_id.in_(account_ids),
        PostRow.mode == mode,
        PostRow.status.in_(_PLANNED),
    )
    if until is not None:
        planned = planned.where(PostRow.due_at < until)
    for post_id, account_id, at in session.execute(planned):
        if post_id not in without:
            found[account_id].append(at)
    for (account_id, sent_mode), times in sent_by_account(session, account_ids, since).items():
        if sent_mode is mode:
            found[account_id] += times
    return found
