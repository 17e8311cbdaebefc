"""When a post goes out, in words: zone named, past and odd times told."""

from datetime import UTC, datetime, timedelta

from tiktok_manager.domain.posts import Lateness, LatePolicy
from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.composer.form import Form
from tiktok_manager.ui.formats import age_text, zone_city, zoned_time


def when_text(form: Form, now: datetime) -> str:
    """`Tue 18:30 (Berlin), in 5 h`."""
    if form.post_now:
        return "It goes out as soon as you press the button."
    due_at = form.schedule.due_at
    return f"{zoned_time(due_at, form.timezone, now)}, {age_text(due_at, now)}"


def time_warning(form: Form, now: datetime) -> str:
    """Say what is odd about the chosen time, empty if nothing is."""
    if form.post_now:
        return ""
    schedule = form.schedule
    if schedule.due_at < now:
        return f"That was {age_text(schedule.due_at, now)}. Choose a time to come, or post now."
    tz = zone(form.timezone)
    city = zone_city(form.timezone)
    meant = schedule.due_at.astimezone(tz).replace(tzinfo=None)
    if meant != form.wall:
        return (
            f"{form.wall:%H:%M} is skipped that day in {city}: clocks go forward. "
            f"It goes out at {meant:%H:%M}."
        )
    first = form.wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    second = form.wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if first != second:
        return f"{form.wall:%H:%M} comes twice that day in {city}. It goes out the first time."
    return ""


def late_text(lateness: Lateness | None) -> str:
    """Say what happens when the app does not run at that time."""
    if lateness is None:
        return ""
    if lateness.policy is LatePolicy.PUBLISH:
        return (
            "If this computer is off then, it still goes out up to "
            f"{_span(lateness.within)} late; after that you decide."
        )
    if lateness.policy is LatePolicy.NEXT_SLOT:
        return "If this computer is off then, it moves to the next free slot."
    return "If this computer is off then, you decide what happens to it."


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
