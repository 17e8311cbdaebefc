"""The real program, struck at one of its system calls after the other; each time it posts once.

Run it as `python -m tests.harness.syscalls [--every N] [--backup]`. One planned post is published
by `publisher run --until-idle`; at its k-th write, fsync or send the disk is full, fails, or the
program is killed; or the disk is full from its k-th write on. Then it is started again, unharmed,
until the post has ended. This is done for every k until a call number k no longer comes. With
`--backup` the daily backup is due too and is struck like all else.
"""

import argparse
import json
import multiprocessing
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from tests.harness.audit import OPEN, Finding, Planned
from tests.harness.kills import Battle
from tests.harness.strike import How, Report
from tiktok_manager.domain.posts import Choices, Lateness, PostFilter, Privacy
from tiktok_manager.services.planning import PlanRequest

ROOT = Path(__file__).resolve().parents[2]
PUBLISH = ["publisher", "run", "--until-idle"]
FAMILIES = {
    "write": "write,writev,pwrite64",
    "sync": "fsync,fdatasync",
    "send": "sendto,sendmsg",
}
SIZE_BYTES = 9_000
# How long a struck program may go on, and how long an unharmed one may wait for something.
REST_S = 4.0
LIFE_S = 8.0
END_S = 60.0
# A killed one is started at once, as by a supervisor; then after a wait for the disk, an account's
# slot, a lease, an upload address: by then all have ended.
NAPS_S = (1.0, 70.0, 70.0, 130.0, 700.0, 3_700.0, 3_700.0, *(4 * 3_600.0,) * 6)
DONE, STOPPED = 0, 1
UNFLUSHED = 120
"""Python's own: what was told on standard error found no room either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Strike at call number `at` of a family; 0 strikes at none. `bug` is one of `mutations`."""

    family: str
    how: How
    at: int
    backup: bool = False
    bug: str = ""

    def __str__(self) -> str:
        """Return it as a line tells it."""
        return f"{self.how} at {self.family} {self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a shot. `hit` is empty if there was no such call.

    `calls` and `code` are the struck run's.
    """

    shot: Shot
    calls: int = 0
    hit: str = ""
    code: int = 0
    status: str = ""
    retries: int = 0
    found: tuple[Finding, ...] = ()


class Range(Battle):
    """A data folder with one account and one planned post, for one shot. A context manager."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, seed=1, loss=0.0, ahead=0, accounts=1)

    def plan_post(self, shot: Shot) -> None:
        """Plan the one post for now; the daily backup is made before unless it is to be struck."""
        path = self.folder / "video.mp4"
        path.write_bytes(self.rng.randbytes(SIZE_BYTES))
        with self.workspace() as workspace:
            request = PlanRequest(
                file=path,
                accounts=("sim01",),
                when=workspace.clock.now().isoformat(),
                caption="The only one",
                choices=Choices(privacy=Privacy.PUBLIC),
                consent=True,
                lateness=Lateness(within=timedelta(days=3)),
            )
            post = workspace.planning.plan(request).posts[0]
            if not shot.backup:
                workspace.backups.run_if_due()
        self.plan.append(Planned(post_id=post.id, handle="sim01", sha256=post.media.sha256))

    def shoot(self, shot: Shot) -> Outcome:
        """Publish under the strike, go on without it, and audit."""
        spoilt = ["tests.harness.spoilt", shot.bug] if shot.bug else ["tiktok_manager"]
        self._program = [sys.executable, "-m", *spoilt, *PUBLISH]
        report = self._struck_life(shot)
        if report.call:
            self._check_end(shot, report.code)
        self._go_on(NAPS_S if shot.how is How.KILL else NAPS_S[1:])
        self.look(ended=True)
        self._check_words()
        return Outcome(
            shot=shot,
            calls=report.count,
            hit=f"{report.call} {_place(report.path)}" if report.call else "",
            code=report.code,
            status=self._status(),
            retries=self.tally.retries,
            found=tuple(self.found),
        )

    def _struck_life(self, shot: Shot) -> Report:
        path = self.folder / "report.json"
        options = ["--calls", FAMILIES[shot.family], "--at", str(shot.at), "--how", shot.how]
        options += ["--rest-s", str(REST_S)]
        strike = [sys.executable, "-m", "tests.harness.strike", *options, "--report", str(path)]
        self._live([*strike, "--", *self._program], END_S)
        return Report(**json.loads(path.read_text())) if path.exists() else Report()

    def _go_on(self, naps_s: Sequence[float]) -> None:
        """Start it again, as a supervisor would, until the post has ended."""
        if self._has_ended():
            return
        for pause_s in naps_s:
            self.nap(pause_s)
            code = self._live(self._program, LIFE_S)
            # Told to end while it starts or closes, it simply ends.
            if code not in (DONE, -signal.SIGTERM):
                tail = (self.folder / "program.log").read_text(errors="replace")[-3_000:]
                self.found.append(Finding(kind="crash", text=f"ended with {code}: {tail}"))
                return
            if self._has_ended():
                return

    def _live(self, command: list[str], limit_s: float) -> int:
        """Run a command, told to end after `limit_s`; returns how it ended."""
        with (self.folder / "program.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=log
            )
            try:
                return process.wait(timeout=limit_s)
            except subprocess.TimeoutExpired:
                process.terminate()
            try:
                return process.wait(timeout=END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                self.found.append(Finding(kind="hung", text=f"does not end in {END_S} s"))
                return process.wait()

    def _has_ended(self) -> bool:
        return self._status() not in OPEN and not self.user_acts()

    def _status(self) -> str:
        with self.workspace() as workspace:
            return str(workspace.planning.page(PostFilter())[0].status)

    def _check_end(self, shot: Shot, code: int) -> None:
        killed = shot.how is How.KILL
        expected = {-signal.SIGKILL} if killed else {DONE, STOPPED, UNFLUSHED, -signal.SIGTERM}
        if code not in expected:
            self.found.append(Finding(kind="exit code", text=f"the struck program said {code}"))

    def _check_words(self) -> None:
        """Whatever the program wrote for people to read: no secret, no Python."""
        told = (self.folder / "program.log").read_text(errors="replace")
        if "Traceback" in told:
            self.found.append(Finding(kind="traceback", text=told[-1_500:]))
        logs = [path.read_text(errors="replace") for path in self.folder.glob("data/logs/*")]
        for text in (told, *logs):
            if any(secret in text for secret in self._secrets()):
                self.found.append(Finding(kind="leak", text="a secret stands in the log"))

    def _secrets(self) -> list[str]:
        world = self.sim.world
        tokens = [*world.grants._by_access, *world.grants._by_refresh]
        uploads = [publish.upload_token for publish in world.publishes.values()]
        known = ("TIKTOK_MANAGER_CLIENT_SECRET", "TIKTOK_MANAGER_PASSPHRASE")
        return [*tokens, *uploads, *(self.env[name] for name in known)]


def shoot(shot: Shot) -> Outcome:
    """Set up a range, shoot once, and clear it away."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="tm-range-", dir=place) as folder,
        Range(Path(folder)) as opened,
    ):
        opened.plan_post(shot)
        return opened.shoot(shot)


@dataclass(slots=True)
class Tally:
    """What a sweep did."""

    shots: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    found: list[Finding] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a shot."""
        self.shots += 1
        if outcome.hit:
            self.hits[f"{outcome.shot.how} at {outcome.hit}"] += 1
            self.codes[f"{outcome.shot.how}: exit code {outcome.code}"] += 1
        self.statuses[outcome.status] += 1
        self.retried += bool(outcome.retries)
        for finding in outcome.found:
            text = f"{outcome.shot} ({outcome.hit}): {finding.text}"
            self.found.append(Finding(kind=finding.kind, text=text))


def workers(count: int) -> ProcessPoolExecutor:
    """Return processes of their own to shoot in: a workspace takes its process's log over."""
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


def sweep(pool: ProcessPoolExecutor, first: Shot, every: int) -> Iterator[Outcome]:
    """Shoot at as many calls as an unharmed run makes, then on until one does not come."""
    unharmed = pool.submit(shoot, replace(first, at=0)).result()
    yield unharmed
    ats = range(first.at, unharmed.calls + 1, every)
    yield from pool.map(shoot, [replace(first, at=at) for at in ats])
    beyond = unharmed.calls
    missed = False
    while not missed:
        beyond += 1
        outcome = pool.submit(shoot, replace(first, at=beyond)).result()
        missed = not outcome.hit
        yield outcome


def _place(path: str) -> str:
    """Return what a file is to the program, without names that differ from run to run."""
    name = Path(path).name
    for stem in ("socket", "pipe", ".write-check", ".partial", "program.log"):
        if name.startswith(stem):
            return stem
    return name


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.syscalls", description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backup", action="store_true")
    parser.add_argument("--family", choices=tuple(FAMILIES), action="append")
    parser.add_argument("--how", type=How, action="append")
    wanted = parser.parse_args()
    began_s = time.monotonic()
    tally = Tally()
    with workers(wanted.workers) as pool:
        for family in wanted.family or FAMILIES:
            for how in wanted.how or How:
                if how is not How.FULL or family == "write":
                    first = Shot(family=family, how=how, at=1, backup=wanted.backup)
                    _report(f"{how} at {family}", tally, sweep(pool, first, wanted.every))
    _tell(tally, time.monotonic() - began_s)
    return 1 if tally.found else 0


def _report(name: str, tally: Tally, outcomes: Iterable[Outcome]) -> None:
    before = len(tally.found), tally.hits.total()
    for outcome in outcomes:
        tally.add(outcome)
    found = tally.found[before[0] :]
    sys.stdout.write(f"{name}: {tally.hits.total() - before[1]} hits, {len(found)} findings\n")
    for finding in found[:10]:
        sys.stdout.write(f"  {finding}\n")
    sys.stdout.flush()


def _tell(tally: Tally, spent_s: float) -> None:
    sys.stdout.write(
        f"{tally.shots} shots, {tally.hits.total()} hits in {spent_s:.0f} s,"
        f" {tally.retried} retried by the user, {len(tally.found)} findings\n"
    )
    for counted in (tally.statuses, tally.codes, tally.hits):
        for name, number in counted.most_common():
            sys.stdout.write(f"  {number:5} {name}\n")


if __name__ == "__main__":
    sys.exit(main())
