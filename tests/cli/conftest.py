"""Runs commands in this process, on a data folder with one account and one planned post."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tests.cli.test_main import no_runner, no_window
from tests.fakes.world import START, VirtualClock, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.main import run
from tiktok_manager.domain.posts import Post

Tell = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """Fill a data folder with an account and a planned post."""
    with filled(tmp_path / "data", accounts=1) as workspace:
        start = START + timedelta(days=1)
        (post,) = invent_posts(workspace.accounts.list(), 1, start, timedelta())
        add_posts(workspace, [post])
        return post


@pytest.fixture
def here(tmp_path: Path, post: Post) -> CommandLine:
    """The command line of that data folder, at a time that stands still."""
    clock = VirtualClock()
    return CommandLine(
        env=environment("http://127.0.0.1:9", tmp_path / "data"),
        open_workspace=lambda env, _clock=None: open_workspace(env, clock),
        make_runner=no_runner,
        run_window=no_window,
    )


@pytest.fixture
def tell(here: CommandLine, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run a command; returns its exit code, its JSON document and what it said beside that."""

    def command(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = run([*words, "--json"], here)
        told = capsys.readouterr()
        return code, json.loads(told.out), told.err

    return command


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    file = tmp_path / "clip.mp4"
    file.write_bytes(bytes(1_000))
    return file
