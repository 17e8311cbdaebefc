"""Facts the core tells the window, published after the commit that made them true."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import PostStatus

logger = logging.getLogger(__name__)

EventT = TypeVar("EventT", bound="Event")
Unsubscribe = Callable[[], None]
_Subscription = Callable[["Event"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostStatusChanged(Event):
    """A post was added or moved to another status."""

    post_id: str
    account_id: str
    status: PostStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PostProgressed(Event):
    """Bytes of a post arrived at TikTok; at most ten a second per post."""

    post_id: str
    sent_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsChanged(Event):
    """Several posts changed at once: read the list again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    """An account was connected, synced, paused or disconnected."""

    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsUpdated(Event):
    """New counters of an account and its videos were recorded."""

    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsChanged(Event):
    """Slots or blackouts were added, changed or removed: other times are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged(Event):
    """Rules of recurring posts were added, changed or removed, or have something to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMoved(Event):
    """Planned posts were moved though nobody asked for it; the finding says why."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Event):
    """A setting got a new value."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherStateChanged(Event):
    """The publisher started, stopped, or stands by because another one holds the folder."""

    running: bool
    holder: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingHeld(Event):
    """Nothing is sent for now, whatever is due: a cap of the whole app, a wrong clock, a full disk.

    `code` names the condition; several may hold at once. `failure` says it and
    is None once the condition is over. `until` is when publishing goes on, where that is known.
    """

    code: str
    failure: Failure | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChangedElsewhere(Event):
    """Another process committed to the database: whatever is shown may be stale."""


class EventBus:
    """Delivers events to subscribers on the publishing thread; safe from any thread.

    A subscriber that raises is logged: it hurts neither the publisher nor other subscribers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: tuple[_Subscription, ...] = ()

    def subscribe(self, kind: type[EventT], handler: Callable[[EventT], None]) -> Unsubscribe:
        """Call `handler` for every event of `kind` or below; returns the way to stop."""

        def deliver(event: Event) -> None:
            if isinstance(event, kind):
                handler(event)

        with self._lock:
            self._subscribers = (*self._subscribers, deliver)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(s for s in self._subscribers if s is not deliver)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Deliver to all who are subscribed now."""
        for deliver in self._subscribers:
            try:
                deliver(event)
            except Exception:  # a broken listener must not stop a publish
                logger.exception("A listener failed on %s", type(event).__name__)
