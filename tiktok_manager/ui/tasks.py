"""Runs service calls off the GUI thread and brings their outcome back onto it.

Every viewmodel uses the one TaskRunner of the application; nobody else starts threads here.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import BuiltinMethodType, FunctionType, MethodType
from typing import ParamSpec, TypeVar, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, Cancelled, Unforeseen

logger = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")
ParamsT = ParamSpec("ParamsT")
POOL_SIZE = 4
DRAIN_S = 10.0
_Answer = tuple[object, BaseException | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    token: CancelToken
    group: str | None
    done: Callable[[object], None]
    failed: Callable[[AppError], None]


class TaskRunner(QObject):
    """Pools for short and for long work, and a thread for what never waits behind either.

    They answer on the GUI thread.

    Signals:
        crashed: Work raised something nobody foresaw; carries the exception. Its asker is told
            `Unforeseen`, which was caused by it.
    """

    crashed = Signal(object)
    _finished = Signal(object, object)
    _relayed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="window-work")
        self._long = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="window-work-long")
        self._urgent = ThreadPoolExecutor(1, thread_name_prefix="window-work-urgent")
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
        is_long: bool = False,
        is_urgent: bool = False,
    ) -> CancelToken:
        """Run `work` on the pool; call `done` or `failed` on the GUI thread.

        One of the two is called for certain, also if the work raised what nobody foresaw, unless
        the work was cancelled or who waits is gone: any QObject that the callable is bound to or
        refers to, be it a method, a lambda, a partial or a signal's `emit`. A newer task of the
        same `group` cancels the older one: answers cannot arrive out of order. The token returned
        cancels the work. What may take minutes `is_long`, and keeps nothing else waiting; what is
        short and must be told within the second `is_urgent`, and waits for nothing else.
        """
        token = CancelToken()
        if self._closed:
            token.cancel()
            return token
        if group is not None:
            if group in self._newest:
                self._newest[group].cancel()
            self._newest[group] = token
        pool = self._urgent if is_urgent else self._long if is_long else self._pool
        future = cast("Future[object]", pool.submit(work, token))
        self._running[token] = future
        waiting = _Waiting(
            token=token, group=group, done=cast("Callable[[object], None]", done), failed=failed
        )
        future.add_done_callback(lambda ended: self._finished.emit(waiting, _answer_of(ended)))
        return token

    def relay(self, handler: Callable[ParamsT, None]) -> Callable[ParamsT, None]:
        """Return a function any thread may call: `handler` then runs on the GUI thread."""

        def call(*args: ParamsT.args, **kwargs: ParamsT.kwargs) -> None:
            if not self._closed:
                self._relayed.emit(lambda: call_if_awaited(handler, *args, **kwargs))

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
        for pool in (self._pool, self._long, self._urgent):
            pool.shutdown(wait=not late, cancel_futures=True)
        self._running.clear()
        self._newest.clear()

    def _deliver(self, waiting: _Waiting, answer: _Answer) -> None:
        self._running.pop(waiting.token, None)
        if waiting.group is not None and self._newest.get(waiting.group) is waiting.token:
            del self._newest[waiting.group]
        result, error = answer
        if self._closed or waiting.token.cancelled:
            _log_late_error(error)
        elif error is None:
            call_if_awaited(waiting.done, result)
        elif isinstance(error, AppError):
            call_if_awaited(waiting.failed, error)
        else:
            self.crashed.emit(error)
            unforeseen = Unforeseen()
            unforeseen.__cause__ = error
            call_if_awaited(waiting.failed, unforeseen)

    def _hand_over(self, call: Callable[[], None]) -> None:
        if not self._closed:
            call()


def _await(work: Collection[Future[object]]) -> None:
    _ended, late = wait(work, timeout=DRAIN_S)
    if late:
        logger.warning("%d tasks of the window did not end in %.0f s", len(late), DRAIN_S)


def _answer_of(ended: Future[object]) -> _Answer:
    error = Cancelled() if ended.cancelled() else ended.exception()
    return (ended.result() if error is None else None, error)


def call_if_awaited(
    handler: Callable[ParamsT, None], *args: ParamsT.args, **kwargs: ParamsT.kwargs
) -> None:
    """Call a handler unless what it is bound to, or refers to, is gone."""
    if isinstance(getattr(handler, "__self__", None), SignalInstance):
        with suppress(RuntimeError):  # its object is gone; nothing else would tell
            handler(*args, **kwargs)
    elif _is_awaited(handler):
        handler(*args, **kwargs)


def _is_awaited(handler: object, seen: frozenset[int] = frozenset()) -> bool:
    """Say whether all that a callable is bound to or refers to is still there."""
    if isinstance(handler, QObject):
        return shiboken6.isValid(handler)
    if id(handler) in seen:
        return True
    return all(_is_awaited(each, seen | {id(handler)}) for each in _held_by(handler))


def _held_by(handler: object) -> Iterator[object]:
    if isinstance(handler, partial):
        yield from (handler.func, *handler.args, *handler.keywords.values())
    elif isinstance(handler, MethodType | BuiltinMethodType):
        yield handler.__self__
    elif isinstance(handler, FunctionType):
        yield from handler.__defaults__ or ()
        for cell in handler.__closure__ or ():
            with suppress(ValueError):  # not filled yet, or not any more
                yield cell.cell_contents


def _log_late_error(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, AppError):
        logger.error("Cancelled work failed", exc_info=error)
