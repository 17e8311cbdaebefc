"""What the window remembers of itself: sizes, folded parts, the look of the first frame.

Kept beside the database, because it is needed before the database is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QByteArray, QSettings

from tiktok_manager.ui.theme import ThemeChoice

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QHeaderView


class WindowMemory:
    """A small INI file in the data folder. Losing it costs nothing but comfort."""

    def __init__(self, path: Path) -> None:
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeChoice:
        """The appearance of the last session, so that the first frame does not flash."""
        text = self._text("theme", ThemeChoice.SYSTEM.value)
        known = {choice.value for choice in ThemeChoice}
        return ThemeChoice(text) if text in known else ThemeChoice.SYSTEM

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice.value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a remembered yes or no."""
        return self._text(name, "yes" if default else "no") == "yes"

    def set_flag(self, name: str, value: bool) -> None:
        """Remember a yes or no."""
        self._store.setValue(name, "yes" if value else "no")

    def word(self, name: str, default: str = "") -> str:
        """Return a remembered word, such as the pane shown last."""
        return self._text(name, default)

    def set_word(self, name: str, value: str) -> None:
        """Remember a word."""
        self._store.setValue(name, value)

    def state(self, name: str) -> QByteArray | None:
        """Return a geometry or header state, None if there is none."""
        value = self._store.value(f"state/{name}")
        return value if isinstance(value, QByteArray) else None

    def set_state(self, name: str, state: QByteArray) -> None:
        """Remember a geometry or header state."""
        self._store.setValue(f"state/{name}", state)

    def keep_header(self, name: str, header: QHeaderView) -> None:
        """Restore widths, order and sorting of a header and remember what the user changes."""
        if (saved := self.state(name)) is not None:
            header.restoreState(saved)

        def remember(*_change: object) -> None:
            if shiboken6.isValid(header):  # a table that is being deleted lays itself out once more
                self.set_state(name, header.saveState())

        for change in (header.sectionResized, header.sectionMoved, header.sortIndicatorChanged):
            change.connect(remember)

    def flush(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def _text(self, name: str, default: str) -> str:
        return str(self._store.value(name, default))
