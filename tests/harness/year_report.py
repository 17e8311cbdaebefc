"""How long a run is, and what is told of it."""

import sys
from collections import Counter
from dataclasses import dataclass

from tests.harness.year_verdict import Verdict

FAULT_RATE = 0.05
LEAST_BY_POLICY = 0.999
TRAILS = 8
MOST_TOLD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How long a run is."""

    accounts: int = 50
    days: int = 365
    per_day: int = 10
    seed: int = 1
    rate: float = FAULT_RATE
    fates: float = 1.0

    @property
    def posts(self) -> int:
        """How many posts are planned."""
        return self.accounts * self.days * self.per_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run took and met."""

    cpu_s: float
    wall_s: float
    fates: Counter[str]
    requests: Counter[str]
    database_bytes: int
    journal_bytes: int
    longest_start_s: float
    trails: tuple[str, ...]


def report(size: Size, verdict: Verdict, figures: Figures) -> None:
    """Print what became of the posts, what was broken, and what it took."""
    share = verdict.published / max(1, verdict.posts)
    tell(f"{verdict.posts} posts of {size.accounts} accounts in {size.days} days, seed {size.seed}")
    tell(f"  by policy   {verdict.by_policy:.4%}  (at least {LEAST_BY_POLICY:.1%})")
    tell(f"  published   {verdict.published} ({share:.2%}), {verdict.late} over 10 minutes late")
    tell(f"  doubles     {verdict.doubles}")
    tell(f"  lost        {verdict.lost}")
    for kind, number in verdict.kinds.most_common():
        tell(f"  {number:8} {kind}")
    tell(f"  met         {dict(figures.fates)}")
    tell(f"  requests    {dict(figures.requests)}")
    tell(
        f"  took        {figures.cpu_s:.0f} s of CPU ({1000 * figures.cpu_s / size.posts:.1f} ms a"
        f" post, {size.posts / figures.cpu_s:.0f} posts/s), {figures.wall_s:.0f} s of wall time;"
        f" slowest start {figures.longest_start_s:.1f} s; database"
        f" {figures.database_bytes / 1e6:.0f} MB, journal {figures.journal_bytes / 1e6:.0f} MB"
    )
    for line in (*figures.trails, *verdict.found[TRAILS:MOST_TOLD]):
        tell(f"  BROKEN {line}")
    if len(verdict.found) > MOST_TOLD:
        tell(f"  and {len(verdict.found) - MOST_TOLD} more")


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
