"""The session of an open window: workspace, publisher, tray, settings, the end.

Imported behind the first frame; `application` shows that and then hands over to this.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tiktok_manager.domain.errors import AppError, Cancelled, Unforeseen
from tiktok_manager.domain.events import SettingsChanged
from tiktok_manager.ui.bridge import QtEventBridge
from tiktok_manager.ui.crash import CrashHook, DeathTrace
from tiktok_manager.ui.frame import Core
from tiktok_manager.ui.icons import app_icon
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.leaving import DRAIN_S, Leaving, UnixSignals
from tiktok_manager.ui.pane_host import PaneHost
from tiktok_manager.ui.publish_state import Publisher, PublishState
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import ThemeChoice
from tiktok_manager.ui.tokens import Mood
from tiktok_manager.ui.tray import Tray
from tiktok_manager.ui.undo import UndoHistory
from tiktok_manager.ui.watchdog import Watchdog

if TYPE_CHECKING:
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.application import Front, Opening
    from tiktok_manager.ui.single_instance import SingleInstance

logger = logging.getLogger(__name__)

_GC_MS = 5000
# Each call of Qt lets go of Python's lock, and a thread at work keeps it for a whole turn: with the
# usual 5 ms, painting beside a sync takes twenty times as long as alone.
_TURN_S = 0.0005
_TRAY_PATIENCE_MS = 60_000
WorkspaceOpener = Callable[[], "Workspace"]
RunnerFactory = Callable[["Workspace"], Publisher]
_OWN_SETTINGS = ("theme", "close-to-tray", "freeze-log-ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    workspace: Workspace
    publisher: Publisher
    timezone: str
    settings: dict[str, str]
    last_death: str


class WindowSession(QObject):
    """Owns what lives as long as the window: runner of tasks, window, tray, publisher.

    Signals:
        opened: The workspace is open and the frame is filled.
    """

    opened = Signal()

    def __init__(
        self,
        front: Front,
        open_workspace: WorkspaceOpener,
        make_runner: RunnerFactory,
        instance: SingleInstance,
        close_workspace: Callable[[], None] = lambda: None,
        opening: Opening | None = None,
    ) -> None:
        super().__init__()
        self._app = front.app
        self._open_workspace = open_workspace
        self._make_runner = make_runner
        self._instance = instance
        self._close_workspace = close_workspace
        self._publisher: Publisher | None = None
        self._bridge: QtEventBridge | None = None
        self._state: PublishState | None = None
        self._parts: tuple[QObject, ...] = ()  # what stands on the workspace, as it is deleted
        self.memory = front.memory
        self.theme = front.theme
        self.window = front.window
        front.app.setWindowIcon(app_icon())
        self.crash = CrashHook(self)
        self._death_trace = DeathTrace()
        self._watchdog = Watchdog(parent=self)
        self.tasks = TaskRunner(self)
        self.host = PaneHost(front.window, front.panes, front.memory)
        self.tray = Tray(self)
        self.leaving = Leaving(self.window, self.tray, self.tasks, self.memory, self)
        self._usual_turn_s = sys.getswitchinterval()
        self._collector = QTimer(self)
        if opening is not None:
            opening.follow(self.tasks.relay(self._on_opening), lambda: self.leaving.is_ending)
        self._signals = UnixSignals(self.leaving.end, self)
        self._connect()

    def start(self, *, hidden: bool) -> None:
        """Show the window unless it is to stay hidden, and open the workspace behind it."""
        self.crash.install()
        self._watchdog.rest(not self.window.isVisible())
        self._watchdog.start()
        self._collect_garbage_here()
        sys.setswitchinterval(_TURN_S)
        self.tray.try_to_appear()
        if hidden:
            # At login the tray may come later than we do; without one the window must be shown.
            QTimer.singleShot(0, self, self.open)
            QTimer.singleShot(_TRAY_PATIENCE_MS, self, self._show_without_tray)
        elif self.window.is_painted:
            self.open()
        else:
            self.window.first_frame_painted.connect(self.open)
            self.window.show()

    def open(self) -> None:
        """Open the workspace off the GUI thread."""
        self.window.show_opening()
        self.tasks.run(
            lambda _token: self._open_all(),
            done=self._on_opened,
            failed=self._on_open_failed,
            group="open",
        )

    def reopen(self, words: str, between: Callable[[], Notice]) -> None:
        """Stop publishing, close the workspace, run `between`, and open it anew."""
        publisher, self._publisher = self._publisher, None
        if self.leaving.is_ending or publisher is None:
            return
        wait_for_work = self.tasks.drop_all()
        self._let_go(words)

        def exchange() -> tuple[Notice, _Opened]:
            publisher.stop(DRAIN_S)
            wait_for_work()
            self._close_workspace()
            return _notice_of(between), self._open_all()

        self.tasks.run(
            lambda _token: exchange(),
            done=self._on_reopened,
            failed=self._on_open_failed,
            group="open",
        )

    def dispose(self) -> None:
        """Close everything in order; after the event loop ended."""
        self._watchdog.stop()
        self._collector.stop()
        self._signals.close()
        if self._bridge is not None:
            self._bridge.close()
        self.tasks.close()
        self.tray.close()
        self.window.close_for_good()
        self._delete_in_order()
        self.memory.flush()
        self._instance.close()
        self.crash.uninstall()
        self._death_trace.close()
        gc.enable()
        sys.setswitchinterval(self._usual_turn_s)

    def _delete_in_order(self) -> None:
        # Now and in this order, not by the collector in any: the panes use the rest.
        for each in (self.window, *self._parts, self.tasks):
            shiboken6.delete(each)
        gc.collect()  # what only Python still holds of the window, while this is the GUI thread

    # -- opening --------------------------------------------------------------------------

    def _open_all(self) -> _Opened:
        workspace = self._open_workspace()
        publisher = self._make_runner(workspace)
        return _Opened(
            workspace=workspace,
            publisher=publisher,
            timezone=workspace.settings.timezone(),
            settings=_own_settings(workspace.settings),
            last_death=self._death_trace.open(workspace.paths.logs_dir, workspace.clock.now()),
        )

    def _on_opening(self, words: str) -> None:
        if not self.leaving.is_ending:
            self.window.status_line.say(Mood.OPENING, words)

    def _on_open_failed(self, error: AppError) -> None:
        if isinstance(error, Cancelled):
            return  # whoever waited has left
        told = AppError("workspace_not_opened") if isinstance(error, Unforeseen) else error
        self.host.show_failure(told, self.open)

    def _on_reopened(self, answer: tuple[Notice, _Opened]) -> None:
        notice, opened = answer
        self._on_opened(opened)
        self.host.notify(notice)

    def _let_go(self, words: str) -> None:
        """Delete what stands on the workspace, so that nothing asks it while it is closed."""
        if self._bridge is not None:
            self._bridge.close()
        self.tray.follow(None)
        self.leaving.follow(None, None, None)
        self.host.detach(words)
        for each in self._parts:
            shiboken6.delete(each)
        self._parts, self._state, self._bridge = (), None, None

    def _on_opened(self, opened: _Opened) -> None:
        from tiktok_manager.ui.announcer import Announcer

        workspace, publisher = opened.workspace, opened.publisher
        self._publisher = publisher
        self._bridge = bridge = QtEventBridge(workspace.events, self)
        self._state = state = PublishState(workspace, self.tasks, bridge, opened.timezone, self)
        state.attach(publisher)
        state.adopted.connect(self._on_adopted)
        undo = UndoHistory(self.tasks, bridge, self)
        core = Core(
            workspace=workspace,
            tasks=self.tasks,
            bridge=bridge,
            undo=undo,
            publishing=state,
            accounts=AccountModel(workspace, self.tasks, bridge, bridge),
        )
        self._settings = workspace.settings
        bridge.listen(SettingsChanged, self._on_setting)
        self._apply_settings(opened.settings)
        self.host.attach(core)
        self.tray.follow(state)
        self.leaving.follow(workspace, state, publisher)
        self._parts = (Announcer(core, self.tray.say, self._is_watched, self), undo, state, bridge)
        state.reload()
        state.start()
        if opened.last_death:
            self._tell_death(opened.last_death)
        self.opened.emit()

    def _is_watched(self) -> bool:
        return self.window.isVisible() and self.window.isActiveWindow()

    # -- settings the frame itself obeys --------------------------------------------------

    def _on_setting(self, event: SettingsChanged) -> None:
        if event.name not in _OWN_SETTINGS:
            return
        settings = self._settings
        self.tasks.run(
            lambda _token: _own_settings(settings),
            done=self._apply_settings,
            failed=self.host.show_error,
            group="frame-settings",
        )

    def _apply_settings(self, values: dict[str, str]) -> None:
        choice = ThemeChoice(values["theme"])
        self.memory.theme = choice
        self.theme.choose(choice)
        self.leaving.close_to_tray = values["close-to-tray"] != "off"
        self._watchdog.set_limit(int(values["freeze-log-ms"]) / 1000)

    # -- closing --------------------------------------------------------------------------

    def _on_end_begins(self) -> None:
        self.window.status_line.say(Mood.OPENING, tr("Finishing what is under way…"))

    def _on_app_state(self, state: Qt.ApplicationState) -> None:
        # No desktop tells that its end was called off, but to who ends nobody comes back.
        if state is Qt.ApplicationState.ApplicationActive:
            self.leaving.go_on()

    def _leave(self) -> None:
        # `quit` would ask the window first, and the window's answer to that is the tray.
        self._app.exit(0)

    def _show_without_tray(self) -> None:
        if not self.tray.is_there:
            self.window.showMinimized()

    # -- wiring ---------------------------------------------------------------------------

    def _connect(self) -> None:
        self.window.close_requested.connect(self.leaving.close_window)
        self.window.looked_at.connect(lambda looked_at: self._watchdog.rest(not looked_at))
        # Queued: the pane that asks for it is deleted by it.
        self.host.reopen_requested.connect(self.reopen, Qt.ConnectionType.QueuedConnection)
        self.tray.open_requested.connect(self.window.bring_to_front)
        self.tray.new_post_requested.connect(self._on_new_post)
        self.tray.quit_requested.connect(self.leaving.quit)
        self.host.quit_requested.connect(self.leaving.quit, Qt.ConnectionType.QueuedConnection)
        self._instance.raise_requested.connect(self.window.bring_to_front)
        self.tasks.crashed.connect(self.crash.report)
        self.crash.reported.connect(self._on_crash)
        self._app.commitDataRequest.connect(self.leaving.on_desktop_ends)
        self._app.applicationStateChanged.connect(self._on_app_state)
        self.leaving.begins.connect(self._on_end_begins)
        self.leaving.ended.connect(self._leave)

    def _on_adopted(self) -> None:
        self.host.notify(
            Notice(
                text=tr("This computer publishes from now on"),
                more=tr(
                    "Use no other copy of this data folder. Posts that the other copy may have "
                    "sent meanwhile wait for you as not confirmed."
                ),
                tone=Tone.GOOD,
            )
        )

    def _on_new_post(self) -> None:
        self.window.bring_to_front()
        self.host.new_post()

    def _on_crash(self, report: str) -> None:
        self.host.notify(replace(Notice.of_error(Unforeseen()), details=report))

    def _tell_death(self, report: str) -> None:
        self.host.notify(
            Notice(
                text=tr("TikTok Manager was ended by a fault of its own last time"),
                more=tr(
                    "Nothing is lost: what was under way is looked into before anything is sent "
                    "again. Please send us the details."
                ),
                tone=Tone.ATTENTION,
                details=report,
            )
        )

    def _collect_garbage_here(self) -> None:
        # Python's collector may run on any thread and then frees Qt objects there, which
        # crashes. So it runs by a timer on the GUI thread only (Anki does the same).
        gc.disable()
        self._collector.setInterval(_GC_MS)
        self._collector.timeout.connect(collect_if_due)
        self._collector.start()


def _own_settings(settings: Settings) -> dict[str, str]:
    return {name: settings.get(name) or "" for name in _OWN_SETTINGS}


def _notice_of(work: Callable[[], Notice]) -> Notice:
    try:
        return work()
    except AppError as error:
        return Notice.of_error(error)


def collect_if_due() -> None:
    """Collect the generations Python would have collected by now."""
    for generation, (count, limit) in enumerate(
        zip(gc.get_count(), gc.get_threshold(), strict=True)
    ):
        if count <= limit:
            return
        gc.collect(generation)
