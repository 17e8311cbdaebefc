"""Queries that put right what an older database does not know of posts that went out since.

They repair the record rather than move a post along, so they have transitions of their own. But a
post that TikTok has said is there stays so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome, Step
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.posts import GREEN, Actor, PostStatus
from tiktok_manager.storage.attempts import close_row
from tiktok_manager.storage.installation import get_install, newest_instant
from tiktok_manager.storage.post_rows import move, set_error
from tiktok_manager.storage.posts import add_step
from tiktok_manager.storage.schema import AttemptRow, PostRow

_IDS_AT_ONCE = 500
_OVERTAKEN = AttemptEnd(AttemptOutcome.RESTORED, "later_upload")
_ANSWER_UNKNOWN = AttemptEnd(AttemptOutcome.RESTORED, "answer_lost")
_GOES_BY_ITSELF = (PostStatus.SCHEDULED, PostStatus.PUBLISHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentUpload:
    """An upload whose last byte may have left; `ended_at` if its outcome was known."""

    publish_id: str
    size_bytes: int
    final_intent_at: datetime
    ended_at: datetime | None


Uploads = Mapping[str, Sequence[SentUpload]]
"""By post, oldest first."""


def is_restored(session: Session, sent: Uploads) -> bool:
    """Say whether this database is older than what was published from it."""
    install = get_install(session)
    marked = install is not None and install.backup_at is not None
    return marked or bool(unknown_uploads(session, sent))


def unknown_uploads(session: Session, sent: Uploads) -> Uploads:
    """Return the uploads that this database should know and does not.

    Posts that went with the lost database count until that restore was dealt with.
    """
    install = get_install(session)
    dealt_with = None if install is None else install.restored_at
    known = _known(session, [each.publish_id for uploads in sent.values() for each in uploads])
    found = {}
    for post_id, uploads in sent.items():
        unknown = [upload for upload in uploads if upload.publish_id not in known]
        if unknown and (
            dealt_with is None
            or unknown[-1].final_intent_at > dealt_with
            or session.get(PostRow, post_id) is not None
        ):
            found[post_id] = unknown
    return found


def time_in_doubt(session: Session, unknown: Uploads, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when posts may have gone out that this database knows nothing of."""
    install = get_install(session)
    known_until = None if install is None else install.backup_at
    starts = [uploads[0].final_intent_at for uploads in unknown.values()]
    start = min([known_until or newest_instant(session) or now, *starts])
    restored_at = None if install is None else install.restored_at
    return start, restored_at if restored_at is not None and restored_at > start else now


def add_uploads(
    session: Session,
    post_id: str,
    uploads: Sequence[SentUpload],
    error: Failure,
    now: datetime,
) -> bool:
    """Give a post the uploads it had; TikTok is asked about the last one.

    False if there is no such post any more.
    """
    row = session.get(PostRow, post_id)
    if row is None:
        return False
    green = row.status in GREEN
    for attempt in session.scalars(
        select(AttemptRow).where(AttemptRow.post_id == post_id, AttemptRow.open)
    ).all():
        close_row(attempt, _OVERTAKEN, now)
    session.flush()
    for upload in uploads:
        is_newest = upload is uploads[-1]
        _put_attempt(session, row, upload, now, is_open=is_newest and not green)
    if not green:
        row.publish_id = uploads[-1].publish_id
        row.first_tried_at = row.first_tried_at or now
        _set_aside(session, row, error, now, wake_at=now)
    return True


def quarantine(
    session: Session, since: datetime, until: datetime, error: Failure, now: datetime
) -> int:
    """Set aside what would go out by itself and was due in between; returns how many.

    Posts whose last byte left, as far as this database knows, are left to TikTok's answer.
    """
    query = select(PostRow).where(
        PostRow.status.in_(_GOES_BY_ITSELF),
        PostRow.due_at <= until,
        or_(PostRow.due_at >= since, PostRow.wake_at >= since),
        ~_open_attempt(AttemptRow.final_intent_at.is_not(None)),
    )
    rows = session.scalars(query).all()
    for row in rows:
        has_id = _leave_to_tiktok(session, row, now)
        _set_aside(session, row, error, now, wake_at=now if has_id else None)
    return len(rows)


def _leave_to_tiktok(session: Session, row: PostRow, now: datetime) -> bool:
    """Free the account's slot; returns whether TikTok can be asked about an upload of the post."""
    has_id = False
    for attempt in session.scalars(
        select(AttemptRow).where(AttemptRow.post_id == row.id, AttemptRow.open)
    ).all():
        attempt.holds_slot = False
        if attempt.publish_id is None:
            close_row(attempt, _ANSWER_UNKNOWN, now)
        has_id = has_id or attempt.publish_id is not None
    session.flush()
    return has_id


def _known(session: Session, publish_ids: Sequence[str]) -> set[str]:
    """Return those of which this database knows that their last byte may have left."""
    query = select(AttemptRow.publish_id).where(AttemptRow.final_intent_at.is_not(None))
    known: set[str] = set()
    for start in range(0, len(publish_ids), _IDS_AT_ONCE):
        some = publish_ids[start : start + _IDS_AT_ONCE]
        found = session.scalars(query.where(AttemptRow.publish_id.in_(some)))
        known.update(publish_id for publish_id in found if publish_id)
    return known


def _open_attempt(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(AttemptRow.post_id == PostRow.id, AttemptRow.open, condition)


def _set_aside(
    session: Session, row: PostRow, error: Failure, now: datetime, *, wake_at: datetime | None
) -> None:
    move(row, PostStatus.UNCONFIRMED, by_restore=True)
    set_error(row, error)
    row.wake_at = wake_at
    row.epoch += 1
    row.lease_owner = None
    row.lease_until = None
    row.worker_losses = 0
    row.updated_at = now
    add_step(
        session,
        row.id,
        at=now,
        epoch=row.epoch,
        actor=Actor.PUBLISHER,
        kind="restored",
        params=error.as_cause,
    )


def _put_attempt(
    session: Session, post: PostRow, upload: SentUpload, now: datetime, *, is_open: bool
) -> None:
    attempt = session.scalars(
        select(AttemptRow).where(AttemptRow.publish_id == upload.publish_id)
    ).first()
    if attempt is None:
        attempt = _new_attempt(session, post, upload)
        session.add(attempt)
    attempt.final_intent_at = upload.final_intent_at
    attempt.sent_at = upload.ended_at
    if is_open:
        attempt.open = True
        attempt.step = Step.FINAL_INTENT.value
        attempt.closed_at = attempt.outcome = attempt.outcome_code = None
    elif attempt.open:
        close_row(attempt, _OVERTAKEN, now)
    session.flush()


def _new_attempt(session: Session, post: PostRow, upload: SentUpload) -> AttemptRow:
    number = session.scalar(
        select(func.count()).select_from(AttemptRow).where(AttemptRow.post_id == post.id)
    )
    return AttemptRow(
        post_id=post.id,
        account_id=post.account_id,
        number=(number or 0) + 1,
        epoch=post.epoch,
        mode=post.mode,
        step=Step.FINAL_INTENT.value,
        open=True,
        holds_slot=False,
        size_bytes=upload.size_bytes,
        chunk_bytes=upload.size_bytes,
        chunk_count=1,
        publish_id=upload.publish_id,
        acked_bytes=0,
        unanswered=1,
        opened_at=upload.final_intent_at,
        url_issued_at=upload.final_intent_at,
        polls=0,
    )
