"""The machine's time zone, by its IANA name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalZone:
    """The zone this machine seems to be in.

    Attributes:
        name: Its IANA name; UTC where the machine does not say.
        offset: What the machine's own clock is ahead of UTC.
        is_sure: The zone has that very offset now.
    """

    name: str
    offset: timedelta
    is_sure: bool


def local_zone(now: datetime) -> LocalZone:
    """Return the machine's zone, compared with what its clock shows at this instant."""
    name = local_zone_name()
    offset = now.astimezone().utcoffset() or timedelta()
    is_sure = now.astimezone(ZoneInfo(name)).utcoffset() == offset
    return LocalZone(name=name, offset=offset, is_sure=is_sure)


def local_zone_name() -> str:
    """Return the IANA name of the machine's zone, UTC where the machine does not say."""
    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name() or "UTC"
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return "UTC"
    return name
