"""Tables of what makes and times posts; see `schema`, whose rows they refer to by name."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tiktok_manager.storage.columns import Base


class SlotRow(Base):
    """A time of the week at which the accounts it is for post; `wall_time` is HH:MM in its zone.

    It belongs to an account, a group or a tag: one of the three.
    """

    __tablename__ = "slots"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    weekday: Mapped[int]
    wall_time: Mapped[str]
    timezone: Mapped[str]
    paused: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class BlackoutRow(Base):
    """Days, first and last included, on which no slot is used: of an account, group, tag, or all.

    The days are those of the slot's own zone.
    """

    __tablename__ = "blackouts"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    first_day: Mapped[str]
    last_day: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class RuleRow(Base):
    """A recurring post: what is posted, for whom and when, as JSON; rows are made ahead of time.

    `made_until` is the instant up to which its posts are in the plan, `told` what stood in their
    way then. A rule that was removed stays, as its posts name it.
    """

    __tablename__ = "rules"

    id: Mapped[str] = mapped_column(primary_key=True)
    spec: Mapped[str]
    paused: Mapped[bool] = mapped_column(default=False)
    removed: Mapped[bool] = mapped_column(default=False)
    told: Mapped[str] = mapped_column(default="[]")
    consent_text: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    made_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CampaignRow(Base):
    """Videos for accounts over a window of dates; its posts name it. `spec` is JSON."""

    __tablename__ = "campaigns"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]
    spec: Mapped[str]
    consent_text: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PresetRow(Base):
    """What the user named or chose to be kept: a view of the calendar, columns of an import."""

    __tablename__ = "presets"

    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]


class MediaFactsRow(Base):
    """What was found in a file, true as long as its size, time and identity stay the same.

    `pictures` are those it is compared by, in hexadecimal; empty where it has none, None before it
    was looked at for that.
    """

    __tablename__ = "media_facts"

    path: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str]
    sha256: Mapped[str]
    info: Mapped[str | None]
    pictures: Mapped[str | None]
    seen_at: Mapped[datetime]
