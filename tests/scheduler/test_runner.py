"""The publisher's threads: one that ends takes nothing with it, and stopping is prompt and safe."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import VirtualClock, World, environment, make_world
from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    PostStatusChanged,
    PublisherStateChanged,
)
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.scheduler import threads, ticker
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services.publishing import delivery
from tiktok_manager.services.publishing.preflight import INITS_PER_MINUTE
from tiktok_manager.services.publishing.service import AFTER_FAULT
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.storage import settings
from tiktok_manager.storage.database import Database, load_driver
from tiktok_manager.system.locks import PublisherLock

PATIENCE_S = 30.0
CHANGES = itertools.count()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[World]:
    """Give a world in real time, for threads that wait for each other."""
    config = SimulatorConfig(accounts=2, auto_approve=True, processing_s=0.0, moderation_s=0.0)
    with (
        Simulator(config) as sim,
        open_workspace(environment(sim.base_url, tmp_path / "data")) as workspace,
    ):
        clock = VirtualClock(workspace.clock.now())  # of the plans made here, not of the publisher
        yield World(workspace, sim, clock, tmp_path)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as world:
        yield world


@contextmanager
def running(world: World, stop_s: float = 10.0) -> Iterator[Runner]:
    runner = make_runner(world.workspace)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop(stop_s)


@contextmanager
def awaited(world: World, post: Post, status: PostStatus) -> Iterator[None]:
    """Wait at the end of the block until a post has a status."""
    reached = threading.Event()

    def see(event: PostStatusChanged) -> None:
        if event.post_id == post.id and event.status is status:
            reached.set()

    stop = world.workspace.events.subscribe(PostStatusChanged, see)
    yield
    assert world.post(post).status is status or reached.wait(PATIENCE_S)
    stop()


def another(world: World) -> Database:
    """Return what another process has open."""
    return Database(world.workspace.database.path, load_driver(), world.clock)


def change(database: Database) -> None:
    with database.write() as session:
        settings.put_setting(session, "theme", f"theme {next(CHANGES)}")


def struck(world: World) -> int:
    """Return how many requests have met the fault in force."""
    ((_number, times, _fault),) = world.sim.world.faults.in_force()
    return times


def failing_once(method: Callable[..., Any]) -> tuple[Callable[..., Any], threading.Event]:
    """Return a method that breaks the first time, and what tells that it did."""
    broke = threading.Event()

    def fail(*args: Any, **kwargs: Any) -> Any:
        if not broke.is_set():
            broke.set()
            raise RuntimeError("broken for a test")
        return method(*args, **kwargs)

    return fail, broke


def test_publishing_goes_on_when_the_clockwork_dies(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.connect()
    fail, broke = failing_once(live.workspace.publishing.has_due)
    monkeypatch.setattr(live.workspace.publishing, "has_due", fail)
    with running(live):
        assert broke.wait(PATIENCE_S)
        post = live.plan()
        with awaited(live, post, PostStatus.PUBLISHED):
            pass


def test_changes_by_others_are_noticed_again_after_the_watcher_died(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.connect()
    noticed = threading.Event()
    live.workspace.events.subscribe(DataChangedElsewhere, lambda _event: noticed.set())
    fail, broke = failing_once(live.workspace.database.watch)
    monkeypatch.setattr(live.workspace.database, "watch", fail)
    with running(live), closing(another(live)) as database:
        assert broke.wait(PATIENCE_S)
        while not noticed.wait(1.0):
            change(database)


def test_what_this_process_does_is_no_news_to_it(live: World) -> None:
    live.connect()
    noticed = threading.Event()
    live.workspace.events.subscribe(DataChangedElsewhere, lambda _event: noticed.set())
    with running(live), closing(another(live)) as database:
        post = live.plan()
        with awaited(live, post, PostStatus.PUBLISHED):
            pass
        assert not noticed.is_set()
        change(database)
        assert noticed.wait(PATIENCE_S)


def test_resuming_an_account_wakes_the_publisher(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "HEARTBEAT_S", 3600.0)
    account = live.connect()
    live.workspace.accounts.set_paused(account.id, paused=True)
    post = live.plan()
    with running(live):
        live.workspace.accounts.set_paused(account.id, paused=False)
        with awaited(live, post, PostStatus.PUBLISHED):
            pass


@pytest.mark.parametrize("error", [RuntimeError("broken for a test"), VaultLocked()])
def test_a_standby_that_cannot_take_over_gives_the_lock_back_and_tries_again(
    live: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(threads, "REST_S", 0.01)
    lock = PublisherLock(live.workspace.paths.publisher_lock)
    assert lock.acquire()
    tried, free = threading.Semaphore(0), threading.Event()
    resume = live.workspace.publishing.resume

    def fail_until_free() -> int:
        if not free.is_set():
            tried.release()
            raise error
        return resume()

    monkeypatch.setattr(live.workspace.publishing, "resume", fail_until_free)
    taken_over = threading.Event()
    live.workspace.events.subscribe(
        PublisherStateChanged, lambda event: taken_over.set() if event.running else None
    )
    runner = make_runner(live.workspace, standby=True)
    runner.start()
    try:
        lock.release()
        assert tried.acquire(timeout=PATIENCE_S)
        while not lock.acquire():  # a second publisher gets it
            assert tried.acquire(timeout=PATIENCE_S)
        lock.release()
        free.set()
        assert taken_over.wait(PATIENCE_S)
    finally:
        runner.stop()


def test_publishing_goes_on_when_the_work_on_a_post_fails(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.connect("sim01")
    live.connect("sim02")
    fail, broke = failing_once(live.workspace.publishing.send)
    monkeypatch.setattr(live.workspace.publishing, "send", fail)
    broken = live.plan("sim01")
    with running(live):
        assert broke.wait(PATIENCE_S)
        post = live.plan("sim02")
        with awaited(live, post, PostStatus.PUBLISHED):
            pass
    assert live.post(broken).status is PostStatus.PUBLISHING
    assert live.workspace.publishing.is_busy(AFTER_FAULT)
    assert live.calls("video_init") == 1


def test_the_machine_is_kept_awake_while_bytes_leave_and_not_before_or_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    @contextmanager
    def noting() -> Iterator[None]:
        seen.append((world.calls("video_init"), world.calls("upload")))
        yield
        seen.append((world.calls("video_init"), world.calls("upload")))

    monkeypatch.setattr(delivery, "keep_awake", noting)
    world.connect()
    for _ in range(INITS_PER_MINUTE + 1):  # the last one waits for its turn
        world.plan()
    world.settle()
    turns = range(INITS_PER_MINUTE + 1)
    assert seen == [step for turn in turns for step in ((turn + 1, turn), (turn + 1, turn + 1))]


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init", "upload"])
def test_stopping_ends_every_step_and_the_next_start_goes_on(live: World, endpoint: str) -> None:
    live.connect()
    live.fault(endpoint=endpoint, delay_s=3600.0, times=1)
    with running(live, stop_s=2.5) as runner:
        post = live.plan()
        while not struck(live):
            runner.wake()
    live.sim.world.faults.clear()
    with running(live), awaited(live, post, PostStatus.PUBLISHED):
        pass
    assert live.arrived() == [post.media.sha256]
