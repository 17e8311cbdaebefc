"""Queries for planned posts whose zone may have other rules by now than when they were planned."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.storage.attempts import open_uploads
from tiktok_manager.storage.columns import UtcInstant
from tiktok_manager.storage.posts import add_step
from tiktok_manager.storage.schema import PostRow

_RESTS = (
    PostRow.status.in_((PostStatus.SCHEDULED, PostStatus.DRAFT)),
    PostRow.lease_owner.is_(None),
    PostRow.first_tried_at.is_(None),
    PostRow.released_at.is_(None),
)
"""Nobody has begun with it, nor let it go late."""

_DUE_AT = bindparam("due_at_now", type_=UtcInstant)
_MOVE = (
    update(PostRow)
    .where(
        PostRow.id == bindparam("post_id"),
        PostRow.due_at == bindparam("was", type_=UtcInstant),
        *_RESTS,
    )
    .values(
        due_at=_DUE_AT,
        wake_at=case((PostRow.wake_at == PostRow.due_at, _DUE_AT), else_=PostRow.wake_at),
        version=PostRow.version + 1,
        epoch=PostRow.epoch + 1,
        updated_at=bindparam("at", type_=UtcInstant),
    )
    .returning(PostRow.epoch)
    .execution_options(synchronize_session=False)
)


def resting_schedules(session: Session) -> Iterator[tuple[str, Schedule]]:
    """Yield id and time of the posts that are planned and that nobody has begun with."""
    sending = open_uploads(session)
    query = select(PostRow.id, PostRow.due_at, PostRow.wall, PostRow.timezone).where(*_RESTS)
    for post_id, due_at, wall, timezone in session.execute(query):
        if post_id not in sending:
            local = datetime.fromisoformat(wall)
            yield post_id, Schedule(due_at=due_at, wall=local, timezone=timezone)


def keep_wall(
    session: Session, post_id: str, was: Schedule, schedule: Schedule, now: datetime
) -> bool:
    """Move a post to where its local time is now; False if somebody has begun with it, or moved it.

    Whoever saw it before finds it changed, and a claim that was about to be made is fenced.
    """
    values = {"post_id": post_id, "was": was.due_at, "due_at_now": schedule.due_at, "at": now}
    epoch = session.scalar(_MOVE, values)
    if epoch is None:
        return False
    add_step(
        session,
        post_id,
        at=now,
        epoch=epoch,
        kind="kept_local_time",
        params={
            "zone": schedule.timezone,
            "at": f"{schedule.shown:%Y-%m-%d %H:%M}",
            "was": was.due_at,
            "now": schedule.due_at,
        },
    )
    return True
