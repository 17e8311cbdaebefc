"""Tables as the code sees them now. Migrations are frozen and never import this module.

Instants are UTC microseconds in integers: they sort, compare and survive every driver. Rows never
leave this room; queries hand out the frozen values of `domain`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcInstant(TypeDecorator[datetime]):
    """An aware datetime kept as whole microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive datetimes: they have no instant."""
        return None if value is None else to_stored(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        return None if value is None else from_stored(value)


def to_stored(instant: datetime) -> int:
    """Return an instant as rows keep it."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return (instant - _EPOCH) // _MICROSECOND


def from_stored(value: int) -> datetime:
    """Return the instant that a row keeps."""
    return _EPOCH + value * _MICROSECOND


class Base(DeclarativeBase):
    """Registry of the tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcInstant,
        str: Text,
        bytes: LargeBinary,
    }


class SettingRow(Base):
    """A setting that differs from its default."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SecretRow(Base):
    """A sealed secret that belongs to no account; `name` is its associated data."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    updated_at: Mapped[datetime]


class VaultRow(Base):
    """How the master key is found again. Holds no secret. One row, id 1."""

    __tablename__ = "vault"

    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str]


class AccountRow(Base):
    """A TikTok account; `open_id` is its identity at TikTok for this app."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    open_id: Mapped[str | None] = mapped_column(unique=True)
    handle: Mapped[str] = mapped_column(index=True)
    display_name: Mapped[str]
    status: Mapped[str]
    paused: Mapped[bool] = mapped_column(default=False)
    restriction: Mapped[str | None]
    groups: Mapped[str] = mapped_column(default="[]")
    tags: Mapped[str] = mapped_column(default="[]")
    scopes: Mapped[str] = mapped_column(default="")
    avatar_url: Mapped[str] = mapped_column(default="")
    bio: Mapped[str | None]
    verified: Mapped[bool] = mapped_column(default=False)
    followers: Mapped[int | None] = mapped_column(BigInteger)
    following: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    videos: Mapped[int | None] = mapped_column(BigInteger)
    max_duration_s: Mapped[int | None]
    last_sync_at: Mapped[datetime | None]
    sync_error: Mapped[str | None]
    connected_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class TokenRow(Base):
    """An account's sealed tokens.

    `version` counts rotations: it tells a worker that another one has already refreshed.
    """

    __tablename__ = "tokens"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    version: Mapped[int]
    access_sealed: Mapped[bytes]
    refresh_sealed: Mapped[bytes]
    issued_at: Mapped[datetime]
    access_expires_at: Mapped[datetime]
    refresh_expires_at: Mapped[datetime]
    refresh_owner: Mapped[str | None]
    refresh_until: Mapped[datetime | None]


class PostRow(Base):
    """One video for one account. No cascade ever deletes a post.

    `wake_at` is the one instant at which the publisher has to look at the post again: its due
    time, the next try or check, or the end of a worker's lease. None when nothing is to be done.
    """

    __tablename__ = "posts"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    status: Mapped[str]
    mode: Mapped[str]
    due_at: Mapped[datetime]
    wall: Mapped[str]
    timezone: Mapped[str]
    late_policy: Mapped[str]
    late_within_s: Mapped[int]
    caption: Mapped[str]
    choices: Mapped[str]
    consent_text: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    file: Mapped[str]
    file_size: Mapped[int] = mapped_column(BigInteger)
    file_mtime_ns: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str]
    file_sha256: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    worker_losses: Mapped[int] = mapped_column(Integer, default=0)
    first_tried_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    error: Mapped[str | None]
    publish_id: Mapped[str | None]
    tiktok_post_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        Index("posts_by_due", "due_at", "id"),
        Index("posts_by_account", "account_id", "due_at"),
        # Most posts have ended and need nothing: the publisher's index holds only the others.
        Index(
            "posts_by_wake",
            "wake_at",
            "id",
            sqlite_where=text("wake_at IS NOT NULL"),
        ),
        Index(
            "posts_sending",
            "account_id",
            sqlite_where=text("status = 'publishing'"),
        ),
    )


class AttemptRow(Base):
    """One init at TikTok and what became of it.

    `open` until its outcome is known; `holds_slot` while its account may publish nothing else.
    `unanswered` counts the times its last part left and nobody said what became of it.
    """

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    number: Mapped[int]
    epoch: Mapped[int]
    mode: Mapped[str]
    step: Mapped[str]
    open: Mapped[bool]
    holds_slot: Mapped[bool]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    chunk_bytes: Mapped[int] = mapped_column(BigInteger)
    chunk_count: Mapped[int]
    publish_id: Mapped[str | None] = mapped_column(unique=True)
    upload_url_sealed: Mapped[bytes | None]
    acked_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    opened_at: Mapped[datetime]
    url_issued_at: Mapped[datetime | None]
    final_intent_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    listed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    polls: Mapped[int] = mapped_column(Integer, default=0)
    unanswered: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        Index("attempts_by_post", "post_id", "number"),
        Index("attempts_by_account", "account_id", "opened_at"),
        Index(
            "one_open_attempt_per_post",
            "post_id",
            unique=True,
            sqlite_where=text("open"),
        ),
        Index(
            "one_slot_per_account",
            "account_id",
            unique=True,
            sqlite_where=text("holds_slot"),
        ),
    )


class StepRow(Base):
    """The flight record of a post: append-only, no secrets."""

    __tablename__ = "step_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id"))
    at: Mapped[datetime]
    epoch: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    detail: Mapped[str] = mapped_column(default="{}")

    __table_args__ = (Index("step_log_by_post", "post_id", "id"),)


class InstallRow(Base):
    """Where this database is at home, and what was restored into it. One row, id 1.

    `backup_at` is set in every backup to the time it was taken. A publisher that finds it set
    works on a restored database; it clears it once the posts in doubt are set aside.
    `restored_at` is until when the publisher may have gone on without this database. All that
    the publish journal tells up to `journal_bytes`, where a line ends with `journal_mac`, is known
    here: so it is in every copy of this database, and only what follows needs to be compared.
    `folder` keeps the last marks of the data folder, apart by spaces: a copy knows none of later.
    """

    __tablename__ = "install"

    id: Mapped[int] = mapped_column(primary_key=True)
    install_id: Mapped[str]
    machine: Mapped[str | None]
    place: Mapped[str | None]
    folder: Mapped[str | None]
    backup_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    journal_bytes: Mapped[int | None]
    journal_mac: Mapped[str | None]
    created_at: Mapped[datetime]
