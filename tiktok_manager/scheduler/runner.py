"""Runs the publisher: a tick that looks for work, pools that do it, and what keeps both going.

What is due lives in the database only. A look that comes late, twice or not at all loses nothing:
the next one sees what the clock and the database say. The tick touches neither the network nor the
keyring: what needs them is done by a pool, and the tick reads what came of it.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, PublisherBusy, VaultLocked
from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    EventBus,
    PostsChanged,
    PostStatusChanged,
    PublisherStateChanged,
    SettingsChanged,
)
from tiktok_manager.scheduler.clock_watch import ClockWatch
from tiktok_manager.scheduler.periodic import Job, PeriodicJobs
from tiktok_manager.scheduler.threads import Pool, SupervisedLoop, wait_for
from tiktok_manager.scheduler.ticker import HEARTBEAT_S, Ticker
from tiktok_manager.services.publishing import Publishing
from tiktok_manager.storage.database import ChangeWatch
from tiktok_manager.system.locks import PublisherLock

logger = logging.getLogger(__name__)

PERIODIC_S = 600.0
RENEW_EVERY_S = 10.0
LOOK_S = 0.5
LOOK_AHEAD_EVERY_S = 1.0
NETWORK_SETTLING_S = 10.0
INTERRUPTED_S = 2.0
RETIRE_S = 0.5
CHECKS_AT_ONCE = 4
PREPARATIONS_AT_ONCE = 2
MAX_UPLOADS_AT_ONCE = 16
IDLE_WITHIN = timedelta(minutes=1)


class RunnerState(StrEnum):
    """Whether this process publishes."""

    STOPPED = "stopped"
    RUNNING = "running"
    STANDBY = "standby"


class PublishingPolicy(Protocol):
    """What the user may change while the publisher runs."""

    def max_concurrent_uploads(self) -> int:
        """Return how many videos may be sent at the same time: none while the user holds posts."""

    def hold_publishing(self, *, hold: bool) -> None:
        """Hold all posts, or let them go; outlives the session."""


class Runner:
    """The publisher of one data folder in this process. `start` once, `stop` once."""

    def __init__(
        self,
        publishing: Publishing,
        policy: PublishingPolicy,
        watch: Callable[[], AbstractContextManager[ChangeWatch]],
        lock: PublisherLock,
        events: EventBus,
        clock: Clock,
        *,
        standby: bool = False,
        periodic: Mapping[str, Job] | None = None,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        self._stopping = stopping
        self._standby = standby
        self._publishing = publishing
        self._policy = policy
        self._open_watch = watch
        self._lock = lock
        self._events = events
        self._clock = clock
        self._state = RunnerState.STOPPED
        self._paused = False
        self._quiet_until_s = float("-inf")
        self._looked_ahead_s = float("-inf")
        self._cancel = CancelToken()
        self._drained = CancelToken()
        self._active: dict[Future[None], Claim] = {}
        self._sending: set[Future[None]] = set()
        self._readying: Future[None] | None = None
        self._guard = threading.RLock()
        self._moved = threading.Condition(self._guard)
        self._make_threads(dict(periodic or {}))
        self._unsubscribe = events.subscribe(Event, self._on_event)

    def _make_threads(self, jobs: Mapping[str, Job]) -> None:
        """Make what works side by side; none of it runs before `start`."""
        self._uploads = Pool(MAX_UPLOADS_AT_ONCE, "upload")
        self._checks = Pool(CHECKS_AT_ONCE, "check")
        self._preparations = Pool(PREPARATIONS_AT_ONCE, "prepare")
        # One thread for each that may hang, one to get ready to claim, and one to retire.
        self._background = Pool(len(jobs) + 2, "background")
        self._periodic = PeriodicJobs(jobs, PERIODIC_S, self._background)
        self._ticker = Ticker(self.tick)
        self._leases = SupervisedLoop("renew-leases", self._keep_leases, self._drained)
        self._watcher = SupervisedLoop("watch-database", self._watch, self._cancel)

    @property
    def state(self) -> RunnerState:
        """Whether this process publishes."""
        return self._state

    @property
    def paused(self) -> bool:
        """Whether the user holds all posts, as of the last look."""
        return self._paused

    def set_paused(self, paused: bool) -> None:
        """Hold all posts, or let them go; videos under way are finished."""
        self._policy.hold_publishing(hold=paused)
        self._paused = paused
        self.wake()

    def start(self) -> None:
        """Publish from now on, or stand by where another process publishes from this folder.

        Raises PublisherBusy instead of standing by if that was not asked for.
        """
        if self._lock.acquire():
            self._begin()
        elif self._standby:
            self._set_state(RunnerState.STANDBY)
        else:
            holder = self._lock.holder()
            raise PublisherBusy(holder=holder.code).adding(**holder.params)
        self._periodic.start()
        self._leases.start()
        self._watcher.start()
        self._ticker.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop claiming, let uploads stop at the next block, and give the lock back, in that time.

        Whatever still runs then is left: its thread ends with the process, as by a crash, and its
        post is resumed by the next publisher.
        """
        end_s = time.monotonic() + timeout_s
        self._cancel.cancel()
        self._stopping()
        self._unsubscribe()
        self._ticker.stop(end_s - INTERRUPTED_S)
        self._periodic.stop(end_s - INTERRUPTED_S)
        self._drain(end_s)
        if self._state is RunnerState.RUNNING:
            wait_for([self._background.submit(self._publishing.retire)], end_s)
        self._drained.cancel()
        self._watcher.join(end_s)
        self._leases.join(end_s)
        for pool in self._pools():
            pool.close()
            pool.join(end_s)
        self._lock.release()
        self._set_state(RunnerState.STOPPED)

    def wake(self) -> None:
        """Look at the database now."""
        self._ticker.wake()

    def tick(self) -> float:
        """Start what is due; returns in how many seconds to look again. The ticker calls it."""
        if self._state is not RunnerState.RUNNING or self._cancel.cancelled:
            return HEARTBEAT_S
        try:
            return self._look()
        except AppError:
            logger.exception("The publisher could not look at its work; it looks again soon")
            return HEARTBEAT_S
        finally:
            with self._moved:
                self._moved.notify_all()

    def is_idle(self) -> bool:
        """Say whether nothing is under way, due, or coming up within the next minute."""
        with self._guard:
            if self._active or self._state is not RunnerState.RUNNING:
                return False
        return not self._publishing.is_busy(IDLE_WITHIN, held=self._paused)

    def wait_until_idle(self, cancel: CancelToken) -> None:
        """Return when there is nothing more to do within a minute, or when cancelled."""
        while not cancel.cancelled:
            with self._moved:
                self._moved.wait(LOOK_S / 2)
            if self.is_idle():
                return

    def renew_leases(self) -> None:
        """Prolong the leases of all work that is going on."""
        with self._guard:
            claims = list(self._active.values())
        if claims:
            self._publishing.renew(claims)

    # -- start and stop -------------------------------------------------------------------

    def _begin(self) -> None:
        """Take over what an earlier publisher left; on any error the lock is free again."""
        try:
            resumed = self._publishing.resume()
        except BaseException:
            self._lock.release()
            raise
        if resumed:
            logger.info("%d posts of a publisher that ended early are taken over", resumed)
        self._set_state(RunnerState.RUNNING)

    def _drain(self, end_s: float) -> None:
        """Wait for the posts under way, and shortly for the rest; break off what hangs."""
        with self._guard:
            posts = set(self._active)
        wait_for(posts, end_s - INTERRUPTED_S)
        if not any(pool.unfinished() for pool in self._pools()):
            return
        self._publishing.interrupt()
        until_s = min(end_s, time.monotonic() + INTERRUPTED_S) - RETIRE_S
        late = wait_for({f for pool in self._pools() for f in pool.unfinished()}, until_s)
        if late & posts:
            logger.warning("%d posts did not stop in time; they resume later", len(late & posts))
        elif late:
            logger.info("%d jobs are left unfinished; they are done anew later", len(late))

    def _pools(self) -> tuple[Pool, ...]:
        return self._uploads, self._checks, self._preparations, self._background

    # -- the tick -------------------------------------------------------------------------

    def _look(self) -> float:
        looked_at = self._clock.now()  # what falls due from here on, the wake must not miss
        places = self._policy.max_concurrent_uploads()
        self._paused = not places
        quiet_s = self._quiet_until_s - self._clock.monotonic_s()
        if quiet_s > 0:
            return quiet_s
        if self._publishing.has_due():
            self._start_due(places)
        self._look_ahead(places)
        self._get_ready()
        due_at = self._publishing.next_wake(looked_at)
        return HEARTBEAT_S if due_at is None else (due_at - self._clock.now()).total_seconds()

    def _start_due(self, places: int) -> None:
        with self._guard:
            uploads = places - len(self._sending)
            checks = CHECKS_AT_ONCE * 2 - (len(self._active) - len(self._sending))
        sends, asks = self._publishing.claim(max(0, uploads), max(0, checks))
        for claim in sends:
            self._submit(self._uploads, claim, sending=True)
        for claim in asks:
            self._submit(self._checks, claim, sending=False)

    def _look_ahead(self, places: int) -> None:
        """Prepare what is due soon; never more than may be sent at once."""
        now_s = self._clock.monotonic_s()
        if not places or now_s - self._looked_ahead_s < LOOK_AHEAD_EVERY_S:
            return
        self._looked_ahead_s = now_s
        for post in self._publishing.upcoming(places):
            self._preparations.submit(self._publishing.prepare, post, self._cancel)

    def _get_ready(self) -> None:
        """Let a pool do what claiming waits for; once it is done, the tick looks again."""
        if not self._publishing.lacks_readiness:
            return
        if self._readying is None or self._readying.done():
            self._readying = self._background.submit(self._publishing.get_ready)
            self._readying.add_done_callback(self._on_ready)

    def _on_ready(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is None:
            self.wake()
        elif isinstance(error, VaultLocked):
            logger.warning("Posts wait: %s", error)
        else:
            logger.error("The publisher could not get ready; it tries again", exc_info=error)

    def _submit(self, pool: Pool, claim: Claim, *, sending: bool) -> None:
        with self._guard:
            if sending:
                future = pool.submit(self._publishing.send, claim, self._cancel)
                self._sending.add(future)
            else:
                future = pool.submit(self._publishing.check, claim)
            self._active[future] = claim
        future.add_done_callback(self._on_done)

    def _on_done(self, future: Future[None]) -> None:
        with self._moved:
            claim = self._active.pop(future, None)
            self._sending.discard(future)
            self._moved.notify_all()
        if claim and not future.cancelled() and (error := future.exception()) is not None:
            logger.error("Work on post %s failed", claim.post.id, exc_info=error)
            self._give_back(claim)
        self.wake()

    def _give_back(self, claim: Claim) -> None:
        try:
            self._publishing.lost(claim)
        except AppError:
            logger.exception("Post %s is taken up again when its lease ends", claim.post.id)

    # -- the other threads ----------------------------------------------------------------

    def _keep_leases(self) -> None:
        while not self._drained.wait(RENEW_EVERY_S):
            self.renew_leases()

    def _watch(self) -> None:
        """Notice commits of other processes, a clock that jumped, and a lock that was freed."""
        with self._open_watch() as changes:
            clocks = ClockWatch(self._clock.now(), self._clock.monotonic_s())
            while not self._cancel.wait(LOOK_S):
                self._notice_jump(clocks)
                if self._state is RunnerState.STANDBY and self._lock.acquire():
                    self._begin()
                    self.wake()
                if changes.changed():
                    self._events.publish(DataChangedElsewhere())

    def _notice_jump(self, clocks: ClockWatch) -> None:
        """After sleep or a set clock, let the network come back before anything is claimed."""
        ahead = clocks.jumped(self._clock.now(), self._clock.monotonic_s())
        if ahead is None:
            return
        logger.info(
            "The clock jumped by %.0f s: publishing goes on in a moment", ahead.total_seconds()
        )
        self._periodic.begin_anew()
        self._quiet_until_s = self._clock.monotonic_s() + NETWORK_SETTLING_S
        self.wake()

    def _on_event(self, event: Event) -> None:
        if isinstance(
            event,
            PostsChanged
            | PostStatusChanged
            | AccountChanged
            | SettingsChanged
            | DataChangedElsewhere,
        ):
            self.wake()

    def _set_state(self, state: RunnerState) -> None:
        self._state = state
        holder = self._lock.holder() if state is RunnerState.STANDBY else None
        self._events.publish(
            PublisherStateChanged(running=state is RunnerState.RUNNING, holder=holder)
        )
