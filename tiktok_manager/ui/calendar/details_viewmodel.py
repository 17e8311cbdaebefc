"""One post's story for the drawer: read again whenever something happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    PostProgressed,
    PostsChanged,
    PostStatusChanged,
    SettingsChanged,
)
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED, PUBLISHING_OFF
from tiktok_manager.ui.calendar.pacing import Paced
from tiktok_manager.ui.calendar.wording import Deeds, deeds, why
from tiktok_manager.ui.formats import size_text

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post, TrailEntry
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    post: Post
    trail: Sequence[TrailEntry]
    avatar: Path | None


class PostDetailsViewModel(QObject):
    """A post with its flight record.

    Signals:
        changed: Read `post`, `trail`, `deeds`.
        progressed: Read `progress` and `progress_words`.
        failed: An AppError to show.
    """

    changed = Signal()
    progressed = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, post: Post, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._sent: tuple[int, int] | None = None
        self.post = post
        self.avatar: Path | None = None
        self.trail: Sequence[TrailEntry] = ()
        self._reading = Paced(self._read, self)
        core.bridge.listen(PostStatusChanged, self._on_status)
        core.bridge.listen(PostProgressed, self._on_progress)
        for kind in (PostsChanged, DataChangedElsewhere):
            core.bridge.listen(kind, self._on_change)
        core.bridge.listen(AccountChanged, self._on_account)
        core.bridge.listen(SettingsChanged, self._on_setting)

    @property
    def timezone(self) -> str:
        """The zone times are shown in."""
        return self._core.timezone

    @property
    def deeds(self) -> Deeds:
        """What may be done with the post now."""
        return deeds(self.post, self._core.now())

    @property
    def progress(self) -> float | None:
        """How much of the video has arrived, 0 to 1; None unless it is being sent."""
        if self._sent is None or self.post.status is not PostStatus.PUBLISHING:
            return None
        sent_bytes, size_bytes = self._sent
        return min(sent_bytes / max(size_bytes, 1), 1.0)

    @property
    def progress_words(self) -> str:
        """`12.4 MB of 52.4 MB sent`."""
        if self._sent is None:
            return ""
        sent_bytes, size_bytes = self._sent
        return f"{size_text(sent_bytes)} of {size_text(size_bytes)} sent"

    def show(self, post: Post) -> None:
        """Show another post, or the same one as it is now."""
        if post.id != self.post.id:
            self._sent = None
            self.trail = ()
        self.post = post
        self.changed.emit()
        self._reading.request()

    def resume(self) -> None:
        """End what the user holds the post by: the account's pause, or that of all publishing."""
        held_by = why(self.post)
        if held_by == PUBLISHING_OFF:
            self._core.publishing.set_paused(False)
        elif held_by == ACCOUNT_PAUSED:
            self._resume_account(self.post.account_id, self.post.handle)

    def refresh(self) -> None:
        """Read the post again, soon."""
        self._reading.request()

    def _resume_account(self, account_id: str, handle: str) -> None:
        accounts, undo = self._core.workspace.accounts, self._core.undo

        def done(_account: Account) -> None:
            undo.did(
                f"Resume @{handle}",
                undo=lambda _token: accounts.set_paused(account_id, True),
                redo=lambda _token: accounts.set_paused(account_id, False),
            )

        self._core.tasks.run(
            lambda _token: accounts.set_paused(account_id, False),
            done=done,
            failed=self.failed.emit,
            group=f"accounts-pause-{account_id}",
        )

    def _read(self) -> None:
        workspace, post_id = self._core.workspace, self.post.id
        self._core.tasks.run(
            lambda token: _read(workspace, post_id, token),
            done=self._on_read,
            failed=self.failed.emit,
            group="post-details",
        )

    def _on_read(self, story: _Story) -> None:
        if story.post.id != self.post.id:
            return
        self.post, self.trail, self.avatar = story.post, story.trail, story.avatar
        self.changed.emit()

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.post_id == self.post.id:
            self._reading.request()

    def _on_progress(self, event: PostProgressed) -> None:
        if event.post_id == self.post.id:
            self._sent = (event.sent_bytes, event.size_bytes)
            self.progressed.emit()

    def _on_account(self, event: AccountChanged) -> None:
        if event.account_id == self.post.account_id:
            self._reading.request()

    def _on_setting(self, event: SettingsChanged) -> None:
        if event.name == "publishing":
            self._reading.request()

    def _on_change(self, _event: Event) -> None:
        self._reading.request()


def _read(workspace: Workspace, post_id: str, token: CancelToken) -> _Story:
    (post,) = workspace.blockers.look_at([workspace.planning.get(post_id)])
    token.check()
    return _Story(
        post=post,
        trail=workspace.planning.trail(post_id),
        avatar=workspace.accounts.avatar_path(post.account_id),
    )
