"""One answer to "why is nothing published?", the same from every process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import World, environment, make_world, reopened
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.errors import ActionNeeded, DiskFull
from tiktok_manager.domain.holds import NO_PUBLISHER
from tiktok_manager.domain.posts import (
    NEEDS_USER,
    PostFilter,
    PostMode,
    PostStatus,
    WaitingLook,
)
from tiktok_manager.services.vault import ENV_PASSPHRASE
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.schema import AccountRow
from tiktok_manager.system.locks import PublisherLock
from tiktok_manager.wording import english

APP_CAP = "reached_active_user_cap"
SAFE = WaitingLook.SAFE
LATER = timedelta(hours=1)


def codes(workspace: Workspace) -> list[str]:
    """Return what blocks posts, and make sure that each reason has words."""
    blockers = workspace.blockers.all()
    for blocker in blockers:
        title = english(blocker.finding).title
        assert title, blocker
        assert blocker.code not in title, "it has no words"
    return [blocker.code for blocker in blockers]


@contextmanager
def publishing(world: World) -> Iterator[None]:
    """Hold the lock as a publisher does."""
    lock = PublisherLock(world.workspace.paths.publisher_lock)
    assert lock.acquire()
    yield
    lock.release()


@contextmanager
def seen_from_elsewhere(world: World) -> Iterator[Workspace]:
    """Open the data folder as another process does: `doctor` beside a publisher."""
    env = environment(world.sim.base_url, world.workspace.paths.root)
    with open_workspace(env, world.clock) as workspace:
        yield workspace


def test_where_all_is_well_nothing_is_in_the_way_but_a_publisher_that_does_not_run(
    world: World,
) -> None:
    world.connect()
    post = world.plan(after=timedelta(hours=1))
    assert codes(world.workspace) == [NO_PUBLISHER]
    with publishing(world):
        assert codes(world.workspace) == []
        assert world.workspace.blockers.of(post) == ()
    assert codes(world.workspace) == [NO_PUBLISHER]


def test_secrets_that_are_open_where_it_publishes_need_no_passphrase_here(world: World) -> None:
    world.connect()
    env = {**environment(world.sim.base_url, world.workspace.paths.root), ENV_PASSPHRASE: ""}
    with publishing(world), open_workspace(env, world.clock) as here:
        assert codes(here) == ["vault_locked"], "publishing is this very process's"
        lock = here.paths.publisher_lock
        told = json.loads(lock.read_text())
        lock.write_text(json.dumps({**told, "pid": told["pid"] + 1}))
        assert codes(here) == []


def test_what_the_user_holds_is_told_and_whose_posts_it_concerns(world: World) -> None:
    paused, other = world.connect("sim01"), world.connect("sim02")
    post, free = world.plan("sim01", after=timedelta(hours=1)), world.plan("sim02")
    with publishing(world):
        world.workspace.accounts.set_paused(paused.id, paused=True)
        world.workspace.accounts.disconnect(other.id)
        assert codes(world.workspace) == ["accounts_paused", "accounts_not_connected"]
        assert [each.code for each in world.workspace.blockers.of(post)] == ["accounts_paused"]
        (lost,) = world.workspace.blockers.of(free)
        assert lost.code == "accounts_not_connected"
        world.workspace.settings.hold_publishing(hold=True)
        assert codes(world.workspace)[0] == "publishing_off"


def test_a_post_that_ended_waits_for_nothing(world: World) -> None:
    world.connect()
    post = world.plan()
    world.settle()
    assert world.workspace.blockers.of(world.post(post)) == ()


def app_cap(world: World) -> str:
    world.fault(endpoint="video_init", status=403, code=APP_CAP, times=1)
    world.plan()
    world.tick()
    return APP_CAP


def fault_of_ours(world: World) -> str:
    world.clock.advance_hours(3)
    world.fault(endpoint="token.refresh", code="invalid_client")
    world.plan()
    world.tick()
    return "invalid_client"


def wrong_clock(world: World) -> str:
    world.plan()
    world.clock.set_by(timedelta(hours=1))
    world.tick()
    return "clock_wrong"


def resting_host(world: World) -> str:
    world.fault(endpoint="*", drop="before", for_s=3_000.0)
    for _ in range(5):
        world.workspace.accounts.sync()
    world.plan()
    world.tick()
    return "tiktok_resting"


@pytest.mark.parametrize("strike", [app_cap, fault_of_ours, wrong_clock, resting_host])
def test_what_a_publisher_found_out_is_known_to_every_process(
    world: World, strike: Callable[[World], str]
) -> None:
    world.connect()
    code = strike(world)
    with publishing(world), seen_from_elsewhere(world) as other:
        (blocker,) = other.blockers.all()
        assert blocker.code == code
        assert blocker.until is not None
        assert blocker.until > world.clock.now()


@pytest.mark.parametrize("strike", [app_cap, fault_of_ours])
def test_a_cap_of_the_app_and_a_fault_of_ours_survive_a_restart(
    world: World, strike: Callable[[World], str]
) -> None:
    world.connect()
    code = strike(world)
    (before,) = [each for each in world.workspace.blockers.all() if each.until]
    world.workspace.database.close()
    with reopened(world) as again:
        again.workspace.publishing.resume()
        (after,) = [each for each in again.workspace.blockers.all() if each.until]
        assert (after.code, after.until) == (code, before.until)
        asked = again.calls("video_init") + again.calls("token.refresh")
        post = again.plan()
        again.tick()
        waiting = again.post(post)
        assert waiting.status is PostStatus.SCHEDULED
        assert waiting.error is not None
        assert waiting.error.code == code
        assert again.calls("video_init") + again.calls("token.refresh") == asked


def test_a_resting_host_is_forgotten_when_it_is_back(world: World) -> None:
    world.connect()
    resting_host(world)
    world.run(timedelta(hours=2))
    with publishing(world):
        assert codes(world.workspace) == []


def test_trouble_of_the_data_folder_comes_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied() -> None:
        raise ActionNeeded("copied_data_folder")

    world.connect()
    monkeypatch.setattr(world.workspace.installation, "check", copied)
    monkeypatch.setattr(world.workspace.storage, "look", DiskFull)
    assert codes(world.workspace) == ["copied_data_folder", "disk_full", NO_PUBLISHER]


def test_secrets_that_wait_for_a_passphrase_are_told(tmp_path: Path) -> None:
    with make_world(tmp_path) as world:
        world.connect()
        env = environment(world.sim.base_url, world.workspace.paths.root)
        del env["TIKTOK_MANAGER_PASSPHRASE"]
        with publishing(world), open_workspace(env, world.clock) as locked:
            assert codes(locked) == ["vault_locked"]
            locked.vault.unlock("correct horse battery")
            assert codes(locked) == []


def lose_permission(world: World, account_id: str) -> None:
    with world.workspace.database.write() as session:
        session.get_one(AccountRow, account_id).status = AccountStatus.NEEDS_RECONNECT


def looks(world: World) -> list[WaitingLook]:
    """Return how all planned posts wait, by their time."""
    found = world.workspace.blockers.look_at(world.posts())
    return [post.waiting.look for post in found if post.waiting is not None]


def test_many_posts_are_told_apart_by_one_look(world: World) -> None:
    paused, lost, capped = world.connect("sim01"), world.connect("sim02"), world.connect("sim03")
    world.workspace.settings.set("direct-posts-per-day", "1")
    world.plan("sim03")
    world.settle()
    for number, name in enumerate(("sim01", "sim02", "sim03"), start=1):
        world.plan(name, after=timedelta(minutes=number))
    world.plan("sim03", after=timedelta(hours=26))
    with publishing(world):
        assert looks(world) == [SAFE, SAFE, WaitingLook.CAP, SAFE]
        world.workspace.accounts.set_paused(paused.id, paused=True)
        lose_permission(world, lost.id)
        assert looks(world) == [WaitingLook.PAUSED, WaitingLook.RECONNECT, WaitingLook.CAP, SAFE]
    assert looks(world)[-1] is WaitingLook.HELD  # nobody publishes now
    full = world.workspace.quota.full_until([capped.id])
    (until, why) = full[capped.id, PostMode.DIRECT]
    assert why.code == "daily_cap"
    assert until > world.clock.now()


def test_what_waits_for_a_sign_in_needs_the_user_and_is_listed(world: World) -> None:
    paused, lost = world.connect("sim01"), world.connect("sim02")
    held, stopped = world.plan("sim01", after=LATER), world.plan("sim02", after=LATER)
    planning, accounts = world.workspace.planning, world.workspace.accounts
    overview = planning.overview()
    assert (overview.needs_user, overview.paused) == (0, 0)
    accounts.set_paused(paused.id, paused=True)
    lose_permission(world, lost.id)
    overview = planning.overview()
    assert (overview.needs_user, overview.paused) == (1, 1)
    wanted = PostFilter(statuses=NEEDS_USER, or_unconnected=True)
    assert [post.id for post in planning.page(wanted)] == [stopped.id]
    assert held.id not in {post.id for post in planning.page(wanted)}
