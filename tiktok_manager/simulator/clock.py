"""The local TikTok's own time: real time × speed + offset, so that days can pass in a test."""

import time
from collections.abc import Callable
from threading import Lock


class SimClock:
    """Seconds since 1970 as the simulator sees them; safe to use from any thread.

    `speed` 0 stops the clock, so that only `advance` moves it. `monotonic` is the real clock
    underneath, a parameter for tests.
    """

    def __init__(
        self,
        start_s: float | None = None,
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._anchor_s = monotonic()
        self._is_apart = start_s is not None
        self._base_s = start_s if start_s is not None else _system_s()
        self._speed = _checked(speed)

    @property
    def speed(self) -> float:
        return self._speed

    def now_s(self) -> float:
        with self._lock:
            return self._now_s()

    def told_s(self) -> float:
        """Return what answers give as their date: real time, which clients compare with theirs.

        A clock with a start of its own tells its own time: its clients live in it.
        """
        return self.now_s() if self._is_apart else _system_s()

    def advance(self, seconds: float) -> float:
        """Jump ahead and return the new time; time never runs backwards here."""
        if seconds < 0:
            raise ValueError("The clock only moves ahead.")
        with self._lock:
            self._base_s += seconds
            return self._now_s()

    def set_speed(self, speed: float) -> None:
        with self._lock:
            self._base_s, self._anchor_s = self._now_s(), self._monotonic()
            self._speed = _checked(speed)

    def _now_s(self) -> float:
        return self._base_s + (self._monotonic() - self._anchor_s) * self._speed


def _system_s() -> float:
    """The one place where the simulator asks the system for the time."""
    return time.time()  # noqa: TID251


def _checked(speed: float) -> float:
    if speed < 0:
        raise ValueError("The speed is 0 or more.")
    return speed
