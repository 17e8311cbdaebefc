"""`publisher run` in a process of its own, with posts planned for a local TikTok."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.benchmarks.measure import ROOT, Child
from tests.benchmarks.workspaces import add_posts, invent_post
from tests.fakes.world import Browser, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.system.media import fingerprint

FILE_BYTES = 40_000

Lags = list[float]
Dues = Mapping[str, Lags]
"""By account, when its posts are due, in seconds since 1970."""


def plan(
    url: str,
    folder: Path,
    accounts: int,
    offsets_s: Sequence[float],
    ahead: timedelta,
    files: Sequence[Path] = (),
) -> Dues:
    """Connect accounts and plan a post for each offset, the accounts and files in turn."""
    media = [fingerprint(file) for file in files] or [_small_file(folder)]
    with open_workspace(environment(url, folder / "data")) as workspace:
        owners = []
        for number in range(1, accounts + 1):
            with Browser(f"sim{number:02}") as browser:
                connected = workspace.accounts.connect(
                    open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
                )
            owners.append(connected)
        now = workspace.clock.now()
        dues: dict[str, Lags] = {owner.handle: [] for owner in owners}
        posts = []
        for turn, offset_s in enumerate(offsets_s):
            owner = owners[turn % accounts]
            due_at: datetime = now + ahead + timedelta(seconds=offset_s)
            dues[owner.handle].append(due_at.timestamp())
            posts.append(invent_post(owner, media[turn % len(media)], due_at, now))
        add_posts(workspace, posts)
    return dues


def _small_file(folder: Path) -> MediaFile:
    file = folder / "video.mp4"
    file.write_bytes(os.urandom(FILE_BYTES))
    return fingerprint(file)


def arrivals(server: Child) -> Dues:
    """Return when uploads were asked for, by account or yardstick token."""
    server.tell("inits?")
    found: dict[str, Lags] = {}
    for owner, at_s in server.hear()["inits"]:
        found.setdefault(owner, []).append(at_s)
    return found


def wait_for(server: Child, count: int, patience_s: float = 60.0) -> Dues:
    """Return the arrivals once all posts have come."""
    pause = threading.Event()
    waited_s = 0.0
    while True:
        found = arrivals(server)
        ours = sum(len(times) for owner, times in found.items() if owner.startswith("sim"))
        if ours == count:
            return found
        if ours > count or waited_s > patience_s:
            raise RuntimeError(f"{ours} uploads were asked for, not {count}")
        waited_s += 1.0
        pause.wait(1.0)


@contextmanager
def publisher(variables: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the publisher until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "tiktok_manager", "publisher", "run"],
        cwd=ROOT,
        env={**os.environ, **variables},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
