"""Time as the simulator sees it."""

from itertools import count

import pytest

from tiktok_manager.simulator.clock import SimClock


class Ticks:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_runs_at_its_speed() -> None:
    ticks = Ticks()
    clock = SimClock(1_000.0, speed=60.0, monotonic=ticks)
    ticks.now += 2
    assert clock.now_s() == 1_120.0
    clock.set_speed(0.0)
    ticks.now += 50
    assert clock.now_s() == 1_120.0
    assert clock.advance(5) == 1_125.0
    clock.set_speed(1.0)
    ticks.now += 1
    assert clock.now_s() == 1_126.0


def test_time_neither_runs_back_nor_at_negative_speed() -> None:
    clock = SimClock(monotonic=count().__next__)
    with pytest.raises(ValueError, match="ahead"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="0 or more"):
        clock.set_speed(-1)
