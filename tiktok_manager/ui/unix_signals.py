"""SIGTERM, SIGINT and SIGHUP end the window in order, as Quit does."""

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

from tiktok_manager.system.shutdown_signals import shutdown_signals


class UnixSignals(QObject):
    """Brings such signals into Qt's loop, where Python would not see them for long."""

    def __init__(self, handler: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._ours, self._pythons = socket.socketpair()
        for end in (self._ours, self._pythons):
            end.setblocking(False)
        self._handler = handler
        self._saved = {
            number: signal.signal(number, lambda *_: None) for number in shutdown_signals()
        }
        self._saved_fd = signal.set_wakeup_fd(self._pythons.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._saved_fd)
        for number, handler in self._saved.items():
            signal.signal(number, handler)
        self._ours.close()
        self._pythons.close()

    def _on_signal(self) -> None:
        received = set(self._ours.recv(64))
        if received & self._saved.keys():
            self._handler()
