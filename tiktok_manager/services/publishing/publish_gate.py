"""What holds every post at once: a wrong clock, a fault of ours, TikTok being away.

Held posts stay scheduled and are told why and until when. No try is used up, and their lateness
is judged when publishing goes on. Questions about videos already sent are not held.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain import publish_rules
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, Failure, FailureClass, StorageError, VaultLocked
from tiktok_manager.domain.events import EventBus, PostsChanged, PublishingHeld
from tiktok_manager.domain.holds import BY_APP_CAP, BY_CLOCK, BY_FAULT, BY_RESTING, BY_SECRETS, Hold
from tiktok_manager.domain.posts import Post, PostMode
from tiktok_manager.storage import holds as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.tiktok.gateway import Gateway
from tiktok_manager.tiktok.traffic import RESTING

logger = logging.getLogger(__name__)

CLOCK_WRONG = "clock_wrong"
CLOCK_LOOK = timedelta(minutes=5)
DISK_LOOK = timedelta(minutes=1)
FAULT_PAUSE = timedelta(minutes=15)
LONGEST_FAULT_PAUSE = timedelta(hours=4)
KEYS_PAUSE = timedelta(minutes=2)
UNTIL_OPENED = timedelta(days=3650)
TRIAL = timedelta(minutes=2)
"""How long the others wait for the one post that finds out whether TikTok takes them again."""

_OF_KEYS = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "invalid_request"})
_OF_ONE_FILE = frozenset({"upload_refused"})


class Held(AppError):
    """Nothing may be sent now; the post waits like all others."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.error.code, log_id=hold.error.log_id)
        self.params = hold.error.params
        self.hold = hold


class PublishGate:
    """Knows whether posts may start. Safe from any thread."""

    def __init__(
        self, database: Database, gateway: Gateway, events: EventBus, clock: Clock
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._traffic = gateway.traffic
        self._events = events
        self._news = HoldNotifier(events)
        self._clock = clock
        self._clock_is_wrong = False
        self._struck: str | None = None
        self._trial: str | None = None

    def begin(self) -> None:
        """Forget what an earlier publisher found out about this machine: it is looked at anew.

        A fault of ours that it met and a cap of the app still hold, and are told again.
        """
        self._end(BY_CLOCK)
        self._keep(BY_RESTING, None)
        self._keep(BY_SECRETS, None)
        with self._database.read() as session:
            cap = queries.get_hold(session, BY_APP_CAP)
        for hold in (self._fault(), cap):
            if hold is not None and hold.until > self._clock.now():
                self._news.tell(hold.error, hold.until)

    @property
    def clock_is_wrong(self) -> bool:
        """Whether this computer's clock is known to be wrong: by it nothing is late or missed."""
        return self._clock_is_wrong

    @property
    def time_is_unknown(self) -> bool:
        """Whether TikTok has told no time since the start, or since the clock was set."""
        return math.isinf(self._traffic.server_time.age_s())

    def is_over(self) -> bool:
        """Say whether posts wait for the clock although it was set right meanwhile."""
        return self._clock_is_wrong and self._traffic.server_time.off() is None

    def hold_due(self, trouble: StorageError | None = None) -> int | None:
        """Hold what is due if it must be; returns how many may start, None for any number.

        After a pause it is one, which finds out how things are. `trouble` is one of our own disk.
        """
        now = self._clock.now()
        clock, fault = self._clock_hold(now), self._fault()
        resting = self._resting(self._gateway.circuits(PostMode.DIRECT)[:1], now)
        if resting is not None:
            if self._news.tell(resting.error, resting.until):
                self._keep(BY_RESTING, resting)
        elif self._news.over(RESTING):
            self._keep(BY_RESTING, None)
        disk = None if trouble is None else _disk_hold(trouble, now)
        waits = [hold for hold in (clock, fault, resting, disk) if hold and hold.until > now]
        if not waits:
            host = self._gateway.circuits(PostMode.DIRECT)[:1]
            return 1 if clock or fault or not self._traffic.breaker.is_closed(*host) else None
        hold = max(waits, key=lambda hold: hold.until)
        with self._database.write() as session:
            held = queries.hold_due(session, now, hold.until, hold.error)
        if held:
            logger.warning("Posts wait until %s: %s", hold.until, hold.error.code)
            self._events.publish(PostsChanged())
        return 0

    def begin_probe(self, post: Post) -> None:
        """Let one post find out whether a fault of ours is over; the others wait for it."""
        hold, now = self._fault(), self._clock.now()
        if hold is not None and hold.until <= now:
            self._trial = post.id
            with self._database.write() as session:
                queries.put_hold(session, BY_FAULT, replace(hold, until=now + TRIAL))

    def end_probe(self, post: Post) -> None:
        """The post that went ahead never got as far as an upload: the next one may."""
        if self._trial != post.id:
            return
        self._trial = None
        hold, now = self._fault(), self._clock.now()
        if hold is not None and hold.until > now:
            with self._database.write() as session:
                queries.put_hold(session, BY_FAULT, replace(hold, until=now))
                queries.release_held(session, hold.error.code, now)
            self._events.publish(PostsChanged())

    def check(self, post: Post, since: datetime, ask: Callable[[], None]) -> None:
        """Raise Held if no upload of a post may be opened now, by work that was begun at `since`.

        `ask` makes TikTok tell the time.
        """
        now = self._clock.now()
        fault = self._fault()
        if fault is not None and fault.at >= since:
            raise Held(fault)
        resting = self._resting(self._gateway.circuits(post.mode, post.account_id), now)
        if resting is not None:
            raise Held(resting)
        hold = self._clock_hold(now)
        is_stale = self._traffic.server_time.age_s() > CLOCK_LOOK.total_seconds()
        if is_stale or (hold is not None and hold.until <= now):
            ask()
            hold = self._clock_hold(self._clock.now())
        if hold is not None:
            raise Held(hold)

    def pause_after(self, failure: Failure, post: Post) -> Hold | None:
        """Return the hold that follows from a failed call, if it says more than about one post."""
        now = self._clock.now()
        if failure.kind is FailureClass.OUR_BUG and failure.code not in _OF_ONE_FILE:
            return self._stop(failure, now) if self._concerns_all(failure, post) else None
        resting = self._resting(self._gateway.circuits(post.mode, post.account_id), now)
        if resting is not None and failure.kind is FailureClass.RETRY:
            error = publish_rules.error_of(failure).adding(advice="left_alone")
            return replace(resting, error=error)
        return resting if resting and failure.code == resting.error.code else None

    def app_is_full(self, error: Failure, until: datetime) -> None:
        """TikTok takes direct posts of no further account of this app until then."""
        self._news.tell(error, until)

    def cannot_open_secrets(self, exc: VaultLocked) -> None:
        """The tokens cannot be read: nothing can be sent until they can."""
        now = self._clock.now()
        error = publish_rules.error_from(exc)
        if self._news.tell(error, None):
            self._keep(BY_SECRETS, Hold(error=error, at=now, until=now + UNTIL_OPENED))

    def opened_secrets(self) -> None:
        """The tokens can be read."""
        if self._news.over(VaultLocked.code):
            self._keep(BY_SECRETS, None)

    def opened(self) -> None:
        """TikTok took a post: whatever fault there was is over."""
        self._struck = None
        self._end(BY_FAULT)

    def _concerns_all(self, failure: Failure, post: Post) -> bool:
        """Say whether a fault of ours is known to strike more than one post."""
        if failure.code in _OF_KEYS or self._fault() is not None:
            return True
        struck, self._struck = self._struck, post.id
        return struck not in {None, post.id}

    def _stop(self, failure: Failure, now: datetime) -> Hold:
        before = self._fault()
        times = 1 if before is None else before.times + 1
        pause = min(FAULT_PAUSE * 2 ** (min(times, 10) - 1), LONGEST_FAULT_PAUSE)
        until = now + (KEYS_PAUSE if failure.code in _OF_KEYS else pause)
        hold = Hold(error=publish_rules.error_of(failure), at=now, until=until, times=times)
        self._trial = None
        self._begin(BY_FAULT, hold)
        return hold

    def _fault(self) -> Hold | None:
        with self._database.read() as session:
            hold = queries.get_hold(session, BY_FAULT)
        now = self._clock.now()
        if hold is not None and hold.at - now > CLOCK_LOOK:
            # Counted from a clock that was ahead.
            return replace(hold, at=now - LONGEST_FAULT_PAUSE, until=now)
        return hold

    def _clock_hold(self, now: datetime) -> Hold | None:
        """Return the hold by a wrong clock; when its time is up, one post asks for the time."""
        time = self._traffic.server_time
        off = time.off()
        if off is None:
            if self._clock_is_wrong:
                self._clock_is_wrong = False
                self._end(BY_CLOCK)
            return None
        self._clock_is_wrong = True
        looked_at = now - timedelta(seconds=time.age_s())
        hold = Hold(error=_clock_wrong(off), at=looked_at, until=looked_at + CLOCK_LOOK)
        with self._database.read() as session:
            before = queries.get_hold(session, BY_CLOCK)
        if before is None or before.until < hold.until:
            self._begin(BY_CLOCK, hold)
        return hold

    def _resting(self, circuits: tuple[str, ...], now: datetime) -> Hold | None:
        exc = self._traffic.why_resting(circuits)
        if exc is None or exc.failure.retry_after is None:
            return None
        error = publish_rules.error_of(exc.failure)
        return Hold(error=error, at=now, until=now + exc.failure.retry_after)

    def _keep(self, name: str, hold: Hold | None) -> None:
        """Let other processes know what holds posts here, or no longer does."""
        with self._database.read() as session:
            before = queries.get_hold(session, name)
        if before != hold:
            with self._database.write() as session:
                queries.put_hold(session, name, hold)

    def _begin(self, name: str, hold: Hold) -> None:
        with self._database.write() as session:
            queries.put_hold(session, name, hold)
        logger.warning("Publishing is held: %s %s", hold.error.code, dict(hold.error.params))
        self._news.tell(hold.error, hold.until)

    def _end(self, name: str) -> None:
        with self._database.read() as session:
            hold = queries.get_hold(session, name)
        if hold is None:
            return
        with self._database.write() as session:
            queries.put_hold(session, name, None)
            queries.release_held(session, hold.error.code, self._clock.now())
        logger.info("Publishing goes on: %s is over", hold.error.code)
        self._news.over(hold.error.code, always=True)
        self._events.publish(PostsChanged())


def _disk_hold(trouble: StorageError, now: datetime) -> Hold:
    return Hold(error=publish_rules.error_from(trouble), at=now, until=now + DISK_LOOK)


def _clock_wrong(off: timedelta) -> Failure:
    ahead = {"why": "ahead"} if off > timedelta() else {}
    return Failure(code=CLOCK_WRONG, params={"off": abs(off), **ahead})


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
