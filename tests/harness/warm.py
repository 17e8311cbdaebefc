"""A warm process that has everything at hand and forks a worker for each task it is told.

Started by `forks.Stage` as `python -m tests.harness.warm`; reads tasks and writes results as JSON
lines. No thread of its own outlives a task, so that forking it is safe. It publishes one post
itself first, as a rehearsal, so that no worker pays for imports and compiled statements.
Scaled-down chunk sizes make multi-chunk uploads of small files.
"""

import faulthandler
import gc
import importlib
import json
import os
import random
import signal
import sys
import traceback
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

from sqlalchemy import Engine

from tests.fakes.first_steps import quick_key
from tests.fakes.world import claim_due
from tests.harness.failpoints import Failpoints, Strike
from tests.harness.mutations import CONTROLS, MUTATIONS
from tests.harness.shared import SharedClock, SharedPage
from tiktok_manager import app
from tiktok_manager.domain.attempts import Claim
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.database import Database
from tiktok_manager.system import vault
from tiktok_manager.tiktok import chunk_plans

SINGLE_CHUNK_BYTES, CHUNK_BYTES = 64_000, 16_000
# How long a worker lives at most in virtual time: then the user looks in.
LIFE = timedelta(hours=2)
MAX_TICKS = 4_000
# A life takes well under a second of work. One that spins is ended by the first, one that waits for
# ever by the second, which a busy machine and a long freeze do not reach.
MAX_WORK_S = 30
MAX_REAL_S = 600

# What the product loads when it first needs it: each worker would load it anew.
IMPORTED_LATE = (
    "av",
    "encodings.idna",
    "jeepney.io.blocking",
    "pysqlite3.dbapi2",
    "wakepy",
    "wakepy.dbus_adapters.jeepney",
)

NEVER_IDLE = 3
CRASHED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One life of a worker. `adopt`: it knows that its predecessor is dead.

    `size` says how many times as much as usual it may have to do.
    """

    env: dict[str, str]
    page: str
    log: str
    seed: int
    at: int = 0
    strike: str = Strike.KILL.value
    adopt: bool = True
    mutation: str = ""
    rehearsal: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a life went: `signal` or `code` ended it, or it is `frozen` under its `pid`."""

    pid: int
    frozen: bool = False
    signal: int = 0
    code: int = 0


def make_warm() -> None:
    """Prepare this process, and with it every worker, before the first fork."""
    chunk_plans.SINGLE_CHUNK_BYTES, chunk_plans.CHUNK_BYTES = SINGLE_CHUNK_BYTES, CHUNK_BYTES
    vault._derive = quick_key
    for name in IMPORTED_LATE:
        importlib.import_module(name)
    _keep_engines()


def _keep_engines() -> None:
    """Let all workers share what SQLAlchemy learns in the rehearsal: the compiled statements."""
    create = Database._create_engine
    engines: dict[Path, Engine] = {}

    def create_once(database: Database) -> Engine:
        if database.path not in engines:
            engines[database.path] = create(database)
        return engines[database.path]

    setattr(Database, "_create_engine", create_once)  # noqa: B010 - a method made elsewhere


def live(task: Task) -> int:
    """Be a worker: take over, then publish until nothing is left to wait for."""
    cancel = CancelToken()
    with SharedPage(Path(task.page)) as page:
        if not task.rehearsal:
            Failpoints(page, task.at, Strike(task.strike), cancel).install()
        if task.mutation:
            (MUTATIONS | CONTROLS)[task.mutation].apply()
        rng = random.Random(task.seed)
        setattr(app, "random", SimpleNamespace(Random=lambda: rng))  # noqa: B010 - its only chance
        clock = SharedClock(page)
        with app.open_workspace(task.env, clock) as workspace:
            if task.adopt:
                workspace.publishing.resume()
            return _until_idle(workspace, clock, cancel, MAX_TICKS * task.size)


def _until_idle(workspace: Workspace, clock: SharedClock, cancel: CancelToken, ticks: int) -> int:
    publishing = workspace.publishing
    end = clock.now() + LIFE
    for _ in range(ticks):
        if cancel.cancelled or clock.now() > end or not publishing.is_busy(LIFE):
            return 0
        sends, asks = claim_due(publishing, uploads=8, checks=8)
        _work(workspace, sends, asks, cancel)
        if not sends and not asks:
            wake = publishing.next_wake()
            if wake is None:
                return 0
            clock.advance(wake - clock.now())
    return NEVER_IDLE


def _work(workspace: Workspace, sends: list[Claim], asks: list[Claim], cancel: CancelToken) -> None:
    # A stopping publisher hands back what it has claimed, as the runner's pool does.
    for claim in sends:
        workspace.publishing.send(claim, cancel)
    for claim in asks:
        workspace.publishing.check(claim)


def _limit(log: IO[str], work_s: int) -> None:
    """End a worker that hangs, its stacks told."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        faulthandler.register(number, file=log, all_threads=True, chain=True)
    signal.setitimer(signal.ITIMER_PROF, work_s)
    signal.alarm(MAX_REAL_S)


def _child(task: Task) -> NoReturn:
    code = CRASHED
    try:
        with Path(task.log).open("a") as log:
            _limit(log, MAX_WORK_S * task.size)
            code = live(task)
    except BaseException:  # noqa: BLE001 - the outermost boundary of a forked process
        with Path(task.log).open("a") as log:
            traceback.print_exc(file=log)
    finally:
        os._exit(code)


def _wait(pid: int, frozen: set[int]) -> Result:
    _pid, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        frozen.add(pid)
        return Result(pid=pid, frozen=True)
    frozen.discard(pid)
    if os.WIFSIGNALED(status):
        return Result(pid=pid, signal=os.WTERMSIG(status))
    return Result(pid=pid, code=os.WEXITSTATUS(status))


def _answer(command: dict[str, Any], frozen: set[int]) -> Result:
    pid = int(command.get("thaw", 0))
    if pid:
        os.kill(pid, signal.SIGCONT)
        return _wait(pid, frozen)
    task = Task(**command)
    if task.rehearsal:
        return Result(pid=0, code=live(task))
    gc.freeze()  # else the first collection of a worker copies every page it shares with us
    pid = os.fork()
    if pid == 0:
        _child(task)
    return _wait(pid, frozen)


def main() -> None:
    """Serve tasks until the harness closes our stdin."""
    make_warm()
    frozen: set[int] = set()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(_answer(json.loads(line), frozen))) + "\n")
        sys.stdout.flush()
    for pid in frozen:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
