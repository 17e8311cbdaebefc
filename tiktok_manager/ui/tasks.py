"""Runs service calls off the GUI thread and brings their outcome back onto it.

Every viewmodel uses the one TaskRunner of the application; nobody else starts threads here.
"""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, Cancelled

logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
ParamsT = ParamSpec("ParamsT")
POOL_SIZE = 4
DRAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    token: CancelToken
    group: str | None
    result: object
    error: BaseException | None
    done: Callable[[object], None]
    failed: Callable[[AppError], None]


class TaskRunner(QObject):
    """A pool of four threads whose results arrive on the GUI thread.

    Signals:
        crashed: Work raised something nobody foresaw; carries the exception.
    """

    crashed = Signal(object)
    _finished = Signal(object)
    _relayed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="window-work")
        self._newest: dict[str, CancelToken] = {}
        self._running: dict[CancelToken, Future[object]] = {}
        self._closed = False
        # Queued even from this thread: work may end before `run` returns, and nobody expects
        # an answer inside the question.
        queued = Qt.ConnectionType.QueuedConnection
        self._finished.connect(self._deliver, queued)
        self._relayed.connect(self._hand_over, queued)

    def run(
        self,
        work: Callable[[CancelToken], ResultT],
        *,
        done: Callable[[ResultT], None],
        failed: Callable[[AppError], None],
        group: str | None = None,
    ) -> CancelToken:
        """Run `work` on the pool; call `done` or `failed` on the GUI thread.

        A newer task of the same `group` cancels the older one, whose outcome is dropped: answers
        cannot arrive out of order. Outcomes for widgets or viewmodels that are gone are dropped.
        The token returned cancels the work; then neither is called.
        """
        token = CancelToken()
        if self._closed:
            token.cancel()
            return token
        if group is not None:
            if group in self._newest:
                self._newest[group].cancel()
            self._newest[group] = token
        future = cast("Future[object]", self._pool.submit(work, token))
        self._running[token] = future
        hand_back = cast("Callable[[object], None]", done)
        future.add_done_callback(
            lambda ended: self._finished.emit(_outcome(ended, token, group, hand_back, failed))
        )
        return token

    def relay(self, handler: Callable[ParamsT, None]) -> Callable[ParamsT, None]:
        """Return a function any thread may call: `handler` then runs on the GUI thread."""

        def call(*args: ParamsT.args, **kwargs: ParamsT.kwargs) -> None:
            if not self._closed:
                self._relayed.emit(handler, lambda: handler(*args, **kwargs))

        return call

    @property
    def busy(self) -> bool:
        """Whether any work is under way or waits to be delivered."""
        return bool(self._running)

    def drop_all(self) -> Callable[[], None]:
        """Cancel all work and drop its outcomes.

        Returns a function that waits, on a worker thread and up to 10 s, until it has ended.
        """
        under_way = tuple(self._running.values())
        for token in self._running:
            token.cancel()
        return lambda: _await(under_way)

    def close(self) -> None:
        """Cancel everything, wait up to 10 s for the threads to end, deliver nothing more."""
        self._closed = True
        for token in self._running:
            token.cancel()
        _ended, late = wait(self._running.values(), timeout=DRAIN_S)
        if late:
            logger.error("%d tasks of the window did not end in %.0f s", len(late), DRAIN_S)
        self._pool.shutdown(wait=not late, cancel_futures=True)
        self._running.clear()
        self._newest.clear()

    def _deliver(self, outcome: _Outcome) -> None:
        self._running.pop(outcome.token, None)
        if outcome.group is not None and self._newest.get(outcome.group) is outcome.token:
            del self._newest[outcome.group]
        if self._closed or outcome.token.cancelled:
            _log_late_error(outcome.error)
        elif outcome.error is None:
            _call_if_alive(outcome.done, outcome.done, outcome.result)
        elif isinstance(outcome.error, AppError):
            _call_if_alive(outcome.failed, outcome.failed, outcome.error)
        else:
            self.crashed.emit(outcome.error)

    def _hand_over(self, handler: Callable[..., None], call: Callable[[], None]) -> None:
        if not self._closed:
            _call_if_alive(handler, call)


def _await(work: Collection[Future[object]]) -> None:
    _ended, late = wait(work, timeout=DRAIN_S)
    if late:
        logger.warning("%d tasks of the window did not end in %.0f s", len(late), DRAIN_S)


def _outcome(
    ended: Future[object],
    token: CancelToken,
    group: str | None,
    done: Callable[[object], None],
    failed: Callable[[AppError], None],
) -> _Outcome:
    error = Cancelled() if ended.cancelled() else ended.exception()
    result = ended.result() if error is None else None
    return _Outcome(token, group, result, error, done, failed)


def _call_if_alive(handler: Callable[..., None], call: Callable[..., None], *args: object) -> None:
    owner = getattr(handler, "__self__", None)
    if isinstance(owner, QObject) and not shiboken6.isValid(owner):
        return
    call(*args)


def _log_late_error(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, AppError):
        logger.error("Cancelled work failed", exc_info=error)


class Coalesced(QObject):
    """Runs an action once after a burst of requests: a reload after fifty changed posts."""

    def __init__(self, action: Callable[[], None], parent: QObject, delay_ms: int = 60) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(action)

    def request(self) -> None:
        """Ask for the action; asked again before it ran, it still runs once."""
        if not self._timer.isActive():
            self._timer.start()

    def cancel(self) -> None:
        """Forget a request that has not run yet."""
        self._timer.stop()
