"""What is shown of the plan, kept true: the days asked for, and what happened to them since."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import (
    AccountChanged,
    PostProgressed,
    PostsChanged,
    PostStatusChanged,
    SlotsChanged,
)
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar.days import Ask, Days, read_days, read_posts
from tiktok_manager.ui.calendar.filters import NO_FILTER
from tiktok_manager.ui.calendar.ghosts import Ghost, read_ghosts
from tiktok_manager.ui.calendar.span import ShownZone, Span, local_day
from tiktok_manager.ui.calendar.tile import Tile, status_words, who
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post_look import CHANGES_POSTS, PostLook, changes_posts, post_look
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.post_briefs import AnyPost
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core

_TOLD_OTHERWISE = (AccountChanged, PostStatusChanged)
"""What happens all day, and does not make all that is shown be read anew."""
_GATHER_MS = 100
_FREE_MS = 300
_KEPT = 4  # pages that were read, to be leafed back to without waiting
_MANY = 100  # posts that changed: all that is shown is read as fast


class ShownPlan(QObject):
    """The posts of some days, of those a filter lets through, by one clock.

    Attributes:
        reading: The posts of the days shown.
        news: Posts that changed since, one by one.
        free: The free slots of the days shown.
        span: The days shown.
        filter: Which posts are shown.
        zone: By whose clock.

    Signals:
        posts_changed: The posts of the days it carries changed, or those of all; read `tiles`.
        progressed: A day: the `progress` of a post on it changed.
    """

    posts_changed = Signal(object)
    progressed = Signal(object)

    def __init__(self, core: Core, first_weekday: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.core = core
        self.zone = ShownZone(name=core.timezone)
        self._follows_core = True
        self._progress: dict[str, float] = {}
        self._patched: Days | None = None
        self._kept: OrderedDict[Ask, Days] = OrderedDict()
        self.filter = NO_FILTER
        self.span = Span.of(self.today, first_weekday)
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
        self.news: Reading[tuple[frozenset[str], Sequence[PostBrief]]] = Reading(
            core.tasks, core.bridge, self._read_news, parent=self, gather_ms=_GATHER_MS
        )
        self.news.changed.connect(self._on_news)
        self.free: Reading[Mapping[date, Sequence[Ghost]]] = Reading(
            core.tasks,
            core.bridge,
            self._free_reader(),
            parent=self,
            stale_on=(SlotsChanged, PostsChanged, PostStatusChanged),
            gather_ms=_FREE_MS,
        )
        self.free.changed.connect(lambda: self.posts_changed.emit(self.span.days))
        self._standing: frozenset[tuple[str, bool, str]] | None = None
        core.accounts.load()
        core.accounts.reading.changed.connect(self._on_accounts)
        core.bridge.listen(PostStatusChanged, self._on_status)
        core.bridge.listen(PostProgressed, self._on_progress)
        core.publishing.changed.connect(self._on_zone)

    @property
    def timezone(self) -> str:
        """The zone of days and hours; a post may be shown in its own."""
        return self.zone.name

    @property
    def today(self) -> date:
        """Today in the zone shown."""
        return local_day(self.core.now(), self.timezone)

    @property
    def is_empty(self) -> bool:
        """Whether the days shown are known to hold no post."""
        is_known = all(self.is_known(day) for day in (self.span.first, self.span.last))
        return is_known and not any(self.tiles(day) for day in self.span.days)

    def is_known(self, day: date) -> bool:
        """Say whether it was read what stands on a day."""
        return self._patched is not None and day in self._patched.ask.span

    def tiles(self, day: date) -> Sequence[Tile]:
        """Return what stands on a day."""
        return () if self._patched is None else self._patched.tiles.get(day, ())

    @property
    def shown_ids(self) -> Collection[str]:
        """The ids of all posts of the days shown."""
        return () if self._patched is None else self._patched.day_of.keys()

    @property
    def shown_tiles(self) -> Sequence[Tile]:
        """All tiles of the days shown, in order."""
        return [tile for day in self.span.days for tile in self.tiles(day)]

    def posts(self, day: date) -> Sequence[PostBrief]:
        """Return a day's posts by time."""
        return () if self._patched is None else self._patched.posts.get(day, ())

    def ghosts(self, day: date) -> Sequence[Ghost]:
        """Return the free slots of a day."""
        return () if self.free.value is None else self.free.value.get(day, ())

    def needing(self, day: date) -> int:
        """Return how many of a day's posts go nowhere until the user does something."""
        return 0 if self._patched is None else self._patched.needing.get(day, 0)

    def look(self, post: AnyPost) -> PostLook:
        """Return how a post looks now."""
        return post_look(post, self.zone.of(post), self.core.now())

    def sentence(self, tile: Tile, caption: str = "") -> str:
        """Return a tile as a screen reader says it and a tool tip shows it."""
        return tr(
            "{time} {who}, {status}: {caption}",
            time=tile.time,
            who=who(tile),
            status=status_words(tile, self.core.now()),
            caption=caption or tile.words,
        )

    def progress(self, post_id: str) -> float | None:
        """Return how much of a post being sent has arrived, 0 to 1."""
        return self._progress.get(post_id)

    def refresh(self) -> None:
        """Read again what is shown, soon."""
        self.reading.request()

    def minute_passed(self) -> None:
        """Read anew once a wait that is shown is over: nothing else may tell."""
        now, days = self.core.now(), self._patched
        shown = () if days is None else [post for posts in days.posts.values() for post in posts]
        if any(p.waiting and p.waiting.until and p.waiting.until <= now for p in shown):
            self.reading.request()

    def set_zone(self, zone: ShownZone | None) -> None:
        """Show times by this clock, by the user's own for None."""
        self._follows_core = zone is None
        wanted = zone or ShownZone(name=self.core.timezone)
        if wanted != self.zone:
            self.zone = wanted
            self.ask_anew()

    def replace_post(self, post: Post) -> None:
        """Show a post as a service returned it, without waiting for the next reading."""
        self.replace_posts([post])

    def replace_posts(self, posts: Sequence[Post]) -> None:
        """Show posts as a service returned them."""
        self._put([PostBrief.of(post) for post in posts if self.filter.takes(post)])

    def ask_anew(self) -> None:
        """Read what is to be shown now; what was read of it before is shown meanwhile."""
        if (kept := self._kept.get(self._ask())) is not None:
            self._show(kept)
        self.reading.ask_anew(self._reader())
        self.free.ask_anew(self._free_reader(), forget=True)

    # -- inside ---------------------------------------------------------------------------

    def _ask(self) -> Ask:
        return Ask(span=self.span, shown=self.filter, zone=self.zone)

    def _reader(self) -> Callable[[CancelToken], Days]:
        return partial(read_days, self.core.workspace, self._ask())

    def _free_reader(self) -> Callable[[CancelToken], Mapping[date, Sequence[Ghost]]]:
        known = [entry.account.id for entry in self.core.accounts.rows]
        workspace, ask = self.core.workspace, self._ask()
        return lambda _token: read_ghosts(workspace, ask, known)

    def _on_read(self) -> None:
        if (days := self.reading.value) is not None:
            self._kept[days.ask] = days
            self._kept.move_to_end(days.ask)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self._show(days)

    def _show(self, days: Days, changed: Sequence[date] = ()) -> None:
        self._patched = days
        self.posts_changed.emit(changed or self.span.days)

    def _put(self, posts: Sequence[PostBrief], gone: frozenset[str] = frozenset()) -> None:
        """Show posts as they are now where they belong now, or no more where they do not."""
        days = self._patched
        if days is None:
            return
        posts = [post for post in posts if days.find(post.id) != post]
        ids = {post.id for post in posts} | gone
        of_day: dict[date, list[PostBrief]] = {}

        def stand_on(day: date) -> list[PostBrief]:
            others = [post for post in days.posts.get(day, ()) if post.id not in ids]
            return of_day.setdefault(day, others)

        for post_id in ids:
            if (before := days.day_of.get(post_id)) is not None:
                stand_on(before)
        for post in posts:
            day = days.ask.zone.day(post)
            if day in days.ask.span and self.filter.takes(post):
                stand_on(day).append(post)
        if of_day:
            self._show(days.with_posts(of_day), tuple(of_day))

    def _read_news(self, _token: CancelToken) -> tuple[frozenset[str], Sequence[PostBrief]]:
        ids = frozenset(self._changed_ids)
        return ids, read_posts(self.core.workspace, ids, self.filter)

    def _on_news(self) -> None:
        if self.news.failure is not None or self.news.value is None:
            self.reading.request()
            return
        ids, posts = self.news.value
        self._changed_ids -= ids
        self._put(posts, ids - {post.id for post in posts})

    def _on_accounts(self) -> None:
        accounts = [entry.account for entry in self.core.accounts.rows]
        standing = frozenset((each.id, each.paused, each.status.value) for each in accounts)
        if self._standing != standing:
            self.free.ask_anew(self._free_reader())
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
        if self._follows_core:
            self.set_zone(None)
