"""Tables as the code sees them now. Migrations are frozen and never import this module.

Instants are UTC microseconds in integers: they sort, compare and survive every driver. Rows never
leave this room; queries hand out the frozen values of `domain`.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from tiktok_manager.storage.columns import Base, partial_index
from tiktok_manager.storage.plan_schema import CampaignRow, RuleRow

IS_OF_CAMPAIGN = "campaign_id IS NOT NULL"
IS_IMPORTED = "import_id IS NOT NULL"
IS_PLANNED = "status = 'scheduled'"
"""An index holds what is planned of each account by its time; a parameter would not find it."""


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
    handle: Mapped[str]
    display_name: Mapped[str]
    status: Mapped[str]
    paused: Mapped[bool] = mapped_column(default=False)
    restriction: Mapped[str | None]
    scopes: Mapped[str] = mapped_column(default="")
    avatar_url: Mapped[str] = mapped_column(default="")
    bio: Mapped[str | None]
    verified: Mapped[bool] = mapped_column(default=False)
    followers: Mapped[int | None] = mapped_column(BigInteger)
    following: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    videos: Mapped[int | None] = mapped_column(BigInteger)
    max_duration_s: Mapped[int | None]
    privacy_options: Mapped[str | None]
    last_sync_at: Mapped[datetime | None]
    sync_error: Mapped[str | None]
    connected_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class GroupRow(Base):
    """A group that accounts belong to."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class TagRow(Base):
    """A word that accounts are marked with."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


def _accounts_of(table: str, other: str) -> Table:
    return Table(
        f"account_{table}",
        Base.metadata,
        Column("account_id", Text, ForeignKey("accounts.id"), primary_key=True),
        Column(f"{other}_id", Integer, ForeignKey(f"{table}.id"), primary_key=True),
        Index(f"accounts_by_{other}", f"{other}_id", "account_id"),
    )


ACCOUNT_GROUPS = _accounts_of("groups", "group")
ACCOUNT_TAGS = _accounts_of("tags", "tag")


class DraftRow(Base):
    """What was entered and not sent: for a new post, whose id is empty, or over a post.

    No foreign key: a draft that outlives its post, in a restored backup, is cleaned and harms none.
    """

    __tablename__ = "drafts"

    post_id: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str]
    shown: Mapped[str]
    shown_version: Mapped[int]
    saved_at: Mapped[datetime]


class HoldRow(Base):
    """Why and until when all posts wait; `code` is that of the error, which is kept whole."""

    __tablename__ = "holds"

    name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    error: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime]
    times: Mapped[int]


class PublisherRow(Base):
    """A publisher that was started, so that the next one knows whose claims are a dead one's.

    Whoever holds the lock of a data folder on a machine proves all others of that folder dead.
    """

    __tablename__ = "publishers"

    owner: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    folder: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]

    __table_args__ = (Index("publishers_by_folder", "machine", "folder"),)


class TokenRow(Base):
    """An account's sealed tokens; none of them after a disconnect.

    `version` counts every change and never goes back, so that an answer for tokens of before is
    known for what it is, whatever happened meanwhile: a refresh, a new permission, a disconnect.
    """

    __tablename__ = "tokens"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    version: Mapped[int]
    access_sealed: Mapped[bytes | None]
    refresh_sealed: Mapped[bytes | None]
    issued_at: Mapped[datetime | None]
    access_expires_at: Mapped[datetime | None]
    refresh_expires_at: Mapped[datetime | None]
    refresh_owner: Mapped[str | None]
    refresh_until: Mapped[datetime | None]


class PostRow(Base):
    """One video for one account. No cascade ever deletes a post.

    `wake_at` is the one instant at which the publisher has to look at the post again: its due
    time, the next try or check, or the end of a worker's lease. None when nothing is to be done.
    `version` counts changes of status and of what a person entered, `epoch` claims. `tags` are
    names, each with a line's end before and after it.
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
    error_code: Mapped[str | None]
    error_kind: Mapped[str | None]
    publish_id: Mapped[str | None]
    tiktok_post_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    tags: Mapped[str] = mapped_column(default="")
    batch: Mapped[str | None]
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey(CampaignRow.id))
    rule_id: Mapped[str | None] = mapped_column(ForeignKey(RuleRow.id))
    rule_on: Mapped[str | None]
    rule_turn: Mapped[int] = mapped_column(default=0)
    import_id: Mapped[str | None]

    __table_args__ = (
        partial_index("posts_by_batch", "batch", "due_at", "id", where="batch IS NOT NULL"),
        partial_index("posts_by_campaign", "campaign_id", "due_at", "id", where=IS_OF_CAMPAIGN),
        partial_index("campaign_progress", "campaign_id", "status", "due_at", where=IS_OF_CAMPAIGN),
        partial_index("posts_by_rule", "rule_id", "due_at", "id", where="rule_id IS NOT NULL"),
        partial_index("posts_by_import", "import_id", "due_at", "id", where=IS_IMPORTED),
        # A rule makes one post for an account, local date and its time then, whatever starts it.
        partial_index(
            "one_post_per_rule_and_date",
            "rule_id",
            "rule_on",
            "rule_turn",
            "account_id",
            unique=True,
            where="rule_id IS NOT NULL",
        ),
        Index("posts_by_due", "due_at", "id"),
        # With what a list of all posts is narrowed by, so that it goes along the index alone.
        Index("posts_by_change", "updated_at", "id", "status", "account_id"),
        Index("posts_by_account", "account_id", "due_at", "id"),
        Index("posts_by_status", "status", "due_at", "id"),
        Index("posts_by_file", "file_sha256", "account_id"),
        # Most posts have ended and need nothing: the publisher's indexes hold only the others.
        partial_index("posts_by_wake", "wake_at", "id", where="wake_at IS NOT NULL"),
        partial_index("posts_planned", "account_id", "due_at", "id", where=IS_PLANNED),
        partial_index("posts_sending", "account_id", where="status = 'publishing'"),
        partial_index("posts_leased", "lease_owner", where="lease_owner IS NOT NULL"),
        partial_index("posts_by_error", "error_code", "status", where="error_code IS NOT NULL"),
    )


STATUS = PostRow.status.concat(literal_column("''"))
"""A post's status, for what is to be looked for along an index of times instead."""


class AttemptRow(Base):
    """One init at TikTok and what became of it.

    `open` until its outcome is known; `holds_slot` while its account may publish nothing else.
    `outcome` is an `AttemptOutcome`, `outcome_code` why. `unanswered` counts the times its last
    part left and nobody said what became of it.
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
    outcome_code: Mapped[str | None]
    polls: Mapped[int] = mapped_column(Integer, default=0)
    unanswered: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        Index("attempts_by_post", "post_id", "number"),
        Index("attempts_by_account", "account_id", "opened_at"),
        partial_index("one_open_attempt_per_post", "post_id", unique=True, where="open"),
        partial_index("one_slot_per_account", "account_id", unique=True, where="holds_slot"),
    )


class StepRow(Base):
    """The flight record of a post: append-only, no secrets. `actor` and `kind` are codes."""

    __tablename__ = "step_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id"))
    at: Mapped[datetime]
    epoch: Mapped[int]
    actor: Mapped[str]
    kind: Mapped[str]
    params: Mapped[str] = mapped_column(default="{}")

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
