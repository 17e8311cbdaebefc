"""How the window writes numbers, dates, times and sizes: one way everywhere, and the user's.

Forms and names come from Qt's default locale, which is chosen at the start: `1.234,5` and `18:30`
for one, `1,234.5` and `6:30 PM` for another. Words around them are labels.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from html import escape

from PySide6.QtCore import QDate, QLocale, QTime

from tiktok_manager.domain.posts import PostStatus, Privacy
from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.texts import forms, ntr, tr

NOTHING = "–"
_MOST_KEPT = 4096
_FORM = QLocale.FormatType


def short_number(value: int | None) -> str:
    """`12412` → `12.4k`; the exact number belongs into the tool tip. None is a dash."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size < 1000:
        return exact_number(value)
    if size < 999_500:
        return tr("{number}k", number=_short(value / 1e3))
    if size < 999_500_000:
        return tr("{number}M", number=_short(value / 1e6))
    if size < 999_500_000_000:
        return tr("{number}B", number=_short(value / 1e9))
    return tr("{number}T", number=decimal(value / 1e12, 1))


def exact_number(value: int | None) -> str:
    """`12412` → `12,412`."""
    if value is None:
        return NOTHING
    return _kept(("number", value), lambda locale: locale.toString(value))


def signed_number(value: int | None) -> str:
    """A change: `+1.2k`, `−30`, `±0`."""
    if value is None:
        return NOTHING
    if value == 0:
        return "±" + exact_number(0)
    return ("+" if value > 0 else "−") + short_number(abs(value))


def decimal(value: float, places: int) -> str:
    """`1234.5` → `1,234.5`."""
    return _kept(("decimal", value, places), lambda locale: locale.toString(value, "f", places))


def size_text(size_bytes: int) -> str:
    """`52428800` → `52.4 MB`."""
    if size_bytes < 1e3:
        return ntr("{count} byte", "{count} bytes", size_bytes)
    if size_bytes < 1e6:
        return tr("{number} kB", number=decimal(size_bytes / 1e3, 1))
    if size_bytes < 1e9:
        return tr("{number} MB", number=decimal(size_bytes / 1e6, 1))
    return tr("{number} GB", number=decimal(size_bytes / 1e9, 2))


def duration_text(seconds: float) -> str:
    """`92.4` → `1:32`; hours only where there are any."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def zone_city(timezone: str) -> str:
    """`America/Argentina/Buenos_Aires` → `Buenos Aires`."""
    return timezone.rsplit("/", 1)[-1].replace("_", " ")


def zone_text(timezone: str, at: datetime) -> str:
    """`Berlin time, UTC+1`."""
    offset = at.astimezone(zone(timezone)).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    shown = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    if timezone in {"UTC", "Etc/UTC"}:
        return "UTC"
    return tr("{city} time, {offset}", city=zone_city(timezone), offset=shown)


def status_words(status: PostStatus) -> str:
    """Say what a post's status is."""
    return {
        PostStatus.DRAFT: tr("Draft"),
        PostStatus.SCHEDULED: tr("Scheduled"),
        PostStatus.PUBLISHING: tr("Publishing"),
        PostStatus.PROCESSING: tr("TikTok is checking"),
        PostStatus.PUBLISHED: tr("Published"),
        PostStatus.IN_INBOX: tr("In TikTok inbox"),
        PostStatus.UNCONFIRMED: tr("Not confirmed"),
        PostStatus.NEEDS_ATTENTION: tr("Needs you"),
        PostStatus.FAILED: tr("Failed"),
        PostStatus.MISSED: tr("Missed"),
        PostStatus.CANCELLED: tr("Cancelled"),
    }[status]


def privacy_words(level: Privacy) -> str:
    """Say who can watch, in TikTok's own words."""
    return {
        Privacy.PUBLIC: tr("Everyone"),
        Privacy.FRIENDS: tr("Friends"),
        Privacy.FOLLOWERS: tr("Followers"),
        Privacy.ONLY_ME: tr("Only you"),
    }[level]


def month_title(year: int, month: int) -> str:
    """`November 2026`."""
    name = QLocale().standaloneMonthName(month, _FORM.LongFormat)
    return tr("{month} {year}", month=name, year=year)


def months_title(first: date, last: date) -> str:
    """`November 2026`, `Nov – Dec 2026`, `Dec 2026 – Jan 2027`: the months of a span of days."""
    if (first.year, first.month) == (last.year, last.month):
        return month_title(first.year, first.month)
    begins, ends = (
        QLocale().standaloneMonthName(day.month, _FORM.ShortFormat) for day in (first, last)
    )
    if first.year == last.year:
        return tr("{first} – {last} {year}", first=begins, last=ends, year=last.year)
    return tr(
        "{first} {first_year} – {last} {last_year}",
        first=begins,
        first_year=first.year,
        last=ends,
        last_year=last.year,
    )


def weekday_name(weekday: int, *, short: bool = False) -> str:
    """`2` → `Tuesday`, or `Tue`; 1 is Monday."""
    return QLocale().standaloneDayName(weekday, _FORM.ShortFormat if short else _FORM.LongFormat)


def date_text(day: date, *, year: bool = False, short: bool = True) -> str:
    """`24 Nov`, `24 Nov 2026`, `24 November`: without the weekday."""

    def written(locale: QLocale) -> str:
        pattern = _date_pattern(locale.dateFormat(_FORM.LongFormat), year, short)
        return locale.toString(QDate(day.year, day.month, day.day), pattern)

    return _kept(("date", day, year, short), written)


def day_title(day: date, *, year: bool = False) -> str:
    """`Tuesday 24 November`, and `Tuesday 24 November 2026`."""
    name = QLocale().dayName(day.isoweekday(), _FORM.LongFormat)
    return tr("{weekday} {date}", weekday=name, date=date_text(day, year=year, short=False))


def time_text(at: time) -> str:
    """`18:30`, or `6:30 PM`."""
    hour, minute = at.hour, at.minute
    return _kept(
        ("time", hour, minute),
        lambda locale: locale.toString(QTime(hour, minute), _FORM.ShortFormat),
    )


def clock_text(at: datetime, timezone: str) -> str:
    """`18:30`, for places where the zone stands beside."""
    return time_text(at.astimezone(zone(timezone)).time())


def zoned_time(at: datetime, timezone: str, now: datetime) -> str:
    """`Tue 18:30 (Berlin)`; with the date when the weekday alone would not say which."""
    local = at.astimezone(zone(timezone))
    today = now.astimezone(zone(timezone)).date()
    days = (local.date() - today).days
    clock, city = time_text(local.time()), zone_city(timezone)
    day = _short_weekday(local.date())
    if not 0 <= days <= 6:
        with_year = local.year != today.year
        day = tr("{weekday} {date}", weekday=day, date=date_text(local.date(), year=with_year))
    return tr("{day} {time} ({city})", day=day, time=clock, city=city)


def day_text(at: datetime, timezone: str) -> str:
    """`Tue 24 Nov 2026`."""
    day = at.astimezone(zone(timezone)).date()
    return tr("{weekday} {date}", weekday=_short_weekday(day), date=date_text(day, year=True))


def full_stamp(at: datetime, timezone: str) -> str:
    """`Tue 24 Nov 2026, 18:30:05 (Berlin)`, for hovering."""
    local = at.astimezone(zone(timezone))
    locale = QLocale()
    with_seconds = re.sub(r"(\W)mm", r"\1mm\1ss", locale.timeFormat(_FORM.ShortFormat))
    clock = locale.toString(QTime(local.hour, local.minute, local.second), with_seconds)
    day, city = day_text(at, timezone), zone_city(timezone)
    return tr("{day}, {time} ({city})", day=day, time=clock, city=city)


def age_text(at: datetime | None, now: datetime) -> str:
    """`3 min ago`, `in 2 h`, `never` for None."""
    if at is None:
        return tr("never")
    gone = now - at
    if abs(gone) < timedelta(minutes=1):
        return tr("just now") if gone >= timedelta(0) else tr("in a moment")
    minutes = int(abs(gone).total_seconds() // 60)
    return _ago(minutes) if gone > timedelta(0) else _ahead(minutes)


def plain_tip(text: str) -> str:
    """Return what a tool tip shows exactly as it is: Qt reads anything with a tag as HTML."""
    if "<" not in text and "&" not in text:
        return text
    return "<span>" + escape(text, quote=False).replace("\n", "<br>") + "</span>"


def _kept(key: tuple[object, ...], write: Callable[[QLocale], str]) -> str:
    """Return what was written before in the forms in use, or write it."""
    if key not in forms:
        if len(forms) >= _MOST_KEPT:
            forms.clear()
        forms[key] = write(QLocale())
    return forms[key]


def _short(value: float) -> str:
    return decimal(value, 0 if abs(value) >= 99.95 else 1)


def _short_weekday(day: date) -> str:
    number = day.isoweekday()
    return _kept(("day", number), lambda locale: locale.dayName(number, _FORM.ShortFormat))


def _ago(minutes: int) -> str:
    hours, days = minutes // 60, minutes // (24 * 60)
    if minutes < 60:
        return ntr("{count} min ago", "{count} min ago", minutes)
    if hours < 48:
        return ntr("{count} h ago", "{count} h ago", hours)
    if days < 60:
        return ntr("{count} day ago", "{count} days ago", days)
    if days < 730:
        return ntr("{count} month ago", "{count} months ago", days // 30)
    return ntr("{count} year ago", "{count} years ago", days // 365)


def _ahead(minutes: int) -> str:
    hours, days = minutes // 60, minutes // (24 * 60)
    if minutes < 60:
        return ntr("in {count} min", "in {count} min", minutes)
    if hours < 48:
        return ntr("in {count} h", "in {count} h", hours)
    if days < 60:
        return ntr("in {count} day", "in {count} days", days)
    if days < 730:
        return ntr("in {count} month", "in {count} months", days // 30)
    return ntr("in {count} year", "in {count} years", days // 365)


@cache
def _date_pattern(whole: str, year: bool, short: bool) -> str:
    """Leave out of a locale's long date the weekday, which is shown apart, and the year."""
    parts = re.findall(r"'[^']*'|d+|M+|y+|[^'dMy]+", re.sub(r"[\s,،、]*dddd[\s,،、]*", " ", whole))
    if not year:
        parts = _without_year(parts)
    pattern = "".join(parts).strip()
    return pattern.replace("MMMM", "MMM") if short else pattern


def _without_year(parts: list[str]) -> list[str]:
    """Drop the year with what joins it to the rest: `, 2026`, `de 2026`, `2026年`."""
    fields = [at for at, part in enumerate(parts) if part[0] in "dMy"]
    at = next(at for at in fields if parts[at][0] == "y")
    after = [field for field in fields if field > at]
    if after:
        return parts[:at] + parts[after[0] :]
    before = [field for field in fields if field < at]
    return parts[: before[-1] + 1]
