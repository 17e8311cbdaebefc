"""The calendar's state: which weeks are shown, what stands in them, what is selected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import AccountChanged, PostProgressed, PostStatusChanged
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar.days import Days, read_days, read_post, read_posts
from tiktok_manager.ui.calendar.month import (
    Filter,
    Tile,
    Weeks,
    local_day,
)
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post_look import CHANGES_POSTS, PostLook, changes_posts, post_look
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core

_TOLD_OTHERWISE = (AccountChanged, PostStatusChanged)
"""What happens all day, and does not make all that is shown be read anew."""
_GATHER_MS = 100
_MANY = 100  # posts that changed: all that is shown is read as fast
MORE = -1  # the place of the "+4 more" line, whatever number of tiles stands above it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the keyboard is: a day, and in it a tile, MORE, or None for the day itself."""

    day: date
    place: int | None = None


class CalendarViewModel(QObject):
    """State of the month; knows no widgets.

    Attributes:
        reading: The posts of the weeks shown.
        news: Posts that changed since, one by one.

    Signals:
        weeks_changed: Other weeks are shown; read `weeks`.
        posts_changed: The posts of the days it carries changed, or those of all; read `tiles`.
        cursor_changed: Read `cursor` and `selected`.
        filter_changed: Read `filter`.
        progressed: A day: the `progress` of a post on it changed.
        found: The Post asked for by `find`.
        failed: An AppError to show.
    """

    weeks_changed = Signal()
    posts_changed = Signal(object)
    cursor_changed = Signal()
    filter_changed = Signal()
    progressed = Signal(object)
    found = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, first_weekday: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.core = core
        self._first_weekday = first_weekday
        self._timezone = core.timezone
        self._progress: dict[str, float] = {}
        self._patched: Days | None = None
        self._wanted_post: str | None = None
        self.filter = Filter()
        self.weeks = Weeks.of(self.today, first_weekday)
        self.cursor = Cursor(day=self.today)
        self.reading: Reading[Days] = Reading(
            core.tasks,
            core.bridge,
            self._reader(),
            parent=self,
            stale_on=[kind for kind in CHANGES_POSTS if kind not in _TOLD_OTHERWISE],
            concerns=changes_posts,
        )
        self.reading.changed.connect(self._on_read)
        self._changed_ids: set[str] = set()
        self.news: Reading[tuple[frozenset[str], Sequence[Post]]] = Reading(
            core.tasks, core.bridge, self._read_news, parent=self, gather_ms=_GATHER_MS
        )
        self.news.changed.connect(self._on_news)
        self._standing: frozenset[tuple[str, bool, str]] | None = None
        core.accounts.load()
        core.accounts.reading.changed.connect(self._on_accounts)
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
        return local_day(self.core.now(), self.core.timezone)

    @property
    def is_empty(self) -> bool:
        """Whether the days shown are known to hold no post."""
        is_known = all(self.is_known(day) for day in (self.weeks.first, self.weeks.last))
        return is_known and not any(self.tiles(day) for day in self.weeks.days)

    def is_known(self, day: date) -> bool:
        """Say whether it was read what stands on a day."""
        return self._patched is not None and day in self._patched.weeks

    def tiles(self, day: date) -> Sequence[Tile]:
        """Return what stands on a day."""
        return () if self._patched is None else self._patched.tiles.get(day, ())

    def posts(self, day: date) -> Sequence[Post]:
        """Return a day's posts by time."""
        return () if self._patched is None else self._patched.posts.get(day, ())

    def needing(self, day: date) -> int:
        """Return how many of a day's posts go nowhere until the user does something."""
        return 0 if self._patched is None else self._patched.needing.get(day, 0)

    def look(self, post: Post) -> PostLook:
        """Return how a post looks now."""
        return post_look(post, self._timezone, self.core.now())

    def sentence(self, tile: Tile, caption: str = "") -> str:
        """Return a tile as a screen reader says it and a tool tip shows it."""
        return tr(
            "{time} {who}, {status}: {caption}",
            time=tile.time,
            who=who(tile),
            status=self.look(tile.post).words,
            caption=caption or tile.words,
        )

    def progress(self, post_id: str) -> float | None:
        """Return how much of a post being sent has arrived, 0 to 1."""
        return self._progress.get(post_id)

    @property
    def selected(self) -> Tile | None:
        """The tile the cursor is on."""
        place = self.cursor.place
        tiles = self.tiles(self.cursor.day)
        on_tile = place is not None and 0 <= place < len(tiles)
        return tiles[place] if on_tile and place is not None else None

    # -- moving ---------------------------------------------------------------------------

    def turn(self, months: int) -> None:
        """Leaf to the beginning of another month; the cursor goes there."""
        weeks = self.weeks.turned(months)
        first = next(day for day in weeks.days if day.day == 1)
        self._go_to(weeks, Cursor(day=self.today if self.today in weeks else first))

    def scroll(self, weeks: int) -> None:
        """Show earlier or later weeks; the cursor stays on its day as long as that is shown."""
        shown = self.weeks.scrolled(weeks)
        day = min(max(self.cursor.day, shown.first), shown.last)
        self._go_to(shown, self.cursor if day == self.cursor.day else Cursor(day=day))

    def show_today(self) -> None:
        """Come back to this week."""
        self._go_to(Weeks.of(self.today, self._first_weekday), Cursor(day=self.today))

    def show_day(self, day: date) -> None:
        """Bring a day into view and put the cursor on it."""
        is_shown = day in self.weeks
        self._go_to(self.weeks if is_shown else self._weeks_around(day), Cursor(day=day))

    def show_post(self, post: Post) -> None:
        """Bring a post into view and select it as soon as it is there, whatever is filtered."""
        if not self.filter.takes(post):
            self.set_filter(Filter())
        self._wanted_post = post.id
        self.show_day(local_day(post.schedule.due_at, self._timezone))
        self._find_wanted()

    def set_filter(self, wanted: Filter) -> None:
        """Show the posts that pass a filter, and no others."""
        if wanted != self.filter:
            self.filter = wanted
            self.filter_changed.emit()
            self.reading.ask_anew(self._reader())

    def select(self, day: date, place: int | None) -> None:
        """Put the cursor somewhere in the month."""
        self._set_cursor(Cursor(day=day, place=place))

    def find(self, post_id: str) -> None:
        """Read a post wherever it stands; `found` brings it."""
        self.core.tasks.run(
            lambda _token: read_post(self.core.workspace, post_id),
            done=self.found.emit,
            failed=self.failed.emit,
            group="calendar-find",
        )

    def move_days(self, days: int) -> None:
        """Move to another day, scrolling where the weeks shown end."""
        day = self.cursor.day + timedelta(days=days)
        if day in self.weeks:
            self._set_cursor(Cursor(day=day))
        else:
            step = 1 if days > 0 else -1
            self._go_to(self.weeks.scrolled(step), Cursor(day=day))

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
            self.move_days(7 * step)
        else:
            self.select(self.cursor.day, None if following < 0 else stops[following])

    def refresh(self) -> None:
        """Read again what is shown, soon."""
        self.reading.request()

    def minute_passed(self) -> None:
        """Read anew once a wait that is shown is over: nothing else may tell."""
        now, days = self.core.now(), self._patched
        shown = () if days is None else [post for posts in days.posts.values() for post in posts]
        if any(p.waiting and p.waiting.until and p.waiting.until <= now for p in shown):
            self.reading.request()

    def replace_post(self, post: Post) -> None:
        """Show a post as a service returned it, without waiting for the next reading."""
        self._put([post])

    # -- inside ---------------------------------------------------------------------------

    def _weeks_around(self, day: date) -> Weeks:
        """Return the weeks of today on if they hold the day, else those from its own week on."""
        this = Weeks.of(self.today, self._first_weekday)
        return this if day in this else Weeks.of(day, self._first_weekday)

    def _go_to(self, weeks: Weeks, cursor: Cursor) -> None:
        if weeks != self.weeks:
            self.weeks = weeks
            self.cursor = cursor
            self.weeks_changed.emit()
            self.reading.ask_anew(self._reader())
        self._set_cursor(cursor)

    def _set_cursor(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.cursor_changed.emit()

    def _reader(self) -> Callable[[CancelToken], Days]:
        return partial(read_days, self.core.workspace, self.weeks, self.filter, self._timezone)

    def _on_read(self) -> None:
        if self.reading.value is not None:
            self._show(self.reading.value)
            self._find_wanted()

    def _show(self, days: Days, changed: Sequence[date] = ()) -> None:
        kept = self.selected
        self._patched = days
        if kept is not None:  # stay on the post that was selected, wherever it went
            place = _place_of(self.tiles(kept.day), kept.post.id)
            self.cursor = Cursor(day=kept.day, place=place)
        self.posts_changed.emit(changed or self.weeks.days)

    def _find_wanted(self) -> None:
        if self._wanted_post is None:
            return
        place = _place_of(self.tiles(self.cursor.day), self._wanted_post)
        if place is not None:
            self._wanted_post = None
            self.select(self.cursor.day, place)

    def _put(self, posts: Sequence[Post]) -> None:
        """Show posts as they are now where they belong now, or no more where they do not."""
        days = self._patched
        if days is None:
            return
        posts = [post for post in posts if days.find(post.id) != post]
        ids = {post.id for post in posts}
        of_day: dict[date, list[Post]] = {}

        def stand_on(day: date) -> list[Post]:
            others = [post for post in days.posts.get(day, ()) if post.id not in ids]
            return of_day.setdefault(day, others)

        for post in posts:
            if (before := days.day_of.get(post.id)) is not None:
                stand_on(before)
            day = local_day(post.schedule.due_at, days.timezone)
            if day in days.weeks and self.filter.takes(post):
                stand_on(day).append(post)
        if of_day:
            self._show(days.with_posts(of_day), tuple(of_day))

    def _read_news(self, token: CancelToken) -> tuple[frozenset[str], Sequence[Post]]:
        ids = frozenset(self._changed_ids)
        return ids, read_posts(self.core.workspace, ids, token)

    def _on_news(self) -> None:
        if self.news.failure is not None or self.news.value is None:
            self.reading.request()
            return
        ids, posts = self.news.value
        self._changed_ids -= ids
        self._put(posts)

    def _on_accounts(self) -> None:
        accounts = [entry.account for entry in self.core.accounts.rows]
        standing = frozenset((each.id, each.paused, each.status.value) for each in accounts)
        if self._standing not in (None, standing):
            self.reading.request()
        self._standing = standing

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.status is not PostStatus.PUBLISHING:
            self._progress.pop(event.post_id, None)
        self._changed_ids.add(event.post_id)
        if len(self._changed_ids) <= _MANY:
            self.news.request()
        else:
            self._changed_ids.clear()
            self.reading.request()
        found = None if self._patched is None else self._patched.find(event.post_id)
        if found is not None:
            self._put([replace(found, status=event.status)])

    def _on_progress(self, event: PostProgressed) -> None:
        self._progress[event.post_id] = event.sent_bytes / max(event.size_bytes, 1)
        days = {} if self._patched is None else self._patched.day_of
        if (day := days.get(event.post_id)) is not None:
            self.progressed.emit(day)

    def _on_zone(self) -> None:
        if self.core.timezone != self._timezone:
            self._timezone = self.core.timezone
            self.reading.ask_anew(self._reader())


def who(tile: Tile) -> str:
    """Name a tile's account, or say how many it stands for."""
    if tile.is_stack:
        return ntr("{count} account", "{count} accounts", len(tile.posts))
    return f"@{tile.post.handle}"


def _place_of(tiles: Sequence[Tile], post_id: str) -> int | None:
    return next((i for i, tile in enumerate(tiles) if tile.holds(post_id)), None)
