"""Queries for what holds every post at once, and for the posts that wait for it."""

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, func, literal, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.holds import Hold
from tiktok_manager.domain.posts import PostError, PostStatus
from tiktok_manager.storage.accounts import HAS_READY_ACCOUNT, IS_READY
from tiktok_manager.storage.posts import encode_error
from tiktok_manager.storage.schema import AccountRow, PostRow, SettingRow, UtcInstant

# Asked for all day, so built once.
_VALUE = select(SettingRow.value).where(SettingRow.name == bindparam("name"))
_READY = select(AccountRow.id).where(IS_READY)


def get_hold(session: Session, name: str) -> Hold | None:
    """Return the hold kept under a name."""
    value = session.scalar(_VALUE, {"name": name})
    if value is None:
        return None
    kept = json.loads(value)
    return Hold(
        error=PostError(**kept["error"]),
        at=datetime.fromisoformat(kept["at"]),
        until=datetime.fromisoformat(kept["until"]),
        times=kept["times"],
    )


def put_hold(session: Session, name: str, hold: Hold | None) -> None:
    """Keep a hold under a name; None ends it."""
    row = session.get(SettingRow, name)
    if hold is None:
        if row is not None:
            session.delete(row)
        return
    kept = {
        "error": asdict(hold.error),
        "at": hold.at.isoformat(),
        "until": hold.until.isoformat(),
        "times": hold.times,
    }
    session.merge(SettingRow(name=name, value=json.dumps(kept, ensure_ascii=False)))


def hold_due(session: Session, now: datetime, until: datetime, error: PostError) -> bool:
    """Let what could go out now wait until then, with the reason beside it; False if nothing did.

    Neither a try nor the post's first try is counted: its lateness is judged later.
    """
    held = session.execute(
        update(PostRow)
        .where(
            PostRow.wake_at <= now,
            PostRow.status == PostStatus.SCHEDULED,
            HAS_READY_ACCOUNT,
        )
        .values(wake_at=until, error=encode_error(error), updated_at=now)
        .returning(PostRow.id)
        .execution_options(synchronize_session=False)
    )
    return held.first() is not None


def explain_wait(session: Session, account_id: str, reason: PostError, now: datetime) -> None:
    """Tell an account's planned posts why they will not go out; their times stay."""
    session.execute(
        update(PostRow)
        .where(PostRow.account_id == account_id, PostRow.status == PostStatus.SCHEDULED)
        .values(error=encode_error(reason), updated_at=now)
        .execution_options(synchronize_session=False)
    )


def ready_accounts(session: Session) -> frozenset[str]:
    """Return the accounts whose posts may go out: connected and not paused."""
    return frozenset(session.scalars(_READY))


def restored_posts(session: Session) -> dict[str, int]:
    """Return by account how many posts of a restored database wait to be looked at by the user."""
    query = (
        select(PostRow.account_id, func.count())
        .where(*_has_reason("restored", PostStatus.UNCONFIRMED))
        .group_by(PostRow.account_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def release_held(session: Session, code: str, now: datetime) -> None:
    """Let posts go on that wait for a reason which is over."""
    session.execute(
        update(PostRow)
        .where(*_waits_for(code), PostRow.wake_at.is_not(None))
        .values(
            wake_at=case((PostRow.due_at > now, PostRow.due_at), else_=literal(now, UtcInstant)),
            error=None,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )


def look_again(session: Session, code: str, now: datetime) -> None:
    """Let posts that wait for their turn be looked at now; the reason stays until then."""
    session.execute(
        update(PostRow)
        .where(*_waits_for(code), PostRow.wake_at > now)
        .values(wake_at=now, updated_at=now)
        .execution_options(synchronize_session=False)
    )


def _waits_for(code: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on posts that wait for this reason."""
    return _has_reason(code, PostStatus.SCHEDULED)


def _has_reason(code: str, status: PostStatus) -> tuple[ColumnElement[bool], ...]:
    begins = json.dumps({"code": code})[:-1]
    return (
        PostRow.status == status,
        PostRow.error.startswith(begins, autoescape=True),
    )
