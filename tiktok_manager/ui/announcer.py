"""Tells the user through the desktop what cannot wait, while nobody looks at the window."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.posts import NEEDS_USER, PostFilter
from tiktok_manager.ui.calendar.wording import meaning
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.mood import Mood
from tiktok_manager.ui.tokens import STATUS_WORDS

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import Post, PostStatus
    from tiktok_manager.ui.frame import Core

logger = logging.getLogger(__name__)

GATHER_MS = 5000
"""Posts that stop within this time are told in one message."""

HOLD_AGAIN_AFTER = timedelta(hours=1)
"""A cause that comes and goes is told once in this time."""

_NAMED = 3
_STOPPED = (Mood.HELD, Mood.OFF)


class Announcer(QObject):
    """Says once of each post that it needs the user, and of each hold that nothing is sent.

    What needed the user before it was made is no news, nor is what the user sees in the window.
    """

    def __init__(
        self,
        core: Core,
        say: Callable[[str, str], None],
        is_watched: Callable[[], bool],
        parent: QObject | None = None,
        *,
        gather_ms: int = GATHER_MS,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._say = say
        self._is_watched = is_watched
        self._known: dict[str, PostStatus] | None = None
        self._count = 0
        self._hold = ""
        self._holds_told: dict[str, datetime] = {}
        planning = core.workspace.planning
        self._reading: Reading[Sequence[Post]] = Reading(
            core.tasks,
            core.bridge,
            lambda _token: planning.page(PostFilter(statuses=NEEDS_USER)),
            parent=self,
            gather_ms=gather_ms,
        )
        self._reading.changed.connect(self._on_read)
        core.bridge.listen(PostStatusChanged, self._on_status)
        core.publishing.changed.connect(self._on_state)
        self._reading.ask_anew()

    def _on_status(self, event: PostStatusChanged) -> None:
        if event.status in NEEDS_USER:
            self._reading.request()

    def _on_state(self) -> None:
        overview = self._core.publishing.overview
        if overview is not None and overview.needs_user != self._count:
            self._count = overview.needs_user
            self._reading.request()
        self._tell_hold()

    # -- posts ----------------------------------------------------------------------------

    def _on_read(self) -> None:
        posts, error = self._reading.value, self._reading.failure
        if error is not None:
            # The status line says so; a message of the desktop would add nothing.
            logger.info("What needs the user could not be read: %s", error)
        if posts is None or error is not None:
            return
        before, self._known = self._known, {post.id: post.status for post in posts}
        if before is None:
            return
        news = [post for post in posts if before.get(post.id) is not post.status]
        if news and not self._is_watched():
            self._say(*self._words(news))

    def _words(self, posts: Sequence[Post]) -> tuple[str, str]:
        """Return title and text; only our own words and the account's name."""
        if len(posts) > 1:
            return f"{len(posts)} posts need you", f"{_counted(posts)}: {_named(posts)}"
        (post,) = posts
        zone, now = self._core.timezone, self._core.now()
        when = zoned_time(post.schedule.due_at, zone, now)
        title = f"A post of @{post.handle} needs you"
        return title, f"{STATUS_WORDS[post.status]}, {when}. {meaning(post, zone, now)}"

    # -- holds ----------------------------------------------------------------------------

    def _tell_hold(self) -> None:
        state, now = self._core.publishing, self._core.now()
        trouble = state.trouble
        code = trouble.code if trouble is not None else ""
        if trouble is None or state.mood not in _STOPPED or code == self._hold:
            self._hold = code
            return
        self._hold = code
        told_at = self._holds_told.get(code)
        if told_at is not None and now - told_at < HOLD_AGAIN_AFTER:
            return
        self._holds_told[code] = now
        if not self._is_watched():
            parts = (f"{trouble.line.rstrip('.')}.", state.until_words(trouble))
            title = "Publishing is held" if state.mood is Mood.HELD else "Publishing is off"
            self._say(title, " ".join(part for part in parts if part))


def _counted(posts: Sequence[Post]) -> str:
    found = Counter(STATUS_WORDS[post.status].lower() for post in posts)
    return ", ".join(f"{count} {words}" for words, count in found.most_common())


def _named(posts: Sequence[Post]) -> str:
    handles = list(dict.fromkeys(f"@{post.handle}" for post in posts))
    more = len(handles) - _NAMED
    return ", ".join(handles[:_NAMED]) + (f" and {more} more" if more > 0 else "")
