"""How many posts TikTok takes from an account in 24 hours, and where one more has room."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)
MAX_PENDING_DRAFTS = 5
"""TikTok: inbox upload, five pending shares in 24 hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of an account's day is used: `used` of `cap`."""

    used: int
    cap: int


class Ledger:
    """When one account posts in one mode: sent, planned, and what a plan adds.

    A post has room where no 24 hours hold more than `cap` with it. Asking for room costs what is
    not known to be full yet, so a plan of many posts costs as much per post as a plan of one.
    """

    def __init__(self, times: Iterable[datetime], cap: int) -> None:
        self.cap = cap
        self._times = sorted(times)
        # Spans in which there is no room, apart and in order: posts only ever come on top.
        self._full_from: list[datetime] = []
        self._full_until: list[datetime] = []

    def take(self, at: datetime) -> None:
        """Count a post at this time."""
        insort(self._times, at)

    def used(self, at: datetime) -> int:
        """Return how many posts lie in the 24 hours that end then."""
        return bisect_right(self._times, at) - bisect_right(self._times, at - WINDOW)

    def has_room(self, at: datetime) -> bool:
        """Say whether there is room for one more post then."""
        return self.next_free(at) == at

    def next_free(self, at: datetime) -> datetime:
        """Return the first instant from `at` on with room for one more post."""
        wanted = at
        while (free := self._later(at)) != at:
            at = free
        self._remember_full(wanted, at)
        return at

    def _later(self, at: datetime) -> datetime:
        """Return `at`, or a later instant before which there is no room."""
        known = bisect_right(self._full_from, at) - 1
        if known >= 0 and at < self._full_until[known]:
            return self._full_until[known]
        place = bisect_right(self._times, at)
        # Every run of `cap` + 1 posts that holds the new one, from the last such run on.
        for first in range(place, max(place - self.cap, 0) - 1, -1):
            last = first + self.cap
            if last > len(self._times):
                continue
            starts = at if first == place else self._times[first]
            ends = at if last == place else self._times[last - 1]
            if ends - starts < WINDOW:
                return starts + WINDOW
        return at

    def _remember_full(self, start: datetime, end: datetime) -> None:
        if start == end:
            return
        first, after = bisect_left(self._full_until, start), bisect_right(self._full_from, end)
        if first < after:
            start = min(start, self._full_from[first])
            end = max(end, self._full_until[after - 1])
        self._full_from[first:after] = [start]
        self._full_until[first:after] = [end]
