"""Importing 10,000 rows: the dry run, the import, what a row costs when there are five times more.

Yardstick: the rows that the import wrote, written with the bare SQLite driver by one `executemany`
into a copy of the same database with the same durability (WAL, synchronous=FULL, foreign keys).
The start of the process is left out, and the videos were looked into before.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.bench_planning import _bare, _copy, _insert, _stored
from tests.benchmarks.measure import MIB, Row, forget_peak, median, memory_bytes, report, spread
from tests.benchmarks.workspaces import filled
from tiktok_manager.services.bulk_import import ImportProposal
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.system.sample_video import make_sample_video

T = TypeVar("T")

ROWS, MANY = 10_000, 50_000
ACCOUNTS, VIDEOS = 100, 20
REPEATS = 5
MOST_DRY_RUN_S, MOST_IMPORT = 5.0, 6.0
SAVED_S = 1_700_000_000.0
COLUMNS = (
    "file,account,publish_at,timezone,caption,hashtags,privacy,comments,duet,stitch,mode,tags,late"
)


def main() -> None:
    """Print what an import costs."""
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
        folder = Path(name)
        videos = _videos(folder)
        # First, while the process holds no memory that it could use again.
        grown = _growth(folder, videos)
        report(
            f"{ROWS:,} rows of CSV; yardstick: executemany of the same rows. Result: by that",
            _import(folder, videos),
        )
        report(f"{MANY:,} rows; yardstick: {ROWS:,}. Result: a row by that", grown)


def _import(folder: Path, videos: list[Path]) -> list[Row]:
    look_s, plan_s, whole_s, bare_s = [], [], [], []
    for number in range(REPEATS):
        here = folder / str(number)
        with filled(here / "data", accounts=ACCOUNTS) as workspace:
            bare_file = _copy(workspace, here)
            table = _table(workspace, here, videos, ROWS)
            _look(workspace, table)  # the videos are known from now on
            seconds, proposed = _timed(lambda: _look(workspace, table))  # noqa: B023
            look_s.append(seconds)
            seconds, _result = _timed(lambda: workspace.imports.commit(proposed))  # noqa: B023
            plan_s.append(seconds)
            whole_s.append(look_s[-1] + plan_s[-1])
            columns, rows = _stored(workspace)
            with _bare(bare_file) as bare:
                seconds, _done = _timed(lambda: _insert(bare, columns, rows, len(rows)))  # noqa: B023
            bare_s.append(seconds)
        shutil.rmtree(here)
    bare = spread(bare_s)
    dry, whole = f"≤ {MOST_DRY_RUN_S:.0f} s", f"≤ {MOST_IMPORT:.0f}"
    return [
        _row("dry run", look_s, bare, f"{median(look_s):.2f} s", dry),
        _row("plan what was looked at", plan_s, bare, f"{median(plan_s) / median(bare_s):.1f}"),
        _row("import", whole_s, bare, f"{median(whole_s) / median(bare_s):.1f}", whole),
    ]


def _growth(folder: Path, videos: list[Path]) -> list[Row]:
    per_row_s: dict[int, float] = {}
    peaks: dict[int, int] = {}
    for count in (ROWS, MANY):
        with filled(folder / f"grow-{count}" / "data", accounts=ACCOUNTS) as workspace:
            table = _table(workspace, folder / f"grow-{count}", videos, count)
            before_bytes = memory_bytes("VmRSS")
            forget_peak()
            seconds, _result = _timed(lambda: workspace.imports.commit(_look(workspace, table)))  # noqa: B023
            per_row_s[count] = seconds / count
            peaks[count] = memory_bytes("VmHWM") - before_bytes
    return [
        Row(
            what="read, look and plan, for each row",
            ours=f"{per_row_s[MANY] * 1e6:.0f} µs",
            yardstick=f"{per_row_s[ROWS] * 1e6:.0f} µs",
            value=f"{per_row_s[MANY] / per_row_s[ROWS]:.2f}",
        ),
        Row(
            what="memory at the peak",
            ours=f"{peaks[MANY] / MIB:.0f} MiB",
            yardstick=f"{peaks[ROWS] / MIB:.0f} MiB",
            value=f"{peaks[MANY] / MANY / 1024:.1f} KiB a row",
        ),
    ]


def _look(workspace: Workspace, table: Path) -> ImportProposal:
    options = replace(workspace.imports.usual(), consent=True)
    return workspace.imports.propose(workspace.imports.read(table), options)


def _table(workspace: Workspace, folder: Path, videos: list[Path], count: int) -> Path:
    """Write a table with a post of each account every few hours."""
    handles = [account.handle for account in workspace.accounts.list()]
    first = workspace.clock.now() + timedelta(days=2)
    lines = [COLUMNS]
    for number in range(count):
        at = first + timedelta(minutes=5 * number)
        lines.append(
            f"{videos[number % VIDEOS]},@{handles[number % ACCOUNTS]},{at:%Y-%m-%d %H:%M},"
            f'Europe/Berlin,"A caption, the {number}th",#one,public,yes,no,no,direct,a;b,ask 2h'
        )
    path = folder / "plan.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _videos(folder: Path) -> list[Path]:
    found = []
    for number in range(VIDEOS):
        path = make_sample_video(folder / f"{number}.mp4", hue=number * 18, seconds=0.2)
        os.utime(path, (SAVED_S, SAVED_S))
        found.append(path)
    return found


def _row(what: str, seconds: list[float], bare: str, value: str, target: str = "–") -> Row:
    return Row(what=what, ours=spread(seconds), yardstick=bare, value=value, target=target)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started_s = time.perf_counter()
    result = work()
    return time.perf_counter() - started_s, result


if __name__ == "__main__":
    main()
