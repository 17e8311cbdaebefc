"""The publish tick: one thread that looks when woken, at the next due instant, and now and then.

It sleeps by the monotonic clock, so a wall clock that is set keeps it from nothing: who notices
that wakes it.
"""

import threading
from collections.abc import Callable

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.scheduler.threads import SupervisedLoop

HEARTBEAT_S = 20.0
"""However far off the next instant is, and whoever fails to wake it, it looks this often."""


class Ticker:
    """Calls `tick`, which returns how many seconds later to call it again. Safe from any thread.

    A `wake` during a call leads to another one after it.
    """

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick = tick
        self._moved = threading.Condition()
        self._woken = False
        self._stop = CancelToken()
        self._loop = SupervisedLoop("publish-tick", self._run, self._stop)

    def start(self) -> None:
        """Begin, with a call at once."""
        self._loop.start()

    def wake(self) -> None:
        """Call now, or as soon as the call that runs is done."""
        with self._moved:
            self._woken = True
            self._moved.notify_all()

    def stop(self, end_s: float) -> None:
        """End after the call that runs; waits for that until an instant of `time.monotonic`."""
        self._stop.cancel()
        self.wake()
        self._loop.join(end_s)

    def _run(self) -> None:
        while not self._stop.cancelled:
            with self._moved:
                self._woken = False
            delay_s = min(self._tick(), HEARTBEAT_S)
            with self._moved:
                self._moved.wait_for(lambda: self._woken, max(0.0, delay_s))
