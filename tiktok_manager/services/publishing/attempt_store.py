"""Writes down each step before it happens, keeps the flight record, and tells the window."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import AccountStatus, CreatorInfo, Scope
from tiktok_manager.domain.attempts import Attempt, AttemptEnd, Claim, Outcome
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.events import EventBus, PostProgressed, PostStatusChanged
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.posts import Actor, Post, PostStatus
from tiktok_manager.services.publishing.restoring import Restoring
from tiktok_manager.services.storage_guard import StorageGuard, tried_again
from tiktok_manager.services.syncing import remember_creator
from tiktok_manager.services.vault import VaultService
from tiktok_manager.storage import accounts, past_uploads, posts
from tiktok_manager.storage import attempts as queries
from tiktok_manager.storage.installation import add_marks
from tiktok_manager.system.journal import JournalEntry, JournalStep
from tiktok_manager.tiktok.chunk_plans import (
    ChunkPlan,
    chunk_plans,
    cut_of,
    plans_in_order,
    size_class,
)

logger = logging.getLogger(__name__)

PLANS_ROUND = timedelta(minutes=10)
"""A chunk plan refused so lately is not tried again; all may be after a fault's long pause."""


_VERDICTS = frozenset({PostStatus.PUBLISHED, PostStatus.IN_INBOX, PostStatus.FAILED})


class AttemptStore:
    """One method per commit of a publish. Each raises `Fenced` if the claim was taken over."""

    def __init__(
        self,
        vault: VaultService,
        events: EventBus,
        clock: Clock,
        lease: timedelta,
        guard: StorageGuard,
        restoring: Restoring,
    ) -> None:
        self._installation = restoring.installation
        self._journal = restoring.journal
        self._guard = guard
        self._database = guard.database
        self._vault = vault
        self._events = events
        self._clock = clock
        self._lease = lease
        self._open_ids: dict[str, str] = {}

    def heard(self, account_id: str, info: CreatorInfo) -> None:
        """Keep what TikTok said of an account that holds for posts to come."""
        remember_creator(self._database, account_id, info)

    def chunk_plans(self, claim: Claim) -> list[ChunkPlan]:
        """Return the ways to cut a post's file that are still to be tried, the likeliest first."""
        size_bytes = claim.post.media.size_bytes
        with self._database.read() as session:
            accepted = past_uploads.accepted_cut(session, size_class(size_bytes))
            since = self._clock.now() - PLANS_ROUND
            refused = past_uploads.refused_plans(session, claim.post.id, since)
        return plans_in_order(size_bytes, accepted, refused)

    def open_attempt(self, claim: Claim, plan: ChunkPlan) -> Attempt:
        """Commit INIT_INTENT."""
        now = self._clock.now()
        with self._database.write() as session:
            attempt = queries.open_attempt(
                session,
                claim,
                size_bytes=plan.size_bytes,
                chunk_bytes=plan.chunk_bytes,
                count=plan.count,
                now=now,
            )
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                kind="init_intent",
                params={"number": attempt.number, "chunks": plan.count},
            )
        return attempt

    def inited(self, claim: Claim, attempt: Attempt, publish_id: str, upload_url: str) -> Attempt:
        """Commit the publish id and the sealed upload URL together, then journal it.

        Raises StorageError if the journal cannot be written: an upload could not be finished.
        """
        sealed = self._vault.seal(upload_url, aad=_url_aad(attempt))
        cut = cut_of(attempt.size_bytes, attempt.chunk_bytes, attempt.chunk_count)
        usual = next(iter(chunk_plans(attempt.size_bytes)))
        now = self._clock.now()
        with self._database.write() as session:
            attempt = queries.record_init(
                session, claim, attempt, publish_id=publish_id, sealed=sealed, now=now
            )
            if cut is not None:
                past_uploads.keep_accepted_cut(session, size_class(attempt.size_bytes), cut, usual)
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                kind="inited",
                actor=Actor.TIKTOK,
                params={"publish_id": publish_id},
            )
        self._journal.append(self._entry(claim, attempt, JournalStep.INITED, now))
        return attempt

    def upload_url(self, attempt: Attempt) -> str:
        """Return the upload URL of an attempt; raises if it cannot be opened."""
        return self._vault.open(attempt.upload_url_sealed or b"", aad=_url_aad(attempt))

    def acked(self, claim: Claim, attempt: Attempt, acked_bytes: int) -> Attempt:
        """Commit how much TikTok has confirmed."""
        with self._database.write() as session:
            return queries.record_acked(session, claim, attempt, acked_bytes)

    def final_intent(self, claim: Claim, attempt: Attempt) -> Attempt:
        """Commit that the last byte is about to leave; it may once this returns.

        The journal must know it too, on disk: else StorageError, and the last byte stays here. It
        also stays where the disk has no room to write down what follows, and until a copy of the
        data folder made before this is told from it by the folder's mark.
        """
        self._guard.check_room()
        with self._installation.moved_on() as marks, self._database.write() as session:
            add_marks(session, marks)
            now = self._database.now(session)
            attempt = queries.record_final_intent(
                session, claim, attempt, now=now, lease=self._lease
            )
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                kind="final_intent",
                params={"publish_id": attempt.publish_id},
            )
        self._journal.append(self._entry(claim, attempt, JournalStep.FINAL_INTENT, now))
        return attempt

    def not_taken(self, claim: Claim, attempt: Attempt) -> Attempt:
        """Commit that the last part, as it was sent just now, surely did not arrive whole."""
        with self._database.write() as session:
            return queries.record_not_taken(session, claim, attempt)

    def sent(self, claim: Claim, attempt: Attempt) -> Attempt:
        """Commit that TikTok has every byte."""
        now = self._clock.now()
        with self._database.write() as session:
            attempt = queries.record_sent(session, claim, attempt, now)
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                kind="sent",
                params={"publish_id": attempt.publish_id},
            )
        return attempt

    def polled(self, claim: Claim, attempt: Attempt) -> Attempt:
        """Count a status question before it is asked."""
        with self._database.write() as session:
            return queries.record_poll(session, claim, attempt)

    def abandon(self, claim: Claim, attempt: Attempt, end: AttemptEnd) -> None:
        """Give up an attempt whose last byte was never sent: it can publish nothing."""
        now = self._clock.now()
        with self._database.write() as session:
            queries.close_attempt(session, claim, attempt, end, now)
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                kind="abandoned",
                params={"cause": end.code, "publish_id": attempt.publish_id},
            )

    def settle(self, claim: Claim, outcome: Outcome, what: str = "", /, **params: Param) -> Post:
        """Commit what the work led to and give the claim back; then tell the window.

        `what` names the sentence of the flight record, if it is worth one.
        """
        now = self._clock.now()
        post, ending = tried_again(lambda: self._commit_outcome(claim, outcome, what, params, now))
        if ending is not None and outcome.close_attempt is not None:
            self._journal_end(claim, ending, outcome.close_attempt, now)
        if post.status is not claim.post.status or outcome.error != claim.post.error:
            self._events.publish(
                PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
            )
        logger.info("Post %s is %s", post.id, post.status)
        return post

    def _commit_outcome(
        self,
        claim: Claim,
        outcome: Outcome,
        what: str,
        params: Mapping[str, Param],
        now: datetime,
    ) -> tuple[Post, Attempt | None]:
        with self._database.write() as session:
            ending = past_uploads.ending_upload(session, claim.post.id)
            if ending is not None and outcome.close_attempt is None:
                outcome = _asked_first(outcome)
            post = queries.settle(session, claim, outcome, now)
            if what:
                posts.add_step(
                    session,
                    claim.post.id,
                    at=now,
                    epoch=claim.epoch,
                    kind=outcome.status.value,
                    actor=Actor.TIKTOK if outcome.status in _VERDICTS else Actor.PUBLISHER,
                    params={
                        "code": outcome.error.code if outcome.error else None,
                        "log_id": outcome.error.log_id if outcome.error else None,
                        "next_try_at": outcome.wake_at,
                        **params,
                        "what": what,
                    },
                )
        return post, ending

    def note(self, claim: Claim, kind: str, /, **params: Param) -> None:
        """Add a line to the flight record."""
        now = self._clock.now()
        with self._database.write() as session:
            posts.add_step(
                session,
                claim.post.id,
                at=now,
                epoch=claim.epoch,
                actor=Actor.PUBLISHER,
                kind=kind,
                params=params,
            )

    def progress(self, claim: Claim) -> "Progress":
        """Return a meter that tells the window at most ten times a second."""
        return Progress(self._events, self._clock, claim.post)

    def looked(self, claim: Claim, attempt: Attempt) -> None:
        """Commit that the account's video list is being searched for this post."""
        with self._database.write() as session:
            queries.record_look(session, claim, attempt, self._clock.now())

    def may(self, account_id: str, scope: Scope) -> bool:
        """Say whether the account's owner granted a scope."""
        with self._database.read() as session:
            account = accounts.get_account(session, account_id)
        return account is not None and account.may(scope)

    def reconnected_since(self, account_id: str, since: datetime) -> bool:
        """Say whether the account's owner gave a new permission since then, and it still stands."""
        with self._database.read() as session:
            account = accounts.get_account(session, account_id)
        return (
            account is not None
            and account.status is AccountStatus.CONNECTED
            and account.connected_at is not None
            and account.connected_at > since
        )

    def is_free(self, tiktok_post_id: str) -> bool:
        """Say whether no post has this TikTok video yet."""
        with self._database.read() as session:
            return queries.owner_of_tiktok_post(session, tiktok_post_id) is None

    def posts_without_id(self, post: Post, since: datetime) -> list[Post]:
        """Return other posts of the account that may be on TikTok under an id nobody knows."""
        with self._database.read() as session:
            return past_uploads.posts_without_id(session, post, since)

    def is_newcomer(self, account_id: str) -> bool:
        """Say whether no video of an account was ever sent from this data folder."""
        with self._database.read() as session:
            return not past_uploads.was_sent_from_here(session, account_id)

    def inits_since(self, account_id: str, since: datetime) -> list[datetime]:
        """Return when inits were sent for an account."""
        with self._database.read() as session:
            return past_uploads.inits_since(session, account_id, since)

    def fruitless_inits(self, post_id: str, since: datetime) -> int:
        """Return how many inits of a post never got their last byte."""
        with self._database.read() as session:
            return past_uploads.fruitless_inits(session, post_id, since)

    def _journal_end(self, claim: Claim, attempt: Attempt, end: AttemptEnd, now: datetime) -> None:
        """Journal an outcome. What is missing here only means that TikTok is asked once more."""
        try:
            self._journal.append(
                self._entry(claim, attempt, JournalStep.ENDED, now, outcome=str(end))
            )
        except StorageError:
            logger.warning("The end of post %s is not in the publish journal", claim.post.id)

    def _entry(
        self, claim: Claim, attempt: Attempt, step: JournalStep, at: datetime, outcome: str = ""
    ) -> JournalEntry:
        return JournalEntry(
            step=step,
            post_id=claim.post.id,
            open_id=self._open_id(claim.post.account_id),
            publish_id=attempt.publish_id or "",
            sha256=claim.post.media.sha256,
            size_bytes=attempt.size_bytes,
            at=at,
            outcome=outcome,
        )

    def _open_id(self, account_id: str) -> str:
        """Return whom an account is at TikTok; that never changes."""
        if account_id not in self._open_ids:
            with self._database.read() as session:
                account = accounts.get_account(session, account_id)
            if account is None or not account.open_id:
                return ""
            self._open_ids[account_id] = account.open_id
        return self._open_ids[account_id]


def _asked_first(outcome: Outcome) -> Outcome:
    """Nothing waits to be sent whose last byte may have left, whatever the worker believed."""
    if outcome.status is PostStatus.SCHEDULED:
        return replace(outcome, status=PostStatus.PROCESSING, untried=False, release_slot=False)
    return outcome


class Progress:
    """Throttles the progress of one upload at its source."""

    INTERVAL_S = 0.1

    def __init__(self, events: EventBus, clock: Clock, post: Post) -> None:
        self._events = events
        self._clock = clock
        self._post = post
        self._last_s = float("-inf")

    def __call__(self, sent_bytes: int) -> None:
        """Tell how many bytes of the whole file have left."""
        now_s = self._clock.monotonic_s()
        if now_s - self._last_s < self.INTERVAL_S and sent_bytes < self._post.media.size_bytes:
            return
        self._last_s = now_s
        self._events.publish(
            PostProgressed(
                post_id=self._post.id,
                sent_bytes=sent_bytes,
                size_bytes=self._post.media.size_bytes,
            )
        )


def _url_aad(attempt: Attempt) -> str:
    return f"attempts/{attempt.post_id}/{attempt.id}/upload-url"
