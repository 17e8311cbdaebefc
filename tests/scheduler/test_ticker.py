"""The clockwork goes by the wall clock, and must outlive what is done to that."""

import threading
from datetime import timedelta

from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.scheduler.ticker import Ticker


def test_rounds_counted_by_a_clock_that_was_hours_ahead_begin_anew() -> None:
    called = threading.Event()
    ticker = Ticker({called.set: 0.05})
    ticker.start()
    try:
        for job in ticker._clockwork.get_jobs():
            job.modify(next_run_time=SystemClock().now() + timedelta(hours=14))
        called.clear()
        ticker.begin_rounds()
        assert called.wait(20)
    finally:
        ticker.stop()
