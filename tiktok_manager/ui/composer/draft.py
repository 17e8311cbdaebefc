"""Keeps the composer's input in the window's memory, so that nothing typed is ever lost."""

from typing import Protocol

from PySide6.QtCore import QObject

from tiktok_manager.ui.composer.form import Form, from_text, to_text
from tiktok_manager.ui.tasks import Coalesced

FLUSH_MS = 500
_NEW = "composer/new"
_EDIT = "composer/edit"
_EDIT_POST = "composer/edit-post"


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

    def keep(self, form: Form, post_id: str = "") -> None:
        """Remember the input."""
        self._write(to_text(form), post_id)

    def forget(self, post_id: str = "") -> None:
        """The input was sent, or thrown away by the user."""
        self._write("", post_id)

    def _write(self, text: str, post_id: str) -> None:
        if post_id:
            self._store.set_word(_EDIT_POST, post_id)
        self._store.set_word(_EDIT if post_id else _NEW, text)
        self._soon.request()
