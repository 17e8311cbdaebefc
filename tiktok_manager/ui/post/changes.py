"""What the user can do with posts: done through the services, told, and undone by Ctrl+Z."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.lateness import next_day
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED, CAMPAIGN_PAUSED, PUBLISHING_OFF
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.post.actions import may_cancel
from tiktok_manager.ui.post.wording import why
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.undo import PostChange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.plans import PlanResult
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core


class PostChanges(QObject):
    """Changes posts as they were shown: what another hand changed meanwhile is left alone.

    Signals:
        changed: A Post as a service just returned it.
        said: A Notice of what was done.
        moved: A Post that has another time now.
        failed: An AppError to show.
    """

    changed = Signal(object)
    said = Signal(object)
    moved = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._planning = core.workspace.planning
        self.retrying = Job(core.tasks, self)

    def cancel(self, post: Post) -> None:
        """Take a post out of the plan, if its status allows it."""
        if may_cancel(post):
            self._undoable(
                post, lambda: self._planning.cancel(post.id, seen=post), self._on_cancelled
            )

    def move_to_next_day(self, post: Post) -> None:
        """Plan a missed post for the same time on the next day that is still to come."""
        schedule = next_day(post.schedule, self._core.now())
        edit = PostEdit(when=schedule.wall.isoformat(), timezone=schedule.timezone)
        planning = self._planning
        self._undoable(
            post,
            lambda: planning.commit(planning.propose_edit(post.id, edit, seen=post)),
            self._on_moved,
        )

    def restore(self, post: Post) -> None:
        """Plan a cancelled post again."""
        self._do(lambda: self._planning.restore(post.id, seen=post))

    def retry(self, post: Post) -> None:
        """Let a stopped post go out again."""
        self._do(lambda: self._planning.retry(post.id, seen=post))

    def resolve(self, post: Post, *, posted: bool, post_again: bool = False) -> None:
        """Take the user's word for what became of a video TikTok says nothing about."""
        self._do(
            lambda: self._planning.resolve(post.id, posted=posted, post_again=post_again, seen=post)
        )

    def retry_all_failed(self) -> None:
        """Let every failed post go out again."""
        self.retrying.start(
            lambda _progress: self._planning.retry_all_failed(),
            done=self._on_retried,
            failed=self.failed.emit,
        )

    def resume(self, post: Post) -> None:
        """End what the user holds the post by: a pause of account, campaign or all publishing."""
        held_by = why(post)
        if held_by == PUBLISHING_OFF:
            self._core.publishing.set_paused(False)
        elif held_by == CAMPAIGN_PAUSED:
            campaigns = self._core.workspace.campaigns
            self._core.tasks.run(
                lambda _token: campaigns.resume(post.origin.campaign_id or ""),
                done=lambda _change: self._on_resumed(post),
                failed=self.failed.emit,
            )
        elif held_by == ACCOUNT_PAUSED:
            accounts = self._core.workspace.accounts
            self._core.tasks.run(
                lambda _token: accounts.set_paused(post.account_id, False),
                done=lambda _account: self._on_resumed(post),
                failed=self.failed.emit,
            )

    # -- inside ---------------------------------------------------------------------------

    def _do(self, change: Callable[[], Post]) -> None:
        self._core.tasks.run(
            lambda _token: change(), done=self.changed.emit, failed=self.failed.emit
        )

    def _undoable(
        self, post: Post, change: Callable[[], Post | PlanResult], done: Callable[..., None]
    ) -> None:
        self._core.tasks.run(
            lambda _token: PostChange(self._planning, post.id, change),
            done=done,
            failed=self.failed.emit,
        )

    def _on_cancelled(self, change: PostChange) -> None:
        handle, when = change.after.handle, self._when(change.after)
        self._record(
            tr("Cancel the post of @{handle}", handle=handle),
            tr("Cancelled: {time} @{handle}.", time=when, handle=handle),
            change,
        )

    def _on_moved(self, change: PostChange) -> None:
        handle, when = change.after.handle, self._when(change.after)
        self._record(
            tr("Move the post of @{handle}", handle=handle),
            tr("Moved: {time} @{handle}.", time=when, handle=handle),
            change,
        )
        self.moved.emit(change.after)

    def _record(self, name: str, sentence: str, change: PostChange) -> None:
        undo = self._core.undo
        step = undo.did(name, undo=change.undo, redo=change.redo, posts=(change.after,))
        self.changed.emit(change.after)
        self.said.emit(Notice(text=sentence, step=undo.way_back(step), stays=False))

    def _when(self, post: Post) -> str:
        return zoned_time(post.schedule.due_at, self._core.timezone, self._core.now())

    def _on_resumed(self, post: Post) -> None:
        set_paused = self._core.workspace.accounts.set_paused
        self._core.undo.did(
            tr("Resume @{handle}", handle=post.handle),
            undo=lambda _token: set_paused(post.account_id, True),
            redo=lambda _token: set_paused(post.account_id, False),
        )

    def _on_retried(self, posts: Sequence[Post]) -> None:
        self._core.publishing.reload()
        if not posts:
            self.said.emit(Notice(text=tr("No post failed any more."), stays=False))
            return
        text = ntr(
            "{count} failed post goes out again.",
            "{count} failed posts go out again.",
            len(posts),
        )
        left = tr("Posts that may be on TikTok already were left alone.")
        self.said.emit(Notice(text=text, more=left, stays=False))
