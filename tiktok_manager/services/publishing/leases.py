"""A worker stops by itself before its lease ends, should nobody manage to prolong it.

The database's epoch fences what comes after; this keeps two workers from sending at one time.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from typing_extensions import override

from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import Cancelled

SAFE_SHARE = 0.6


class LeaseToken(CancelToken):
    """Cancelled with the publisher, and once its claim was not prolonged for too long."""

    def __init__(
        self,
        outer: CancelToken,
        clock: Clock,
        safe_for: timedelta,
        begun: tuple[float, datetime] | None = None,
    ) -> None:
        super().__init__()
        self._outer = outer
        self._clock = clock
        self._safe_for = safe_for
        self._beat = begun or (clock.monotonic_s(), clock.now())

    def renewed(self) -> None:
        """Take note that the lease was prolonged just now."""
        self._beat = (self._clock.monotonic_s(), self._clock.now())

    @property
    def is_late(self) -> bool:
        """Whether the lease may end soon. The steady clock may have slept; so both are asked."""
        at_s, at = self._beat
        steady = timedelta(seconds=self._clock.monotonic_s() - at_s)
        return max(steady, self._clock.now() - at) > self._safe_for

    @override
    def cancel(self) -> None:
        self._outer.cancel()

    @property
    @override
    def cancelled(self) -> bool:
        return self._outer.cancelled or self.is_late

    @override
    def check(self) -> None:
        self._outer.check()
        if self.is_late:
            raise Cancelled("lease_lost")

    @override
    def wait(self, timeout_s: float) -> bool:
        return self._outer.wait(timeout_s) or self.is_late


class Leases:
    """The leases of the posts being sent by this process. Safe from any thread."""

    def __init__(self, lease: timedelta, clock: Clock) -> None:
        self._safe_for = lease * SAFE_SHARE
        self._clock = clock
        self._lock = threading.Lock()
        # A claim may wait for a free worker; its lease runs from the start.
        self._begun: dict[tuple[str, int], tuple[float, datetime]] = {}
        self._tokens: dict[tuple[str, int], LeaseToken] = {}

    def begun(self, claims: Iterable[Claim]) -> None:
        """Tell that the leases of posts to be sent were begun just now."""
        with self._lock:
            for claim in claims:
                self._begun[claim.post.id, claim.epoch] = self._instant()

    def renewed(self, claims: Iterable[Claim]) -> None:
        """Tell that the leases of these claims were prolonged just now."""
        with self._lock:
            for claim in claims:
                key = (claim.post.id, claim.epoch)
                if key in self._tokens:
                    self._tokens[key].renewed()
                elif key in self._begun:
                    self._begun[key] = self._instant()

    def _instant(self) -> tuple[float, datetime]:
        return self._clock.monotonic_s(), self._clock.now()

    @contextmanager
    def held(self, claim: Claim, outer: CancelToken) -> Iterator[LeaseToken]:
        """Give the token for the work on a claim."""
        key = (claim.post.id, claim.epoch)
        with self._lock:
            begun = self._begun.pop(key, None)
            token = self._tokens[key] = LeaseToken(outer, self._clock, self._safe_for, begun)
        try:
            yield token
        finally:
            with self._lock:
                del self._tokens[key]
