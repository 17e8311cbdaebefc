"""Commands: how long one takes, as a whole process and with much to list.

Yardsticks: the time Python takes to import Typer, and Typer with SQLAlchemy's ORM; for the lists,
the same command on an empty database. CPU seconds of processes: Linux and macOS only.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measure import ROOT, Row, median, report, spread
from tests.benchmarks.workspaces import environment, filled

REPEATS = 7
ACCOUNTS = 300
POSTS = 100_000
PROGRAM = ("-m", "tiktok_manager")
LISTS = (("posts", "list", "--limit", "50"), ("accounts", "list"), ("doctor",))
STARTS = (
    (("--help",), "import typer", "≤ 3.0"),
    (("posts", "list"), "import typer, sqlalchemy.orm", "≤ 1.6"),
)


def main() -> None:
    """Print what starts cost, and what much to list adds."""
    with tempfile.TemporaryDirectory(prefix="bench-commands-") as name:
        empty, full = Path(name, "empty"), Path(name, "full")
        with filled(empty, accounts=0):
            pass
        starts = [_start(empty, *start) for start in STARTS]
        report("Start of a command; yardstick: its libraries alone", starts)
        with filled(full, accounts=ACCOUNTS, posts=POSTS):
            pass
        rows = [_list(empty, full, command) for command in LISTS]
        report(f"{ACCOUNTS} accounts, {POSTS:,} posts; yardstick: an empty database", rows)


def _start(folder: Path, command: Sequence[str], imports: str, target: str) -> Row:
    ours, bare = _in_turn(folder, (*PROGRAM, *command), folder, ("-c", imports))
    return _row(" ".join(command), ours, bare, target)


def _list(empty: Path, full: Path, command: Sequence[str]) -> Row:
    program = (*PROGRAM, *command)
    ours, bare = _in_turn(full, program, empty, program)
    bare_start = [_cpu_s(empty, (*PROGRAM, "settings", "list")) for _ in range(REPEATS)]
    start = min(median(bare_start), 0.9 * min(*ours, *bare))  # process start is not counted
    return _row(
        " ".join(command), [each - start for each in ours], [each - start for each in bare], "≤ 1.3"
    )


def _in_turn(
    folder: Path, ours: Sequence[str], other_folder: Path, other: Sequence[str]
) -> tuple[list[float], list[float]]:
    for warm_up in ((folder, ours), (other_folder, other)):
        _cpu_s(*warm_up)
    pairs = [(_cpu_s(folder, ours), _cpu_s(other_folder, other)) for _ in range(REPEATS)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _cpu_s(folder: Path, arguments: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment(folder)},
        capture_output=True,
        check=False,  # `doctor` finds no app keys
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _row(what: str, ours: Sequence[float], bare: Sequence[float], target: str) -> Row:
    return Row(
        what=what,
        ours=spread(ours),
        yardstick=spread(bare),
        value=f"{median(ours) / median(bare):.2f}",
        target=target,
    )


if __name__ == "__main__":
    main()
