"""What every benchmark here needs: figures of processes, medians, and the table it prints.

A benchmark compares with a yardstick measured in the same run, repetition by repetition, so that
a busy machine slows both. Figures of processes come from /proc: Linux only.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison; `value` is what is held against the target, such as "≤ 2.0"."""

    what: str
    ours: str
    yardstick: str
    value: str
    target: str = "–"


def report(title: str, rows: Sequence[Row]) -> None:
    """Print a table, and how busy the machine was."""
    lines = [("", "ours", "yardstick", "result", "target")]
    lines += [(row.what, row.ours, row.yardstick, row.value, row.target) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    print(f"\n{title}")
    for line in lines:
        cells = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        print("  " + "  ".join(cells).rstrip())
    print(f"  ({machine()})", flush=True)


def machine() -> str:
    """Return what the figures depend on."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def spread(values: Sequence[float], unit: str = "s", digits: int = 2) -> str:
    """Return the median and the range of repetitions."""
    low, high = min(values), max(values)
    return f"{median(values):.{digits}f} {unit} ({low:.{digits}f}–{high:.{digits}f})"


class Child:
    """A Python process that runs one function of a benchmark and talks in lines of JSON."""

    def __init__(self, module: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, line: str) -> None:
        """Send a line."""
        pipe = _open(self.process.stdin)
        pipe.write(f"{line}\n")
        pipe.flush()

    def hear(self) -> dict[str, Any]:
        """Return the next line it says; raises RuntimeError if it ended instead."""
        line = _open(self.process.stdout).readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended with {self.process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            _open(pipe).close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def say(**values: object) -> None:
    """Answer from within a `Child`."""
    print(json.dumps(values), flush=True)


def memory_bytes(field: str, pid: int | str = "self") -> int:
    """Return VmRSS (now) or VmHWM (peak) of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no {field} in /proc/{pid}/status")


def forget_peak() -> None:
    """Let VmHWM of this process start anew from what it holds now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def cpu_s(pid: int) -> float:
    """Return the processor time all threads of a process have used, to the nanosecond."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(path.read_text(encoding="ascii").split()[0]) for path in threads) / 1e9


def wakeups(pid: int) -> int:
    """Return how often the threads of a process went to sleep, and so woke again."""
    found = 0
    for path in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


def _open(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the pipe was not asked for")
    return pipe
