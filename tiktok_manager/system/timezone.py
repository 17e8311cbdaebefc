"""The machine's time zone, by its IANA name."""

from zoneinfo import ZoneInfoNotFoundError


def local_zone_name() -> str:
    """Return the IANA name of the machine's zone, UTC where the machine does not say."""
    from tzlocal import get_localzone_name

    try:
        return get_localzone_name() or "UTC"
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return "UTC"
