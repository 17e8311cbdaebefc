"""Threads that end with the process: loops that survive their errors, and pools that can be left.

All are daemon threads, unlike those of `concurrent.futures`, for which the interpreter waits at its
end: what hangs in a keyring's prompt or on a dead disk must not keep the process alive. Whatever
they may be doing then can be cut off, as a crash would.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from typing import ParamSpec

from tiktok_manager.domain.cancel import CancelToken

P = ParamSpec("P")

REST_S = 5.0
"""How long a loop rests after an error."""

logger = logging.getLogger(__name__)


class SupervisedLoop:
    """A thread that calls `work` until `stop` is set; an error is reported, and it goes on.

    `work` returns when it saw `stop`, or to be called again at once.
    """

    def __init__(self, name: str, work: Callable[[], None], stop: CancelToken) -> None:
        self._name = name
        self._work = work
        self._stop = stop
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, end_s: float) -> None:
        """Wait for its end, at most until an instant of `time.monotonic`."""
        if self._thread.ident is not None:
            self._thread.join(_left_s(end_s))

    def _run(self) -> None:
        while not self._stop.cancelled:
            try:
                self._work()
            except Exception:  # the one handler of every loop of the publisher
                logger.exception("The thread %s failed; it goes on", self._name)
                self._stop.wait(REST_S)


class Pool:
    """Up to `size` threads that work off what is submitted, and know what is unfinished."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._name = name
        self._moved = threading.Condition()
        self._waiting: deque[Callable[[], None]] = deque()
        self._futures: set[Future[None]] = set()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def submit(self, call: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> Future[None]:
        """Let a thread make this call; after `close` the future is cancelled at once."""
        future: Future[None] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                call(*args, **kwargs)
            except BaseException as exc:  # noqa: BLE001 - it is the future's to tell
                future.set_exception(exc)
            else:
                future.set_result(None)

        with self._moved:
            if self._closed:
                future.cancel()
                return future
            self._futures.add(future)
            self._waiting.append(work)
            if len(self._waiting) > self._idle and len(self._threads) < self._size:
                self._add_thread()
            self._moved.notify()
        future.add_done_callback(self._forget)
        return future

    def unfinished(self) -> set[Future[None]]:
        """Return what was submitted and is not done."""
        with self._moved:
            return set(self._futures)

    def close(self) -> None:
        """Begin nothing more: what waits is cancelled, what runs goes on."""
        with self._moved:
            self._closed = True
            self._waiting.clear()
            waiting = set(self._futures)
            self._moved.notify_all()
        for future in waiting:
            future.cancel()

    def join(self, end_s: float) -> None:
        """Wait until the threads have ended, at most until an instant of `time.monotonic`."""
        for thread in self._threads:
            thread.join(_left_s(end_s))

    def _add_thread(self) -> None:
        name = f"{self._name}-{len(self._threads)}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()
            del work  # or the idle thread would keep alive what it did

    def _next(self) -> Callable[[], None] | None:
        with self._moved:
            self._idle += 1
            self._moved.wait_for(lambda: self._waiting or self._closed)
            self._idle -= 1
            return self._waiting.popleft() if self._waiting else None

    def _forget(self, future: Future[None]) -> None:
        with self._moved:
            self._futures.discard(future)


def wait_for(futures: Iterable[Future[None]], end_s: float) -> set[Future[None]]:
    """Wait for work to end, at most until an instant of `time.monotonic`; returns what did not."""
    return set(wait(list(futures), timeout=_left_s(end_s)).not_done)


def _left_s(end_s: float) -> float:
    return max(0.0, end_s - time.monotonic())
