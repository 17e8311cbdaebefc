"""What may be said about an account's numbers: how they changed, and from when it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.services.analytics import AccountSummary, Figure


class Metric(StrEnum):
    """The four numbers of an account, by the names of their fields."""

    FOLLOWERS = "followers"
    LIKES = "likes"
    VIDEOS = "videos"
    VIEWS = "views"


def metric_words(metric: Metric) -> str:
    """Name a number."""
    return {
        Metric.FOLLOWERS: tr("Followers"),
        Metric.LIKES: tr("Likes"),
        Metric.VIDEOS: tr("Videos"),
        Metric.VIEWS: tr("Views"),
    }[metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureItem:
    """A number as its card shows it; None is what is not known."""

    value: int | None = None
    gained: int | None = None
    note: str


def figures(summary: AccountSummary, sees_videos: bool, span: str) -> Mapping[Metric, FigureItem]:
    """Return the four numbers with their change; views need the permission to list videos.

    `span` says over what time the change is counted.
    """
    found = {metric: _item(getattr(summary, metric), span) for metric in Metric}
    if sees_videos:
        views = _item(summary.views, tr("known videos, {span}", span=span))
    else:
        views = FigureItem(note=tr("The account did not allow its videos to be listed"))
    return {**found, Metric.VIEWS: views}


def _item(figure: Figure, note: str) -> FigureItem:
    if figure.now is None:
        return FigureItem(note=tr("Unknown: TikTok did not tell it"))
    if figure.gained is None:
        note = tr("No change can be told yet")
    return FigureItem(value=figure.now, gained=figure.gained, note=note)


def counted_from(summary: AccountSummary, start: datetime | None) -> datetime | None:
    """Return from when the change is counted if that is not the period's own start, else None.

    `start` None stands for everything known. A snapshot up to a day before the start is the start.
    """
    since = summary.since
    if since is None or (start is not None and start - timedelta(days=1) <= since <= start):
        return None
    return since
