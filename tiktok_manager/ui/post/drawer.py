"""One post in the window's drawer, from whatever pane it is opened."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from tiktok_manager.domain.errors import AppError, ChangedMeanwhile
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.post.changes import PostChanges
from tiktok_manager.ui.post.details import PostDetails
from tiktok_manager.ui.post.viewmodel import PostDetailsViewModel
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core, Frame


class PostDrawer(QObject):
    """Opens posts in the drawer, and tells what became of the `changes` made there."""

    def __init__(self, core: Core, frame: Frame, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._frame = frame
        self._details: PostDetails | None = None
        self.changes = PostChanges(core, self)
        self.changes.changed.connect(self._on_changed)
        self.changes.said.connect(frame.notify)
        self.changes.failed.connect(self._on_failed)

    @property
    def details(self) -> PostDetails | None:
        """The post shown now, None while the drawer is closed or shows something else."""
        details = self._details
        if details is None or not shiboken6.isValid(details):
            return None
        return details if details.parentWidget() is not None else None  # let go when closed

    @property
    def is_open(self) -> bool:
        """Whether a post is shown."""
        return self.details is not None

    def open_post(self, post: Post, *, focus: bool, back: Action | None = None) -> None:
        """Show a post; the drawer that shows one already is used again.

        `back` leads to a list it was picked from.
        """
        details = self.details
        if details is None or details.back is not back:
            details = self._new_details(post, back)
        else:
            details.viewmodel.show(post)
        if focus:
            details.focus_first()

    def find(self, post_id: str, *, focus: bool = False, back: Action | None = None) -> None:
        """Read a post and show it, as `open_post` does."""
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.get(post_id),
            done=lambda post: self.open_post(post, focus=focus, back=back),
            failed=self._frame.show_error,
            group="post-drawer",
        )

    def refresh_ages(self) -> None:
        """Write ages anew."""
        if (details := self.details) is not None:
            details.refresh_ages()

    def _new_details(self, post: Post, back: Action | None) -> PostDetails:
        model = PostDetailsViewModel(self._core, post)
        details = PostDetails(self._core, self._frame, self.changes, model, back)
        model.failed.connect(self._frame.show_error)
        self._details = details
        self._frame.open_drawer(tr("Post"), details)
        return details

    def _on_changed(self, post: Post) -> None:
        details = self.details
        if details is not None and details.viewmodel.post.id == post.id:
            details.viewmodel.show(post)

    def _on_failed(self, error: AppError) -> None:
        again: Callable[[], object] | None = None
        if isinstance(error, ChangedMeanwhile):
            again = partial(self.find, error.id)
        self._frame.show_error(error, again)
