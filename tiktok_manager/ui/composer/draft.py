"""Keeps the composer's input, so that nothing typed is ever lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from tiktok_manager.domain.drafts import Draft
from tiktok_manager.domain.errors import StorageError
from tiktok_manager.ui.composer.form import PostForm, form_of_post, from_text, to_text
from tiktok_manager.ui.kit.reading import Job, Reading

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core

SAVE_MS = 400
"""From the first key that is not saved yet; with the writing, a key is safe within a second."""

TRY_AGAIN_MS = 5000


class DraftKeeper(QObject):
    """The draft of a new post and one for each edited post, saved on a worker.

    Attributes:
        reading: Of what the last session left; nothing may be entered before.
        trouble: Why what was entered last is not saved.

    Signals:
        changed: `trouble` reads differently.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        drafts = self._drafts = core.workspace.drafts
        self._job = Job(core.tasks, self)
        self.reading = Reading(core.tasks, core.bridge, lambda _token: drafts.read(), parent=self)
        self.trouble: AppError | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._save)

    def load(self, post_id: str = "") -> PostForm | None:
        """Return the kept input for a new post, or for the post being edited."""
        draft = self._drafts.get(post_id)
        return None if draft is None else from_text(draft.form)

    def shown(self, post: Post) -> Post:
        """Return a post as its kept input was entered over it: as it is, unless it changed since.

        So a change names the version that the user saw, however long ago.
        """
        draft = self._drafts.get(post.id)
        form = None if draft is None else from_text(draft.shown)
        if draft is None or form is None or form.file is None:
            return post
        if draft.shown_version == post.version:
            return post
        now = form_of_post(post)  # without the seconds that a post may have
        is_time_kept = (form.wall, form.timezone) == (now.wall, now.timezone)
        return replace(
            post,
            version=draft.shown_version,
            schedule=post.schedule if is_time_kept else form.schedule,
            media=replace(post.media, path=form.file),
            caption=form.caption,
            mode=form.mode,
            choices=form.choices,
        )

    def keep(self, form: PostForm, shown: Post | None = None) -> None:
        """Remember the input, entered over this post or for a new one."""
        over = {} if shown is None else {"post_id": shown.id, "shown": to_text(form_of_post(shown))}
        version = 0 if shown is None else shown.version
        self._drafts.keep(Draft(form=to_text(form), shown_version=version, **over))
        self._save_soon()

    def forget(self, post_id: str = "") -> None:
        """The input was sent, or thrown away by the user."""
        self._drafts.forget(post_id)
        self._save_soon()

    def _save_soon(self, after_ms: int = SAVE_MS) -> None:
        if not self._soon.isActive():
            self._soon.start(after_ms)

    def _save(self) -> None:
        drafts = self._drafts
        if not self._job.start(lambda _job: drafts.save(), done=self._tell, failed=self._on_failed):
            self._save_soon()  # what came meanwhile is saved after this

    def _on_failed(self, error: AppError) -> None:
        self._tell(error)
        if isinstance(error, StorageError):  # a fault of ours would be the same in a moment
            self._save_soon(TRY_AGAIN_MS)

    def _tell(self, trouble: AppError | None = None) -> None:
        if (trouble is None) != (self.trouble is None):
            self.trouble = trouble
            self.changed.emit()
