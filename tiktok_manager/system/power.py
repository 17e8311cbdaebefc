"""Keeps the machine awake while bytes are on their way; the screen may still go dark.

And says what it runs on: what is not plugged in falls asleep sooner or later.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)


@contextmanager
def keep_awake() -> Iterator[None]:
    """Hold off automatic sleep inside the block, where the system lets us.

    Where it does not, the work goes on all the same: an upload survives sleep, it only waits.
    """
    # Imported late: the window's start does not need it.
    from wakepy import ActivationResult, keep

    def say_so(result: ActivationResult) -> None:
        tried = ", ".join(method.method_name for method in result.list_methods())
        logger.info("The machine may fall asleep during an upload; tried in vain: %s", tried)

    with keep.running(on_fail=say_so):
        yield


def battery_percent() -> int | None:
    """Return how full the battery is that this machine runs on; None if it is plugged in."""
    # Imported late: few commands ask. Not every system has the function, nor answers it.
    import psutil

    look = getattr(psutil, "sensors_battery", None)
    try:
        battery = None if look is None else look()
    except (OSError, RuntimeError, ValueError) as exc:
        logger.info("The battery cannot be looked at: %s", exc)
        return None
    if battery is None or battery.power_plugged is not False:
        return None
    return round(float(battery.percent))
