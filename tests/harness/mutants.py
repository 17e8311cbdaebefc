"""Does the harness itself see anything? Each design bug on order must make it fail.

Run it as `python -m tests.harness.mutants [--seed S] [NAME…]`: prints a table of bug and what
gave it away, and returns 1 if one survived.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.harness.audit import Finding
from tests.harness.failpoints import Strike
from tests.harness.forks import House, Stage, every_freeze, every_point, open_house, random_run
from tests.harness.mutations import MUTATIONS, Probe

TESTS = Path(__file__).parents[1]
LOSS = 0.25
KILLS = 250
CHUNKED_BYTES = 66_000
# Long after a worker's lease, soon after it, and while its bytes may still be on their way.
FREEZES_S = (57 * 60.0, 5.0, 5.0, 5.0, 95.0)
# A bug that merely breaks the program says nothing about the promises.
BROKEN = frozenset({"crash", "hung"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a mutant."""

    name: str
    probe: Probe | None
    found: tuple[Finding, ...]
    kills: int
    spent_s: float

    @property
    def seen(self) -> bool:
        """Whether a broken promise gave it away."""
        return any(finding.kind not in BROKEN for finding in self.found)


def hunt(house: House, name: str, seed: int, probes: Iterable[Probe] = ()) -> Verdict:
    """Try the probes, by default all with the likeliest first, until one finds the bug."""
    mutation = MUTATIONS[name]
    order = tuple(probes) or (
        mutation.probe,
        *(probe for probe in Probe if probe is not mutation.probe),
    )
    began_s, kills = time.monotonic(), 0
    for probe in order:
        with house.stage(seed, loss=LOSS, mutation=name) as stage:
            found = _try(stage, probe)
            kills += stage.tally.kills + stage.tally.freezes
        if found:
            return _verdict(name, probe, found, kills, began_s)
    return _verdict(name, None, [], kills, began_s)


def see_by_tests(names: Collection[str]) -> tuple[set[str], str]:
    """Run the tests that must see these bugs, each planted for its own.

    Returns the bugs whose test failed, as a good one does, and what was said.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:xdist", "-p", "no:randomly"]
    bugs = [part for name in names for part in ("--plant", name)]
    done = subprocess.run(
        [*command, "-p", "tests.harness.planted", *bugs, *map(_node, names)],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")}
    return {name for name in names if _node(name) in failed}, done.stdout


def _node(name: str) -> str:
    return f"{TESTS.name}/{MUTATIONS[name].seen_by}"


def _verdict(
    name: str, probe: Probe | None, found: list[Finding], kills: int, began_s: float
) -> Verdict:
    spent_s = time.monotonic() - began_s
    return Verdict(name=name, probe=probe, found=tuple(found), kills=kills, spent_s=spent_s)


def _try(stage: Stage, probe: Probe) -> list[Finding]:
    if probe is Probe.RANDOM:
        return random_run(stage, KILLS, posts=10)
    if probe is Probe.POINTS:
        return every_point(stage, 5.0) or every_point(stage, 57 * 60.0, size_bytes=CHUNKED_BYTES)
    if probe is Probe.STOP:
        return every_point(stage, 5.0, strike=Strike.STOP)
    return next(filter(None, (every_freeze(stage, span_s) for span_s in FREEZES_S)), [])


def main() -> int:
    """Run the command; returns 1 if a mutant survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME")
    wanted = parser.parse_args()
    survivors = 0
    with open_house() as house:
        for name in wanted.names or MUTATIONS:
            if MUTATIONS[name].seen_by:
                survivors += _tell_by_test(name)
                continue
            verdict = hunt(house, name, wanted.seed)
            survivors += not verdict.seen
            _tell(verdict)
    return 1 if survivors else 0


def _tell_by_test(name: str) -> int:
    """Print what a test says of a bug; returns 1 if it survived."""
    seen = bool(see_by_tests([name])[0])
    mutation = MUTATIONS[name]
    by = mutation.seen_by if seen else "SURVIVED"
    sys.stdout.write(f"{name:24} {mutation.what:62} {by}\n")
    sys.stdout.flush()
    return int(not seen)


def _tell(verdict: Verdict) -> None:
    kinds = ", ".join(sorted({finding.kind for finding in verdict.found})) or "SURVIVED"
    sys.stdout.write(
        f"{verdict.name:24} {MUTATIONS[verdict.name].what:62} {kinds:32} "
        f"{verdict.probe or '':13} {verdict.kills:4} kills {verdict.spent_s:5.1f} s\n"
    )
    for finding in verdict.found[:2]:
        sys.stdout.write(f"{'':24} {str(finding)[:300]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
