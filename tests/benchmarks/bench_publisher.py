"""The publisher: how late a post's upload is asked for, what waiting costs, and what a crash.

Lag: from a post's due instant to the instant its init request reaches the server, with
`publisher run` in a process of its own. Yardstick: a `threading.Timer` that sends one ready-made
request over an open httpx connection at the same kind of instants. Both clocks are this machine's.
Once more with large files whose time is no longer the planned one, so that each has to be read
whole before it is sent; the yardstick is reading one.

Crash: from a SIGKILL in the middle of an upload, with a new start at once, to the first request
about the interrupted post.

Idle: processor time and wake-ups of `publisher run` with posts planned for later.
"""

import argparse
import os
import random
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx

from tests.benchmarks.measure import MIB, Child, Row, cpu_s, percentile, report, spread, wakeups
from tests.benchmarks.publishers import Dues, Lags, plan, publisher, wait_for
from tests.benchmarks.workspaces import environment as lonely_environment
from tests.benchmarks.workspaces import filled
from tests.fakes.world import environment
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.system.media import fingerprint

ACCOUNTS = 12
POSTS_PER_ACCOUNT = 5
STEP_S = 0.5
AHEAD = timedelta(seconds=8)
LARGE_FILES = 4
LARGE_BYTES = 256 * MIB
LARGE_STEP_S = 6.0
LARGE_AHEAD = timedelta(seconds=20)
CRASHES = 3
IDLE_S = 60.0
IDLE_POSTS = 1_000
LAG_TARGET = "≤ 1 s"
CRASH_TARGET = "≤ 10 s"
CPU_TARGET = "≤ 0.2 %"
INIT_PATH = "/v2/post/publish/video/init/"
SERVER = "tests.benchmarks.publisher_server"


def main() -> None:
    """Print the due lag, the cost of a crash and the cost of idling."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    idle_s = parser.parse_args().idle_s
    with tempfile.TemporaryDirectory(prefix="bench-publisher-") as name:
        folder = Path(name)
        rows = [
            *_lag(_made(folder / "lag")),
            _large(_made(folder / "large")),
            _crashes(folder),
            *_idle(folder / "idle", idle_s),
        ]
    report("Publisher", rows)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _lag(folder: Path) -> list[Row]:
    chance = random.Random(1)
    count = ACCOUNTS * POSTS_PER_ACCOUNT
    offsets_s = [STEP_S * (turn + chance.random() / 4) for turn in range(count)]
    with Child(SERVER, "--accounts", str(ACCOUNTS)) as server:
        url = server.hear()["url"]
        dues = plan(url, folder, ACCOUNTS, offsets_s, AHEAD)
        first_s = min(planned[0] for planned in dues.values())
        with publisher(environment(url, folder / "data")):
            bare = _yardstick(url, first_s + STEP_S / 2, count)
            arrived = wait_for(server, count)
    lags = _lags(dues, arrived)
    bare_lags = [at_s - float(due_s) for due_s in bare for at_s in arrived[due_s]]
    return [
        _lag_row(f"due lag of {len(lags)} posts, {name}", lags, bare_lags, percent)
        for name, percent in (("p50", 50), ("p99", 99))
    ]


def _lags(dues: Dues, arrived: Dues) -> Lags:
    return [
        at_s - due_s
        for handle, planned in dues.items()
        for due_s, at_s in zip(planned, arrived[handle], strict=True)
    ]


def _lag_row(what: str, lags: Lags, bare: Lags, percent: float) -> Row:
    ours, yardstick = percentile(lags, percent), percentile(bare, percent)
    return Row(
        what=what,
        ours=f"{ours * 1000:.0f} ms",
        yardstick=f"{yardstick * 1000:.1f} ms, a timer and httpx",
        value=f"{ours:.3f} s, ×{ours / yardstick:.1f}",
        target=LAG_TARGET,
    )


def _large(folder: Path) -> Row:
    files = [_large_file(folder / f"large-{number}.mp4") for number in range(LARGE_FILES)]
    offsets_s = [LARGE_STEP_S * turn for turn in range(LARGE_FILES)]
    with Child(SERVER, "--accounts", str(LARGE_FILES)) as server:
        url = server.hear()["url"]
        dues = plan(url, folder, LARGE_FILES, offsets_s, LARGE_AHEAD, files)
        for file in files:
            os.utime(file, ns=(1, 1))
        started_s = time.perf_counter()
        fingerprint(files[0])
        reading_s = time.perf_counter() - started_s
        with publisher(environment(url, folder / "data")):
            lags = _lags(dues, wait_for(server, LARGE_FILES))
    return Row(
        what=f"due lag of {LARGE_FILES} files of {LARGE_BYTES // MIB} MiB to be read anew, worst",
        ours=f"{max(lags) * 1000:.0f} ms",
        yardstick=f"{reading_s * 1000:.0f} ms, reading one",
        value=f"{max(lags):.3f} s",
        target=LAG_TARGET,
    )


def _large_file(path: Path) -> Path:
    with path.open("wb") as file:
        file.write(os.urandom(MIB))
        file.truncate(LARGE_BYTES)
    return path


def _yardstick(url: str, first_due_s: float, count: int) -> list[str]:
    """Send a request at each instant; returns the instants, which were also the tokens."""
    clock = SystemClock()
    tokens = [str(first_due_s + STEP_S * turn) for turn in range(count)]
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


def _crashes(folder: Path) -> Row:
    costs_s = [_crash(_made(folder / f"crash-{number}")) for number in range(CRASHES)]
    return Row(
        what=f"killed while sending and started anew, {CRASHES} times, to its next request",
        ours=spread(costs_s),
        yardstick="–",
        value=f"{max(costs_s):.2f} s",
        target=CRASH_TARGET,
    )


def _crash(folder: Path) -> float:
    with Child(SERVER, "--accounts", "1", "--hang-on-first-upload") as server:
        url = server.hear()["url"]
        plan(url, folder, 1, [0.0], timedelta())
        variables = environment(url, folder / "data")
        with publisher(variables) as process:
            before = _wait_for_requests(server, "upload", 0)
            process.kill()
            killed_s = SystemClock().now().timestamp()
        with publisher(variables):
            _wait_for_requests(server, "", before)
        return _requests(server)[before][1] - killed_s


def _wait_for_requests(server: Child, endpoint: str, after: int) -> int:
    """Wait for a request after so many; returns how many there are."""
    pause = threading.Event()
    for _ in range(600):
        found = _requests(server)
        if any(name.startswith(endpoint) for name, _ in found[after:]):
            return len(found)
        pause.wait(0.1)
    raise RuntimeError(f"no request of the kind {endpoint!r} came")


def _requests(server: Child) -> list[tuple[str, float]]:
    server.tell("requests?")
    return [(name, at_s) for name, at_s in server.hear()["requests"]]


def _idle(data_dir: Path, idle_s: float) -> list[Row]:
    with filled(data_dir, accounts=ACCOUNTS, posts=IDLE_POSTS):
        pass
    pause = threading.Event()
    with publisher(lonely_environment(data_dir)) as process:
        pid = process.pid
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


if __name__ == "__main__":
    main()
