"""What nobody foresaw is logged, shown once, and can be copied."""

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.crash import CrashHook, report_text


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
