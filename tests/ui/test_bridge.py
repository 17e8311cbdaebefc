"""Events of the core reach the window on its own thread, and only while it lives."""

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tiktok_manager.domain.events import (
    AccountChanged,
    Event,
    EventBus,
    MetricsUpdated,
    SettingsChanged,
)
from tiktok_manager.ui.bridge import QtEventBridge


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def bridge(qapp: QObject, bus: EventBus) -> Iterator[QtEventBridge]:
    bridge = QtEventBridge(bus)
    yield bridge
    bridge.close()


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Event] = []
        self.threads: set[int] = set()

    def on_event(self, event: Event) -> None:
        self.heard.append(event)
        self.threads.add(threading.get_ident())


def test_an_event_of_a_worker_is_heard_on_the_gui_thread(
    bus: EventBus, bridge: QtEventBridge, qtbot: QtBot
) -> None:
    listener = Listener()
    bridge.listen(AccountChanged, listener.on_event)
    event = AccountChanged(account_id="1")
    worker = threading.Thread(target=bus.publish, args=(event,))
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: listener.heard == [event])
    assert listener.threads == {threading.get_ident()}


def test_only_the_kind_asked_for_is_heard(bus: EventBus, bridge: QtEventBridge) -> None:
    listener = Listener()
    everything = Listener()
    bridge.listen(AccountChanged, listener.on_event)
    bridge.listen(Event, everything.on_event)
    bus.publish(SettingsChanged(name="theme"))
    bus.publish(MetricsUpdated(account_id="1"))
    assert not listener.heard
    assert len(everything.heard) == 2


def test_a_listener_is_not_kept_alive(bus: EventBus, bridge: QtEventBridge) -> None:
    listener = Listener()
    gone: list[bool] = []
    listener.destroyed.connect(lambda: gone.append(True))
    bridge.listen(Event, listener.on_event)
    del listener
    gc.collect()
    bus.publish(SettingsChanged(name="theme"))
    assert gone


def test_after_closing_nothing_is_heard(bus: EventBus, bridge: QtEventBridge) -> None:
    listener = Listener()
    bridge.listen(Event, listener.on_event)
    bridge.close()
    bus.publish(SettingsChanged(name="theme"))
    assert not listener.heard
