"""How a planned post waits: only what goes out by itself at its time is safe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.ui.fakes import a_post
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import (
    ACCOUNTS_NOT_CONNECTED,
    ACCOUNTS_PAUSED,
    CAP_OF_APP,
    NO_PUBLISHER,
    PUBLISHING_IS_OFF,
    Blocker,
    waiting,
)
from tiktok_manager.domain.posts import PostMode, PostStatus, Waiting, WaitingLook

DUE = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
LATER = DUE + timedelta(hours=2)
POST = a_post("post", "alice", DUE)
CAP = Failure(code="daily_cap", params={"cap": 15})
BUSY = Failure(code="rate_limit_exceeded")
LOST = Failure(code="access_token_invalid", kind=FailureClass.NEEDS_RECONNECT)


def blocker(code: str, until: datetime | None = None, *handles: str) -> Blocker:
    ids = frozenset(f"acc-{handle}" for handle in handles)
    return Blocker(finding=Finding(code=code), until=until, account_ids=ids)


def look(*blockers: Blocker) -> tuple[WaitingLook, datetime | None]:
    found = waiting(POST, blockers)
    assert found is not None
    return found.look, found.until


def test_a_post_with_nothing_in_its_way_is_safe() -> None:
    assert waiting(POST) == Waiting()
    assert look(blocker(ACCOUNTS_PAUSED, None, "bob")) == (WaitingLook.SAFE, None)


@pytest.mark.parametrize("status", [each for each in PostStatus if each != "scheduled"])
def test_what_is_not_planned_does_not_wait(status: PostStatus) -> None:
    assert waiting(replace(POST, status=status), [blocker(PUBLISHING_IS_OFF)]) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ACCOUNTS_NOT_CONNECTED, WaitingLook.RECONNECT),
        (ACCOUNTS_PAUSED, WaitingLook.PAUSED),
        (PUBLISHING_IS_OFF, WaitingLook.PAUSED),
        (NO_PUBLISHER, WaitingLook.HELD),
        ("vault_locked", WaitingLook.HELD),
        (CAP_OF_APP, WaitingLook.CAP),
    ],
)
def test_what_blocks_a_post_says_how_it_waits(code: str, expected: WaitingLook) -> None:
    assert look(blocker(code, None, "alice")) == (expected, None)
    only_lost = expected is WaitingLook.RECONNECT
    found = waiting(POST, [blocker(code)])
    assert found is not None
    assert (found.is_safe, found.needs_user) == (False, only_lost)


def test_a_hold_that_is_over_by_the_posts_time_does_not_concern_it() -> None:
    assert look(blocker("clock_wrong", DUE - timedelta(minutes=1)))[0] is WaitingLook.SAFE
    assert look(blocker("clock_wrong", LATER)) == (WaitingLook.HELD, LATER)


def test_the_cap_of_the_app_is_one_of_direct_posts() -> None:
    draft = replace(POST, mode=PostMode.INBOX)
    assert waiting(draft, [blocker(CAP_OF_APP, LATER)]) == Waiting()


def test_a_full_day_holds_what_is_due_before_a_place_is_free() -> None:
    full = {("acc-alice", PostMode.DIRECT): (LATER, CAP)}
    found = waiting(POST, (), full)
    assert found is not None
    assert (found.look, found.until) == (WaitingLook.CAP, LATER)
    after = a_post("later", "alice", LATER + timedelta(minutes=1))
    assert waiting(after, (), full) == Waiting()
    assert waiting(replace(POST, mode=PostMode.INBOX), (), full) == Waiting()


@pytest.mark.parametrize(("error", "expected"), [(BUSY, "retry"), (CAP, "cap")])
def test_what_a_post_was_told_to_wait_for_is_told_with_its_instant(
    error: Failure, expected: str
) -> None:
    code = "spam_risk" if expected == "retry" else error.code
    told = replace(POST, error=replace(error, code=code), next_try_at=LATER)
    found = waiting(told)
    assert found is not None
    assert (found.look, found.until) == (WaitingLook(expected), LATER)


def test_a_post_whose_account_lost_its_permission_waits_for_the_user() -> None:
    found = waiting(replace(POST, error=LOST, next_try_at=DUE))
    assert found is not None
    assert (found.look, found.needs_user) == (WaitingLook.RECONNECT, True)


def test_what_asks_most_of_the_user_wins_then_what_lasts_longest() -> None:
    retrying = replace(POST, error=BUSY, next_try_at=LATER)
    blockers = [blocker(PUBLISHING_IS_OFF), blocker(ACCOUNTS_NOT_CONNECTED, None, "alice")]
    found = waiting(retrying, blockers)
    assert found is not None
    assert found.look is WaitingLook.RECONNECT
    longer = LATER + timedelta(hours=1)
    assert look(blocker("clock_wrong", longer), blocker("tiktok_resting", LATER))[1] == longer
