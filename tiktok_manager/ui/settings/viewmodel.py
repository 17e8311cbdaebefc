"""Reads and changes settings; knows no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import DataChangedElsewhere, Event, SettingsChanged
from tiktok_manager.ui.settings.wording import SettingItem, setting_item
from tiktok_manager.ui.tasks import Coalesced
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.settings import SettingValue
    from tiktok_manager.ui.frame import Core


class SettingsViewModel(QObject):
    """State of the settings pane.

    Signals:
        changed: Read `items`.
        kept: A setting was kept: its name.
        refused: A value is not possible: the setting's name and a sentence.
        failed: An AppError, and what to call to try again.
    """

    changed = Signal()
    kept = Signal(str)
    refused = Signal(str, str)
    failed = Signal(object, object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._settings = core.workspace.settings
        self.items: tuple[SettingItem, ...] = ()
        self._soon = Coalesced(self.load, self)
        core.bridge.listen(SettingsChanged, self._on_event)
        core.bridge.listen(DataChangedElsewhere, self._on_event)

    @property
    def data_dir(self) -> Path:
        """The folder that holds everything."""
        return self._core.workspace.paths.root

    def item(self, name: str) -> SettingItem | None:
        """Return a setting, None if there is none of this name."""
        return next((item for item in self.items if item.name == name), None)

    def sections(self) -> tuple[str, ...]:
        """Return the names of the sections in their order."""
        return tuple(dict.fromkeys(item.section for item in self.items))

    def found(self, search_text: str) -> frozenset[str]:
        """Return the names of the settings a search finds."""
        wanted = search_text.strip().casefold()
        return frozenset(item.name for item in self.items if item.matches(wanted))

    def load(self) -> None:
        """Read all settings."""
        self._core.tasks.run(
            lambda _token: self._settings.list(),
            done=self._on_read,
            failed=lambda error: self.failed.emit(error, self.load),
            group="settings-load",
        )

    def change(self, name: str, value: str) -> None:
        """Keep a value at once; an old one that may be shown can be brought back."""
        item = self.item(name)
        if item is None or (item.kind != "secret" and item.value == value):
            return
        self._core.tasks.run(
            lambda _token: self._settings.set(name, value),
            done=lambda _none: self._on_kept(item, value),
            failed=lambda error: self._on_failed(error, item, value),
            group=f"setting-{name}",
        )

    def _on_read(self, settings: Sequence[SettingValue]) -> None:
        self.items = tuple(setting_item(setting) for setting in settings)
        self.changed.emit()

    def _on_kept(self, old: SettingItem, value: str) -> None:
        self.kept.emit(old.name)
        self._soon.request()
        # A secret's old value is never read, and an empty one was no choice: nothing to go back to.
        if old.kind != "secret" and old.value:
            self._core.undo.did(
                f"Change “{old.label}”",
                undo=lambda _token: self._settings.set(old.name, old.value),
                redo=lambda _token: self._settings.set(old.name, value),
            )

    def _on_failed(self, error: AppError, item: SettingItem, value: str) -> None:
        if isinstance(error, InputError):
            told = words(error)
            self.refused.emit(item.name, joined(told.cause, told.hint))
        else:
            self.failed.emit(error, lambda: self.change(item.name, value))

    def _on_event(self, _event: Event) -> None:
        self._soon.request()
