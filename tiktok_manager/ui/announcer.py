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
from tiktok_manager.ui.formats import exact_number, status_words, zoned_time
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post.wording import meaning
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.wording import joined

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
            title = ntr("{count} post needs you", "{count} posts need you", len(posts))
            return title, tr(
                "{statuses}: {handles}", statuses=_counted(posts), handles=_named(posts)
            )
        (post,) = posts
        zone, now = self._core.timezone, self._core.now()
        when = zoned_time(post.schedule.due_at, zone, now)
        title = tr("A post of @{handle} needs you", handle=post.handle)
        status = tr("{status}, {time}.", status=status_words(post.status), time=when)
        return title, joined(status, meaning(post, zone, now))

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
            held = state.mood is Mood.HELD
            title = tr("Publishing is held") if held else tr("Publishing is off")
            self._say(title, joined(trouble.line, state.until_words(trouble)))


def _counted(posts: Sequence[Post]) -> str:
    found = Counter(post.status for post in posts)
    return ", ".join(
        tr("{status} ({count})", status=status_words(status), count=exact_number(count))
        for status, count in found.most_common()
    )


def _named(posts: Sequence[Post]) -> str:
    handles = list(dict.fromkeys(f"@{post.handle}" for post in posts))
    more = len(handles) - _NAMED
    named = ", ".join(handles[:_NAMED])
    if more <= 0:
        return named
    return ntr("{names} and {count} more", "{names} and {count} more", more, names=named)
