"""A post's life: its statuses, what may follow what, and the values other rooms exchange."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tiktok_manager.domain.errors import AppError
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


class LatePolicy(StrEnum):
    """What to do with a post whose time passed while nothing could publish it."""

    PUBLISH = "publish"
    ASK = "ask"
    NEXT_SLOT = "next-slot"


class Step(StrEnum):
    """Where an attempt stands; committed before the remote call it names.

    preflight → init_intent → inited → uploading → final_intent → processing → closed.
    """

    INIT_INTENT = "init_intent"
    INITED = "inited"
    UPLOADING = "uploading"
    FINAL_INTENT = "final_intent"
    PROCESSING = "processing"
    CLOSED = "closed"


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

ENDED = frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX, PostStatus.CANCELLED})
UNDER_WAY = frozenset({PostStatus.PUBLISHING, PostStatus.PROCESSING})
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

_S = PostStatus
ALLOWED: dict[PostStatus, frozenset[PostStatus]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset(
        {_S.DRAFT, _S.PUBLISHING, _S.NEEDS_ATTENTION, _S.FAILED, _S.MISSED, _S.CANCELLED}
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
    _S.CANCELLED: frozenset({_S.SCHEDULED}),
}


class IllegalTransition(AppError):
    """A status may not follow another: a bug, or two hands on one post."""

    code = "illegal_transition"

    def __init__(self, old: PostStatus, new: PostStatus) -> None:
        super().__init__(f"A post that is {old} cannot become {new}.")


def check_transition(old: PostStatus, new: PostStatus) -> None:
    """Raise IllegalTransition unless `new` may follow `old`."""
    if new is not old and new not in ALLOWED[old]:
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
class PostError:
    """Why a post waits or stopped, in the user's words; `code` and `log_id` are TikTok's.

    `kind` is the FailureClass where there is one: it tells the window which button mends it.
    """

    code: str
    message: str
    action: str
    log_id: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One video for one account."""

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
    epoch: int = 0
    attempts: int = 0
    next_try_at: datetime | None = None
    error: PostError | None = None
    publish_id: str | None = None
    tiktok_post_id: str | None = None
    url: str | None = None
    created_at: datetime
    published_at: datetime | None = None

    @property
    def version(self) -> int:
        """What a change must name."""
        return self.epoch

    def to(self, new: PostStatus) -> "Post":
        """Return the post in its new status; raises IllegalTransition."""
        check_transition(self.status, new)
        return replace(self, status=new)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Which posts to list; an empty part means all."""

    statuses: frozenset[PostStatus] = frozenset()
    account_id: str | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One line of a post's flight record; `detail` holds no secret."""

    at: datetime
    epoch: int
    kind: str
    text: str
    detail: dict[str, object]
