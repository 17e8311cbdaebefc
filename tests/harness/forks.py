"""Kills by the thousand: workers forked from a warm process die at every failpoint in turn.

Run it as `python -m tests.harness.forks --kills N --seed S [--loss 0.15] [--minutes M]`. The
local TikTok lives here; each worker is another process on the same data folder and dies by
SIGKILL, is frozen and overtaken, or is told to stop. Time is virtual, so an hour of sleep between
two lives costs nothing. After the dying the user's hands do what only a user may (retry,
reconnect), and the audit compares both sides.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.first_steps import quick_keys, shared_statements
from tests.fakes.world import environment
from tests.harness.audit import OPEN, Finding, Planned, audit
from tests.harness.failpoints import Strike
from tests.harness.mutations import MUTATIONS
from tests.harness.shared import SharedClock, SharedPage, SharedSimClock, start_time
from tests.harness.stagecraft import connect, help_the_user, swap_bytes, weather
from tests.harness.warm import (
    CHUNK_BYTES,
    NEVER_IDLE,
    SINGLE_CHUNK_BYTES,
    Result,
    Task,
)
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.posts import Choices, Lateness, PostFilter, PostMode, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.publishing.service import LEASE
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Simulator, SimulatorConfig, World
from tiktok_manager.simulator import chunks as tiktok_rules
from tiktok_manager.simulator.grants import Grant, TokenPair

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = 10
KILLS_A_STAGE = 600
LOOK_EVERY = 16
SPOILED = 0.1
# How long the user waits before each look while everything comes home; caps reset in a day.
ROUNDS_S = (20.0, 600.0, 3_600.0, *(4 * 3_600.0,) * 8)
QUIET_S = 0.001
LEASE_S = LEASE.total_seconds()
TIMES_UP = frozenset({signal.SIGALRM, signal.SIGPROF})
# Failpoints: with fewer than the first a worker has only claimed, at the last it sees its second
# or third post.
FIRST_AT_WORK, LAST_POINT = 8, 90
# Of all lives so many end by a kill or at the latest by a stop; the others are frozen.
KILLED, STOPPED = 0.94, 0.975
# The rehearsal takes over from a dead worker, too, and with tokens that have run out.
REHEARSED_KILL, REHEARSED_NAP_S = 20, 26 * 3600.0
# How long a machine may be off between two lives: mostly a moment, sometimes about as long as an
# upload address lives (an hour), sometimes a night.
NAPS_S = (2.0, 5.0, 5.0, 8.0, 95.0, 31 * 60.0, 57 * 60.0, 75 * 60.0, 9 * 3600.0)
SPANS_S = (20.0, 95.0, 57 * 60.0, 57 * 60.0, 3 * 3600.0)


@dataclass(slots=True)
class Tally:
    """What a run did."""

    kills: int = 0
    freezes: int = 0
    lives: int = 0
    retries: int = 0
    reconnects: int = 0
    points: Counter[str] = field(default_factory=Counter)


class Stage:
    """One data folder, one local TikTok, one warm process. A context manager."""

    def __init__(
        self,
        house: "House",
        seed: int,
        *,
        loss: float = 0.0,
        mutation: str = "",
        accounts: int = ACCOUNTS,
    ) -> None:
        self._accounts = accounts
        self.size_of_life = 1
        self.folder = house.folder
        self._house = house
        self.rng = random.Random(f"{seed}/stage")
        self.seed = seed
        self.loss = loss
        self.mutation = mutation
        self.tally = Tally()
        self.plan: list[Planned] = []
        self.found: list[Finding] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        self.page = enter(SharedPage(self.folder / "page"))
        start_time(self.page)
        self.clock = SharedClock(self.page)
        enter(_small_chunks())
        enter(shared_statements())
        enter(_seeded_ids(self.rng))
        config = SimulatorConfig(
            accounts=self._accounts,
            auto_approve=True,
            media_dir=self.folder / "tiktok",
            seed=self.seed,
            direct_posts_per_day=1_000_000,
            pending_shares_per_day=1_000_000,
        )
        self.sim = enter(Simulator(config, SharedSimClock(self.page)))
        self.env = environment(self.sim.base_url, self.folder / "data")
        self.tokens = TokenWatch(self.sim.world)
        with self.workspace() as workspace:
            for handle in self.sim.world.accounts:
                connect(workspace, handle)
        if not self._house.rehearsed:
            self._house.rehearsed = True
            self._rehearse()
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
        """Open the data folder here, between two lives."""
        with open_workspace(self.env, self.clock) as workspace:
            yield workspace

    def add_post(
        self,
        handle: str = "sim01",
        *,
        mode: PostMode = PostMode.DIRECT,
        size_bytes: int = 6_000,
        after_s: float = 0.0,
        spoiled: bool = False,
    ) -> Planned:
        """Plan a post of a file nobody else has; a spoiled file is swapped behind the plan."""
        path = self.folder / f"video-{len(self.plan)}.mp4"
        path.write_bytes(self.rng.randbytes(size_bytes))
        request = PlanRequest(
            file=path,
            accounts=(handle,),
            when=(self.clock.now() + timedelta(seconds=after_s)).isoformat(),
            mode=mode,
            caption=f"Post {len(self.plan)}",
            choices=Choices(privacy=self.rng.choice((Privacy.PUBLIC, Privacy.ONLY_ME))),
            consent=mode is PostMode.DIRECT,
            lateness=Lateness(within=timedelta(days=3)),
        )
        with self.workspace() as workspace:
            post = workspace.planning.plan(request).posts[0]
        if spoiled:
            swap_bytes(path)
        planned = Planned(post_id=post.id, handle=handle, sha256=post.media.sha256, spoiled=spoiled)
        self.plan.append(planned)
        return planned

    def live(
        self,
        at: int = 0,
        strike: Strike = Strike.KILL,
        *,
        adopt: bool = True,
        rehearsal: bool = False,
    ) -> Result:
        """Let a worker live until it is idle or struck at failpoint `at`."""
        self.tally.lives += 1
        task = Task(
            env=self.env,
            page=str(self.folder / "page"),
            log=str(self.folder / "worker.log"),
            seed=self.rng.getrandbits(32),
            at=at,
            strike=strike.value,
            adopt=adopt,
            mutation=self.mutation,
            rehearsal=rehearsal,
            size=self.size_of_life,
        )
        return self._tell(asdict(task))

    def thaw(self, frozen: Result) -> Result:
        """Let a frozen worker go on as if nothing had happened."""
        with self.tokens.off_guard():
            return self._tell({"thaw": frozen.pid})

    def nap(self, seconds: float) -> None:
        """Let time pass with nobody at work."""
        self.clock.advance(timedelta(seconds=seconds))

    def lossy(self, loss: float) -> None:
        """Lose this share of requests and answers from now on, among other weather."""
        mutation = MUTATIONS.get(self.mutation)
        weather(self.sim.world, loss, mutation.weather if mutation else ())

    def user_acts(self) -> bool:
        """Reconnect and retry as a user would; returns whether there was anything to do."""
        self.lossy(0)
        with self.workspace() as workspace:
            done = help_the_user(workspace, self.plan, self.sim.world)
            statuses = {post.status for post in workspace.planning.page(PostFilter())}
        self.tally.retries += done.retries
        self.tally.reconnects += done.reconnects
        return done.anything or bool(statuses & OPEN)

    def look(self, *, ended: bool = False) -> list[Finding]:
        """Audit, and keep what was found."""
        with self.workspace() as workspace:
            found = audit(workspace, self.sim.world, self.plan, ended=ended)
        self.found = [*(f for f in self.found if f.kind in {"hung", "crash"}), *found]
        self.found += self.tokens.found
        return self.found

    def bring_home(self) -> list[Finding]:
        """Let everything end without further harm, the user helping, and audit."""
        for pause_s in ROUNDS_S:
            self.lossy(0)
            self.live()
            if not self.user_acts():
                break
            self.nap(pause_s)
        return self.look(ended=True)

    def _rehearse(self) -> None:
        mutation, self.mutation = self.mutation, ""
        for at in (0, REHEARSED_KILL):
            for mode in PostMode:
                self.add_post(mode=mode)
            if at:
                self.live(at)
            self.nap(REHEARSED_NAP_S)
            self.live(rehearsal=True)
        self.mutation = mutation

    def _tell(self, command: dict[str, object]) -> Result:
        result = self._house.ask(command)
        self._wait_until_quiet()
        self._judge(result)
        return result

    def _judge(self, result: Result) -> None:
        if result.signal == signal.SIGKILL:
            self.tally.kills += 1
        elif result.frozen:
            self.tally.freezes += 1
        elif result.signal or result.code:
            hung = result.signal in TIMES_UP or result.code == NEVER_IDLE
            log = self.folder / "worker.log"
            text = log.read_text()[-4_000:] if log.exists() else ""
            self.found.append(Finding(kind="hung" if hung else "crash", text=f"{result} {text}"))
        if self.page.label:
            self.tally.points[self.page.label] += 1

    def _wait_until_quiet(self) -> None:
        """Let the local TikTok finish with the dead: a run must not depend on who is faster."""
        server = self.sim._server
        assert server is not None
        pause = threading.Event()
        for _ in range(2_000):
            if not server.server_state.tasks:
                return
            pause.wait(QUIET_S)


def random_life(stage: Stage) -> bool:
    """One random stroke of fate and some time off; returns whether it struck."""
    rng = stage.rng
    stage.lossy(stage.loss)
    fate = rng.random()
    at = _some_point(rng)
    if fate < STOPPED:
        strike = Strike.KILL if fate < KILLED else Strike.STOP
        stage.live(at, strike, adopt=rng.random() < 0.8)
        stage.nap(rng.choice(NAPS_S))
    else:
        other_at = _some_point(rng) if rng.random() < 0.8 else 0
        overtake(stage, at, rng.choice(SPANS_S), other_at)
    return bool(stage.page.label)


def _some_point(rng: random.Random) -> int:
    """Any step dies, the first ones at work most often: there the dead one's work is taken up."""
    if rng.random() < 0.1:
        return rng.randint(1, FIRST_AT_WORK)
    return FIRST_AT_WORK + int((LAST_POINT - FIRST_AT_WORK) * rng.random() ** 3)


def overtake(stage: Stage, at: int, span_s: float, other_at: int = 0) -> Result | None:
    """Freeze a worker at a point, let another go on after a while, then wake the first.

    The other one may be killed at a point of its own.
    """
    first = stage.live(at, Strike.FREEZE)
    if not first.frozen:
        return None
    stage.nap(span_s)
    # Before a lease ends, only who knows the first one to be dead takes over.
    stage.live(other_at, adopt=span_s < LEASE_S or stage.rng.random() < 0.5)
    return stage.thaw(first)


def random_run(
    stage: Stage, kills: int, posts: int = 12, until_s: float = float("inf")
) -> list[Finding]:
    """Kill at random until `kills` are done or time is up, bring everything home, and audit."""
    goal = stage.tally.kills + kills
    while stage.tally.kills < goal and not stage.found and time.monotonic() < until_s:
        for _ in range(posts):
            _random_post(stage)
        for turn in range(posts * 10):
            if stage.found or stage.tally.kills >= goal:
                break
            struck = random_life(stage)
            if turn % LOOK_EVERY == 0:
                stage.look()
            if not struck and not stage.user_acts():
                break
        if not stage.found:
            stage.bring_home()
    return stage.found


def every_point(
    stage: Stage,
    nap_s: float,
    *,
    mode: PostMode = PostMode.DIRECT,
    size_bytes: int = 6_000,
    stride: int = 1,
    strike: Strike = Strike.KILL,
) -> list[Finding]:
    """Strike one post's worker at failpoint 1, the next one's at 2, … until none fires."""
    at = 1 - stride
    struck = True
    while struck and not stage.found:
        at += stride
        stage.add_post(_in_turn(at), mode=mode, size_bytes=size_bytes)
        stage.live(at, strike)
        struck = bool(stage.page.label)
        stage.nap(nap_s)
        stage.bring_home()
    return stage.found


def every_freeze(
    stage: Stage, span_s: float, *, size_bytes: int = 6_000, stride: int = 1
) -> list[Finding]:
    """Freeze a worker at each failpoint in turn while another one overtakes it."""
    at = 1 - stride
    struck = True
    while struck and not stage.found:
        at += stride
        stage.lossy(stage.loss)
        stage.add_post(_in_turn(at), size_bytes=size_bytes)
        struck = overtake(stage, at, span_s) is not None
        stage.bring_home()
    return stage.found


class TokenWatch:
    """Notices a refresh token offered although its successors are in use already.

    Who keeps a new pair before using it never does so. A worker that was frozen with the old
    token in its hand may: nobody is blamed while one thaws.
    """

    def __init__(self, tiktok: World) -> None:
        self.found: list[Finding] = []
        self._grants = tiktok.grants
        self._successor: dict[str, str] = {}
        self._used: set[str] = set()
        self._guarding = True
        self._rotate, self._live = self._grants.rotate, self._grants.live
        self._grants.rotate = self._on_rotate  # type: ignore[method-assign]
        self._grants.live = self._on_live  # type: ignore[method-assign]

    @contextmanager
    def off_guard(self) -> Iterator[None]:
        """Blame nobody inside."""
        self._guarding = False
        try:
            yield
        finally:
            self._guarding = True

    def _on_rotate(self, refresh_token: str, now_s: float) -> TokenPair:
        successor = self._successor.get(refresh_token)
        if self._guarding and successor in self._used:
            text = "a pair was used and then forgotten: its predecessor is offered again"
            self.found.append(Finding(kind="token lost", text=text))
        pair = self._rotate(refresh_token, now_s)
        self._successor[refresh_token] = pair.access_token
        return pair

    def _on_live(self, access_token: str, now_s: float) -> Grant | None:
        grant = self._live(access_token, now_s)
        if grant is not None:
            self._used.add(access_token)
        return grant


class House:
    """A folder, in memory where the system has such a place, and the warm process at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rehearsed = False
        self._warm = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.warm"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: dict[str, object]) -> Result:
        """Give the warm process a task and wait for how it ended."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        self._warm.stdin.write(json.dumps(command) + "\n")
        self._warm.stdin.flush()
        return Result(**json.loads(self._warm.stdout.readline()))

    @contextmanager
    def stage(
        self, seed: int, *, loss: float = 0.0, mutation: str = "", accounts: int = ACCOUNTS
    ) -> Iterator[Stage]:
        """Set up a stage here, and clear it away."""
        try:
            with Stage(self, seed, loss=loss, mutation=mutation, accounts=accounts) as opened:
                yield opened
        finally:
            for path in self.folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def close(self) -> None:
        """End the warm process."""
        self._warm.communicate(timeout=90)


@contextmanager
def open_house() -> Iterator[House]:
    """Warm up a process and a folder for any number of stages, one after the other."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="tm-forks-", dir=memory if memory.is_dir() else None
    ) as folder:
        house = House(Path(folder))
        try:
            yield house
        finally:
            house.close()


def _random_post(stage: Stage) -> None:
    rng = stage.rng
    small = rng.random() < 0.6
    stage.add_post(
        f"sim{rng.randint(1, ACCOUNTS):02d}",
        mode=PostMode.INBOX if rng.random() < 0.3 else PostMode.DIRECT,
        size_bytes=rng.randint(1_000, 9_000) if small else rng.randint(SINGLE_CHUNK_BYTES, 90_000),
        after_s=rng.uniform(0, 900),
        spoiled=rng.random() < SPOILED,
    )


def _in_turn(number: int) -> str:
    """No account must reach its daily cap: its post would wait, and no worker would die."""
    return f"sim{number % ACCOUNTS + 1:02d}"


@contextmanager
def _seeded_ids(rng: random.Random) -> Iterator[None]:
    """Give posts the same ids in every run of a seed: among equals, the id decides who is first."""
    kept = uuid.uuid4
    uuid.uuid4 = lambda: uuid.UUID(int=rng.getrandbits(128), version=4)
    try:
        yield
    finally:
        uuid.uuid4 = kept


@contextmanager
def _small_chunks() -> Iterator[None]:
    """Let the local TikTok take chunks a thousand times smaller, and derive keys at once."""
    kept, tiktok_rules.MIN_CHUNK_BYTES = tiktok_rules.MIN_CHUNK_BYTES, CHUNK_BYTES // 4
    try:
        with quick_keys():
            yield
    finally:
        tiktok_rules.MIN_CHUNK_BYTES = kept


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.forks", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loss", type=float, default=0.15)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    wanted = parser.parse_args()
    total, broken, seed = Tally(), False, wanted.seed
    began_s = time.monotonic()
    until_s = began_s + wanted.minutes * 60
    with open_house() as house:
        while total.kills < wanted.kills and not broken and time.monotonic() < until_s:
            with house.stage(seed, loss=wanted.loss) as opened:
                kills = min(KILLS_A_STAGE, wanted.kills - total.kills)
                found = random_run(opened, kills, until_s=until_s)
                _add(total, opened.tally)
                _tell(opened, found)
                broken = bool(found)
            seed += 1
    spent_s = time.monotonic() - began_s
    sys.stdout.write(
        f"{total.kills} kills in {spent_s:.0f} s ({60 * total.kills / spent_s:.0f} a minute), "
        f"{total.freezes} freezes, {'a promise was broken' if broken else 'no findings'}\n"
    )
    return 1 if broken else 0


def _tell(opened: Stage, found: list[Finding]) -> None:
    tally = opened.tally
    sys.stdout.write(
        f"seed {opened.seed}: {tally.kills} kills, {tally.freezes} freezes, {tally.lives} lives, "
        f"{len(opened.plan)} posts, {tally.retries} retries, {tally.reconnects} reconnects, "
        f"{len(found)} findings\n"
    )
    for finding in found:
        sys.stdout.write(f"  {finding}\n")
    sys.stdout.flush()


def _add(total: Tally, part: Tally) -> None:
    for name in ("kills", "freezes", "lives", "retries", "reconnects"):
        setattr(total, name, getattr(total, name) + getattr(part, name))
    total.points += part.points


if __name__ == "__main__":
    sys.exit(main())
