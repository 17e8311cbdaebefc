"""One publish under way: the right to work on a post, its init at TikTok, and what that led to."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tiktok_manager.domain.errors import AppError, Failure
from tiktok_manager.domain.posts import Post, PostMode, PostStatus


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


class AttemptOutcome(StrEnum):
    """How one init at TikTok ended.

    Attributes:
        PUBLISHED: TikTok said so.
        IN_INBOX: TikTok delivered the draft.
        FOUND: The video is among the account's public ones.
        FAILED: TikTok's verdict after the last byte; it posted nothing.
        REFUSED: The init was answered with an error, so that no upload was opened.
        PLAN_REFUSED: As REFUSED, for the way the file was to be cut.
        PROVEN_DEAD: The last byte was to leave and surely never arrived.
        ABANDONED: Given up before its last byte; the post goes on without it.
        STOPPED: Given up before its last byte, and the post with it.
        HELD: As STOPPED, for what held every post alike for too long.
        BY_USER: The user ended it, or said what became of it.
        RESTORED: An older database was put back; what it led to is not known.
    """

    PUBLISHED = "published"
    IN_INBOX = "in_inbox"
    FOUND = "found"
    FAILED = "failed"
    REFUSED = "refused"
    PLAN_REFUSED = "plan_refused"
    PROVEN_DEAD = "proven_dead"
    ABANDONED = "abandoned"
    STOPPED = "stopped"
    HELD = "held"
    BY_USER = "by_user"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """The end of an attempt; `code` says why, where the outcome alone does not."""

    outcome: AttemptOutcome
    code: str = ""

    def __str__(self) -> str:
        """Return `outcome` or `outcome: code`, as lines of the publish journal have it."""
        return f"{self.outcome}: {self.code}" if self.code else self.outcome.value


class Fenced(AppError):
    """Another worker has claimed the post since: this one must stop at once."""

    code = "fenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One init at TikTok, as far as it is known."""

    id: int
    post_id: str
    account_id: str
    number: int
    mode: PostMode
    step: Step
    open: bool
    size_bytes: int
    chunk_bytes: int
    chunk_count: int
    publish_id: str | None
    upload_url_sealed: bytes | None = field(repr=False)
    acked_bytes: int
    opened_at: datetime
    url_issued_at: datetime | None
    final_intent_at: datetime | None
    sent_at: datetime | None
    listed_at: datetime | None
    polls: int
    unanswered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a post until the lease ends or a newer epoch exists.

    `attempt` is the newest one; it is open where its outcome is not known yet. `is_first` where
    nobody tried the post before. With `only_finish` no upload may be opened for it now.
    """

    post: Post
    epoch: int
    owner: str
    attempt: Attempt | None
    first_tried_at: datetime | None
    worker_losses: int
    is_first: bool = False
    released_at: datetime | None = None
    only_finish: bool = False

    @property
    def trying_since(self) -> datetime | None:
        """Since when tries count: a cap that let it go later took none of its time."""
        return max(filter(None, (self.first_tried_at, self.released_at)), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a piece of work led to: the post's next status and when to look again.

    `untried` takes back that this claim was the post's first try. `released_at` is when TikTok's
    own limits let it go.
    """

    status: PostStatus
    wake_at: datetime | None = None
    error: Failure | None = None
    uses_attempt: bool = False
    close_attempt: AttemptEnd | None = None
    release_slot: bool = False
    untried: bool = False
    released_at: datetime | None = None
    published_at: datetime | None = None
    tiktok_post_id: str | None = None
    url: str | None = None
