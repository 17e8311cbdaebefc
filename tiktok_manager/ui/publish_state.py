"""What the publisher does now, in words: for the status line and the tray.

It never guesses: while the plan cannot be read, it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from tiktok_manager.domain.errors import VaultLocked
from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    PostsChanged,
    PostStatusChanged,
    PublisherStateChanged,
    PublishingHeld,
    SettingsChanged,
)
from tiktok_manager.ui.formats import status_words, zoned_time
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.wording import Step, joined, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktok_manager.domain.errors import AppError, Failure
    from tiktok_manager.domain.events import Event
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.planning import PublishOverview
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.bridge import QtEventBridge


_A_DAY, _A_MOMENT = timedelta(days=1), timedelta(milliseconds=200)
_READS_EVERY_MS = 250  # the line is never older than a second, whatever else is under way
_FOREVER = datetime.max.replace(tzinfo=UTC)


class Publisher(Protocol):
    """The scheduler as the window uses it."""

    def start(self) -> None:
        """Begin to publish what is due."""

    def stop(self, timeout_s: float = 10) -> None:
        """Stop ticking, cancel and drain uploads."""

    def set_paused(self, paused: bool) -> None:
        """Hold everything back, or go on."""

    def wake(self) -> None:
        """Look at the plan now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why nothing is sent although the user did not pause it; mended by `step` where there is one.

    `until` is when publishing goes on by itself, None while nobody knows; `is_told` what was told
    as it happened, not found by a look.
    """

    code: str
    title: str
    more: str
    reason: str = ""
    until: datetime | None = None
    is_told: bool = False
    step: Step = Step.NONE
    label: str = ""

    @property
    def line(self) -> str:
        """The reason in one sentence."""
        return self.reason or self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    overview: PublishOverview | None = None
    timezone: str = ""
    is_held: bool = False
    is_locked: bool = False
    stops: tuple[Trouble, ...] = ()


_NOTHING_SEEN = _Look()


def _look(workspace: Workspace) -> _Look:
    vault, blockers = workspace.vault, workspace.blockers.all()
    overview = workspace.planning.overview()
    if overview.next_due is not None:
        (following,) = workspace.blockers.look_at([overview.next_due], blockers)
        overview = replace(overview, next_due=following)
    return _Look(
        overview=overview,
        timezone=workspace.settings.timezone(),
        is_held=not workspace.settings.publishing_on(),
        is_locked=vault.state().value == "locked" and vault.needs_passphrase(),
        stops=tuple(
            _held(each.code, each.finding, each.until)
            for each in blockers
            if each.is_fault
            and not each.account_ids
            and each.code != VaultLocked.code  # a mood of its own
        ),
    )


def _concerns(event: Event) -> bool:
    return not isinstance(event, SettingsChanged) or event.name in ("publishing", "timezone")


class PublishState(QObject):
    """Reads the plan's overview whenever a post or the publisher changed.

    Signals:
        changed: `mood`, `line` and the rest may read differently.
        adopted: This data folder publishes from now on, although it was a copy.
        failed: An AppError: what the user asked for did not work.
    """

    changed = Signal()
    failed = Signal(object)
    adopted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        tasks: TaskRunner,
        bridge: QtEventBridge,
        timezone: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._tasks = tasks
        self._publisher: Publisher | None = None
        self._running = False
        self._holder = ""
        self._cannot_start: AppError | None = None
        self._told: dict[str, Trouble] = {}
        self.timezone = timezone
        self._reading: Reading[_Look] = Reading(
            tasks,
            bridge,
            lambda _token: _look(workspace),
            parent=self,
            stale_on=(
                *(PostStatusChanged, PostsChanged, AccountChanged),
                *(DataChangedElsewhere, SettingsChanged),
            ),
            concerns=_concerns,
            every_ms=_READS_EVERY_MS,
            is_urgent=True,
        )
        self._reading.changed.connect(self._on_read)
        self._end_of_hold = QTimer(self)
        self._end_of_hold.setSingleShot(True)
        self._end_of_hold.timeout.connect(self.reload)
        self.changed.connect(self._wait_for_end_of_hold)
        bridge.listen(PublisherStateChanged, self._on_publisher)
        bridge.listen(PublishingHeld, self._on_held)

    def attach(self, publisher: Publisher) -> None:
        """Follow this publisher from now on."""
        self._publisher = publisher
        self.changed.emit()

    def start(self) -> None:
        """Let the publisher begin; what keeps it from that is the `trouble`."""
        if (publisher := self._publisher) is not None:
            self._begin(publisher.start, self._on_begun)

    def adopt(self) -> None:
        """Make this copied data folder the one that publishes, and begin."""
        self._begin(self._workspace.installation.adopt, self._on_adopted)

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing is sent, the one that lasts longest; None where nothing is wrong."""
        if self._cannot_start is not None:
            return _trouble_at_start(self._cannot_start)
        stops = self._stops
        return stops[-1] if stops else None

    @property
    def _stops(self) -> list[Trouble]:
        """What stops every post now, what matters most last: nobody tells that a time is up.

        What was found by a look may have been so before this window listened, or be told to
        another publisher; what is told here is newer.
        """
        now = self._workspace.clock.now()
        known = (*self._told.values(), *self._seen.stops)
        found = [stop for stop in known if stop.until is None or stop.until > now]
        return sorted(found, key=lambda stop: (stop.is_told, stop.until or _FOREVER))

    def until_words(self, trouble: Trouble) -> str:
        """`It goes on Tue 18:30 (Berlin).`, empty where that is not known."""
        if trouble.until is None:
            return ""
        when = zoned_time(trouble.until, self.timezone, self._workspace.clock.now())
        return tr("Goes on {time}.", time=when)

    @property
    def overview(self) -> PublishOverview | None:
        """What was read last, None while it is unknown."""
        return self._seen.overview

    @property
    def mood(self) -> Mood:
        """What the publisher does now."""
        if self._reading.failure is not None:
            return Mood.UNKNOWN
        if self.overview is None:
            return Mood.OPENING
        if self._holder:
            return Mood.STANDBY
        if not self._running:
            return Mood.OFF
        if self.paused:
            return Mood.PAUSED
        if self._seen.is_locked:
            return Mood.LOCKED
        if self._stops:
            return Mood.HELD
        return Mood.WORKING if self.overview.under_way else Mood.ON

    @property
    def line(self) -> str:
        """The sentence of the status line."""
        now = ntr("Publishing {count} now", "Publishing {count} now", self.under_way)
        following = self._next(tr("Publishing: next {time} @{handle}"))
        elsewhere = tr("Not publishing here: {holder} does it for this data folder")
        return {
            Mood.OPENING: tr("Opening…"),
            Mood.UNKNOWN: tr("The plan cannot be read just now"),
            Mood.STANDBY: elsewhere.format(holder=self._holder),
            Mood.OFF: self._because(tr("Publishing is off: {why}"), tr("Publishing is off")),
            Mood.HELD: self._because(tr("Publishing is held: {why}"), tr("Publishing is held")),
            Mood.LOCKED: tr("Locked: enter your passphrase to publish"),
            Mood.PAUSED: tr("Paused: nothing is published until you resume"),
            Mood.WORKING: _beside(now, self._next(tr("next {time} @{handle}")), self._paused),
            Mood.ON: _beside(following or tr("Publishing: nothing planned"), self._paused),
        }[self.mood]

    @property
    def next_line(self) -> str:
        """The next post, for the tray."""
        return self._next(tr("Next: {time} @{handle}")) or tr("Nothing planned")

    @property
    def last_line(self) -> str:
        """The last result, for the tray."""
        post = self.overview.last_result if self.overview else None
        if post is None:
            return tr("Nothing published yet")
        status, when = status_words(post.status), self._when(post)
        return tr("Last: {status} {time} @{handle}", status=status, time=when, handle=post.handle)

    @property
    def needs_line(self) -> str:
        """How many posts wait for the user; empty for none."""
        count = self.overview.needs_user if self.overview else 0
        return ntr("{count} needs you", "{count} need you", count) if count else ""

    @property
    def under_way(self) -> int:
        """How many posts are being published at this moment."""
        return self.overview.under_way if self.overview else 0

    @property
    def paused(self) -> bool:
        """Whether the user paused publishing."""
        return self._seen.is_held

    def set_paused(self, paused: bool) -> None:
        """Pause or resume publishing."""
        self._ask(lambda publisher: publisher.set_paused(paused), "publisher-pause")

    def secrets_opened(self) -> None:
        """The user unlocked the vault: posts that waited for it may go out."""
        self._ask(lambda publisher: publisher.wake(), "publisher-wake")

    def reload(self) -> None:
        """Read the overview again, soon."""
        self._reading.request()

    def _begin(self, what: Callable[[], object], done: Callable[[], None]) -> None:
        self._tasks.run(
            lambda _token: what(),
            done=lambda _none: done(),
            failed=self._on_begun,
            group="publisher-start",
        )

    def _ask(self, what: Callable[[Publisher], None], group: str) -> None:
        self.reload()
        if (publisher := self._publisher) is not None:
            self._tasks.run(
                lambda _token: what(publisher),
                done=lambda _none: self.reload(),
                failed=self.failed.emit,
                group=group,
            )

    @property
    def _seen(self) -> _Look:
        return self._reading.value or _NOTHING_SEEN

    def _wait_for_end_of_hold(self) -> None:
        """Read anew when the next hold is over: nobody tells that a time is up."""
        if known := [stop.until for stop in self._stops if stop.until is not None]:
            left = min(known) - self._workspace.clock.now()
            wait = min(left, _A_DAY) + _A_MOMENT
            self._end_of_hold.start(wait // timedelta(milliseconds=1))
        else:
            self._end_of_hold.stop()

    def _because(self, template: str, plain: str) -> str:
        trouble = self.trouble
        if trouble is None:
            return plain
        return joined(template.format(why=trouble.line), self.until_words(trouble))

    def _next(self, template: str) -> str:
        post = self.overview.next_due if self.overview else None
        return "" if post is None else template.format(time=self._when(post), handle=post.handle)

    @property
    def _paused(self) -> str:
        count = self.overview.paused if self.overview else 0
        return ntr("{count} paused", "{count} paused", count) if count else ""

    def _when(self, post: Post) -> str:
        waits = post.waiting.until if post.waiting is not None else None
        at = waits or post.next_try_at or post.schedule.due_at
        return zoned_time(at, self.timezone, self._workspace.clock.now())

    def _on_begun(self, error: AppError | None = None) -> None:
        self._cannot_start = error
        self.changed.emit()

    def _on_adopted(self) -> None:
        self.adopted.emit()
        self.start()

    def _on_read(self) -> None:
        self.timezone = self._seen.timezone or self.timezone
        self.changed.emit()

    def _on_held(self, event: PublishingHeld) -> None:
        self._told.pop(event.code, None)
        if (why := event.failure) is not None:
            self._told[event.code] = replace(_held(event.code, why, event.until), is_told=True)
        self._reading.request()
        self.changed.emit()

    def _on_publisher(self, event: PublisherStateChanged) -> None:
        self._running = event.running
        self._holder = "" if event.holder is None else words(event.holder).title
        self._reading.request()
        self.changed.emit()


def _beside(*phrases: str) -> str:
    return " · ".join(phrase for phrase in phrases if phrase)


def _trouble_at_start(error: AppError) -> Trouble:
    told = words(error)
    more = joined(told.message, told.hint)
    is_copy = told.step is Step.ADOPT
    step, label = (told.step, told.label) if is_copy else (Step.RETRY, tr("Try again"))
    return Trouble(code=error.code, title=told.title, more=more, step=step, label=label)


def _held(code: str, why: Failure | Finding, until: datetime | None) -> Trouble:
    told = words(why)
    more = joined(told.title, told.message, told.hint)
    title = tr("Publishing is held.")
    return Trouble(code=code, title=title, more=more, reason=told.title, until=until)
