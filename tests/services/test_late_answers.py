"""Answers of TikTok to a refresh that arrive after the account's owner has done something else."""

from collections.abc import Callable

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.accounts import AccountStatus, TokenPair
from tiktok_manager.domain.errors import Failure, FailureClass, ReconnectNeeded
from tiktok_manager.storage import accounts as queries
from tiktok_manager.storage.accounts import SealedTokens


def while_refreshing(
    world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]
) -> list[TokenPair]:
    """Do something after TikTok has answered the next refresh, before the answer is kept."""
    keeper = world.workspace.accounts._tokens
    ask, pairs = keeper._ask_anew, []

    def asked(*args: object) -> TokenPair:
        monkeypatch.setattr(keeper, "_ask_anew", ask)
        pairs.append(ask(*args))  # type: ignore[arg-type]
        meanwhile()
        return pairs[0]

    monkeypatch.setattr(keeper, "_ask_anew", asked)
    return pairs


def kept(world: World, account_id: str) -> SealedTokens | None:
    with world.workspace.database.read() as session:
        return queries.get_tokens(session, account_id)


def elsewhere(world: World, account_id: str) -> None:
    """Let another process disconnect the account; TikTok does not hear of it."""
    account = world.workspace.accounts.get(account_id)
    with world.workspace.database.write() as session:
        queries.disconnect(session, account)


def test_a_refresh_answered_after_a_reconnect_keeps_the_new_permission(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.connect("sim01")
    world.clock.advance_hours(3)
    while_refreshing(world, monkeypatch, lambda: world.connect("sim01"))
    assert world.workspace.accounts.creator_info(account.id).username == "sim01"
    tokens = kept(world, account.id)
    assert tokens is not None
    # What is kept is the newest permission: it works, and nothing is renewed for it.
    renewed = world.calls("token")
    assert world.workspace.accounts.creator_info(account.id).username == "sim01"
    assert world.calls("token") == renewed
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED


def test_a_refresh_answered_after_a_disconnect_does_not_bring_the_permission_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.connect("sim01")
    world.clock.advance_hours(3)
    while_refreshing(world, monkeypatch, lambda: elsewhere(world, account.id))
    with pytest.raises(ReconnectNeeded):
        world.workspace.accounts.creator_info(account.id)
    assert kept(world, account.id) is None
    gone = world.workspace.accounts.get(account.id)
    assert (gone.status, gone.sign_in_expires_at) == (AccountStatus.DISCONNECTED, None)


def test_a_refresh_answered_after_disconnect_and_reconnect_is_of_before_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.connect("sim01")
    world.clock.advance_hours(3)
    newest: list[SealedTokens | None] = []

    def meanwhile() -> None:
        elsewhere(world, account.id)
        world.connect("sim01")
        newest.append(kept(world, account.id))

    while_refreshing(world, monkeypatch, meanwhile)
    assert world.workspace.accounts.creator_info(account.id).username == "sim01"
    assert newest == [kept(world, account.id)]


def test_tokens_refused_after_a_reconnect_say_nothing_of_the_new_ones(world: World) -> None:
    account = world.connect("sim01")
    keeper = world.workspace.accounts._tokens
    old = keeper._fresh(account.id)
    world.connect("sim01")
    refused = Failure(
        code="scope_not_authorized", kind=FailureClass.NEEDS_RECONNECT, message="", action=""
    )
    keeper._lost(old, refused)
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED
