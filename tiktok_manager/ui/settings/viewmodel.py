"""Reads and changes settings; knows no widgets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import ALL_SCOPES
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import DataChangedElsewhere, SettingsChanged
from tiktok_manager.ui.accounts.wording import scope_words
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.undo import change_setting
from tiktok_manager.wording import joined, words
from tiktok_manager.wording import settings as wording

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.settings import SettingValue
    from tiktok_manager.ui.frame import Core


class SettingsViewModel(QObject):
    """State of the settings pane; `reading` knows the settings as the page shows them.

    Signals:
        kept: A setting was kept: its name.
        refused: A value is not possible: the setting's name and a sentence.
        failed: An AppError, and what to call to try again.
    """

    kept = Signal(str)
    refused = Signal(str, str)
    failed = Signal(object, object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        settings = core.workspace.settings
        self.reading = Reading(
            core.tasks,
            core.bridge,
            lambda _token: tuple(settings.list()),
            parent=self,
            stale_on=(SettingsChanged, DataChangedElsewhere),
            every_ms=0,
        )

    @property
    def items(self) -> tuple[SettingValue, ...]:
        """The settings in the order of the page."""
        return self.reading.value or ()

    @property
    def has_keys(self) -> bool:
        """Whether both keys of the TikTok app are known."""
        keys = ("client-key", "client-secret")
        return all(item.value for item in self.items if item.name in keys)

    def found(self, search_text: str) -> frozenset[str]:
        """Return the names of the settings a search finds."""
        wanted = search_text.strip().casefold()
        return frozenset(item.name for item in self.items if wanted in _searched(item))

    def change(self, name: str, value: str) -> None:
        """Keep a value at once; an old one that may be shown can be brought back."""

        def failed(error: AppError) -> None:
            if isinstance(error, InputError):
                told = words(error)
                self.refused.emit(name, joined(told.cause, told.hint))
            else:
                self.failed.emit(error, lambda: self.change(name, value))

        item = next((item for item in self.items if item.name == name), None)
        if item is not None and (item.secret or item.value != value):
            kept = partial(self.kept.emit, name)
            change_setting(self._core, name, value, done=kept, failed=failed)


def help_words(setting: SettingValue) -> str:
    """Say below a setting's label what it is for."""
    if setting.from_environment:
        return tr("Set by an environment variable.")
    return wording.setting_help(setting.name)


def choices(setting: SettingValue) -> tuple[tuple[str, str], ...]:
    """Return what a setting may be, and how that is called; nothing for what is typed."""
    if setting.kind == "zone":
        zones = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        named = ((name, name.replace("_", " ")) for name in zones)
        return (("system", tr("As this computer")), *named)
    if setting.name == "scopes":
        return tuple((scope.value, scope_words(scope)) for scope in ALL_SCOPES)
    return tuple((choice, wording.value_words(choice)) for choice in setting.choices)


def _searched(setting: SettingValue) -> str:
    label, section = wording.setting_label(setting.name), wording.section_words(setting.section)
    told = (setting.name, label, help_words(setting), section)
    return "\n".join((*told, *(words for _value, words in choices(setting)))).casefold()
