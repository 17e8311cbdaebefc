"""What the filters of the calendar may name, and the named ones the user saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import DataChangedElsewhere
from tiktok_manager.services.presets import CALENDAR_VIEW
from tiktok_manager.ui.calendar.filters import Filter
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Saved views by name, and the names of campaigns by id."""

    views: Mapping[str, Filter]
    campaigns: Mapping[str, str]


class SavedViews(QObject):
    """Reads and keeps the named filters; each change can be undone.

    Signals:
        changed: Read `views` and `campaigns`.
        failed: An AppError to show.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self.reading: Reading[Kept] = Reading(
            core.tasks, core.bridge, self._read, parent=self, stale_on=(DataChangedElsewhere,)
        )
        self.reading.changed.connect(self.changed)

    @property
    def views(self) -> Mapping[str, Filter]:
        """The saved filters, by name."""
        return {} if self.reading.value is None else self.reading.value.views

    @property
    def campaigns(self) -> Mapping[str, str]:
        """The names of campaigns, by id."""
        return {} if self.reading.value is None else self.reading.value.campaigns

    def save(self, name: str, shown: Filter) -> None:
        """Keep a filter under a name, in place of what had it."""
        before = self.views.get(name)
        put = partial(self._put, name, shown)
        undo = partial(self._drop, name) if before is None else partial(self._put, name, before)
        self._change(tr("Save the view “{name}”", name=name), put, undo)

    def remove(self, name: str) -> None:
        """Forget a named filter."""
        if (before := self.views.get(name)) is not None:
            put = partial(self._put, name, before)
            self._change(tr("Remove the view “{name}”", name=name), partial(self._drop, name), put)

    def _change(
        self, words: str, do: Callable[[CancelToken], None], undo: Callable[[CancelToken], None]
    ) -> None:
        def done(_result: None) -> None:
            self._core.undo.did(words, undo=undo, redo=do)
            self.reading.request()

        self._core.tasks.run(do, done=done, failed=self.failed.emit)

    def _put(self, name: str, shown: Filter, _token: CancelToken) -> None:
        self._core.workspace.presets.save(CALENDAR_VIEW, name, shown.to_text())

    def _drop(self, name: str, _token: CancelToken) -> None:
        self._core.workspace.presets.remove(CALENDAR_VIEW, name)

    def _read(self, _token: CancelToken) -> Kept:
        workspace = self._core.workspace
        kept = workspace.presets.all(CALENDAR_VIEW)
        views = {name: Filter.from_text(text) for name, text in kept.items()}
        return Kept(views=views, campaigns=workspace.imports.campaigns())
