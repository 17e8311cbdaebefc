"""What a start reads of the publish journal after four months of 50 accounts, 10 posts a day each.

Yardstick: the bare JSON parser over every line of the same file.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.measure import MIB, Row, median, report, spread
from tiktok_manager.system.journal import Journal, JournalEntry, JournalStep

POSTS_A_DAY = 500
DAYS = 120
REPEATS = 5
START = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print how long a start reads that knows all but the last day, and one that knows nothing."""
    with tempfile.TemporaryDirectory(prefix="bench-journal-") as name:
        path = Path(name, "publish-journal.jsonl")
        journal = Journal(path, lambda: b"k" * 32)
        journal._rewrite(list(_entries(DAYS - 1)))
        mark = journal.read().end
        for entry in _entries(1, since_day=DAYS - 1):
            journal.append(entry)
        journal.close()
        bare = [_seconds(lambda: _parse(path)) for _ in range(REPEATS)]
        rows = [
            _row("after a start the day before", lambda: journal.read(mark), bare, "≤ 0.05"),
            _row("never read before", journal.read, bare, "–"),
        ]
        size = f"{path.stat().st_size / MIB:.0f} MiB"
        report(f"Publish journal of {size}; yardstick: json.loads. Result: our time by its", rows)


def _entries(days: int, since_day: int = 0) -> Iterator[JournalEntry]:
    for number in range(since_day * POSTS_A_DAY, (since_day + days) * POSTS_A_DAY):
        for step in JournalStep:
            yield JournalEntry(
                step=step,
                post_id=f"{number:032x}",
                open_id=f"-000{number % 50:028d}",
                publish_id=f"v_pub_file~v2-1.{number:019d}",
                sha256=f"{number:064x}",
                size_bytes=30_000_000,
                at=START + timedelta(days=number / POSTS_A_DAY),
                outcome="published" if step is JournalStep.ENDED else "",
            )


def _parse(path: Path) -> None:
    for line in path.read_bytes().splitlines():
        json.loads(line)


def _row(what: str, work: Callable[[], object], bare: list[float], target: str) -> Row:
    ours = [_seconds(work) for _ in range(REPEATS)]
    return Row(
        what=what,
        ours=spread(ours, digits=3),
        yardstick=spread(bare, digits=3),
        value=f"{median(ours) / median(bare):.3f}",
        target=target,
    )


def _seconds(work: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    work()
    return time.perf_counter() - start_s
