"""Undo and redo of what the user did in this session, through the same services."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, InputError, OutcomeUnknown
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.plans import PlanResult
from tiktok_manager.domain.posts import UNDER_WAY, PostStatus
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording.settings import setting_label

if TYPE_CHECKING:
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.ui.bridge import QtEventBridge
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.tasks import TaskRunner

Work = Callable[[CancelToken], object]
_DEPTH = 100
_REMEMBERED = 1000  # posts that have left; what is older is told by the service's own refusal
_SENT = UNDER_WAY | {PostStatus.PUBLISHED, PostStatus.IN_INBOX, PostStatus.UNCONFIRMED}
_FOR_GOOD = (InputError, OutcomeUnknown)
"""What refused once is refused for ever: the post was changed since, is gone, or may be there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UndoStep:
    """Something the user did, with the calls that reverse and repeat it.

    `post_ids` are the posts it is about: once all of them have left, nothing brings them back.
    """

    name: str
    undo: Work
    redo: Work
    post_ids: frozenset[str] = frozenset()


class UndoHistory(QObject):
    """Remembers finished steps; Ctrl+Z runs their reversal on the work pool.

    WORKAROUND: QUndoStack and commands written in Python may be freed twice when Python's
    collector takes them together (seen with PySide 6.11), which ends the process.

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
        self._done: list[UndoStep] = []
        self._undone: list[UndoStep] = []
        bridge.listen(PostStatusChanged, self._on_status)

    @property
    def next_undo(self) -> UndoStep | None:
        """The step Ctrl+Z takes back, None for nothing."""
        return self._done[-1] if self._done else None

    @property
    def next_redo(self) -> UndoStep | None:
        """The step that would be done again, None for nothing."""
        return self._undone[-1] if self._undone else None

    def did(self, name: str, *, undo: Work, redo: Work, posts: Sequence[Post] = ()) -> UndoStep:
        """Record what has just succeeded, with the calls that reverse and repeat it.

        `posts` are those it planned or changed: it is over with them once they have been sent.
        """
        ids = frozenset(post.id for post in posts)
        step = UndoStep(name=name, undo=undo, redo=redo, post_ids=ids)
        self._undone.clear()  # on another past it cannot be done again
        self._done.append(step)
        del self._done[:-_DEPTH]
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

    def way_back(self, step: UndoStep) -> Action:
        """Return what takes this very step back, for the notice that tells it."""
        return Action(words=lambda: tr("Undo"), run=partial(self.undo_only, step))

    def undo(self) -> None:
        """Reverse the last step; nothing happens while another reversal is under way."""
        if self.next_undo is not None:
            self.undo_only(self.next_undo)

    def undo_only(self, step: UndoStep) -> None:
        """Reverse this very step, whatever came after it; nothing if it is undone already."""
        if step not in self._done:
            return
        if why_not := self.why_not(step):
            self._drop(step)
            self.refused.emit(why_not)
            self.changed.emit()
            return
        self._run(step, step.undo, tr("Undone: {name}", name=step.name), self._mark_undone)

    def redo(self) -> None:
        """Repeat the step that was undone last."""
        if (step := self.next_redo) is not None:
            sentence = tr("Done again: {name}", name=step.name)
            self._run(step, step.redo, sentence, self._mark_redone)

    def _run(
        self, step: UndoStep, work: Work, sentence: str, mark: Callable[[UndoStep], None]
    ) -> None:
        def finished(_result: object) -> None:
            mark(step)
            self.done.emit(sentence)
            self.changed.emit()

        def failed(error: AppError) -> None:
            if isinstance(error, _FOR_GOOD):
                self._drop(step)
            self.failed.emit(error)
            self.changed.emit()

        self._job.start(lambda progress: work(progress.token), done=finished, failed=failed)

    def _mark_undone(self, step: UndoStep) -> None:
        """It can be done again, unless something newer was done meanwhile."""
        was_top = step is self.next_undo
        self._drop(step)
        if was_top:
            self._undone.append(step)

    def _mark_redone(self, step: UndoStep) -> None:
        self._drop(step)
        self._done.append(step)

    def _drop(self, step: UndoStep) -> None:
        for steps in (self._done, self._undone):
            if step in steps:
                steps.remove(step)

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.status in _SENT and event.post_id not in self._sent:
            self._sent.append(event.post_id)
            if any(event.post_id in step.post_ids for step in self._done):
                self.changed.emit()


def change_setting(
    core: Core,
    name: str,
    value: str,
    *,
    failed: Callable[[AppError], None],
    done: Callable[[], object] = lambda: None,
) -> None:
    """Keep a setting at once; an old value that may be shown can be brought back.

    A secret's old value is never read, and an empty one was no choice: nothing to go back to.
    """
    settings = core.workspace.settings

    def put(wanted: str, _token: CancelToken) -> None:
        settings.set(name, wanted)

    def change(token: CancelToken) -> str:
        known = {each.name: each for each in settings.list()}[name]
        put(value, token)
        return "" if known.secret else known.value or ""

    def changed(before: str) -> None:
        done()
        if before not in ("", value):
            words = tr("Change “{label}”", label=setting_label(name))
            core.undo.did(words, undo=partial(put, before), redo=partial(put, value))

    core.tasks.run(change, done=changed, failed=failed, group=f"setting-{name}")


class PostChange:
    """A change of a post that can be undone and done again, as long as nobody else changes it.

    For the work pool: each call writes.

    Attributes:
        before: The post as it was when the change was made.
        after: The post as the change left it.
        findings: What an edit told.
    """

    def __init__(
        self, planning: Planning, post_id: str, change: Callable[[], Post | PlanResult]
    ) -> None:
        """Make the change, which names the version that was shown; raises ChangedMeanwhile."""
        self._planning = planning
        self.before = planning.get(post_id)
        self.findings: tuple[Finding, ...] = ()
        result = change()
        if isinstance(result, PlanResult):
            self.findings = result.findings
            (result,) = result.posts
        self.after = self._now = result

    def undo(self, _token: CancelToken) -> None:
        """Put the post back as it was; raises InputError or OutcomeUnknown if it cannot be."""
        self._now = self._planning.put_back(self.before, over=self._now)

    def redo(self, _token: CancelToken) -> None:
        """Put the post back as the change left it."""
        self._now = self._planning.put_back(self.after, over=self._now)
