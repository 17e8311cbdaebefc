"""Sending the bytes of one attempt: chunks in order, the last one only after FINAL_INTENT.

What TikTok says it has goes before our own books. After a lost answer it is asked first, and the
missing range is sent again exactly as planned.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.attempts import Attempt, Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import (
    AppError,
    Cancelled,
    Failure,
    FailureClass,
    NetworkDown,
    TikTokRefused,
)
from tiktok_manager.services.publishing.attempt_store import AttemptStore
from tiktok_manager.services.publishing.checking import UPLOAD_GONE, Checking
from tiktok_manager.system.media import MediaReader
from tiktok_manager.tiktok.answers import ChunkAnswer, PublishState, PublishStatus, Verdict
from tiktok_manager.tiktok.chunk_plans import ChunkPlan
from tiktok_manager.tiktok.gateway import AccountCalls

ACK_EVERY_S = 1.0
TRIES_PER_CHUNK = 4
"""Tries of one chunk before the upload rests and the post waits for its next try."""

# Of a part answered so TikTok took nothing; 408 may come after the last byte.
_TURNED_AWAY = frozenset(range(400, 500)) - {408}
# So it answers for an upload that is over, too: one that was sent whole may be why (4.5).
_OVER = frozenset({403, 404})


class UploadGone(AppError):
    """TikTok no longer takes bytes for this upload."""

    code = UPLOAD_GONE


class UploadFailed(UploadGone):
    """TikTok ended the upload for a reason; `status` is what it said."""

    def __init__(self, status: PublishStatus) -> None:
        super().__init__(why="failed", said=status.fail_reason)
        self.status = status


class Transfer:
    """One attempt on its way. `attempt` follows every commit."""

    def __init__(
        self,
        claim: Claim,
        attempt: Attempt,
        reader: MediaReader,
        *,
        attempts: AttemptStore,
        checking: Checking,
        calls: AccountCalls,
        cancel: CancelToken,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self.attempt = attempt
        self._claim = claim
        self._reader = reader
        self._store = attempts
        self._checking = checking
        self._calls = calls
        self._cancel = cancel
        self._clock = clock
        self._acked_at_s = float("-inf")
        self._left_whole = False
        self._stored_bytes = attempt.acked_bytes
        self._rng = rng
        self._url = attempts.upload_url(attempt)
        self._progress = attempts.progress(claim)
        self._plan = ChunkPlan(
            size_bytes=attempt.size_bytes,
            chunk_bytes=attempt.chunk_bytes,
            count=attempt.chunk_count,
        )

    def run(self, *, resumed: bool) -> None:
        """Send what TikTok lacks; on return it has every byte.

        Raises Cancelled between blocks, NetworkDown or TikTokRefused when it is time to rest,
        UploadGone, UploadFailed, MediaChanged, and Fenced when the claim was taken over.
        """
        index = self._first_missing() if resumed else 0
        if index and self._plan.range_of(index - 1)[1] >= self._stored_bytes:
            self._acknowledged(index - 1)  # an end of the app amid progress is no poison
        losses, furthest = 0, index
        while index < self._plan.count:
            self._cancel.check()
            following = self._send(index)
            if following > furthest:
                losses, furthest = 0, following
            elif following <= index:
                losses += 1
                self._pause(losses)
            index = following
        self.attempt = self._store.sent(self._claim, self.attempt)

    def _send(self, index: int) -> int:
        """Send one chunk; returns the index of the chunk to send next."""
        is_last = index == self._plan.count - 1
        if is_last:
            self._prepare_last()
        try:
            answer = self._put(index)
        except AppError as exc:
            if is_last and not self._left_whole:
                self.attempt = self._store.not_taken(self._claim, self.attempt)
            if not isinstance(exc, NetworkDown) or exc.failure.kind is FailureClass.WAIT_RESET:
                raise  # the latter was not sent at all: the host is left alone for a while
            self._store.note(self._claim, "chunk_lost", chunk=index + 1, **exc.failure.as_cause)
            return self._first_missing()
        if is_last and answer.http_status in _TURNED_AWAY:
            if not self._left_whole or answer.http_status not in _OVER:
                self.attempt = self._store.not_taken(self._claim, self.attempt)
            if answer.uploaded_bytes == self._plan.size_bytes:
                return self._everything_arrived()
        return self._follow(index, answer, is_last=is_last)

    def _follow(self, index: int, answer: ChunkAnswer, *, is_last: bool) -> int:
        """Take TikTok's answer to a chunk; returns the index of the chunk to send next."""
        match answer.verdict:
            case Verdict.STORED if not is_last:
                self._acknowledged(index)
                return index + 1
            case Verdict.COMPLETE if is_last:
                return self._plan.count
            case Verdict.EXPIRED | Verdict.UNKNOWN_TASK:
                raise UploadGone()
            case Verdict.REFUSED:
                raise TikTokRefused(_refused(answer))
        self._store.note(
            self._claim,
            "chunk_answer",
            http_status=answer.http_status,
            chunk=index + 1,
        )
        return self._first_missing()

    def _acknowledged(self, index: int) -> None:
        """Keep how far TikTok is, at most once a second: it is asked anyway before going on."""
        _first, last = self._plan.range_of(index)
        self._stored_bytes = last + 1
        now_s = self._clock.monotonic_s()
        if now_s - self._acked_at_s >= ACK_EVERY_S:
            self._acked_at_s = now_s
            self.attempt = self._store.acked(self._claim, self.attempt, self._stored_bytes)

    def _put(self, index: int) -> ChunkAnswer:
        first, last = self._plan.range_of(index)
        self._left_whole = False
        # On resume this reads what TikTok has already: not inside the request, which would stall.
        self._reader.hash_prefix(first)
        return self._calls.put(
            self._url,
            self._reader.content_type(),
            first,
            last,
            self._plan.size_bytes,
            self._watched(first, last),
            self._progress,
        )

    def _watched(self, first: int, last: int) -> Iterator[bytes | memoryview]:
        """Give the blocks of a chunk, and know from when on it may have left whole."""
        left = last - first + 1
        for block in self._reader.blocks(first, last):
            left -= len(block)
            self._left_whole = left <= 0
            yield block

    def _prepare_last(self) -> None:
        """Prove that the file is the planned one, then commit that its last byte may leave."""
        first, _last = self._plan.range_of(self._plan.count - 1)
        self._reader.check()
        self._reader.verify_rest(first)
        self._cancel.check()
        self.attempt = self._store.final_intent(self._claim, self.attempt)

    def _first_missing(self) -> int:
        """Ask TikTok what it has; returns the first chunk it lacks, the count if it lacks none."""
        status = self._checking.ask_in_turn(self._claim, self.attempt, self._cancel)
        if status.state is PublishState.FAILED and status.fail_reason:
            raise UploadFailed(status)
        if status.state is PublishState.FAILED:
            raise UploadGone(why="ended")
        if status.state is PublishState.PROCESSING_UPLOAD:
            return self._index_of(status)
        return self._everything_arrived()

    def _index_of(self, status: PublishStatus) -> int:
        has = status.uploaded_bytes
        if has is None or has < 0:
            has = self._stored_bytes
        if has >= self._plan.size_bytes:
            return self._everything_arrived()
        return self._plan.index_at(has)

    def _everything_arrived(self) -> int:
        """TikTok is further than our books: the last byte did leave, so write that down first."""
        if self.attempt.final_intent_at is None:
            self.attempt = self._store.final_intent(self._claim, self.attempt)
        return self._plan.count

    def _pause(self, losses: int) -> None:
        if losses >= TRIES_PER_CHUNK:
            raise NetworkDown(_stuck())
        pause = max(publish_rules.backoff(losses, self._rng), timedelta(seconds=1))
        if self._clock.pause(self._cancel, pause.total_seconds()):
            raise Cancelled("publisher_stopping")


def _refused(answer: ChunkAnswer) -> Failure:
    return Failure(
        code="upload_refused", params={"http_status": answer.http_status}, kind=FailureClass.OUR_BUG
    )


def _stuck() -> Failure:
    return Failure(code="upload_stuck", kind=FailureClass.RETRY)
