"""Time as a parameter, so that sleep, jumps and years can be tested in a second."""

import time
from datetime import UTC, datetime
from typing import Protocol

from tiktok_manager.domain.cancel import CancelToken


def iso_stamp(at: datetime) -> str:
    """Return an instant as ISO 8601 with `Z`, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock(Protocol):
    """What the publisher needs to know about time."""

    def now(self) -> datetime:
        """Return the wall time, UTC-aware."""

    def monotonic_s(self) -> float:
        """Return seconds that never go back; they may stand still while the machine sleeps."""

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        """Let time pass, or return True at once when somebody cancels."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall time, UTC-aware."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        """Let time pass, or return True at once when somebody cancels."""
        return cancel.wait(duration_s)
