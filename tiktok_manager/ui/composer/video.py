"""The video that was chosen, looked into off the GUI thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.composer.media import MediaLook, look_into

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core


class ChosenVideo(QObject):
    """One file at a time.

    Signals:
        changed: `look` was found, or is being looked for.
    """

    changed = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._path: Path | None = None
        self.look: MediaLook | None = None

    def show(self, path: Path | None) -> None:
        """Look into this file; None for no file."""
        self._path, self.look = path, None
        self.changed.emit()
        if path is None:
            return
        pictures_dir = self._core.workspace.paths.media_cache_dir / "previews"
        self._core.tasks.run(
            lambda _token: look_into(path, pictures_dir),
            done=self._on_look,
            failed=partial(self._on_failed, path),
            group="composer-media",
        )

    def _on_look(self, look: MediaLook) -> None:
        if look.path == self._path:
            self.look = look
            self.changed.emit()

    def _on_failed(self, path: Path, error: AppError) -> None:
        self._on_look(MediaLook(path=path, error=error))
