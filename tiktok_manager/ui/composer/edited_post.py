"""The planned post that is being changed, followed while others may change it too."""

from __future__ import annotations

from functools import partial
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
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.services.drafts import Drafts
    from tiktok_manager.services.planning import Planning
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
        self._planning, self._drafts = core.workspace.planning, core.workspace.drafts
        self.post: Post | None = None
        self.shown: Post | None = None
        self._asked_for = ""
        self._tell: Callable[[Post], object] = self._on_read_again
        self._reading = Reading(
            core.tasks,
            core.bridge,
            partial(_read, self._planning, self._drafts, ""),
            parent=self,
            stale_on=(PostStatusChanged, PostsChanged, DataChangedElsewhere),
            concerns=self._concerns,
        )
        self._reading.changed.connect(self._on_changed)

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

    def open(self, post_id: str) -> None:
        """Read a post to be edited, and what was entered over it before."""
        self._ask(post_id, self.opened.emit)

    def look_again(self) -> None:
        """Read the post for a form that shows an older version of it."""
        if self.post is not None:
            self._ask(self.post.id, self.looked_again.emit)

    def _ask(self, post_id: str, tell: Callable[[Post], object]) -> None:
        self._asked_for, self._tell = post_id, tell
        self._reading.ask_anew(partial(_read, self._planning, self._drafts, post_id), forget=True)

    def _on_changed(self) -> None:
        error, post = self._reading.failure, self._reading.value
        if error is None and post is None:
            return
        tell, self._tell = self._tell, self._on_read_again
        if error is None and post is not None:
            tell(post)
        elif error is not None:
            if self.post is not None and self._asked_for != self.post.id:
                self._ask(self.post.id, self._on_read_again)  # the old one stays and is followed
            self.failed.emit(error)

    def _on_read_again(self, post: Post) -> None:
        before = self.post
        if before is not None and before.id == post.id and before != post:
            self.post = post
            self.changed.emit(before)

    def _concerns(self, event: Event) -> bool:
        if self.post is None:
            return False
        return not isinstance(event, PostStatusChanged) or event.post_id == self.post.id


def _read(planning: Planning, drafts: Drafts, post_id: str, _token: CancelToken) -> Post:
    drafts.read()
    return planning.get(post_id)
