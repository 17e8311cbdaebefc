"""Tells the window and the command line what holds every post: once, and when it is over."""

from datetime import datetime, timedelta

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.events import EventBus, PublishingHeld

MOVED = timedelta(minutes=1)


class HoldNotifier:
    """One for a publisher; several reasons may hold at once, each under its code."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self._told: dict[str, datetime | None] = {}

    def tell(self, error: Failure, until: datetime | None) -> bool:
        """Tell that publishing is held, unless that was told and its end has hardly moved.

        Says whether it was told now.
        """
        if error.code in self._told and _is_near(self._told[error.code], until):
            return False
        self._told[error.code] = until
        self._events.publish(
            PublishingHeld(
                code=error.code,
                failure=error,
                until=until,
            )
        )
        return True

    def over(self, code: str, *, always: bool = False) -> bool:
        """Tell that a reason is over, if it was told; `always` for one an earlier process told.

        Says whether it was told now.
        """
        if code not in self._told and not always:
            return False
        self._told.pop(code, None)
        self._events.publish(PublishingHeld(code=code))
        return True


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < MOVED
