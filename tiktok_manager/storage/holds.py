"""Queries for what holds every post at once, and for the posts that wait for it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, delete, literal, not_, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.holds import Hold
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.storage.accounts import IS_READY
from tiktok_manager.storage.campaigns import MAY_GO_OUT
from tiktok_manager.storage.codes import decode_failure, encode_failure
from tiktok_manager.storage.columns import UtcInstant
from tiktok_manager.storage.post_rows import error_values
from tiktok_manager.storage.schema import AccountRow, HoldRow, PostRow

# Asked for all day, so built once.
_HOLD = select(HoldRow).where(HoldRow.name == bindparam("name"))
_READY = select(AccountRow.id).where(IS_READY)
# Not whole accounts: there may be hundreds.
_HELD = select(AccountRow.id, AccountRow.handle, AccountRow.status, AccountRow.paused).where(
    not_(IS_READY)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAccount:
    """An account whose posts do not go out, as far as that is to be told."""

    id: str
    handle: str
    status: AccountStatus
    paused: bool


def get_hold(session: Session, name: str) -> Hold | None:
    """Return the hold kept under a name."""
    row = session.scalars(_HOLD, {"name": name}).first()
    if row is None:
        return None
    return Hold(error=decode_failure(row.error), at=row.at, until=row.until, times=row.times)


def put_hold(session: Session, name: str, hold: Hold | None) -> None:
    """Keep a hold under a name; None ends it."""
    if hold is None:
        session.execute(delete(HoldRow).where(HoldRow.name == name))
        return
    session.merge(
        HoldRow(
            name=name,
            code=hold.error.code,
            error=encode_failure(hold.error),
            at=hold.at,
            until=hold.until,
            times=hold.times,
        )
    )


def hold_due(session: Session, now: datetime, until: datetime, error: Failure) -> bool:
    """Let what could go out now wait until then, with the reason beside it; False if nothing did.

    Neither a try nor the post's first try is counted: its lateness is judged later.
    """
    held = session.execute(
        update(PostRow)
        .where(
            PostRow.wake_at <= now,
            PostRow.status == PostStatus.SCHEDULED,
            MAY_GO_OUT,
        )
        .values(wake_at=until, updated_at=now, **error_values(error))
        .returning(PostRow.id)
        .execution_options(synchronize_session=False)
    )
    return held.first() is not None


def explain_wait(session: Session, account_id: str, reason: Failure, now: datetime) -> None:
    """Tell an account's planned posts why they will not go out; their times stay."""
    session.execute(
        update(PostRow)
        .where(PostRow.account_id == account_id, PostRow.status == PostStatus.SCHEDULED)
        .values(updated_at=now, **error_values(reason))
        .execution_options(synchronize_session=False)
    )


def ready_accounts(session: Session) -> frozenset[str]:
    """Return the accounts whose posts may go out: connected and not paused."""
    return frozenset(session.scalars(_READY))


def held_accounts(session: Session) -> list[HeldAccount]:
    """Return the accounts whose posts do not go out, for they are paused or to be connected.

    Those whose owner disconnected them come last; by handle.
    """
    found = [
        HeldAccount(
            id=row.id, handle=row.handle, status=AccountStatus(row.status), paused=row.paused
        )
        for row in session.execute(_HELD)
    ]
    return sorted(found, key=_connected_first)


def _connected_first(account: HeldAccount) -> tuple[bool, str, str]:
    return account.status is AccountStatus.DISCONNECTED, account.handle.lower(), account.id


def restored_posts(session: Session) -> dict[str, int]:
    """Return by account how many posts of a restored database wait to be looked at by the user."""
    waiting = select(PostRow.account_id).where(*_has_reason("restored", PostStatus.UNCONFIRMED))
    return Counter(session.scalars(waiting))


def release_held(session: Session, code: str, now: datetime) -> None:
    """Let posts go on that wait for a reason which is over."""
    session.execute(
        update(PostRow)
        .where(*_waits_for(code), PostRow.wake_at.is_not(None))
        .values(
            wake_at=case((PostRow.due_at > now, PostRow.due_at), else_=literal(now, UtcInstant)),
            updated_at=now,
            **error_values(None),
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
    return PostRow.status == status, PostRow.error_code == code
