"""Why planned posts wait that their owner holds: the account is paused, or publishing is off.

This is told when posts are looked at, not written into them: it ends when the owner says so.
"""

from collections.abc import Iterable
from dataclasses import replace

from tiktok_manager.domain.posts import Post, PostError, PostStatus
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import accounts
from tiktok_manager.storage.database import Database

PUBLISHING_OFF = PostError(
    code="publishing_off",
    message="Publishing is switched off.",
    action="Switch it on in the settings; the posts are kept.",
)
ACCOUNT_PAUSED = PostError(
    code="account_paused",
    message="The account is paused.",
    action="Resume it; its posts are kept.",
)


class Waiting:
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
        return [_explained(post, off=off, paused=post.account_id in paused) for post in posts]


def _is_open(post: Post) -> bool:
    return post.status is PostStatus.SCHEDULED and post.error is None


def _explained(post: Post, *, off: bool, paused: bool) -> Post:
    if not _is_open(post) or not (off or paused):
        return post
    return replace(post, error=ACCOUNT_PAUSED if paused else PUBLISHING_OFF)
