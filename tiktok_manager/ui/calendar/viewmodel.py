"""The calendar's state: what is shown, where the cursor is, what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter
from tiktok_manager.ui.calendar.moves import Carried, Shift
from tiktok_manager.ui.calendar.selection import Selection
from tiktok_manager.ui.calendar.shown_plan import ShownPlan
from tiktok_manager.ui.calendar.span import Span, View
from tiktok_manager.ui.overrides import override

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tiktok_manager.domain.post_briefs import AnyPost, PostBrief
    from tiktok_manager.ui.calendar.days import Days
    from tiktok_manager.ui.calendar.tile import Tile
    from tiktok_manager.ui.frame import Core

MORE = -1  # the place of the "+4 more" line, whatever number of tiles stands above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the keyboard is: a day, and in it a tile, MORE, or None for the day itself."""

    day: date
    place: int | None = None


class CalendarViewModel(ShownPlan):
    """State of month, week and day; knows no widgets.

    Attributes:
        cursor: Where the keyboard is.
        selection: What is selected, to be changed together.

    Signals:
        span_changed: Other days are shown; read `span`.
        cursor_changed: Read `cursor` and `selected`.
        filter_changed: Read `filter`.
        found: The Post asked for by `find`.
        failed: An AppError to show.
        refused: A sentence: why what the keyboard asked for is not done.
    """

    span_changed = Signal()
    cursor_changed = Signal()
    filter_changed = Signal()
    found = Signal(object)
    failed = Signal(object)
    refused = Signal(str)

    def __init__(self, core: Core, first_weekday: int, parent: QObject | None = None) -> None:
        super().__init__(core, first_weekday, parent)
        self._wanted_post: str | None = None
        self.selection = Selection(self)
        self.cursor = Cursor(day=self.today)
        self._copied: Carried | None = None

    @property
    def selected(self) -> Tile | None:
        """The tile the cursor is on."""
        place = self.cursor.place
        tiles = self.tiles(self.cursor.day)
        on_tile = place is not None and 0 <= place < len(tiles)
        return tiles[place] if on_tile and place is not None else None

    # -- moving ---------------------------------------------------------------------------

    def turn(self, pages: int) -> None:
        """Leaf to another page, of months to their beginning; the cursor goes there."""
        span = self.span.turned(pages)
        first = next((day for day in span.days if day.day == 1), span.first)
        if span.has_hours:
            first = span.first
        self._go_to(span, Cursor(day=self.today if self.today in span else first))

    def scroll(self, weeks: int) -> None:
        """Show earlier or later weeks; the cursor stays on its day as long as that is shown."""
        shown = self.span.scrolled(weeks)
        day = min(max(self.cursor.day, shown.first), shown.last)
        self._go_to(shown, self.cursor if day == self.cursor.day else Cursor(day=day))

    def show_as(self, view: View) -> None:
        """Show the day of the cursor in another way."""
        if view not in (View.AGENDA, self.span.view):
            day = self.cursor.day
            this = self.span.shown_as(view, self.today)
            span = this if view is View.MONTH and day in this else self.span.shown_as(view, day)
            kept = self.selected
            self._wanted_post = None if kept is None else kept.post.id
            self._go_to(span, Cursor(day=day))
            self._find_wanted()

    def show_today(self) -> None:
        """Come back to this week."""
        self._go_to(self.span.shown_as(self.span.view, self.today), Cursor(day=self.today))

    def show_day(self, day: date) -> None:
        """Bring a day into view and put the cursor on it."""
        is_shown = day in self.span
        self._go_to(self.span if is_shown else self._span_around(day), Cursor(day=day))

    def show_post(self, post: AnyPost) -> None:
        """Bring a post into view and select it as soon as it is there, whatever is filtered."""
        if not self.filter.takes(post):
            self.set_filter(NO_FILTER)
        self._wanted_post = post.id
        self.show_day(self.zone.day(post))
        self._find_wanted()

    def set_filter(self, wanted: Filter) -> None:
        """Show the posts that pass a filter, and no others."""
        if wanted != self.filter:
            self.filter = wanted
            self.filter_changed.emit()
            self.ask_anew()

    def select(self, day: date, place: int | None) -> None:
        """Put the cursor somewhere in the month."""
        self._set_cursor(Cursor(day=day, place=place))

    def find(self, post_id: str) -> None:
        """Read a post wherever it stands; `found` brings it."""
        self.core.tasks.run(
            lambda _token: self.core.workspace.planning.get(post_id),
            done=self.found.emit,
            failed=self.failed.emit,
            group="calendar-find",
        )

    def move_days(self, days: int) -> None:
        """Move to another day, scrolling where the weeks shown end."""
        day = self.cursor.day + timedelta(days=days)
        if day in self.span:
            self._set_cursor(Cursor(day=day))
        else:
            step = 1 if days > 0 else -1
            self._go_to(self.span.scrolled(step), Cursor(day=day))

    def move_tiles(self, step: int, visible: int) -> None:
        """Move down (1) or up (-1) the tiles of the day, and past their ends to the next week.

        `visible` tiles of the day can be seen; a "more" line stands for the rest.
        """
        count = len(self.tiles(self.cursor.day))
        stops = [*range(min(visible, count)), *([MORE] if count > visible else [])]
        place = self.cursor.place
        # A selected tile that cannot be seen is represented by the "more" line.
        position = stops.index(place) if place in stops else len(stops) - 1
        following = (-1 if place is None else position) + step
        if following < -1 or following >= len(stops):
            self.move_days(step if self.span.has_hours else 7 * step)
        else:
            self.select(self.cursor.day, None if following < 0 else stops[following])

    def carried_by_keys(self) -> Carried | None:
        """Return what the keyboard moves: the selection, else the tile under the cursor."""
        chosen = self.selected
        if chosen is None or not self.selection.holds(chosen):
            held = [tile for tile in self.shown_tiles if self.selection.holds(tile)]
            chosen = held[0] if held else chosen
        return None if chosen is None else self.carried(chosen)

    def carried(self, tile: Tile) -> Carried:
        """Return what is moved with a tile: the whole selection if the tile is in it."""
        posts: Sequence[PostBrief] = tile.posts
        if self.selection.holds(tile):
            posts = self.selected_posts
        return Carried(tile=tile, posts=posts, zone=self.zone)

    def why_not(self, carried: Carried, shift: Shift, *, copies: bool) -> str:
        """Say why something cannot be moved or copied so far, empty if it can."""
        return carried.why_not(shift, self.core.now(), copies=copies)

    def copy(self) -> None:
        """Remember what is selected, to be pasted."""
        self._copied = self.carried_by_keys() or self._copied

    def pasted(self) -> tuple[Carried, Shift] | None:
        """Return what was copied, and how far its first post is from the day of the cursor."""
        carried = self._copied
        if carried is None:
            return None
        first = carried.zone.day(min(carried.posts, key=lambda post: post.due_at))
        shift = Shift(days=(self.cursor.day - first).days)
        if why_not := self.why_not(carried, shift, copies=True):
            self.refused.emit(why_not)
            return None
        return carried, shift

    @property
    def selected_posts(self) -> Sequence[PostBrief]:
        """The selected posts that are shown, in order."""
        days = self.span.days
        return self.selection.of(post for day in days for post in self.posts(day))

    # -- inside ---------------------------------------------------------------------------

    def _span_around(self, day: date) -> Span:
        """Return the days from today's week on if they hold the day, else from its own week on."""
        this = self.span.shown_as(self.span.view, self.today)
        return this if day in this else self.span.shown_as(self.span.view, day)

    def _go_to(self, span: Span, cursor: Cursor) -> None:
        if span != self.span:
            self.span = span
            self.cursor = cursor
            self.span_changed.emit()
            self.ask_anew()
        self._set_cursor(cursor)

    def _set_cursor(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.cursor_changed.emit()

    @override
    def _show(self, days: Days, changed: Sequence[date] = ()) -> None:
        kept, self._patched = self.selected, days
        if kept is not None:  # stay on the post that was selected, wherever it went
            place = _place_of(self.tiles(kept.day), kept.post.id)
            self.cursor = Cursor(day=kept.day, place=place)
        self.selection.keep(days.day_of)
        super()._show(days, changed)
        self._find_wanted()

    def _find_wanted(self) -> None:
        if self._wanted_post is None:
            return
        place = _place_of(self.tiles(self.cursor.day), self._wanted_post)
        if place is not None:
            self._wanted_post = None
            self.select(self.cursor.day, place)


def _place_of(tiles: Sequence[Tile], post_id: str) -> int | None:
    return next((i for i, tile in enumerate(tiles) if tile.holds(post_id)), None)
