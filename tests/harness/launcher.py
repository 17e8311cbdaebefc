"""Starts the real program, cold or from a process that has done the imports already.

Two thirds of a start's work are imports and the passphrase's scrypt. `Warm` keeps a process
that holds the imports and nothing else (no thread, no file, no connection) and lets it fork; the
child calls the program's own `main` and ends as the program does. `Launcher` hands a key derived
once to later starts. A cold start is the plain program and pays for all of it.
"""

import gc
import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tiktok_manager.system import vault

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ("publisher", "run", "--until-idle")
LOOK_S = 0.004

# All that the program loads on the way to its first upload.
LOADED = (
    "av",
    "encodings.idna",
    "jeepney.io.blocking",
    "pydantic.main",
    "pydantic.type_adapter",
    "pysqlite3.dbapi2",
    "tiktok_manager.app",
    "tiktok_manager.cli.main",
    "typer._adapters",
    "wakepy",
    "wakepy.dbus_adapters.jeepney",
)


class Program:
    """One run of the program. `code` is None while it lives, below zero after a signal."""

    pid: int
    code: int | None = None

    def wait(self, timeout_s: float) -> int | None:
        """Wait for its end, and return `code`."""
        raise NotImplementedError

    def kill(self) -> None:
        """End it at once, from any thread."""
        self._signal(signal.SIGKILL)

    def end(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.code is None:
            os.kill(self.pid, number)


class _Cold(Program):
    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.pid = process.pid

    def wait(self, timeout_s: float) -> int | None:
        try:
            self.code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        return self.code


class _Forked(Program):
    def __init__(self, launcher: "Launcher", pid: int) -> None:
        self._launcher = launcher
        self.pid = pid

    def wait(self, timeout_s: float) -> int | None:
        if self.code is None:
            self.code = self._launcher.ask({"wait": self.pid, "timeout_s": timeout_s})
        return self.code


class Warm:
    """A process that holds the program's imports and forks the program. A context manager."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.launcher"],
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=90)

    def ask(self, command: Mapping[str, object]) -> Any:
        """Give the process a command and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Launcher(Warm):
    """Starts publishers with one environment; their messages go to `log`. A context manager."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        super().__init__(env)
        self._log = log
        self._keys: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._derive, vault._derive = vault._derive, self._remembered
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        vault._derive = self._derive
        super().__exit__(kind, error, trace)

    def start(self, *, cold: bool) -> Program:
        """Start the program."""
        if not cold:
            task = {
                "arguments": ARGUMENTS,
                "env": self._env,
                "log": str(self._log),
                "keys": self._keys,
            }
            return _Forked(self, self.ask(task))
        command = [sys.executable, "-m", "tiktok_manager", *ARGUMENTS]
        with self._log.open("ab") as log:
            return _Cold(
                subprocess.Popen(
                    command, cwd=ROOT, env=self._env, stdout=subprocess.DEVNULL, stderr=log
                )
            )

    def _remembered(self, passphrase: str, salt: bytes, cost: vault.ScryptCost) -> bytes:
        name = _key_name(passphrase, salt)
        if name not in self._keys:
            self._keys[name] = self._derive(passphrase, salt, cost).hex()
        return bytes.fromhex(self._keys[name])


def _key_name(passphrase: str, salt: bytes) -> str:
    return hashlib.sha256(salt + passphrase.encode()).hexdigest()


def _be_the_program(task: dict[str, Any]) -> None:
    """Go on as the program; ends this process."""
    from tiktok_manager.__main__ import main

    os.environ.clear()
    os.environ.update(task["env"])
    for target, (name, flags) in enumerate(
        (
            (task.get("input", os.devnull), os.O_RDONLY),
            (task.get("output", os.devnull), os.O_WRONLY),
            (task["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT),
        )
    ):
        os.dup2(os.open(name, flags, 0o600), target)
    keys, derive = task.get("keys", {}), vault._derive

    def known(passphrase: str, salt: bytes, cost: vault.ScryptCost) -> bytes:
        key = keys.get(_key_name(passphrase, salt))
        return bytes.fromhex(key) if key else derive(passphrase, salt, cost)

    vault._derive = known
    sys.argv = ["tiktok-manager", *task["arguments"]]
    sys.exit(main())


def _wait(pid: int, timeout_s: float) -> int | None:
    pause, end_s = threading.Event(), time.monotonic() + timeout_s
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= end_s:
            return None
        pause.wait(LOOK_S)


def main() -> None:
    """Serve commands until stdin is closed."""
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()  # else a program's first collection copies every page it shares with this process
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            answer = _wait(command["wait"], command["timeout_s"])
        else:
            assert threading.active_count() == 1
            answer = os.fork()
            if answer == 0:
                _be_the_program(command)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
