"""A worker whose lease nobody prolongs stops before another one may begin."""

from datetime import timedelta

from tests.fakes.words import says
from tests.fakes.world import VirtualClock, World, claim_due
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import Cancelled
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.publishing.leases import LeaseToken
from tiktok_manager.wording import step_words

LEASE = timedelta(seconds=90)


def test_a_worker_stops_at_six_tenths_of_its_lease() -> None:
    clock = VirtualClock()
    token = LeaseToken(CancelToken(), clock, LEASE * 0.6)
    clock.advance(timedelta(seconds=54))
    token.check()
    clock.advance(timedelta(seconds=1))
    assert token.cancelled
    assert token.wait(0)
    with says(Cancelled, "prolonged"):
        token.check()


def test_a_prolonged_lease_lets_it_go_on() -> None:
    clock = VirtualClock()
    token = LeaseToken(CancelToken(), clock, LEASE * 0.6)
    for _ in range(5):
        clock.advance(timedelta(seconds=50))
        token.renewed()
    token.check()


def test_sleep_counts_although_the_steady_clock_stood_still() -> None:
    clock = VirtualClock()
    token = LeaseToken(CancelToken(), clock, LEASE * 0.6)
    clock._now += timedelta(minutes=10)
    assert token.cancelled


def test_the_publishers_own_end_stops_it_too() -> None:
    outer = CancelToken()
    token = LeaseToken(outer, VirtualClock(), LEASE * 0.6)
    outer.cancel()
    assert token.cancelled


def test_an_upload_without_heartbeat_rests_and_goes_on_from_its_last_commit(world: World) -> None:
    world.connect()
    post = world.plan()
    publishing = world.workspace.publishing
    (claim,), _ = claim_due(publishing, uploads=1, checks=0)
    world.clock.advance(timedelta(seconds=60))
    publishing.send(claim, CancelToken())
    resting = world.post(post)
    assert resting.status is PostStatus.SCHEDULED
    assert step_words(world.workspace.planning.trail(post.id)[-1]).startswith("Paused: its lease")
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert world.arrived() == [post.media.sha256]


def test_a_heartbeat_in_time_keeps_the_upload_going(world: World) -> None:
    world.connect()
    post = world.plan()
    publishing = world.workspace.publishing
    (claim,), _ = claim_due(publishing, uploads=1, checks=0)
    for _ in range(4):
        world.clock.advance(timedelta(seconds=20))
        publishing.renew([claim])
    publishing.send(claim, CancelToken())
    assert world.post(post).status is PostStatus.PROCESSING
