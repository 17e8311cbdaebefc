"""What may be said about recorded numbers: changes with their start, lines with their gaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.ui.formats import exact_number, signed_number

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import SeriesPoint
    from tiktok_manager.services.analytics import AccountSummary, Figure

# Between two looks further apart than this nobody knows what happened: no line is drawn.
GAP = timedelta(hours=36)
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


def spoken(points: Sequence[SeriesPoint]) -> str:
    """Return the line as a sentence for screen readers."""
    if not points:
        return "No numbers in this period."
    first, last = points[0].value, points[-1].value
    return (
        f"From {exact_number(first)} to {exact_number(last)} followers in {len(points)} readings."
    )


def _figure(title: str, figure: Figure, note: str) -> Figures:
    gained = figure.gained
    return Figures(
        title=title,
        value=figure.now,
        change="" if gained is None else signed_number(gained),
        change_exact="" if gained is None else f"{gained:+,}",
        rising=None if not gained else gained > 0,
        note=_NOTHING_GAINED if gained is None else note,
    )
