"""How often TikTok may be asked, and when a failing host is left alone for a while.

Nothing here sleeps: callers are told how long to wait and decide themselves. Thread-safe.
The windows are sliding, as TikTok's are, and kept a little narrower than TikTok documents.
"""

import threading
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum

from tiktok_manager.domain.clock import Clock

_ROUNDING_S = 1e-6


class Kind(StrEnum):
    """A group of calls that shares a limit."""

    INIT = "init"
    CREATOR_INFO = "creator_info"
    STATUS = "status"
    USER_INFO = "user_info"
    VIDEO_LIST = "video_list"
    VIDEO_QUERY = "video_query"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` within any `window_s` seconds."""

    calls: int
    window_s: float


# TikTok documents 6, 20 and 30 a minute per user token, and 600 a minute for each of the
# Display endpoints (Content Posting reference; API v2 rate limits).
PER_TOKEN = {Kind.INIT: Rate(5, 60), Kind.CREATOR_INFO: Rate(18, 60), Kind.STATUS: Rate(24, 60)}
PER_APP = {
    Kind.USER_INFO: Rate(500, 60),
    Kind.VIDEO_LIST: Rate(500, 60),
    Kind.VIDEO_QUERY: Rate(500, 60),
}
GLOBAL = Rate(50, 1)


class Buckets:
    """Counts calls per account and for the whole app."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: dict[Hashable, deque[float]] = {}

    def take(self, kind: Kind | str, key: str) -> float:
        """Take the right to one call; returns 0.0, or the seconds to wait (nothing is taken).

        `key` stands for the user token; give the account's id, never the token.
        """
        kind = Kind(kind)
        with self._lock:
            now_s = self._clock.monotonic_s()
            windows = [(self._window("", GLOBAL, now_s), GLOBAL)]
            if rate := PER_TOKEN.get(kind):
                windows.append((self._window((kind, key), rate, now_s), rate))
            if rate := PER_APP.get(kind):
                windows.append((self._window(kind, rate, now_s), rate))
            wait_s = max(_wait_s(calls, rate, now_s) for calls, rate in windows)
            if wait_s == 0.0:
                for calls, _ in windows:
                    calls.append(now_s)
            return wait_s

    def _window(self, name: Hashable, rate: Rate, now_s: float) -> deque[float]:
        calls = self._calls.setdefault(name, deque(maxlen=rate.calls))
        while calls and now_s - calls[0] >= rate.window_s:
            calls.popleft()
        return calls


def _wait_s(calls: deque[float], rate: Rate, now_s: float) -> float:
    if len(calls) < rate.calls:
        return 0.0
    return max(calls[0] + rate.window_s - now_s, 0.0) + _ROUNDING_S


FAILURES_IN_A_ROW = 5
WATCHED_CALLS = 20
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 15 * 60.0


@dataclass(slots=True)
class _Circuit:
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=WATCHED_CALLS))
    in_a_row: int = 0
    trips: int = 0
    open_until_s: float | None = None
    probing: bool = False


class CircuitBreaker:
    """Leaves a host alone that keeps failing, then lets one call try it again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._circuits: dict[str, _Circuit] = {}

    def wait_s(self, host: str) -> float:
        """Return 0.0 if a call may go out now, else the seconds to wait.

        After a pause exactly one caller gets 0.0; the others wait for its outcome.
        """
        with self._lock:
            circuit = self._circuits.setdefault(host, _Circuit())
            if circuit.open_until_s is None:
                return 0.0
            left_s = circuit.open_until_s - self._clock.monotonic_s()
            if left_s > 0:
                return left_s
            # The probe may never report; after another pause the next caller may try.
            circuit.open_until_s = self._clock.monotonic_s() + FIRST_PAUSE_S
            circuit.probing = True
            return 0.0

    def record(self, host: str, *, ok: bool) -> None:
        """Tell the outcome of a call: any answer of TikTok but a 5xx is ok."""
        with self._lock:
            circuit = self._circuits.setdefault(host, _Circuit())
            if circuit.open_until_s is not None:
                self._end_of_pause(host, circuit, ok)
                return
            circuit.outcomes.append(ok)
            circuit.in_a_row = 0 if ok else circuit.in_a_row + 1
            failed = circuit.outcomes.count(False)
            full = len(circuit.outcomes) == WATCHED_CALLS
            if circuit.in_a_row >= FAILURES_IN_A_ROW or (full and failed * 2 > WATCHED_CALLS):
                self._open(circuit)

    def _end_of_pause(self, host: str, circuit: _Circuit, ok: bool) -> None:
        if ok:
            self._circuits[host] = _Circuit()
        elif circuit.probing:
            self._open(circuit)

    def _open(self, circuit: _Circuit) -> None:
        pause_s = min(FIRST_PAUSE_S * 2**circuit.trips, LONGEST_PAUSE_S)
        circuit.open_until_s = self._clock.monotonic_s() + pause_s
        circuit.trips += 1
        circuit.probing = False
