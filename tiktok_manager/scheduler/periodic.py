"""The periodic jobs beside publishing: backups, keep-alive, the room on the disk.

APScheduler knows when; each job is handed to a pool, and never to two threads at once.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.scheduler.threads import Pool, SupervisedLoop

Job = Callable[[], None]

logger = logging.getLogger(__name__)


class PeriodicJobs:
    """Does jobs, by name, at the start and every so often. `start` once, `stop` once."""

    def __init__(self, jobs: Mapping[str, Job], every_s: float, pool: Pool) -> None:
        self.jobs = jobs
        self._every_s = every_s
        self._pool = pool
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[None]] = {}
        self._scheduler: BlockingScheduler | None = None
        self._stop = CancelToken()
        self._loop = SupervisedLoop("periodic-jobs", self._run, self._stop)

    def start(self) -> None:
        """Do every job now, and from now on every so often."""
        for name in self.jobs:
            self.hand_over(name)
        self._loop.start()

    def hand_over(self, name: str) -> None:
        """Let the pool do a job, unless it still does."""
        with self._lock:
            before = self._under_way.get(name)
            if before is None or before.done():
                self._under_way[name] = self._pool.submit(self._do, name)

    def begin_anew(self) -> None:
        """Count every interval from now on.

        APScheduler goes by the wall clock: set back by hours, it would keep silent for as long.
        """
        scheduler = self._scheduler
        if scheduler is not None:
            self._add_to(scheduler)

    def stop(self, end_s: float) -> None:
        """Begin no job more; waits for the clockwork until an instant of `time.monotonic`."""
        self._stop.cancel()
        self._end(self._scheduler)
        self._loop.join(end_s)

    def _do(self, name: str) -> None:
        try:
            self.jobs[name]()
        except Exception:  # it is tried again at its next time
            logger.exception("The periodic job %s failed; it is tried again later", name)

    def _run(self) -> None:
        scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": DebugExecutor()},  # handing over takes no thread of its own
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # Told to stop before it ran, it does so as soon as it does.
        scheduler.add_listener(lambda _event: self._end_if_stopped(), EVENT_SCHEDULER_STARTED)
        self._add_to(scheduler)
        self._scheduler = scheduler
        try:
            scheduler.start()
        finally:
            self._end(scheduler)

    def _add_to(self, scheduler: BlockingScheduler) -> None:
        for name in self.jobs:
            scheduler.add_job(
                self.hand_over,
                IntervalTrigger(seconds=self._every_s),
                args=(name,),
                id=name,
                replace_existing=True,
            )

    def _end_if_stopped(self) -> None:
        if self._stop.cancelled:
            self._end(self._scheduler)

    def _end(self, scheduler: BlockingScheduler | None) -> None:
        if scheduler is not None:
            with suppress(SchedulerNotRunningError):
                scheduler.shutdown(wait=False)
