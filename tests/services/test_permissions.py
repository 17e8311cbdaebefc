"""A permission kept alive, lost answers, and the posts of an account that lost it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World, make_world
from tiktok_manager.domain.accounts import Account, AccountStatus
from tiktok_manager.domain.errors import NetworkDown, ReconnectNeeded
from tiktok_manager.domain.posts import Lateness, PostStatus
from tiktok_manager.storage import accounts as queries
from tiktok_manager.wording import words

DAY = timedelta(days=1)


def version(world: World, account: Account) -> int:
    with world.workspace.database.read() as session:
        tokens = queries.get_tokens(session, account.id)
    assert tokens is not None
    return tokens.version


def test_an_idle_account_is_renewed_after_thirty_days_and_not_before(world: World) -> None:
    account = world.connect()
    world.clock.advance(29 * DAY)
    world.workspace.accounts.keep_alive()
    assert version(world, account) == 1
    world.clock.advance(2 * DAY)
    before = world.workspace.accounts.get(account.id).sign_in_expires_at
    world.workspace.accounts.keep_alive()
    world.workspace.accounts.keep_alive()
    assert version(world, account) == 2
    after = world.workspace.accounts.get(account.id).sign_in_expires_at
    assert before is not None
    assert after is not None
    assert after - before >= 30 * DAY


@pytest.mark.parametrize("hours", [0, 30])
def test_who_must_be_reconnected_is_not_asked_for_again_and_again(world: World, hours: int) -> None:
    account = world.connect()
    world.fault(endpoint="video_init", processing_s=90 * 3600.0, times=1)
    post = world.plan()
    world.tick()
    world.sim.world.remove_app("sim01")
    world.clock.advance_hours(hours)
    world.run(timedelta(minutes=5))
    assert world.workspace.accounts.get(account.id).status is AccountStatus.NEEDS_RECONNECT
    asked = world.calls("token")
    world.run(timedelta(hours=12))
    assert world.calls("token") == asked
    assert world.post(post).status is PostStatus.UNCONFIRMED


def test_an_account_that_cannot_be_renewed_keeps_no_other_from_it(world: World) -> None:
    gone = world.connect("sim01")
    fine = world.connect("sim02")
    world.sim.world.remove_app("sim01")
    world.clock.advance(31 * DAY)
    world.workspace.accounts.keep_alive()
    assert version(world, fine) == 2
    assert world.workspace.accounts.get(gone.id).status is AccountStatus.NEEDS_RECONNECT


def test_a_refresh_whose_answer_is_lost_offers_the_old_token_twice_more(world: World) -> None:
    account = world.connect()
    world.clock.advance_hours(3)
    world.fault(endpoint="token.refresh", drop="before", times=2)
    assert world.workspace.accounts.creator_info(account.id).username == "sim01"
    assert world.calls("token") == 1 + 3


def test_an_old_token_that_died_with_the_lost_answer_means_reconnect(world: World) -> None:
    account = world.connect()
    world.clock.advance_hours(3)
    world.fault(endpoint="token.refresh", drop="after", times=1)
    with pytest.raises(ReconnectNeeded) as met:
        world.workspace.accounts.creator_info(account.id)
    assert met.value.code == "invalid_grant"
    assert met.value.log_id
    assert world.workspace.accounts.get(account.id).status is AccountStatus.NEEDS_RECONNECT


def test_a_refresh_that_does_not_say_again_how_long_it_lasts_keeps_what_is_known(
    unruly: World,
) -> None:
    account = unruly.connect()
    before = unruly.workspace.accounts.get(account.id).sign_in_expires_at
    unruly.clock.advance_hours(3)
    unruly.fault(endpoint="token.refresh", omit=["refresh_expires_in", "open_id"], times=1)
    assert unruly.workspace.accounts.creator_info(account.id).username == "sim01"
    assert version(unruly, account) == 2
    after = unruly.workspace.accounts.get(account.id)
    assert (after.status, after.sign_in_expires_at) == (AccountStatus.CONNECTED, before)


def test_a_ban_is_shown_until_tiktok_takes_a_post_again(world: World) -> None:
    account = world.connect()
    world.fault(
        endpoint="video_init", status=403, code="spam_risk_user_banned_from_posting", times=1
    )
    banned = world.plan()
    world.settle()
    assert world.post(banned).status is PostStatus.FAILED
    world.workspace.accounts.creator_info(account.id)
    assert world.workspace.accounts.get(account.id).restriction == "banned"
    world.workspace.planning.retry(banned.id)
    world.settle()
    assert world.post(banned).status is PostStatus.PUBLISHED
    assert world.workspace.accounts.get(account.id).restriction is None


def test_being_cut_off_three_times_is_offline_not_disconnected(world: World) -> None:
    account = world.connect()
    world.clock.advance_hours(3)
    world.fault(endpoint="token.refresh", drop="before", times=3)
    with pytest.raises(NetworkDown):
        world.workspace.accounts.creator_info(account.id)
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED
    assert world.workspace.accounts.creator_info(account.id).username == "sim01"


def test_what_a_dead_publisher_was_refreshing_is_free_for_the_next_at_once(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        account = world.connect()
        world.workspace.publishing.resume()
        dead = world.workspace.publishing._owner
        world.clock.advance_hours(3)
        now = world.clock.now()
        with world.workspace.database.write() as session:
            assert queries.lease_refresh(
                session, account.id, 1, dead, now, now + timedelta(hours=1)
            )
        world.workspace.publishing._owner = "the-next"
        world.workspace.accounts._tokens._owner = "the-next"
        world.workspace.publishing.resume()
        assert world.workspace.accounts.creator_info(account.id).username == "sim01"
        assert world.clock.now() == now


def test_a_living_process_keeps_what_it_refreshes(world: World) -> None:
    account = world.connect()
    now = world.clock.now()
    with world.workspace.database.write() as session:
        assert queries.lease_refresh(session, account.id, 1, "alive", now, now + timedelta(hours=1))
    world.workspace.publishing.resume()
    with world.workspace.database.write() as session:
        assert not queries.lease_refresh(session, account.id, 1, "other", now, now)


def test_all_posts_of_an_account_say_that_its_permission_is_gone_and_go_on_with_it(
    world: World,
) -> None:
    world.connect("sim01")
    now = world.plan("sim01")
    soon = world.plan("sim01", after=timedelta(minutes=30))
    far = world.plan("sim01", after=timedelta(hours=5))
    world.sim.world.remove_app("sim01")
    world.run(timedelta(minutes=10))
    added = world.plan("sim01", after=timedelta(hours=6))
    for post in (now, soon, far, added):
        error = world.post(post).error
        assert error is not None
        assert error.kind == "needs_reconnect"
        assert "onnect the account" in words(error).command_hint
    assert world.post(now).error.log_id  # type: ignore[union-attr]
    world.clock.advance(timedelta(hours=1))
    world.connect("sim01")
    assert world.post(far).error is None
    world.run(timedelta(hours=8))
    assert {world.post(p).status for p in (now, soon, far, added)} == {PostStatus.PUBLISHED}


def test_a_post_missed_while_its_account_had_no_permission_says_so(world: World) -> None:
    world.connect("sim01")
    world.plan("sim01")
    missed = world.plan(
        "sim01", after=timedelta(minutes=30), lateness=Lateness(within=timedelta(hours=1))
    )
    world.sim.world.remove_app("sim01")
    world.run(timedelta(minutes=10))
    world.clock.advance(timedelta(days=2))
    world.connect("sim01")
    world.run(timedelta(minutes=10))
    after = world.post(missed)
    assert after.status is PostStatus.MISSED
    assert after.error is not None
    assert (
        "sign-in has expired" in words(after.error).cause
        or "permission" in words(after.error).cause
    )


def test_a_video_tiktok_has_is_asked_about_as_soon_as_the_account_is_back(world: World) -> None:
    world.connect("sim01")
    post = world.plan("sim01")
    world.tick()
    assert world.post(post).status is PostStatus.PROCESSING
    world.sim.world.remove_app("sim01")
    world.clock.advance(timedelta(seconds=10))
    world.tick()
    waiting = world.post(post)
    assert waiting.status is PostStatus.PROCESSING
    assert waiting.error is not None
    assert waiting.error.kind == "needs_reconnect"
    world.connect("sim01")
    assert world.post(post).next_try_at == world.clock.now()
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]
