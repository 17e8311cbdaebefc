"""`stop(t)` returns within t whatever hangs, gives the lock back, and leaves nothing half done."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.world import World, environment, make_world
from tiktok_manager.app import make_runner
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services.vault import VaultState
from tiktok_manager.system.locks import PublisherLock

PATIENCE_S = 60.0
STOP_S = 2.5
HANGS = (
    "backup",
    "refresh",
    "keyring prompt",
    "preparation",
    "upload",
    "question",
    "tick",
    "lease",
    "watcher",
    "goodbye",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as world:
        world.connect()
        yield world


class Hanging:
    """Stands in for a method: hangs until the test is over, as a dead disk or prompt would."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self._end = threading.Event()
        self._ended = threading.Event()

    def __call__(self, *_args: Any) -> Any:
        self.begun.set()
        self._end.wait()
        self._ended.set()
        return 0

    def let_go(self) -> None:
        self._end.set()
        assert not self.begun.is_set() or self._ended.wait(PATIENCE_S)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.let_go()


def hang(world: World, what: str, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one kind of work hang, and bring it about."""
    workspace = world.workspace
    place: dict[str, tuple[object, str]] = {
        "backup": (workspace.backups, "run_if_due"),
        "refresh": (workspace.accounts, "keep_alive"),
        "keyring prompt": (workspace.publishing, "get_ready"),
        "preparation": (workspace.publishing, "prepare"),
        "upload": (workspace.publishing, "send"),
        "question": (workspace.publishing, "check"),
        "tick": (workspace.publishing, "has_due"),
        "lease": (workspace.publishing, "renew"),
        "watcher": (workspace.database, "watch"),
        "goodbye": (workspace.publishing, "retire"),
    }
    if what in {"preparation", "upload", "question", "keyring prompt"}:
        world.plan()
    if what == "question":
        world.tick()
        world.clock.advance(timedelta(seconds=1))
    if what == "keyring prompt":
        monkeypatch.setattr(workspace.vault, "state", lambda: VaultState.LOCKED)
    if what == "preparation":
        monkeypatch.setattr(workspace.publishing, "has_due", lambda: False)
        world.claim(0, 0)
    monkeypatch.setattr(*place[what], hanging)


@pytest.mark.parametrize("what", HANGS)
def test_stopping_takes_no_longer_than_it_may_whatever_hangs(
    world: World, hanging: Hanging, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    hang(world, what, hanging, monkeypatch)
    runner = make_runner(world.workspace)
    runner.start()
    if what == "lease":
        runner._active[runner._background.submit(lambda: None)] = None  # type: ignore[assignment]
        threading.Thread(target=runner.renew_leases, daemon=True).start()
    if what != "goodbye":
        assert hanging.begun.wait(PATIENCE_S)
    stopped = stop_in_time(runner)
    lock = PublisherLock(world.workspace.paths.publisher_lock)
    assert lock.acquire(), "the next publisher may begin"
    lock.release()
    hanging.let_go()
    assert stopped


def stop_in_time(runner: Runner) -> bool:
    """Stop on a thread, so that one that waits for what hangs fails this test and not the suite."""
    stopping = threading.Thread(target=runner.stop, args=(STOP_S,), daemon=True)
    stopping.start()
    stopping.join(PATIENCE_S / 2)
    return not stopping.is_alive()


ENDING = """
import sys, threading
from tiktok_manager.app import make_runner, open_workspace

env = dict(line.split("=", 1) for line in sys.argv[1:])
begun = threading.Event()

def hang():
    begun.set()
    threading.Event().wait()

with open_workspace(env) as workspace:
    workspace.backups.run_if_due = hang
    runner = make_runner(workspace)
    runner.start()
    assert begun.wait(60)
    runner.stop(1.0)
print("stopped")
"""


def test_a_process_ends_although_a_backup_hangs(tmp_path: Path) -> None:
    env = environment("http://127.0.0.1:9", tmp_path / "data")
    told = subprocess.run(
        [sys.executable, "-c", ENDING, *(f"{name}={value}" for name, value in env.items())],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, "stopped\n"), told.stderr
