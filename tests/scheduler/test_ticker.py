"""The tick comes when it is due, when it is woken, and after whatever went wrong."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tiktok_manager.scheduler import threads
from tiktok_manager.scheduler import ticker as ticker_module
from tiktok_manager.scheduler.ticker import Ticker

PATIENCE_S = 30.0
NEVER_S = 3600.0


@contextmanager
def ticking(tick: Callable[[], float]) -> Iterator[Ticker]:
    ticker = Ticker(tick)
    ticker.start()
    try:
        yield ticker
    finally:
        ticker.stop(time.monotonic() + PATIENCE_S)


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker_module, "HEARTBEAT_S", NEVER_S)


class Counted:
    """A tick that tells how often it came, and waits inside where a test wants that."""

    def __init__(self, *delays_s: float) -> None:
        self._delays_s = list(delays_s)
        self._came = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self) -> float:
        self._came.release()
        assert self.go_on.wait(PATIENCE_S)
        return self._delays_s.pop(0) if self._delays_s else NEVER_S

    def came(self, patience_s: float = PATIENCE_S) -> bool:
        return self._came.acquire(timeout=patience_s)


def test_it_comes_again_when_it_is_due() -> None:
    tick = Counted(0.01, -5.0, 0.01)
    with ticking(tick):
        assert all(tick.came() for _ in range(4))


def test_it_comes_when_it_is_woken_however_far_off_the_next_instant_is() -> None:
    tick = Counted()
    with ticking(tick) as ticker:
        assert tick.came()
        ticker.wake()
        assert tick.came()


def test_a_wake_during_a_tick_leads_to_another_one_after_it() -> None:
    tick = Counted()
    tick.go_on.clear()
    with ticking(tick) as ticker:
        assert tick.came()
        ticker.wake()
        ticker.wake()
        tick.go_on.set()
        assert tick.came()


def test_it_comes_at_every_heartbeat_though_nobody_wakes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticker_module, "HEARTBEAT_S", 0.01)
    tick = Counted()
    with ticking(tick):
        assert all(tick.came() for _ in range(3))


def test_it_comes_again_after_an_error(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "REST_S", 0.01)
    again = threading.Event()
    errors = [MemoryError("no room"), RuntimeError("a fault of ours")]

    def tick() -> float:
        if errors:
            raise errors.pop()
        again.set()
        return NEVER_S

    with ticking(tick):
        assert again.wait(PATIENCE_S)
    assert caplog.text.count("publish-tick") == 2


def test_a_tick_that_hangs_does_not_hold_up_the_end() -> None:
    tick = Counted()
    tick.go_on.clear()
    ticker = Ticker(tick)
    ticker.start()
    assert tick.came()
    ticker.stop(time.monotonic())
    tick.go_on.set()
    ticker.stop(time.monotonic() + PATIENCE_S)
