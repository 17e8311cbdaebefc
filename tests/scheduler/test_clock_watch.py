"""Sleep and set clocks are noticed; ordinary seconds are not."""

from datetime import UTC, datetime, timedelta

import pytest

from tiktok_manager.scheduler.clock_watch import ClockWatch

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("wall_s", [0.5, 5.0, 1.0])
def test_ordinary_time_is_no_jump(wall_s: float) -> None:
    watch = ClockWatch(NOW, 100.0)
    assert watch.jumped(NOW + timedelta(seconds=wall_s), 100.5) is None


def test_waking_after_a_night_is_a_jump_ahead_told_once() -> None:
    watch = ClockWatch(NOW, 100.0)
    morning = NOW + timedelta(hours=8)
    assert watch.jumped(morning, 100.5) == timedelta(hours=8) - timedelta(seconds=0.5)
    assert watch.jumped(morning + timedelta(seconds=1), 101.5) is None


def test_a_clock_set_back_is_a_jump_back() -> None:
    watch = ClockWatch(NOW, 100.0)
    assert watch.jumped(NOW - timedelta(days=1), 101.0) == -timedelta(days=1, seconds=1)
