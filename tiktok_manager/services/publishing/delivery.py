"""One claimed post on its way: opens or continues an upload and settles what came of it."""

import logging
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.attempts import (
    Attempt,
    AttemptEnd,
    AttemptOutcome,
    Claim,
    Fenced,
    Outcome,
)
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    AppError,
    Cancelled,
    Failure,
    FailureClass,
    NetworkDown,
    RemoteError,
    StorageError,
    TikTokRefused,
)
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.holds import Hold
from tiktok_manager.domain.posts import Choices, PostMode, PostStatus
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.checking import (
    FILE_CODES,
    UPLOAD_URL_LIFE,
    Checking,
    lacks_bytes,
)
from tiktok_manager.services.publishing.leases import LeaseToken
from tiktok_manager.services.publishing.preflight import KnownFiles, Preflight, withheld
from tiktok_manager.services.publishing.publish_gate import Held, PublishGate
from tiktok_manager.services.publishing.transfer import Transfer, UploadFailed, UploadGone
from tiktok_manager.services.quota import Quota
from tiktok_manager.system.media import MediaReader
from tiktok_manager.system.power import keep_awake
from tiktok_manager.tiktok.answers import Upload
from tiktok_manager.tiktok.chunk_plans import ChunkPlan
from tiktok_manager.tiktok.errors import ChunkPlanRefused
from tiktok_manager.tiktok.gateway import Gateway, rate_limited

logger = logging.getLogger(__name__)

MAX_WORKER_LOSSES = 3
DISK_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every delivery works with."""

    attempts: AttemptStore
    checking: Checking
    preflight: Preflight
    publish_gate: PublishGate
    files: KnownFiles
    quota: Quota
    gateway: Gateway
    clock: Clock
    rng: random.Random


class Delivery:
    """Carries one claim as far as it goes now. Use once, on one thread."""

    def __init__(self, tools: Tools, claim: Claim, cancel: LeaseToken) -> None:
        self._tools = tools
        self._claim = claim
        self._cancel = cancel
        self._begun_at = tools.clock.now()
        self._has_asked = False
        newest = claim.attempt
        self._attempt = newest if newest is not None and newest.open else None

    def run(self) -> None:
        """Work and settle. A claim that was taken over is left to its new owner."""
        try:
            self._work()
        except Fenced:
            logger.info("Post %s was taken over or cancelled", self._claim.post.id)
        finally:
            if not self._has_asked:
                self._tools.publish_gate.end_probe(self._claim.post)

    def _work(self) -> None:
        try:
            if self._is_final():
                self._finish()
            else:
                self._deliver()
        except Fenced:
            raise
        except Cancelled:
            self._rest()
        except UploadGone as exc:
            self._gone(exc)
        except RemoteError as exc:
            if self._cancel.cancelled and isinstance(exc, NetworkDown):
                self._rest()
            else:
                self._failed(exc)
        except StorageError as exc:
            self._wait_for_disk(exc)
        except Held as exc:
            self._held(exc.hold)
        except AppError as exc:
            self._stopped(exc)

    def _deliver(self) -> None:
        """Send a post whose last byte has surely not left yet."""
        if self._claim.worker_losses >= MAX_WORKER_LOSSES:
            raise _poisonous(self._claim.worker_losses)
        self._drop_stale_attempt()
        if self._attempt is None and self._claim.only_finish:
            self._settle(Outcome(status=PostStatus.SCHEDULED, wake_at=self._begun_at))
            return
        if self._attempt is None and (pause := self._tools.preflight.wait_for_turn(self._claim)):
            self._tools.attempts.settle(self._claim, pause)
            return
        with closing(self._open_file()) as reader:
            resumed = self._attempt is not None
            attempt = self._attempt or self._open()
            self._transfer(attempt, reader, resumed=resumed)
        self._processing()

    def _finish(self) -> None:
        """Bring a post home whose last part may or may not have arrived."""
        attempt = self._attempt
        if attempt is None:
            return
        status = self._tools.checking.ask_in_turn(self._claim, attempt, self._cancel)
        if lacks_bytes(attempt, status):
            with closing(self._open_file()) as reader:
                self._transfer(attempt, reader, resumed=True)
            self._processing()
        else:
            self._tools.checking.conclude(self._claim, attempt, status)

    def _open_file(self) -> MediaReader:
        return self._tools.files.open(self._claim.post.media, self._cancel)

    def _transfer(self, attempt: Attempt, reader: MediaReader, *, resumed: bool) -> None:
        tools = self._tools
        transfer = Transfer(
            self._claim,
            attempt,
            reader,
            attempts=tools.attempts,
            checking=tools.checking,
            calls=tools.gateway.for_account(self._claim.post.account_id, cancel=self._cancel),
            cancel=self._cancel,
            clock=tools.clock,
            rng=tools.rng,
        )
        try:
            with keep_awake():
                transfer.run(resumed=resumed)
        finally:
            self._attempt = transfer.attempt

    def _open(self) -> Attempt:
        """Open an upload at TikTok: intent first, then the call, then id and URL in one commit."""
        tools = self._tools
        self._check_fruitless_inits()
        post = self._claim.post
        choices = tools.preflight.choices(self._claim)
        tools.publish_gate.check(post, self._begun_at, lambda: tools.preflight.ask(post.account_id))
        if elsewhere := tools.preflight.elsewhere.found_at(post):
            logger.warning("Post %s: the same caption was posted elsewhere", post.id)
            tools.attempts.note(self._claim, "warning", what="same_caption", posted_at=elsewhere)
        if without := withheld(post.choices, choices):
            tools.attempts.note(self._claim, "warning", what="withheld", features=without)
        return self._open_by_any(tools.attempts.chunk_plans(self._claim), choices)

    def _open_by_any(self, plans: Sequence[ChunkPlan], choices: Choices) -> Attempt:
        """Open an upload with the first plan TikTok takes; raises the refusal of the last.

        A refused init sent no byte and publishes nothing. Raises RateLimited between two plans.
        """
        for plan in plans[:-1]:
            try:
                return self._open_by(plan, choices)
            except ChunkPlanRefused:
                self._give_up_plan(plan)
        return self._open_by(plans[-1], choices)

    def _open_by(self, plan: ChunkPlan, choices: Choices) -> Attempt:
        tools = self._tools
        intent = self._attempt = tools.attempts.open_attempt(self._claim, plan)
        self._has_asked = True
        opened = self._init(choices, plan)
        tools.publish_gate.opened()
        attempt = tools.attempts.inited(self._claim, intent, opened.publish_id, opened.upload_url)
        self._attempt = attempt
        return attempt

    def _give_up_plan(self, plan: ChunkPlan) -> None:
        """Keep that TikTok refused a plan, and see whether the next one has its turn."""
        tools = self._tools
        if self._attempt is not None:
            end = AttemptEnd(AttemptOutcome.PLAN_REFUSED, "plan_refused")
            tools.attempts.abandon(self._claim, self._attempt, end)
            self._attempt = None
        tools.attempts.note(
            self._claim, "chunk_plan", count=plan.count, chunk_bytes=plan.chunk_bytes
        )
        self._cancel.check()
        turn_at = tools.preflight.next_turn(self._claim.post.account_id)
        if turn_at is not None:
            raise rate_limited((turn_at - tools.clock.now()).total_seconds())

    def _init(self, choices: Choices, plan: ChunkPlan) -> Upload:
        post = self._claim.post
        calls = self._tools.gateway.for_account(post.account_id)
        if post.mode is PostMode.INBOX:
            return calls.init_inbox(plan)
        return calls.init_direct(post.caption, choices, plan)

    def _check_fruitless_inits(self) -> None:
        fruitless = self._fruitless_inits()
        if fruitless >= publish_rules.MAX_FRUITLESS_INITS:
            raise AppError("too_many_uploads", count=fruitless)

    def _fruitless_inits(self) -> int:
        now = self._tools.clock.now()
        # A retry by the user starts the count anew.
        since = max(now - publish_rules.FRUITLESS_WINDOW, self._claim.first_tried_at or now)
        return self._tools.attempts.fruitless_inits(self._claim.post.id, since)

    def _drop_stale_attempt(self) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        issued = attempt.url_issued_at
        if issued is None:
            reason = "answer_lost"
        elif self._tools.clock.now() - issued > UPLOAD_URL_LIFE:
            reason = "address_expired"
        else:
            return
        end = AttemptEnd(AttemptOutcome.ABANDONED, reason)
        self._tools.attempts.abandon(self._claim, attempt, end)
        self._attempt = None

    def _processing(self) -> None:
        self._settle(
            Outcome(
                status=PostStatus.PROCESSING,
                wake_at=self._tools.clock.now() + timedelta(seconds=1),
            ),
        )

    def _rest(self) -> None:
        """The publisher is stopping: the next one goes on from the last commit."""
        now = self._tools.clock.now()
        why = "paused_late" if self._cancel.is_late else "paused_closed"
        if self._is_final():
            self._settle(Outcome(status=PostStatus.PROCESSING, wake_at=now))
        else:
            self._settle(Outcome(status=PostStatus.SCHEDULED, wake_at=now), why)

    def _gone(self, exc: UploadGone) -> None:
        if isinstance(exc, UploadFailed):
            self._tools.checking.conclude(self._claim, self._attempt, exc.status)
            return
        if self._is_final():
            self._doubt(exc)
            return
        if self._attempt is not None:
            end = AttemptEnd(AttemptOutcome.ABANDONED, exc.code)
            self._tools.attempts.abandon(self._claim, self._attempt, end)
            self._attempt = None
        failure = replace(exc.failure, kind=FailureClass.RETRY).adding(advice="uploaded_anew")
        self._failed(RemoteError(failure))

    def _failed(self, exc: RemoteError) -> None:
        if self._is_final():
            self._doubt(exc)
            return
        failure = exc.failure
        not_before = self._tools.clock.now()
        if self._attempt is not None and self._attempt.publish_id is None:
            not_before += self._close_intent(self._attempt, exc)
        if (hold := self._tools.publish_gate.pause_after(failure, self._claim.post)) is not None:
            self._held(replace(hold, until=max(hold.until, not_before)))
            return
        now = self._tools.clock.now()
        outcome = publish_rules.after_failure(failure, self._claim, now, self._tools.rng)
        if failure.kind is FailureClass.RETRY and outcome.wake_at is not None:
            wait = timedelta(seconds=self._tools.gateway.traffic.retries.take())
            not_before = max(not_before, now + wait)
        if failure.code == "reached_active_user_cap" and outcome.wake_at is not None:
            self._tools.quota.pause_app(outcome.wake_at)
            self._tools.publish_gate.app_is_full(publish_rules.error_of(failure), outcome.wake_at)
        if outcome.wake_at is not None:
            outcome = replace(outcome, wake_at=max(outcome.wake_at, not_before))
        self._settle(outcome, "cause", **failure.as_cause)

    def _close_intent(self, intent: Attempt, exc: RemoteError) -> timedelta:
        """End an upload that was not opened; returns the least wait before another.

        Without an answer there is no upload to continue; without bytes it posts nothing. But
        TikTok may hold it open, and such ones are few a day: they must outlast a passing fault.
        """
        tools = self._tools
        answered = isinstance(exc, TikTokRefused) or exc.failure.kind is FailureClass.WAIT_RESET
        how = AttemptOutcome.REFUSED if answered else AttemptOutcome.ABANDONED
        tools.attempts.abandon(self._claim, intent, AttemptEnd(how, exc.failure.code))
        self._attempt = None
        tools.preflight.forget(self._claim.post.account_id)
        if answered:
            return timedelta()
        return publish_rules.wait_after_lost_init(self._fruitless_inits(), tools.rng)

    def _held(self, hold: Hold) -> None:
        """What stands in the way is no fault of this post."""
        now = self._tools.clock.now()
        outcome = publish_rules.held(hold.error, hold.until, self._claim, now)
        self._settle(outcome, "cause", **hold.error.as_cause)

    def _stopped(self, exc: AppError) -> None:
        if self._is_final():
            self._doubt(exc)
        else:
            self._settle(publish_rules.needs_user(exc), "cause", **exc.failure.as_cause)

    def _wait_for_disk(self, exc: StorageError) -> None:
        """Our own books cannot be kept: go on by itself from the last commit once they can."""
        outcome = Outcome(
            status=PostStatus.PROCESSING if self._is_final() else PostStatus.SCHEDULED,
            wake_at=self._tools.clock.now() + DISK_RETRY,
            error=publish_rules.error_from(exc),
        )
        self._settle(outcome, "cause", **exc.failure.as_cause)

    def _doubt(self, exc: AppError) -> None:
        """The last byte may have left: only TikTok's verdict leads on from here."""
        attempt = self._attempt
        now = self._tools.clock.now()
        since = now if attempt is None else attempt.final_intent_at or now
        polls = 0 if attempt is None else attempt.polls
        error = publish_rules.error_from(exc)
        self._settle(
            Outcome(
                status=PostStatus.PROCESSING,
                wake_at=publish_rules.next_check(polls, since, now),
                error=error.adding(advice=_advice(error)),
            ),
            "asking_tiktok",
            **exc.failure.as_cause,
        )

    def _settle(self, outcome: Outcome, what: str = "", **params: Param) -> None:
        self._tools.attempts.settle(self._claim, outcome, what, **params)

    def _is_final(self) -> bool:
        return self._attempt is not None and self._attempt.final_intent_at is not None


def _advice(error: Failure) -> str:
    """Return the advice while TikTok may have the whole video."""
    return "file_back" if error.code in FILE_CODES else "asked"


def _poisonous(losses: int) -> AppError:
    return AppError("worker_lost", count=losses)
