"""Our side of an upload, in a process of its own so that its memory can be measured.

Started by `bench_upload`. It gets ready, tells what it holds idle, waits for a line, uploads, and
tells how long it took and the most memory it held meanwhile.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.measure import forget_peak, memory_bytes, say
from tests.fakes.world import Browser, claim_due, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.posts import Choices, PostStatus, Privacy
from tiktok_manager.services.planning import PlanRequest
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.system.media import MediaReader, fingerprint
from tiktok_manager.tiktok.answers import Verdict
from tiktok_manager.tiktok.chunk_plans import plan_chunks
from tiktok_manager.tiktok.endpoints import Endpoints
from tiktok_manager.tiktok.traffic import Traffic
from tiktok_manager.tiktok.transport import Http, NetworkTransport
from tiktok_manager.tiktok.upload import ChunkUploader

Upload = Callable[[], None]


@contextmanager
def chunks(url: str, file: Path, _data_dir: Path) -> Iterator[Upload]:
    """Prepare to send a file as `Transfer` does, without a database: read, hash, prove, put."""
    media = fingerprint(file)
    plan = plan_chunks(media.size_bytes)
    clock = SystemClock()
    http = Http(clock, NetworkTransport(clock), Traffic(clock))
    uploader = ChunkUploader(http, Endpoints(api_url=url, auth_url=url), clock)

    def upload() -> None:
        with MediaReader(media) as reader:
            for index in range(plan.count):
                first, last = plan.range_of(index)
                if index == plan.count - 1:
                    reader.check()
                    reader.verify_rest(first)
                answer = uploader.put(
                    f"{url}/upload/?upload_id=1&upload_token=1",
                    reader.content_type(),
                    first,
                    last,
                    media.size_bytes,
                    reader.blocks(first, last),
                    CancelToken(),
                    lambda _sent_bytes: None,
                )
                if answer.verdict not in {Verdict.STORED, Verdict.COMPLETE}:
                    raise RuntimeError(f"chunk {index}: {answer}")

    yield upload
    http.close()


@contextmanager
def whole_post(url: str, file: Path, data_dir: Path) -> Iterator[Upload]:
    """Prepare to publish a planned post: claim, preflight, init, every commit, every byte."""
    with open_workspace(environment(url, data_dir)) as workspace:
        with Browser("sim01") as browser:
            workspace.accounts.connect(
                open_url=browser.open, cancel=CancelToken(), scopes=ALL_SCOPES
            )
        request = PlanRequest(
            file=file,
            accounts=("sim01",),
            when="now",
            choices=Choices(privacy=Privacy.PUBLIC),
            consent=True,
        )
        post = workspace.planning.plan(request).posts[0]
        yield lambda: _publish(workspace, post.id)


def _publish(workspace: Workspace, post_id: str) -> None:
    claims, _checks = claim_due(workspace.publishing, uploads=1, checks=0)
    workspace.publishing.send(claims[0], CancelToken())
    post = workspace.planning.get(post_id)
    if post.status is not PostStatus.PROCESSING:
        raise RuntimeError(f"the post is {post.status}: {post.error}")


WAYS = {"chunks": chunks, "post": whole_post}


def main() -> None:
    """Upload once, and answer with the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("data_dir", type=Path)
    options = parser.parse_args()
    with WAYS[options.way](options.url, options.file, options.data_dir) as upload:
        forget_peak()
        idle_bytes = memory_bytes("VmRSS")
        say(ready=True)
        sys.stdin.readline()
        started_s = time.perf_counter()
        upload()
        duration_s = time.perf_counter() - started_s
        say(duration_s=duration_s, over_idle_bytes=memory_bytes("VmHWM") - idle_bytes)


if __name__ == "__main__":
    main()
