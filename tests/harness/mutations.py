"""Design bugs on order: what a hurried hand might write. Each must make the harness fail.

They are applied inside a worker after its fork, so that the product's files stay as they are.
`probe` is the way of dying that shows the bug soonest; the harness may find it by others too.
"""

from collections.abc import Callable
from concurrent.futures import wait
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tests.harness import routes
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
from tiktok_manager.domain.holds import HOLD_NAMES
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services import plan_changes
from tiktok_manager.services.publishing import attempt_store, checking
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.checking import Checking
from tiktok_manager.services.publishing.delivery import Delivery
from tiktok_manager.services.publishing.publish_gate import PublishGate
from tiktok_manager.services.publishing.transfer import Transfer
from tiktok_manager.services.tokens import TokenKeeper
from tiktok_manager.simulator import Fault
from tiktok_manager.storage import accounts, attempts, downtime, holds, post_rows, posts
from tiktok_manager.storage.schema import AttemptRow, PostRow, TokenRow
from tiktok_manager.system.media import MediaReader
from tiktok_manager.tiktok import chunk_plans
from tiktok_manager.tiktok.answers import PublishStatus
from tiktok_manager.tiktok.chunk_plans import ChunkPlan

IN_DOUBT = frozenset({PostStatus.PROCESSING, PostStatus.UNCONFIRMED})


class Probe(StrEnum):
    """A way of dying."""

    RANDOM = "random"
    POINTS = "every point"
    FREEZE = "every freeze"
    STOP = "every stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One design bug; `seen_by` is the test that must fail under it, where no death shows it."""

    what: str
    apply: Callable[[], None]
    probe: Probe = Probe.RANDOM
    weather: tuple[Fault, ...] = ()
    seen_by: str = ""


EXPIRING = (Fault(endpoint="status", expire_access=True, probability=0.4),)
FAILING = (Fault(endpoint="upload.last", fail_reason="internal", probability=0.4),)
SLOW = (Fault(endpoint="upload.last", processing_s=2_400.0, probability=0.5),)
DEAF = (
    Fault(endpoint="upload.last", drop="after", probability=0.4),
    Fault(endpoint="status", drop="before", probability=0.4),
)
MUTE = (
    Fault(endpoint="upload.last", drop="before", probability=0.5),
    Fault(endpoint="status", drop="before", probability=0.5),
)
FORGETFUL = (Fault(endpoint="upload", drop="after", probability=0.4),)


def _set(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


def _ended(code: str) -> AttemptEnd:
    return AttemptEnd(AttemptOutcome.ABANDONED, code)


def _anew(work: Any, claim: Claim, why: str) -> None:
    """Close whatever is open and let the post start all over."""
    clock, recorder = work._clock, work._store
    outcome = Outcome(status=PostStatus.SCHEDULED, wake_at=clock.now(), close_attempt=_ended(why))
    recorder.settle(claim, outcome, "")


def _no_final_intent() -> None:
    _set(AttemptStore, "final_intent", lambda _self, _claim, attempt: attempt)


def _no_fence() -> None:
    def anybody(session: Session, claim: Claim, **values: Any) -> None:
        session.execute(
            update(PostRow)
            .where(PostRow.id == claim.post.id)
            .values(**(values or {"lease_owner": claim.owner}))
            .execution_options(synchronize_session=False)
        )

    _set(attempts, "_fence", anybody)
    # The table of statuses would stop some of the overtaken writers by itself.
    _set(post_rows, "check_transition", lambda *_old_and_new, **_how: None)


def _reinit_on_401() -> None:
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


def _ceil() -> None:
    original = chunk_plans.plans_in_order

    def plans(*known: Any) -> list[ChunkPlan]:
        return [
            replace(plan, count=-(-plan.size_bytes // plan.chunk_bytes))
            for plan in original(*known)
        ]

    _set(attempt_store, "plans_in_order", plans)


def _ids_kept_late() -> None:
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


def _no_verdict() -> None:
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


def _doubt_starts_anew() -> None:
    def anew(self: Delivery, _exc: AppError) -> None:
        now = self._tools.clock.now()
        self._settle(
            Outcome(status=PostStatus.SCHEDULED, wake_at=now, close_attempt=_ended("again")), ""
        )

    _set(Delivery, "_doubt", anew)


def _timeout_means_lost() -> None:
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


def _books_only() -> None:
    def index_of(self: Transfer, _status: PublishStatus) -> int:
        return min(self.attempt.acked_bytes // self._plan.chunk_bytes, self._plan.count - 1)

    _set(Transfer, "_index_of", index_of)


def _guesses_arrival() -> None:
    def index_of(self: Transfer, _status: PublishStatus) -> int:
        following = self.attempt.acked_bytes // self._plan.chunk_bytes + 1
        return min(following, self._plan.count - 1)

    _set(Transfer, "_index_of", index_of)


def _token_used_before_kept() -> None:
    fresh: dict[str, Any] = {}
    call = TokenKeeper.call

    def rotate(self: TokenKeeper, account_id: str, tokens: Any) -> Any:
        keys = self._settings.app_keys()
        secret = self._vault.open(tokens.refresh_sealed, aad=f"tokens/{account_id}/refresh")
        pair = self._routing.app(account_id).refresh(keys, secret)
        fresh[account_id] = self.seal(account_id, pair, tokens)
        return fresh[account_id]

    def call_then_keep(self: TokenKeeper, account_id: str, use: Callable[[str], Any]) -> Any:
        try:
            return call(self, account_id, use)
        finally:
            if account_id in fresh:
                with self._database.write() as session:
                    accounts.put_grant(session, fresh.pop(account_id))

    _set(TokenKeeper, "_rotate", rotate)
    _set(TokenKeeper, "call", call_then_keep)


def _adopting_resets() -> None:
    original = downtime.adopt_orphans

    def adopt(session: Session, now: Any, *rest: Any) -> int:
        orphans = session.scalars(
            select(PostRow.id).where(
                PostRow.lease_owner.is_not(None),
                PostRow.status.in_([PostStatus.PUBLISHING, PostStatus.PROCESSING]),
            )
        ).all()
        adopted = original(session, now, *rest)
        session.flush()
        session.execute(
            update(PostRow)
            .where(PostRow.id.in_(orphans))
            .values(status=PostStatus.SCHEDULED.value, wake_at=now)
        )
        session.execute(
            update(AttemptRow)
            .where(AttemptRow.post_id.in_(orphans))
            .values(open=False, holds_slot=False, outcome="abandoned", closed_at=now)
        )
        return adopted

    _set(downtime, "adopt_orphans", adopt)


def _failed_is_published() -> None:
    _set(Checking, "_failed", Checking._published)


def _processing_is_published() -> None:
    def published(self: Checking, claim: Claim, _attempt: object, status: PublishStatus) -> None:
        self._published(claim, status)

    _set(Checking, "_processing", published)


def _no_file_proof() -> None:
    _set(MediaReader, "_prove", lambda _self, _digest: None)


def _silence_means_lost() -> None:
    original = publish_rules.still_processing

    def still_processing(post: Any, attempt: Attempt, now: Any) -> Outcome:
        if now - (attempt.final_intent_at or attempt.opened_at) > publish_rules.UNCONFIRMED_AFTER:
            return Outcome(
                status=PostStatus.SCHEDULED, wake_at=now, close_attempt=_ended("silence")
            )
        return original(post, attempt, now)

    _set(publish_rules, "still_processing", still_processing)


def _dead_at_once() -> None:
    _set(checking, "PROVEN_DEAD_AFTER", timedelta(0))


def _stop_forgets() -> None:
    def rest(self: Delivery) -> None:
        now = self._tools.clock.now()
        self._settle(
            Outcome(status=PostStatus.SCHEDULED, wake_at=now, close_attempt=_ended("stop")), ""
        )

    _set(Delivery, "_rest", rest)


def _hold_lost_on_restart() -> None:
    original = PublishGate.begin

    def begin(self: PublishGate) -> None:
        with self._database.write() as session:
            for name in HOLD_NAMES:
                holds.put_hold(session, name, None)
        original(self)

    _set(PublishGate, "begin", begin)


def _stop_waits_for_a_backup() -> None:
    original = Runner._drain

    def drain(self: Runner, end_s: float) -> None:
        wait(list(self._background.unfinished()))
        original(self, end_s)

    _set(Runner, "_drain", drain)


def _call_without_a_route() -> None:
    routes.come_and_go()
    routes.fall_back_to_direct()


def _no_version_check() -> None:
    change = (
        update(PostRow)
        .where(PostRow.id == bindparam("post_id"))
        .values(version=PostRow.version + 1, epoch=PostRow.epoch + 1)
        .returning(PostRow.id)
        .execution_options(synchronize_session=False)
    )
    _set(posts, "_CHANGE", change)
    _set(plan_changes, "_check_unchanged", lambda _session, _before, _after: None)


def _no_owner_in_the_fence() -> None:
    def anybody_of_the_epoch(session: Session, claim: Claim, **values: Any) -> None:
        found = session.execute(
            update(PostRow)
            .where(PostRow.id == claim.post.id, PostRow.epoch == claim.epoch)
            .values(**(values or {"lease_owner": claim.owner}))
            .returning(PostRow.id)
            .execution_options(synchronize_session=False)
        )
        if found.first() is None:
            raise Fenced

    _set(attempts, "_fence", anybody_of_the_epoch)


def _tokens_merged() -> None:
    def merge(session: Session, tokens: Any, *, over: int) -> bool:
        session.merge(TokenRow(account_id=tokens.account_id, **accounts._token_values(tokens)))
        return True

    _set(accounts, "rotate_tokens", merge)


CONTROLS: dict[str, Mutation] = {
    "routes-come-and-go": Mutation(
        what="an account's route is missing now and then", apply=routes.come_and_go
    ),
}
"""Weather in which a mutant is looked for; without its bug nothing may be found in it."""

MUTATIONS: dict[str, Mutation] = {
    "no-final-intent": Mutation(
        what="nothing is committed before the last byte", apply=_no_final_intent
    ),
    "no-fence": Mutation(
        what="writes do not check the claim's epoch", apply=_no_fence, probe=Probe.FREEZE
    ),
    "reinit-on-401": Mutation(
        what="a token that expires while polling starts the post anew",
        apply=_reinit_on_401,
        weather=EXPIRING,
    ),
    "ceil": Mutation(what="the chunk count is rounded up", apply=_ceil),
    "ids-kept-late": Mutation(
        what="publish id and URL are kept after the upload only",
        apply=_ids_kept_late,
        probe=Probe.POINTS,
    ),
    "no-verdict": Mutation(
        what="201 to the last chunk means published", apply=_no_verdict, weather=FAILING
    ),
    "doubt-starts-anew": Mutation(
        what="a failure after the final intent opens a new upload",
        apply=_doubt_starts_anew,
        weather=DEAF,
    ),
    "timeout-means-lost": Mutation(
        what="no answer to the last chunk means that it is lost",
        apply=_timeout_means_lost,
        weather=DEAF,
    ),
    "books-only": Mutation(
        what="uploaded_bytes is ignored, own books rule", apply=_books_only, weather=FORGETFUL
    ),
    "guesses-arrival": Mutation(
        what="a chunk without an answer is taken for arrived",
        apply=_guesses_arrival,
        weather=FORGETFUL,
    ),
    "token-used-before-kept": Mutation(
        what="a new token pair is used before it is stored", apply=_token_used_before_kept
    ),
    "adopting-resets": Mutation(
        what="orphans are planned anew whatever they had reached",
        apply=_adopting_resets,
        probe=Probe.POINTS,
    ),
    "failed-is-published": Mutation(
        what="FAILED is taken for an end like any other",
        apply=_failed_is_published,
        weather=FAILING,
    ),
    "processing-is-published": Mutation(
        what="a post is green while TikTok still checks it",
        apply=_processing_is_published,
        weather=FAILING,
    ),
    "no-file-proof": Mutation(
        what="the file's hash is not compared before the last chunk", apply=_no_file_proof
    ),
    "silence-means-lost": Mutation(
        what="after half an hour without a verdict the post starts anew",
        apply=_silence_means_lost,
        weather=SLOW,
    ),
    "dead-at-once": Mutation(
        what="an unfinished last chunk is proof of death at once",
        apply=_dead_at_once,
        weather=MUTE,
        probe=Probe.FREEZE,
    ),
    "call-without-a-route": Mutation(
        what="where an account's route is missing, the common one is taken",
        apply=_call_without_a_route,
    ),
    "stop-forgets": Mutation(
        what="stopping the app drops the upload, sent or not", apply=_stop_forgets, probe=Probe.STOP
    ),
    "hold-lost-on-restart": Mutation(
        what="a restart forgets what holds every post",
        apply=_hold_lost_on_restart,
        seen_by="services/test_publish_blockers.py"
        "::test_a_cap_of_the_app_and_a_fault_of_ours_survive_a_restart",
    ),
    "stop-waits-for-backup": Mutation(
        what="stopping waits until a backup is done",
        apply=_stop_waits_for_a_backup,
        seen_by="scheduler/test_stop.py"
        "::test_stopping_takes_no_longer_than_it_may_whatever_hangs[backup]",
    ),
    "no-version-check": Mutation(
        what="an edit is written over what was changed meanwhile",
        apply=_no_version_check,
        seen_by="storage/test_versions.py::"
        "test_a_change_of_what_was_changed_since_writes_nothing_and_says_what",
    ),
    "no-owner-in-fence": Mutation(
        what="a worker taken for dead may write on, as long as nobody claimed",
        apply=_no_owner_in_the_fence,
        seen_by="storage/test_versions.py::test_who_was_taken_for_dead_writes_nothing_more",
    ),
    "tokens-merged": Mutation(
        what="a refreshed pair is kept whatever happened meanwhile",
        apply=_tokens_merged,
        seen_by="services/test_late_answers.py::"
        "test_a_refresh_answered_after_a_reconnect_keeps_the_new_permission",
    ),
}
