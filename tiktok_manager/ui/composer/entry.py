"""Which form is shown: of a new post or over a planned one, with what was entered and not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import AppError, NotFound
from tiktok_manager.ui.composer.draft import DraftKeeper
from tiktok_manager.ui.composer.edited_post import EditedPost
from tiktok_manager.ui.composer.form import (
    Form,
    carried_over,
    form_of_post,
    new_form,
    same_input,
    with_timezone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core


class Entry(QObject):
    """The form as it is entered, kept as a draft with every change.

    Nothing is replaced while `is_busy` says that the form is on its way.

    Attributes:
        form: What is entered.
        is_begun: The drafts are read; nothing may be entered before.
        restored: The form is what was left unsent the last time.
        cleared: What was thrown away last, until something else is entered.
        drafts: Where it is kept.

    Signals:
        changed: The post or the drafts read differently, not the form.
        replaced: Another form is shown.
        failed: An AppError: a post could not be opened.
    """

    changed = Signal()
    replaced = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, is_busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._is_busy = is_busy
        self.form = new_form(core.now(), core.timezone)
        self.is_begun = False
        self.restored = False
        self.cleared: Form | None = None
        self._first: Callable[[], object] | None = None
        self.drafts = DraftKeeper(core, self)
        self._edited = EditedPost(core, self)
        self.drafts.changed.connect(self.changed)
        self.drafts.reading.changed.connect(self._on_drafts)
        self._edited.opened.connect(self._on_opened)
        self._edited.changed.connect(self._on_changed_elsewhere)
        self._edited.looked_again.connect(self._on_looked_again)
        self._edited.failed.connect(self._on_post_failed)

    @property
    def editing(self) -> Post | None:
        """The post being changed, None for a new one."""
        return self._edited.post

    @property
    def shown(self) -> Post | None:
        """The post as the form was filled from it: a change names its version."""
        return self._edited.shown

    @property
    def post_id(self) -> str:
        """Of the post being changed, empty for a new one."""
        return "" if self.editing is None else self.editing.id

    @property
    def locked(self) -> str:
        """Why the post cannot be changed any more, empty if it can."""
        return self._edited.locked

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
            self._edited.show(None)
            self._restore()

    def open(self, post_id: str) -> None:
        """Edit a planned post."""
        self._edited.open(post_id)

    def look_again(self) -> None:
        """Show the post as it is by now; what was entered stays."""
        self._edited.look_again()

    def put(self, form: Form) -> None:
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
        self._edited.show(None)
        self._restore()

    def _clean_form(self) -> Form:
        if self.editing is not None:
            return form_of_post(self.editing)
        return new_form(self._core.now(), self._core.timezone)

    def _restore(self) -> None:
        kept = self.drafts.load(self.post_id)
        if kept is not None and self.editing is None and kept.timezone != self._core.timezone:
            kept = with_timezone(kept, self._core.timezone)
        clean = self._clean_form()
        holds_input = kept is not None and not same_input(kept, clean)
        if holds_input and self.editing is not None:
            shown = self.drafts.shown(self.editing)
            holds_input = kept != form_of_post(shown)
            self._edited.show(self.editing, shown if holds_input else None)
        self._show(kept if kept is not None and holds_input else clean, restored=holds_input)

    def _show(self, form: Form, *, restored: bool = False, cleared: Form | None = None) -> None:
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

    def _on_opened(self, post: Post) -> None:
        if self._is_busy():
            return
        self.is_begun = True
        self._edited.show(post)
        self._restore()

    def _on_changed_elsewhere(self, before: Post) -> None:
        untouched = self.form == form_of_post(before) and not self._is_busy()
        if untouched:
            self._edited.show(self.editing)
        if untouched and (clean := self._clean_form()) != self.form:
            self._show(clean)
        else:
            self.changed.emit()

    def _on_looked_again(self, post: Post) -> None:
        shown = self.shown
        if shown is None or shown.id != post.id or self._is_busy():
            return
        form = carried_over(self.form, form_of_post(shown), form_of_post(post))
        self._edited.show(post)
        self.put(form)
        self._show(form)

    def _on_post_failed(self, error: AppError) -> None:
        if isinstance(error, NotFound):
            self.start_new()
        self.failed.emit(error)
