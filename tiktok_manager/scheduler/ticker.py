"""The clockwork of the runner: calls its jobs in time, one after another, on one thread.

Only APScheduler knows when; nothing is stored here that the next beat could not find anew.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

Job = Callable[[], None]


class Ticker:
    """Give it its rounds, then `start` once and `stop` once. Safe from any thread."""

    def __init__(self, rounds_s: dict[Job, float]) -> None:
        self._rounds_s = rounds_s
        self._clockwork = _Clockwork()

    @property
    def beats(self) -> bool:
        """Whether it was started and not stopped yet."""
        return bool(self._clockwork.running)

    def start(self) -> None:
        """Begin; every round is called for the first time after its interval."""
        self._clockwork.start()
        self.begin_rounds()

    def begin_rounds(self) -> None:
        """Count every round from now on.

        The clockwork goes by the wall clock: set back by hours, it would keep silent for as long.
        """
        for number, (job, every_s) in enumerate(self._rounds_s.items()):
            self._clockwork.add_job(
                job, IntervalTrigger(seconds=every_s), id=f"round-{number}", replace_existing=True
            )

    def call_now(self, job: Job) -> None:
        """Call a job as soon as the one that runs is done."""
        # Two instances: what changes during a job must lead to another one after it.
        self._call(job, DateTrigger(), "now", max_instances=2)

    def call_at(self, job: Job, at: datetime, name: str) -> None:
        """Call a job once at an instant; replaces the call of that name."""
        # Two instances: it may be due again before the job that asked for it has returned.
        self._call(job, DateTrigger(at), name, max_instances=2)

    def revive(self) -> bool:
        """Start anew if its thread died; says whether that was needed."""
        if not self._clockwork.is_dead():
            return False
        self._clockwork.shutdown(wait=False)
        self._clockwork = _Clockwork()
        self.start()
        return True

    def stop(self) -> None:
        """End after the job that runs."""
        if self._clockwork.running:
            self._clockwork.shutdown(wait=True)

    def _call(self, job: Job, when: DateTrigger, name: str, max_instances: int) -> None:
        self._clockwork.add_job(
            job, when, id=name, replace_existing=True, max_instances=max_instances
        )


class _Clockwork(BackgroundScheduler):  # type: ignore[misc]  # it comes without types
    def __init__(self) -> None:
        super().__init__(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def is_dead(self) -> bool:
        """Say whether its thread ended by itself."""
        thread = self._thread
        return self.running and (thread is None or not thread.is_alive())
