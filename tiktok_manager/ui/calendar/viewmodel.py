"""The calendar's state: which days are shown, what stands in them, what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    PostProgressed,
    PostsChanged,
    PostStatusChanged,
)
from tiktok_manager.domain.lateness import next_day
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.planning import PostEdit
from tiktok_manager.ui.calendar.month import Days, Month, Tile, day_start, local_day
from tiktok_manager.ui.calendar.pacing import Paced
from tiktok_manager.ui.calendar.reading import DaysRead, read_days
from tiktok_manager.ui.calendar.wording import CANCELLABLE, tile_sentence
from tiktok_manager.ui.post_change import PostChange
from tiktok_manager.ui.post_look import PostLook, post_look

if TYPE_CHECKING:
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.avatar import Avatars
    from tiktok_manager.ui.undo import UndoStep

MORE = -1  # the place of the "+4 more" line, whatever number of tiles stands above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the keyboard is: a day, and in it a tile, MORE, or None for the day itself."""

    day: date
    place: int | None = None


class CalendarViewModel(QObject):
    """State of the month grid; knows no widgets.

    Signals:
        month_changed: Other days are shown; read `days` and `title`.
        posts_changed: The posts of the days shown changed; read `tiles`.
        cursor_changed: Read `cursor` and `selected`.
        progressed: A post id: `progress` of it changed.
        cancelled: A Post was cancelled; the Action takes that back.
        moved: A Post was given a new time; the Action takes that back.
        retried: How many failed posts go out again.
        found: The Post asked for by `find`.
        failed: An AppError to show.
    """

    month_changed = Signal()
    posts_changed = Signal()
    cursor_changed = Signal()
    progressed = Signal(str)
    cancelled = Signal(object, object)
    moved = Signal(object, object)
    retried = Signal(int)
    found = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, first_weekday: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._first_weekday = first_weekday
        self._timezone = core.timezone
        self._tiles: Days = {}
        self._day_of: dict[str, date] = {}
        self._avatars: dict[str, Path] = {}
        self._progress: dict[str, float] = {}
        self._wanted_post: str | None = None
        self._reading_month = False
        self.loaded = False  # from the first reading on something true is shown
        self.month = Month.of(self.today)
        self.cursor = Cursor(day=self.today)
        self._reading = Paced(self.reload, self)
        for kind in (PostsChanged, DataChangedElsewhere, AccountChanged):
            core.bridge.listen(kind, self._on_change)
        core.bridge.listen(PostStatusChanged, self._on_status)
        core.bridge.listen(PostProgressed, self._on_progress)
        core.publishing.changed.connect(self._on_zone)

    # -- what is shown --------------------------------------------------------------------

    @property
    def timezone(self) -> str:
        """The zone days and times are shown in."""
        return self._timezone

    @property
    def today(self) -> date:
        """Today in the user's zone."""
        return local_day(self._core.now(), self._core.timezone)

    @property
    def title(self) -> str:
        """The month in words."""
        return self.month.title

    @property
    def first_weekday(self) -> int:
        """The day weeks begin with, 1 (Monday) to 7."""
        return self._first_weekday

    @property
    def days(self) -> Sequence[date]:
        """The days of the grid: whole weeks."""
        return self.month.days(self._first_weekday)

    def look(self, post: Post) -> PostLook:
        """Return how a post looks now."""
        return post_look(post, self._timezone, self._core.now())

    def sentence(self, tile: Tile, words: str = "") -> str:
        """Return a tile as a screen reader says it and a tool tip shows it."""
        return tile_sentence(tile, self.look(tile.post), words)

    def tiles(self, day: date) -> Sequence[Tile]:
        """Return a day's posts by time."""
        return self._tiles.get(day, ())

    @property
    def avatars(self) -> Avatars:
        """The pictures of the accounts."""
        return self._core.accounts.avatars

    def avatar(self, account_id: str) -> Path | None:
        """Return an account's cached picture."""
        return self._avatars.get(account_id)

    def progress(self, post_id: str) -> float | None:
        """Return how much of a post being sent has arrived, 0 to 1."""
        return self._progress.get(post_id)

    @property
    def selected(self) -> Tile | None:
        """The post the cursor is on."""
        place = self.cursor.place
        tiles = self.tiles(self.cursor.day)
        on_tile = place is not None and 0 <= place < len(tiles)
        return tiles[place] if on_tile and place is not None else None

    @property
    def is_empty(self) -> bool:
        """Whether the days shown are known to hold no post."""
        return self.loaded and not self._tiles and not self._reading_month

    # -- moving ---------------------------------------------------------------------------

    def show_month(self, month: Month) -> None:
        """Show another month; the cursor goes to its first day, or to today in it."""
        if month == self.month:
            return
        day = self.today if Month.of(self.today) == month else month.first
        self._go_to(month, Cursor(day=day))

    def turn(self, months: int) -> None:
        """Leaf forward or back."""
        self.show_month(self.month.shifted(months))

    def show_today(self) -> None:
        """Come back to today."""
        self._go_to(Month.of(self.today), Cursor(day=self.today))

    def show_post(self, post: Post) -> None:
        """Bring a post's day into view and select it as soon as it is there."""
        day = local_day(post.schedule.due_at, self._timezone)
        self._wanted_post = post.id
        self.show_day(day)
        self._find_wanted()

    def select(self, day: date, place: int | None) -> None:
        """Put the cursor somewhere in the grid."""
        self._set_cursor(Cursor(day=day, place=place))

    def show_day(self, day: date) -> None:
        """Bring a day into view and put the cursor on it."""
        self._go_to(self.month if day in self.days else Month.of(day), Cursor(day=day))

    def find(self, post_id: str) -> None:
        """Read a post wherever it stands; `found` brings it."""
        self._core.tasks.run(
            lambda _token: self._core.workspace.planning.get(post_id),
            done=self.found.emit,
            failed=self.failed.emit,
            group="calendar-find",
        )

    def move_days(self, days: int) -> None:
        """Move to another day, turning the month where the grid ends."""
        self.show_day(self.cursor.day + timedelta(days=days))

    def move_tiles(self, step: int, visible: int) -> None:
        """Move down (1) or up (-1) the tiles of the day, and past their ends to the next week.

        `visible` tiles of the day can be seen; a "more" line stands for the rest.
        """
        count = len(self.tiles(self.cursor.day))
        stops = [*range(min(visible, count)), *([MORE] if count > visible else [])]
        place = self.cursor.place
        # A selected post that cannot be seen is represented by the "more" line.
        position = stops.index(place) if place in stops else len(stops) - 1
        following = (-1 if place is None else position) + step
        if following < -1 or following >= len(stops):
            self.move_days(7 * step)
        else:
            self.select(self.cursor.day, None if following < 0 else stops[following])

    # -- doing ----------------------------------------------------------------------------

    def cancel_selected(self) -> None:
        """Take the selected post out of the plan, if its status allows it."""
        if self.selected is not None:
            self.cancel(self.selected.post)

    def cancel(self, post: Post) -> None:
        """Take a post out of the plan; Ctrl+Z makes it again what it was."""
        if post.status not in CANCELLABLE:
            return
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: PostChange(
                planning, post.id, lambda: planning.cancel(post.id, seen=post)
            ),
            done=self._on_cancelled,
            failed=self.failed.emit,
        )

    def restore(self, post: Post) -> None:
        """Plan a cancelled post again."""
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.restore(post.id, seen=post),
            done=self.replace_post,
            failed=self.failed.emit,
        )

    def retry(self, post: Post) -> None:
        """Let a stopped post go out again."""
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.retry(post.id, seen=post),
            done=self.replace_post,
            failed=self.failed.emit,
        )

    def retry_all_failed(self) -> None:
        """Let every failed post go out again; `retried` says how many."""
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.retry_all_failed(),
            done=lambda posts: self.retried.emit(len(posts)),
            failed=self.failed.emit,
            group="calendar-retry-all",
        )

    def move_to_next_day(self, post: Post) -> None:
        """Plan a missed post for the same time on the next day that is still to come."""
        planning = self._core.workspace.planning
        schedule = next_day(post.schedule, self._core.now())
        change = PostEdit(when=schedule.wall.isoformat(), timezone=schedule.timezone)
        self._core.tasks.run(
            lambda _token: PostChange(
                planning,
                post.id,
                lambda: planning.commit(planning.propose_edit(post.id, change, seen=post)),
            ),
            done=self._on_moved,
            failed=self.failed.emit,
        )

    def resolve(self, post: Post, *, posted: bool, post_again: bool) -> None:
        """Take the user's word for what became of a video TikTok says nothing about."""
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: planning.resolve(
                post.id, posted=posted, post_again=post_again, seen=post
            ),
            done=self.replace_post,
            failed=self.failed.emit,
        )

    def refresh(self) -> None:
        """Read again what is shown, soon."""
        self._reading.request()

    def reload(self) -> None:
        """Read the posts of the days shown, and no others."""
        days, timezone = self.days, self._timezone
        start = day_start(days[0], timezone)
        end = day_start(days[-1] + timedelta(days=1), timezone)
        workspace = self._core.workspace
        self._core.tasks.run(
            lambda token: read_days(workspace, start, end, timezone, token),
            done=self._on_read,
            failed=self._on_failed,
            group="calendar",
        )

    def replace_post(self, post: Post) -> None:
        """Show a post as a service returned it, without waiting for the next reading."""
        self._patch(post.id, post)

    # -- inside ---------------------------------------------------------------------------

    def _go_to(self, month: Month, cursor: Cursor) -> None:
        if month != self.month:
            self.month = month
            self._tiles = {}
            self.cursor = cursor
            self._reading_month = True
            self.month_changed.emit()
            self.reload()
        self._set_cursor(cursor)

    def _set_cursor(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.cursor_changed.emit()

    def _on_read(self, answer: DaysRead) -> None:
        kept = self.selected
        self._tiles = answer.days
        self._day_of = {t.post.id: day for day, tiles in answer.days.items() for t in tiles}
        self._avatars = answer.avatars
        self.loaded = True
        self._reading_month = False
        if kept is not None:
            self._reselect(kept)
        self.posts_changed.emit()
        self._find_wanted()

    def _reselect(self, kept: Tile) -> None:
        """Stay on the post that was selected, wherever it went."""
        place = _place_of(self.tiles(kept.day), kept.post.id)
        self.cursor = Cursor(day=kept.day, place=place)

    def _find_wanted(self) -> None:
        if self._wanted_post is None:
            return
        place = _place_of(self.tiles(self.cursor.day), self._wanted_post)
        if place is not None:
            self._wanted_post = None
            self.select(self.cursor.day, place)

    def _on_failed(self, error: AppError) -> None:
        self.loaded = True
        self.failed.emit(error)

    def _on_cancelled(self, change: PostChange) -> None:
        step = self._record(f"Cancel the post of @{change.after.handle}", change)
        self.cancelled.emit(change.after, step)

    def _on_moved(self, change: PostChange) -> None:
        step = self._record(f"Move the post of @{change.after.handle}", change)
        self.moved.emit(change.after, step)

    def _record(self, name: str, change: PostChange) -> UndoStep:
        self.replace_post(change.after)
        return self._core.undo.did(name, undo=change.undo, redo=change.redo, posts=(change.after,))

    def _on_change(self, _event: Event) -> None:
        self._reading.request()

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.status is not PostStatus.PUBLISHING:
            self._progress.pop(event.post_id, None)
        found = self._find(event.post_id)
        if found is not None:
            self._patch(event.post_id, replace(found.post, status=event.status))
        self._reading.request()

    def _on_progress(self, event: PostProgressed) -> None:
        self._progress[event.post_id] = event.sent_bytes / max(event.size_bytes, 1)
        self.progressed.emit(event.post_id)

    def _on_zone(self) -> None:
        if self._core.timezone != self._timezone:
            self._timezone = self._core.timezone
            self._reading.request()

    def _find(self, post_id: str) -> Tile | None:
        day = self._day_of.get(post_id)
        tiles = () if day is None else self._tiles.get(day, ())
        return next((tile for tile in tiles if tile.post.id == post_id), None)

    def _patch(self, post_id: str, post: Post) -> None:
        found = self._find(post_id)
        if found is None:
            return
        fresh = replace(found, post=post)
        tiles = [fresh if each is found else each for each in self._tiles[found.day]]
        self._tiles = {**self._tiles, found.day: tiles}
        self.posts_changed.emit()


def _place_of(tiles: Sequence[Tile], post_id: str) -> int | None:
    return next((i for i, tile in enumerate(tiles) if tile.post.id == post_id), None)
