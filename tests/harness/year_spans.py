"""Spans of time, as the long run's books keep them."""

from bisect import bisect_left
from collections.abc import Sequence

Span = tuple[float, float]


def merged(spans: Sequence[Span]) -> list[Span]:
    """Return the same time as spans that do not touch."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def overlapping(spans: Sequence[Span], since_s: float, until_s: float) -> list[Span]:
    """Return those of merged spans that overlap a time."""
    place = max(0, bisect_left(spans, (since_s, 0.0)) - 1)
    found = []
    for start, end in spans[place:]:
        if start > until_s:
            break
        if end >= since_s:
            found.append((start, end))
    return found


def covered(spans: Sequence[Span], since_s: float, until_s: float) -> float:
    """Return how many seconds of a time merged spans cover."""
    return sum(
        max(0.0, min(end, until_s) - max(start, since_s))
        for start, end in overlapping(spans, since_s, until_s)
    )
