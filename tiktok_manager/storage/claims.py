"""Queries for claims: which posts are due, who works on them, and until when.

A claim counts up the post's epoch by compare-and-set: of two publishers that saw the same post one
gets it. Only the database decides who owns a post; a lease that ended, or a publisher known to be
dead, frees it for the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome, Claim
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.posts import Actor, Post, PostMode, PostStatus
from tiktok_manager.storage.accounts import IS_READY
from tiktok_manager.storage.attempts import to_attempt, withdraw
from tiktok_manager.storage.campaigns import IS_HELD, MAY_GO_OUT
from tiktok_manager.storage.post_rows import move, schedule_values, set_error, to_post
from tiktok_manager.storage.posts import add_step
from tiktok_manager.storage.schema import STATUS, AccountRow, AttemptRow, PostRow

CHECKED = (
    PostStatus.PROCESSING,
    PostStatus.UNCONFIRMED,
    PostStatus.PUBLISHED,
    PostStatus.IN_INBOX,
)
ROWS_AT_ONCE = 50
_LATE = AttemptEnd(AttemptOutcome.ABANDONED, "late")
AWAITS_ID = timedelta(minutes=1)
# By due time, but not along the index of due times: that begins with years of posts that ended.
_IN_TURN = func.coalesce(PostRow.due_at, PostRow.wake_at)
# Written like the conditions of the two partial indexes that answer them, or they would not.
_IS_SENDING = text("posts.status = 'publishing'")
_HOLDS_SLOT = text("attempts.holds_slot")

# A publisher asks these all day. Building one costs more than its answer: each is built once.
# Scheduled posts of paused or unconnected accounts, and of paused campaigns, wait for the user, not
# for an instant.
_MAY_MOVE = or_(PostRow.status != PostStatus.SCHEDULED, MAY_GO_OUT)
_IS_DUE = PostRow.wake_at <= bindparam("now")
_IDS = (
    select(PostRow.id, PostRow.account_id, AccountRow.handle)
    .join(AccountRow, AccountRow.id == PostRow.account_id)
    .order_by(_IN_TURN, PostRow.id)
)
_ROWS = select(PostRow, AccountRow.handle).join(AccountRow, AccountRow.id == PostRow.account_id)
_TO_SEND = _IDS.where(
    _IS_DUE,
    PostRow.status.in_((PostStatus.SCHEDULED, PostStatus.PUBLISHING)),
    or_(
        PostRow.status == PostStatus.PUBLISHING,
        and_(
            IS_READY,
            not_(IS_HELD),
            PostRow.account_id.not_in(bindparam("sending", expanding=True)),
            or_(
                PostRow.account_id.not_in(bindparam("taken", expanding=True)),
                PostRow.id.in_(bindparam("takers", expanding=True)),
            ),
        ),
    ),
)
_TO_FINISH = _IDS.where(_IS_DUE, PostRow.status == PostStatus.PUBLISHING)
_TO_CHECK = (
    _ROWS.where(_IS_DUE, STATUS.in_(CHECKED))
    .order_by(PostRow.wake_at, PostRow.id)
    .limit(bindparam("limit"))
)
_UPCOMING = _IDS.where(_IS_DUE, PostRow.status == PostStatus.SCHEDULED, IS_READY, not_(IS_HELD))
_UNTRIED = _ROWS.where(
    _IS_DUE,
    PostRow.status == PostStatus.SCHEDULED,
    PostRow.first_tried_at.is_(None),
    or_(
        PostRow.released_at.is_(None),
        and_(PostRow.error.is_not(None), PostRow.released_at < bindparam("long_ago")),
    ),
)
_SENDING = select(PostRow.account_id).where(_IS_SENDING)
_SLOTS = select(AttemptRow.account_id, AttemptRow.post_id).where(_HOLDS_SLOT)
_NEXT_WAKE = select(func.min(PostRow.wake_at)).where(PostRow.wake_at > bindparam("now"), _MAY_MOVE)
_ANY_DUE = select(PostRow.id).where(_IS_DUE, _MAY_MOVE).limit(1)
_CLAIM = (
    update(PostRow)
    .where(PostRow.id == bindparam("post_id"), PostRow.epoch == bindparam("seen_epoch"))
    .values(
        epoch=PostRow.epoch + 1,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        wake_at=bindparam("until"),
    )
    .returning(PostRow.id)
    .execution_options(synchronize_session=False)
)
_NEWEST_ATTEMPT = (
    select(AttemptRow)
    .where(AttemptRow.post_id == bindparam("post_id"))
    .order_by(AttemptRow.number.desc())
    .limit(1)
)


def claim_uploads(
    session: Session, *, now: datetime, owner: str, lease: timedelta, limit: int, only_finish: bool
) -> list[Claim]:
    """Claim up to `limit` posts that are due to be sent, at most one per account, oldest first.

    Also takes over posts whose worker was lost; with `only_finish` those only, and no upload may be
    opened for them. Accounts that are paused, not connected, or still have another video under way
    are passed over, and so are posts of paused campaigns.
    """
    if limit <= 0:
        return []
    query = _TO_FINISH if only_finish else _TO_SEND
    # The few accounts under way are looked up once, not for each of the posts that wait.
    slots = session.execute(_SLOTS).all()
    values = {
        "now": now,
        "sending": session.scalars(_SENDING).all(),
        "taken": [account_id for account_id, _ in slots],
        "takers": [post_id for _, post_id in slots],
    }
    found = _first_of_each_account(session, query, values, limit)
    claims = (
        _claim(
            session, session.get_one(PostRow, id_), handle, PostStatus.PUBLISHING, now, owner, lease
        )
        for id_, handle in found
    )
    return [replace(claim, only_finish=only_finish) for claim in claims if claim is not None]


def claim_checks(
    session: Session, *, now: datetime, owner: str, lease: timedelta, limit: int
) -> list[Claim]:
    """Claim posts whose outcome at TikTok is to be asked for again."""
    claims = (
        _claim(session, row, handle, PostStatus(row.status), now, owner, lease)
        for row, handle in session.execute(_TO_CHECK, {"now": now, "limit": limit}).all()
    )
    return [claim for claim in claims if claim is not None]


def upcoming(session: Session, until: datetime, limit: int) -> list[Post]:
    """Return the next scheduled post of each account that is to be sent before `until`.

    The first `limit` in the order in which they are claimed.
    """
    return [
        to_post(session.get_one(PostRow, post_id), handle)
        for post_id, handle in _first_of_each_account(session, _UPCOMING, {"now": until}, limit)
    ]


def late_posts(session: Session, now: datetime, on_time: timedelta) -> list[Post]:
    """Return scheduled posts never tried whose time passed more than `on_time` ago, oldest first.

    Not those let go already that wait for their turn, unless something held them for so long.

    Few posts are due at once, so these are sifted here: by due time SQLite would go through all
    that ever were.
    """
    found = session.execute(_UNTRIED, {"now": now, "long_ago": now - on_time}).all()
    late = [to_post(row, handle) for row, handle in found if row.due_at < now - on_time]
    return sorted(late, key=lambda post: (post.schedule.due_at, post.id))


def next_wake(session: Session, after: datetime) -> datetime | None:
    """Return the next instant after `after` at which some post has to be looked at."""
    return session.scalar(_NEXT_WAKE, {"now": after})


def is_busy(session: Session, until: datetime, *, held: bool = False) -> bool:
    """Say whether a post is under way, due, or to be tried or checked again before `until`.

    While posts are `held`, those that only wait to start do not count. A direct post just
    published counts while its id is looked for within the first minute.
    """
    waiting = (PostStatus.PROCESSING, PostStatus.UNCONFIRMED)
    query = select(PostRow.id).where(
        or_(
            PostRow.status == PostStatus.PUBLISHING,
            and_(PostRow.wake_at.is_not(None), PostRow.lease_owner.is_not(None)),
            and_(
                PostRow.status == PostStatus.PUBLISHED,
                PostRow.mode == PostMode.DIRECT,
                PostRow.wake_at <= until,
                type_coerce(PostRow.wake_at, BigInteger)
                - type_coerce(PostRow.published_at, BigInteger)
                <= AWAITS_ID // timedelta(microseconds=1),
            ),
            and_(
                PostRow.status.in_(waiting if held else (PostStatus.SCHEDULED, *waiting)),
                PostRow.wake_at <= until,
                _MAY_MOVE,
            ),
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def renew(session: Session, claims: Iterable[Claim], until: datetime) -> None:
    """Prolong the leases of claims that are still ours."""
    for claim in claims:
        session.execute(
            update(PostRow)
            .where(
                PostRow.id == claim.post.id,
                PostRow.epoch == claim.epoch,
                PostRow.lease_owner == claim.owner,
            )
            .values(lease_until=until, wake_at=until)
            .execution_options(synchronize_session=False)
        )


def give_back(session: Session, claim: Claim, wake_at: datetime) -> None:
    """Free a claim whose worker failed, if it is still ours, and hold the failure against it."""
    session.execute(
        update(PostRow)
        .where(
            PostRow.id == claim.post.id,
            PostRow.epoch == claim.epoch,
            PostRow.lease_owner == claim.owner,
        )
        .values(
            lease_owner=None,
            lease_until=None,
            wake_at=wake_at,
            worker_losses=PostRow.worker_losses + 1,
        )
        .execution_options(synchronize_session=False)
    )


def has_due(session: Session, now: datetime) -> bool:
    """Say whether some post has to be looked at now."""
    return session.scalars(_ANY_DUE, {"now": now}).first() is not None


def write_lateness(
    session: Session,
    post: Post,
    wake_at: datetime | None,
    what: str,
    params: Mapping[str, Param],
    now: datetime,
) -> bool:
    """Write down what was decided about a late post, unless somebody moved it meanwhile."""
    row = session.get_one(PostRow, post.id)
    if row.version != post.version or row.epoch != post.epoch:
        return False
    # An upload begun before must not hold the account's place until then.
    if (wake_at is None or wake_at > now) and not withdraw(session, post.id, _LATE, now):
        move(row, PostStatus.PROCESSING)  # its last byte may have left: TikTok is asked
        row.wake_at = now
        return False
    if row.due_at == post.schedule.due_at:
        # Judged once: a post let go late is not missed while it waits for its turn.
        row.released_at = wake_at
    move(row, post.status)
    if row.due_at != post.schedule.due_at:
        row.version += 1
        for name, value in schedule_values(post.schedule).items():
            setattr(row, name, value)
    row.wake_at = wake_at
    set_error(row, post.error)
    row.updated_at = now
    add_step(
        session,
        post.id,
        at=now,
        epoch=row.epoch,
        actor=Actor.PUBLISHER,
        kind="late",
        params={**params, "what": what},
    )
    return True


def _first_of_each_account(
    session: Session, query: Select[str, str, str], values: dict[str, Any], limit: int
) -> list[tuple[str, str]]:
    """Return id and handle of the first `limit` rows that belong to different accounts."""
    found: dict[str, tuple[str, str]] = {}
    # Thousands may be due after an outage; only the first few are fetched.
    for post_id, account_id, handle in session.execute(query, values).yield_per(ROWS_AT_ONCE):
        if len(found) >= limit:
            break
        found.setdefault(account_id, (post_id, handle))
    return list(found.values())


def _claim(
    session: Session,
    row: PostRow,
    handle: str,
    status: PostStatus,
    now: datetime,
    owner: str,
    lease: timedelta,
) -> Claim | None:
    """Return the claim on a post as it was read, None if another one got it meanwhile."""
    until = now + lease
    seen = {"post_id": row.id, "seen_epoch": row.epoch, "owner": owner, "until": until}
    if session.execute(_CLAIM, seen).first() is None:
        return None
    session.refresh(row)
    move(row, status)
    if status is PostStatus.PUBLISHING:
        set_error(row, None)  # it waits no more
    is_first = row.first_tried_at is None and status is PostStatus.PUBLISHING
    if is_first:
        row.first_tried_at = now
    session.flush()
    attempt = session.scalars(_NEWEST_ATTEMPT, {"post_id": row.id}).first()
    is_sent = status is PostStatus.PUBLISHING  # a post that is only asked about takes no place
    if is_sent and attempt is not None and attempt.open and attempt.final_intent_at is None:
        attempt.holds_slot = True
        session.flush()
    return Claim(
        post=replace(to_post(row, handle), next_try_at=None),
        epoch=row.epoch,
        owner=owner,
        attempt=None if attempt is None else to_attempt(attempt),
        first_tried_at=row.first_tried_at,
        worker_losses=row.worker_losses,
        is_first=is_first,
        released_at=row.released_at,
    )
