"""The window with 300 accounts and 100,000 posts while events come in at 20 a second.

A process of its own holds the window and a publisher that sends nothing; a local TikTok answers the
sync from another. Every pane is shown in turn, then 50 accounts are chosen in the composer, then
all accounts are synced while the panes go on changing. Told are the longest time in which the
window's thread answered nothing (without what it stood in line for a processor behind other
programs; with what it waited for Python's lock), each block over 100 ms with what it was doing, how
long the status line was behind what was true, and whether every pane got its reading.

Yardstick: a bare timer in the same process before the window is opened.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Child, Row, report
from tests.benchmarks.workspaces import add_posts, invent_posts
from tests.fakes.world import Browser, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.posts import Post, PostStatus

ACCOUNTS = 300
POSTS = 100_000
AHEAD_SHARE = 10
DRIVER = "tests.benchmarks.window_scale_driver"
SERVER = "tests.benchmarks.publisher_server"
BLOCK_TARGET = "≤ 100 ms"
LINE_TARGET = "≤ 1 s"
_AT_ONCE = 5_000


def main() -> None:
    """Fill a data folder, let the window live on it, and print how it fared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--posts", type=int, default=POSTS)
    told = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bench-window-") as name,
        Child(SERVER, "--accounts", str(told.accounts)) as server,
    ):
        data = Path(name) / "data"
        variables = environment(server.hear()["url"], data)
        fill(variables, told.accounts, told.posts)
        shown = {**os.environ, **variables, "QT_QPA_PLATFORM": "offscreen"}
        with Child(DRIVER, str(data), env=shown) as driver:
            found = driver.hear()
    title = f"Window, {told.accounts} accounts, {told.posts:,} posts, 20 events/s"
    report(title, rows(found))
    for line in found["blocks"]:
        print(f"  {line}")
    print(f"  logged by the watchdog: {found['freezes']}")


def fill(variables: Mapping[str, str], accounts: int, posts: int) -> None:
    """Connect accounts and add posts: one in ten still to come, the others long past."""
    with open_workspace(variables) as workspace:
        workspace.settings.set("scopes", "all")
        workspace.settings.set("freeze-log-ms", "100")
        owners = []
        for number in range(1, accounts + 1):
            with Browser(f"sim{number:02}") as browser:
                owners.append(
                    workspace.accounts.connect(
                        open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
                    )
                )
        now = workspace.clock.now()
        ahead = posts // AHEAD_SHARE
        step = timedelta(minutes=4)
        past = _ended(invent_posts(owners, posts - ahead, now - step * (posts - ahead), step))
        coming = invent_posts(owners, ahead, now + timedelta(hours=1), step)
        for some in _portions([*past, *coming]):
            add_posts(workspace, some)


def _ended(posts: Sequence[Post]) -> list[Post]:
    return [
        replace(post, status=PostStatus.PUBLISHED, published_at=post.schedule.due_at)
        for post in posts
    ]


def _portions(posts: Sequence[Post]) -> Iterator[Sequence[Post]]:
    for start in range(0, len(posts), _AT_ONCE):
        yield posts[start : start + _AT_ONCE]


def rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the figures as lines of the table."""
    longest = [
        Row(
            what=f"longest block, {phase}",
            ours=f"{block['ours_ms']:.0f} ms ({block['cpu_ms']:.0f} of it at work)",
            yardstick=f"{found['bare_ms']:.0f} ms",
            value=f"{block['count']} over 100 ms",
            target=BLOCK_TARGET,
        )
        for phase, block in found["phases"].items()
    ]
    late = Row(
        what="status line behind the truth, longest",
        ours=f"{found['line_s']:.2f} s of {found['changes']} changes",
        yardstick="–",
        value=f"{found['line_s']:.2f} s",
        target=LINE_TARGET,
    )
    read = [
        Row(
            what=f"readings of {pane}",
            ours=f"{told['delivered']} delivered in {told['shown_s']:.0f} s",
            yardstick="–",
            value="all" if not told["missing"] else ", ".join(told["missing"]),
            target="all",
        )
        for pane, told in found["panes"].items()
    ]
    return [*longest, late, *read]


if __name__ == "__main__":
    main()
