"""Logs a stack when the GUI thread blocks, so that a freeze names its cause."""

import logging
import sys
import threading
import traceback

from PySide6.QtCore import QObject, Qt, Signal

logger = logging.getLogger(__name__)

LIMIT_S = 0.2


class Watchdog(QObject):
    """Asks the thread it is made on for an answer, again and again, from a thread of its own.

    Qt's own marks of a busy loop (`awake`, `aboutToBlock`) come in another order on each
    platform; an answer that stays away means the same everywhere. It rests while nobody looks.
    """

    _asked = Signal()

    def __init__(self, limit_s: float = LIMIT_S, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit_s = limit_s
        self._watched = threading.get_ident()
        self._answered = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._stopping = threading.Event()
        self._asked.connect(self._answered.set, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._watch, name="gui-watchdog", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()

    def rest(self, resting: bool) -> None:
        """Pause while no window is shown, so that an idle tray costs nothing."""
        if resting:
            self._awake.clear()
        else:
            self._awake.set()

    def set_limit(self, limit_s: float) -> None:
        """Call it a freeze after this long, from now on."""
        self._limit_s = limit_s

    def stop(self) -> None:
        """Stop watching and end the thread, if it was ever started."""
        self._stopping.set()
        self._awake.set()
        self._answered.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(self._limit_s / 2):
            self._awake.wait()
            self._answered.clear()
            self._asked.emit()
            limit_s = self._limit_s
            if self._answered.wait(limit_s) or self._stopping.is_set():
                continue
            self._report(limit_s)
            self._answered.wait()

    def _report(self, limit_s: float) -> None:
        # The only way to see another thread's stack; there is no public name for it.
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001
        stack = "".join(traceback.format_stack(frame)) if frame else "(no stack)"
        logger.warning("The window did not answer for %d ms:\n%s", round(limit_s * 1000), stack)
