"""Pulling an account's profile, videos and counters, for `services.accounts` only."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tiktok_manager.domain.accounts import Account, CreatorInfo, Profile, Scope, numbers_untold
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    AppError,
    Cancelled,
    FailureClass,
    ReconnectNeeded,
    RemoteError,
    StorageError,
)
from tiktok_manager.domain.events import AccountChanged, EventBus, MetricsUpdated
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.metrics import AccountCounters, VideoCounters
from tiktok_manager.services.video_list import pages
from tiktok_manager.storage import accounts as queries
from tiktok_manager.storage import metrics
from tiktok_manager.storage.database import Database

if TYPE_CHECKING:
    from tiktok_manager.storage.metrics_file import MetricsFile
    from tiktok_manager.tiktok.answers import VideoPage
    from tiktok_manager.tiktok.gateway import AccountCalls, Gateway

logger = logging.getLogger(__name__)

MAX_VIDEO_PAGES = 10_000
"""So that a list without an end ends; at 20 videos a page nobody has as many."""

AVATAR_MAX_BYTES = 2_000_000
PATIENCE_S = 120.0
"""Nobody waits for a sync by the second: a call of it waits for its turn as long as this."""

_VIDEOS_AT_ONCE = 500  # so that no other work waits long for the database
_PASSING = frozenset({FailureClass.RETRY, FailureClass.WAIT_RESET})


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What a sync of one account brought; `error` says why it brought nothing, or not all.

    `findings` say what TikTok does not tell of the account, for a scope was not granted.
    """

    account_id: str
    handle: str
    videos: int = 0
    error: AppError | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStep:
    """How far a sync of several accounts is: `handle` is next, `done` of `total` are over."""

    handle: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """The videos TikTok listed, each once; `is_whole` unless it said there are more."""

    videos: Sequence[VideoCounters]
    is_whole: bool = True


class Syncing:
    """Pulls one account after the other."""

    def __init__(
        self,
        *,
        database: Database,
        metrics_file: MetricsFile,
        gateway: Gateway,
        events: EventBus,
        clock: Clock,
        avatars_dir: Path,
    ) -> None:
        self._database = database
        self._metrics = metrics_file
        self._gateway = gateway
        self._events = events
        self._clock = clock
        self._avatars_dir = avatars_dir

    def sync(self, account: Account, cancel: CancelToken) -> SyncResult:
        """Pull what may be seen of an account and record it; raises Cancelled alone."""
        calls = self._gateway.for_account(account.id, cancel=cancel, patience_s=PATIENCE_S)
        try:
            profile = _profile(calls, account)
            listed = _list(calls, account, cancel) if account.may(Scope.VIDEO_LIST) else None
        except Cancelled:
            raise
        except RemoteError as exc:
            return self._failed(account, repeated_by_hand(exc, "sync"))
        except AppError as exc:
            return self._failed(account, exc)
        listed = listed or _Listed(videos=())
        trouble = self._record(account, profile, listed.videos)
        with self._database.write() as session:
            queries.record_profile(session, account.id, profile, self._clock.now())
        if trouble is not None:
            return self._failed(account, trouble)
        self.fetch_avatar(account.id, profile.avatar_url)
        self._events.publish(MetricsUpdated(account_id=account.id))
        if not listed.is_whole:
            return self._failed(account, _cut_short(len(listed.videos)), len(listed.videos))
        self._events.publish(AccountChanged(account_id=account.id))
        return SyncResult(
            account_id=account.id,
            handle=account.handle,
            videos=len(listed.videos),
            findings=numbers_untold([account]),
        )

    def avatars(self) -> Mapping[str, Path]:
        """Return all cached avatar pictures by account."""
        try:
            return {path.name: path for path in self._avatars_dir.iterdir()}
        except FileNotFoundError:
            return {}

    def fetch_avatar(self, account_id: str, url: str) -> None:
        """Cache the avatar picture from the address TikTok told just now; one may do without.

        The addresses are signed and end after hours.
        """
        if not url:
            return
        try:
            picture = self._gateway.for_account(account_id).fetch_image(url, AVATAR_MAX_BYTES)
            self._avatars_dir.mkdir(parents=True, exist_ok=True)
            (self._avatars_dir / account_id).write_bytes(picture)
        except (AppError, OSError) as exc:
            logger.info("No avatar for account %s: %s", account_id, type(exc).__name__)

    def _record(
        self, account: Account, profile: Profile, videos: Sequence[VideoCounters]
    ) -> StorageError | None:
        """Record counters; returns what is wrong with their file, which stops nothing else."""
        counters = AccountCounters(
            account_id=account.id,
            seen_at=self._clock.now(),
            followers=profile.followers,
            following=profile.following,
            likes=profile.likes,
            videos=profile.videos,
        )
        waiting = iter(videos)
        try:
            while some := list(islice(waiting, _VIDEOS_AT_ONCE)):
                with self._metrics.write() as session:
                    metrics.record_videos(session, account.id, some)
            with self._metrics.write() as session:
                metrics.record_account(session, counters)
        except StorageError as exc:
            return exc
        return None

    def _failed(self, account: Account, error: AppError, videos: int = 0) -> SyncResult:
        with self._database.write() as session:
            queries.record_sync_error(session, account.id, error.failure.kept)
        self._events.publish(AccountChanged(account_id=account.id))
        return SyncResult(account_id=account.id, handle=account.handle, videos=videos, error=error)


def _profile(calls: AccountCalls, account: Account) -> Profile:
    profile = calls.profile(account.scopes)
    if account.handle != account.open_id:
        return profile
    return with_handle(profile, account.scopes, calls.creator_info)


def _list(calls: AccountCalls, account: Account, cancel: CancelToken) -> _Listed:
    """Go on while TikTok says there is more, whatever a page's length."""
    found: dict[str, VideoCounters] = {}

    def read(cursor_ms: int | None) -> VideoPage:
        cancel.check()
        return calls.video_page(cursor_ms=cursor_ms)

    is_whole = False
    for page in islice(pages(read), MAX_VIDEO_PAGES):
        found.update((video.tiktok_id, video) for video in page.videos)
        is_whole = not page.has_more
    if not is_whole:
        logger.warning("The list of videos of account %s has no end", account.id)
    return _Listed(videos=list(found.values()), is_whole=is_whole)


def with_handle(
    profile: Profile, scopes: Sequence[str], ask_creator: Callable[[], CreatorInfo]
) -> Profile:
    """Return the profile with the handle that creator_info tells, if it lacks one.

    The username needs `user.info.profile`, which may not be granted. An account does without.
    """
    if profile.handle is not None or Scope.PUBLISH not in scopes:
        return profile
    try:
        return replace(profile, handle=ask_creator().username or None)
    except RemoteError as exc:
        logger.info("The handle of the account is not known yet: %s", exc.code)
        return profile


def remember_creator(database: Database, account_id: str, info: CreatorInfo) -> None:
    """Keep what the account may post, for whoever plans or looks ahead without asking TikTok.

    How long a video may be stays known where TikTok did not say it this time.
    """
    with database.read() as session:
        known = queries.get_account(session, account_id)
    if known is None:
        return
    said = info.max_duration_s or known.max_duration_s
    if (known.max_duration_s, known.privacy_options) == (said, info.privacy_options):
        return
    with database.write() as session:
        queries.record_creator_limits(session, account_id, said, info.privacy_options)


def repeated_by_hand(error: RemoteError, what: Literal["sync", "connect"]) -> RemoteError:
    """Return the error with what the user can do again: it is not tried by itself."""
    failure = error.failure
    if failure.kind not in _PASSING:
        return error
    if failure.retry_after is None:
        return type(error)(failure.adding(advice=f"{what}_soon"))
    minutes = max(2, math.ceil(failure.retry_after.total_seconds() / 60))
    return type(error)(failure.adding(advice=f"{what}_in", minutes=minutes))


def left_out(account: Account) -> SyncResult:
    """Return the result for an account that must be reconnected before it can be synced."""
    error = ReconnectNeeded(handle=account.handle)
    return SyncResult(account_id=account.id, handle=account.handle, error=error)


def _cut_short(count: int) -> AppError:
    return AppError("list_cut_short", count=count)
