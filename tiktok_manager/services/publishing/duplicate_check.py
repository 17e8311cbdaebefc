"""Before an installation's first video of an account: has another one just posted the same?

Two computers with the same accounts and plans know nothing of each other; TikTok's list of public
videos is the one thing both can see.
"""

import logging
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import Scope
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import RemoteError
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Post
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.files import KnownFiles
from tiktok_manager.services.publishing.reconciling import Reconciler, candidates, may_be_listed
from tiktok_manager.tiktok.gateway import Gateway

LOOK_BACK = timedelta(hours=24)

logger = logging.getLogger(__name__)


class DuplicateCheck:
    """Looks through an account's public videos of the last day. It may see nothing, and only warns.

    To hold the post back would be wrong as often as right: the same words are no proof.
    """

    def __init__(
        self, attempts: AttemptStore, gateway: Gateway, files: KnownFiles, clock: Clock
    ) -> None:
        self._store = attempts
        self._reconciler = Reconciler(attempts, gateway, clock)
        self._files = files
        self._clock = clock

    def found_at(self, post: Post) -> datetime | None:
        """Return when the account posted the same words elsewhere, mostly None.

        Raises ReconnectNeeded.
        """
        if not self._may_find(post):
            return None
        try:
            found = self._find(post)
        except RemoteError as exc:
            logger.warning("Nobody could see what @%s posted lately: %s", post.handle, exc.code)
            return None
        return None if found is None else found.posted_at

    def _may_find(self, post: Post) -> bool:
        return (
            may_be_listed(post)
            and bool(post.caption.strip())
            and self._store.is_newcomer(post.account_id)
            and self._store.may(post.account_id, Scope.VIDEO_LIST)
        )

    def _find(self, post: Post) -> VideoCounters | None:
        since = self._clock.now() - LOOK_BACK
        listed = self._reconciler.list_videos(post.account_id, until=since)
        info = self._files.info(post.media)
        found = candidates(
            post,
            listed,
            sent=since,
            duration_s=None if info is None else info.duration_s,
            is_free=self._store.is_free,
        )
        return found[0] if found else None
