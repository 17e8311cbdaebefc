"""The calendar over 100,000 posts in two years and 300 accounts: how fast a page is read and shown.

In the real window, offscreen, months, weeks and filters are leafed through. Told are how long the
posts of a page take from the database to tiles, how long it takes to show and paint them once they
are there (a frame at 60 Hz is 16.7 ms), and what the process holds more after leafing through all
than after the first pages. Times are those at work: what other programs take of the processor is
not counted. Yardstick of reading: the same rows by a bare SQLite range query.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import MIB, Child, Row, memory_bytes, percentile, report, say
from tests.benchmarks.workspaces import add_posts, environment, filled, invent_posts
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.storage.columns import to_stored

ACCOUNTS, POSTS = 300, 100_000
YEARS = timedelta(days=730)
FRAME_MS, DATA_MS = 16.7, 50
_AT_ONCE = 5_000
_COLUMNS = (
    "id, account_id, status, mode, due_at, timezone, substr(caption, 1, 300), batch, version, "
    "error, wake_at"
)


def main() -> None:
    """Fill a data folder, leaf through it, and print how fast that was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--posts", type=int, default=POSTS)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-calendar-") as name:
        data = Path(name) / "data"
        fill(data, told.accounts, told.posts)
        shown = {**os.environ, **environment(data), "QT_QPA_PLATFORM": "offscreen"}
        with Child("tests.benchmarks.bench_calendar", str(data), env=shown) as driver:
            found = driver.hear()
    report(f"Calendar, {told.accounts} accounts, {told.posts:,} posts in two years", rows(found))


def fill(data: Path, accounts: int, posts: int) -> None:
    """Plan posts evenly over two years, half of them published."""
    with filled(data, accounts=accounts) as workspace:
        owners, now = list(workspace.accounts.list()), workspace.clock.now()
        found = [
            replace(post, status=PostStatus.PUBLISHED, published_at=post.due_at)
            if post.due_at < now
            else post
            for post in invent_posts(owners, posts, now - YEARS / 2, YEARS / posts)
        ]
        for start in range(0, posts, _AT_ONCE):
            add_posts(workspace, found[start : start + _AT_ONCE])


def rows(found: dict[str, Any]) -> list[Row]:
    """Return the figures as lines of the table."""
    lines = []
    for what, told in found["pages"].items():
        read, raw = percentile(told["read_ms"], 95), percentile(told["raw_ms"], 95)
        lines.append(
            Row(
                what=f"{what}: {told['posts']} posts read, p95",
                ours=f"{read:.0f} ms",
                yardstick=f"{raw:.0f} ms",
                value=f"{read / max(raw, 0.1):.1f} ×",
                target=f"≤ {DATA_MS} ms",
            )
        )
        paint = percentile(told["paint_ms"], 95)
        lines.append(
            Row(
                what=f"{what}: shown and painted, p95",
                ours=f"{paint:.1f} ms",
                yardstick="–",
                value=f"{paint / FRAME_MS:.1f} frames",
                target="≤ 1 frame",
            )
        )
    grown = f"{found['grown_bytes'] / MIB:+.1f} MiB"
    return [*lines, Row(what="memory after all pages", ours=grown, yardstick="–", value=grown)]


def drive(folder: Path) -> None:  # noqa: PLR0915 - one run from its begin to its end
    """Say how the calendar fared on the data folder named."""
    from PySide6.QtCore import QEventLoop, QTimer

    from tests.fakes.window_world import window_on
    from tiktok_manager.ui.calendar.days import Ask, read_days
    from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter, Show
    from tiktok_manager.ui.calendar.span import View

    def live(for_ms: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(for_ms, loop.quit)
        loop.exec()

    with open_workspace(os.environ) as workspace, window_on(workspace, folder) as session:
        while "calendar" not in session.host._views:  # the workspace is being opened
            session.host.go("calendar")
            live(100)
        live(2_000)
        view: Any = session.host._views["calendar"]
        model = view.viewmodel
        bare = sqlite3.connect(workspace.paths.database)
        some = frozenset(each.id for each in list(workspace.accounts.list())[:10])
        kinds: dict[str, tuple[View, Filter, Callable[[], object]]] = {
            "month": (View.MONTH, NO_FILTER, lambda: model.turn(1)),
            "month by weeks": (View.MONTH, NO_FILTER, lambda: model.scroll(1)),
            "week": (View.WEEK, NO_FILTER, lambda: model.turn(1)),
            "month of 10 accounts": (
                View.MONTH,
                replace(NO_FILTER, account_ids=some),
                lambda: model.turn(1),
            ),
            "month of drafts": (
                View.MONTH,
                replace(NO_FILTER, show=Show.DRAFTS),
                lambda: model.turn(1),
            ),
        }
        pages: dict[str, Any] = {}
        held = 0
        for what, (shape, shown, on) in kinds.items():
            view._show_as(shape)
            model.set_filter(shown)
            model.show_day(model.today - timedelta(days=300))
            told: dict[str, Any] = {"read_ms": [], "raw_ms": [], "paint_ms": [], "posts": 0}
            for _page in range(20):
                on()
                while session.tasks.busy:  # its own reading would share the processor with ours
                    live(20)
                ask = Ask(span=model.span, shown=shown, zone=model.zone)
                start = time.thread_time()
                days = read_days(workspace, ask, CancelToken())
                told["read_ms"].append(_ms(start))
                told["posts"] = max(told["posts"], len(days.day_of))
                told["raw_ms"].append(_raw(bare, model.zone.bounds(model.span)))
                start = time.thread_time()
                model._show(days)
                view._grid.viewport().repaint()
                told["paint_ms"].append(_ms(start))
            pages[what] = told
            held = held or memory_bytes("VmRSS")
        grown = memory_bytes("VmRSS") - held
        say(pages=pages, grown_bytes=grown)
    os._exit(0)


def _raw(bare: sqlite3.Connection, bounds: Sequence[Any]) -> float:
    start = time.thread_time()
    query = f"SELECT {_COLUMNS} FROM posts WHERE due_at >= ? AND due_at < ? ORDER BY due_at, id"
    bare.execute(query, [to_stored(each) for each in bounds]).fetchall()
    return _ms(start)


def _ms(start: float) -> float:
    return (time.thread_time() - start) * 1000


if __name__ == "__main__":
    if len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        drive(Path(sys.argv[1]))
    else:
        main()
