"""Spans, sizes and lists inside sentences, each with the number's own plural."""

from datetime import timedelta
from gettext import NullTranslations

from tiktok_manager.wording.translation import ENGLISH

_MOST_DECIMALS = 6


def span_words(span: timedelta, speech: NullTranslations = ENGLISH) -> str:
    """Return a span in the unit that suits it, rounded down: `45 minutes`, `3 hours`, `2 days`."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // (24 * 60), minutes // 60
    if days >= 2:
        return speech.ngettext("{n} day", "{n} days", days).format(n=days)
    if hours >= 2:
        return speech.ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    return speech.ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def number(value: float, *bounds: float, decimals: int = 0) -> str:
    """Write a number with some decimals, and as many more as keep it apart from these bounds.

    Zeros at its end are left out.
    """
    places = next(
        (
            places
            for places in range(decimals, _MOST_DECIMALS)
            if all(
                _order(float(f"{value:.{places}f}"), bound) == _order(value, bound)
                for bound in bounds
            )
        ),
        _MOST_DECIMALS,
    )
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _order(value: float, bound: float) -> int:
    return (value > bound) - (value < bound)
