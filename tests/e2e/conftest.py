"""The real program in its own process, against the local TikTok over real HTTP."""

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import environment
from tests.harness.launcher import Warm
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

    def __init__(self, folder: Path, sim: Simulator, warm: Warm | None = None) -> None:
        self._warm = warm
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
        """Run a command to its end, in a process forked where the imports are done already.

        With an `env` of its own it is started as a user starts it: Python reads some of it itself.
        """
        if env is not None or self._warm is None:
            return self._run_cold(arguments, env or {}, text)
        given, output, log = (self.folder / f".{name}" for name in ("stdin", "stdout", "stderr"))
        given.write_text(text)
        for file in (output, log):
            file.write_bytes(b"")
        task = {"arguments": arguments, "env": self.env, "input": str(given)}
        pid = self._warm.ask({**task, "output": str(output), "log": str(log)})
        code = self._warm.ask({"wait": pid, "timeout_s": PATIENCE_S})
        assert code is not None, f"{arguments} did not end"
        return Result(code, output.read_text(), log.read_text())

    def _run_cold(self, arguments: Sequence[str], env: dict[str, str], text: str) -> Result:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env={**self.env, **env},
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
def a_program(folder: Path, warm: Warm | None) -> Iterator[Program]:
    config = SimulatorConfig(
        accounts=3, auto_approve=True, media_dir=folder / "tiktok", processing_s=0.2
    )
    with Simulator(config) as sim:
        yield Program(folder, sim, warm)


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm | None]:
    """Where commands are forked; there is no fork on Windows."""
    if sys.platform == "win32":
        yield None
        return
    with Warm({"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}) as process:
        yield process


@pytest.fixture
def program(tmp_path: Path, warm: Warm | None) -> Iterator[Program]:
    with a_program(tmp_path, warm) as program:
        yield program
