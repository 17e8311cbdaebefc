"""Looks at posts shortly before they are due, so that nothing slow is left for that instant.

All that is found is a cache: a file is known by its fingerprint and an account's rules by the
account, so an edited post finds nothing here, and a crash loses nothing. Nothing is changed at
TikTok, except that a permission near its end is renewed.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, Cancelled
from tiktok_manager.domain.posts import Post
from tiktok_manager.services.publishing.preflight import Preflight
from tiktok_manager.tiktok.gateway import Gateway

logger = logging.getLogger(__name__)

LOOK_AHEAD = timedelta(minutes=2)
ASK_AHEAD = timedelta(seconds=25)
"""TikTok is asked so late because its connections stay open for 30 s only, and not later because
the publisher looks every 20 s."""

ASK_AGAIN_S = 60.0


class Preparing:
    """Prepares posts, each once at a time. Safe from any thread."""

    def __init__(self, preflight: Preflight, gateway: Gateway, clock: Clock) -> None:
        self._files = preflight.files
        self._preflight = preflight
        self._gateway = gateway
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._asked_at_s: dict[str, float] = {}

    def pick(self, posts: Sequence[Post], limit: int) -> list[Post]:
        """Return up to `limit` posts that lack something; each must be given to `prepare`."""
        with self._lock:
            free = max(0, limit - len(self._under_way))
            lacking = [post for post in posts if self._lacks(post)][:free]
            self._under_way.update(post.id for post in lacking)
        return lacking

    def prepare(self, post: Post, cancel: CancelToken) -> None:
        """Do what is slow. What goes wrong is told when the post is due, not now."""
        try:
            cancel.check()
            if post.media not in self._files:
                self._files.look(post.media, cancel)
            if self._may_ask(post):
                self._ask(post)
        except Cancelled:
            logger.debug("The publisher is stopping: post %s is not prepared", post.id)
        except AppError as exc:
            logger.info("Post %s is not prepared: %s", post.id, exc)
        finally:
            with self._lock:
                self._under_way.discard(post.id)

    def _ask(self, post: Post) -> None:
        with self._lock:
            self._asked_at_s[post.account_id] = self._clock.monotonic_s()
        self._gateway.for_account(post.account_id).renew()  # renewed if it is near its end
        self._preflight.look_ahead(post)

    def _lacks(self, post: Post) -> bool:
        if post.id in self._under_way:
            return False
        return post.media not in self._files or self._may_ask(post)

    def _may_ask(self, post: Post) -> bool:
        due_at = post.next_try_at or post.schedule.due_at
        asked_at_s = self._asked_at_s.get(post.account_id, float("-inf"))
        is_old = self._clock.monotonic_s() - asked_at_s >= ASK_AGAIN_S
        return is_old and due_at - self._clock.now() <= ASK_AHEAD
