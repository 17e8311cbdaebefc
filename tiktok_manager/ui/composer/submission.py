"""Hands the finished form to the planner, with progress, cancel and a way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import AppError, Cancelled
from tiktok_manager.domain.posts import Post, PostMode, PostStatus
from tiktok_manager.domain.recurring import PoolVideo
from tiktok_manager.services.planning import Planning, PlanRequest, PlanResult, PostEdit
from tiktok_manager.services.rule_specs import RuleRequest
from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.kit.reading import Job, JobProgress
from tiktok_manager.ui.recurring.viewmodel import read_end
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.undo import PostChange
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from datetime import datetime

    from tiktok_manager.services.recurring import Recurring
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.composer.form import PostForm
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.undo import UndoStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What was planned or changed; `step` takes it back."""

    posts: tuple[Post, ...]
    warnings: tuple[str, ...]
    step: UndoStep
    edited: bool = False
    repeats: bool = False
    at_once: bool = False


class Submission(QObject):
    """One plan or edit at a time.

    To stop it is a wish: what was written all the same is told.

    Attributes:
        stopping: The user wants no more of it.
        can_stop: A file is read; else it is over in a moment.

    Signals:
        changed: `busy`, `share`, `words` or `stopping` reads differently.
        done: A Planned.
        failed: An AppError, unless the user stopped it.
    """

    changed = Signal()
    done = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = core.workspace
        self._undo = core.undo
        self._job = Job(core.tasks, self)
        self._job.changed.connect(self.changed)
        self._stop = CancelToken()
        self._file = ""
        self.stopping = False
        self.can_stop = True

    @property
    def busy(self) -> bool:
        """Whether the form is on its way."""
        return self._job.busy

    @property
    def share(self) -> float | None:
        """How much of the file was read, 0 to 1; None while nobody knows."""
        progress = self._job.progress
        return progress.done / progress.total if progress is not None and progress.total else None

    @property
    def words(self) -> str:
        """What is being done."""
        progress = self._job.progress
        if self.stopping:
            return tr("Stopping…")
        if not self.can_stop:
            return tr("Saving…")
        if progress is None or not progress.total:
            return tr("Reading {file}…", file=self._file)
        left = size_text(progress.total - progress.done)
        return tr("Reading {file}: {size} left", file=self._file, size=left)

    def send(self, form: PostForm, over: Post | None) -> None:
        """Plan the form, or change a post to it; the press of the button is the user's consent."""
        # A token of our own: the job's would drop the answer, and what was written must be told.
        stop = self._stop = CancelToken()
        reads_file = over is None or form.file != over.media.path
        self.stopping, self.can_stop = False, reads_file
        self._file = "" if form.file is None else form.file.name
        work = _work(self._workspace, form, over, stop)
        self._job.start(work, done=partial(self._on_done, form.post_now), failed=self._on_failed)

    def stop(self) -> None:
        """Stop reading the file; nothing is planned or changed then."""
        if self.busy and self.can_stop:
            self._stop.cancel()
            self.stopping = True
            self.changed.emit()

    def _on_done(
        self, at_once: bool, change: PostChange | PlannedTogether | PlannedToRepeat
    ) -> None:
        posts: tuple[Post, ...]
        if isinstance(change, PostChange):
            name, posts = tr("Edit a post"), (change.after,)
        elif isinstance(change, PlannedToRepeat):
            name, posts = tr("Repeat a post"), change.posts
        else:
            posts = tuple(change.posts)
            name = ntr("Plan {count} post", "Plan {count} posts", len(posts))
        planned = Planned(
            posts=posts,
            warnings=tuple(words(found).title for found in change.findings),
            step=self._undo.did(name, undo=change.undo, redo=change.redo, posts=posts),
            edited=isinstance(change, PostChange),
            repeats=isinstance(change, PlannedToRepeat),
            at_once=at_once,
        )
        self.done.emit(planned)

    def _on_failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self.failed.emit(error)


def _work(
    workspace: Workspace, form: PostForm, over: Post | None, stop: CancelToken
) -> Callable[[JobProgress], PostChange | PlannedTogether | PlannedToRepeat]:
    planning = workspace.planning

    def run(job: JobProgress) -> PostChange | PlannedTogether | PlannedToRepeat:
        def tell(read_bytes: int, size_bytes: int) -> None:
            if job.token.cancelled:  # the window is closing
                stop.cancel()
            job.tell(read_bytes, size_bytes)

        def edit(post: Post) -> PlanResult:
            change = edit_of(post, form)
            return planning.commit(
                planning.propose_edit(post.id, change, seen=post, cancel=stop, progress=tell)
            )

        if over is not None:
            return PostChange(planning, over.id, partial(edit, over))
        if form.repeats:
            return PlannedToRepeat(workspace.recurring, rule_of(form, workspace.clock.now()))
        request = request_of(form)
        plan = planning.plan(request, spread=form.spread, cancel=stop, progress=tell)
        return PlannedTogether(planning, plan)

    return run


def request_of(form: PostForm) -> PlanRequest:
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


def rule_of(form: PostForm, now: datetime) -> RuleRequest:
    """Return the recurring post that is asked for; it begins on the day that was chosen."""
    if form.file is None:
        raise ValueError("A form without a file cannot be planned.")
    until, count = read_end(form.ends, now, form.timezone)
    return RuleRequest(
        videos=(PoolVideo(file=form.file, captions=(form.caption,)),),
        accounts=form.account_ids,
        rrule=form.rrule,
        times=(form.wall.time(),),
        timezone=form.timezone,
        start=form.wall.date(),
        until=until,
        count=count,
        mode=form.mode,
        choices=form.choices,
        consent=form.mode is PostMode.DIRECT,
    )


def edit_of(post: Post, form: PostForm) -> PostEdit:
    """Return the change from a post to the form; what is the same is left alone."""
    keeps_time = form.keeps_time_of(post)
    return PostEdit(
        file=None if form.file == post.media.path else form.file,
        when=None if keeps_time else "now" if form.post_now else form.wall.isoformat(),
        timezone=None if keeps_time else form.timezone,
        caption=form.caption,
        mode=form.mode,
        choices=form.choices,
        consent=form.mode is PostMode.DIRECT,
    )


class PlannedTogether:
    """Takes back what was planned in one go, and plans it again. For the work pool.

    A post that another hand changed since is left as it is, and told of when all others are done.
    """

    def __init__(self, planning: Planning, plan: PlanResult) -> None:
        self._planning = planning
        self.posts = list(plan.posts)
        self.findings = plan.findings

    def undo(self, _token: CancelToken) -> None:
        """Cancel every post that still can be; raises the first refusal afterwards."""
        self._each(lambda post: self._planning.cancel(post.id, seen=post), PostStatus.CANCELLED)

    def redo(self, _token: CancelToken) -> None:
        """Plan every cancelled post again; raises the first refusal afterwards."""
        self._each(lambda post: self._planning.restore(post.id, seen=post), PostStatus.SCHEDULED)

    def _each(self, change: Callable[[Post], Post], wanted: PostStatus) -> None:
        refusals = []
        for place, post in enumerate(self.posts):
            try:
                current = self._planning.get(post.id)
                self.posts[place] = current if current.status is wanted else change(post)
            except AppError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]


class PlannedToRepeat:
    """A rule with the posts made of it so far; undone and done again as one. For the work pool."""

    def __init__(self, recurring: Recurring, request: RuleRequest) -> None:
        self._recurring = recurring
        self._change = recurring.add(request)
        self.posts = tuple(now for _was, now in self._change.posts)
        self.findings = self._change.findings

    def undo(self, _token: CancelToken) -> None:
        """Take the rule and its posts back."""
        self._change = self._recurring.undo(self._change)

    def redo(self, token: CancelToken) -> None:
        """Bring both back."""
        self.undo(token)
