"""What the user gave a name to be used again, such as a view of the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.storage import presets as queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.storage.database import Database

CALENDAR_VIEW = "calendar_view"
"""The kind of a filter of the calendar."""


class Presets:
    """Texts by kind and name; whoever keeps them knows what they say."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self, kind: str) -> Mapping[str, str]:
        """Return what is kept of a kind, by its names in order."""
        with self._database.read() as session:
            return queries.list_presets(session, kind)

    def save(self, kind: str, name: str, body: str) -> None:
        """Keep this under a name, in place of what was kept under it."""
        with self._database.write() as session:
            queries.put_preset(session, kind, name, body, self._clock.now())

    def remove(self, kind: str, name: str) -> None:
        """Keep nothing under a name any more."""
        with self._database.write() as session:
            queries.remove_preset(session, kind, name)
