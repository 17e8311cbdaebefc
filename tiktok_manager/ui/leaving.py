"""How the window is left: into the tray, by Quit, a signal, or the desktop's end."""

from __future__ import annotations

import logging
import signal
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.domain.schedule import zone
from tiktok_manager.system.shutdown_signals import shutdown_signals
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.post_look import unsafe_waiting
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import Mood

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.planning import PublishOverview
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.main_window import MainWindow
    from tiktok_manager.ui.memory import WindowMemory
    from tiktok_manager.ui.publish_state import Publisher, PublishState
    from tiktok_manager.ui.tasks import TaskRunner
    from tiktok_manager.ui.tray import Tray

logger = logging.getLogger(__name__)

DRAIN_S = 10.0
STAYED_MS = 5_000
"""A desktop that ends has ended us by then; if nobody came and we are here, it was called off."""

_PATIENCE_MS = 1000
_AT_LEAST_AHEAD = timedelta(hours=6)
_NAMED = 4
_PUBLISHES = (Mood.ON, Mood.WORKING, Mood.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What quitting would stop: uploads under way, and posts due today, the next first."""

    uploading: int = 0
    due: tuple[str, ...] = ()
    is_today: bool = True

    @property
    def matters(self) -> bool:
        """Whether anybody would miss anything."""
        return self.uploading > 0 or bool(self.due)

    @property
    def question(self) -> str:
        """What is asked."""
        if self.uploading:
            return ntr(
                "{count} post is being published. Quit anyway?",
                "{count} posts are being published. Quit anyway?",
                self.uploading,
            )
        if self.due and self.is_today:
            return ntr(
                "{count} post is due today. Quit anyway?",
                "{count} posts are due today. Quit anyway?",
                len(self.due),
            )
        if self.due:
            return ntr(
                "{count} post is due soon. Quit anyway?",
                "{count} posts are due soon. Quit anyway?",
                len(self.due),
            )
        return tr("Quit? Posts are only published while TikTok Manager runs.")

    @property
    def more(self) -> str:
        """What becomes of it, and the posts by time and name."""
        if self.uploading:
            lines = [tr("It is stopped safely and goes on at the next start.")]
        else:
            lines = [
                tr(
                    "Planned posts wait until the next start; "
                    "what is late by then follows its own rule."
                )
            ]
        lines += ["", *self.due[:_NAMED]] if self.due else []
        if (rest := len(self.due) - _NAMED) > 0:
            lines.append(ntr("and {count} more", "and {count} more", rest))
        return "\n".join(lines)


def stopped_by_quitting(workspace: Workspace, timezone: str, uploading: int) -> Stopped:
    """Return what would go out by itself today, or within some hours late in the evening."""
    now = workspace.clock.now()
    posts = workspace.planning.between(now, max(_midnight(now, timezone), now + _AT_LEAST_AHEAD))
    planned = [post for post in posts if post.status is PostStatus.SCHEDULED]
    return _stopped(workspace.blockers.look_at(planned), timezone, now, uploading)


def stopped_as_last_seen(overview: PublishOverview | None, timezone: str, now: datetime) -> Stopped:
    """Return what is known without asking: that of a plan that cannot be read, or not at once."""
    if overview is None:
        return Stopped()
    following = overview.next_due
    is_soon = following is not None and following.schedule.due_at < now + timedelta(days=1)
    posts = [following] if following is not None and is_soon else []
    return _stopped(posts, timezone, now, overview.uploading)


def _stopped(posts: Sequence[Post], timezone: str, now: datetime, uploading: int) -> Stopped:
    due = [post for post in posts if unsafe_waiting(post) is None]
    return Stopped(
        uploading=uploading,
        due=tuple(_named(post, timezone, now) for post in due),
        is_today=all(post.schedule.due_at < _midnight(now, timezone) for post in due),
    )


def _midnight(now: datetime, timezone: str) -> datetime:
    there = now.astimezone(zone(timezone))
    return there.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _named(post: Post, timezone: str, now: datetime) -> str:
    when = zoned_time(post.next_try_at or post.schedule.due_at, timezone, now)
    return f"{when} @{post.handle}"


class AskToQuit:
    """The one question asked in a dialog: the window it would stand in may not be there."""

    @classmethod
    def ask(cls, parent: QWidget, stopped: Stopped, then: Callable[[bool], object]) -> None:
        """Ask whether to quit although this would stop; `then` hears the answer."""
        box = QMessageBox(parent)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowModality(Qt.WindowModality.ApplicationModal)
        box.setWindowTitle("TikTok Manager")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(stopped.question)
        box.setInformativeText(stopped.more)
        leave = box.addButton(tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(lambda _result: then(box.clickedButton() is leave))
        box.show()


class Leaving(QObject):
    """Decides what closing the window, Quit and the end of the desktop's session do.

    Signals:
        begins: The publisher is being stopped; from now on there is no way back.
        ended: Everything has stopped: the application may go.
    """

    begins = Signal()
    ended = Signal()

    def __init__(
        self,
        window: MainWindow,
        tray: Tray,
        tasks: TaskRunner,
        memory: WindowMemory,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._tray = tray
        self._tasks = tasks
        self._memory = memory
        self._workspace: Workspace | None = None
        self._state: PublishState | None = None
        self._publisher: Publisher | None = None
        self._is_asking = False
        self._desktop_ends = False
        self.is_ending = False
        self.close_to_tray = True
        self._stayed = QTimer(self)
        self._stayed.setSingleShot(True)
        self._stayed.setInterval(STAYED_MS)
        self._stayed.timeout.connect(self.go_on)

    def follow(
        self, workspace: Workspace | None, state: PublishState | None, publisher: Publisher | None
    ) -> None:
        """There is a publisher to be stopped from now on, or none."""
        self._workspace, self._state, self._publisher = workspace, state, publisher

    def close_window(self) -> None:
        """The user closed the window: it goes into the tray, if there is one."""
        if self._desktop_ends:
            self.end()
        elif not (self.close_to_tray and self._tray.is_there):
            self.quit(is_closing=True)
        else:
            self._window.hide()
            self._explain_tray()

    def quit(self, *, is_closing: bool = False) -> None:
        """End as the user wants it; asks first where something would be missed."""
        state, workspace = self._state, self._workspace
        if self.is_ending or self._is_asking:
            return
        if state is None or workspace is None or state.mood not in _PUBLISHES:
            self.end()
            return
        self._is_asking = True
        overview = state.overview
        # A closed window says nothing of plans; where there is a tray, Quit is an answer already.
        asks_anyway = is_closing and overview is not None and overview.next_due is not None
        timezone, now = state.timezone, workspace.clock.now()
        known = stopped_as_last_seen(overview, timezone, now)

        def answer(stopped: Stopped) -> None:
            if not late.isActive():
                return  # the plan could not be read at once
            late.stop()
            late.deleteLater()
            self._on_known(stopped, asks_anyway)

        late = QTimer(self)
        late.timeout.connect(lambda: answer(known))
        late.start(_PATIENCE_MS)
        self._tasks.run(
            lambda _token: stopped_by_quitting(workspace, timezone, known.uploading),
            done=answer,
            failed=lambda _error: answer(known),
        )

    def end(self) -> None:
        """End without a question, as a termination signal demands: drain uploads, then leave."""
        if self.is_ending:
            return
        self.is_ending = True
        self._stayed.stop()
        self.begins.emit()
        publisher = self._publisher
        self._tasks.run(
            lambda _token: None if publisher is None else publisher.stop(DRAIN_S),
            done=lambda _none: self.ended.emit(),
            failed=self._on_stop_failed,
        )

    def on_desktop_ends(self) -> None:
        """Stop publishing now, there is no time to ask; go on if the desktop stays after all."""
        if self._publisher is not None and not self.is_ending:
            self._desktop_ends = True
            self._publisher.stop(DRAIN_S)
            self._stayed.start()

    def go_on(self) -> None:
        """The desktop stays after all, as whoever uses the window shows: publish again."""
        was_ending, self._desktop_ends = self._desktop_ends, False
        self._stayed.stop()
        if was_ending and self._state is not None and not self.is_ending:
            self._state.start()

    def _on_known(self, stopped: Stopped, asks_anyway: bool) -> None:
        if stopped.matters or asks_anyway:
            AskToQuit.ask(self._window, stopped, self._on_answered)
        else:
            self._on_answered(True)

    def _on_answered(self, leaves: bool) -> None:
        self._is_asking = False
        if leaves:
            self.end()
        else:
            self.go_on()

    def _on_stop_failed(self, error: AppError) -> None:
        logger.error("The publisher did not stop cleanly: %s", error)
        self.ended.emit()

    def _explain_tray(self) -> None:
        if not self._memory.flag("tray-explained"):
            self._memory.set_flag("tray-explained", True)
            self._tray.say(
                tr("TikTok Manager keeps publishing"),
                tr("It stays in the tray. Open or quit it from this icon."),
            )


class UnixSignals(QObject):
    """Brings SIGTERM, SIGINT and SIGHUP into Qt's loop, where Python would not see them."""

    def __init__(self, handler: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._ours, self._pythons = socket.socketpair()
        for end in (self._ours, self._pythons):
            end.setblocking(False)
        self._handler = handler
        self._saved = {
            number: signal.signal(number, lambda *_: None) for number in shutdown_signals()
        }
        self._saved_fd = signal.set_wakeup_fd(self._pythons.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._saved_fd)
        for number, handler in self._saved.items():
            signal.signal(number, handler)
        self._ours.close()
        self._pythons.close()

    def _on_signal(self) -> None:
        received = set(self._ours.recv(64))
        if received & self._saved.keys():
            self._handler()
