"""Posts as long lists read them: as a calendar shows them, and by their last change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.posts import Post, PostMode, PostStatus, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBrief:
    """What a calendar shows of a post: thousands of them are read while a page is turned.

    `caption` is its beginning. The rest of a post is read when it is opened or changed.
    """

    id: str
    account_id: str
    handle: str
    status: PostStatus
    mode: PostMode
    due_at: datetime
    timezone: str
    caption: str
    batch: str | None = None
    campaign_id: str | None = None
    version: int = 1
    error: Failure | None = None
    next_try_at: datetime | None = None
    waiting: Waiting | None = None

    @classmethod
    def of(cls, post: Post) -> Self:
        """Return a post as a calendar shows it."""
        return cls(
            id=post.id,
            account_id=post.account_id,
            handle=post.handle,
            status=post.status,
            mode=post.mode,
            due_at=post.due_at,
            timezone=post.schedule.timezone,
            caption=post.caption,
            batch=post.origin.batch,
            campaign_id=post.campaign_id,
            version=post.version,
            error=post.error,
            next_try_at=post.next_try_at,
            waiting=post.waiting,
        )


AnyPost = Post | PostBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPost:
    """A post, and when anything about it changed last."""

    post: Post
    changed_at: datetime

    @property
    def key(self) -> tuple[datetime, str]:
        """Where it stands in a list by change."""
        return self.changed_at, self.post.id
