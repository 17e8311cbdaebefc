"""Keeps planned posts at their local time when the rules of a time zone change."""

from datetime import timedelta

from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.events import EventBus, PlanMoved, PostsChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.schedule import forget_zones, moved_by_rules
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.wall_times import keep_wall, resting_schedules

EVERY = timedelta(hours=1)


class WallTimes:
    """The planned posts of one data folder against the time zone database of this machine."""

    def __init__(self, database: Database, events: EventBus, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._looked_s: float | None = None

    def keep_if_due(self) -> None:
        """Look again if the last look is an hour old: the database may be updated meanwhile."""
        now_s = self._clock.monotonic_s()
        if self._looked_s is None or now_s - self._looked_s >= EVERY.total_seconds():
            self.keep()

    def keep(self) -> Finding | None:
        """Move what is planned to where its local time is now; tells, and returns, what it did.

        Posts under way stay: each is moved only if nobody has begun with it.
        """
        self._looked_s = self._clock.monotonic_s()
        forget_zones()
        with self._database.read() as session:
            found = [
                (post_id, was, schedule)
                for post_id, was in resting_schedules(session)
                if (schedule := moved_by_rules(was)) is not None
            ]
        if not found:
            return None
        now = self._clock.now()
        with self._database.write() as session:
            moved = [each for each in found if keep_wall(session, *each, now)]
        if not moved:
            return None
        zones = tuple(sorted({schedule.timezone for _id, _was, schedule in moved}))
        finding = Finding(code="zone_rules_changed", params={"zones": zones, "count": len(moved)})
        self._events.publish(PostsChanged())
        self._events.publish(PlanMoved(finding=finding))
        return finding
