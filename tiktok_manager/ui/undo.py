"""Undo and redo of what the user did in this session, through the same services."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, InputError, OutcomeUnknown
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.posts import UNDER_WAY, PostStatus
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.tasks import TaskRunner

Work = Callable[[CancelToken], object]
_DEPTH = 100
_REMEMBERED = 1000  # posts that have left; what is older is told by the service's own refusal
_SENT = UNDER_WAY | {PostStatus.PUBLISHED, PostStatus.IN_INBOX, PostStatus.UNCONFIRMED}
_FOR_GOOD = (InputError, OutcomeUnknown)
"""What refused once is refused for ever: the post was changed since, is gone, or may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """Something the user did, with the calls that reverse and repeat it.

    `post_ids` are the posts it is about: once all of them have left, nothing brings them back.
    """

    name: str
    undo: Work
    redo: Work
    post_ids: frozenset[str] = frozenset()


class UndoStack:
    """What can be undone and redone, by the names of QUndoStack.

    WORKAROUND: QUndoStack and commands written in Python may be freed twice when Python's
    collector takes them together (seen with PySide 6.11), which ends the process.
    """

    def __init__(self) -> None:
        self._done: list[UndoStep] = []
        self._undone: list[UndoStep] = []

    def push(self, step: UndoStep) -> None:
        """Put a finished step on top; what was undone before it cannot be redone any more."""
        self._undone.clear()
        self._done.append(step)
        del self._done[:-_DEPTH]

    def canUndo(self) -> bool:
        return bool(self._done)

    def canRedo(self) -> bool:
        return bool(self._undone)

    def undoText(self) -> str:
        """Return the name of what would be undone, empty for nothing."""
        return self._done[-1].name if self._done else ""

    def redoText(self) -> str:
        """Return the name of what would be done again, empty for nothing."""
        return self._undone[-1].name if self._undone else ""

    def holds(self, step: UndoStep) -> bool:
        """Say whether this very step can still be undone."""
        return any(each is step for each in self._done)

    def is_about(self, post_id: str) -> bool:
        """Say whether a step that can be undone planned or changed this post."""
        return any(post_id in step.post_ids for step in self._done)

    def top(self) -> UndoStep:
        """Return the step that would be undone."""
        return self._done[-1]

    def next_redo(self) -> UndoStep:
        """Return the step that would be done again."""
        return self._undone[-1]

    def mark_undone(self, step: UndoStep) -> None:
        """It was reversed; it can be redone unless something newer was done meanwhile."""
        was_top = bool(self._done) and self._done[-1] is step
        self._done = [each for each in self._done if each is not step]
        if was_top:
            self._undone.append(step)

    def mark_redone(self, step: UndoStep) -> None:
        """It was done again and can be undone."""
        self._undone = [each for each in self._undone if each is not step]
        self._done.append(step)

    def drop(self, step: UndoStep) -> None:
        """It can be neither undone nor redone any more; what was done before it comes next."""
        self._done = [each for each in self._done if each is not step]
        self._undone = [each for each in self._undone if each is not step]

    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()


class UndoHistory(QObject):
    """Remembers finished steps; Ctrl+Z runs their reversal on the work pool.

    Signals:
        done: Something was undone or redone; a sentence for the user.
        failed: An AppError: the reversal did not work. It may be tried again, unless the error
            is one that lasts; then the step is forgotten, so that earlier ones can be undone.
        refused: A sentence: why the step that was to be undone never can be any more. The next
            Ctrl+Z leads to an earlier one, never this one: nobody meant that.
        changed: What can be undone or redone is another now.
    """

    done = Signal(str)
    failed = Signal(object)
    refused = Signal(str)
    changed = Signal()

    def __init__(
        self, tasks: TaskRunner, bridge: QtEventBridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._job = Job(tasks, self)
        self._sent: deque[str] = deque(maxlen=_REMEMBERED)
        self.stack = UndoStack()
        bridge.listen(PostStatusChanged, self._on_status)

    def did(self, name: str, *, undo: Work, redo: Work, posts: Sequence[Post] = ()) -> UndoStep:
        """Record what has just succeeded, with the calls that reverse and repeat it.

        `posts` are those it planned or changed: it is over with them once they have been sent.
        """
        ids = frozenset(post.id for post in posts)
        step = UndoStep(name=name, undo=undo, redo=redo, post_ids=ids)
        self.stack.push(step)
        self.changed.emit()
        return step

    def why_not(self, step: UndoStep) -> str:
        """Say why a step can never be undone any more, empty if it can."""
        if not step.post_ids or not step.post_ids.issubset(self._sent):
            return ""
        return ntr(
            "The post is on its way to TikTok: “{name}” cannot be undone any more.",
            "The posts are on their way to TikTok: “{name}” cannot be undone any more.",
            len(step.post_ids),
            name=step.name,
        )

    def can_undo(self, step: UndoStep) -> bool:
        """Say whether undoing this very step makes sense still."""
        return self.stack.holds(step) and not self.why_not(step)

    def undo(self) -> None:
        """Reverse the last step; nothing happens while another reversal is under way."""
        if self.stack.canUndo():
            self.undo_only(self.stack.top())

    def undo_only(self, step: UndoStep) -> None:
        """Reverse this very step, whatever came after it; nothing if it is undone already."""
        if not self.stack.holds(step):
            return
        if why_not := self.why_not(step):
            self.stack.drop(step)
            self.refused.emit(why_not)
            self.changed.emit()
            return
        self._run(step, step.undo, tr("Undone: {name}", name=step.name), self.stack.mark_undone)

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        if self.stack.canRedo():
            step = self.stack.next_redo()
            sentence = tr("Done again: {name}", name=step.name)
            self._run(step, step.redo, sentence, self.stack.mark_redone)

    def _run(
        self, step: UndoStep, work: Work, sentence: str, mark: Callable[[UndoStep], None]
    ) -> None:
        def finished(_result: object) -> None:
            mark(step)
            self.done.emit(sentence)
            self.changed.emit()

        def failed(error: AppError) -> None:
            if isinstance(error, _FOR_GOOD):
                self.stack.drop(step)
            self.failed.emit(error)
            self.changed.emit()

        self._job.start(lambda progress: work(progress.token), done=finished, failed=failed)

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.status in _SENT and event.post_id not in self._sent:
            self._sent.append(event.post_id)
            if self.stack.is_about(event.post_id):
                self.changed.emit()
