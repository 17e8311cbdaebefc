"""How the window writes numbers, times and sizes: one way everywhere."""

from datetime import datetime, timedelta
from html import escape

from tiktok_manager.domain.posts import Privacy
from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.texts import tr

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = "–"


def short_number(value: int | None) -> str:
    """`12412` → `12.4k`; the exact number belongs into the tool tip. None is a dash."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size < 1000:
        return str(value)
    for limit, unit in ((999_950, "k"), (999_950_000, "M"), (999_950_000_000, "B")):
        if size < limit:
            shown = value / (limit + 50 * limit // 999_950) * 1000
            return f"{shown:.0f}{unit}" if abs(shown) >= 99.95 else f"{shown:.1f}{unit}"
    return f"{value / 1e12:.1f}T"


def exact_number(value: int | None) -> str:
    """`12412` → `12,412`."""
    return NOTHING if value is None else f"{value:,}"


def signed_number(value: int | None) -> str:
    """A change: `+1.2k`, `−30`, `±0`."""
    if value is None:
        return NOTHING
    if value == 0:
        return "±0"
    return ("+" if value > 0 else "−") + short_number(abs(value))


def size_text(size_bytes: int) -> str:
    """`52428800` → `52.4 MB`."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


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
    return f"{zone_city(timezone)} time, {shown}"


def privacy_words(level: Privacy) -> str:
    """Say who can watch, in TikTok's own words."""
    return {
        Privacy.PUBLIC: tr("Everyone"),
        Privacy.FRIENDS: tr("Friends"),
        Privacy.FOLLOWERS: tr("Followers"),
        Privacy.ONLY_ME: tr("Only you"),
    }[level]


def month_name(month: int) -> str:
    """`11` → `Nov`."""
    return _MONTHS[month - 1]


def clock_text(at: datetime, timezone: str) -> str:
    """`18:30`, for places where the zone stands beside."""
    return f"{at.astimezone(zone(timezone)):%H:%M}"


def zoned_time(at: datetime, timezone: str, now: datetime) -> str:
    """`Tue 18:30 (Berlin)`; with the date when the weekday alone would not say which."""
    local = at.astimezone(zone(timezone))
    today = now.astimezone(zone(timezone)).date()
    days = (local.date() - today).days
    day = _WEEKDAYS[local.weekday()]
    if not 0 <= days <= 6:
        day += f" {local.day} {_MONTHS[local.month - 1]}"
        day += f" {local.year}" if local.year != today.year else ""
    return f"{day} {local:%H:%M} ({zone_city(timezone)})"


def day_text(at: datetime, timezone: str) -> str:
    """`Tue 24 Nov 2026`."""
    local = at.astimezone(zone(timezone))
    return f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def full_stamp(at: datetime, timezone: str) -> str:
    """`Tue 24 Nov 2026, 18:30:05 (Berlin)`, for hovering."""
    local = at.astimezone(zone(timezone))
    return f"{day_text(at, timezone)}, {local:%H:%M:%S} ({zone_city(timezone)})"


def age_text(at: datetime | None, now: datetime) -> str:
    """`3 min ago`, `in 2 h`, `never` for None."""
    if at is None:
        return "never"
    gone = now - at
    if abs(gone) < timedelta(minutes=1):
        return "just now" if gone >= timedelta(0) else "in a moment"
    span = _span(abs(gone))
    return f"{span} ago" if gone > timedelta(0) else f"in {span}"


def plain_tip(text: str) -> str:
    """Return what a tool tip shows exactly as it is: Qt reads anything with a tag as HTML."""
    if "<" not in text and "&" not in text:
        return text
    return "<span>" + escape(text, quote=False).replace("\n", "<br>") + "</span>"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    days = minutes // (24 * 60)
    if days < 60:
        return f"{days} days"
    return f"{days // 30} months" if days < 730 else f"{days // 365} years"
