"""How a post looks wherever it stands: its words, its shape and its colour, decided once.

Only what goes out by itself at its time looks calm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    PostsChanged,
    PostStatusChanged,
    PublisherStateChanged,
    PublishingHeld,
    SettingsChanged,
)
from tiktok_manager.domain.holds import waiting
from tiktok_manager.domain.post_briefs import AnyPost
from tiktok_manager.domain.posts import NEEDS_USER, PostStatus, Waiting, WaitingLook
from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.formats import clock_text, status_words, zoned_time
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import Tokens, status_icon

if TYPE_CHECKING:
    from datetime import datetime

CHANGES_POSTS: tuple[type[Event], ...] = (
    AccountChanged,
    DataChangedElsewhere,
    PostsChanged,
    PostStatusChanged,
    PublisherStateChanged,
    PublishingHeld,
    SettingsChanged,
)
"""What makes posts that were read look otherwise, as far as `changes_posts` says so."""

_TINTS = {
    WaitingLook.RETRY: "warning",
    WaitingLook.CAP: "warning",
    WaitingLook.PAUSED: "warning",
    WaitingLook.HELD: "attention",
    WaitingLook.RECONNECT: "attention",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLook:
    """Words and the name of an icon; its colour is that of the moment's theme."""

    words: str
    icon: str
    status: PostStatus
    tint: str = ""

    @property
    def colour(self) -> str:
        """As `#RRGGBB`; to be asked where things are painted."""
        return self.colour_in(tokens())

    def colour_in(self, look: Tokens) -> str:
        """Return the colour in a theme that was asked for already."""
        return str(getattr(look, self.tint)) if self.tint else look.status(self.status)


def post_look(post: AnyPost, timezone: str, now: datetime) -> PostLook:
    """Return how a post looks by its status and, where it is planned, by how it waits."""
    waits = unsafe_waiting(post)
    if waits is None:
        return status_look(post.status)
    return PostLook(
        words=_words(waits, timezone, now),
        icon=f"waiting-{waits.look.value}",
        status=post.status,
        tint=_TINTS[waits.look],
    )


def status_look(status: PostStatus) -> PostLook:
    """Return how a status looks by itself."""
    return PostLook(words=status_words(status), icon=status_icon(status), status=status)


def changes_posts(event: Event) -> bool:
    """Say whether an event concerns posts as they are shown."""
    settings = {"publishing", "direct-posts-per-day"}
    return not isinstance(event, SettingsChanged) or event.name in settings


def unsafe_waiting(post: AnyPost) -> Waiting | None:
    """Return how a planned post waits that will not go out by itself at its time, else None."""
    if post.status is not PostStatus.SCHEDULED:
        return None
    waits = post.waiting or waiting(post)
    return None if waits is None or waits.is_safe else waits


def needs_user(post: AnyPost) -> bool:
    """Say whether the post goes nowhere until the user does something."""
    waits = unsafe_waiting(post)
    return post.status in NEEDS_USER or (waits is not None and waits.needs_user)


def _words(waits: Waiting, timezone: str, now: datetime) -> str:
    when = "" if waits.until is None else _near_time(waits.until, timezone, now)
    match waits.look:
        case WaitingLook.RECONNECT:
            return tr("Reconnect")
        case WaitingLook.PAUSED:
            return tr("Paused")
        case WaitingLook.RETRY:
            return tr("Retry {time}", time=when)
        case WaitingLook.CAP:
            return tr("Cap until {time}", time=when)
        case _:
            return tr("Held until {time}", time=when) if when else tr("Held")


def _near_time(at: datetime, timezone: str, now: datetime) -> str:
    """`14:00` today, any other day with it and the zone."""
    there = zone(timezone)
    is_today = at.astimezone(there).date() == now.astimezone(there).date()
    return clock_text(at, timezone) if is_today else zoned_time(at, timezone, now)
