"""Sending a video: how fast against curl, and how much memory it takes.

Yardstick: one `curl` process that PUTs the same chunks, with the same headers, over one connection
to the same server; the time curl takes to start is taken off. Ours also hashes what it sends,
proves the file before the last chunk, and (as a whole post) commits every step.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measure import MIB, Child, Row, median, report, spread
from tiktok_manager.domain.media import MAX_VIDEO_BYTES
from tiktok_manager.tiktok.chunk_plans import SINGLE_CHUNK_BYTES, ChunkPlan, plan_chunks

SIZE_BYTES = 1_000_000_000
LINK_BYTES_PER_S = 100_000_000
BLOCK_BYTES = 10_000_000
REPEATS = {"100 MB/s": 3, "unthrottled": 7}
TARGETS = {"100 MB/s": "≥ 0.95", "unthrottled": "≥ 0.5"}
MEMORY_TARGET = "≤ 48 MiB"
WAYS = {"chunks": "its chunks", "post": "as a whole post"}

SINK = "tests.benchmarks.upload_sink"
CLIENT = "tests.benchmarks.upload_client"


class Ours:
    """Uploads with our code in fresh processes; remembers the most memory one took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.over_idle_bytes = 0

    def upload(self, way: str, url: str, file: Path) -> float:
        """Return the seconds an upload took."""
        data_dir = tempfile.mkdtemp(prefix="data-", dir=self._folder)
        with Child(CLIENT, way, url, str(file), data_dir) as client:
            client.hear()
            client.tell("go")
            told = client.hear()
        self.over_idle_bytes = max(self.over_idle_bytes, told["over_idle_bytes"])
        return float(told["duration_s"])


class Curl:
    """The yardstick: chunk files made beforehand, one process, one connection."""

    def __init__(self, file: Path, plan: ChunkPlan, folder: Path) -> None:
        self._plan = plan
        self._parts = _cut(file, plan, folder)

    def upload(self, url: str) -> float:
        """Return the seconds an upload took, without those curl needs to start."""
        arguments: list[str] = []
        for index, part in enumerate(self._parts):
            first, last = self._plan.range_of(index)
            content_range = f"Content-Range: bytes {first}-{last}/{self._plan.size_bytes}"
            arguments += ["--next"] if arguments else []
            arguments += ["-sSf", "-o", os.devnull, "-T", str(part), "-H", content_range]
            arguments += ["-H", "Content-Type: video/mp4", "-H", "Expect:"]
            arguments.append(f"{url}/upload/?upload_id=1&upload_token=1")
        return _seconds(arguments) - _seconds(["--version"])


def main() -> None:
    """Print speed and memory of an upload beside curl's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one repetition each, no 4 GB file")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="bench-upload-") as name:
        folder = Path(name)
        file = _random_file(folder / "video.mp4", SIZE_BYTES)
        curl = Curl(file, plan_chunks(SIZE_BYTES), folder)
        ours = Ours(folder)
        rows = [
            *_speed("100 MB/s", LINK_BYTES_PER_S, file, ours, curl, quick=quick),
            *_speed("unthrottled", 0, file, ours, curl, quick=quick),
            _memory("1 GB in chunks", ours.over_idle_bytes),
            *_memory_of_edges(folder, quick=quick),
        ]
    report("Upload of 1 GB; yardstick: curl. Result: its time through ours", rows)


def _speed(
    link: str, bytes_per_s: int, file: Path, ours: Ours, curl: Curl, *, quick: bool
) -> list[Row]:
    times: dict[str, list[float]] = {"curl": [], **{way: [] for way in WAYS}}
    with Child(SINK, "--bytes-per-s", str(bytes_per_s)) as sink:
        url = sink.hear()["url"]
        for _ in range(1 if quick else REPEATS[link]):
            times["curl"].append(curl.upload(url))
            for way in WAYS:
                times[way].append(ours.upload(way, url, file))
    return [
        Row(
            what=f"{link}, {told}",
            ours=f"{spread(times[way])}, {_rate(times[way])}",
            yardstick=f"{spread(times['curl'])}, {_rate(times['curl'])}",
            value=f"{median(times['curl']) / median(times[way]):.2f}",
            target=TARGETS[link],
        )
        for way, told in WAYS.items()
    ]


def _memory_of_edges(folder: Path, *, quick: bool) -> list[Row]:
    rows = []
    sizes = {"64,000,000 bytes at once": SINGLE_CHUNK_BYTES}
    if not quick:
        sizes["4 GiB, sparse"] = MAX_VIDEO_BYTES
    with Child(SINK) as sink:
        url = sink.hear()["url"]
        for what, size_bytes in sizes.items():
            file = folder / f"{size_bytes}.mp4"
            with file.open("wb") as empty:
                empty.truncate(size_bytes)
            ours = Ours(folder)
            for way in WAYS:
                ours.upload(way, url, file)
            rows.append(_memory(what, ours.over_idle_bytes))
    return rows


def _memory(what: str, over_idle_bytes: int) -> Row:
    return Row(
        what=f"peak memory over idle, {what}",
        ours=f"{over_idle_bytes / MIB:.1f} MiB",
        yardstick="idle",
        value=f"{over_idle_bytes / MIB:.1f} MiB",
        target=MEMORY_TARGET,
    )


def _rate(times_s: Sequence[float]) -> str:
    return f"{SIZE_BYTES / median(times_s) / 1e6:,.0f} MB/s"


def _random_file(path: Path, size_bytes: int) -> Path:
    with path.open("wb") as file:
        for _ in range(size_bytes // BLOCK_BYTES):
            file.write(os.urandom(BLOCK_BYTES))
        os.fsync(file.fileno())
    return path


def _cut(file: Path, plan: ChunkPlan, folder: Path) -> list[Path]:
    parts = []
    with file.open("rb") as whole:
        for index in range(plan.count):
            first, last = plan.range_of(index)
            parts.append(folder / f"part-{index:03}")
            parts[-1].write_bytes(whole.read(last - first + 1))
    os.sync()
    return parts


def _seconds(curl_arguments: Sequence[str]) -> float:
    started_s = time.perf_counter()
    subprocess.run(["curl", *curl_arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started_s


if __name__ == "__main__":
    main()
