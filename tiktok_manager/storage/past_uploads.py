"""Queries about uploads of before: what may have left, what came to nothing, and whose it is."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.attempts import Attempt, AttemptOutcome
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.storage.attempts import to_attempt
from tiktok_manager.storage.post_rows import to_post
from tiktok_manager.storage.schema import AttemptRow, PostRow, SettingRow

_REFUSED = (AttemptOutcome.REFUSED, AttemptOutcome.PLAN_REFUSED)

# Each step of a publish asks some of these. Building one costs more than its answer.
_ENDING = select(AttemptRow).where(
    AttemptRow.post_id == bindparam("post_id"),
    AttemptRow.open,
    AttemptRow.final_intent_at.is_not(None),
)
_INITS = (
    select(AttemptRow.opened_at)
    .where(AttemptRow.account_id == bindparam("id"), AttemptRow.opened_at > bindparam("since"))
    .order_by(AttemptRow.opened_at)
)
_FRUITLESS = select(func.count()).where(
    AttemptRow.post_id == bindparam("post_id"),
    AttemptRow.opened_at >= bindparam("since"),
    or_(AttemptRow.final_intent_at.is_(None), AttemptRow.outcome == AttemptOutcome.PROVEN_DEAD),
    or_(AttemptRow.outcome.is_(None), AttemptRow.outcome.not_in(_REFUSED)),
)
_REFUSED_PLANS = select(AttemptRow.chunk_bytes, AttemptRow.chunk_count).where(
    AttemptRow.post_id == bindparam("post_id"),
    AttemptRow.opened_at >= bindparam("since"),
    AttemptRow.outcome == AttemptOutcome.PLAN_REFUSED,
)
_CUT_OF = "chunk-plan-"
_CUT = select(SettingRow.value).where(SettingRow.name == bindparam("name"))
_MAY_BE_THERE = (
    PostStatus.PUBLISHING,
    PostStatus.PROCESSING,
    PostStatus.UNCONFIRMED,
    PostStatus.PUBLISHED,
)


def ending_upload(session: Session, post_id: str) -> Attempt | None:
    """Return a post's open attempt if its last byte may have left."""
    row = session.scalars(_ENDING, {"post_id": post_id}).first()
    return None if row is None else to_attempt(row)


def inits_since(session: Session, account_id: str, since: datetime) -> list[datetime]:
    """Return when inits were sent for an account, oldest first."""
    return list(session.scalars(_INITS, {"id": account_id, "since": since}))


def was_sent_from_here(session: Session, account_id: str) -> bool:
    """Say whether any video of an account may have left this data folder whole."""
    query = select(AttemptRow.id).where(
        AttemptRow.account_id == account_id, AttemptRow.final_intent_at.is_not(None)
    )
    return session.scalar(query.limit(1)) is not None


def fruitless_inits(session: Session, post_id: str, since: datetime) -> int:
    """Return how many inits of a post TikTok may hold open without ever getting their last byte.

    Inits that TikTok refused opened nothing and do not count.
    """
    return session.scalar(_FRUITLESS, {"post_id": post_id, "since": since}) or 0


def refused_plans(session: Session, post_id: str, since: datetime) -> frozenset[tuple[int, int]]:
    """Return chunk size and count of the plans TikTok refused for a post since then."""
    found = session.execute(_REFUSED_PLANS, {"post_id": post_id, "since": since})
    return frozenset((chunk_bytes, count) for chunk_bytes, count in found)


def accepted_cut(session: Session, size_class: str) -> str | None:
    """Return the way of cutting that TikTok took last for files of a class, if it is kept."""
    return session.scalar(_CUT, {"name": f"{_CUT_OF}{size_class}"})


def keep_accepted_cut(session: Session, size_class: str, cut: str, usual: str) -> None:
    """Keep the way of cutting that TikTok took for a file of a class; the usual needs no row."""
    if cut != (accepted_cut(session, size_class) or usual):
        session.merge(SettingRow(name=f"{_CUT_OF}{size_class}", value=cut))


def posts_without_id(session: Session, post: Post, since: datetime) -> list[Post]:
    """Return the account's other posts that may be on TikTok under any id.

    Of those whose last byte left since then.
    """
    query = (
        select(PostRow)
        .join(AttemptRow, AttemptRow.post_id == PostRow.id)
        .where(
            PostRow.account_id == post.account_id,
            PostRow.id != post.id,
            PostRow.tiktok_post_id.is_(None),
            PostRow.status.in_(_MAY_BE_THERE),
            AttemptRow.final_intent_at >= since,
        )
    )
    return [to_post(row, post.handle) for row in session.scalars(query)]
