"""Which form is shown: of a new post or over a planned one, with what was entered and not sent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from tiktok_manager.domain.drafts import Draft
from tiktok_manager.domain.errors import AppError, NotFound, StorageError
from tiktok_manager.domain.events import (
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
)
from tiktok_manager.domain.posts import EDITABLE, Post, PostStatus
from tiktok_manager.ui.composer.form import (
    PostForm,
    carried_over,
    form_of_post,
    from_text,
    new_form,
    same_input,
    to_text,
    with_timezone,
)
from tiktok_manager.ui.formats import status_words
from tiktok_manager.ui.kit.reading import Job, Reading
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.services.workspace import Workspace
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
        return replace(
            post,
            version=draft.shown_version,
            schedule=post.schedule if form.keeps_time_of(post) else form.schedule,
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


class Entry(QObject):
    """The form as it is entered, kept as a draft with every change.

    Nothing is replaced while `is_busy` says that the form is on its way.

    Attributes:
        form: What is entered.
        editing: The post being changed as it was read last, None for a new one.
        shown: The post as the form was filled from it: a change names its version.
        is_begun: The drafts are read; nothing may be entered before.
        restored: The form is what was left unsent the last time.
        cleared: What was thrown away last, until something else is entered.
        drafts: Where it is kept.

    Signals:
        changed: The post or the drafts read differently, not the form.
        replaced: Another form is shown.
        failed: An AppError: a post could not be read.
    """

    changed = Signal()
    replaced = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, is_busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._is_busy = is_busy
        self.form = new_form(core.now(), core.timezone)
        self.editing: Post | None = None
        self.shown: Post | None = None
        self.is_begun = False
        self.restored = False
        self.cleared: PostForm | None = None
        self._first: Callable[[], object] | None = None
        self.drafts = DraftKeeper(core, self)
        self.drafts.changed.connect(self.changed)
        self.drafts.reading.changed.connect(self._on_drafts)
        self._asked_for = ""
        self._take: Callable[[Post], object] = self._take_again
        self._post = Reading(
            core.tasks,
            core.bridge,
            partial(_read, core.workspace, ""),
            parent=self,
            stale_on=(PostStatusChanged, PostsChanged, DataChangedElsewhere),
            concerns=self._concerns,
        )
        self._post.changed.connect(self._on_post)

    @property
    def post_id(self) -> str:
        """Of the post being changed, empty for a new one."""
        return "" if self.editing is None else self.editing.id

    @property
    def locked(self) -> str:
        """Why the post cannot be changed any more, empty if it can."""
        if self.editing is None or self.editing.status in EDITABLE:
            return ""
        if self.editing.status is PostStatus.PUBLISHING:
            return tr("This post is on its way to TikTok. It can no longer be changed.")
        status = status_words(self.editing.status)
        return tr("This post can no longer be changed: {status}.", status=status)

    @property
    def is_dirty(self) -> bool:
        """Whether there is input that could be thrown away."""
        return self.form != self._clean_form()

    def when_begun(self, action: Callable[[], object]) -> None:
        """Run this now, or once the drafts are read."""
        if self.is_begun:
            action()
        else:
            self._first = action

    def start_new(self) -> None:
        """Go on with a new post, as it was left."""
        if self.editing is not None and not self._is_busy():
            self.editing = None
            self._restore()

    def open(self, post_id: str) -> None:
        """Edit a planned post, with what was entered over it before."""
        self._ask(post_id, self._take_to_edit)

    def look_again(self) -> None:
        """Show the post as it is by now; what was entered stays."""
        if self.editing is not None:
            self._ask(self.editing.id, self._take_newer)

    def put(self, form: PostForm) -> None:
        """Take what was entered."""
        self.cleared = None
        self.form = form
        self.drafts.keep(form, self.shown)

    def discard(self) -> None:
        """Throw the input away: an empty form, or the post as it is planned."""
        before = self.form
        self.drafts.forget(self.post_id)
        self._show(self._clean_form(), cleared=before)

    def bring_back(self) -> None:
        """Undo `discard`."""
        if self.cleared is not None:
            form = self.cleared
            self.put(form)
            self._show(form)

    def sent(self) -> None:
        """What was entered is planned or saved: the draft goes, a new post comes."""
        self.drafts.forget(self.post_id)
        self.editing = None
        self._restore()

    # -- the form -------------------------------------------------------------------------

    def _clean_form(self) -> PostForm:
        if self.editing is not None:
            return form_of_post(self.editing)
        return new_form(self._core.now(), self._core.timezone)

    def _restore(self) -> None:
        """Show what was left unsent, unless it says nothing new."""
        clean, kept = self._clean_form(), self.drafts.load(self.post_id)
        shown = None if self.editing is None else self.drafts.shown(self.editing)
        self.shown = self.editing
        if kept is not None and shown is None:
            kept = with_timezone(kept, self._core.timezone)
        is_as_shown = shown is not None and kept == form_of_post(shown)
        if kept is None or is_as_shown or same_input(kept, clean):
            self._show(clean)
        else:
            self.shown = shown
            self._show(kept, restored=True)

    def _show(
        self, form: PostForm, *, restored: bool = False, cleared: PostForm | None = None
    ) -> None:
        self.form, self.restored, self.cleared = form, restored, cleared
        self.replaced.emit()

    def _on_drafts(self) -> None:
        if self.is_begun or self.drafts.reading.value is None:
            return
        self.is_begun = True
        if self.editing is None:
            self._restore()
        first, self._first = self._first, None
        if first is not None:
            first()

    # -- the post, which others may change too --------------------------------------------

    def _ask(self, post_id: str, take: Callable[[Post], object]) -> None:
        self._asked_for, self._take = post_id, take
        self._post.ask_anew(partial(_read, self._core.workspace, post_id), forget=True)

    def _concerns(self, event: Event) -> bool:
        if self.editing is None:
            return False
        return not isinstance(event, PostStatusChanged) or event.post_id == self.editing.id

    def _on_post(self) -> None:
        error, post = self._post.failure, self._post.value
        if error is None and post is None:
            return
        take, self._take = self._take, self._take_again
        if error is None and post is not None:
            if not self._is_busy() or take == self._take_again:
                take(post)
            return
        if self.editing is not None and self._asked_for != self.editing.id:
            self._ask(self.editing.id, self._take_again)  # the old one stays and is followed
        if isinstance(error, NotFound):
            self.start_new()
        self.failed.emit(error)

    def _take_to_edit(self, post: Post) -> None:
        self.is_begun = True
        self.editing = post
        self._restore()

    def _take_newer(self, post: Post) -> None:
        if self.shown is not None and self.shown.id == post.id:
            form = carried_over(self.form, form_of_post(self.shown), form_of_post(post))
            self.editing = self.shown = post
            self.put(form)
            self._show(form)

    def _take_again(self, post: Post) -> None:
        before = self.editing
        if before is None or before.id != post.id or before == post:
            return
        self.editing = post
        is_untouched = self.form == form_of_post(before) and not self._is_busy()
        if is_untouched:
            self.shown = post
        if is_untouched and form_of_post(post) != self.form:
            self._show(form_of_post(post))
        else:
            self.changed.emit()


def _read(workspace: Workspace, post_id: str, _token: CancelToken) -> Post:
    workspace.drafts.read()
    return workspace.planning.get(post_id)
