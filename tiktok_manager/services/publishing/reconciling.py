"""Finding a video among an account's public ones: an unconfirmed post, or a likely double.

TikTok's list shows public videos only and may lag, so not finding one proves nothing. A find for an
unconfirmed post must be the only candidate: same time, same length, same words, and nothing another
post could claim. Two computers with the same accounts and plans know nothing of each other, but
both see the list: it is looked through before an installation's first video.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from tiktok_manager.domain.accounts import Scope
from tiktok_manager.domain.attempts import Attempt
from tiktok_manager.domain.captions import same_words
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import ActionNeeded, RemoteError
from tiktok_manager.domain.media import MediaFile, MediaInfo
from tiktok_manager.domain.metrics import VideoCounters
from tiktok_manager.domain.posts import Post, PostMode, Privacy
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.video_list import pages
from tiktok_manager.system import video
from tiktok_manager.tiktok.gateway import Gateway

LOOKS_AFTER = (timedelta(minutes=40), timedelta(minutes=90), timedelta(hours=6.5))
"""Since the last byte left: ten minutes, an hour and six hours after it became unconfirmed."""

PAGES = 3
EARLY = timedelta(minutes=2)
DURATION_TOLERANCE_S = 1.0


class Reconciler:
    """Looks an unconfirmed post up in the account's video list."""

    def __init__(self, attempts: AttemptStore, gateway: Gateway, clock: Clock) -> None:
        self._store = attempts
        self._gateway = gateway
        self._clock = clock

    def is_due(self, post: Post, attempt: Attempt) -> bool:
        """Say whether it is time to look, and whether looking can find anything."""
        sent = attempt.final_intent_at
        if sent is None or not may_be_listed(post):
            return False
        elapsed = self._clock.now() - sent
        looked = timedelta() if attempt.listed_at is None else attempt.listed_at - sent
        return any(looked < threshold <= elapsed for threshold in LOOKS_AFTER)

    def may_look(self, post: Post) -> bool:
        """Say whether TikTok lists the account's videos for us: its owner granted the scope."""
        return self._store.may(post.account_id, Scope.VIDEO_LIST)

    def find(self, post: Post, attempt: Attempt) -> VideoCounters | None:
        """Return the one video that must be this post, None if there is none or a doubt."""
        sent = attempt.final_intent_at
        if sent is None or not self.may_look(post):
            return None
        try:
            listed = self.list_videos(post.account_id, until=sent - EARLY)
        except (RemoteError, ActionNeeded):
            return None
        others = self._store.posts_without_id(post, sent - EARLY)
        if any(may_be_listed(o) and same_words(post.caption, o.caption) for o in others):
            return None  # what is found may be theirs
        info = video.probe(post.media.path)
        duration_s = None if info is None else info.duration_s
        found = candidates(
            post, listed, sent=sent, duration_s=duration_s, is_free=self._store.is_free
        )
        return found[0] if len(found) == 1 else None

    def list_videos(self, account_id: str, until: datetime) -> list[VideoCounters]:
        """Return the newest public videos, some pages or as far as `until`; raises RemoteError."""
        videos: list[VideoCounters] = []
        calls = self._gateway.for_account(account_id)
        for page in islice(pages(calls.video_page), PAGES):
            videos.extend(page.videos)
            if page.videos and page.videos[-1].posted_at < until:
                break
        return videos


def may_be_listed(post: Post) -> bool:
    """Say whether TikTok's list of public videos can ever show a post."""
    return post.mode is PostMode.DIRECT and post.choices.privacy is Privacy.PUBLIC


def candidates(
    post: Post,
    listed: Sequence[VideoCounters],
    *,
    sent: datetime,
    duration_s: float | None,
    is_free: Callable[[str], bool],
) -> list[VideoCounters]:
    """Return the listed videos that could be this post."""
    return [
        found
        for found in listed
        if found.posted_at >= sent - EARLY
        and _same_length(found.duration_s, duration_s)
        and same_words(post.caption, found.caption)
        and is_free(found.tiktok_id)
    ]


def _same_length(listed_s: int | None, planned_s: float | None) -> bool:
    """Compare lengths; a listed video of no known length is not taken for ours."""
    if planned_s is None:
        return True
    return listed_s is not None and abs(listed_s - planned_s) <= DURATION_TOLERANCE_S


LOOK_BACK = timedelta(hours=24)

logger = logging.getLogger(__name__)


class DuplicateCheck:
    """Looks through an account's public videos of the last day. It may see nothing, and only warns.

    To hold the post back would be wrong as often as right: the same words are no proof.
    """

    def __init__(
        self,
        attempts: AttemptStore,
        gateway: Gateway,
        info_of: Callable[[MediaFile], MediaInfo | None],
        clock: Clock,
    ) -> None:
        self._store = attempts
        self._reconciler = Reconciler(attempts, gateway, clock)
        self._info_of = info_of
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
        info = self._info_of(post.media)
        found = candidates(
            post,
            listed,
            sent=since,
            duration_s=None if info is None else info.duration_s,
            is_free=self._store.is_free,
        )
        return found[0] if found else None
