"""Keeps the composer's input in the window's memory, so that nothing typed is ever lost."""

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject

from tiktok_manager.domain.posts import Post
from tiktok_manager.ui.composer.form import Form, form_of_post, from_text, to_text
from tiktok_manager.ui.tasks import Coalesced

FLUSH_MS = 500
_NEW = "composer/new"
_EDIT = "composer/edit"
_EDIT_POST = "composer/edit-post"
_EDIT_VERSION = "composer/edit-version"
_EDIT_SHOWN = "composer/edit-shown"


class DraftStore(Protocol):
    """The part of the window's memory that is used here."""

    def word(self, name: str, default: str = "") -> str:
        """Return a remembered word."""

    def set_word(self, name: str, value: str) -> None:
        """Remember a word."""

    def flush(self) -> None:
        """Write to disk now."""


class Drafts(QObject):
    """One draft of a new post and one of the post edited last; on disk half a second later."""

    def __init__(self, store: DraftStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._soon = Coalesced(store.flush, self, delay_ms=FLUSH_MS)

    def load(self, post_id: str = "") -> Form | None:
        """Return the kept input for a new post, or for the post being edited."""
        if post_id and self._store.word(_EDIT_POST) != post_id:
            return None
        return from_text(self._store.word(_EDIT if post_id else _NEW))

    def shown(self, post: Post) -> Post:
        """Return a post as its kept input was entered over it: as it is, unless it changed since.

        So a change names the version that the user saw, however long ago.
        """
        version = self._store.word(_EDIT_VERSION)
        form = from_text(self._store.word(_EDIT_SHOWN))
        if self.load(post.id) is None or form is None or form.file is None:
            return post
        if not version.isdecimal() or int(version) == post.version:
            return post
        now = form_of_post(post)  # without the seconds that a post may have
        is_time_kept = (form.wall, form.timezone) == (now.wall, now.timezone)
        return replace(
            post,
            version=int(version),
            schedule=post.schedule if is_time_kept else form.schedule,
            media=replace(post.media, path=form.file),
            caption=form.caption,
            mode=form.mode,
            choices=form.choices,
        )

    def keep(self, form: Form, shown: Post | None = None) -> None:
        """Remember the input, entered over this post or for a new one."""
        if shown is not None:
            self._store.set_word(_EDIT_VERSION, str(shown.version))
            self._store.set_word(_EDIT_SHOWN, to_text(form_of_post(shown)))
        self._write(to_text(form), "" if shown is None else shown.id)

    def forget(self, post_id: str = "") -> None:
        """The input was sent, or thrown away by the user."""
        self._write("", post_id)

    def _write(self, text: str, post_id: str) -> None:
        if post_id:
            self._store.set_word(_EDIT_POST, post_id)
        self._store.set_word(_EDIT if post_id else _NEW, text)
        self._soon.request()
