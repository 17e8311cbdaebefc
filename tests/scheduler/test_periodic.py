"""Periodic jobs go by the wall clock, and must outlive what is done to that and to their thread."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler

from tiktok_manager.scheduler import threads
from tiktok_manager.scheduler.periodic import PeriodicJobs
from tiktok_manager.scheduler.threads import Pool

PATIENCE_S = 30.0


@contextmanager
def running(jobs: dict[str, Callable[[], None]], every_s: float) -> Iterator[PeriodicJobs]:
    pool = Pool(len(jobs), "test")
    periodic = PeriodicJobs(jobs, every_s, pool)
    periodic.start()
    try:
        yield periodic
    finally:
        end_s = time.monotonic() + PATIENCE_S
        periodic.stop(end_s)
        pool.close()
        pool.join(end_s)


def counted(times: int) -> tuple[Callable[[], None], threading.Event]:
    """Return a job, and what tells that it was done so often."""
    done = threading.Event()
    left = iter(range(times - 1))

    def job() -> None:
        if next(left, None) is None:
            done.set()

    return job, done


def test_every_job_is_done_at_the_start_and_again_and_again() -> None:
    job, done = counted(3)
    with running({"job": job}, 0.05):
        assert done.wait(PATIENCE_S)


def test_intervals_counted_by_a_clock_that_was_hours_ahead_begin_anew() -> None:
    job, done = counted(2)
    with running({"job": job}, 14 * 3600.0) as periodic:
        periodic._every_s = 0.05
        periodic.begin_anew()
        assert done.wait(PATIENCE_S)


def test_a_job_that_fails_or_hangs_keeps_no_other_from_being_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    end = threading.Event()
    hung = threading.Semaphore(0)

    def hang() -> None:
        hung.release()
        assert end.wait(PATIENCE_S)

    def fail() -> None:
        raise RuntimeError("broken for a test")

    job, done = counted(3)
    with running({"hangs": hang, "fails": fail, "job": job}, 0.05):
        assert done.wait(PATIENCE_S)
        assert hung.acquire(timeout=PATIENCE_S)
        assert not hung.acquire(blocking=False), "a job that hangs is not begun twice"
        end.set()
    assert "The periodic job fails failed" in caplog.text


def test_jobs_go_on_after_their_clockwork_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "REST_S", 0.01)
    process, broke = BlockingScheduler._process_jobs, threading.Event()

    def fail_once(scheduler: BlockingScheduler) -> float | None:
        if not broke.is_set():
            broke.set()
            raise RuntimeError("broken for a test")
        wait_s: float | None = process(scheduler)
        return wait_s

    monkeypatch.setattr(BlockingScheduler, "_process_jobs", fail_once)
    job, done = counted(3)
    with running({"job": job}, 0.05):
        assert done.wait(PATIENCE_S)
    assert broke.is_set()


def test_told_to_end_at_once_it_ends() -> None:
    for _ in range(20):
        with running({"job": lambda: None}, 3600.0):
            pass
