"""What all calls of this process know together about the way to TikTok.

Which circuits fail and are left alone, how often something was asked again, who asked us to wait,
and how far the machine's clock is from TikTok's. One value for all clients; thread-safe.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Failure, FailureClass, NetworkDown, RemoteError
from tiktok_manager.domain.findings import Param
from tiktok_manager.tiktok.limits import CircuitBreaker, RetryBudget

MAX_CLOCK_OFFSET = timedelta(minutes=10)
CLOCK_KNOWN_FOR_S = 600.0
RESTING = "tiktok_resting"
"""The code of the error met on a circuit that is left alone: the request was not sent."""

_SET_BY = timedelta(seconds=60)
_ROUNDING_S = 1e-3


class Traffic:
    """See the module. `server_time` and `retries` are asked by the services."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.breaker = CircuitBreaker(clock)
        self.retries = RetryBudget(clock)
        self.server_time = ServerTime(clock)
        self._lock = threading.Lock()
        self._causes: dict[str, Mapping[str, Param]] = {}
        self._put_off: dict[tuple[str, int], tuple[float, RemoteError]] = {}

    def enter(self, circuits: tuple[str, ...], *, urgent: bool) -> None:
        """Count a request; raises NetworkDown, sending nothing, on a circuit that is left alone.

        What the user waits for (`urgent`) always goes out and gives its own error.
        """
        wait_s = 0.0 if urgent else self.breaker.enter(*circuits)
        if wait_s > 0.0:
            raise NetworkDown(self._resting(circuits, wait_s))
        self.retries.count()

    def left(
        self, circuits: tuple[str, ...], *, ok: bool, cause: Mapping[str, Param] | None = None
    ) -> None:
        """Tell how a request ended; `cause` is why not (`Failure.as_cause`)."""
        if not ok:
            with self._lock:
                self._causes.update(dict.fromkeys(circuits, cause or {}))
        self.breaker.record(*circuits, ok=ok)

    def why_resting(self, circuits: tuple[str, ...]) -> NetworkDown | None:
        """Return the error a call on these circuits would meet now without being sent."""
        wait_s = self.breaker.wait_s(*circuits)
        return NetworkDown(self._resting(circuits, wait_s)) if wait_s > 0.0 else None

    def check_put_off(self, call: tuple[str, int]) -> None:
        """Raise the error again with which TikTok asked to come back later with this call."""
        with self._lock:
            until_s, error = self._put_off.get(call, (0.0, None))
        left_s = until_s - self._clock.monotonic_s()
        if error is not None and left_s > _ROUNDING_S:
            # Nothing is sent, so whatever it was, it is a mere wait now.
            left = timedelta(seconds=left_s)
            kind = FailureClass.WAIT_RESET
            raise type(error)(replace(error.failure, kind=kind, retry_after=left))

    def put_off(self, call: tuple[str, int], error: RemoteError, wait: timedelta | None) -> None:
        """Keep for how long TikTok asked to be left alone with this call (Retry-After)."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            for done in [key for key, (until_s, _) in self._put_off.items() if until_s <= now_s]:
                del self._put_off[done]
            if wait is not None:
                self._put_off[call] = (now_s + wait.total_seconds(), error)

    def _resting(self, circuits: tuple[str, ...], wait_s: float) -> Failure:
        with self._lock:
            causes = [self._causes[name] for name in circuits if name in self._causes]
        return Failure(
            code=RESTING,
            params=causes[-1] if causes else {},
            kind=FailureClass.WAIT_RESET,
            retry_after=timedelta(seconds=wait_s),
        )


class ServerTime:
    """How far the machine's clock is from the one in TikTok's answers (HTTP Date)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ahead: timedelta | None = None
        self._seen_at: datetime | None = None
        self._seen_at_s = 0.0

    def told(self, date: str | None) -> None:
        """Take in the Date of an answer; without one, or with junk, no offset is known."""
        now = self._clock.now()
        at = _parse(date)
        with self._lock:
            self._ahead = None if at is None else now - at
            self._seen_at = now
            self._seen_at_s = self._clock.monotonic_s()

    def age_s(self) -> float:
        """Return how long ago the last answer came; infinite if the clock was set since."""
        with self._lock:
            if self._seen_at is None:
                return float("inf")
            steady_s = self._clock.monotonic_s() - self._seen_at_s
            jumped = self._clock.now() - self._seen_at - timedelta(seconds=steady_s)
            return float("inf") if abs(jumped) > _SET_BY else steady_s

    def off(self) -> timedelta | None:
        """Return by how much our clock is ahead (below zero: behind) if that is too much.

        None while it is near enough, and when nobody knows.
        """
        if self.age_s() > CLOCK_KNOWN_FOR_S:
            return None
        with self._lock:
            ahead = self._ahead
        return ahead if ahead is not None and abs(ahead) > MAX_CLOCK_OFFSET else None


def _parse(date: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(date or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo is not None else None
