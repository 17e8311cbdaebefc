"""Connections that break at any byte: one post, never two, and no upload begun twice in doubt."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fakes.chaos import ChaosProxy, Ending, Mishap
from tests.fakes.world import START, VirtualClock, World, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.simulator import Simulator, SimulatorConfig

INIT, CHUNK, STATUS = b"/video/init/", b"PUT /", b"/status/fetch/"
CREATOR, REFRESH = b"/creator_info/query/", b"refresh_token="


class SharedClock(VirtualClock):
    """Moved by the line as well as by the publisher."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    @override
    def advance(self, step: timedelta) -> None:
        with self._lock:
            super().advance(step)

    def pass_s(self, seconds: float) -> None:
        """Move on by seconds."""
        self.advance(timedelta(seconds=seconds))


@contextmanager
def stormy(folder: Path, **line: float) -> Iterator[tuple[World, ChaosProxy]]:
    """A world with one connected account whose every byte passes through a bad line."""
    clock = SharedClock()
    config = SimulatorConfig(
        auto_approve=True, media_dir=folder / "tiktok", start_s=START.timestamp(), speed=0.0
    )
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(config))
        clock.followers.append(sim)
        server_port = int(sim.base_url.rpartition(":")[2])
        proxy = stack.enter_context(ChaosProxy(server_port, pass_time=clock.pass_s))
        sim.world.base_url = proxy.url
        env = environment(proxy.url, folder / "data")
        workspace = stack.enter_context(open_workspace(env, clock))
        world = World(workspace, sim, clock, folder)
        world.connect()
        for name, value in line.items():
            setattr(proxy, name, value)
        yield world, proxy


BREAKS = {
    "reset in the request": Mishap(sent_bytes=30),
    "reset in the answer": Mishap(heard_bytes=20),
    "closed without an answer": Mishap(heard_bytes=0, ending=Ending.CLOSE),
    "silent before the request is over": Mishap(sent_bytes=30, ending=Ending.SILENCE),
    "silent in the answer": Mishap(heard_bytes=20, ending=Ending.SILENCE),
}


@pytest.mark.parametrize("at", [CREATOR, INIT, CHUNK, STATUS])
@pytest.mark.parametrize("how", BREAKS)
def test_a_connection_that_breaks_leads_to_one_post(tmp_path: Path, at: bytes, how: str) -> None:
    with stormy(tmp_path) as (world, line):
        post = world.plan()
        line.order(replace(BREAKS[how], at=at))
        world.run(timedelta(hours=1))
        assert line.struck == 1
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]
        assert world.calls("video_init") == (
            2 if at == INIT and BREAKS[how].heard_bytes is not None else 1
        )


@pytest.mark.parametrize("how", BREAKS)
def test_a_refresh_whose_answer_is_lost_never_loses_the_post(tmp_path: Path, how: str) -> None:
    with stormy(tmp_path) as (world, line):
        post = world.plan(after=timedelta(hours=3))
        line.order(replace(BREAKS[how], at=REFRESH))
        world.run(timedelta(hours=4))
        assert line.struck == 1
        (account,) = world.workspace.accounts.list()
        if account.status is AccountStatus.NEEDS_RECONNECT:
            assert BREAKS[how].heard_bytes is not None, "the old pair was still good"
            world.connect()
            world.settle()
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]


@pytest.mark.usefixtures("small_chunks")
def test_a_line_of_2_kb_s_with_resets_brings_the_video_home(tmp_path: Path) -> None:
    with stormy(tmp_path, bytes_per_s=2_000, latency_s=5) as (world, line):
        post = world.plan(size_bytes=200_000)
        line.order(Mishap(at=CHUNK, sent_bytes=9_000, times=1000, chance=0.2))
        line.order(Mishap(at=b"POST /", heard_bytes=0, times=1000, chance=0.2))
        world.run(timedelta(hours=2))
        assert line.struck > 3
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.arrived() == [post.media.sha256]


def test_a_line_that_never_gets_a_video_through_gives_up_in_words(tmp_path: Path) -> None:
    with stormy(tmp_path, silence_s=1_000) as (world, line):
        # More than fits between the two: so it is known that it did not arrive.
        post = world.plan(size_bytes=24_000_000)
        line.order(Mishap(at=CHUNK, sent_bytes=9_000, times=1000, ending=Ending.SILENCE))
        world.run(timedelta(hours=30))
        after = world.post(post)
        assert (after.status, after.error and after.error.code) == (
            PostStatus.NEEDS_ATTENTION,
            "too_many_uploads",
        )
        assert world.calls("video_init") == 3
        assert world.arrived() == []
        line.calm()
        world.workspace.planning.retry(post.id)
        world.settle()
        assert world.arrived() == [post.media.sha256]


@pytest.mark.usefixtures("small_chunks")
def test_a_network_that_goes_and_comes_back_goes_on_with_the_same_upload(tmp_path: Path) -> None:
    with stormy(tmp_path) as (world, line):
        post = world.plan(size_bytes=100_000)
        line.order(Mishap(at=b"bytes 32000-", sent_bytes=9_000))
        line.order(Mishap(at=b"/status/fetch/", sent_bytes=0, times=5, ending=Ending.CLOSE))
        world.run(timedelta(minutes=50))
        assert line.struck == 6
        assert world.post(post).status is PostStatus.PUBLISHED
        assert world.calls("video_init") == 1
        assert world.calls("upload") == 7
