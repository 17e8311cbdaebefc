"""What is looked at before an upload is opened at TikTok; nothing here changes anything there."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, CreatorInfo, Scope
from tiktok_manager.domain.attempts import Claim, Outcome
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure, FailureClass, TikTokRefused
from tiktok_manager.domain.media import length_findings
from tiktok_manager.domain.posts import Choices, Post, PostMode, PostStatus
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.duplicate_check import DuplicateCheck
from tiktok_manager.services.publishing.files import KnownFiles
from tiktok_manager.services.quota import Quota
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
        self.elsewhere = DuplicateCheck(attempts, gateway, self.files, clock)
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
