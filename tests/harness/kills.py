"""The real program under fire: SIGKILL at every point of a request, and at any instant.

Run it as `python -m tests.harness.kills --kills N --seed S [--loss 0.15] [--minutes M]`. The local
TikTok lives in this process and does the killing: before a request is processed, after it was
processed but before the answer, in the middle of an upload's body. Between two starts time
passes: every instant in the database is moved into the past and the local TikTok's clock ahead by
as much, as if the machine had been off.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.fakes.world import environment
from tests.harness.audit import OPEN, Finding, Planned, audit
from tests.harness.launcher import Launcher, Program
from tests.harness.stagecraft import connect, help_the_user, swap_bytes, weather
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.posts import Choices, Lateness, PostFilter, PostMode, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Fault, Simulator, SimulatorConfig
from tiktok_manager.simulator.wire import Call
from tiktok_manager.storage.columns import Base, UtcInstant
from tiktok_manager.storage.schema import SettingRow

ACCOUNTS = 12
AHEAD = 16
COLD_SHARE = 0.1
NAPS_S = (2.0, 30.0, 65.0, 95.0, 600.0, 57 * 60.0, 75 * 60.0)
# A publisher that has asked TikTok nothing for so long only waits: it dies, or goes to bed.
QUIET_S = 1.0
LOOK_S = 0.1
END_S = 120.0
# The naps between the lives in which everything comes home: caps reset in a day, and a busy
# machine may let a life pass with nothing done. What is open after ten days stands still.
ROUNDS_S = (65.0, 600.0, 3_600.0, *(4 * 3_600.0,) * 60)
LARGE_BYTES = 64_000_001
LARGE_SHARE = 0.005
KILLS_A_BATTLE = 400
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")


class Moment(StrEnum):
    """When the program is killed."""

    BEFORE = "before a request is processed"
    AFTER = "after a request, before its answer"
    BODY = "in the middle of a body"
    INSTANT = "at any instant"
    LATE = "late, at any instant"


@dataclass(slots=True)
class Tally:
    """What a run did."""

    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    lives_home: int = 0
    retries: int = 0
    reconnects: int = 0

    @property
    def killed(self) -> int:
        """All kills."""
        return sum(self.kills.values())


class Reaper:
    """Kills the armed process from inside the local TikTok, at a moment of its n-th request."""

    def __init__(self, sim: Simulator) -> None:
        self._guard = threading.Lock()
        self._match = sim.world.faults.match
        self._record = sim.world.records.request
        sim.world.faults.match = self._on_request  # type: ignore[method-assign]
        sim.world.records.request = self._on_answer  # type: ignore[method-assign]
        self._program: Program | None = None
        self.requests = 0
        self._moment, self._left, self._cut_at = Moment.BEFORE, 0, 0
        self._doomed: Call | None = None
        self.struck = ""

    def arm(self, program: Program, moment: Moment, nth: int, cut_at: int) -> None:
        """Kill at the n-th request from now; for a body the n-th upload."""
        with self._guard:
            self._program, self._moment, self._left, self._cut_at = program, moment, nth, cut_at
            self.struck = ""

    def disarm(self) -> None:
        """Let everybody live."""
        with self._guard:
            self._program, self._doomed, self.struck = None, None, ""

    def _on_request(self, call: Call) -> Fault | None:
        with self._guard:
            self.requests += 1
            if not self._is_due(call):
                return self._match(call)
            self.struck = call.endpoint
            if self._moment is Moment.BEFORE:
                self._kill()
                return Fault(endpoint="*", drop="before")
            self._doomed = call
            if self._moment is Moment.AFTER:
                return Fault(endpoint="*", drop="after")
            return Fault(endpoint="*", cut_at_bytes=self._cut_at)

    def _on_answer(self, call: Call, *, status: int, code: str) -> None:
        with self._guard:
            if call is self._doomed:
                self._kill()
        self._record(call, status=status, code=code)

    def _is_due(self, call: Call) -> bool:
        if self._program is None or self.struck != "":
            return False
        if self._moment is Moment.BODY and call.endpoint != "upload":
            return False
        self._left -= 1
        return self._left == 0

    def _kill(self) -> None:
        if self._program is not None:
            self._program.kill()


class Battle:
    """One data folder, one local TikTok, one program after the other. A context manager."""

    def __init__(
        self, folder: Path, seed: int, loss: float, ahead: int, accounts: int = ACCOUNTS
    ) -> None:
        self.folder = folder
        self._accounts = accounts
        self.rng = random.Random(f"{seed}/battle")
        self.seed = seed
        self.loss = loss
        self.ahead = ahead
        self.tally = Tally()
        self.plan: list[Planned] = []
        self.found: list[Finding] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        config = SimulatorConfig(
            accounts=self._accounts,
            auto_approve=True,
            media_dir=self.folder / "tiktok",
            seed=self.seed,
            processing_s=0.3,
            direct_posts_per_day=1_000_000,
            pending_shares_per_day=1_000_000,
        )
        self.sim = self._stack.enter_context(Simulator(config))
        self.reaper = Reaper(self.sim)
        variables = environment(self.sim.base_url, self.folder / "data")
        home = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        # A crash in native code tells its stacks, too.
        self.env = {**home, **variables, "PYTHONFAULTHANDLER": "1"}
        self._log = self.folder / "program.log"
        self._launcher = self._stack.enter_context(Launcher(self.env, self._log))
        with self.workspace() as workspace:
            for handle in self.sim.world.accounts:
                connect(workspace, handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the data folder here, between two starts."""
        with open_workspace(self.env) as workspace:
            yield workspace

    def fight(self, kills: int, until_s: float = float("inf")) -> list[Finding]:
        """Kill until `kills` are done or time is up, bring everything home, and audit."""
        while self.tally.killed < kills and not self.found and time.monotonic() < until_s:
            self._plan_ahead()
            self._one_life()
            self.nap(self.rng.choice(NAPS_S))
            if self.tally.starts % 8 == 0:
                self.user_acts()
        if not self.found:
            self._bring_home()
        return self.found

    def nap(self, seconds: float) -> None:
        """Let time pass with nobody at work."""
        step = timedelta(seconds=seconds)
        step_us = step // timedelta(microseconds=1)
        with self.workspace() as workspace, workspace.database.write() as session:
            for table in Base.metadata.sorted_tables:
                columns = [c.name for c in table.columns if isinstance(c.type, UtcInstant)]
                if columns:
                    moved = ", ".join(f"{name} = {name} - {step_us}" for name in columns)
                    session.execute(text(f"UPDATE {table.name} SET {moved}"))
            _move_settings(session, step)
        self.sim.world.clock.advance(seconds)

    def user_acts(self) -> bool:
        """Reconnect and retry as a user would; returns whether something is still open."""
        self.sim.world.faults.clear()
        with self.workspace() as workspace:
            done = help_the_user(workspace, self.plan, self.sim.world)
            statuses = {post.status for post in workspace.planning.page(PostFilter())}
        self.tally.retries += done.retries
        self.tally.reconnects += done.reconnects
        return done.anything or bool(statuses & OPEN)

    def look(self, *, ended: bool) -> None:
        """Audit, and keep what was found."""
        with self.workspace() as workspace:
            self.found += audit(workspace, self.sim.world, self.plan, ended=ended)

    def _one_life(self) -> None:
        rng = self.rng
        weather(self.sim.world, self.loss)
        moment: Moment = rng.choice([m for m in Moment if m is not Moment.LATE])
        cold = rng.random() < COLD_SHARE
        program = self._start(cold=cold)
        if moment is Moment.INSTANT:
            program.wait(rng.uniform(0.05, 1.2) + (0.5 if cold else 0.0))
        else:
            nth = rng.randint(1, 4 if moment is Moment.BODY else 20)
            self.reaper.arm(program, moment, nth, rng.randint(0, 4_000))
            self._wait_while_busy(program)
        if program.code is None:
            program.kill()
            program.wait(END_S)
            moment = moment if moment is Moment.INSTANT else Moment.LATE
        where = self.reaper.struck
        self.reaper.disarm()
        if program.code == -signal.SIGKILL:
            self.tally.kills[f"{moment}: {where}" if where else moment.value] += 1
        elif program.code != 0:
            self._crashed(program)

    def _bring_home(self) -> None:
        for pause_s in ROUNDS_S:
            self.tally.lives_home += 1
            self.sim.world.faults.clear()
            program = self._start(cold=False)
            self._wait_while_busy(program)
            if program.code is None:
                program.end()
                program.wait(END_S)
            # Told to end while it starts or closes, it simply ends.
            if program.code not in (0, -signal.SIGTERM):
                self._crashed(program)
                break
            if not self.user_acts():
                break
            self.nap(pause_s)
        self.look(ended=True)

    def _start(self, *, cold: bool) -> Program:
        self.tally.starts += 1
        return self._launcher.start(cold=cold)

    def _wait_while_busy(self, program: Program) -> None:
        """Wait until it ends, or has begun and then asked TikTok nothing for a while."""
        before = seen = self.reaper.requests
        quiet_s, end_s = 0.0, time.monotonic() + END_S
        while program.wait(LOOK_S) is None and time.monotonic() < end_s:
            quiet_s = 0.0 if self.reaper.requests > seen else quiet_s + LOOK_S
            seen = self.reaper.requests
            if seen > before and quiet_s >= QUIET_S:
                break

    def _crashed(self, program: Program) -> None:
        tail = self._log.read_text(errors="replace")[-9_000:]
        self.found.append(Finding(kind="crash", text=f"ended with {program.code}: {tail}"))

    def _plan_ahead(self) -> None:
        """Keep enough posts open that each life has something to lose."""
        with self.workspace() as workspace:
            posts = workspace.planning.page(PostFilter(statuses=OPEN))
            for _ in range(self.ahead - len(posts)):
                self._add_post(workspace)

    def _add_post(self, workspace: Workspace) -> None:
        rng = self.rng
        number = len(self.plan)
        size_bytes = LARGE_BYTES if rng.random() < LARGE_SHARE else rng.randint(3_000, 60_000)
        path = self.folder / f"video-{number}.mp4"
        path.write_bytes(rng.randbytes(size_bytes))
        mode = PostMode.INBOX if rng.random() < 0.3 else PostMode.DIRECT
        request = PlanRequest(
            file=path,
            accounts=(f"sim{number % self._accounts + 1:02d}",),
            when=(workspace.clock.now() + timedelta(seconds=1)).isoformat(),
            mode=mode,
            caption=f"Post {number}",
            choices=Choices(privacy=rng.choice((Privacy.PUBLIC, Privacy.ONLY_ME))),
            consent=mode is PostMode.DIRECT,
            lateness=Lateness(within=timedelta(days=3)),
        )
        post = workspace.planning.plan(request).posts[0]
        spoiled = rng.random() < 0.03
        if spoiled:
            swap_bytes(path)
        self.plan.append(
            Planned(
                post_id=post.id,
                handle=post.handle,
                sha256=post.media.sha256,
                spoiled=spoiled,
            )
        )


def _move_settings(session: Session, step: timedelta) -> None:
    """Some settings hold instants as text: a hold on all posts, a pause of the whole app."""

    def earlier(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) - step).isoformat()

    for row in session.scalars(select(SettingRow)):
        row.value = INSTANT.sub(earlier, row.value)


@contextmanager
def battle(seed: int, loss: float, ahead: int = AHEAD) -> Iterator[Battle]:
    """Set up a battle in memory where the system has such a place, and clear it away."""
    memory = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="tm-kills-", dir=memory if memory.is_dir() else None)
    try:
        with Battle(Path(folder), seed, loss, ahead) as opened:
            yield opened
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loss", type=float, default=0.15)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    wanted = parser.parse_args()
    killed, seed, broken = 0, wanted.seed, False
    began_s = time.monotonic()
    until_s = began_s + wanted.minutes * 60
    while killed < wanted.kills and not broken and time.monotonic() < until_s:
        with battle(seed, wanted.loss) as opened:
            opened.fight(min(KILLS_A_BATTLE, wanted.kills - killed), until_s)
            killed += opened.tally.killed
            broken = bool(opened.found)
            _tell(opened)
        seed += 1
    spent_s = time.monotonic() - began_s
    sys.stdout.write(
        f"{killed} kills in {spent_s:.0f} s ({60 * killed / spent_s:.0f} a minute), "
        f"{'a promise was broken' if broken else 'no findings'}\n"
    )
    return 1 if broken else 0


def _tell(opened: Battle) -> None:
    tally = opened.tally
    sys.stdout.write(
        f"seed {opened.seed}: {tally.killed} kills in {tally.starts} starts, "
        f"{len(opened.plan)} posts, {tally.retries} retries, {tally.reconnects} reconnects, "
        f"home in {tally.lives_home} lives, {len(opened.found)} findings\n"
    )
    for where, number in tally.kills.most_common():
        sys.stdout.write(f"  {number:5} {where}\n")
    for finding in opened.found:
        sys.stdout.write(f"  {finding}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
