"""Asking TikTok what became of a video, and turning its answer into the post's status.

Asking is always safe, so it may be repeated freely. Nothing here ever opens a new upload: a post
whose outcome stays unknown becomes `unconfirmed` and waits for TikTok or the user.
"""

import logging
import random
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.attempts import (
    Attempt,
    AttemptEnd,
    AttemptOutcome,
    Claim,
    Fenced,
    Outcome,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    ActionNeeded,
    Failure,
    FailureClass,
    NetworkDown,
    StorageError,
    TikTokRefused,
)
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.posts import Post, PostStatus, Privacy
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.reconciling import Reconciler
from tiktok_manager.tiktok.answers import PublishState, PublishStatus
from tiktok_manager.tiktok.gateway import ENDLESS_S, Gateway, RateLimited
from tiktok_manager.tiktok.limits import Kind

logger = logging.getLogger(__name__)

LOCKED_RETRY = timedelta(minutes=10)
OUTAGE_RETRY = timedelta(seconds=15)
UPLOAD_URL_LIFE = timedelta(minutes=55)
"""TikTok's upload addresses live an hour; one about to end is not worth starting on."""
PROVEN_DEAD_AFTER = timedelta(minutes=70)
"""An upload address lives an hour; ten minutes more for clocks that differ."""

UPLOAD_GONE = "upload_gone"
OFFERS_AT_ONCE = 3
OFFER_AT_POLL = 10
FILE_CODES = frozenset({"file_changed"})
# A just issued id may be unknown to TikTok for a moment (seen in the field).
UNKNOWN_ID_PATIENCE = timedelta(minutes=2)


class Checking:
    """Asks for outcomes and settles posts by them."""

    def __init__(
        self,
        attempts: AttemptStore,
        gateway: Gateway,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._store = attempts
        self._gateway = gateway
        self._clock = clock
        self._rng = rng
        self._reconciler = Reconciler(attempts, gateway, clock)

    def run(self, claim: Claim) -> None:
        """Ask once and settle; keeps the post's status when nothing was learned."""
        try:
            self._run(claim)
        except Fenced:
            logger.info("Post %s was taken over", claim.post.id)

    def ask(self, account_id: str, publish_id: str) -> PublishStatus:
        """Ask TikTok for the state of a publish id; raises RemoteError, ActionNeeded."""
        return self._gateway.for_account(account_id).publish_status(publish_id)

    def ask_in_turn(self, claim: Claim, attempt: Attempt, cancel: CancelToken) -> PublishStatus:
        """Ask for the state of an upload under way, no faster than TikTok allows.

        Raises Cancelled besides what `ask` raises.
        """
        calls = self._gateway.for_account(
            claim.post.account_id, cancel=cancel, patience_s=ENDLESS_S
        )
        return calls.publish_status(attempt.publish_id or "")

    def conclude(self, claim: Claim, attempt: Attempt | None, status: PublishStatus) -> None:
        """Settle a claim by TikTok's answer."""
        post = claim.post
        match status.state:
            case PublishState.PUBLISH_COMPLETE:
                self._published(claim, status)
            case PublishState.SEND_TO_USER_INBOX:
                self._in_inbox(claim)
            case PublishState.FAILED if post.status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}:
                # A verdict once given stands; a failure after it is told, not acted upon.
                self._store.settle(
                    claim,
                    Outcome(status=post.status),
                    "now_failed",
                    said=status.fail_reason,
                )
            case PublishState.FAILED:
                self._failed(claim, status)
            case _ if post.status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}:
                self._follow_up(claim)
            case _:
                self._processing(claim, attempt, status)

    def _run(self, claim: Claim) -> None:
        now = self._clock.now()
        wait_s = self._gateway.turn_in_s(Kind.STATUS, claim.post.account_id)
        if wait_s > 0:
            self._keep(claim, now + timedelta(seconds=wait_s), claim.post.error, asked=False)
            return
        attempt = claim.attempt
        if attempt is not None and attempt.open:
            attempt = self._store.polled(claim, attempt)
        try:
            status = self.ask(claim.post.account_id, claim.post.publish_id or "")
        except TikTokRefused as exc:
            self._refused(claim, attempt, exc)
        except RateLimited as exc:
            wait = exc.failure.retry_after or OUTAGE_RETRY
            self._keep(claim, now + wait, claim.post.error, asked=False)
        except NetworkDown as exc:
            wait = exc.failure.retry_after or OUTAGE_RETRY
            self._keep(claim, now + wait, publish_rules.error_of(exc.failure))
        except (ActionNeeded, StorageError) as exc:
            self._keep(claim, now + LOCKED_RETRY, publish_rules.error_from(exc))
        else:
            self.conclude(claim, attempt, status)

    def _published(self, claim: Claim, status: PublishStatus) -> None:
        post = claim.post
        now = self._clock.now()
        found = status.post_ids[0] if status.post_ids else None
        published_at = post.published_at or now
        awaits_id = found is None and post.tiktok_post_id is None and _may_get_id(post)
        outcome = Outcome(
            status=PostStatus.PUBLISHED,
            wake_at=publish_rules.next_follow_up(published_at, now) if awaits_id else None,
            close_attempt=AttemptEnd(AttemptOutcome.PUBLISHED),
            published_at=published_at,
            tiktok_post_id=found,
            url=None if found is None else f"https://www.tiktok.com/@{post.handle}/video/{found}",
        )
        what = "published"
        if post.status is PostStatus.PUBLISHED:
            what = "shown_to_all" if found else ""
        several = tuple(status.post_ids) if len(status.post_ids) > 1 else ()
        self._store.settle(claim, outcome, what, ids=several)

    def _in_inbox(self, claim: Claim) -> None:
        if claim.post.status in {PostStatus.IN_INBOX, PostStatus.PUBLISHED}:
            self._follow_up(claim)
            return
        now = self._clock.now()
        outcome = Outcome(
            status=PostStatus.IN_INBOX,
            wake_at=now + timedelta(hours=1),
            close_attempt=AttemptEnd(AttemptOutcome.IN_INBOX),
            published_at=now,
        )
        self._store.settle(claim, outcome, "in_inbox")

    def _follow_up(self, claim: Claim) -> None:
        wake_at = publish_rules.next_look(claim.post, self._clock.now())
        self._store.settle(claim, Outcome(status=claim.post.status, wake_at=wake_at))

    def _failed(self, claim: Claim, status: PublishStatus) -> None:
        failure = status.failure or _no_reason()
        attempt = claim.attempt
        if attempt is not None and _is_quarantined(claim.post, attempt):
            self._leave_to_user(claim, "known_upload_failed", **failure.as_cause)
            return
        if (
            failure.kind is FailureClass.NEEDS_RECONNECT
            and attempt is not None
            and self._store.reconnected_since(claim.post.account_id, attempt.opened_at)
        ):
            # TikTok speaks of the permission this upload was begun with; there is a new one now.
            failure = replace(failure, kind=FailureClass.RETRY)
        outcome = publish_rules.after_verdict(failure, claim, self._clock.now(), self._rng)
        self._store.settle(claim, outcome, "says_failed", **failure.as_cause)

    def _processing(self, claim: Claim, attempt: Attempt | None, status: PublishStatus) -> None:
        now = self._clock.now()
        if attempt is None:
            self._keep(claim, now + LOCKED_RETRY, claim.post.error)
        elif lacks_bytes(attempt, status):
            self._unfinished(claim, attempt, now)
        else:
            outcome = publish_rules.still_processing(claim.post, attempt, now)
            if outcome.status is PostStatus.UNCONFIRMED and self._reconciled(claim, attempt):
                return
            told = outcome.status is not claim.post.status
            if told and outcome.error is not None:
                self._store.settle(claim, outcome, "cause", **outcome.error.as_cause)
            else:
                self._store.settle(claim, outcome)

    def _unfinished(self, claim: Claim, attempt: Attempt, now: datetime) -> None:
        """TikTok misses the last part: finish the same upload, or know that it is dead.

        It is not proven dead as long as the last part may once have arrived: what TikTok counts
        may lag, or be off by one.
        """
        issued = attempt.url_issued_at or attempt.opened_at
        if _is_quarantined(claim.post, attempt):
            if now - issued > PROVEN_DEAD_AFTER:
                self._leave_to_user(claim, "known_upload_dead")
            else:
                self._keep(claim, now + LOCKED_RETRY, claim.post.error)
            return
        error = claim.post.error
        file_is_gone = error is not None and error.code in FILE_CODES
        is_expired = now - issued > UPLOAD_URL_LIFE
        if now - issued > PROVEN_DEAD_AFTER and not attempt.unanswered:
            outcome = Outcome(
                status=PostStatus.NEEDS_ATTENTION if file_is_gone else PostStatus.SCHEDULED,
                wake_at=None if file_is_gone else now,
                error=error,
                close_attempt=AttemptEnd(AttemptOutcome.PROVEN_DEAD, "expired_unsent"),
            )
            what = "expired_unsent"
        elif file_is_gone or is_expired or not _takes_bytes(attempt, error):
            outcome = publish_rules.still_processing(claim.post, attempt, now)
            if outcome.status is PostStatus.UNCONFIRMED and self._reconciled(claim, attempt):
                return
            outcome = replace(outcome, error=outcome.error if is_expired else error)
            what = ""
        else:
            outcome = Outcome(status=PostStatus.PUBLISHING, wake_at=now, error=error)
            what = "last_part_again"
        self._store.settle(claim, outcome, what)

    def _leave_to_user(self, claim: Claim, what: str, **params: Param) -> None:
        """Ask no more about an upload of an older database: a later one may have gone out."""
        self._store.settle(
            claim,
            Outcome(
                status=PostStatus.UNCONFIRMED,
                error=claim.post.error,
                close_attempt=AttemptEnd(AttemptOutcome.RESTORED, what),
            ),
            what,
            **params,
        )

    def _refused(self, claim: Claim, attempt: Attempt | None, exc: TikTokRefused) -> None:
        now = self._clock.now()
        failure = exc.failure
        if failure.kind is FailureClass.WAIT_RESET or failure.kind is FailureClass.RETRY:
            wait = failure.retry_after or publish_rules.backoff(3, self._rng)
            self._keep(claim, now + wait, publish_rules.error_of(failure))
        elif attempt is None or claim.post.status not in {
            PostStatus.PROCESSING,
            PostStatus.UNCONFIRMED,
        }:
            self._follow_up(claim)
        else:
            self._doubt(claim, attempt, publish_rules.error_of(failure), now)

    def _doubt(self, claim: Claim, attempt: Attempt, error: Failure, now: datetime) -> None:
        """TikTok will not tell: keep asking, and say so once a fresh id has had its time."""
        since = attempt.final_intent_at or attempt.opened_at
        fresh = now - since < UNKNOWN_ID_PATIENCE
        if not fresh and self._reconciled(claim, attempt):
            return
        outcome = Outcome(
            status=claim.post.status if fresh else PostStatus.UNCONFIRMED,
            wake_at=publish_rules.next_check(attempt.polls, since, now),
            error=error,
            release_slot=not fresh,
        )
        self._store.settle(claim, outcome, "" if fresh else "cause", **error.as_cause)

    def _reconciled(self, claim: Claim, attempt: Attempt) -> bool:
        """Search the account's public videos for the post; settle it if it is found."""
        if not self._reconciler.is_due(claim.post, attempt):
            return False
        self._store.looked(claim, attempt)
        found = self._reconciler.find(claim.post, attempt)
        if found is None:
            what = "looked" if self._reconciler.may_look(claim.post) else "may_not_look"
            self._store.note(claim, "looked", what=what)
            return False
        outcome = Outcome(
            status=PostStatus.PUBLISHED,
            close_attempt=AttemptEnd(AttemptOutcome.FOUND),
            published_at=found.posted_at,
            tiktok_post_id=found.tiktok_id,
            url=found.share_url or None,
        )
        self._store.settle(claim, outcome, "found")
        return True

    def _keep(
        self, claim: Claim, wake_at: datetime, error: Failure | None, *, asked: bool = True
    ) -> None:
        """Ask again later. Who cannot be asked for long leaves the post to the user meanwhile."""
        attempt = claim.attempt
        outcome = Outcome(status=claim.post.status, wake_at=wake_at, error=error)
        if asked and claim.post.status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}:
            look_at = publish_rules.next_look(claim.post, self._clock.now())
            outcome = replace(outcome, wake_at=look_at and max(wake_at, look_at))
        told: dict[str, Param] = {}
        if attempt is not None and attempt.open and attempt.final_intent_at is not None:
            outcome = publish_rules.unasked(outcome, attempt, self._clock.now())
            if error is not None and outcome.status is not claim.post.status:
                told = error.as_cause
        self._store.settle(claim, outcome, "cannot_ask" if told else "", **told)


def _may_get_id(post: Post) -> bool:
    """TikTok gives ids to public posts only (status/fetch); a finished draft may be public."""
    return post.choices.privacy in {None, Privacy.PUBLIC}


def _is_quarantined(post: Post, attempt: Attempt) -> bool:
    """Say whether a post was set aside amid an upload: nobody knows what came after this one."""
    return post.status is PostStatus.UNCONFIRMED and attempt.final_intent_at is None


def _takes_bytes(attempt: Attempt, error: Failure | None) -> bool:
    """Say whether it is worth offering the last part again: one turned away only now and then."""
    was_refused = error is not None and error.code == UPLOAD_GONE
    its_turn = attempt.polls <= OFFERS_AT_ONCE or attempt.polls % OFFER_AT_POLL == 0
    return attempt.upload_url_sealed is not None and (its_turn or not was_refused)


def lacks_bytes(attempt: Attempt, status: PublishStatus) -> bool:
    """Say whether TikTok still waits for the last part of an upload."""
    return (
        attempt.sent_at is None
        and status.state is PublishState.PROCESSING_UPLOAD
        and status.uploaded_bytes is not None
        and status.uploaded_bytes < attempt.size_bytes
    )


def _no_reason() -> Failure:
    return Failure(code="failed_without_reason", kind=FailureClass.UNKNOWN)
