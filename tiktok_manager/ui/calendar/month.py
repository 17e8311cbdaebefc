"""Days, weeks and posts of a month as plain values: what the grid shows, without a widget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from tiktok_manager.domain.posts import Post
from tiktok_manager.domain.schedule import resolve, zone

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST, _LAST = (1970, 2), (9998, 11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A post in its day: `time` is wall time in the zone the calendar is shown in."""

    post: Post
    day: date
    time: str
    words: str


Days = Mapping[date, Sequence[Tile]]


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month a day is in."""
        return cls(day.year, day.month)

    @property
    def title(self) -> str:
        """`November 2026`."""
        return f"{MONTH_NAMES[self.number - 1]} {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    def shifted(self, months: int) -> "Month":
        """Return the month so many months on, within what a calendar can show."""
        count = self.year * 12 + self.number - 1 + months
        year, index = divmod(count, 12)
        wanted = (year, index + 1)
        return Month(*min(max(wanted, _FIRST), _LAST))

    def days(self, first_weekday: int) -> Sequence[date]:
        """Return the days of all weeks it touches; `first_weekday` is 1 (Monday) to 7."""
        start = self.first - timedelta(days=(self.first.isoweekday() - first_weekday) % 7)
        end = self.shifted(1).first
        weeks = -(-(end - start).days // 7)
        return tuple(start + timedelta(days=offset) for offset in range(weeks * 7))


def day_start(day: date, timezone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return resolve(datetime.combine(day, time.min), timezone).due_at


def local_day(at: datetime, timezone: str) -> date:
    """Return the day an instant falls on in a zone."""
    return at.astimezone(zone(timezone)).date()


def tile(post: Post, timezone: str) -> Tile:
    """Return a post as the calendar shows it."""
    local = post.schedule.due_at.astimezone(zone(timezone))
    words = " ".join(post.caption.split())
    return Tile(post=post, day=local.date(), time=f"{local:%H:%M}", words=words or "(no caption)")


def by_day(posts: Iterable[Post], timezone: str) -> Days:
    """Sort posts into their days, by time within each."""
    days: dict[date, list[Tile]] = {}
    for each in sorted(posts, key=lambda post: (post.schedule.due_at, post.id)):
        placed = tile(each, timezone)
        days.setdefault(placed.day, []).append(placed)
    return days


def day_title(day: date, *, year: bool = False) -> str:
    """`Tuesday 24 November`, with the year where it is not plain."""
    text = f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]}"
    return f"{text} {day.year}" if year else text
