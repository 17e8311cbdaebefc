"""Design bugs in how a post is sent and what became of it is asked; see `mutations`."""

from dataclasses import replace
from typing import Any

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.attempts import (
    Attempt,
    AttemptEnd,
    AttemptOutcome,
    Claim,
    Fenced,
    Outcome,
)
from tiktok_manager.domain.errors import AppError, NetworkDown, TikTokRefused
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.publishing import attempt_store
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.checking import Checking
from tiktok_manager.services.publishing.delivery import Delivery
from tiktok_manager.services.publishing.transfer import Transfer
from tiktok_manager.tiktok import chunk_plans
from tiktok_manager.tiktok.answers import PublishStatus
from tiktok_manager.tiktok.chunk_plans import ChunkPlan

IN_DOUBT = frozenset({PostStatus.PROCESSING, PostStatus.UNCONFIRMED})


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _anew(work: Any, claim: Claim, why: str) -> None:
    """Close whatever is open and let the post start all over."""
    clock, recorder = work._clock, work._store
    outcome = Outcome(status=PostStatus.SCHEDULED, wake_at=clock.now(), close_attempt=ended(why))
    recorder.settle(claim, outcome, "")


def ended(code: str) -> AttemptEnd:
    return AttemptEnd(AttemptOutcome.ABANDONED, code)


def no_final_intent() -> None:
    _set(AttemptStore, "final_intent", lambda _self, _claim, attempt: attempt)


def reinit_on_401() -> None:
    original = Checking._run

    def run(self: Checking, claim: Claim) -> None:
        account_id = claim.post.account_id
        try:
            gateway = self._gateway
            token = gateway._tokens.access_token(account_id)
            with gateway._routing.client(account_id) as client:
                client.publish_status(token, claim.post.publish_id or "")
        except TikTokRefused as exc:
            if exc.failure.code == "access_token_invalid" and claim.post.status in IN_DOUBT:
                _anew(self, claim, "the token expired")
                return
        except AppError:
            pass
        original(self, claim)

    _set(Checking, "_run", run)


def ceil() -> None:
    original = chunk_plans.plans_in_order

    def plans(*known: Any) -> list[ChunkPlan]:
        return [
            replace(plan, count=-(-plan.size_bytes // plan.chunk_bytes))
            for plan in original(*known)
        ]

    _set(attempt_store, "plans_in_order", plans)


def ids_kept_late() -> None:
    final_intent, inited, sent = AttemptStore.final_intent, AttemptStore.inited, AttemptStore.sent
    urls: dict[int, str] = {}

    def in_memory(
        self: AttemptStore, _claim: Claim, attempt: Attempt, publish_id: str, upload_url: str
    ) -> Attempt:
        urls[attempt.id] = upload_url
        return replace(attempt, publish_id=publish_id, url_issued_at=self._clock.now())

    def kept(self: AttemptStore, claim: Claim, attempt: Attempt) -> Attempt:
        attempt = inited(self, claim, attempt, attempt.publish_id or "", urls[attempt.id])
        return sent(self, claim, final_intent(self, claim, attempt))

    _set(AttemptStore, "inited", in_memory)
    _set(AttemptStore, "upload_url", lambda _self, attempt: urls[attempt.id])
    _set(AttemptStore, "acked", lambda _self, _claim, attempt, _bytes: attempt)
    _set(AttemptStore, "final_intent", lambda _self, _claim, attempt: attempt)
    _set(AttemptStore, "sent", kept)


def no_verdict() -> None:
    def published(self: Delivery) -> None:
        now = self._tools.clock.now()
        self._settle(
            Outcome(
                status=PostStatus.PUBLISHED,
                published_at=now,
                close_attempt=AttemptEnd(AttemptOutcome.PUBLISHED),
            ),
            "",
        )

    _set(Delivery, "_processing", published)


def doubt_starts_anew() -> None:
    def anew(self: Delivery, _exc: AppError) -> None:
        now = self._tools.clock.now()
        self._settle(
            Outcome(status=PostStatus.SCHEDULED, wake_at=now, close_attempt=ended("again")), ""
        )

    _set(Delivery, "_doubt", anew)


def timeout_means_lost() -> None:
    original = Transfer._put

    def put(self: Transfer, index: int) -> object:
        try:
            return original(self, index)
        except NetworkDown as exc:
            if index < self._plan.count - 1:
                raise
            # What a naive `except Timeout: start over` comes to.
            _anew(self, self._claim, "timed out")
            raise Fenced(title="Planned anew.") from exc

    _set(Transfer, "_put", put)


def books_only() -> None:
    def index_of(self: Transfer, _status: PublishStatus) -> int:
        return min(self.attempt.acked_bytes // self._plan.chunk_bytes, self._plan.count - 1)

    _set(Transfer, "_index_of", index_of)


def guesses_arrival() -> None:
    def index_of(self: Transfer, _status: PublishStatus) -> int:
        following = self.attempt.acked_bytes // self._plan.chunk_bytes + 1
        return min(following, self._plan.count - 1)

    _set(Transfer, "_index_of", index_of)


def failed_is_published() -> None:
    _set(Checking, "_failed", Checking._published)


def processing_is_published() -> None:
    def published(self: Checking, claim: Claim, _attempt: object, status: PublishStatus) -> None:
        self._published(claim, status)

    _set(Checking, "_processing", published)


def silence_means_lost() -> None:
    original = publish_rules.still_processing

    def still_processing(post: Any, attempt: Attempt, now: Any) -> Outcome:
        if now - (attempt.final_intent_at or attempt.opened_at) > publish_rules.UNCONFIRMED_AFTER:
            return Outcome(status=PostStatus.SCHEDULED, wake_at=now, close_attempt=ended("silence"))
        return original(post, attempt, now)

    _set(publish_rules, "still_processing", still_processing)


def dead_at_once() -> None:
    processing = Checking._processing

    def without_doubt(
        self: Checking, claim: Claim, attempt: Attempt | None, status: PublishStatus
    ) -> None:
        counted = status.uploaded_bytes
        if attempt is not None and counted is not None and counted < attempt.size_bytes:
            _anew(self, claim, "dead")
        else:
            processing(self, claim, attempt, status)

    _set(Checking, "_processing", without_doubt)


def stop_forgets() -> None:
    def rest(self: Delivery) -> None:
        now = self._tools.clock.now()
        self._settle(
            Outcome(status=PostStatus.SCHEDULED, wake_at=now, close_attempt=ended("stop")), ""
        )

    _set(Delivery, "_rest", rest)
