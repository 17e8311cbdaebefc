"""What nobody foresaw is logged, shown once, and can be copied; also what ended the process."""

import faulthandler
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW
from tiktok_manager.ui.crash import CrashHook, DeathTrace, report_text


@pytest.fixture
def hook(qapp: QObject) -> Iterator[CrashHook]:
    hook = CrashHook()
    hook.install()
    yield hook
    hook.uninstall()


def an_error(text: str = "surprise") -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_the_report_has_version_system_and_stack() -> None:
    text = report_text(an_error())
    assert text.startswith("TikTok Manager ")
    assert "Python" in text
    assert "ValueError: surprise" in text


def test_the_same_error_is_shown_once(hook: CrashHook) -> None:
    shown: list[str] = []
    hook.reported.connect(shown.append)
    for _ in range(5):
        hook.report(an_error())
    assert len(shown) == 1


def test_an_error_on_another_thread_is_reported_here(hook: CrashHook, qtbot: QtBot) -> None:
    def work() -> None:
        raise RuntimeError("from afar")

    with qtbot.waitSignal(hook.reported) as caught:
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
    assert "from afar" in caught.args[0]


def test_the_hooks_are_given_back(qapp: QObject) -> None:
    before = (sys.excepthook, threading.excepthook)
    hook = CrashHook()
    hook.install()
    assert sys.excepthook != before[0]
    hook.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def test_the_logged_stack_goes_to_the_log_too(
    hook: CrashHook, caplog: pytest.LogCaptureFixture
) -> None:
    hook.report(an_error("logged"))
    assert "logged" in caplog.text


SEGFAULT = "import ctypes; ctypes.string_at(0)"
ABORT = "import os; os.abort()"


def die(logs: Path, how: str) -> None:
    """Let a process end as a window does whose native code fails."""
    start = (
        "import sys; from datetime import *; from pathlib import Path\n"
        "from tiktok_manager.ui.crash import DeathTrace\n"
        "trace = DeathTrace(); trace.open(Path(sys.argv[1]), datetime.now(UTC))\n"
        "def press_the_fatal_button():\n"
        f"    {how}\n"
        "press_the_fatal_button()\n"
    )
    ended = subprocess.run([sys.executable, "-c", start, str(logs)], check=False, timeout=120)
    assert ended.returncode != 0


@pytest.fixture
def trace() -> Iterator[DeathTrace]:
    trace = DeathTrace()
    yield trace
    trace.close()


@pytest.mark.parametrize("how", [SEGFAULT, ABORT])
def test_a_death_in_native_code_is_told_at_the_next_start_once(
    tmp_path: Path, trace: DeathTrace, how: str
) -> None:
    die(tmp_path, how)
    told = trace.open(tmp_path, NOW)
    assert told.startswith("TikTok Manager ")
    assert "press_the_fatal_button" in told
    trace.close()
    assert trace.open(tmp_path, NOW) == ""
    assert [path.read_text() for path in tmp_path.glob("death-*.log")] == [told]


def test_an_orderly_end_and_a_killed_window_leave_nothing_to_tell(
    tmp_path: Path, trace: DeathTrace
) -> None:
    trace.open(tmp_path, NOW)
    killed = (tmp_path / DeathTrace.FILE).read_text()
    trace.close()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / DeathTrace.FILE).write_text(killed)
    assert trace.open(tmp_path, NOW) == ""


def test_only_the_last_deaths_are_kept(tmp_path: Path, trace: DeathTrace) -> None:
    for days in range(9):
        (tmp_path / DeathTrace.FILE).write_text(f"TikTok Manager\n\nFatal on day {days}")
        assert f"day {days}" in trace.open(tmp_path, NOW + timedelta(days=days))
        trace.close()
    assert len(list(tmp_path.glob("death-*.log"))) == 5


def test_a_folder_that_cannot_be_written_keeps_nobody_from_starting(
    tmp_path: Path, trace: DeathTrace
) -> None:
    assert trace.open(tmp_path / "nowhere", NOW) == ""


def test_faults_go_to_the_terminal_again_after_the_window(
    tmp_path: Path, trace: DeathTrace
) -> None:
    trace.open(tmp_path, NOW)
    trace.close()
    assert faulthandler.is_enabled()
