"""What may be said about recorded numbers: changes with their start, lines with their gaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.formats import clock_text, date_text, exact_number, signed_number

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import SeriesPoint
    from tiktok_manager.services.analytics import AccountSummary, Figure

# Between two looks further apart than this nobody knows what happened: no line is drawn.
GAP = timedelta(hours=36)
# Below this span the hours tell more than the days.
_HOURS_BELOW = timedelta(hours=40)
_HOUR_STEPS = (1, 2, 3, 6, 12)
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 112, 364, 728, 1820)
_NOT_TOLD = "Unknown: TikTok did not tell it"
_NOTHING_GAINED = "No change can be told yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A number as its card shows it; `value` None reads as a dash."""

    title: str
    value: int | None
    change: str
    change_exact: str
    rising: bool | None
    note: str


def figures(summary: AccountSummary, sees_videos: bool, span: str) -> Sequence[Figures]:
    """Return the four numbers with their change; views need the permission to list videos.

    `span` says over what time the change is counted.
    """
    found = [
        _figure("Followers", summary.followers, span),
        _figure("Likes", summary.likes, span),
        _figure("Videos", summary.videos, span),
    ]
    if sees_videos:
        found.append(_figure("Views", summary.views, f"known videos, {span}"))
    else:
        note = "The account did not allow its videos to be listed"
        found.append(
            Figures(title="Views", value=None, change="", change_exact="", rising=None, note=note)
        )
    return found


def counted_from(summary: AccountSummary, start: datetime | None) -> datetime | None:
    """Return from when the change is counted if that is not the period's own start, else None.

    `start` None stands for everything known. A snapshot up to a day before the start is the start.
    """
    if summary.since is None:
        return None
    if start is not None and start - timedelta(days=1) <= summary.since <= start:
        return None
    return summary.since


def segments(points: Sequence[SeriesPoint]) -> Sequence[Sequence[SeriesPoint]]:
    """Cut a series where two points lie further apart than GAP."""
    cut: list[list[SeriesPoint]] = []
    for point in points:
        if not cut or point.at - cut[-1][-1].at > GAP:
            cut.append([])
        cut[-1].append(point)
    return cut


def nearest(points: Sequence[SeriesPoint], at: datetime) -> int | None:
    """Return the position of the point nearest to an instant, None without points."""
    if not points:
        return None
    right = min(bisect_left(points, at, key=lambda point: point.at), len(points) - 1)
    left = max(right - 1, 0)
    return left if at - points[left].at < points[right].at - at else right


def ticks(low_s: float, high_s: float, timezone: str, most: int) -> Sequence[tuple[float, str]]:
    """Return up to `most` evenly spaced instants with their labels, on local days or hours."""
    if high_s - low_s < _HOURS_BELOW.total_seconds():
        return _hour_ticks(low_s, high_s, timezone, most)
    place = zone(timezone)
    first = datetime.fromtimestamp(low_s, place).date()
    day = datetime.fromtimestamp(high_s, place).date()
    count = (day - first).days + 1
    step = next((days for days in _DAY_STEPS if count <= days * most), _DAY_STEPS[-1])
    found = []
    while day >= first:  # counted back from the newest day, which is what is looked at
        at_s = datetime.combine(day, time(), place).timestamp()
        if low_s <= at_s <= high_s:
            found.append((at_s, date_text(day)))
        day -= timedelta(days=step)
    return found[::-1]


def _hour_ticks(
    low_s: float, high_s: float, timezone: str, most: int
) -> Sequence[tuple[float, str]]:
    hours = (high_s - low_s) / 3600
    step = next((each for each in _HOUR_STEPS if hours <= each * (most - 1)), _HOUR_STEPS[-1])
    start = datetime.fromtimestamp(low_s, zone(timezone))
    at = start.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    found = []
    while at.timestamp() <= high_s:
        if at.timestamp() >= low_s:
            found.append((at.timestamp(), clock_text(at, timezone)))
        at += timedelta(hours=step)
    return found


def spoken(points: Sequence[SeriesPoint]) -> str:
    """Return the line as a sentence for screen readers."""
    if not points:
        return "No numbers in this period."
    first, last = points[0].value, points[-1].value
    return (
        f"From {exact_number(first)} to {exact_number(last)} followers in {len(points)} readings."
    )


def _noted(figure: Figure, note: str) -> str:
    if figure.now is None:
        return _NOT_TOLD
    return _NOTHING_GAINED if figure.gained is None else note


def _figure(title: str, figure: Figure, note: str) -> Figures:
    gained = figure.gained
    return Figures(
        title=title,
        value=figure.now,
        change="" if gained is None else signed_number(gained),
        change_exact="" if gained is None else f"{gained:+,}",
        rising=None if not gained else gained > 0,
        note=_noted(figure, note),
    )
