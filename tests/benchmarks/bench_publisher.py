"""The publisher: how late a post's upload is asked for, and what waiting costs.

Lag: from a post's due instant to the instant its init request reaches the server, with
`publisher run` in a process of its own. Yardstick: a `threading.Timer` that sends one ready-made
request over an open httpx connection at the same kind of instants. Both clocks are this machine's.

Idle: processor time and wake-ups of `publisher run` with posts planned for later.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from tests.benchmarks.measure import ROOT, Child, Row, cpu_s, percentile, report, wakeups
from tests.benchmarks.workspaces import environment as lonely_environment
from tests.benchmarks.workspaces import filled, invent_post
from tests.fakes.world import Browser, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.system.media import fingerprint

ACCOUNTS = 12
POSTS_PER_ACCOUNT = 5
STEP = timedelta(seconds=0.5)
AHEAD = timedelta(seconds=8)
PATIENCE_S = 30.0
FILE_BYTES = 40_000
IDLE_S = 60.0
IDLE_POSTS = 1_000
CPU_TARGET = "≤ 0.2 %"
INIT_PATH = "/v2/post/publish/video/init/"

Lags = list[float]


def main() -> None:
    """Print the due lag and the cost of idling."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    idle_s = parser.parse_args().idle_s
    with tempfile.TemporaryDirectory(prefix="bench-publisher-") as name:
        rows = [*_lag(Path(name)), *_idle(Path(name) / "idle", idle_s)]
    report("Publisher; yardstick: threading.Timer and httpx", rows)


def _lag(folder: Path) -> list[Row]:
    with Child("tests.benchmarks.publisher_server", "--accounts", str(ACCOUNTS)) as server:
        url = server.hear()["url"]
        first_due, dues = _plan(url, folder)
        with _publisher(environment(url, folder / "data")):
            bare = _yardstick(url, first_due + STEP / 2, sum(map(len, dues.values())))
            arrived = _wait_for(server, ACCOUNTS * POSTS_PER_ACCOUNT)
    lags = [
        at_s - due.timestamp()
        for handle, planned in dues.items()
        for due, at_s in zip(planned, arrived[handle], strict=True)
    ]
    bare_lags = [at_s - float(due_s) for due_s in bare for at_s in arrived[due_s]]
    return [
        _lag_row(f"due lag of {len(lags)} posts, {name}", lags, bare_lags, percent)
        for name, percent in (("p50", 50), ("p99", 99))
    ]


def _lag_row(what: str, lags: Lags, bare: Lags, percent: float) -> Row:
    ours, yardstick = percentile(lags, percent), percentile(bare, percent)
    return Row(
        what=what,
        ours=f"{ours * 1000:.0f} ms",
        yardstick=f"{yardstick * 1000:.1f} ms",
        value=f"{ours / yardstick:.1f}",
    )


def _plan(url: str, folder: Path) -> tuple[datetime, Mapping[str, Sequence[datetime]]]:
    """Connect accounts and plan their posts; returns when each account's are due."""
    file = folder / "video.mp4"
    file.write_bytes(os.urandom(FILE_BYTES))
    media = fingerprint(file)
    chance = random.Random(1)
    with open_workspace(environment(url, folder / "data")) as workspace:
        accounts = []
        for number in range(1, ACCOUNTS + 1):
            with Browser(f"sim{number:02}") as browser:
                connected = workspace.accounts.connect(open_url=browser.open, cancel=CancelToken())
            accounts.append(connected)
        now = workspace.clock.now()
        first_due = now + AHEAD
        dues: dict[str, list[datetime]] = {account.handle: [] for account in accounts}
        posts = []
        for turn in range(ACCOUNTS * POSTS_PER_ACCOUNT):
            account = accounts[turn % ACCOUNTS]
            due_at = first_due + STEP * (turn + chance.random() / 4)
            dues[account.handle].append(due_at)
            posts.append(invent_post(account, media, due_at, now))
        workspace.planning.add(posts)
    return first_due, dues


def _yardstick(url: str, first_due: datetime, count: int) -> list[str]:
    """Send a request at each instant; returns the instants, which were also the tokens."""
    clock = SystemClock()
    tokens = [str((first_due + STEP * turn).timestamp()) for turn in range(count)]
    with httpx.Client(base_url=url, trust_env=False) as client:
        client.get("/")  # the connection is open, as ours may be

        def send(token: str) -> None:
            client.post(
                INIT_PATH,
                headers={"Authorization": f"Bearer {token}"},
                content=b"{}",
            )

        for token in tokens:
            wait_s = float(token) - clock.now().timestamp()
            timer = threading.Timer(max(0.0, wait_s), send, [token])
            timer.start()
            timer.join()
    return tokens


def _wait_for(server: Child, count: int) -> Mapping[str, Lags]:
    """Return the arrivals by account or token, once all posts have come."""
    pause = threading.Event()
    waited_s = 0.0
    while True:
        server.tell("arrivals?")
        found: dict[str, Lags] = {}
        for owner, at_s in server.hear()["arrivals"]:
            found.setdefault(owner, []).append(at_s)
        ours = sum(len(times) for owner, times in found.items() if owner.startswith("sim"))
        if ours == count:
            return found
        if ours > count or waited_s > PATIENCE_S:
            raise RuntimeError(f"{ours} uploads were asked for, not {count}")
        waited_s += 1.0
        pause.wait(1.0)


def _idle(data_dir: Path, idle_s: float) -> list[Row]:
    with filled(data_dir, accounts=ACCOUNTS, posts=IDLE_POSTS):
        pass
    pause = threading.Event()
    with _publisher(lonely_environment(data_dir)) as pid:
        pause.wait(10.0)  # the start is not what is measured
        cpu_before_s, woken_before = cpu_s(pid), wakeups(pid)
        pause.wait(idle_s)
        used_s, woken = cpu_s(pid) - cpu_before_s, wakeups(pid) - woken_before
    return [
        Row(
            what=f"idle over {idle_s:.0f} s, processor",
            ours=f"{used_s * 1000:.0f} ms",
            yardstick="one core",
            value=f"{100 * used_s / idle_s:.3f} %",
            target=CPU_TARGET,
        ),
        Row(
            what=f"idle over {idle_s:.0f} s, wake-ups",
            ours=f"{woken}",
            yardstick="–",
            value=f"{woken / idle_s:.1f} a second",
        ),
    ]


@contextmanager
def _publisher(variables: Mapping[str, str]) -> Iterator[int]:
    """Run the publisher in a process of its own; gives its id."""
    with subprocess.Popen(
        [sys.executable, "-m", "tiktok_manager", "publisher", "run"],
        cwd=ROOT,
        env={**os.environ, **variables},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


if __name__ == "__main__":
    main()
