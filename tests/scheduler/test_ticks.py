"""What one look at the database must not miss, and must not do again and again."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobEvent

from tests.fakes.world import VirtualClock, World, make_world
from tiktok_manager.app import make_runner
from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.domain.events import EventBus
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.scheduler import runner as runner_module
from tiktok_manager.scheduler.runner import IDLE_WITHIN, Runner
from tiktok_manager.scheduler.ticker import Ticker
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
        self.renewed = 0

    def resume(self) -> int:
        return 0

    def retire(self) -> None:
        pass

    def has_due(self) -> bool:
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
        self.renewed += len(claims)

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


def test_leases_are_prolonged_by_the_time_however_often_the_publisher_looks(
    tmp_path: Path, clock: VirtualClock
) -> None:
    publishing = FakePublishing(clock, clock.now())
    with running(publishing, tmp_path) as runner:
        assert publishing.sending.wait(PATIENCE_S)
        for _ in range(20):
            runner.tick()
        assert publishing.renewed == 1
        clock.advance(LEASE * SAFE_SHARE / 2)
        runner.tick()
        assert publishing.renewed == 2


def test_a_post_that_falls_due_during_a_look_is_taken_up_at_once(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "HEARTBEAT_S", 3600)  # the next round would find it, late
    publishing = FakePublishing(clock, clock.now() + MOMENT)
    publishing.look_takes = 2 * MOMENT
    with running(publishing, tmp_path):
        assert publishing.sending.wait(PATIENCE_S)


def test_a_call_that_is_due_before_the_one_that_set_it_has_returned_is_made() -> None:
    called_again, decided = threading.Event(), threading.Event()
    calls: list[int] = []
    told: list[int] = []
    ticker = Ticker({})

    def tell(event: JobEvent) -> None:
        told.append(event.code)
        if len(told) == 2:  # what became of the second call
            decided.set()

    def job() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            called_again.set()
            return
        ticker.call_at(job, SystemClock().now(), "next")
        assert decided.wait(PATIENCE_S)

    ticker._clockwork.add_listener(tell, EVENT_JOB_SUBMITTED | EVENT_JOB_MAX_INSTANCES)
    ticker.start()
    try:
        ticker.call_at(job, SystemClock().now(), "next")
        assert decided.wait(PATIENCE_S)
        assert told == [EVENT_JOB_SUBMITTED, EVENT_JOB_SUBMITTED]
        assert called_again.wait(PATIENCE_S)
    finally:
        ticker.stop()


@pytest.mark.parametrize("held", [True, False])
def test_a_publisher_about_to_ask_for_an_outcome_is_busy(world: World, *, held: bool) -> None:
    world.connect()
    post = world.plan()
    world.tick()
    world.clock.advance(timedelta(seconds=1))
    publishing = world.workspace.publishing
    _sends, (ask,) = publishing.claim(uploads=0, checks=8)
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
        _sends, asks = publishing.claim(uploads=0, checks=8)
        publishing.renew(asks)
        for ask in asks:
            publishing.check(ask)
    assert world.calls("status")
    assert publishing._leases._begun == {}


def test_a_chore_that_fails_keeps_no_other_from_being_done(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(world.workspace.storage, "prepare", fail)
    monkeypatch.setattr(world.workspace.backups, "run_if_due", lambda: done.append("backup"))
    monkeypatch.setattr(world.workspace.accounts, "keep_alive", lambda: done.append("accounts"))
    runner = make_runner(world.workspace)
    runner._housekeeping()
    for pool in (runner._uploads, runner._checks, runner._preparations):
        pool.shutdown()
    assert done == ["backup", "accounts"]
    assert "The disk is full." in caplog.text
