"""What one look at the database must not miss, and must not do again and again."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from tests.fakes.world import VirtualClock, World, claim_due, make_world
from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.events import EventBus
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.scheduler import runner as runner_module
from tiktok_manager.scheduler import ticker as ticker_module
from tiktok_manager.scheduler.runner import IDLE_WITHIN, RENEW_EVERY_S, Runner
from tiktok_manager.services.publishing.leases import SAFE_SHARE
from tiktok_manager.services.publishing.service import LEASE, Publishing
from tiktok_manager.storage.database import ChangeWatch
from tiktok_manager.system.locks import PublisherLock

PATIENCE_S = 60.0
MOMENT = timedelta(milliseconds=1)


class FakePublishing:
    """One post that is due at an instant; sending it takes until it is told to end."""

    def __init__(self, clock: VirtualClock, due_at: datetime) -> None:
        self.clock = clock
        self.due_at: datetime | None = due_at
        self.look_takes = timedelta()
        self.sending = threading.Event()
        self.end = threading.Event()
        self.renewals = 0
        self.renewed = threading.Event()
        self.looking = threading.Event()
        self.look_on = threading.Event()
        self.look_on.set()
        self.lacks_readiness = False

    def resume(self) -> int:
        return 0

    def retire(self) -> None:
        pass

    def interrupt(self) -> None:
        pass

    def has_due(self) -> bool:
        self.looking.set()
        assert self.look_on.wait(PATIENCE_S)
        is_due = self.due_at is not None and self.due_at <= self.clock.now()
        self.clock.advance(self.look_takes)
        return is_due

    def claim(self, uploads: int, checks: int) -> tuple[list[Claim], list[Claim]]:
        assert uploads
        assert checks
        self.due_at = None
        return [cast(Claim, object())], []

    def send(self, _claim: Claim, _cancel: CancelToken) -> None:
        self.sending.set()
        assert self.end.wait(PATIENCE_S)

    def renew(self, claims: list[Claim]) -> None:
        self.renewals += len(claims)
        self.renewed.set()

    def upcoming(self, _limit: int) -> list[Post]:
        return []

    def next_wake(self, after: datetime | None = None) -> datetime | None:
        is_ahead = self.due_at is not None and self.due_at > (after or self.clock.now())
        return self.due_at if is_ahead else None


class FakePolicy:
    def max_concurrent_uploads(self) -> int:
        return 8

    def hold_publishing(self, *, hold: bool) -> None:
        raise AssertionError(f"nobody asked for it: {hold}")


class NothingChanges:
    def changed(self) -> bool:
        return False


def watch() -> AbstractContextManager[ChangeWatch]:
    return nullcontext(cast(ChangeWatch, NothingChanges()))


@contextmanager
def running(publishing: FakePublishing, folder: Path) -> Iterator[Runner]:
    lock = PublisherLock(folder / "lock")
    real = cast(Publishing, publishing)
    runner = Runner(real, FakePolicy(), watch, lock, EventBus(), publishing.clock)
    runner.start()
    try:
        yield runner
    finally:
        publishing.end.set()
        runner.stop()


@pytest.fixture
def clock() -> VirtualClock:
    """Give a clock that stands still at this instant: the clockwork goes by the real one."""
    return VirtualClock(SystemClock().now())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as world:
        yield world


def test_leases_are_prolonged_by_a_thread_of_their_own_however_often_the_publisher_looks(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing = FakePublishing(clock, clock.now())
    with running(publishing, tmp_path) as runner:
        assert publishing.sending.wait(PATIENCE_S)
        for _ in range(20):
            runner.tick()
        assert publishing.renewals == 0
        runner.renew_leases()
        assert publishing.renewals == 1


def test_leases_are_prolonged_in_time() -> None:
    assert timedelta(seconds=2 * RENEW_EVERY_S) < LEASE * SAFE_SHARE


def test_leases_are_prolonged_while_the_tick_hangs(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "RENEW_EVERY_S", 0.01)
    publishing = FakePublishing(clock, clock.now())
    with running(publishing, tmp_path) as runner:
        assert publishing.sending.wait(PATIENCE_S)
        publishing.looking.clear()
        publishing.look_on.clear()
        runner.wake()
        assert publishing.looking.wait(PATIENCE_S)
        before = publishing.renewals
        publishing.renewed.clear()
        assert publishing.renewed.wait(PATIENCE_S)
        assert publishing.renewals > before
        publishing.look_on.set()


def test_a_post_that_falls_due_during_a_look_is_taken_up_at_once(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker_module, "HEARTBEAT_S", 3600.0)  # the next one would find it, late
    publishing = FakePublishing(clock, clock.now() + MOMENT)
    publishing.look_takes = 2 * MOMENT
    with running(publishing, tmp_path):
        assert publishing.sending.wait(PATIENCE_S)


@pytest.mark.parametrize("held", [True, False])
def test_a_publisher_about_to_ask_for_an_outcome_is_busy(world: World, *, held: bool) -> None:
    world.connect()
    post = world.plan()
    world.tick()
    world.clock.advance(timedelta(seconds=1))
    publishing = world.workspace.publishing
    _sends, (ask,) = claim_due(publishing, uploads=0, checks=8)
    assert publishing.is_busy(IDLE_WITHIN, held=held)
    publishing.check(ask)
    world.settle()
    assert world.post(post).status is PostStatus.PUBLISHED
    assert not publishing.is_busy(IDLE_WITHIN, held=held)


def test_nothing_is_remembered_of_questions_that_are_over(world: World) -> None:
    world.connect()
    world.plan()
    world.tick()
    publishing = world.workspace.publishing
    for _ in range(3):
        world.clock.advance(timedelta(seconds=5))
        _sends, asks = claim_due(publishing, uploads=0, checks=8)
        publishing.renew(asks)
        for ask in asks:
            publishing.check(ask)
    assert world.calls("status")
    assert publishing._leases._begun == {}
