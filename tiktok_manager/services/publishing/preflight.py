"""What is looked at before an upload is opened at TikTok; nothing here changes anything there.

`Preparing` looks shortly before a post is due, so that nothing slow is left for that instant. All
that it finds is a cache: a file is known by its fingerprint and an account's rules by the account.
So an edited post finds nothing here, and a crash loses nothing.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, CreatorInfo, Scope
from tiktok_manager.domain.attempts import Claim, Outcome
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, Cancelled, Failure, FailureClass, TikTokRefused
from tiktok_manager.domain.media import MediaFile, MediaInfo, length_findings
from tiktok_manager.domain.posts import Choices, Post, PostMode, PostStatus
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.reconciling import DuplicateCheck
from tiktok_manager.services.quota import Quota
from tiktok_manager.system.media import MediaReader, Stamp, probe, stamp_of
from tiktok_manager.tiktok.gateway import Gateway
from tiktok_manager.tiktok.limits import PER_TOKEN, Kind

INITS_PER_MINUTE = PER_TOKEN[Kind.INIT].calls
"""TikTok takes 6 a minute and token; one is left for the user's other tools."""

CREATOR_INFO_LIFE = timedelta(minutes=2)
FRESH_ENOUGH = timedelta(minutes=1)
"""An answer asked for ahead must still hold at the due instant, and a while in the queue."""


class Preflight:
    """Checks that a claimed post may go out now, as the creator's account is now."""

    def __init__(
        self,
        attempts: AttemptStore,
        gateway: Gateway,
        quota: Quota,
        clock: Clock,
    ) -> None:
        self.files = KnownFiles()
        self.elsewhere = DuplicateCheck(attempts, gateway, self.files.info, clock)
        self._quota = quota
        self._store = attempts
        self._gateway = gateway
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, CreatorInfo] = {}

    def wait_for_turn(self, claim: Claim) -> Outcome | None:
        """Return a pause if an upload opened now would break TikTok's limits, else None."""
        wait = self._quota.wait(claim.post.account_id, claim.post.mode)
        if wait is not None:
            until, error = wait
            return Outcome(
                status=PostStatus.SCHEDULED, wake_at=until, error=error, released_at=until
            )
        wake_at = self.next_turn(claim.post.account_id)
        if wake_at is None:
            return None
        return Outcome(
            status=PostStatus.SCHEDULED,
            wake_at=wake_at,
            error=Failure(code="own_rate_limit"),
        )

    def next_turn(self, account_id: str) -> datetime | None:
        """Return when an upload may be opened, None for now.

        Those kept in the database count, too: an earlier process may have opened them.
        """
        now = self._clock.now()
        minute = timedelta(seconds=61)
        recent = self._store.inits_since(account_id, now - minute)
        if len(recent) >= INITS_PER_MINUTE:
            return recent[-INITS_PER_MINUTE] + minute
        wait_s = self._gateway.turn_in_s(Kind.INIT, account_id)
        return now + timedelta(seconds=wait_s) if wait_s > 0.0 else None

    def choices(self, claim: Claim) -> Choices:
        """Return the choices to send for a direct post; raises TikTokRefused if they cannot be.

        What the creator's account has switched off stays off, whatever was ticked when planning.
        """
        post = claim.post
        if not self._store.may(post.account_id, SCOPE_OF_MODE[post.mode]):
            raise TikTokRefused(_not_granted(post.mode))
        if post.mode is PostMode.INBOX:
            if post.attempts or claim.attempt is not None:
                # A read that fails costs nothing; an init that fails may count at TikTok.
                self.ask(post.account_id)
            return post.choices
        creator = self._creator_info(
            post.account_id,
            CREATOR_INFO_LIFE,
            self._gateway.for_account(post.account_id).creator_info,
        )
        if post.choices.privacy not in creator.privacy_options:
            raise TikTokRefused(_privacy_gone(creator))
        self._check_duration(claim, creator)
        return replace(
            post.choices,
            allow_comment=post.choices.allow_comment and not creator.comment_disabled,
            allow_duet=post.choices.allow_duet and not creator.duet_disabled,
            allow_stitch=post.choices.allow_stitch and not creator.stitch_disabled,
        )

    def look_ahead(self, post: Post) -> None:
        """Ask TikTok now what `choices` needs soon, unless the post will have to wait anyway.

        Raises RemoteError and ActionNeeded; the account keeps its status.
        """
        if not self._store.may(post.account_id, SCOPE_OF_MODE[post.mode]):
            return
        if post.mode is PostMode.DIRECT and not self._quota.wait(post.account_id, post.mode):
            calls = self._gateway.for_account(post.account_id)
            self._creator_info(post.account_id, FRESH_ENOUGH, calls.creator_info_ahead)

    def forget(self, account_id: str) -> None:
        """Ask TikTok anew before the next init: the last one failed."""
        with self._lock:
            self._known.pop(account_id, None)

    def ask(self, account_id: str) -> None:
        """Ask TikTok something harmless, to see whether it answers and what time it has."""
        self._gateway.for_account(account_id).profile((Scope.BASIC,))

    def _creator_info(
        self, account_id: str, life: timedelta, ask: Callable[[], CreatorInfo]
    ) -> CreatorInfo:
        now = self._clock.now()
        with self._lock:
            known = self._known.get(account_id)
        if known is not None and _is_fresh(known, now, life):
            return known
        asked = ask()
        self._store.heard(account_id, asked)
        with self._lock:
            self._known[account_id] = asked
        return asked

    def _check_duration(self, claim: Claim, creator: CreatorInfo) -> None:
        info = self.files.info(claim.post.media)
        if info is None:
            return
        limits_s = {claim.post.handle: creator.max_duration_s}
        for finding in length_findings(claim.post.media.path.name, info, limits_s):
            if finding.code == "video_too_long":
                raise TikTokRefused(
                    Failure(
                        code="duration_check_failed",
                        params={"why": "too_long", **finding.params},
                        kind=FailureClass.NEEDS_EDIT,
                    )
                )


def _is_fresh(info: CreatorInfo, now: datetime, life: timedelta) -> bool:
    return timedelta() <= now - info.asked_at < life


def _not_granted(mode: PostMode) -> Failure:
    """Say so without asking TikTok: its answer would hold what the account did allow, too."""
    return Failure(
        code="scope_not_granted", params={"mode": mode.value}, kind=FailureClass.NEEDS_EDIT
    )


def _privacy_gone(creator: CreatorInfo) -> Failure:
    offered = tuple(creator.privacy_options)
    return Failure(
        code="privacy_level_option_mismatch",
        params={"offered": offered},
        kind=FailureClass.NEEDS_EDIT,
    )


def withheld(wanted: Choices, granted: Choices) -> tuple[str, ...]:
    """Return what the creator has switched off at TikTok since the post was planned."""
    pairs = {
        "comments": (wanted.allow_comment, granted.allow_comment),
        "duets": (wanted.allow_duet, granted.allow_duet),
        "stitches": (wanted.allow_stitch, granted.allow_stitch),
    }
    return tuple(name for name, (asked, given) in pairs.items() if asked and not given)


KNOWN_FILES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A file as it was seen; `stamp` is None if it was not the planned one."""

    stamp: Stamp | None
    info: MediaInfo | None


class KnownFiles:
    """Spares reading a file again that still bears the stamp it was proven under. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[MediaFile, _Known] = OrderedDict()

    def __contains__(self, media: MediaFile) -> bool:
        return self._find(media) is not None

    def look(self, media: MediaFile, cancel: CancelToken) -> None:
        """Open a file, read it whole where its time or identity differ, and remember it.

        Raises MediaChanged, which is remembered too, and Cancelled.
        """
        stamp = None
        try:
            with closing(MediaReader(media, cancel)) as reader:
                stamp = reader.stamp
        finally:
            if not cancel.cancelled:
                info = None if stamp is None else probe(media.path)
                self._remember(media, _Known(stamp=stamp, info=info))

    def open(self, media: MediaFile, cancel: CancelToken) -> MediaReader:
        """Open a file for sending. Raises MediaChanged and Cancelled as MediaReader does."""
        known = self._find(media)
        return MediaReader(media, cancel, None if known is None else known.stamp)

    def info(self, media: MediaFile) -> MediaInfo | None:
        """Return what is inside a file as it is now, None if it cannot be read as a video."""
        known = self._find(media)
        if known is not None and known.stamp is not None and known.stamp == stamp_of(media.path):
            return known.info
        return probe(media.path)

    def _find(self, media: MediaFile) -> _Known | None:
        with self._lock:
            return self._known.get(media)

    def _remember(self, media: MediaFile, known: _Known) -> None:
        with self._lock:
            self._known[media] = known
            self._known.move_to_end(media)
            while len(self._known) > KNOWN_FILES:
                self._known.popitem(last=False)


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
