"""Undo and redo of what the user did in this session, through the same services."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, InputError, OutcomeUnknown
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.tasks import TaskRunner

Work = Callable[[CancelToken], object]
_DEPTH = 100
_FOR_GOOD = (InputError, OutcomeUnknown)
"""What refused once is refused for ever: the post was changed since, is gone, or may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the user did, with the calls that reverse and repeat it."""

    name: str
    undo: Work
    redo: Work


class ActionStack:
    """What can be undone and redone, by the names of QUndoStack.

    WORKAROUND: QUndoStack and commands written in Python may be freed twice when Python's
    collector takes them together (seen with PySide 6.11), which ends the process.
    """

    def __init__(self) -> None:
        self._done: list[Action] = []
        self._undone: list[Action] = []

    def push(self, action: Action) -> None:
        """Put a finished action on top; what was undone before it cannot be redone any more."""
        self._undone.clear()
        self._done.append(action)
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

    def holds(self, action: Action) -> bool:
        """Say whether this very action can still be undone."""
        return any(each is action for each in self._done)

    def top(self) -> Action:
        """Return the action that would be undone."""
        return self._done[-1]

    def next_redo(self) -> Action:
        """Return the action that would be done again."""
        return self._undone[-1]

    def mark_undone(self, action: Action) -> None:
        """It was reversed; it can be redone unless something newer was done meanwhile."""
        was_top = bool(self._done) and self._done[-1] is action
        self._done = [each for each in self._done if each is not action]
        if was_top:
            self._undone.append(action)

    def mark_redone(self, action: Action) -> None:
        """It was done again and can be undone."""
        self._undone = [each for each in self._undone if each is not action]
        self._done.append(action)

    def drop(self, action: Action) -> None:
        """It can be neither undone nor redone any more; what was done before it comes next."""
        self._done = [each for each in self._done if each is not action]
        self._undone = [each for each in self._undone if each is not action]

    def clear(self) -> None:
        """Forget everything."""
        self._done.clear()
        self._undone.clear()


class UndoHistory(QObject):
    """Remembers finished actions; Ctrl+Z runs their reversal on the work pool.

    Signals:
        done: Something was undone or redone; a sentence for the user.
        failed: An AppError: the reversal did not work. It may be tried again, unless the error
            is one that lasts; then the action is forgotten, so that earlier ones can be undone.
        recorded: A new action can be undone; its name.
    """

    done = Signal(str)
    failed = Signal(object)
    recorded = Signal(str)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = Job(tasks, self)
        self.stack = ActionStack()

    def did(self, name: str, *, undo: Work, redo: Work) -> None:
        """Record an action that has just succeeded, with the calls that reverse and repeat it."""
        self.stack.push(Action(name=name, undo=undo, redo=redo))
        self.recorded.emit(name)

    def undo(self) -> None:
        """Reverse the last action; nothing happens while another reversal is under way."""
        if self.stack.canUndo():
            self.undo_only(self.stack.top())

    def undo_only(self, action: Action) -> None:
        """Reverse this very action, whatever came after it; nothing if it is undone already."""
        if self.stack.holds(action):
            self._run(action, action.undo, f"Undone: {action.name}", self.stack.mark_undone)

    def redo(self) -> None:
        """Repeat the action that was undone last."""
        if self.stack.canRedo():
            action = self.stack.next_redo()
            self._run(action, action.redo, f"Done again: {action.name}", self.stack.mark_redone)

    def _run(
        self, action: Action, work: Work, sentence: str, mark: Callable[[Action], None]
    ) -> None:
        def finished(_result: object) -> None:
            mark(action)
            self.done.emit(sentence)

        def failed(error: AppError) -> None:
            if isinstance(error, _FOR_GOOD):
                self.stack.drop(action)
            self.failed.emit(error)

        self._job.start(lambda progress: work(progress.token), done=finished, failed=failed)
