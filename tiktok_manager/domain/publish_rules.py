"""What follows from a failure or an answer: pure rules, time and chance are arguments."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain.attempts import Attempt, AttemptEnd, AttemptOutcome, Claim, Outcome
from tiktok_manager.domain.errors import AppError, Failure, FailureClass
from tiktok_manager.domain.posts import Post, PostStatus

MAX_TRIES = 12
MIN_TRYING = timedelta(hours=1)
"""Short waits drawn by chance must not use up all tries within a passing outage."""

MAX_TRYING = timedelta(hours=6)
MAX_UNKNOWN_TRIES = 3
MAX_FRUITLESS_INITS = 3
FRUITLESS_WINDOW = timedelta(hours=24)
LOST_INIT_WAITS = (timedelta(seconds=10), timedelta(minutes=5))
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 600.0
OUR_BUG_WAIT = timedelta(minutes=15)
# TikTok resets these over a rolling day or after a minute; it names no time in its answers.
RESET_AFTER = {
    "rate_limit_exceeded": timedelta(seconds=65),
    "spam_risk_too_many_posts": timedelta(hours=1),
    "spam_risk_too_many_pending_share": timedelta(hours=1),
    "reached_active_user_cap": timedelta(hours=1),
}
DEFAULT_RESET = timedelta(minutes=2)

SHORTEST_HOLD = timedelta(seconds=1)
"""A hold that is over by the time it is told must not make its post spin."""

SLOT_HOLD = timedelta(minutes=2)
UNCONFIRMED_AFTER = timedelta(minutes=30)
CHECKS_END_AFTER = timedelta(hours=72)
CHECKS_AT_LEAST = 100
SELDOM = timedelta(hours=1)
FIRST_FOLLOW_UP = timedelta(seconds=2)


def backoff(tries: int, rng: random.Random) -> timedelta:
    """Return a full-jitter wait before try number `tries` + 1."""
    ceiling = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(tries, 16))
    return timedelta(seconds=rng.uniform(0, ceiling))


def wait_after_lost_init(lost: int, rng: random.Random) -> timedelta:
    """Return the least wait after the `lost`-th init whose answer never came."""
    return LOST_INIT_WAITS[min(lost, len(LOST_INIT_WAITS)) - 1] * rng.uniform(0.5, 1.5)


def after_failure(failure: Failure, claim: Claim, now: datetime, rng: random.Random) -> Outcome:
    """Return what a failure before the last byte leads to. The open attempt is kept by default."""
    error = error_of(failure)
    tries = claim.post.attempts
    match failure.kind:
        case FailureClass.RETRY if _may_try_again(claim, now):
            wait = failure.retry_after or backoff(tries, rng)
            return _again(now + wait, error, uses_attempt=True)
        case FailureClass.WAIT_RESET:
            released_at = now + _reset_wait(failure, rng)
            outcome = _again(released_at, error, uses_attempt=False)
            return replace(outcome, released_at=released_at)
        case FailureClass.OUR_BUG if tries < MAX_UNKNOWN_TRIES:
            return _again(now + OUR_BUG_WAIT, error, uses_attempt=True)
        case FailureClass.UNKNOWN if tries < MAX_UNKNOWN_TRIES - 1:
            error = error.adding(advice="nothing_posted")
            return _again(now + backoff(tries + 2, rng), error, uses_attempt=True)
        case FailureClass.PERMANENT:
            return Outcome(
                status=PostStatus.FAILED,
                error=error,
                uses_attempt=True,
                close_attempt=AttemptEnd(AttemptOutcome.STOPPED, failure.code),
            )
        case FailureClass.UNKNOWN:
            error = error.adding(advice="given_up")
        case FailureClass.RETRY:
            error = error.adding(advice="tried_long")
    return Outcome(
        status=PostStatus.NEEDS_ATTENTION,
        error=error,
        uses_attempt=failure.kind in {FailureClass.RETRY, FailureClass.UNKNOWN},
        close_attempt=AttemptEnd(AttemptOutcome.STOPPED, failure.code),
    )


def after_verdict(failure: Failure, claim: Claim, now: datetime, rng: random.Random) -> Outcome:
    """Return what TikTok's FAILED leads to: it proves that nothing was posted.

    A reason nobody knows is for the user to judge, not for another try.
    """
    if failure.kind is FailureClass.UNKNOWN:
        failure = replace(failure, kind=FailureClass.NEEDS_EDIT)
    outcome = after_failure(failure, claim, now, rng)
    return Outcome(
        status=outcome.status,
        wake_at=outcome.wake_at,
        error=outcome.error,
        uses_attempt=outcome.uses_attempt,
        close_attempt=AttemptEnd(AttemptOutcome.FAILED, failure.code),
    )


def held(error: Failure, until: datetime, claim: Claim, now: datetime) -> Outcome:
    """Return the outcome of a wait for what holds every post alike: it costs the post nothing.

    One never tried before is still to be judged by its lateness; a tried one ends with the user
    after six hours.
    """
    untried = claim.is_first and claim.post.attempts == 0 and claim.attempt is None
    if not untried and now - (claim.trying_since or now) >= MAX_TRYING:
        return Outcome(
            status=PostStatus.NEEDS_ATTENTION,
            error=error.adding(advice="tried_long"),
            close_attempt=AttemptEnd(AttemptOutcome.HELD, error.code),
        )
    wake_at = max(until, now + SHORTEST_HOLD)
    return replace(_again(wake_at, error, uses_attempt=False), untried=untried)


def needs_user(exc: AppError) -> Outcome:
    """Return the outcome of an error that only the user can mend."""
    return Outcome(
        status=PostStatus.NEEDS_ATTENTION,
        error=error_from(exc),
        close_attempt=AttemptEnd(AttemptOutcome.STOPPED, exc.code),
    )


def next_check(attempt_polls: int, since: datetime, now: datetime) -> datetime | None:
    """Return when to ask for the outcome again: 1 s, 2 s, … 60 s, then 5 min, then hourly.

    `since` is when the last byte left. None after 72 hours, unless most of them were slept through
    or a clock was wrong.
    """
    elapsed = now - since
    if elapsed > CHECKS_END_AFTER and attempt_polls >= CHECKS_AT_LEAST:
        return None
    if elapsed > timedelta(hours=6):
        return now + SELDOM
    if elapsed > UNCONFIRMED_AFTER:
        return now + timedelta(minutes=5)
    return now + timedelta(seconds=min(60, attempt_polls + 1))


def next_follow_up(published_at: datetime, now: datetime) -> datetime | None:
    """Return when to look again for the id of a public post, or for a finished draft."""
    elapsed = now - published_at
    if elapsed > CHECKS_END_AFTER:
        return None
    if elapsed < timedelta():  # the clock was ahead when it was published
        return now + SELDOM
    # After 2, 4, 8 … 32 s, a minute, two minutes, and so on: most ids are there in the first.
    return now + min(max(elapsed, FIRST_FOLLOW_UP), SELDOM)


def next_look(post: Post, now: datetime) -> datetime | None:
    """Return when to look again at a post that is out; None when that was done for long."""
    since = post.published_at or now
    if post.status is not PostStatus.IN_INBOX:
        return next_follow_up(since, now)
    return None if now - since > CHECKS_END_AFTER else now + SELDOM


def still_processing(post: Post, attempt: Attempt, now: datetime) -> Outcome:
    """Return the outcome while TikTok has said nothing final yet."""
    since = attempt.final_intent_at or attempt.opened_at
    silent = now - since > UNCONFIRMED_AFTER
    was_silent = post.status is PostStatus.UNCONFIRMED
    return Outcome(
        status=PostStatus.UNCONFIRMED if silent or was_silent else PostStatus.PROCESSING,
        wake_at=next_check(attempt.polls, since, now),
        error=_silence(since, now) if silent else None,
        release_slot=now - since > SLOT_HOLD,
    )


def unasked(outcome: Outcome, attempt: Attempt, now: datetime) -> Outcome:
    """Return the outcome where TikTok could not even be asked about a video it may have."""
    since = attempt.final_intent_at or attempt.opened_at
    follows = next_check(attempt.polls, since, now) or now + SELDOM  # nobody could ask: no end yet
    silent = now - since > UNCONFIRMED_AFTER and outcome.status is PostStatus.PROCESSING
    return replace(
        outcome,
        status=PostStatus.UNCONFIRMED if silent else outcome.status,
        wake_at=max(outcome.wake_at or follows, follows),
        release_slot=now - since > SLOT_HOLD,
    )


def error_of(failure: Failure) -> Failure:
    """Return a failure as the post keeps it."""
    return failure.kept


def error_from(exc: AppError) -> Failure:
    """Return any error as the post keeps it."""
    return replace(exc.failure, kind=exc.kind, retry_after=None)


def _again(wake_at: datetime, error: Failure, *, uses_attempt: bool) -> Outcome:
    return Outcome(
        status=PostStatus.SCHEDULED,
        wake_at=wake_at,
        error=error,
        uses_attempt=uses_attempt,
        release_slot=True,
    )


def _may_try_again(claim: Claim, now: datetime) -> bool:
    started = claim.trying_since or now
    tried_for = now - started
    few = claim.post.attempts + 1 < MAX_TRIES or tried_for < MIN_TRYING
    return few and tried_for < MAX_TRYING


def _reset_wait(failure: Failure, rng: random.Random) -> timedelta:
    if failure.retry_after is not None:
        return failure.retry_after
    wait = RESET_AFTER.get(failure.code, DEFAULT_RESET)
    return wait * rng.uniform(1.0, 1.1)


def _silence(since: datetime, now: datetime) -> Failure:
    return Failure(code="no_verdict", params={"silent_for": now - since})
