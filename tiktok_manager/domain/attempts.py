"""One publish under way: the right to work on a post, its init at TikTok, and what that led to."""

from dataclasses import dataclass, field
from datetime import datetime

from tiktok_manager.domain.errors import AppError, Failure
from tiktok_manager.domain.posts import Post, PostMode, PostStatus, Step

REFUSED = "refused: "
"""Begins the outcome of an attempt whose init TikTok answered with an error."""

PLAN_REFUSED = f"{REFUSED}chunk plan"
"""The outcome of an attempt whose init TikTok refused for the way the file was to be cut."""

PROVEN_DEAD = "proven dead: "
"""Begins the outcome of an attempt whose last byte was to leave and surely never arrived."""


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
    close_attempt: str | None = None
    release_slot: bool = False
    untried: bool = False
    released_at: datetime | None = None
    published_at: datetime | None = None
    tiktok_post_id: str | None = None
    url: str | None = None
