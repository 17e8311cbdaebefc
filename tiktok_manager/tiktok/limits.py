"""How often TikTok may be asked or asked again, and when a failing host is left alone.

Nothing here sleeps: callers are told how long to wait and decide themselves. Thread-safe.
The windows are sliding, as TikTok's are, and kept a little narrower than TikTok documents.
"""

import threading
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum

from tiktok_manager.domain.clock import Clock

_ROUNDING_S = 1e-6
"""Who waits as long as told must find the wait over, though a float is never quite exact."""


class Kind(StrEnum):
    """A group of calls that shares a limit."""

    INIT = "init"
    CREATOR_INFO = "creator_info"
    STATUS = "status"
    USER_INFO = "user_info"
    VIDEO_LIST = "video_list"
    VIDEO_QUERY = "video_query"
    OTHER = "other"
    """Sign-in, pictures and parts of videos: only all calls together are limited."""


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
        with self._lock:
            now_s = self._clock.monotonic_s()
            windows = self._windows(Kind(kind), key, now_s)
            wait_s = max(_wait_s(calls, rate, now_s) for calls, rate in windows)
            if wait_s == 0.0:
                for calls, _ in windows:
                    calls.append(now_s)
            return wait_s

    def wait_s(self, kind: Kind | str, key: str) -> float:
        """Return what `take` would, taking nothing."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            return max(
                _wait_s(calls, rate, now_s) for calls, rate in self._windows(Kind(kind), key, now_s)
            )

    def _windows(self, kind: Kind, key: str, now_s: float) -> list[tuple[deque[float], Rate]]:
        windows = [(self._window("", GLOBAL, now_s), GLOBAL)]
        if rate := PER_TOKEN.get(kind):
            windows.append((self._window((kind, key), rate, now_s), rate))
        if rate := PER_APP.get(kind):
            windows.append((self._window(kind, rate, now_s), rate))
        return windows

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
PAUSES_PER_OUTAGE = 10
"""No pause is longer than a tenth of the outage so far, so that its end is noticed soon."""

PROBE_WAIT_S = 5.0


@dataclass(slots=True)
class _Circuit:
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=WATCHED_CALLS))
    in_a_row: int = 0
    down_since_s: float = 0.0
    open_until_s: float | None = None
    probed_until_s: float | None = None


class CircuitBreaker:
    """Leaves a circuit alone that keeps failing, then lets one call try it again.

    A circuit is a host, the proxy it is reached through, and where wanted one endpoint there.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._circuits: dict[str, _Circuit] = {}

    def enter(self, *circuits: str) -> float:
        """Return 0.0 if a call may go out now on all `circuits`, else the seconds to wait.

        After a pause exactly one caller gets 0.0; the others wait for its outcome.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            found = [self._circuits.setdefault(name, _Circuit()) for name in circuits]
            wait_s = max((_left_s(circuit, now_s) for circuit in found), default=0.0)
            if wait_s == 0.0:
                for circuit in found:
                    if circuit.open_until_s is not None:
                        # The probe may never report; after this the next caller may try.
                        circuit.probed_until_s = now_s + FIRST_PAUSE_S
            return wait_s

    def wait_s(self, *circuits: str) -> float:
        """Return what `enter` would, taking nothing."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            known = [self._circuits[name] for name in circuits if name in self._circuits]
            return max((_left_s(circuit, now_s) for circuit in known), default=0.0)

    def is_closed(self, *circuits: str) -> bool:
        """Say whether calls on all `circuits` go out freely."""
        with self._lock:
            known = [self._circuits[name] for name in circuits if name in self._circuits]
            return all(circuit.open_until_s is None for circuit in known)

    def record(self, *circuits: str, ok: bool) -> None:
        """Tell the outcome of a call: any answer of TikTok but a 5xx is ok."""
        with self._lock:
            for name in circuits:
                self._record(name, self._circuits.setdefault(name, _Circuit()), ok)

    def _record(self, name: str, circuit: _Circuit, ok: bool) -> None:
        now_s = self._clock.monotonic_s()
        if circuit.open_until_s is not None:
            if ok:
                self._circuits[name] = _Circuit()
            elif circuit.probed_until_s is not None:
                _open(circuit, now_s)
            return
        circuit.outcomes.append(ok)
        circuit.in_a_row = 0 if ok else circuit.in_a_row + 1
        failed = circuit.outcomes.count(False)
        full = len(circuit.outcomes) == WATCHED_CALLS
        if circuit.in_a_row >= FAILURES_IN_A_ROW or (full and failed * 2 > WATCHED_CALLS):
            circuit.down_since_s = now_s
            _open(circuit, now_s)


def _left_s(circuit: _Circuit, now_s: float) -> float:
    if circuit.open_until_s is None:
        return 0.0
    if circuit.probed_until_s is not None and now_s < circuit.probed_until_s:
        return PROBE_WAIT_S
    left_s = circuit.open_until_s - now_s
    return left_s if left_s > _ROUNDING_S else 0.0


def _open(circuit: _Circuit, now_s: float) -> None:
    """Open for 30 s, twice that, and so on, as the outage lasts; a quarter of an hour at most."""
    share_s = (now_s - circuit.down_since_s) / PAUSES_PER_OUTAGE
    pause_s = FIRST_PAUSE_S
    while pause_s * 2 <= share_s and pause_s < LONGEST_PAUSE_S:
        pause_s *= 2
    circuit.open_until_s = now_s + min(pause_s, LONGEST_PAUSE_S)
    circuit.probed_until_s = None


BUDGET_WINDOW_S = 60.0
BUDGET_SHARE = 0.1
LONGEST_RETRY_WAIT_S = 600.0
BUDGET_FLOOR = 10
"""Retries a minute that are always allowed, so that a single post can be tried again."""


class RetryBudget:
    """Keeps retries of the whole app below a tenth of its requests, so that they never swell."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: deque[float] = deque()
        self._retries: list[float] = []

    def count(self) -> None:
        """Count a request."""
        with self._lock:
            self._forget()
            self._requests.append(self._clock.monotonic_s())

    def take(self) -> float:
        """Book one retry; returns in how many seconds it may be made, 0.0 for at once.

        At most ten minutes: a limit of ours must not outlast what it protects TikTok from.
        """
        with self._lock:
            now_s = self._forget()
            allowed = max(BUDGET_FLOOR, int(BUDGET_SHARE * len(self._requests)))
            at_s = now_s
            if len(self._retries) >= allowed:
                at_s = max(self._retries[-allowed] + BUDGET_WINDOW_S, now_s) + _ROUNDING_S
            insort(self._retries, min(at_s, now_s + LONGEST_RETRY_WAIT_S))
            return min(at_s - now_s, LONGEST_RETRY_WAIT_S)

    def _forget(self) -> float:
        now_s = self._clock.monotonic_s()
        over_s = now_s - BUDGET_WINDOW_S
        while self._requests and self._requests[0] <= over_s:
            self._requests.popleft()
        del self._retries[: bisect_right(self._retries, over_s)]
        return now_s
