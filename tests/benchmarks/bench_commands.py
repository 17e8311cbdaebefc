"""Commands: how long one takes, as a whole process and with much to list.

Yardsticks: the time Python takes to import Typer, and Typer with SQLAlchemy's ORM; for the lists,
the same command, and in one process what it asks for, on a database with as many accounts and one
page of posts. CPU seconds of processes: Linux and macOS only.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.measure import ROOT, Row, median, report, spread
from tests.benchmarks.workspaces import environment, filled
from tiktok_manager.app import open_workspace
from tiktok_manager.cli import doctor
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.services.workspace import Workspace

REPEATS = 7
ACCOUNTS = 300
POSTS = 100_000
PAGE = 50
ASKED_OF_EACH = 40
PROGRAM = ("-m", "tiktok_manager")
LISTS = (("posts", "list", "--limit", "50"), ("accounts", "list"), ("doctor",))
ASKED: dict[str, Callable[[Workspace], object]] = {
    f"posts, a page of {PAGE}": lambda each: each.planning.page(PostFilter(), limit=PAGE),
    "accounts": lambda each: each.accounts.list(),
    "overview of the status line": lambda each: each.planning.overview(),
    "looks of doctor": lambda each: list(doctor.examine(each, thorough=False)),
}
STARTS = (
    (("--help",), "import typer", "≤ 3.0"),
    (("posts", "list"), "import typer, sqlalchemy.orm", "≤ 1.6"),
)


def main() -> None:
    """Print what starts cost, and what much to list adds."""
    with tempfile.TemporaryDirectory(prefix="bench-commands-") as name:
        empty, few, full = (Path(name, each) for each in ("empty", "few", "full"))
        with filled(empty, accounts=0), filled(few, accounts=ACCOUNTS, posts=PAGE):
            pass
        starts = [_start(empty, *start) for start in STARTS]
        report("Start of a command; yardstick: its libraries alone", starts)
        with filled(full, accounts=ACCOUNTS, posts=POSTS):
            pass
        title = f"{ACCOUNTS} accounts, {POSTS:,} posts; yardstick: as many accounts, {PAGE} posts"
        report(f"{title}; start not counted", [_list(few, full, command) for command in LISTS])
        report(f"{title}; in one process, {ASKED_OF_EACH} times", _asked(few, full))


def _start(folder: Path, command: Sequence[str], imports: str, target: str) -> Row:
    ours, bare = _in_turn(folder, (*PROGRAM, *command), folder, ("-c", imports))
    return _row(" ".join(command), ours, bare, target)


def _list(few: Path, full: Path, command: Sequence[str]) -> Row:
    program = (*PROGRAM, *command)
    ours, bare = _in_turn(full, program, few, program)
    bare_start = [_cpu_s(few, (*PROGRAM, "settings", "list")) for _ in range(REPEATS)]
    start = min(median(bare_start), 0.9 * min(*ours, *bare))  # process start is not counted
    return _row(
        " ".join(command), [each - start for each in ours], [each - start for each in bare], "≤ 1.3"
    )


def _asked(few: Path, full: Path) -> list[Row]:
    with open_workspace(environment(few)) as small, open_workspace(environment(full)) as large:
        return [
            _row(
                what,
                [_asking_s(ask, large) for _ in range(REPEATS)],
                [_asking_s(ask, small) for _ in range(REPEATS)],
                "≤ 1.3",
            )
            for what, ask in ASKED.items()
        ]


def _asking_s(ask: Callable[[Workspace], object], workspace: Workspace) -> float:
    began_s = time.process_time()
    for _ in range(ASKED_OF_EACH):
        ask(workspace)
    return time.process_time() - began_s


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
