"""The whole window in the hands of a user without aim: nothing may crash, warn, or stay busy.

    python -m tests.harness.window_fuzz --steps 20000 --seed 1

Runs in processes of some thousand steps each, so that a death in native code is seen, with what
was done last. The data is real, the publisher sends nothing, and no TikTok answers. Meanwhile the
theme changes, events arrive from other threads, the window goes to the tray and comes back.
"""

import argparse
import faulthandler
import json
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEPS_EACH = 2_000
LAST_TOLD = 25
PLANTS = ("death", "hang", "warning", "busy", "surprise")
"""Faults a test plants in the middle, to see that each would be found."""


@dataclass(kw_only=True)
class Found:
    """What a run broke, each with what was done last; empty if nothing."""

    faults: list[str] = field(default_factory=list)
    steps: int = 0

    def __str__(self) -> str:
        head = f"{self.steps} steps, {len(self.faults)} faults"
        return "\n\n".join([head, *self.faults])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fuzz(
    steps: int, seed: int, *, plants: Sequence[str] = (), tell: Callable[[str], None] = _say
) -> Found:
    """Run so many steps, in as many processes as that takes."""
    found = Found()
    while found.steps < steps:
        share = min(STEPS_EACH, steps - found.steps)
        faults = _run_child(share, seed, plants)
        found.steps += share
        found.faults += [f"seed {seed}: {fault}" for fault in faults]
        tell("\n".join([f"seed {seed}, {share} steps: {len(faults) or 'no'} faults", *faults]))
        seed += 1
    return found


def _run_child(steps: int, seed: int, plants: Sequence[str]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="window-fuzz-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "tests.harness.window_fuzz", "--child", name]
        command += ["--steps", str(steps), "--seed", str(seed), "--plants", *plants]
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": name, "TZ": "UTC"}
        ended = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        last = "\n".join(_lines(folder / "acts.log")[-LAST_TOLD:])
        answer = folder / "found.json"
        if ended.returncode or not answer.exists():
            traces = [path.read_text() for path in folder.rglob("window-death*.log")]
            said = "\n".join([ended.stderr[-6_000:], *traces])
            return [f"the process ended with {ended.returncode}\n{said}\n{last}"]
        return [str(fault) for fault in json.loads(answer.read_text(encoding="utf-8"))]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


# --- in the process of one run ----------------------------------------------------------------


class Diary:
    """What was done and what went wrong; written down at once, for a death comes without notice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._acts = (folder / "acts.log").open("w", encoding="utf-8", buffering=1)
        self._last: list[str] = []
        self._kinds: set[str] = set()
        self.faults: list[str] = []

    def tell(self, act: str) -> None:
        """Note what is about to be done."""
        self._acts.write(f"{act}\n")
        self._last = [*self._last[-LAST_TOLD + 1 :], act]

    def blame(self, what: str) -> None:
        """Note a fault, each kind once."""
        kind = re.sub(r"0x[0-9a-f]+|\d+", "", what)
        if kind not in self._kinds:
            self._kinds.add(kind)
            self.faults.append("\n    ".join([what, "after:", *self._last]))

    def close(self) -> None:
        """Write the verdict."""
        self._acts.close()
        answer = self._folder / "found.json"
        answer.write_text(json.dumps(self.faults), encoding="utf-8")


class _Surprises(logging.Handler):
    """Hears what the last net caught: exceptions that nobody foresaw, from any thread."""

    def __init__(self, blame: Callable[[str], None]) -> None:
        super().__init__(logging.CRITICAL)
        self._blame = blame
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._blame(self.format(record))


def run_child(folder: Path, steps: int, seed: int, plants: Sequence[str]) -> None:
    """Play one run and write what it broke."""
    faulthandler.enable()
    diary = Diary(folder)
    os.chdir(folder)
    with _listening(diary), _nothing_leaves():
        from tests.harness.window_run import Run

        Run(folder, random.Random(seed), diary.tell, diary.blame, plants).play(steps)
    diary.close()
    # What Python frees at its end, in any order, is not what is looked at here.
    sys.stdout.flush()
    os._exit(0)


@contextmanager
def _listening(diary: Diary) -> Iterator[None]:
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    harmless = [re.compile(each) for each in _harmless_messages()]

    def hear(kind: QtMsgType, _where: object, text: str) -> None:
        is_bad = kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        if is_bad and not any(each.search(text) for each in harmless):
            diary.blame(f"Qt says: {text}")

    qInstallMessageHandler(hear)
    handler = _Surprises(diary.blame)
    logging.getLogger().addHandler(handler)
    yield
    qInstallMessageHandler(None)


def _harmless_messages() -> Sequence[str]:
    """Return what tests, too, let Qt say."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*settings["tool"]["pytest"]["qt_log_ignore"], "systemTrayWindowChanged"]


@contextmanager
def _nothing_leaves() -> Iterator[None]:
    """Answer what would open a browser or the system's own dialogs."""
    from PySide6.QtGui import QDesktopServices
    from PySide6.QtWidgets import QFileDialog

    chosen = ("", "")
    QDesktopServices.openUrl = staticmethod(lambda _url: True)  # type: ignore[method-assign]
    QFileDialog.getOpenFileName = staticmethod(lambda *_a, **_k: chosen)  # type: ignore[method-assign]
    QFileDialog.getSaveFileName = staticmethod(lambda *_a, **_k: chosen)  # type: ignore[method-assign]
    yield


def main() -> int:
    """Say what a run broke; 1 if it broke anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS_EACH)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plants", nargs="*", default=(), choices=PLANTS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.child is not None:
        run_child(told.child, told.steps, told.seed, told.plants)
        return 0
    found = fuzz(told.steps, told.seed, plants=told.plants, tell=_say)
    _say(str(found))
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
