"""An account's state is said in words that are true and lead on."""

from datetime import timedelta
from typing import Any

import pytest

from tests.ui.fakes import NOW, ZONE, an_account
from tiktok_manager.domain.accounts import (
    ALL_SCOPES,
    POSTING_SCOPES,
    AccountStatus,
    Scope,
    without_publishing,
)
from tiktok_manager.domain.errors import Failure
from tiktok_manager.services.accounts import ConnectStage
from tiktok_manager.ui.accounts.wording import (
    disconnect_question,
    health,
    may_reconnect,
    may_sync,
    scope_words,
    sign_in_words,
    stage_words,
    trouble,
)
from tiktok_manager.ui.tokens import DARK, LIGHT

BUSY = Failure(code="x", params={"title": "TikTok is busy."})


@pytest.mark.parametrize(
    ("changes", "words", "needs_user"),
    [
        ({}, "Ready", False),
        ({"paused": True}, "Paused", False),
        ({"sign_in_expires_at": NOW + timedelta(days=15)}, "Ready", False),
        ({"sign_in_expires_at": NOW + timedelta(days=14)}, "Sign-in ends soon", True),
        ({"sync_error": BUSY}, "Sync failed", False),
        ({"scopes": without_publishing(ALL_SCOPES)}, "Drafts only", False),
        ({"scopes": (Scope.BASIC.value,)}, "Read only", False),
        ({"restriction": "limited"}, "Limited by TikTok", True),
        ({"restriction": "banned"}, "Banned by TikTok", True),
        ({"restriction": "something new"}, "Limited by TikTok", True),
        ({"status": AccountStatus.NEEDS_RECONNECT}, "Reconnect needed", True),
        ({"status": AccountStatus.NEEDS_RECONNECT, "paused": True}, "Reconnect needed", True),
        ({"status": AccountStatus.DISCONNECTED, "restriction": "banned"}, "Disconnected", False),
        ({"status": AccountStatus.TO_CONNECT}, "Not connected yet", False),
    ],
)
def test_what_matters_most_is_said(changes: dict[str, Any], words: str, needs_user: bool) -> None:
    state = health(an_account(**changes), NOW)
    assert (state.words, state.needs_user) == (words, needs_user)
    assert state.meaning.endswith(".")
    for look in (LIGHT, DARK):
        assert getattr(look, state.tone)


def test_a_ready_account_is_the_only_green_one() -> None:
    states = [health(an_account(status=status), NOW) for status in AccountStatus]
    assert [state.words for state in states if state.tone == "good"] == ["Ready"]


def test_every_permission_and_stage_has_words() -> None:
    assert all(map(scope_words, Scope))
    assert all(map(stage_words, ConnectStage))


def test_reconnecting_is_offered_where_it_helps() -> None:
    assert not may_reconnect(an_account(), NOW, ALL_SCOPES)
    assert may_reconnect(an_account(scopes=without_publishing(ALL_SCOPES)), NOW, ALL_SCOPES)
    assert may_reconnect(an_account(status=AccountStatus.DISCONNECTED), NOW, ALL_SCOPES)


def test_reconnecting_is_not_offered_for_what_would_not_be_asked_for() -> None:
    posting_only = an_account(scopes=POSTING_SCOPES)
    assert not may_reconnect(posting_only, NOW, POSTING_SCOPES)
    assert may_reconnect(posting_only, NOW, ALL_SCOPES)


def test_only_connected_accounts_are_synced() -> None:
    assert may_sync(an_account())
    assert not may_sync(an_account(status=AccountStatus.NEEDS_RECONNECT))


def test_the_same_trouble_is_not_told_twice() -> None:
    assert trouble(an_account(sync_error=BUSY)) == "TikTok is busy."
    lost = an_account(status=AccountStatus.NEEDS_RECONNECT, sync_error=BUSY)
    assert trouble(lost) == ""


@pytest.mark.parametrize(
    ("planned", "words"),
    [(0, "No post is planned"), (1, "1 planned post stops"), (3, "3 planned posts stop")],
)
def test_disconnecting_says_how_many_posts_stop(planned: int, words: str) -> None:
    question = disconnect_question("alice", planned)
    assert words in question
    assert "@alice" in question
    assert "once more" in question


@pytest.mark.parametrize(
    ("ends_in", "words"),
    [
        (timedelta(days=120), "Sign-in lasts until Sun 21 Mar 2027"),
        (
            timedelta(days=12, hours=1),
            "Sign-in lasts until Thu 3 Dec 2026, in 12 days: reconnect before, "
            "so that no post waits for it.",
        ),
        (
            timedelta(hours=3),
            "Sign-in lasts until Sat 21 Nov 2026, today: reconnect before, "
            "so that no post waits for it.",
        ),
    ],
)
def test_the_end_of_the_sign_in_is_told_and_warned_of(ends_in: timedelta, words: str) -> None:
    account = an_account(sign_in_expires_at=NOW + ends_in)
    assert sign_in_words(account, ZONE, NOW) == words
    assert may_reconnect(account, NOW, ALL_SCOPES) is (ends_in <= timedelta(days=14))


def test_an_account_without_a_permission_tells_no_end() -> None:
    for status in set(AccountStatus) - {AccountStatus.CONNECTED}:
        account = an_account(status=status, sign_in_expires_at=NOW + timedelta(days=3))
        assert sign_in_words(account, ZONE, NOW) == ""
    assert sign_in_words(an_account(), ZONE, NOW) == ""
