"""Why planned posts wait that their owner holds: by a pause, or by an account not connected.

This is told when posts are looked at, not written into them: it ends when the owner says so.
"""

from collections.abc import Iterable
from dataclasses import replace

from tiktok_manager.domain import holds as holding
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import accounts, holds
from tiktok_manager.storage.database import Database

PUBLISHING_OFF = Failure(code=holding.PUBLISHING_IS_OFF)
ACCOUNT_PAUSED = Failure(code=holding.ACCOUNT_PAUSED)

NOT_CONNECTED = Failure(
    code="account_not_connected", params={"of": "post"}, kind=FailureClass.NEEDS_RECONNECT
)
TOLD_NOT_WRITTEN = (ACCOUNT_PAUSED, NOT_CONNECTED, PUBLISHING_OFF)


class HoldReasons:
    """Knows what the user holds. Safe from any thread."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def explain(self, posts: Iterable[Post]) -> list[Post]:
        """Return the posts; planned ones without another reason to wait get this one."""
        posts = list(posts)
        if not any(_is_open(post) for post in posts):
            return posts
        off = not self._settings.publishing_on()
        with self._database.read() as session:
            paused = accounts.paused_accounts(session)
            ready = holds.ready_accounts(session)
        return [_explained(post, _reason(post, ready, paused, off=off)) for post in posts]


def _is_open(post: Post) -> bool:
    return post.status is PostStatus.SCHEDULED and post.error is None


def _reason(
    post: Post, ready: frozenset[str], paused: frozenset[str], *, off: bool
) -> Failure | None:
    if post.account_id in paused:
        return ACCOUNT_PAUSED
    if post.account_id not in ready:
        return NOT_CONNECTED
    return PUBLISHING_OFF if off else None


def _explained(post: Post, reason: Failure | None) -> Post:
    return replace(post, error=reason) if reason is not None and _is_open(post) else post
