"""One line that tells how far a job is, with its way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QProgressBar

from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL

if TYPE_CHECKING:
    from tiktok_manager.ui.kit.reading import Job, Progress

_BAR_PX = 160


class JobStrip(QFrame):
    """Shows a job while it is under way: what it does, how much is left, Cancel.

    Put it below the list it is about, so that no row moves when it comes.
    """

    def __init__(
        self, job: Job, *, cancel: Callable[[], object] | None = None, name: str = ""
    ) -> None:
        """`cancel` stops it if the job's own does not say enough; `name` is for screen readers."""
        super().__init__()
        self.setObjectName("job-strip")
        self._job = job
        self._words = PlainLabel("", tone="soft", elided=True)
        self._left = PlainLabel("", tone="soft", tabular=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_PX)
        self._bar.setAccessibleName(name or tr("How far it is"))
        self.cancel = push_button(tr("Cancel"), look="quiet", clicked=cancel or job.cancel)
        margins = (SPACE_XL, SPACE_S, SPACE_L, SPACE_S)
        items = (self._words, self._left, self._bar, self.cancel)
        layout = row(*items, spacing=SPACE_M, margins=margins)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        job.changed.connect(self._on_changed)
        self._on_changed()

    def _on_changed(self) -> None:
        progress = self._job.progress
        if progress is not None:
            self._show(progress)
        if progress is None or self.parent() is not None:  # alone it would be a window
            self.setVisible(progress is not None)

    def _show(self, progress: Progress) -> None:
        left = progress.total - progress.done
        self._words.setText(progress.words)
        self._left.setText(ntr("{count} left", "{count} left", left) if progress.total else "")
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
