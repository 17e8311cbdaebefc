"""A blocked window names what blocks it; an idle one costs nothing."""

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from tiktok_manager.ui.watchdog import Watchdog


@pytest.fixture
def watchdog(qapp: QObject) -> Iterator[Watchdog]:
    watchdog = Watchdog(limit_s=0.1)
    watchdog.start()
    yield watchdog
    watchdog.stop()


class Reports(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
        self.came.set()


@pytest.fixture
def reports() -> Iterator[Reports]:
    handler = Reports()
    log = logging.getLogger("tiktok_manager.ui.watchdog")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def test_a_block_is_logged_with_its_stack_once(
    watchdog: Watchdog, reports: Reports, qtbot: QtBot
) -> None:
    done = threading.Event()

    def a_slow_slot() -> None:
        reports.came.wait(10)
        done.set()

    QTimer.singleShot(0, a_slow_slot)
    qtbot.waitUntil(done.is_set)
    assert len(reports.texts) == 1
    assert "a_slow_slot" in reports.texts[0]


def test_how_long_is_too_long_can_be_changed_while_it_watches(
    qapp: QObject, reports: Reports, qtbot: QtBot
) -> None:
    watchdog = Watchdog(limit_s=0.1)
    watchdog.set_limit(0.05)
    watchdog.start()
    QTimer.singleShot(0, lambda: reports.came.wait(10))
    qtbot.waitUntil(reports.came.is_set)
    watchdog.stop()
    assert "for 50 ms" in reports.texts[0]


def test_one_that_never_watched_can_be_stopped(qapp: QObject) -> None:
    Watchdog().stop()


def test_it_stops_with_the_window(qapp: QObject) -> None:
    watchdog = Watchdog()
    watchdog.start()
    watchdog.stop()
    assert not [t for t in threading.enumerate() if t.name == "gui-watchdog"]
