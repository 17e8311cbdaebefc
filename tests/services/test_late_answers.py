"""Answers of TikTok to a refresh that arrive after the account's owner has done something else."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.accounts import AccountStatus, TokenPair
from tiktok_manager.domain.errors import Failure, FailureClass, ReconnectNeeded
from tiktok_manager.services.tokens import TokenKeeper
from tiktok_manager.storage import accounts as queries
from tiktok_manager.storage.accounts import SealedTokens


def while_refreshing(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Do something after TikTok has answered the next refresh, before the answer is kept."""
    ask, waiting = TokenKeeper._ask_anew, [meanwhile]

    def asked(self: TokenKeeper, *args: Any) -> TokenPair:
        pair = ask(self, *args)
        if waiting:
            waiting.pop()()
        return pair

    monkeypatch.setattr(TokenKeeper, "_ask_anew", asked)


def kept(world: World, account_id: str) -> SealedTokens | None:
    with world.workspace.database.read() as session:
        return queries.get_tokens(session, account_id)


def elsewhere(world: World, account_id: str) -> None:
    """Let another process disconnect the account; TikTok does not hear of it."""
    account = world.workspace.accounts.get(account_id)
    with world.workspace.database.write() as session:
        queries.disconnect(session, account)


def test_a_refresh_answered_after_a_reconnect_keeps_the_new_permission(
    unruly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = unruly.connect("sim01")
    unruly.clock.advance_hours(3)
    granted: list[SealedTokens | None] = []

    def reconnect() -> None:
        unruly.connect("sim01")
        granted.append(kept(unruly, account.id))

    while_refreshing(monkeypatch, reconnect)
    assert unruly.workspace.accounts.creator_info(account.id).username == "sim01"
    assert granted == [kept(unruly, account.id)]
    renewed = unruly.calls("token")
    assert unruly.workspace.accounts.creator_info(account.id).username == "sim01"
    assert unruly.calls("token") == renewed
    assert unruly.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED


def test_a_refresh_answered_after_a_disconnect_does_not_bring_the_permission_back(
    unruly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = unruly.connect("sim01")
    unruly.clock.advance_hours(3)
    while_refreshing(monkeypatch, lambda: elsewhere(unruly, account.id))
    with pytest.raises(ReconnectNeeded):
        unruly.workspace.accounts.creator_info(account.id)
    assert kept(unruly, account.id) is None
    gone = unruly.workspace.accounts.get(account.id)
    assert (gone.status, gone.sign_in_expires_at) == (AccountStatus.DISCONNECTED, None)


def test_a_refresh_answered_after_disconnect_and_reconnect_is_of_before_both(
    unruly: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = unruly.connect("sim01")
    unruly.clock.advance_hours(3)
    newest: list[SealedTokens | None] = []

    def meanwhile() -> None:
        elsewhere(unruly, account.id)
        unruly.connect("sim01")
        newest.append(kept(unruly, account.id))

    while_refreshing(monkeypatch, meanwhile)
    assert unruly.workspace.accounts.creator_info(account.id).username == "sim01"
    assert newest == [kept(unruly, account.id)]


def test_tokens_refused_after_a_reconnect_say_nothing_of_the_new_ones(world: World) -> None:
    account = world.connect("sim01")
    keeper = world.workspace.accounts._tokens
    old = keeper._fresh(account.id)
    world.connect("sim01")
    refused = Failure(code="scope_not_authorized", kind=FailureClass.NEEDS_RECONNECT)
    keeper._lost(old, refused)
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED
