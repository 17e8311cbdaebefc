"""Spans, sizes and lists inside sentences, each with the number's own plural."""

from datetime import timedelta
from gettext import NullTranslations

from tiktok_manager.wording.translation import ENGLISH


def span_words(span: timedelta, speech: NullTranslations = ENGLISH) -> str:
    """Return a span in the unit that suits it, rounded down: `45 minutes`, `3 hours`, `2 days`."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // (24 * 60), minutes // 60
    if days >= 2:
        return speech.ngettext("{n} day", "{n} days", days).format(n=days)
    if hours >= 2:
        return speech.ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    return speech.ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def seconds_words(span: timedelta) -> str:
    """Return a short span to the second: `90` for a minute and a half."""
    return f"{span.total_seconds():g}"
