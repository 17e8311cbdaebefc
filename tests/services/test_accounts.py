"""Connecting, syncing and disconnecting, against the local TikTok."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.fakes.words import says
from tests.fakes.world import Browser, World, make_world
from tiktok_manager.domain.accounts import (
    ALL_SCOPES,
    POSTING_SCOPES,
    AccountStatus,
    Profile,
    Scope,
    fewer_scopes,
    without_publishing,
)
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import (
    Cancelled,
    ConsentRefused,
    InputError,
    NetworkDown,
    ReconnectNeeded,
    TikTokRefused,
)
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.services.serializers import account_json, stamp
from tiktok_manager.storage import accounts as queries


def test_a_refused_account_is_not_kept_and_its_permission_given_back(world: World) -> None:
    with Browser("sim01") as browser, pytest.raises(ConsentRefused):
        world.workspace.accounts.connect(
            open_url=browser.open, cancel=CancelToken(), confirm=lambda _profile: False
        )
    assert world.workspace.accounts.list() == []
    assert world.calls("revoke") == 1


def test_reconnecting_insists_on_the_same_account_and_harms_no_other(world: World) -> None:
    world.connect("sim01")
    other = world.connect("sim02")
    with Browser("sim02") as browser, says(ConsentRefused, "another account"):
        world.workspace.accounts.connect(
            open_url=browser.open, cancel=CancelToken(), reconnect="@sim01"
        )
    assert world.calls("revoke") == 0
    assert world.workspace.accounts.creator_info(other.id).username == "sim02"


def test_the_browser_says_signed_in_once_the_account_is_kept(world: World) -> None:
    world.fault(endpoint="user_info", delay_s=0.2)
    accounts = world.workspace.accounts
    with Browser("sim01") as browser:
        accounts.connect(open_url=browser.open, cancel=CancelToken())
        assert accounts.get("sim01").status is AccountStatus.CONNECTED
    assert "You are signed in" in browser.page
    # A reload, or a prefetch that comes late, finds the same page and costs no second exchange.
    assert browser.reload() == browser.page
    assert world.calls("token") == 1
    world.clock.advance(timedelta(seconds=31))
    accounts.close()
    with pytest.raises(OSError, match="refused"):
        browser.reload()


def test_the_browser_says_that_a_sign_in_did_not_work(unruly: World) -> None:
    unruly.fault(endpoint="token", status=200, code="invalid_grant", message="Code <b>is</b> old.")
    with Browser("sim01") as browser, pytest.raises(TikTokRefused):
        unruly.workspace.accounts.connect(open_url=browser.open, cancel=CancelToken())
    assert "The sign-in did not work" in browser.page
    assert "signed in" not in browser.page
    assert "<b>" not in browser.page.partition("<h1>")[2].replace("<b aria", "")
    assert unruly.workspace.accounts.list() == []


def test_a_new_workspace_asks_for_what_posting_needs_and_no_more(world: World) -> None:
    with Browser("sim01") as browser:
        account = world.workspace.accounts.connect(open_url=browser.open, cancel=CancelToken())
    assert set(account.scopes) == set(POSTING_SCOPES)
    assert account.handle == "sim01"  # creator_info tells it
    assert account.followers is None
    assert account_json(account)["followers"] is None


def test_what_tiktok_does_not_tell_is_named_with_its_scope(world: World) -> None:
    world.connect("sim01", POSTING_SCOPES)
    world.connect("sim02")
    asked = world.calls("video_list")
    few, all_ = world.workspace.accounts.sync()
    assert (few.error, all_.error) == (None, None)
    assert [(f.code, f.params["scope"]) for f in few.findings] == [
        ("totals_untold", "user.info.stats"),
        ("videos_untold", "video.list"),
    ]
    assert all_.findings == ()
    assert world.calls("video_list") == asked + 1  # nothing outside the grant is asked for
    (lacking,) = world.workspace.reports.findings("videos")
    assert lacking.params["accounts"] == ("@sim01",)
    assert world.workspace.reports.findings("posts") == []
    assert world.workspace.accounts.get("sim01").followers is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("posting", POSTING_SCOPES),
        ("ALL", ALL_SCOPES),
        ("video.upload, user.info.basic", (Scope.BASIC, Scope.UPLOAD)),
    ],
)
def test_the_permissions_to_ask_for_can_be_chosen(
    world: World, given: str, kept: tuple[Scope, ...]
) -> None:
    world.workspace.settings.set("scopes", given)
    assert world.workspace.settings.requested_scopes() == kept


@pytest.mark.parametrize("given", ["", "everything", "video.publish", "user.info.basic,video.x"])
def test_permissions_that_tiktok_does_not_know_are_refused(world: World, given: str) -> None:
    with pytest.raises(InputError) as refused:
        world.workspace.settings.set("scopes", given)
    assert refused.value.code == "bad_scopes"


def test_fewer_permissions_are_asked_for_in_steps() -> None:
    assert fewer_scopes(ALL_SCOPES) == POSTING_SCOPES
    assert fewer_scopes(POSTING_SCOPES) == (Scope.BASIC, Scope.UPLOAD)
    assert fewer_scopes((Scope.BASIC, Scope.UPLOAD)) is None
    assert fewer_scopes((Scope.BASIC, Scope.PUBLISH)) is None


def test_a_cancelled_connection_leaves_nothing(world: World) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        world.workspace.accounts.connect(open_url=lambda _url: cancel.cancel(), cancel=cancel)
    assert world.workspace.accounts.list() == []


def test_a_scope_that_was_not_granted_does_not_break_the_rest(world: World) -> None:
    world.sim.world.account("sim01").denied_scopes.add("user.info.profile")
    account = world.connect("sim01")
    assert account.handle == "sim01"
    assert not account.may(Scope.PROFILE)
    (result,) = world.workspace.accounts.sync()
    assert result.error is None


def test_a_direct_post_does_not_hold_the_drafts_of_an_account_for_drafts_only(world: World) -> None:
    account = world.connect("sim01", without_publishing(ALL_SCOPES))
    direct, draft = world.plan(), world.plan(mode=PostMode.INBOX, after=timedelta(minutes=1))
    world.run(timedelta(minutes=10))
    refused = world.post(direct)
    assert refused.status is PostStatus.NEEDS_ATTENTION
    assert refused.error is not None
    assert refused.error.code == "scope_not_granted"
    assert world.post(draft).status is PostStatus.IN_INBOX
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED
    assert world.calls("creator_info") == 0


def test_inbox_only_asks_for_no_right_to_publish(world: World) -> None:
    account = world.connect("sim01", without_publishing(ALL_SCOPES))
    assert not account.may(Scope.PUBLISH)
    assert account.may(Scope.UPLOAD)


def test_a_sync_records_followers_and_keeps_going_past_a_failing_account(world: World) -> None:
    first = world.connect("sim01")
    world.connect("sim02")
    world.fault(endpoint="user_info", account="sim02", drop="before")
    results = world.workspace.accounts.sync()
    assert [result.error is None for result in results] == [True, False]
    assert isinstance(results[1].error, NetworkDown)
    assert len(world.workspace.analytics.series(first.id).followers) == 1
    assert world.workspace.accounts.get("sim02").status is AccountStatus.CONNECTED


def test_a_sync_of_all_names_the_accounts_it_left_out(world: World) -> None:
    account = world.connect("sim01")
    world.connect("sim02")
    with world.workspace.database.write() as session:
        tokens = queries.get_tokens(session, account.id)
        assert tokens is not None
        assert queries.lose_permission(session, account.id, tokens.version)
    asked = world.calls("user_info")
    left_out, synced = world.workspace.accounts.sync()
    assert (left_out.handle, synced.error) == ("sim01", None)
    assert isinstance(left_out.error, ReconnectNeeded)
    assert world.calls("user_info") == asked + 1


def test_being_offline_does_not_disconnect_an_account(world: World) -> None:
    account = world.connect("sim01")
    world.clock.advance_hours(3)
    world.fault(endpoint="token", drop="before", times=3)
    (failed,) = world.workspace.accounts.sync()
    (worked,) = world.workspace.accounts.sync()
    assert (failed.error is None, worked.error is None) == (False, True)
    assert world.workspace.accounts.get(account.id).status is AccountStatus.CONNECTED


def test_a_disconnected_account_is_revoked_and_its_posts_wait_with_a_reason(world: World) -> None:
    account = world.connect("sim01")
    world.clock.advance_hours(3)
    post = world.plan()
    assert world.workspace.accounts.disconnect(account.id) == []
    assert world.workspace.accounts.get(account.id).status is AccountStatus.DISCONNECTED
    assert world.post(post).status is PostStatus.NEEDS_ATTENTION
    world.connect("sim01")
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED


def test_an_account_is_not_disconnected_under_a_video_on_its_way(world: World) -> None:
    account = world.connect("sim01")
    world.plan()
    world.tick()
    with says(InputError, "on its way"):
        world.workspace.accounts.disconnect(account.id)


def test_a_call_that_meets_a_refresh_of_another_process_waits_for_its_commit(
    tmp_path: Path,
) -> None:
    with make_world(tmp_path) as world:
        account = world.connect("sim01")
        tokens = world.workspace.accounts._tokens
        keys = world.workspace.settings.app_keys()
        with world.workspace.database.read() as session:
            old = queries.get_tokens(session, account.id)
        assert old is not None
        until = world.clock.now() + timedelta(minutes=1)
        with world.workspace.database.write() as session:
            assert queries.lease_refresh(
                session, account.id, old.version, "another", world.clock.now(), until
            )
        refresh_token = tokens._vault.open(old.refresh_sealed, aad=f"tokens/{account.id}/refresh")
        pair = world.workspace.accounts._gateway.app(account.id).refresh(keys, refresh_token)
        sealed = tokens.seal(account.id, pair, old)

        def commit(_cancel: CancelToken, duration_s: float) -> bool:
            with world.workspace.database.write() as session:
                assert queries.rotate_tokens(session, sealed, over=old.version)
            world.clock.advance(timedelta(seconds=duration_s))
            return False

        world.clock.pause = commit  # type: ignore[method-assign, assignment]
        world.fault(endpoint="creator_info", status=401, code="access_token_invalid", times=1)
        assert world.workspace.accounts.creator_info(account.id).username == "sim01"
        assert world.workspace.accounts.get("sim01").status is AccountStatus.CONNECTED


def test_held_posts_do_not_keep_the_publisher_from_being_idle(world: World) -> None:
    world.connect("sim01")
    world.plan()
    publishing = world.workspace.publishing
    assert publishing.is_busy(timedelta(minutes=1))
    assert not publishing.is_busy(timedelta(minutes=1), held=True)


def test_an_account_tells_how_long_its_sign_in_lasts(world: World) -> None:
    account = world.workspace.accounts.get(world.connect().id)
    ends_at = account.sign_in_expires_at
    assert ends_at is not None
    assert ends_at > world.clock.now() + timedelta(days=30)
    (listed,) = world.workspace.accounts.list()
    assert listed.sign_in_expires_at == ends_at
    assert account_json(listed)["sign_in_expires_at"] == stamp(ends_at)
    world.workspace.accounts.disconnect(account.id)
    assert world.workspace.accounts.get(account.id).sign_in_expires_at is None


def test_the_overview_says_what_each_account_says_for_itself(world: World) -> None:
    ada, bob = world.connect("sim01"), world.connect("sim02")
    world.plan("sim01")
    world.settle()
    later = world.plan("sim01", after=timedelta(hours=2))
    soon = world.plan("sim01", after=timedelta(hours=1))
    first, second = world.workspace.accounts.overview()
    assert [each.account for each in (first, second)] == list(world.workspace.accounts.list())
    assert first.next_post is not None
    assert first.next_post.id == soon.id != later.id
    assert second.next_post is None
    assert (first.planned, second.planned) == (2, 0)
    assert (first.quota.used, second.quota.used) == (1, 0)
    for each, account in ((first, ada), (second, bob)):
        assert each.avatar == world.workspace.accounts.avatars().get(account.id)


def test_the_overview_of_300_accounts_costs_a_few_statements(world: World) -> None:
    def cost() -> int:
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            asked.append(statement)

        engine = world.workspace.database._engine
        event.listen(engine, "before_cursor_execute", note)
        found = world.workspace.accounts.overview()
        event.remove(engine, "before_cursor_execute", note)
        assert len(found) in (1, 301)
        return len(asked)

    world.connect("sim01")
    few = cost()
    with world.workspace.database.write() as session:
        for number in range(300):
            profile = Profile(open_id=f"o{number}", display_name="A", handle=f"h{number}")
            queries.put_connected(session, f"a{number}", profile, (), world.clock.now())
    assert cost() == few <= 7
