"""Notices that the wall clock and the steady clock disagree: sleep, or a clock that was set."""

from datetime import datetime, timedelta

JUMP = timedelta(seconds=5)


class ClockWatch:
    """Compares two looks at both clocks. Not thread-safe: one thread looks."""

    def __init__(self, now: datetime, monotonic_s: float) -> None:
        self._now = now
        self._monotonic_s = monotonic_s

    def jumped(self, now: datetime, monotonic_s: float) -> timedelta | None:
        """Return by how much the wall clock ran ahead (or back) since the last look.

        None for less than five seconds. The steady clock stands still while a machine sleeps on
        Linux and macOS, so waking up is a jump ahead.
        """
        passed = timedelta(seconds=monotonic_s - self._monotonic_s)
        ahead = (now - self._now) - passed
        self._now, self._monotonic_s = now, monotonic_s
        return ahead if abs(ahead) > JUMP else None
