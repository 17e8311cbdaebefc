"""Queries for accounts and their sealed tokens."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import Account, AccountStatus, Profile
from tiktok_manager.domain.errors import Change, ChangedMeanwhile, Failure
from tiktok_manager.domain.posts import Privacy
from tiktok_manager.storage.codes import decode_failure, encode_failure
from tiktok_manager.storage.schema import (
    ACCOUNT_GROUPS,
    ACCOUNT_TAGS,
    AccountRow,
    GroupRow,
    PostRow,
    TagRow,
    TokenRow,
)

IS_READY = and_(AccountRow.status == AccountStatus.CONNECTED, AccountRow.paused.is_(False))
"""The account's posts may go out."""

# Not `in`: SQLite would go through all that every account ever posted.
HAS_READY_ACCOUNT = exists().where(AccountRow.id == PostRow.account_id, IS_READY)
"""The post's account is ready."""

IS_LOST = and_(AccountRow.status != AccountStatus.CONNECTED, AccountRow.paused.is_(False))
"""The account has to be connected before anything goes out."""

HAS_LOST_ACCOUNT = exists().where(AccountRow.id == PostRow.account_id, IS_LOST)
HAS_PAUSED_ACCOUNT = exists().where(AccountRow.id == PostRow.account_id, AccountRow.paused)

_BETWEEN_NAMES = "\n"
_GROUPS = (
    select(func.aggregate_strings(GroupRow.name, _BETWEEN_NAMES))
    .join(ACCOUNT_GROUPS, ACCOUNT_GROUPS.c.group_id == GroupRow.id)
    .where(ACCOUNT_GROUPS.c.account_id == AccountRow.id)
    .scalar_subquery()
)
_TAGS = (
    select(func.aggregate_strings(TagRow.name, _BETWEEN_NAMES))
    .join(ACCOUNT_TAGS, ACCOUNT_TAGS.c.tag_id == TagRow.id)
    .where(ACCOUNT_TAGS.c.account_id == AccountRow.id)
    .scalar_subquery()
)
# Accounts, each with how long its permission can be renewed, its groups and its tags.
_WHOLE = select(AccountRow, TokenRow.refresh_expires_at, _GROUPS, _TAGS).outerjoin(
    TokenRow, TokenRow.account_id == AccountRow.id
)

# Asked for each call to TikTok, so built once.
_BY_ID = _WHOLE.where(AccountRow.id == bindparam("id"))
_TOKENS = select(TokenRow).where(TokenRow.account_id == bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTokens:
    """An account's tokens as they rest in the database."""

    account_id: str
    version: int
    access_sealed: bytes = field(repr=False)
    refresh_sealed: bytes = field(repr=False)
    issued_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime


def list_accounts(session: Session) -> list[Account]:
    """Return every account: connected ones first, then by handle."""
    found = [_account(*row) for row in session.execute(_WHOLE)]
    return sorted(found, key=_connected_first)


def get_account(session: Session, account_id: str) -> Account | None:
    """Return the account with this id."""
    found = session.execute(_BY_ID, {"id": account_id}).first()
    return None if found is None else _account(*found)


def get_accounts(session: Session, account_ids: Collection[str]) -> dict[str, Account]:
    """Return the accounts with these ids, by id."""
    found = session.execute(_WHOLE.where(AccountRow.id.in_(account_ids)))
    return {row[0].id: _account(*row) for row in found}


def _get(session: Session, account_id: str) -> Account:
    session.flush()
    return _account(*session.execute(_BY_ID, {"id": account_id}).one())


def _connected_first(account: Account) -> tuple[bool, str, str]:
    return account.status is AccountStatus.DISCONNECTED, account.handle.lower(), account.id


def find_accounts(session: Session, name: str) -> list[Account]:
    """Return the accounts with this id or handle (in any case)."""
    is_it = or_(AccountRow.id == name, func.lower(AccountRow.handle) == name.lower())
    return [_account(*row) for row in session.execute(_WHOLE.where(is_it))]


def find_by_open_id(session: Session, open_id: str) -> Account | None:
    """Return the account that is this one at TikTok."""
    found = session.execute(_WHOLE.where(AccountRow.open_id == open_id)).first()
    return None if found is None else _account(*found)


def put_connected(
    session: Session,
    account_id: str,
    profile: Profile,
    scopes: tuple[str, ...],
    now: datetime,
) -> Account:
    """Add an account, or connect a known one again, with what TikTok just told."""
    row = session.get(AccountRow, account_id)
    if row is None:
        row = AccountRow(
            id=account_id,
            handle=profile.handle or profile.open_id,
            display_name=profile.display_name,
            status=AccountStatus.CONNECTED,
            created_at=now,
        )
        session.add(row)
    row.open_id = profile.open_id
    row.status = AccountStatus.CONNECTED
    row.scopes = ",".join(scopes)
    row.connected_at = now
    row.sync_error = None
    row.version = (row.version or 0) + 1
    _apply_profile(row, profile)
    return _get(session, account_id)


def record_profile(session: Session, account_id: str, profile: Profile, now: datetime) -> Account:
    """Keep what a sync learned; parts TikTok did not tell stay as they were."""
    row = session.get_one(AccountRow, account_id)
    _apply_profile(row, profile)
    row.last_sync_at = now
    row.sync_error = None
    return _get(session, account_id)


def record_sync_error(session: Session, account_id: str, why: Failure) -> None:
    """Keep why the last sync failed."""
    session.get_one(AccountRow, account_id).sync_error = encode_failure(why)


def disconnect(session: Session, read: Account) -> None:
    """Forget an account's permission; raises ChangedMeanwhile if it is not as it was `read`."""
    row_as_read(session, read).status = AccountStatus.DISCONNECTED
    session.execute(
        update(TokenRow)
        .where(TokenRow.account_id == read.id)
        .values(
            version=TokenRow.version + 1,
            access_sealed=None,
            refresh_sealed=None,
            issued_at=None,
            access_expires_at=None,
            refresh_expires_at=None,
            refresh_owner=None,
            refresh_until=None,
        )
    )


def lose_permission(session: Session, account_id: str, version: int) -> bool:
    """Keep that TikTok takes these tokens no more; False if they are others by now."""
    found = select(TokenRow.version).where(TokenRow.account_id == account_id)
    if session.scalar(found) != version:
        return False
    session.get_one(AccountRow, account_id).status = AccountStatus.NEEDS_RECONNECT
    return True


def set_paused(session: Session, read: Account, *, paused: bool) -> Account:
    """Hold an account's posts, or let them go; raises ChangedMeanwhile if it is another by now."""
    row_as_read(session, read).paused = paused
    return _get(session, read.id)


def row_as_read(session: Session, read: Account) -> AccountRow:
    """Return an account's row under a new version, if it has the one that was read."""
    change = (
        update(AccountRow)
        .where(AccountRow.id == read.id, AccountRow.version == read.version)
        .values(version=AccountRow.version + 1)
        .returning(AccountRow.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(change).first() is None:
        raise ChangedMeanwhile("account", read.id, _changes(read, get_account(session, read.id)))
    return session.get_one(AccountRow, read.id, populate_existing=True)


def _changes(read: Account, current: Account | None) -> list[Change]:
    return [
        Change(field=name, yours=getattr(read, name), theirs=getattr(current, name))
        for name in ("status", "paused", "groups", "tags")
        if current is not None and getattr(current, name) != getattr(read, name)
    ]


def set_restriction(session: Session, account_id: str, restriction: str | None) -> None:
    """Keep that TikTok limits or bans the account."""
    session.get_one(AccountRow, account_id).restriction = restriction


def record_creator_limits(
    session: Session, account_id: str, max_duration_s: int | None, levels: tuple[Privacy, ...]
) -> None:
    """Keep what an account may post."""
    row = session.get_one(AccountRow, account_id)
    row.max_duration_s = max_duration_s
    row.privacy_options = ",".join(levels)


def get_tokens(session: Session, account_id: str) -> SealedTokens | None:
    """Return an account's sealed tokens."""
    row = session.scalars(_TOKENS, {"id": account_id}).first()
    if (
        row is None
        or row.access_sealed is None
        or row.refresh_sealed is None
        or row.issued_at is None
        or row.access_expires_at is None
        or row.refresh_expires_at is None
    ):
        return None
    return SealedTokens(
        account_id=row.account_id,
        version=row.version,
        access_sealed=row.access_sealed,
        refresh_sealed=row.refresh_sealed,
        issued_at=row.issued_at,
        access_expires_at=row.access_expires_at,
        refresh_expires_at=row.refresh_expires_at,
    )


def put_grant(session: Session, tokens: SealedTokens) -> None:
    """Keep a new permission in place of any other, under a version that none of before had."""
    known = session.scalar(select(TokenRow.version).where(TokenRow.account_id == tokens.account_id))
    values = _token_values(replace(tokens, version=(known or 0) + 1))
    session.merge(TokenRow(account_id=tokens.account_id, **values))


def rotate_tokens(session: Session, tokens: SealedTokens, *, over: int) -> bool:
    """Keep a refreshed pair in place of version `over` and end the refresh lease.

    False, writing nothing, if the version is another one by now: another worker refreshed, the
    owner gave a new permission, or the account was disconnected.
    """
    kept = session.execute(
        update(TokenRow)
        .where(TokenRow.account_id == tokens.account_id, TokenRow.version == over)
        .values(_token_values(tokens))
        .returning(TokenRow.version)
    )
    return kept.first() is not None


def _token_values(tokens: SealedTokens) -> dict[str, Any]:
    return {
        "version": tokens.version,
        "access_sealed": tokens.access_sealed,
        "refresh_sealed": tokens.refresh_sealed,
        "issued_at": tokens.issued_at,
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "refresh_owner": None,
        "refresh_until": None,
    }


def lease_refresh(
    session: Session,
    account_id: str,
    version: int,
    owner: str,
    now: datetime,
    until: datetime,
) -> bool:
    """Take the right to refresh these tokens; False if they changed or another one refreshes."""
    result = session.execute(
        update(TokenRow)
        .where(
            TokenRow.account_id == account_id,
            TokenRow.version == version,
            TokenRow.refresh_sealed.is_not(None),
            or_(
                TokenRow.refresh_owner.is_(None),
                TokenRow.refresh_owner == owner,
                TokenRow.refresh_until <= now,
            ),
        )
        .values(refresh_owner=owner, refresh_until=until)
        .returning(TokenRow.version)
    )
    return result.first() is not None


def release_refresh(session: Session, account_id: str, owner: str) -> None:
    """Give the right to refresh back."""
    session.execute(
        update(TokenRow)
        .where(TokenRow.account_id == account_id, TokenRow.refresh_owner == owner)
        .values(refresh_owner=None, refresh_until=None)
    )


def idle_tokens(session: Session, before: datetime) -> list[tuple[str, int]]:
    """Return id and token version of the connected accounts whose tokens are from before then."""
    query = (
        select(TokenRow.account_id, TokenRow.version)
        .join(AccountRow, AccountRow.id == TokenRow.account_id)
        .where(AccountRow.status == AccountStatus.CONNECTED, TokenRow.issued_at <= before)
    )
    return [(account_id, version) for account_id, version in session.execute(query)]


def paused_accounts(session: Session) -> frozenset[str]:
    """Return the accounts whose posts their owner holds."""
    return frozenset(session.scalars(select(AccountRow.id).where(AccountRow.paused)))


def free_refreshes(session: Session, dead: Collection[str]) -> None:
    """Free what publishers known to be dead were refreshing."""
    release = update(TokenRow).where(TokenRow.refresh_owner.in_(dead))
    session.execute(release.values(refresh_owner=None, refresh_until=None))


def _apply_profile(row: AccountRow, profile: Profile) -> None:
    for name in ("handle", "display_name", "avatar_url"):  # no account is without
        value = getattr(profile, name)
        if value:
            setattr(row, name, value)
    for name in (
        "bio",
        "verified",
        "followers",
        "following",
        "likes",
        "videos",
    ):
        value = getattr(profile, name)
        if value is not None:
            setattr(row, name, value)


def _levels(kept: str | None) -> tuple[Privacy, ...] | None:
    """Return what was kept; None if nothing ever was."""
    return None if kept is None else tuple(Privacy(each) for each in kept.split(",") if each)


def _names(kept: str | None) -> tuple[str, ...]:
    return tuple(sorted(kept.split(_BETWEEN_NAMES))) if kept else ()


def _account(
    row: AccountRow, sign_in_expires_at: datetime | None, groups: str | None, tags: str | None
) -> Account:
    return Account(
        id=row.id,
        open_id=row.open_id or "",
        handle=row.handle,
        display_name=row.display_name,
        status=AccountStatus(row.status),
        paused=bool(row.paused),
        restriction=row.restriction,
        groups=_names(groups),
        tags=_names(tags),
        scopes=tuple(scope for scope in (row.scopes or "").split(",") if scope),
        avatar_url=row.avatar_url or "",
        bio=row.bio,
        verified=bool(row.verified),
        followers=row.followers,
        following=row.following,
        likes=row.likes,
        videos=row.videos,
        max_duration_s=row.max_duration_s,
        privacy_options=_levels(row.privacy_options),
        last_sync_at=row.last_sync_at,
        sync_error=None if row.sync_error is None else decode_failure(row.sync_error),
        connected_at=row.connected_at,
        sign_in_expires_at=sign_in_expires_at,
        version=row.version,
    )
