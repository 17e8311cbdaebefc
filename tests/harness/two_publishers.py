"""Two machines' publishers on one PostgreSQL, each killed and frozen at random.

Each process runs the product's whole publisher (claims, leases, uploads, checks, the shared tokens)
against one local TikTok, whose answers get lost. After every few calls that TikTok heard, one of
them is killed and started anew at once or after its leases ran out, or it stands still for longer
than its leases. In the end TikTok's books are compared with what the posts show: no post twice,
none lost, none green that is not there.

Run it as `python -m tests.harness.two_publishers [--posts N] [--seed S]`; returns 1 on a finding.
"""

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from os import kill
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from threading import Event

from sqlalchemy import update

from tests.harness.audit import OPEN, Finding, Planned, audit
from tests.harness.launcher import LOADED
from tests.harness.server import server
from tests.harness.stagecraft import connect, help_the_user
from tests.harness.team import BUGS, LEASE, Machine, publish, workspace_of
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.posts import Choices, Lateness, PostFilter, PostMode, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Fault, Simulator, SimulatorConfig
from tiktok_manager.storage.postgres import PostgresDatabase
from tiktok_manager.storage.schema import PostRow

NAMES = ("first", "second")
LOADED_ON_A_SERVER = ("tests.harness.team", "sqlalchemy.dialects.postgresql.psycopg")
MAX_ACCOUNTS = 200
DRAFT_EVERY = 10
MIN_STRIKES = 16
FEWEST_CALLS = 50
FREEZE_SHARE = 0.1
AT_ONCE_SHARE = 0.7
AWAY_S = LEASE.total_seconds() * 1.5
LOOK_S = 0.02
HELP_EVERY_S = 3.0
STUCK_S = 1_200.0
END_S = 30.0
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run came to."""

    findings: tuple[Finding, ...]
    kills: int
    freezes: int


class Publisher:
    """One machine's publisher: its process, and what befell it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._thaw_at_s = self._back_at_s = float("inf")
        self.start()

    def start(self) -> None:
        """Let it publish."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*LOADED, *LOADED_ON_A_SERVER])
        theirs, self._ours = context.Pipe(duplex=False)
        self._process: ForkServerProcess = context.Process(
            target=publish, args=(self._machine, theirs), daemon=True
        )
        self._process.start()
        theirs.close()
        self._back_at_s = float("inf")

    def kill(self, away_s: float) -> bool:
        """End it at once, to be back after so long; False if there is none."""
        if self._back_at_s < float("inf"):
            return False
        self._process.kill()
        self._process.join()
        self._thaw_at_s = float("inf")
        self._back_at_s = time.monotonic() + away_s
        return True

    def freeze(self, for_s: float) -> bool:
        """Let it stand still for so long; False if there is none, or it does already."""
        if min(self._back_at_s, self._thaw_at_s) < float("inf"):
            return False
        self._signal(SIGSTOP)
        self._thaw_at_s = time.monotonic() + for_s
        return True

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._thaw_at_s < float("inf")

    def look(self) -> None:
        """Do what is due; raises RuntimeError if it ended by itself."""
        now_s = time.monotonic()
        if now_s >= self._thaw_at_s:
            self._signal(SIGCONT)
            self._thaw_at_s = float("inf")
        if now_s >= self._back_at_s:
            self.start()
        elif self._back_at_s == float("inf") and self._process.exitcode is not None:
            raise RuntimeError(f"a publisher ended by itself with {self._process.exitcode}")

    def end(self) -> None:
        """Let it end by itself."""
        if self._back_at_s < float("inf"):
            return
        self._signal(SIGCONT)
        self._ours.close()
        self._process.join(END_S)
        self._process.kill()

    def _signal(self, number: int) -> None:
        if self._process.pid is not None and self._process.exitcode is None:
            kill(self._process.pid, number)


class Trial:
    """One database, one TikTok, two machines that publish and one that plans."""

    def __init__(self, stack: ExitStack, posts: int, seed: int, mutation: str) -> None:
        self._rng = random.Random(f"{seed}/two publishers")
        self._folder = Path(tempfile.mkdtemp(prefix="two-publishers-"))
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._url = stack.enter_context(server())
        self._accounts = min(posts, MAX_ACCOUNTS)
        self._calls_per_strike = 1, max(FEWEST_CALLS, posts // MIN_STRIKES)
        self._sim = stack.enter_context(Simulator(self._config(seed)))
        self._mutation = mutation
        database = PostgresDatabase(self._url, SystemClock())
        database.bring_up_to_date()
        database.close()
        self._desk = stack.enter_context(workspace_of(self._machine("desk")))
        for handle in self._sim.world.accounts:
            connect(self._desk, handle)
        self._plan = self._make_plan(posts)
        self.kills = self.freezes = 0

    def run(self) -> list[Finding]:
        """Publish, strike, and return what TikTok and the posts do not agree about."""
        world = self._sim.world
        for fault in weather():
            world.faults.add(fault)
        publishers = [Publisher(self._machine(name)) for name in NAMES]
        try:
            self._strike_until_done(publishers)
        finally:
            for each in publishers:
                each.end()
        return audit(self._desk, world, self._plan, ended=True)

    def _strike_until_done(self, publishers: list[Publisher]) -> None:
        end_s = time.monotonic() + STUCK_S
        help_at_s, next_strike = 0.0, self._rng.randint(*self._calls_per_strike)
        while time.monotonic() < end_s:
            Event().wait(LOOK_S)
            heard = len(self._sim.world.records.ledger)
            if heard >= next_strike and self._strike(self._rng.choice(publishers)):
                next_strike = heard + self._rng.randint(*self._calls_per_strike)
            for each in publishers:
                each.look()
            # Who stands still may have the turn to write: then the desk would stand still, too.
            if time.monotonic() >= help_at_s and not any(each.is_frozen for each in publishers):
                if self._is_done():
                    return
                help_at_s = time.monotonic() + HELP_EVERY_S

    def _strike(self, publisher: Publisher) -> bool:
        if self._rng.random() < FREEZE_SHARE:
            struck = publisher.freeze(self._rng.uniform(0.0, AWAY_S))
            self.freezes += struck
            return struck
        is_back_at_once = self._rng.random() < AT_ONCE_SHARE
        struck = publisher.kill(0.0 if is_back_at_once else self._rng.uniform(0.0, AWAY_S))
        self.kills += struck
        return struck

    def _is_done(self) -> bool:
        """Help, as a user would, with what stopped; say whether all posts have ended."""
        self._hurry()
        helped = help_the_user(self._desk, self._plan, self._sim.world)
        wanted = PostFilter(statuses=OPEN)
        return not helped.anything and not self._desk.planning.page(wanted, limit=1)

    def _hurry(self) -> None:
        """Let the time pass for which posts wait between two tries."""
        now = self._desk.clock.now()
        waits = (PostRow.status == PostStatus.SCHEDULED, PostRow.wake_at > now)
        with self._desk.database.write() as session:
            session.execute(update(PostRow).where(*waits).values(wake_at=now))

    def _config(self, seed: int) -> SimulatorConfig:
        # The two do not tell each other what they asked: TikTok's rates are not what is tried here.
        return SimulatorConfig(
            accounts=self._accounts,
            auto_approve=True,
            media_dir=self._folder / "tiktok",
            seed=seed,
            processing_s=0.3,
            moderation_s=0.3,
            direct_posts_per_day=NO_LIMIT,
            pending_shares_per_day=NO_LIMIT,
            init_per_minute=NO_LIMIT,
            creator_info_per_minute=NO_LIMIT,
            status_per_minute=NO_LIMIT,
        )

    def _machine(self, name: str) -> Machine:
        return Machine(
            name=name,
            folder=self._folder,
            database_url=self._url,
            tiktok_url=self._sim.base_url,
            mutation=self._mutation,
        )

    def _make_plan(self, posts: int) -> list[Planned]:
        planning = self._desk.planning
        requests = [self._request(number, self._desk) for number in range(posts)]
        made = planning.commit(planning.propose(requests)).posts
        return [
            Planned(post_id=post.id, handle=post.handle, sha256=post.media.sha256) for post in made
        ]

    def _request(self, number: int, workspace: Workspace) -> PlanRequest:
        path = self._folder / f"video-{number}.mp4"
        path.write_bytes(self._rng.randbytes(self._rng.randint(3_000, 60_000)))
        mode = PostMode.INBOX if number // self._accounts % DRAFT_EVERY == 1 else PostMode.DIRECT
        return PlanRequest(
            file=path,
            accounts=(f"sim{number % self._accounts + 1:02d}",),
            when=(workspace.clock.now() + timedelta(seconds=1)).isoformat(),
            mode=mode,
            caption=f"Post {number}",
            choices=Choices(privacy=Privacy.PUBLIC),
            consent=mode is PostMode.DIRECT,
            lateness=Lateness(within=timedelta(days=3)),
        )


def weather() -> list[Fault]:
    """Return what goes wrong between the machines and TikTok."""
    return [
        Fault(endpoint="upload.last", drop="after", probability=0.1),
        Fault(endpoint="upload.last", drop="before", probability=0.03),
        Fault(endpoint="video_init", drop="after", probability=0.03),
        Fault(endpoint="status", drop="after", probability=0.03),
        Fault(endpoint="status", expire_access=True, probability=0.03),
        Fault(endpoint="upload", cut_at_bytes=2_000, probability=0.03),
    ]


def run(posts: int, seed: int, mutation: str = "") -> Verdict:
    """Let two machines publish so many posts, and strike them meanwhile."""
    with ExitStack() as stack:
        trial = Trial(stack, posts, seed, mutation)
        findings = trial.run()
        return Verdict(findings=tuple(findings), kills=trial.kills, freezes=trial.freezes)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.two_publishers")
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutation", choices=sorted(BUGS), default="")
    wanted = parser.parse_args()
    began_s = time.monotonic()
    verdict = run(wanted.posts, wanted.seed, wanted.mutation)
    sys.stdout.write(
        f"{wanted.posts} posts, {verdict.kills} kills, {verdict.freezes} freezes in"
        f" {time.monotonic() - began_s:.0f} s: {len(verdict.findings)} findings\n"
    )
    for finding in verdict.findings[:20]:
        sys.stdout.write(f"  {finding}\n")
    return 1 if verdict.findings else 0


if __name__ == "__main__":
    sys.exit(main())
