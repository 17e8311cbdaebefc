"""Queries for accounts and their sealed tokens."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import Account, AccountStatus, Profile
from tiktok_manager.storage.schema import AccountRow, PostRow, SettingRow, TokenRow

IS_READY = and_(AccountRow.status == AccountStatus.CONNECTED, AccountRow.paused.is_(False))
"""The account's posts may go out."""

# Not `in`: SQLite would go through all that every account ever posted.
HAS_READY_ACCOUNT = exists().where(AccountRow.id == PostRow.account_id, IS_READY)
"""The post's account is ready."""

_PUBLISHER = "publisher-owner"

# Accounts, each with how long its permission can be renewed.
_WITH_HORIZON = select(AccountRow, TokenRow.refresh_expires_at).outerjoin(
    TokenRow, TokenRow.account_id == AccountRow.id
)

# Asked for each call to TikTok, so built once.
_BY_ID = _WITH_HORIZON.where(AccountRow.id == bindparam("id"))
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
    connected_first = case((AccountRow.status == AccountStatus.DISCONNECTED, 1), else_=0)
    rows = session.execute(
        _WITH_HORIZON.order_by(connected_first, func.lower(AccountRow.handle), AccountRow.id)
    )
    return [_account(row, expires_at) for row, expires_at in rows]


def get_account(session: Session, account_id: str) -> Account | None:
    """Return the account with this id."""
    found = session.execute(_BY_ID, {"id": account_id}).first()
    return None if found is None else _account(*found)


def find_accounts(session: Session, name: str) -> list[Account]:
    """Return the accounts with this id or handle (in any case)."""
    rows = session.execute(
        _WITH_HORIZON.where(
            or_(AccountRow.id == name, func.lower(AccountRow.handle) == name.lower())
        )
    )
    return [_account(row, expires_at) for row, expires_at in rows]


def find_by_open_id(session: Session, open_id: str) -> Account | None:
    """Return the account that is this one at TikTok."""
    found = session.execute(_WITH_HORIZON.where(AccountRow.open_id == open_id)).first()
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
    _apply_profile(row, profile)
    session.flush()
    return _account(row, _horizon(session, account_id))


def record_profile(session: Session, account_id: str, profile: Profile, now: datetime) -> Account:
    """Keep what a sync learned; parts TikTok did not tell stay as they were."""
    row = session.get_one(AccountRow, account_id)
    _apply_profile(row, profile)
    row.last_sync_at = now
    row.sync_error = None
    return _account(row, _horizon(session, account_id))


def record_sync_error(session: Session, account_id: str, message: str) -> None:
    """Keep why the last sync failed."""
    session.get_one(AccountRow, account_id).sync_error = message


def set_status(session: Session, account_id: str, status: AccountStatus) -> None:
    """Move an account to another status."""
    session.get_one(AccountRow, account_id).status = status


def set_paused(session: Session, account_id: str, *, paused: bool) -> Account:
    """Hold an account's posts, or let them go."""
    row = session.get_one(AccountRow, account_id)
    row.paused = paused
    return _account(row, _horizon(session, account_id))


def set_restriction(session: Session, account_id: str, restriction: str | None) -> None:
    """Keep that TikTok limits or bans the account."""
    session.get_one(AccountRow, account_id).restriction = restriction


def length_limit(session: Session, account_id: str) -> int | None:
    """Return the longest video an account may post, as TikTok said last."""
    return session.scalar(select(AccountRow.max_duration_s).where(AccountRow.id == account_id))


def record_length_limit(session: Session, account_id: str, max_duration_s: int) -> None:
    """Keep the longest video an account may post."""
    session.get_one(AccountRow, account_id).max_duration_s = max_duration_s


def get_tokens(session: Session, account_id: str) -> SealedTokens | None:
    """Return an account's sealed tokens."""
    row = session.scalars(_TOKENS, {"id": account_id}).first()
    if row is None:
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


def put_tokens(session: Session, tokens: SealedTokens) -> None:
    """Keep a token pair in place of the old one and end any refresh lease."""
    session.merge(
        TokenRow(
            account_id=tokens.account_id,
            version=tokens.version,
            access_sealed=tokens.access_sealed,
            refresh_sealed=tokens.refresh_sealed,
            issued_at=tokens.issued_at,
            access_expires_at=tokens.access_expires_at,
            refresh_expires_at=tokens.refresh_expires_at,
            refresh_owner=None,
            refresh_until=None,
        )
    )


def delete_tokens(session: Session, account_id: str) -> None:
    """Forget an account's tokens."""
    row = session.get(TokenRow, account_id)
    if row is not None:
        session.delete(row)


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


def _horizon(session: Session, account_id: str) -> datetime | None:
    return session.scalar(
        select(TokenRow.refresh_expires_at).where(TokenRow.account_id == account_id)
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


def take_over_refreshes(session: Session, owner: str) -> None:
    """Free what the publisher before this one was refreshing when it died; note this one."""
    before = session.get(SettingRow, _PUBLISHER)
    if before is not None and before.value != owner:
        release = update(TokenRow).where(TokenRow.refresh_owner == before.value)
        session.execute(release.values(refresh_owner=None, refresh_until=None))
    session.merge(SettingRow(name=_PUBLISHER, value=owner))


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


def _account(row: AccountRow, sign_in_expires_at: datetime | None) -> Account:
    return Account(
        id=row.id,
        open_id=row.open_id or "",
        handle=row.handle,
        display_name=row.display_name,
        status=AccountStatus(row.status),
        paused=bool(row.paused),
        restriction=row.restriction,
        groups=tuple(json.loads(row.groups or "[]")),
        tags=tuple(json.loads(row.tags or "[]")),
        scopes=tuple(scope for scope in (row.scopes or "").split(",") if scope),
        avatar_url=row.avatar_url or "",
        bio=row.bio,
        verified=bool(row.verified),
        followers=row.followers,
        following=row.following,
        likes=row.likes,
        videos=row.videos,
        max_duration_s=row.max_duration_s,
        last_sync_at=row.last_sync_at,
        sync_error=row.sync_error,
        connected_at=row.connected_at,
        sign_in_expires_at=sign_in_expires_at,
    )
