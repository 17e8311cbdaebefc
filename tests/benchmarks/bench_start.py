"""The window: how long until it is painted, and how much memory it holds when it is open.

Yardstick for the time: a process with a bare PySide6 window, from its start to its first paint.
Yardstick for the memory: a bare window that imports every module our process had imported that is
not our own, no more and no less. Starts are new processes on a warm disk cache, on the offscreen
platform.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.measure import ROOT, Row, median, report, spread
from tests.benchmarks.workspaces import environment, filled

REPEATS = 11
MEMORY_REPEATS = 3
TIME_TARGET = "≤ 2.0"
MEMORY_TARGET = "≤ 1.3"
ACCOUNTS = 20
POSTS = 1_000


class Window:
    """A driver process; its answer is one line."""

    def __init__(self, kind: str, data_dir: Path) -> None:
        self._started_s = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.start_driver", kind],
            cwd=ROOT,
            env=_environment(data_dir),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, told: str = "") -> tuple[str, float]:
        """Return what it says, and the seconds since its start; ends it."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes were not asked for")
        with process, process.stdin as stdin, process.stdout as stdout:
            if told:
                stdin.write(f"{told}\n")
                stdin.flush()
            line = stdout.readline().strip()
            duration_s = time.perf_counter() - self._started_s
            # A window with planned posts would ask first; what it holds is thrown away anyway.
            process.kill()
        if not line:
            raise RuntimeError("the window ended without a word")
        return line, duration_s


def main() -> None:
    """Print the time to the first frame and the memory of an open window."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as name:
        report(
            "Start and memory of the window; yardstick: a bare PySide6 window", _rows(Path(name))
        )


def _rows(folder: Path) -> list[Row]:
    return [*_times(folder), _memory(folder)]


def _times(folder: Path) -> list[Row]:
    used = folder / "used"
    times: dict[str, list[float]] = {"bare": [], "fresh data folder": [], "second start": []}
    with filled(used, accounts=ACCOUNTS):
        pass
    for kind in ("bare", "ours"):
        _painted(kind, used)
    for number in range(REPEATS):
        times["bare"].append(_painted("bare", used))
        times["fresh data folder"].append(_painted("ours", folder / f"fresh-{number}"))
        times["second start"].append(_painted("ours", used))
    bare = times.pop("bare")
    return [
        Row(
            what=f"process start to first frame, {what}",
            ours=spread(ours),
            yardstick=spread(bare),
            value=f"{median(ours) / median(bare):.2f}",
            target=TIME_TARGET,
        )
        for what, ours in times.items()
    ]


def _painted(kind: str, data_dir: Path) -> float:
    _line, duration_s = Window(kind, data_dir).answer()
    return duration_s


def _memory(folder: Path) -> Row:
    data_dir = folder / "filled"
    with filled(data_dir, accounts=ACCOUNTS, posts=POSTS):
        pass
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(MEMORY_REPEATS):
        resident, _space, modules = Window("ours_open", data_dir).answer()[0].partition(" ")
        ours.append(int(resident) / 1024)
        told, _space, _modules = Window("bare_open", data_dir).answer(modules)[0].partition(" ")
        bare.append(int(told) / 1024)
    return Row(
        what=f"memory, every pane shown, {POSTS:,} posts",
        ours=spread(ours, "MiB", 0),
        yardstick=spread(bare, "MiB", 0),
        value=f"{median(ours) / median(bare):.2f}",
        target=MEMORY_TARGET,
    )


def _environment(data_dir: Path) -> Mapping[str, str]:
    return {**os.environ, **environment(data_dir), "QT_QPA_PLATFORM": "offscreen"}


if __name__ == "__main__":
    main()
