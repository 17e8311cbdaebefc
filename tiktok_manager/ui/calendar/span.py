"""Which days are shown, and by whose clock: plain values, without a widget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from tiktok_manager.domain.schedule import resolve, zone
from tiktok_manager.ui.formats import date_text, months_title, weekday_name
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.post_briefs import AnyPost

_FIRST, _LAST = date(1970, 2, 1), date(9998, 11, 1)


class View(StrEnum):
    """How the plan is shown."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    AGENDA = "agenda"


_LENGTH = {View.MONTH: 35, View.WEEK: 7, View.DAY: 1, View.AGENDA: 35}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days shown: weeks that begin on `first_weekday` (1 is Monday), or a single day."""

    first: date
    first_weekday: int
    view: View = View.MONTH

    @classmethod
    def of(cls, day: date, first_weekday: int, view: View = View.MONTH) -> Self:
        """Return the days from the week of a day on, or that day."""
        day = min(max(day, _FIRST), _LAST)
        if view is not View.DAY:
            day -= timedelta(days=(day.isoweekday() - first_weekday) % 7)
        return cls(first=day, first_weekday=first_weekday, view=view)

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=_LENGTH[self.view] - 1)

    @property
    def days(self) -> Sequence[date]:
        """All days, in order."""
        return tuple(self.first + timedelta(days=each) for each in range(_LENGTH[self.view]))

    @property
    def columns(self) -> int:
        """How many days stand beside each other."""
        return min(_LENGTH[self.view], 7)

    @property
    def has_hours(self) -> bool:
        """Whether a day is shown hour by hour."""
        return self.view in (View.WEEK, View.DAY)

    @property
    def title(self) -> str:
        """The day, the days of the week, or the months that are touched."""
        if self.view is View.DAY:
            name = weekday_name(self.first.isoweekday(), short=True)
            return tr("{weekday} {date}", weekday=name, date=date_text(self.first, year=True))
        if self.view is View.WEEK:
            ends = date_text(self.last, year=True)
            return tr("{first} – {last}", first=date_text(self.first), last=ends)
        return months_title(self.first, self.last)

    def scrolled(self, steps: int) -> Span:
        """Return the days so many weeks later, or earlier; by single days where one is shown."""
        step = timedelta(days=1 if self.view is View.DAY else 7)
        return Span.of(self.first + steps * step, self.first_weekday, self.view)

    def turned(self, pages: int) -> Span:
        """Return a later page: of weeks and days the next ones, of months from the first on.

        Back from within a month is its beginning.
        """
        if self.has_hours:
            return self.scrolled(pages)
        month = self.first + timedelta(days=6)  # a month that begins in this week is this month
        whole = Span.of(month.replace(day=1), self.first_weekday)
        if pages < 0 and whole.first < self.first:
            pages += 1  # back to the beginning of the month that is under way
        count = min(max(month.year * 12 + month.month - 1 + pages, 1970 * 12 + 1), 9998 * 12)
        return Span.of(date(count // 12, count % 12 + 1, 1), self.first_weekday)

    def shown_as(self, view: View, day: date) -> Span:
        """Return the days that show this one in another way."""
        return Span.of(day, self.first_weekday, view)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownZone:
    """The zone times are shown in; with `is_own` each post in the one it was planned in."""

    name: str
    is_own: bool = False

    def of(self, post: AnyPost) -> str:
        """Return the zone a post is shown in."""
        return post.timezone if self.is_own else self.name

    def wall(self, post: AnyPost) -> datetime:
        """Return a post's local time as it is shown, naive."""
        return post.due_at.astimezone(zone(self.of(post))).replace(tzinfo=None)

    def day(self, post: AnyPost) -> date:
        """Return the day a post is shown on."""
        return post.due_at.astimezone(zone(self.of(post))).date()

    def bounds(self, span: Span) -> tuple[datetime, datetime]:
        """Return the instants between which posts are due that may be shown on some days."""
        margin = timedelta(days=1 if self.is_own else 0)
        end = span.last + timedelta(days=1)
        return day_start(span.first, self.name) - margin, day_start(end, self.name) + margin


def day_start(day: date, timezone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return resolve(datetime.combine(day, time.min), timezone).due_at


def local_day(at: datetime, timezone: str) -> date:
    """Return the day an instant falls on in a zone."""
    return at.astimezone(zone(timezone)).date()
