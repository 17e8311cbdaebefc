"""Hands the finished form to the planner, with progress, cancel and a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Post, PostMode, PostStatus
from tiktok_manager.services.planning import Planning, PlanRequest, PlanResult, PostEdit
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.post_change import PostChange
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from datetime import datetime

    from tiktok_manager.ui.composer.form import Form
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.undo import UndoStep

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was planned or changed; `step` takes it back."""

    posts: tuple[Post, ...]
    warnings: tuple[str, ...]
    step: UndoStep
    edited: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of the file was read; `size_bytes` is 0 while that is not known."""

    read_bytes: int = 0
    size_bytes: int = 0
    cancelling: bool = False
    can_cancel: bool = True


class Submission(QObject):
    """One plan or edit at a time.

    Signals:
        progressed: `progress` reads differently.
        done: An Outcome.
        failed: An AppError, Cancelled when the user stopped it.
    """

    progressed = Signal()
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._cancel = CancelToken()
        self.progress: Progress | None = None

    def plan(self, form: Form) -> None:
        """Plan the form for its accounts; the press of the button is the user's consent."""
        planning = self._core.workspace.planning
        request = request_of(form)
        self._run(
            lambda cancel, progress: planning.plan(
                request, spread=form.spread, cancel=cancel, progress=progress
            ),
            done=lambda result: self._on_planned(result, now=form.post_now),
        )

    def edit(self, post: Post, form: Form) -> None:
        """Change a post to what the form says."""
        planning = self._core.workspace.planning
        edit = edit_of(post, form)
        self._run(
            lambda cancel, progress: PostChange(
                planning,
                post.id,
                lambda: planning.commit(
                    planning.propose_edit(
                        post.id, edit, seen=post, cancel=cancel, progress=progress
                    )
                ),
            ),
            done=lambda change: self._on_edited(change, now=form.post_now),
            can_cancel=edit.file is not None,
        )

    def _run(
        self,
        work: Callable[[CancelToken, Callable[[int, int], None]], ResultT],
        *,
        done: Callable[[ResultT], None],
        can_cancel: bool = True,
    ) -> None:
        cancel = self._cancel = CancelToken()
        show = self._core.tasks.relay(self._on_progress)

        def run(token: CancelToken) -> ResultT:
            def progress(read_bytes: int, size_bytes: int) -> None:
                if token.cancelled:  # the window is closing
                    cancel.cancel()
                show(read_bytes, size_bytes)

            return work(cancel, progress)

        # The runner's own token would drop the outcome; what was written must be told.
        self._begin(Progress(can_cancel=can_cancel))
        self._core.tasks.run(run, done=done, failed=self._on_failed)

    def cancel(self) -> None:
        """Stop reading the file; nothing is planned or changed then."""
        if self.progress is not None and self.progress.can_cancel:
            self._cancel.cancel()
            self.progress = replace(self.progress, cancelling=True)
            self.progressed.emit()

    def _begin(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit()

    def _on_progress(self, read_bytes: int, size_bytes: int) -> None:
        if self.progress is not None:
            self.progress = replace(self.progress, read_bytes=read_bytes, size_bytes=size_bytes)
            self.progressed.emit()

    def _on_planned(self, result: PlanResult, *, now: bool) -> None:
        planning = self._core.workspace.planning
        count = len(result.posts)
        together = PlannedTogether(planning, result.posts)
        name = "Plan a post" if count == 1 else f"Plan {count} posts"
        step = self._core.undo.did(name, undo=together.undo, redo=together.redo, posts=result.posts)
        self._finish(
            Outcome(
                posts=result.posts,
                warnings=tuple(words(found).title for found in result.findings),
                step=step,
                now=now,
            )
        )

    def _on_edited(self, change: PostChange, *, now: bool) -> None:
        step = self._core.undo.did(
            "Edit a post", undo=change.undo, redo=change.redo, posts=(change.after,)
        )
        self._finish(
            Outcome(
                posts=(change.after,),
                warnings=tuple(words(found).title for found in change.findings),
                step=step,
                edited=True,
                now=now,
            )
        )

    def _finish(self, outcome: Outcome) -> None:
        self.progress = None
        self.progressed.emit()
        self.done.emit(outcome)

    def _on_failed(self, error: AppError) -> None:
        self.progress = None
        self.progressed.emit()
        self.failed.emit(error)


def outcome_text(outcome: Outcome, now: datetime) -> str:
    """Return a sentence such as `Planned for @alice: Tue 18:30 (Berlin)`."""
    first = outcome.posts[0]
    who = f"@{first.handle}" if len(outcome.posts) == 1 else f"{len(outcome.posts)} accounts"
    if outcome.now:
        return f"On its way to {who}."
    times = {post.schedule.due_at for post in outcome.posts}
    when = zoned_time(min(times), first.schedule.timezone, now)
    since = "from " if len(times) > 1 else ""
    return f"{'Changed' if outcome.edited else 'Planned'} for {who}: {since}{when}."


def request_of(form: Form) -> PlanRequest:
    """Return what the planner is asked for."""
    if form.file is None:
        raise ValueError("A form without a file cannot be planned.")
    return PlanRequest(
        file=form.file,
        accounts=form.account_ids,
        when="now" if form.post_now else form.wall.isoformat(),
        timezone=form.timezone,
        caption=form.caption,
        mode=form.mode,
        choices=form.choices,
        consent=form.mode is PostMode.DIRECT,
    )


def edit_of(post: Post, form: Form) -> PostEdit:
    """Return the change from a post to the form; what is the same is left alone."""
    keeps_time = keeps_schedule(post, form)
    return PostEdit(
        file=None if form.file == post.media.path else form.file,
        when=None if keeps_time else "now" if form.post_now else form.wall.isoformat(),
        timezone=None if keeps_time else form.timezone,
        caption=form.caption,
        mode=form.mode,
        choices=form.choices,
        consent=form.mode is PostMode.DIRECT,
    )


def keeps_schedule(post: Post, form: Form) -> bool:
    """Say whether the form leaves the post's time as it is."""
    wall = post.schedule.wall.replace(second=0, microsecond=0)
    same = form.wall == wall and form.timezone == post.schedule.timezone
    return same and not form.post_now


class PlannedTogether:
    """Takes back what was planned in one go, and plans it again. For the work pool.

    A post that another hand changed since is left as it is, and told of when all others are done.
    """

    def __init__(self, planning: Planning, posts: Sequence[Post]) -> None:
        self._planning = planning
        self._posts = list(posts)

    def undo(self, _token: CancelToken) -> None:
        """Cancel every post that still can be; raises the first refusal afterwards."""
        self._each(lambda post: self._planning.cancel(post.id, seen=post), PostStatus.CANCELLED)

    def redo(self, _token: CancelToken) -> None:
        """Plan every cancelled post again; raises the first refusal afterwards."""
        self._each(lambda post: self._planning.restore(post.id, seen=post), PostStatus.SCHEDULED)

    def _each(self, change: Callable[[Post], Post], wanted: PostStatus) -> None:
        refusals = []
        for place, post in enumerate(self._posts):
            try:
                current = self._planning.get(post.id)
                self._posts[place] = current if current.status is wanted else change(post)
            except AppError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
