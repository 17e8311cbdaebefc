"""Keeps a pane from reading its data more often than a user can see."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

READS_EVERY_MS = 500


class Paced(QObject):
    """Runs an action at once when asked, then at most once an interval while asked again."""

    def __init__(
        self, action: Callable[[], None], parent: QObject, interval_ms: int = READS_EVERY_MS
    ) -> None:
        super().__init__(parent)
        self._action = action
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._on_interval)

    def request(self) -> None:
        """Ask for the action."""
        if self._timer.isActive():
            self._again = True
            return
        self._timer.start()
        self._action()

    def _on_interval(self) -> None:
        if self._again:
            self._again = False
            self._timer.start()
            self._action()
