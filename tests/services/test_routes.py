"""An account whose connection is missing: its posts wait, and nothing goes another way."""

from datetime import timedelta

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import RemoteError
from tiktok_manager.domain.posts import PostMode, PostStatus
from tiktok_manager.tiktok.routes import DIRECT, DirectRoutes, Route, RouteMissing

MINUTE = timedelta(minutes=1)


class Switchboard:
    """Takes an account's route away, and gives it back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.missing: set[str] = set()
        monkeypatch.setattr(DirectRoutes, "route_of", self._route_of)

    def _route_of(self, account_id: str) -> Route:
        if account_id in self.missing:
            raise RouteMissing
        return DIRECT


@pytest.fixture
def routes(monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    return Switchboard(monkeypatch)


def requests(world: World) -> int:
    return len(world.sim.world.records.ledger)


@pytest.mark.parametrize("mode", PostMode)
def test_a_post_waits_for_its_route_is_told_why_and_goes_out_when_there_is_one(
    world: World, routes: Switchboard, mode: PostMode
) -> None:
    account = world.connect()
    routes.missing.add(account.id)
    post, before = world.plan(mode=mode), requests(world)
    world.run(timedelta(minutes=31))
    waiting = world.post(post)
    assert requests(world) == before
    assert (waiting.status, waiting.attempts) == (PostStatus.SCHEDULED, 0)
    assert waiting.error is not None
    assert waiting.error.code == "route_missing"
    assert waiting.next_try_at is not None
    routes.missing.clear()
    world.run(10 * MINUTE)
    assert world.post(post).status in {PostStatus.PUBLISHED, PostStatus.IN_INBOX}
    assert world.arrived() == [post.media.sha256]


def test_other_accounts_go_on(world: World, routes: Switchboard) -> None:
    routes.missing.add(world.connect("sim01").id)
    world.connect("sim02")
    waiting, other = world.plan("sim01"), world.plan("sim02")
    world.run(2 * MINUTE)
    assert world.post(waiting).status is PostStatus.SCHEDULED
    assert world.post(other).status is PostStatus.PUBLISHED


def test_a_route_lost_amid_a_post_leaves_the_outcome_to_be_asked_for(
    world: World, routes: Switchboard
) -> None:
    account = world.connect()
    world.fault(endpoint="upload.last", processing_s=300.0)
    post = world.plan()
    world.tick()
    routes.missing.add(account.id)
    before = requests(world)
    world.run(20 * MINUTE)
    assert world.post(post).status is PostStatus.PROCESSING
    assert requests(world) == before
    routes.missing.clear()
    world.run(10 * MINUTE)
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.calls("video_init") == 1


def test_neither_a_sync_nor_a_renewal_nor_a_disconnection_goes_another_way(
    world: World, routes: Switchboard
) -> None:
    account = world.connect()
    routes.missing.add(account.id)
    before = requests(world)
    (result,) = world.workspace.accounts.sync([account.id])
    assert result.error is not None
    assert result.error.code == "route_missing"
    world.clock.advance_hours(24 * 40)
    world.workspace.accounts.keep_alive()
    with pytest.raises(RemoteError):
        world.workspace.accounts.creator_info(account.id)
    assert len(world.workspace.accounts.disconnect(account.id)) == 1
    assert requests(world) == before
