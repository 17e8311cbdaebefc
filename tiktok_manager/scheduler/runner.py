"""Runs the publisher: a heartbeat, a wake for the next due instant, and a pool of workers.

What is due lives in the database only. A timer that fires late, twice or not at all loses nothing:
the next tick sees what the clock and the database say.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import AppError, PublisherBusy, VaultLocked
from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    Event,
    EventBus,
    PostsChanged,
    PostStatusChanged,
    PublisherStateChanged,
    SettingsChanged,
)
from tiktok_manager.scheduler.clock_watch import ClockWatch
from tiktok_manager.scheduler.ticker import Ticker
from tiktok_manager.services.publishing import Publishing
from tiktok_manager.storage.database import ChangeWatch
from tiktok_manager.system.locks import PublisherLock

logger = logging.getLogger(__name__)

HEARTBEAT_S = 20
HOUSEKEEPING_S = 600
RENEW_EVERY_S = 10.0
LOOK_S = 0.5
LOOK_AHEAD_EVERY_S = 1.0
NETWORK_SETTLING_S = 10
INTERRUPTED_S = 2
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
        housekeeping: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
    ) -> None:
        self._stopping = stopping
        self._standby = standby
        self._housekeeping = housekeeping
        self._publishing = publishing
        self._policy = policy
        self._open_watch = watch
        self._lock = lock
        self._events = events
        self._clock = clock
        self._state = RunnerState.STOPPED
        self._paused = False
        self._wake_is_set = False
        self._quiet_until_s = float("-inf")
        self._cancel = CancelToken()
        self._active: dict[Future[None], Claim] = {}
        self._sending: set[Future[None]] = set()
        self._guard = threading.RLock()
        self._moved = threading.Condition(self._guard)
        self._looked_ahead_s = float("-inf")
        self._renewed_s = float("-inf")
        self._ticker = Ticker({self.tick: HEARTBEAT_S, self._keep_house: HOUSEKEEPING_S})
        self._uploads = ThreadPoolExecutor(MAX_UPLOADS_AT_ONCE, thread_name_prefix="upload")
        self._checks = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="check")
        self._preparations = ThreadPoolExecutor(PREPARATIONS_AT_ONCE, thread_name_prefix="prepare")
        self._watcher = self._make_watcher()
        self._unsubscribe = events.subscribe(Event, self._on_event)

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
            raise PublisherBusy(holder=self._lock.holder())
        self._ticker.start()
        self._keep_house()
        self._watcher.start()
        self.wake()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop claiming, let uploads stop at the next block, and give the lock back."""
        self._cancel.cancel()
        self._stopping()
        self._unsubscribe()
        self._ticker.stop()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._guard:
            running = list(self._active)
        _done, late = wait(running, timeout=max(0.0, timeout_s - INTERRUPTED_S))
        if late:
            self._publishing.interrupt()
            _done, late = wait(late, timeout=INTERRUPTED_S)
        if late:
            logger.warning(
                "%d uploads did not stop in %.0f s; they resume later", len(late), timeout_s
            )
        self._uploads.shutdown(wait=not late, cancel_futures=True)
        self._checks.shutdown(wait=not late, cancel_futures=True)
        self._preparations.shutdown(wait=not late, cancel_futures=True)
        if self._state is RunnerState.RUNNING:
            self._publishing.retire()
        self._lock.release()
        self._set_state(RunnerState.STOPPED)

    def wake(self) -> None:
        """Look at the database now."""
        with self._guard:
            if self._wake_is_set or not self._ticker.beats or self._cancel.cancelled:
                return
            self._wake_is_set = True
        self._ticker.call_now(self._woken)

    def tick(self) -> None:
        """Start what is due and set the wake for what comes next. Never raises."""
        if self._state is not RunnerState.RUNNING or self._cancel.cancelled:
            return
        self._keep_watch()
        try:
            self._renew()
            looked_at = self._clock.now()  # what falls due from here on, the wake must not miss
            places = self._policy.max_concurrent_uploads()
            self._paused = not places
            if self._clock.monotonic_s() >= self._quiet_until_s:
                if self._publishing.has_due():
                    self._start_due(places)
                self._look_ahead(places)
            self._set_wake(looked_at)
        except VaultLocked as exc:
            logger.warning("Posts wait: %s", exc)
        except AppError:
            logger.exception("The publisher could not look at its work; it looks again soon")
        with self._moved:
            self._moved.notify_all()

    def _woken(self) -> None:
        with self._guard:
            self._wake_is_set = False
        self.tick()

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

    def uploads_under_way(self) -> int:
        """Return how many videos are being sent now."""
        with self._guard:
            return len(self._sending)

    def _keep_house(self) -> None:
        self._checks.submit(self._housekeeping)

    def _begin(self) -> None:
        try:
            resumed = self._publishing.resume()
        except AppError:
            self._lock.release()
            raise
        if resumed:
            logger.info("%d posts of a publisher that ended early are taken over", resumed)
        self._set_state(RunnerState.RUNNING)

    def _renew(self) -> None:
        """Prolong leases, not at every tick: the watcher takes each commit for another's."""
        now_s = self._clock.monotonic_s()
        with self._guard:
            claims = list(self._active.values())
        if claims and now_s - self._renewed_s >= RENEW_EVERY_S:
            self._renewed_s = now_s
            self._publishing.renew(claims)

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

    def _submit(self, pool: ThreadPoolExecutor, claim: Claim, *, sending: bool) -> None:
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

    def _set_wake(self, looked_at: datetime) -> None:
        due_at = self._publishing.next_wake(looked_at)
        if due_at is None or self._cancel.cancelled:
            return
        if due_at - self._clock.now() < timedelta(seconds=HEARTBEAT_S):
            self._ticker.call_at(self.tick, due_at, "next")

    def _make_watcher(self) -> threading.Thread:
        return threading.Thread(target=self._watch, name="watch-database")

    def _keep_watch(self) -> None:
        """Ticker and watcher look after each other: neither's end stops publishing."""
        if self._watcher.ident is not None and not self._watcher.is_alive():
            logger.error("The thread that notices changes has ended: starting it again")
            self._watcher = self._make_watcher()
            self._watcher.start()

    def _watch(self) -> None:
        """Notice commits of other processes, a lock that was freed, and a ticker that stopped."""
        while not self._cancel.cancelled:
            try:
                with self._open_watch() as changes:
                    self._watch_until_stopped(changes)
            except AppError:
                logger.exception("Changes by other processes are noticed late for a while")
                self._cancel.wait(HEARTBEAT_S)

    def _watch_until_stopped(self, changes: ChangeWatch) -> None:
        clocks = ClockWatch(self._clock.now(), self._clock.monotonic_s())
        while not self._cancel.wait(LOOK_S):
            self._notice_jump(clocks)
            if self._ticker.revive():
                logger.error("The clockwork of the publisher has ended: starting it again")
                self._wake_is_set = False
                self.wake()
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
        self._ticker.begin_rounds()
        self._quiet_until_s = self._clock.monotonic_s() + NETWORK_SETTLING_S
        settled_at = self._clock.now() + timedelta(seconds=NETWORK_SETTLING_S)
        self._ticker.call_at(self.tick, settled_at, "settled")

    def _on_event(self, event: Event) -> None:
        if isinstance(
            event, PostsChanged | PostStatusChanged | SettingsChanged | DataChangedElsewhere
        ):
            self.wake()

    def _set_state(self, state: RunnerState) -> None:
        self._state = state
        holder = self._lock.holder() if state is RunnerState.STANDBY else ""
        self._events.publish(
            PublisherStateChanged(running=state is RunnerState.RUNNING, holder=holder)
        )
