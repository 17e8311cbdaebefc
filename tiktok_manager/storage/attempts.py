"""Queries for attempts: each step of a publish, and what the work led to.

Every write names the owner and the epoch of the claim it belongs to. A worker that was frozen and
overtaken, or whose claim was given up for lost, changes no row and is told so by `Fenced`: the
database fences what TikTok cannot.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import UpdateBase, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.attempts import Attempt, AttemptEnd, Claim, Fenced, Outcome, Step
from tiktok_manager.domain.errors import Failure, FailureClass, RemoteError
from tiktok_manager.domain.posts import (
    Post,
    PostMode,
)
from tiktok_manager.storage.post_rows import error_values, move, to_post
from tiktok_manager.storage.schema import AttemptRow, PostRow

# Each step of a publish asks these. Building one costs more than its answer: each is built once.
_ATTEMPT = select(AttemptRow).where(AttemptRow.id == bindparam("id"))
_OPEN_ATTEMPT = select(AttemptRow).where(
    AttemptRow.post_id == bindparam("post_id"), AttemptRow.open
)
# Written like the condition of the partial index that answers it, or it would not.
_IS_OPEN = text("attempts.open")
_NUMBER = select(func.count()).where(AttemptRow.post_id == bindparam("post_id"))
_POST = (
    select(PostRow).where(PostRow.id == bindparam("id")).execution_options(populate_existing=True)
)


def open_attempt(
    session: Session,
    claim: Claim,
    *,
    size_bytes: int,
    chunk_bytes: int,
    count: int,
    now: datetime,
) -> Attempt:
    """Write down that an init is about to be sent (INIT_INTENT)."""
    _fence(session, claim, updated_at=now)
    number = session.scalar(_NUMBER, {"post_id": claim.post.id})
    row = AttemptRow(
        post_id=claim.post.id,
        account_id=claim.post.account_id,
        number=(number or 0) + 1,
        epoch=claim.epoch,
        mode=claim.post.mode.value,
        step=Step.INIT_INTENT.value,
        open=True,
        holds_slot=True,
        size_bytes=size_bytes,
        chunk_bytes=chunk_bytes,
        chunk_count=count,
        acked_bytes=0,
        opened_at=now,
        polls=0,
        unanswered=0,
    )
    session.add(row)
    session.flush()
    return to_attempt(row)


def record_init(
    session: Session,
    claim: Claim,
    attempt: Attempt,
    *,
    publish_id: str,
    sealed: bytes,
    now: datetime,
) -> Attempt:
    """Keep the publish id and the sealed upload URL in one commit (INITED).

    Raises RemoteError where the id is another upload's already: which of them it means is unknown.
    """
    if session.scalar(select(AttemptRow.id).where(AttemptRow.publish_id == publish_id)) is not None:
        raise RemoteError(Failure(code="publish_id_reused", kind=FailureClass.UNKNOWN))
    _fence(session, claim, publish_id=publish_id, worker_losses=0, updated_at=now)
    row = _row(session, attempt)
    row.publish_id = publish_id
    row.upload_url_sealed = sealed
    row.url_issued_at = now
    row.step = Step.INITED.value
    return to_attempt(row)


def record_acked(session: Session, claim: Claim, attempt: Attempt, acked_bytes: int) -> Attempt:
    """Keep how many bytes TikTok has confirmed (UPLOADING)."""
    _fence(session, claim, worker_losses=0)
    row = _row(session, attempt)
    row.acked_bytes = acked_bytes
    if row.step == Step.INITED:
        row.step = Step.UPLOADING.value
    return to_attempt(row)


def record_final_intent(
    session: Session, claim: Claim, attempt: Attempt, *, now: datetime, lease: timedelta
) -> Attempt:
    """Write down that the last byte is about to leave: from here on never init again.

    The compare-and-set on the epoch is the fence before TikTok's point of no return.
    """
    until = now + lease
    _fence(session, claim, lease_until=until, wake_at=until, updated_at=now)
    row = _row(session, attempt)
    if row.final_intent_at is None:
        row.final_intent_at = now
    row.unanswered += 1
    row.step = Step.FINAL_INTENT.value
    return to_attempt(row)


def record_not_taken(session: Session, claim: Claim, attempt: Attempt) -> Attempt:
    """Keep that the last part, as it was sent just now, surely did not arrive whole."""
    _fence(session, claim)
    row = _row(session, attempt)
    row.unanswered -= 1
    return to_attempt(row)


def record_sent(session: Session, claim: Claim, attempt: Attempt, now: datetime) -> Attempt:
    """Keep that TikTok has every byte (PROCESSING)."""
    _fence(session, claim, updated_at=now)
    row = _row(session, attempt)
    row.sent_at = row.sent_at or now
    row.acked_bytes = row.size_bytes
    row.step = Step.PROCESSING.value
    return to_attempt(row)


def record_poll(session: Session, claim: Claim, attempt: Attempt) -> Attempt:
    """Count a status question."""
    _fence(session, claim)
    row = _row(session, attempt)
    row.polls += 1
    return to_attempt(row)


def record_look(session: Session, claim: Claim, attempt: Attempt, now: datetime) -> None:
    """Keep that the account's video list was searched for this post."""
    _fence(session, claim)
    _row(session, attempt).listed_at = now


def close_attempt(
    session: Session, claim: Claim, attempt: Attempt, end: AttemptEnd, now: datetime
) -> None:
    """End an attempt: nothing more will be sent or asked for it."""
    _fence(session, claim, updated_at=now)
    close_row(_row(session, attempt), end, now)


def settle(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> Post:
    """Give a claim back with what it led to; raises Fenced, IllegalTransition."""
    outcome = _without_foreign_id(session, claim, outcome)
    values: dict[str, Any] = {
        "wake_at": outcome.wake_at,
        **error_values(outcome.error),
        "lease_owner": None,
        "lease_until": None,
        "worker_losses": 0,
        "updated_at": now,
    }
    if outcome.untried:
        values["first_tried_at"] = None
    for name in ("released_at", "published_at", "tiktok_post_id", "url"):
        if getattr(outcome, name) is not None:
            values[name] = getattr(outcome, name)
    _fence(session, claim, **values)
    _end_attempt(session, claim, outcome, now)
    row = session.scalars(_POST, {"id": claim.post.id}).one()
    move(row, outcome.status)
    row.attempts += outcome.uses_attempt
    return to_post(row, claim.post.handle)


def _without_foreign_id(session: Session, claim: Claim, outcome: Outcome) -> Outcome:
    """One video of TikTok belongs to one post; the post that had it first keeps it."""
    if outcome.tiktok_post_id is None:
        return outcome
    owner = owner_of_tiktok_post(session, outcome.tiktok_post_id)
    if owner in {None, claim.post.id}:
        return outcome
    return replace(outcome, tiktok_post_id=None, url=None)


def open_uploads(session: Session) -> frozenset[str]:
    """Return the posts that have an open attempt; they are few."""
    return frozenset(session.scalars(select(AttemptRow.post_id).where(_IS_OPEN)))


def beyond_recall(session: Session) -> frozenset[str]:
    """Return the posts with an open attempt whose last byte may have left already."""
    query = select(AttemptRow.post_id).where(_IS_OPEN, AttemptRow.final_intent_at.is_not(None))
    return frozenset(session.scalars(query))


def withdraw(session: Session, post_id: str, end: AttemptEnd, now: datetime) -> bool:
    """Give up a post's open attempt; False if its last byte may have left already."""
    row = session.scalars(_OPEN_ATTEMPT, {"post_id": post_id}).first()
    if row is None:
        return True
    if row.final_intent_at is not None:
        return False
    close_row(row, end, now)
    return True


def release(session: Session, post_id: str, end: AttemptEnd, now: datetime) -> None:
    """End a post's open attempt because the user said what became of it."""
    row = session.scalars(_OPEN_ATTEMPT, {"post_id": post_id}).first()
    if row is not None:
        close_row(row, end, now)


def owner_of_tiktok_post(session: Session, tiktok_post_id: str) -> str | None:
    """Return the post that this TikTok video belongs to."""
    return session.scalar(select(PostRow.id).where(PostRow.tiktok_post_id == tiktok_post_id))


def _fence(session: Session, claim: Claim, **values: Any) -> None:
    values = values or {"lease_owner": claim.owner}
    fence = {
        "fence_id": claim.post.id,
        "fence_epoch": claim.epoch,
        "fence_owner": claim.owner,
    }
    result = session.execute(_fenced(tuple(values)), fence | values)
    if result.first() is None:
        raise Fenced()


@cache
def _fenced(names: tuple[str, ...]) -> UpdateBase:
    """Return the update of these columns under a claim; there are few such sets."""
    return (
        update(PostRow)
        .where(
            PostRow.id == bindparam("fence_id"),
            PostRow.epoch == bindparam("fence_epoch"),
            PostRow.lease_owner == bindparam("fence_owner"),
        )
        .values({name: bindparam(name) for name in names})
        .returning(PostRow.id)
        .execution_options(synchronize_session=False)
    )


def _row(session: Session, attempt: Attempt) -> AttemptRow:
    return session.scalars(_ATTEMPT, {"id": attempt.id}).one()


def _end_attempt(session: Session, claim: Claim, outcome: Outcome, now: datetime) -> None:
    row = session.scalars(_OPEN_ATTEMPT, {"post_id": claim.post.id}).first()
    if row is None:
        return
    if outcome.close_attempt is not None:
        close_row(row, outcome.close_attempt, now)
    elif outcome.release_slot:
        row.holds_slot = False


def close_row(row: AttemptRow, end: AttemptEnd, now: datetime) -> None:
    row.open = False
    row.holds_slot = False
    row.step = Step.CLOSED.value
    row.upload_url_sealed = None
    row.outcome = end.outcome.value
    row.outcome_code = end.code or None
    row.closed_at = now


def to_attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        id=row.id,
        post_id=row.post_id,
        account_id=row.account_id,
        number=row.number,
        mode=PostMode(row.mode),
        step=Step(row.step),
        open=row.open,
        size_bytes=row.size_bytes,
        chunk_bytes=row.chunk_bytes,
        chunk_count=row.chunk_count,
        publish_id=row.publish_id,
        upload_url_sealed=row.upload_url_sealed,
        acked_bytes=row.acked_bytes,
        opened_at=row.opened_at,
        url_issued_at=row.url_issued_at,
        final_intent_at=row.final_intent_at,
        sent_at=row.sent_at,
        listed_at=row.listed_at,
        polls=row.polls,
        unanswered=row.unanswered,
    )
