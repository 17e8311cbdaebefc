"""A post's life: its statuses, what may follow what, and the values other rooms exchange."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tiktok_manager.domain.clock import iso_stamp
from tiktok_manager.domain.errors import AppError, Change, ChangedMeanwhile, Failure
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.schedule import Schedule


class PostStatus(StrEnum):
    """The same word in the database, JSON, CSV and the window."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PROCESSING = "processing"
    PUBLISHED = "published"
    IN_INBOX = "in_inbox"
    UNCONFIRMED = "unconfirmed"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"


class PostMode(StrEnum):
    """`direct` publishes; `inbox` leaves a draft in the creator's TikTok inbox."""

    DIRECT = "direct"
    INBOX = "inbox"


class Privacy(StrEnum):
    """TikTok's privacy levels; which of them an account offers comes from creator info."""

    PUBLIC = "PUBLIC_TO_EVERYONE"
    FRIENDS = "MUTUAL_FOLLOW_FRIENDS"
    FOLLOWERS = "FOLLOWER_OF_CREATOR"
    ONLY_ME = "SELF_ONLY"


class Actor(StrEnum):
    """Who did what a line of the flight record tells."""

    USER = "user"
    PUBLISHER = "publisher"
    TIKTOK = "tiktok"
    IMPORT = "import"


class WaitingLook(StrEnum):
    """How a planned post waits. Only a `SAFE` one goes out by itself at its time."""

    SAFE = "safe"
    RETRY = "retry"
    CAP = "cap"
    HELD = "held"
    PAUSED = "paused"
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How a planned post waits, until when where that is known, and why."""

    look: WaitingLook = WaitingLook.SAFE
    until: datetime | None = None
    reason: Finding | None = None

    @property
    def is_safe(self) -> bool:
        """Whether the post goes out by itself at its time."""
        return self.look is WaitingLook.SAFE

    @property
    def needs_user(self) -> bool:
        """Whether it never goes out unless the user mends something."""
        return self.look is WaitingLook.RECONNECT


class LatePolicy(StrEnum):
    """What to do with a post whose time passed while nothing could publish it."""

    PUBLISH = "publish"
    ASK = "ask"
    NEXT_SLOT = "next-slot"


ON_TIME = timedelta(minutes=10)
"""A post this late still counts as on time."""

RELEASED_LATER = frozenset(
    {
        "daily_cap",
        "pending_drafts",
        "rate_limit_exceeded",
        "reached_active_user_cap",
        "spam_risk_too_many_pending_share",
        "spam_risk_too_many_posts",
    }
)
"""Why a post was told to wait for its turn: it is late only against that."""

CONTENT_CODES = frozenset(
    {
        "invalid_file_upload",
        "spam_risk_text",
        "spam_risk",
        "privacy_level_option_mismatch",
        "file_format_check_failed",
        "duration_check_failed",
        "frame_rate_check_failed",
        "picture_size_check_failed",
    }
)
"""Refusals of the post as it is: until its words, file or choices are changed, trying is vain."""

GREEN = frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX})
"""TikTok has said that it is there."""

ENDED = frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX, PostStatus.CANCELLED})
UNDER_WAY = frozenset({PostStatus.PUBLISHING, PostStatus.PROCESSING})
CLAIM = frozenset({PostStatus.SCHEDULED, PostStatus.PUBLISHING})
"""From one to the other is a publisher's claim, or one given back: nothing that people change."""
EDITABLE = frozenset(
    {
        PostStatus.DRAFT,
        PostStatus.SCHEDULED,
        PostStatus.NEEDS_ATTENTION,
        PostStatus.FAILED,
        PostStatus.MISSED,
    }
)
RETRYABLE = frozenset({PostStatus.FAILED, PostStatus.NEEDS_ATTENTION, PostStatus.MISSED})
NEEDS_USER = RETRYABLE | {PostStatus.UNCONFIRMED}
"""Stopped, or in doubt: only the user leads on."""

_S = PostStatus
ALLOWED: dict[PostStatus, frozenset[PostStatus]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset(
        {
            _S.DRAFT,
            _S.PUBLISHING,
            # Its last byte may have left after all: TikTok is asked before anything is sent again.
            _S.PROCESSING,
            _S.NEEDS_ATTENTION,
            _S.FAILED,
            _S.MISSED,
            _S.CANCELLED,
        }
    ),
    # A claim may be given back (a wait, a retry, a shutdown) or end in any verdict.
    _S.PUBLISHING: frozenset(
        {
            _S.SCHEDULED,
            _S.PROCESSING,
            _S.PUBLISHED,
            _S.IN_INBOX,
            _S.UNCONFIRMED,
            _S.NEEDS_ATTENTION,
            _S.FAILED,
            _S.MISSED,
            _S.CANCELLED,
        }
    ),
    # TikTok's FAILED verdict proves that nothing was posted, so a retry may follow.
    _S.PROCESSING: frozenset(
        {
            _S.SCHEDULED,
            _S.PUBLISHING,
            _S.PUBLISHED,
            _S.IN_INBOX,
            _S.UNCONFIRMED,
            _S.NEEDS_ATTENTION,
            _S.FAILED,
        }
    ),
    _S.UNCONFIRMED: frozenset(
        {
            _S.SCHEDULED,
            _S.PUBLISHING,
            _S.PROCESSING,
            _S.PUBLISHED,
            _S.IN_INBOX,
            _S.NEEDS_ATTENTION,
            _S.FAILED,
        }
    ),
    _S.NEEDS_ATTENTION: frozenset({_S.SCHEDULED, _S.MISSED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.IN_INBOX: frozenset({_S.PUBLISHED}),
    _S.PUBLISHED: frozenset(),
    # What was cancelled can be put back as it was.
    _S.CANCELLED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.NEEDS_ATTENTION, _S.FAILED, _S.MISSED}),
}

ALLOWED_BY_RESTORE: dict[PostStatus, frozenset[PostStatus]] = {
    status: frozenset() if status in GREEN else frozenset({_S.UNCONFIRMED}) for status in _S
}
"""An older database knows less than happened: what it holds is in doubt, save for what is there."""


class IllegalTransition(AppError):
    """A status may not follow another: a bug, or two hands on one post."""

    code = "illegal_transition"

    def __init__(self, old: PostStatus, new: PostStatus) -> None:
        super().__init__(old=old.value, new=new.value)


def check_transition(old: PostStatus, new: PostStatus, *, by_restore: bool = False) -> None:
    """Raise IllegalTransition unless `new` may follow `old`."""
    allowed = ALLOWED_BY_RESTORE if by_restore else ALLOWED
    if new is not old and new not in allowed[old]:
        raise IllegalTransition(old, new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the creator decided about a direct post; everything is off until chosen."""

    privacy: Privacy | None = None
    allow_comment: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False
    your_brand: bool = False
    branded_content: bool = False
    ai_generated: bool = False
    cover_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The sentence the user agreed to, and when (TikTok content sharing guidelines, 5c)."""

    text: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late a post may still go out by itself."""

    policy: LatePolicy = LatePolicy.PUBLISH
    within: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a post was planned with; nothing of it changes afterwards.

    Posts of one `batch` are one video for several accounts: shown, changed and cancelled together
    or one by one. A `campaign_id` or a `rule_id` says what made the post; `rule_on` is the local
    date of the rule that it stands for, and `rule_turn` its place among the rule's times of that
    date, once for each account. Posts of one `import_id` came from one file, and can be taken back
    together.
    """

    batch: str | None = None
    campaign_id: str | None = None
    rule_id: str | None = None
    rule_on: date | None = None
    rule_turn: int = 0
    import_id: str | None = None


PLANNED_ALONE = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One video for one account.

    `version` counts what makes a change that somebody has in hand stale: changes of what a person
    entered, and of the status. A claim of a planned post, and giving it back (to wait, to retry, at
    a shutdown), are neither: an edit whose file takes minutes to read would otherwise find the post
    changed though nothing did. So a change names the version it was made from and the status: while
    the post is claimed it is too late, afterwards it goes through. Nor do tries, times of the next
    look and leases count. `epoch` counts claims of publishers, who are fenced by it. `waiting` is
    how it waits as of the last look at what stands in its way, and is never stored.
    """

    id: str
    account_id: str
    handle: str
    status: PostStatus
    mode: PostMode
    schedule: Schedule
    media: MediaFile
    caption: str
    choices: Choices
    consent: Consent | None
    lateness: Lateness
    tags: tuple[str, ...] = ()
    origin: Origin = PLANNED_ALONE
    version: int = 1
    epoch: int = 0
    attempts: int = 0
    next_try_at: datetime | None = None
    error: Failure | None = None
    publish_id: str | None = None
    tiktok_post_id: str | None = None
    url: str | None = None
    created_at: datetime
    published_at: datetime | None = None
    waiting: Waiting | None = None

    @property
    def due_at(self) -> datetime:
        """The instant it is planned for."""
        return self.schedule.due_at

    @property
    def campaign_id(self) -> str | None:
        """The campaign that it is of."""
        return self.origin.campaign_id

    @property
    def timezone(self) -> str:
        """The zone it was planned in."""
        return self.schedule.timezone


def changed_meanwhile(read: Post, wanted: Post, current: Post | None) -> ChangedMeanwhile:
    """Return the error for a change from `read` to `wanted` of a post that is `current` by now.

    It names what another hand changed since `read`, with the value wanted and the one that stands.
    """
    if current is None:
        return ChangedMeanwhile("post", read.id)
    known, yours, theirs = map(_shown, (read, wanted, current))
    changes = [
        Change(field=name, yours=yours[name], theirs=value)
        for name, value in theirs.items()
        if value != known[name]
    ]
    return ChangedMeanwhile("post", read.id, changes)


def _shown(post: Post) -> dict[str, str]:
    """Return what people change in a post, and its status, by the names of the JSON."""
    choices = {name: str(value) for name, value in asdict(post.choices).items()}
    return {
        "status": post.status.value,
        "mode": post.mode.value,
        "publish_at": iso_stamp(post.schedule.due_at),
        "timezone": post.schedule.timezone,
        "caption": post.caption,
        "file": str(post.media.path),
        "sha256": post.media.sha256,
        "late": post.lateness.policy.value,
        "late_within": str(post.lateness.within),
        "tags": ", ".join(post.tags),
        **choices,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Which posts to list; an empty part means all.

    `or_unconnected` lists, beside those of the `statuses`, what is planned for accounts that have
    to be connected first. Of `tags` a post has to carry one; its account is in one of the `groups`.
    """

    statuses: frozenset[PostStatus] = frozenset()
    or_unconnected: bool = False
    account_id: str | None = None
    account_ids: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    batch: str | None = None
    campaign_id: str | None = None
    rule_id: str | None = None
    import_id: str | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One line of a post's flight record; `params` say more and hold no secret.

    `kind` is what the post became or what was done; `what`, where it is given, names the sentence.
    One written by an older version holds its sentence as `text`.
    """

    at: datetime
    epoch: int
    kind: str
    params: Mapping[str, Param]
    actor: Actor = Actor.PUBLISHER
