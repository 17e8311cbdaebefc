"""Times without a look: a machine that slept, an app that was closed, a clock that was set."""

from datetime import datetime, timedelta


class Downtime:
    """Notices them from one look to the next. A start counts as both: nobody knows what was."""

    def __init__(self, now: datetime, on_time: timedelta) -> None:
        self.was_away = True
        self.was_set_back = True
        self._looked_at = now
        self._on_time = on_time

    def look(self, now: datetime) -> None:
        """Take note of a look."""
        self.was_away = self.was_away or now - self._looked_at > self._on_time
        self.was_set_back = self.was_set_back or self._looked_at - now > self._on_time
        self._looked_at = now
