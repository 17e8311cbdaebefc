"""Cooperative cancelling: the worker asks between pieces of work, nobody is killed."""

import threading

from tiktok_manager.domain.errors import Cancelled


class CancelToken:
    """Set once by anyone, seen by the worker at its next check."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if somebody asked the work to stop."""
        if self._event.is_set():
            raise Cancelled()

    def wait(self, timeout_s: float) -> bool:
        """Wait until cancelled or the time is over; says whether it was cancelled."""
        return self._event.wait(timeout_s)
