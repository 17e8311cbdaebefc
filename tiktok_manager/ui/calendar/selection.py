"""Which posts are selected, apart from where the cursor is: by Ctrl, Shift, a frame, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktok_manager.domain.post_briefs import PostBrief
    from tiktok_manager.ui.calendar.tile import Tile


class Selection(QObject):
    """The ids of selected posts; a tile is selected with all it stands for.

    Signals:
        changed: Read `ids`.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.ids: frozenset[str] = frozenset()
        self._anchor: str = ""

    def holds(self, tile: Tile) -> bool:
        """Say whether a tile is selected."""
        return bool(self.ids) and tile.post.id in self.ids

    def of(self, posts: Iterable[PostBrief]) -> Sequence[PostBrief]:
        """Return the selected ones of some posts."""
        return [post for post in posts if post.id in self.ids] if self.ids else ()

    def start_at(self, tile: Tile | None) -> None:
        """What Shift selects begins here; nothing is selected any more."""
        self._anchor = "" if tile is None else tile.post.id
        self._set(frozenset())

    def toggle(self, tile: Tile) -> None:
        """Select a tile, or let go of it."""
        self._anchor = tile.post.id
        self._set(self.ids - tile.ids if self.holds(tile) else self.ids | tile.ids)

    def extend(self, tile: Tile, shown: Sequence[Tile]) -> None:
        """Select all from where the selection began to this tile, in the order they are shown."""
        places = [at for at, each in enumerate(shown) if each.holds(self._anchor)]
        here = shown.index(tile)
        first = places[0] if places else here
        between = shown[min(first, here) : max(first, here) + 1]
        self._set(frozenset().union(*(each.ids for each in between)))

    def put(self, tiles: Iterable[Tile], *, besides: frozenset[str] = frozenset()) -> None:
        """Select these tiles, besides what was selected before."""
        self._set(besides.union(*(each.ids for each in tiles)))

    def keep(self, ids: Iterable[str]) -> None:
        """Let go of posts that are not among these: they are shown no more."""
        if self.ids:
            self._set(self.ids & frozenset(ids))

    def _set(self, ids: frozenset[str]) -> None:
        if ids != self.ids:
            self.ids = ids
            self.changed.emit()
