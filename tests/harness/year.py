"""A year of publishing in virtual time: real services, storage and runner, a fake TikTok.

Run it as `python -m tests.harness.year [--accounts 50] [--days 365] [--per-day 10] [--seed S]`.
One request in twenty goes wrong; the process crashes, the machine sleeps, its clock is set, the
network and TikTok are down for hours, owners take permissions back, and a user plans, cancels,
retries and resolves. At the end `year_verdict` judges every post by the books of the fake TikTok.
"""

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from random import Random

from tests.fakes.world import environment
from tests.harness.year_machine import Crash, Machine, MachineClock, stage
from tests.harness.year_mutations import SEEN, planted
from tests.harness.year_report import (
    FAULT_RATE,
    LEAST_BY_POLICY,
    TRAILS,
    Figures,
    Size,
    report,
    tell,
)
from tests.harness.year_tiktok import BASE_URL, FakeTikTok
from tests.harness.year_trouble import Trouble
from tests.harness.year_user import AHEAD, User
from tests.harness.year_verdict import Books, Judge, Verdict
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.wording import step_words

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY_S, HOUR_S = 86_400.0, 3_600.0
HOMECOMING_DAYS = 5
GLANCES = 3
# TikTok may take so long to say what became of a video.
SETTLING_DAYS = 4
# How often a day; those of accounts for each account.
FATES = {
    "crash": 2.0,
    "restart": 0.3,
    "sleep": 0.5,
    "long sleep": 0.012,
    "offline": 0.8,
    "outage": 0.2,
    "clock": 0.15,
}
ACCOUNT_FATES = {"removed": 0.01, "banned": 0.001, "spam": 0.004}


class Year:
    """One run. Use once."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.size = size
        self.books = Books()
        self.fates: Counter[str] = Counter()
        self.longest_start_s = 0.0
        self.trails: list[str] = []
        self._rng = Random(f"{size.seed}/fate")
        self._folder = folder
        self.clock = MachineClock(START)
        env = environment(BASE_URL, folder / "data")
        self.machine = Machine(env, self.clock, Random(f"{size.seed}/machine"))
        self.trouble = Trouble(
            Random(f"{size.seed}/trouble"), lambda: self.clock.true_s, self.clock.advance, 0.0
        )
        self.handles = [f"user{number:03d}" for number in range(size.accounts)]
        self.tiktok = FakeTikTok(
            self.handles,
            Random(f"{size.seed}/tiktok"),
            lambda: self.clock.true_s,
            self.trouble,
        )
        self.tiktok.point = self.machine.point
        self.user = User(self.machine, self.tiktok, folder, Random(f"{size.seed}/user"))
        self._coming: list[tuple[float, str]] = []

    def run(self, tell: Callable[[str], None] = lambda _line: None) -> Verdict:
        """Live through all days and judge."""
        chance = Random(f"{self.size.seed}/product")
        with stage(self.machine, self.tiktok.handle_request, chance):
            self._begin()
            try:
                for day in range(self.size.days):
                    self._live_a_day(day)
                    if day % 7 == 6:
                        self._progress(day, tell)
                self._come_home()
                return self._judge()
            finally:
                self.machine.stop()
                self.machine.close()

    def _begin(self) -> None:
        self._start()
        for handle in self.handles:
            self.user.connect(handle)
        for day in range(min(AHEAD.days, self.size.days)):
            self._plan(day)
        if self.size.rate:
            self.trouble.rate = self.size.rate
            for kind in (*FATES, *ACCOUNT_FATES):
                self._expect(kind)

    def _live_a_day(self, day: int) -> None:
        began_s = START.timestamp() + day * DAY_S
        at_s = sorted(began_s + self._rng.uniform(7, 23) * HOUR_S for _glance in range(GLANCES + 1))
        for glances_s in at_s[:-1]:
            self._until(glances_s)
            self._act(self.user.glance)
        self._until(at_s[-1])
        self._act(self.user.look_in)
        if day + AHEAD.days < self.size.days:
            self._act(lambda: self._plan(day + AHEAD.days))
        self._until(began_s + DAY_S)

    def _plan(self, day: int) -> None:
        date = (START + timedelta(days=day + 1)).date()
        self.user.plan_day(date, self.handles, self.size.per_day)

    def _come_home(self) -> None:
        self._coming.clear()
        self.trouble.rate = 0.0
        self._set_clock(0.0)
        for _day in range(HOMECOMING_DAYS):
            self._until(self.clock.true_s + DAY_S)
            self._act(self.user.look_in)
        self._until(self.clock.true_s + DAY_S)

    def _judge(self) -> Verdict:
        self._set_clock(0.0)
        posts = {post.id: post for post in self.machine.workspace.planning.page(PostFilter())}
        verdict = self._judge_by_books().judge(self.user.plan.values(), posts)
        verdict.found += self.user.found
        self.trails = [self._trail(line) for line in verdict.found[:TRAILS]]
        integrity = self.machine.workspace.database.integrity()
        if integrity != "ok":
            verdict.found.append(f"integrity: {integrity}")
        return verdict

    def _judge_by_books(self) -> Judge:
        self.books.crashes_s = self.machine.crash_times_s
        self.books.offline = [*self.trouble.offline, *self.trouble.hung]
        self.books.outages = self.trouble.outages
        return Judge(self.tiktok, self.books, self.clock.true_s)

    def _trail(self, line: str) -> str:
        """What the app itself wrote down about a post that broke a promise."""
        post_id = line.split()[1]
        entry = self.user.plan.get(post_id)
        if entry is None:
            return line
        due = datetime.fromtimestamp(entry.due_s, UTC)
        told = [f"    due {due:%m-%d %H:%M:%S}"]
        told += [
            f"    {step.at:%m-%d %H:%M:%S} {step.kind}: {step_words(step)[:110]}"
            for step in self.machine.workspace.planning.trail(post_id)
        ]
        return "\n".join([line, *told])

    # --- time ------------------------------------------------------------------------------

    def _until(self, end_s: float) -> None:
        clock, machine = self.clock, self.machine
        while clock.true_s < end_s:
            try:
                if machine.step():
                    continue
                next_s = self._coming[0][0] if self._coming else end_s
                pause_s = min(machine.idle_s() + 0.001, max(0.0, min(next_s, end_s) - clock.true_s))
                clock.advance(pause_s)
                if self._coming and clock.true_s >= self._coming[0][0]:
                    self._strike(heappop(self._coming)[1])
                    machine.notice()
            except Crash:
                self._revive(self._rng.choice((2.0, 5.0, 30.0, 300.0, 2 * HOUR_S)))

    def _act(self, act: Callable[[], None]) -> None:
        """Let the user act; a process that was about to die does so afterwards."""
        with self.machine.spared():
            try:
                act()
            except AppError as exc:
                self.user.found.append(f"the user was told: {exc}")

    def _start(self) -> None:
        began_s = time.monotonic()
        self.machine.start()
        self.longest_start_s = max(self.longest_start_s, time.monotonic() - began_s)

    def _revive(self, seconds: float) -> None:
        self.fates["crashes"] += 1
        self.machine.bury()
        self._be_down(seconds)
        self._start()

    def _be_down(self, seconds: float) -> None:
        self.books.down.append((self.clock.true_s, self.clock.true_s + seconds))
        self.clock.sleep(seconds)

    # --- fate ------------------------------------------------------------------------------

    def _expect(self, kind: str) -> None:
        often = FATES.get(kind) or ACCOUNT_FATES[kind] * self.size.accounts
        often *= self.size.fates
        heappush(self._coming, (self.clock.true_s + self._rng.expovariate(often / DAY_S), kind))

    def _strike(self, kind: str) -> None:
        self.fates[kind] += 1
        rng = self._rng
        if kind == "crash":
            self.machine.doom(rng.randint(1, 30))
        elif kind == "restart":
            self.machine.stop()
            self._be_down(rng.uniform(1, 120))
            self._start()
        elif kind == "sleep":
            self._be_down(
                rng.choice((rng.uniform(60, 2_400),) * 6 + (rng.uniform(1, 9) * HOUR_S,) * 4)
            )
        elif kind == "long sleep":
            self._be_down(rng.uniform(0.5, 3) * DAY_S)
        elif kind == "offline":
            self.trouble.go_offline(
                rng.choice((rng.uniform(10, 900),) * 5 + (rng.uniform(1, 8) * HOUR_S,))
            )
        elif kind == "outage":
            self.trouble.break_down(rng.uniform(120, 2 * HOUR_S))
        elif kind == "clock":
            self._clock_is_set()
        elif kind == "clock right":
            self._set_clock(0.0)
        else:
            self._strike_account(kind, self.tiktok.creators[rng.choice(self.handles)].handle)
        if kind in FATES or kind in ACCOUNT_FATES:
            self._expect(kind)

    def _strike_account(self, kind: str, handle: str) -> None:
        creator = self.tiktok.creators[handle]
        if kind == "removed":
            self.tiktok.remove_app(handle)
        elif kind == "banned":
            creator.banned_until_s = self.clock.true_s + self._rng.uniform(1, 5) * DAY_S
        elif kind == "spam":
            creator.spam_until_s = self.clock.true_s + self._rng.uniform(1, 20) * HOUR_S

    def _clock_is_set(self) -> None:
        wild = self._rng.random() < 0.2
        by_s = self._rng.uniform(0.5 * HOUR_S, 26 * HOUR_S) if wild else self._rng.uniform(6, 550)
        self._set_clock(self._rng.choice((-by_s, by_s)))
        lasts_s = self._rng.uniform(0.1, 1.5) if wild else self._rng.uniform(0.5, 12)
        heappush(self._coming, (self.clock.true_s + lasts_s * HOUR_S, "clock right"))

    def _set_clock(self, skew_s: float) -> None:
        now_s = self.clock.true_s
        if self.books.skew and self.books.skew[-1][1] > now_s:
            start_s, _end_s, before_s = self.books.skew.pop()
            self.books.skew.append((start_s, now_s, before_s))
        if skew_s:
            self.books.skew.append((now_s, float("inf"), skew_s))
        self.clock.skew_s = skew_s

    def _progress(self, day: int, tell: Callable[[str], None]) -> None:
        """Tell how far the run is, and the verdict on the week whose posts have ended."""
        reached = sum(len(creator.sent) for creator in self.tiktok.creators.values())
        tell(
            f"day {day + 1}: {len(self.user.plan)} planned, {reached} uploads, cpu"
            f" {time.process_time():.0f} s, slowest start {self.longest_start_s:.1f} s"
        )
        ended = START + timedelta(days=day + 1 - SETTLING_DAYS)
        begun = ended - timedelta(days=7)
        wanted = PostFilter(due_from=begun, due_to=ended)
        posts = {post.id: post for post in self.machine.workspace.planning.page(wanted)}
        entries = [self.user.plan[post_id] for post_id in posts]
        verdict = self._judge_by_books().judge_settled(entries, posts)
        verdict.found += [f"violation: {what}" for what in self.tiktok.violations]
        tell(
            f"  due {begun:%d %b} to {ended:%d %b}: {verdict.posts} of {len(posts)} ended,"
            f" {verdict.published} published, {len(verdict.found)} broken"
        )
        for line in verdict.found[:TRAILS]:
            tell(f"  BROKEN {self._trail(line)}")


@contextmanager
def year_folder() -> Iterator[Path]:
    """A folder in memory, where the system has such a place."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="year-", dir=memory if memory.is_dir() else None))
    level = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        yield folder
    finally:
        logging.disable(level)
        shutil.rmtree(folder, ignore_errors=True)


def live(
    folder: Path, size: Size, tell: Callable[[str], None] = lambda _line: None
) -> tuple[Verdict, Figures]:
    """Run once in an empty folder."""
    cpu_s, wall_s = time.process_time(), time.monotonic()
    year = Year(folder, size)
    verdict = year.run(tell)
    data = folder / "data"
    return verdict, Figures(
        cpu_s=time.process_time() - cpu_s,
        wall_s=time.monotonic() - wall_s,
        fates=year.fates,
        requests=year.tiktok.requests,
        database_bytes=(data / "tiktok-manager.db").stat().st_size,
        journal_bytes=(data / "publish-journal.jsonl").stat().st_size,
        longest_start_s=year.longest_start_s,
        trails=tuple(year.trails),
    )


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.year", description=__doc__)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--per-day", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=FAULT_RATE, help="of requests that fail")
    parser.add_argument("--fates", type=float, default=1.0, help="how much more often they strike")
    parser.add_argument("--mutation", choices=sorted(SEEN), help="plant a design bug")
    wanted = parser.parse_args()
    size = Size(
        accounts=wanted.accounts,
        days=wanted.days,
        per_day=wanted.per_day,
        seed=wanted.seed,
        rate=wanted.rate,
        fates=wanted.fates,
    )
    bug = planted(wanted.mutation) if wanted.mutation else nullcontext()
    with year_folder() as folder, bug:
        verdict, figures = live(folder, size, tell)
    report(size, verdict, figures)
    return 1 if verdict.found or verdict.by_policy < LEAST_BY_POLICY else 0


if __name__ == "__main__":
    sys.exit(main())
