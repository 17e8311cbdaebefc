"""What follows from each class of failure, and when TikTok is asked again."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome, Claim, Outcome
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import Choices, Lateness, Post, PostMode, PostStatus
from tiktok_manager.domain.schedule import at_instant

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def claim(attempts: int = 0, tried_for: timedelta = timedelta()) -> Claim:
    post = Post(
        id="p1",
        account_id="a1",
        handle="alice",
        status=PostStatus.PUBLISHING,
        mode=PostMode.DIRECT,
        schedule=at_instant(NOW, "UTC"),
        media=MediaFile(path=Path("a.mp4"), size_bytes=1, mtime_ns=1, file_id="1", sha256="00"),
        caption="",
        choices=Choices(),
        consent=None,
        lateness=Lateness(),
        attempts=attempts,
        created_at=NOW,
    )
    return Claim(
        post=post,
        epoch=1,
        owner="me",
        attempt=None,
        first_tried_at=NOW - tried_for,
        worker_losses=0,
    )


def failure(kind: FailureClass, code: str = "x", retry_after: timedelta | None = None) -> Failure:
    return Failure(
        code=code,
        kind=FailureClass(kind) if kind else None,
        retry_after=retry_after,
        params={"title": "It failed.", "hint": "Wait."},
    )


def decide(what: Failure, of: Claim) -> Outcome:
    return publish_rules.after_failure(what, of, NOW, random.Random(1))


def test_a_passing_failure_is_tried_again_with_growing_jittered_waits() -> None:
    waits = [
        max(publish_rules.backoff(tries, random.Random(seed)) for seed in range(200))
        for tries in range(12)
    ]
    assert all(a < b for a, b in itertools.pairwise(waits[:9]))
    assert max(waits) <= timedelta(minutes=10)


def test_a_retry_keeps_its_reason_and_uses_an_attempt() -> None:
    outcome = decide(failure(FailureClass.RETRY), claim())
    assert (outcome.status, outcome.uses_attempt) == (PostStatus.SCHEDULED, True)
    assert outcome.error is not None
    assert outcome.wake_at is not None
    assert outcome.close_attempt is None


@pytest.mark.parametrize(("attempts", "hours"), [(publish_rules.MAX_TRIES - 1, 1.1), (1, 6.5)])
def test_retries_end_with_the_user(attempts: int, hours: float) -> None:
    outcome = decide(failure(FailureClass.RETRY), claim(attempts, timedelta(hours=hours)))
    assert outcome.status is PostStatus.NEEDS_ATTENTION


def test_waiting_for_a_limit_uses_no_attempt_however_long_it_takes() -> None:
    wait = failure(FailureClass.WAIT_RESET, "rate_limit_exceeded", timedelta(seconds=90))
    outcome = decide(wait, claim(attempts=50, tried_for=timedelta(days=3)))
    assert (outcome.status, outcome.uses_attempt) == (PostStatus.SCHEDULED, False)
    assert outcome.wake_at == NOW + timedelta(seconds=90)


@pytest.mark.parametrize("ago", [timedelta(), timedelta(hours=1)])
def test_a_hold_that_is_over_when_it_is_told_does_not_make_its_post_spin(ago: timedelta) -> None:
    error = publish_rules.error_of(failure(FailureClass.WAIT_RESET))
    outcome = publish_rules.held(error, NOW - ago, claim(), NOW)
    assert outcome.wake_at == NOW + publish_rules.SHORTEST_HOLD


def test_a_refused_rate_is_left_alone_for_at_least_a_minute() -> None:
    outcome = decide(failure(FailureClass.WAIT_RESET, "rate_limit_exceeded"), claim())
    assert outcome.wake_at is not None
    assert outcome.wake_at - NOW >= timedelta(seconds=60)


def test_a_ban_is_final_and_an_edit_is_the_users() -> None:
    assert decide(failure(FailureClass.PERMANENT), claim()).status is PostStatus.FAILED
    assert decide(failure(FailureClass.NEEDS_EDIT), claim()).status is PostStatus.NEEDS_ATTENTION


def test_an_unknown_code_is_tried_three_times_and_then_shown() -> None:
    statuses = [
        decide(failure(FailureClass.UNKNOWN), claim(attempts)).status for attempts in range(3)
    ]
    assert statuses == [
        PostStatus.SCHEDULED,
        PostStatus.SCHEDULED,
        PostStatus.NEEDS_ATTENTION,
    ]


def test_tiktoks_failed_verdict_closes_the_upload_so_that_a_new_one_may_follow() -> None:
    outcome = publish_rules.after_verdict(
        failure(FailureClass.RETRY, "internal"), claim(), NOW, random.Random(1)
    )
    assert outcome.close_attempt == AttemptEnd(AttemptOutcome.FAILED, "internal")
    assert outcome.status is PostStatus.SCHEDULED


def test_checks_thin_out_from_seconds_to_hours_and_end_after_three_days() -> None:
    gaps = [
        publish_rules.next_check(polls, NOW - timedelta(seconds=since), NOW)
        for polls, since in [(0, 1), (1, 2), (80, 1700), (90, 3600), (200, 7 * 3600)]
    ]
    assert [gap - NOW for gap in gaps if gap] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
        timedelta(seconds=60),
        timedelta(minutes=5),
        timedelta(hours=1),
    ]
    assert publish_rules.next_check(300, NOW - timedelta(hours=73), NOW) is None


def test_the_status_questions_of_a_slow_video_stay_under_tiktoks_rate() -> None:
    at, polls, asked = NOW, 0, []
    while at - NOW < timedelta(minutes=20):
        following = publish_rules.next_check(polls, NOW, at)
        assert following is not None
        at, polls = following, polls + 1
        asked.append(at)
    busiest = max(sum(a <= b < a + timedelta(minutes=1) for b in asked) for a in asked)
    assert busiest <= 24
