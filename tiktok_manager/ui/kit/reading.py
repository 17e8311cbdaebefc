"""What a pane shows of the core, and the work it starts there: both with an end for certain.

`Reading` keeps a value true while somebody looks; `Job` is work under way. Neither knows widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from tiktok_manager.ui.tasks import call_if_awaited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.events import Event
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

T = TypeVar("T")
READS_EVERY_MS = 500


class Stage(StrEnum):
    """What there is to show."""

    LOADING = "loading"
    EMPTY = "empty"
    READY = "ready"
    FAILED = "failed"


class Reading(QObject, Generic[T]):
    """A value read off the GUI thread, and again whenever an event makes it stale.

    Nothing is read before it is asked for once. A new reading begins only after the last one
    ended, and at most once in `every_ms`; the old value stays meanwhile. `gather_ms` waits for
    more requests before each; what `is_urgent` waits behind no other work. While hidden it rests,
    and reads once when it is shown. `read` never returns None.

    Attributes:
        value: What was read last, None before that and after a failed answer to a new question.
        failure: Why the last reading failed, None if it did not.

    Signals:
        changed: `stage`, `value` or `failure` reads differently.
    """

    changed = Signal()

    def __init__(
        self,
        tasks: TaskRunner,
        bridge: QtEventBridge,
        read: Callable[[CancelToken], T],
        *,
        parent: QObject,
        stale_on: Sequence[type[Event]] = (),
        concerns: Callable[[Event], bool] | None = None,
        is_empty: Callable[[T], bool] | None = None,
        every_ms: int | None = None,
        gather_ms: int = 0,
        is_urgent: bool = False,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._is_urgent = is_urgent
        self._read = read
        self._concerns = concerns
        self._is_empty = is_empty
        self._every_ms = READS_EVERY_MS if every_ms is None else every_ms
        self._gather_ms = gather_ms
        self._is_asked = False
        self._is_shown = True
        self._is_stale = True
        self._is_of_old_question = False
        self._under_way: CancelToken | None = None
        self._since_start = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._start_if_due)
        self.value: T | None = None
        self.failure: AppError | None = None
        for kind in stale_on:
            bridge.listen(kind, self._on_event)

    @property
    def stage(self) -> Stage:
        """What there is to show: an old value is shown although reading it again failed."""
        if self.value is None:
            return Stage.LOADING if self.failure is None else Stage.FAILED
        if self._is_empty is None or not self._is_empty(self.value):
            return Stage.READY
        return Stage.LOADING if self._is_of_old_question else Stage.EMPTY

    def request(self) -> None:
        """Read soon; what asks often is read at intervals."""
        self._is_asked = self._is_stale = True
        self._go_on()

    def ask_anew(
        self,
        read: Callable[[CancelToken], T] | None = None,
        *,
        forget: bool = False,
        soon: bool = False,
    ) -> None:
        """Read at once, for the question is another one: by `read`, if it is given.

        The answer under way is dropped. The old value stays until the new one comes, unless it
        would be wrong beside the new question: `forget` it. A question that changes with every
        key is asked `soon`: in `gather_ms`, if no other takes its place.
        """
        self._read = read or self._read
        self._begin_anew(None if forget else self.value, is_another=True, soon=soon)

    def retry(self) -> None:
        """Read at once, after a failure."""
        self._begin_anew(self.value, is_another=self._is_of_old_question)

    def set_shown(self, is_shown: bool) -> None:
        """Rest while nobody looks; read when somebody does and what was read is stale or failed."""
        self._is_stale = self._is_stale or (is_shown and self.failure is not None)
        self._is_shown = is_shown
        self._is_asked = self._is_asked or is_shown
        self._go_on()

    def _begin_anew(self, value: T | None, *, is_another: bool, soon: bool = False) -> None:
        self._is_asked = self._is_stale = True
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None
        self._timer.stop()
        self._change(value, None, is_of_old_question=is_another)
        if soon:
            self._go_on()
        elif self._is_shown:
            self._start()

    def _go_on(self) -> None:
        wanted = self._is_asked and self._is_stale and self._is_shown
        if not wanted or self._under_way is not None or self._timer.isActive():
            return
        wait_ms = self._gather_ms
        if self._since_start.isValid():
            wait_ms = max(wait_ms, self._every_ms - self._since_start.elapsed())
        if wait_ms > 0:
            self._timer.start(wait_ms)
        else:
            self._start()

    def _start_if_due(self) -> None:
        if self._is_stale and self._is_shown:
            self._start()

    def _start(self) -> None:
        self._is_stale = False
        self._since_start.start()
        token = self._tasks.run(
            self._read, done=self._on_read, failed=self._on_failed, is_urgent=self._is_urgent
        )
        self._under_way = None if token.cancelled else token

    def _on_read(self, value: T) -> None:
        self._under_way = None
        self._change(value, None, is_of_old_question=False)
        self._go_on()

    def _on_failed(self, error: AppError) -> None:
        self._under_way = None
        is_another = self._is_of_old_question
        self._change(None if is_another else self.value, error, is_of_old_question=is_another)
        self._go_on()

    def _change(
        self, value: T | None, failure: AppError | None, *, is_of_old_question: bool
    ) -> None:
        before = self.stage
        is_same = value is self.value and failure is self.failure
        self.value, self.failure = value, failure
        self._is_of_old_question = is_of_old_question
        if not is_same or self.stage is not before:
            self.changed.emit()

    def _on_event(self, event: Event) -> None:
        if self._concerns is None or self._concerns(event):
            self._is_stale = True
            self._go_on()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is: `done` of `total` (0 where that is not known), and what it does now.

    What is not `counted` is a share, such as of bytes: nobody reads its numbers.
    """

    done: int = 0
    total: int = 0
    words: str = ""
    counted: bool = True


class JobProgress:
    """What work is given on its thread: whether to stop, and whom to tell how far it is."""

    def __init__(self, token: CancelToken, tell: Callable[[Progress], None]) -> None:
        self.token = token
        self._tell = tell

    def check(self) -> None:
        """Raise Cancelled if the user wants no more of it."""
        self.token.check()

    def tell(self, done: int = 0, total: int = 0, words: str = "", *, counted: bool = True) -> None:
        """Say how far the work is."""
        self._tell(Progress(done=done, total=total, words=words, counted=counted))


def _unheard(_answer: object) -> None:
    """Nobody waits for this answer."""


class Job(QObject):
    """Work the user waits for: one at a time, told how far it is, and ended for certain.

    Attributes:
        progress: How far it is, None while nothing is under way.
        can_stop: Whether the user may stop it; what is written at its end must be told.

    Signals:
        changed: `busy` or `progress` reads differently.
    """

    changed = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._under_way: CancelToken | None = None
        self._done: Callable[[object], None] = _unheard
        self._failed: Callable[[AppError], None] = _unheard
        self.progress: Progress | None = None
        self.can_stop = True

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return self.progress is not None

    def start(
        self,
        work: Callable[[JobProgress], T],
        *,
        failed: Callable[[AppError], None],
        done: Callable[[T], None] = _unheard,
        words: str = "",
        can_stop: bool = True,
    ) -> bool:
        """Begin; False while other work is under way.

        `done` or `failed` is called after it ended, also by a fault of ours; neither after
        `cancel`. `words` say what it does until it tells itself.
        """
        if self.busy:
            return False
        tell = self._tasks.relay(self._on_progress)
        self._done, self._failed = cast("Callable[[object], None]", done), failed
        self._under_way = token = self._tasks.run(
            lambda token: work(JobProgress(token, lambda step: tell(token, step))),
            done=self._on_done,
            failed=self._on_failed,
            is_long=True,
        )
        if token.cancelled:
            self._under_way = None
            return False
        self.progress, self.can_stop = Progress(words=words), can_stop
        self.changed.emit()
        return True

    def cancel(self) -> None:
        """Ask the work to stop, and wait for it no more; what it did already stays done."""
        if self._under_way is not None:
            self._under_way.cancel()
            self._end()

    def _on_done(self, result: object) -> None:
        done = self._done
        self._end()
        call_if_awaited(done, result)

    def _on_failed(self, error: AppError) -> None:
        failed = self._failed
        self._end()
        call_if_awaited(failed, error)

    def _end(self) -> None:
        self._under_way = self.progress = None
        self._done, self._failed = _unheard, _unheard
        self.changed.emit()

    def _on_progress(self, token: CancelToken, progress: Progress) -> None:
        if token is self._under_way:
            self.progress = progress
            self.changed.emit()
