"""The planned post that is being changed, followed while others may change it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
)
from tiktok_manager.domain.posts import EDITABLE, Post, PostStatus
from tiktok_manager.ui.formats import status_words
from tiktok_manager.ui.tasks import Coalesced
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core


class EditedPost(QObject):
    """Holds one post, or none.

    Attributes:
        post: The post as it was read last.
        shown: The post as the form was filled from it: a change names its version.

    Signals:
        opened: A post was read to be edited.
        looked_again: The post was read because another hand had changed it.
        changed: The post was read again; carries what it was before.
        failed: An AppError: it could not be opened.
    """

    opened = Signal(object)
    looked_again = Signal(object)
    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.post: Post | None = None
        self.shown: Post | None = None
        self._soon = Coalesced(self._reload, self)
        for kind in (PostStatusChanged, PostsChanged, DataChangedElsewhere):
            core.bridge.listen(kind, self._on_event)

    @property
    def locked(self) -> str:
        """Why the post cannot be changed any more, empty if it can."""
        if self.post is None or self.post.status in EDITABLE:
            return ""
        if self.post.status is PostStatus.PUBLISHING:
            return tr("This post is on its way to TikTok. It can no longer be changed.")
        status = status_words(self.post.status)
        return tr("This post can no longer be changed: {status}.", status=status)

    def show(self, post: Post | None, shown: Post | None = None) -> None:
        """Take a post as the one that the form shows, as it is or as it was `shown` once."""
        self.post, self.shown = post, shown or post

    def look_again(self) -> None:
        """Read the post for a form that shows an older version of it."""
        if self.post is None:
            return
        planning, post_id = self._core.workspace.planning, self.post.id
        self._core.tasks.run(
            lambda _token: planning.get(post_id),
            done=self.looked_again.emit,
            failed=self._on_failed,
            group="composer-post",
        )

    def open(self, post_id: str) -> None:
        """Read a post to be edited, and what was entered over it before."""
        planning, drafts = self._core.workspace.planning, self._core.workspace.drafts

        def read(_token: CancelToken) -> Post:
            drafts.read()
            return planning.get(post_id)

        self._core.tasks.run(
            read,
            done=self.opened.emit,
            failed=self._on_failed,
            group="composer-post",
        )

    def _reload(self) -> None:
        if self.post is None:
            return
        planning, post_id = self._core.workspace.planning, self.post.id
        self._core.tasks.run(
            lambda _token: planning.get(post_id),
            done=self._on_read_again,
            failed=self._on_failed,
            group="composer-post",
        )

    def _on_read_again(self, post: Post) -> None:
        before = self.post
        if before is not None and before.id == post.id:
            self.post = post
            self.changed.emit(before)

    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(error)

    def _on_event(self, event: Event) -> None:
        post = self.post
        if post is None or (isinstance(event, PostStatusChanged) and event.post_id != post.id):
            return
        self._soon.request()
