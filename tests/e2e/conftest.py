"""The real program in its own process, against the local TikTok over real HTTP."""

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import environment
from tiktok_manager.simulator import Simulator, SimulatorConfig

PROGRAM = [sys.executable, "-m", "tiktok_manager"]
PATIENCE_S = 90


@dataclass(frozen=True)
class Result:
    """What a command said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return stdout as the one JSON document it must be."""
        return json.loads(self.out)


class Program:
    """Runs commands on one data folder."""

    def __init__(self, folder: Path, sim: Simulator) -> None:
        self.folder = folder
        self.sim = sim
        self.data_dir = folder / "data"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            **environment(sim.base_url, self.data_dir),
        }

    def run(self, *arguments: str, env: dict[str, str] | None = None, text: str = "") -> Result:
        """Run a command to its end."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env={**self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            input=text,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def shell(self, script: str, *arguments: str) -> Result:
        """Run a command by a shell script, in which it is `"$@"`."""
        done = subprocess.run(
            ["sh", "-c", script, "sh", *PROGRAM, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command and return at once."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def connect(self, handle: str, *arguments: str) -> Result:
        """Connect an account by opening the printed address as a browser would."""
        process = self.start("accounts", "connect", "--print-url", *arguments)
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        browser = threading.Thread(target=_visit, args=(f"{url}&sim_user={handle}",))
        browser.start()
        out, err = process.communicate(timeout=PATIENCE_S)
        browser.join()
        return Result(process.returncode, out, err)


def _visit(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=PATIENCE_S) as answer:
        answer.read()


@contextmanager
def a_program(folder: Path) -> Iterator[Program]:
    config = SimulatorConfig(
        accounts=3, auto_approve=True, media_dir=folder / "tiktok", processing_s=0.2
    )
    with Simulator(config) as sim:
        yield Program(folder, sim)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with a_program(tmp_path) as program:
        yield program
