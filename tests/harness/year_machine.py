"""One machine in virtual time: its clocks, its scheduler, and the process that publishes on it.

The product's runner decides what is due and when to look; only what it hangs on is replaced.
`Ticks` waits by the steady clock as the ticker does, `Rounds` by the wall clock as APScheduler
does, and `Desk` works off what was handed to the pools, one piece at a time.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.fakes.first_steps import quick_key
from tests.harness.year_tiktok import CHUNK_BYTES, SINGLE_CHUNK_BYTES
from tiktok_manager import app
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.scheduler.clock_watch import ClockWatch
from tiktok_manager.scheduler.runner import PERIODIC_S, Runner
from tiktok_manager.scheduler.ticker import HEARTBEAT_S
from tiktok_manager.services.backups import Backups
from tiktok_manager.services.publishing import delivery
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.columns import to_stored
from tiktok_manager.storage.database import Database, load_driver
from tiktok_manager.system import vault
from tiktok_manager.system.journal import Journal
from tiktok_manager.tiktok import chunk_plans
from tiktok_manager.tiktok.transport import NetworkTransport

# Shorter than the ten minutes after which the publisher thinks that it was away.
LONGEST_REST = timedelta(minutes=9)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Crash(BaseException):
    """The process died here. Nothing the product catches."""


class MachineClock(SystemClock):
    """True time, the wall clock that may be wrong, and the steady one that sleeps."""

    def __init__(self, start: datetime) -> None:
        self.true_s = start.timestamp()
        self.steady_s = 0.0
        self.skew_s = 0.0

    def now(self) -> datetime:
        """Return what the wall clock shows."""
        return _EPOCH + timedelta(seconds=self.true_s + self.skew_s)

    def monotonic_s(self) -> float:
        """Return the steady clock, which stands still while the machine sleeps."""
        return self.steady_s

    def pause(self, cancel: CancelToken, duration_s: float) -> bool:
        """Let time pass at once."""
        self.advance(duration_s)
        return cancel.cancelled

    def advance(self, seconds: float) -> None:
        """Let time pass on a machine that is awake."""
        self.true_s += seconds
        self.steady_s += seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass while the machine sleeps or is off."""
        self.true_s += seconds


class Ticks:
    """Stands in for the runner's ticker."""

    def __init__(self, clock: MachineClock, tick: Callable[[], float]) -> None:
        self._clock = clock
        self._tick = tick
        self._next_s = float("inf")
        self._is_beat = False

    def start(self) -> None:
        self.wake()

    def wake(self) -> None:
        self._next_s, self._is_beat = self._clock.steady_s, False

    def stop(self, _end_s: float) -> None:
        self._next_s = float("inf")

    def next_s(self, quiet_until: datetime | None) -> float:
        """Return the steady time of the next look.

        Heartbeats before `quiet_until` would find nothing to do; most of them are passed over.
        """
        if self._is_beat:
            rest = LONGEST_REST
            if quiet_until is not None:
                rest = min(rest, quiet_until - self._clock.now())
            skipped = (self._clock.steady_s + rest.total_seconds() - self._next_s) // HEARTBEAT_S
            self._next_s += max(0.0, skipped) * HEARTBEAT_S
        return self._next_s

    def run_due(self) -> bool:
        """Look if it is time; says whether it was."""
        if self._clock.steady_s < self._next_s:
            return False
        self._next_s = float("inf")
        delay_s = self._tick()
        if self._next_s == float("inf"):  # nobody woke it meanwhile
            self._next_s = self._clock.steady_s + max(0.0, min(delay_s, HEARTBEAT_S))
            self._is_beat = delay_s >= HEARTBEAT_S
        return True


class Rounds:
    """Stands in for the runner's periodic jobs."""

    def __init__(
        self, clock: MachineClock, jobs: Mapping[str, Callable[[], Any]], desk: "Desk"
    ) -> None:
        self._clock = clock
        self._jobs = jobs
        self._desk = desk
        self._at = clock.now()

    def start(self) -> None:
        self.run_due()

    def begin_anew(self) -> None:
        self._at = self._clock.now() + timedelta(seconds=PERIODIC_S)

    def stop(self, _end_s: float) -> None: ...

    def next_s(self) -> float:
        """Return the steady time of the next round."""
        return self._clock.steady_s + (self._at - self._clock.now()).total_seconds()

    def run_due(self) -> bool:
        """Hand over the jobs if it is time by the wall clock; says whether it was."""
        if self._clock.now() < self._at:
            return False
        self.begin_anew()
        for job in self._jobs.values():
            self._desk.submit(job)
        return True


class Desk:
    """Stands in for the pools: keeps what was handed in until somebody works it off."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._work: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self.is_hurried = False

    def submit(self, call: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._work.append((future, call, args))
        if self.is_hurried:  # its caller waits for it
            self.run_one()
        return future

    def unfinished(self) -> set[Future[Any]]:
        return {future for future, _call, _args in self._work}

    def close(self) -> None:
        self._work.clear()

    def join(self, _end_s: float) -> None: ...

    def run_one(self) -> bool:
        """Do one piece of work, any of those waiting; a crash comes out."""
        if not self._work:
            return False
        future, call, args = self._work.pop(self._rng.randrange(len(self._work)))
        try:
            future.set_result(call(*args))
        except Exception as exc:  # noqa: BLE001 - as a pool does
            future.set_exception(exc)
        return True


class _NoThread:
    def start(self) -> None: ...

    def join(self, _end_s: float) -> None: ...


class Machine:
    """Starts, crashes and restarts the publisher of one data folder."""

    def __init__(self, env: dict[str, str], clock: MachineClock, rng: Random) -> None:
        self.clock = clock
        self.env = env
        self.crashes = 0
        self.crash_times_s: list[float] = []
        self._rng = rng
        self._left = 0
        self._dead = False
        self._stack = ExitStack()
        self._raw: Any = None
        self.workspace: Workspace
        self.runner: Runner
        self._ticks: Ticks
        self._rounds: Rounds
        self._desk: Desk
        self._clocks: ClockWatch

    def start(self) -> None:
        """Start the process: open the folder, take over what was left, look at what is due."""
        self._dead, self._left = False, 0
        self.workspace = self._stack.enter_context(app.open_workspace(self.env, self.clock))
        self.runner = app.make_runner(self.workspace)
        self._desk = Desk(self._rng)
        self._ticks = Ticks(self.clock, self.runner.tick)
        self._rounds = Rounds(self.clock, self.runner._periodic.jobs, self._desk)
        for name, stand_in in (
            ("_ticker", self._ticks),
            ("_periodic", self._rounds),
            ("_uploads", self._desk),
            ("_checks", self._desk),
            ("_preparations", self._desk),
            ("_background", self._desk),
            ("_watcher", _NoThread()),
            ("_leases", _NoThread()),
        ):
            assert hasattr(self.runner, name), f"the runner has no {name} any more"
            setattr(self.runner, name, stand_in)
        self._clocks = ClockWatch(self.clock.now(), self.clock.monotonic_s())
        if self._raw is None:
            self._raw = load_driver().connect(self.workspace.paths.database)
        self.runner.start()

    def doom(self, points: int) -> None:
        """Let the process die when it passes the n-th point from now."""
        self._left = points

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Let nobody die inside; death comes afterwards."""
        left, self._left = self._left, 0
        try:
            yield
        finally:
            self._left = left

    def point(self, _where: str) -> None:
        """Pass a point at which a process may die; the dead do nothing any more."""
        if self._dead:
            raise Crash
        if self._left:
            self._left -= 1
            if not self._left:
                self._dead = True
                raise Crash

    def bury(self) -> None:
        """End what is left of a process that died: nothing is written, the lock is free."""
        self._dead = True
        self.crashes += 1
        self.crash_times_s.append(self.clock.true_s)
        self._end()

    def stop(self) -> None:
        """End the process as a user does."""
        self.runner._cancel.cancel()
        while self._desk.run_one():
            pass
        self._desk.is_hurried = True
        self.runner.stop()
        self._end()

    def _end(self) -> None:
        self.runner._unsubscribe()
        self.runner._lock.release()
        self._stack.close()
        self._stack = ExitStack()

    def close(self) -> None:
        """Close what this machine still holds."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def step(self) -> bool:
        """Do the next thing that is due now; says whether there was one."""
        if self._rng.random() < 0.9:
            self.notice()
        if self._desk.run_one():
            return True
        return self._rounds.run_due() or self._ticks.run_due()

    def notice(self) -> None:
        """Let the publisher compare its clocks, as its watching thread does twice a second."""
        self.runner._notice_jump(self._clocks)

    def idle_s(self) -> float:
        """Return for how many seconds there is surely nothing to do."""
        now = self.clock.now()
        row = self._raw.execute(
            "SELECT min(wake_at) FROM posts WHERE wake_at > ?", (to_stored(now),)
        ).fetchone()
        quiet_until = None if row[0] is None else _EPOCH + timedelta(microseconds=row[0])
        next_s = min(self._rounds.next_s(), self._ticks.next_s(quiet_until))
        return max(0.0, next_s - self.clock.steady_s)


@contextmanager
def stage(machine: Machine, handle_request: Callable[..., Any], rng: Random) -> Iterator[None]:
    """Put the machine under the product, and everything back at the end.

    Database, journal and files are the real ones. Backups rest: they copy the whole database.
    Chance and ids come from `rng`, so that a seed gives the same year again.
    """
    engines: dict[Path, Engine] = {}
    create, write, append = Database._create_engine, Database.write, Journal.append

    def create_once(database: Database) -> Engine:
        if database.path not in engines:
            engines[database.path] = create(database)
        return engines[database.path]

    @contextmanager
    def mortal_write(database: Database) -> Iterator[Session]:
        machine.point("before a commit")
        with write(database) as session:
            yield session
        machine.point("after a commit")

    def mortal_append(journal: Journal, entry: Any) -> None:
        machine.point("before a journal line")
        append(journal, entry)

    changes: tuple[tuple[object, str, object], ...] = (
        (NetworkTransport, "handle_request", lambda _self, request: handle_request(request)),
        (Database, "_create_engine", create_once),
        (Database, "write", mortal_write),
        (Journal, "append", mortal_append),
        (Backups, "run_if_due", lambda _self: None),
        (vault, "_derive", quick_key),
        (app, "random", SimpleNamespace(Random=lambda: rng)),
        (uuid, "uuid4", lambda: uuid.UUID(int=rng.getrandbits(128), version=4)),
        (delivery, "keep_awake", nullcontext),
        (chunk_plans, "SINGLE_CHUNK_BYTES", SINGLE_CHUNK_BYTES),
        (chunk_plans, "CHUNK_BYTES", CHUNK_BYTES),
    )
    before = [(owner, name, getattr(owner, name)) for owner, name, _value in changes]
    try:
        for owner, name, value in changes:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)
        for engine in engines.values():
            engine.dispose()
