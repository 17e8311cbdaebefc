"""Starts the window: first its first frame, then, behind it, all the rest.

Before that frame is painted, nothing is imported but QtWidgets and the few modules of ours it
shows: importing `session` alone takes as long as Qt itself.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from tiktok_manager.ui.main_window import MainWindow
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.panes import LATE, PANES
from tiktok_manager.ui.single_instance import SingleInstance
from tiktok_manager.ui.texts import choose_language
from tiktok_manager.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tiktok_manager.ui.frame import Pane
    from tiktok_manager.ui.session import RunnerFactory, WindowSession, WorkspaceOpener

# What `session` imports, in portions that do not hold up a click.
_PORTIONS = (
    "tiktok_manager.domain.events",
    "tiktok_manager.ui.formats",
    "tiktok_manager.ui.kit.table",
    "tiktok_manager.ui.tasks",
    "tiktok_manager.ui.pane_host",
    "tiktok_manager.ui.session",
)


def run(
    open_workspace: WorkspaceOpener,
    make_runner: RunnerFactory,
    *,
    data_dir: Path,
    hidden: bool = False,
    argv: Sequence[str] = ("tiktok-manager",),
    panes: Sequence[Pane] = PANES,
    close_workspace: Callable[[], None] = lambda: None,
    opening: Opening | None = None,
    is_demo: bool = False,
) -> int:
    """Show the window (or only the tray with `hidden`) until the user quits; return 0.

    `open_workspace` runs on a worker thread after the first frame, and again if the user asks to
    try again. `make_runner` is called with its result, also on a worker thread. Both stay the
    caller's to close after this returns; the runner was stopped by then. `close_workspace` closes
    it earlier, on a worker thread, where it has to be opened anew (a restored backup). By `opening`
    it can tell how far it is. `is_demo` says so in the window. If another
    window serves this data folder already, that one is raised and 0 is returned at once.
    """
    app = application(argv)
    instance = SingleInstance(data_dir)
    if instance.may_be_taken and not instance.acquire():
        return 0
    front = Front(app, data_dir, panes, is_demo=is_demo)

    def make_session() -> WindowSession:
        from tiktok_manager.ui.session import WindowSession

        return WindowSession(front, open_workspace, make_runner, instance, close_workspace, opening)

    launch = Launch(front, instance, make_session)
    launch.start(hidden=hidden)
    try:
        return app.exec()
    finally:
        launch.close()


def application(argv: Sequence[str]) -> QApplication:
    """Return the QApplication, named and set up; the one of this process if there is one."""
    existing = QApplication.instance()
    # Named here and not by `setStyle`, which hands back a QStyle: the wrapper of that class is
    # made on first use, and that takes half as long as the rest of the window.
    styled = [*argv, "-style", "fusion"]
    app = existing if isinstance(existing, QApplication) else QApplication(styled)
    app.setApplicationName("tiktok-manager")
    app.setApplicationDisplayName("TikTok Manager")
    app.setDesktopFileName("tiktok-manager")
    app.setQuitOnLastWindowClosed(False)
    if app is not existing:
        choose_language(app)
    return app


class Opening:
    """What goes on while the workspace is opened, told by whoever opens it, on any thread."""

    def __init__(self) -> None:
        self._hear: Callable[[str], object] = lambda _words: None
        self._is_unwanted: Callable[[], bool] = lambda: False

    def follow(self, hear: Callable[[str], object], is_unwanted: Callable[[], bool]) -> None:
        """Let this hear it from now on; `is_unwanted` says that nobody waits any more."""
        self._hear, self._is_unwanted = hear, is_unwanted

    def tell(self, words: str) -> None:
        """Say how far it is; raises Cancelled if nobody waits for it any more."""
        if self._is_unwanted():
            from tiktok_manager.domain.errors import Cancelled

            raise Cancelled
        self._hear(words)


class Front:
    """What the first frame needs: the window, not shown yet, what it remembers, and its look."""

    def __init__(
        self, app: QApplication, data_dir: Path, panes: Sequence[Pane], *, is_demo: bool = False
    ) -> None:
        self.app = app
        self.panes = panes
        self.memory = WindowMemory(data_dir / "window.ini")
        self.theme = Theme(app, self.memory.theme)
        self.window = MainWindow(panes, self.memory)
        if is_demo:
            self.window.top_bar.show_demo()


class Launch(QObject):
    """From the first frame to a running session, in steps between which the window answers."""

    def __init__(
        self,
        front: Front,
        instance: SingleInstance,
        make_session: Callable[[], WindowSession],
    ) -> None:
        super().__init__()
        self._front = front
        self._instance = instance
        self._make_session = make_session
        self._hidden = False
        self._session: WindowSession | None = None
        self._steps: deque[Callable[[], object]] = deque()

    def start(self, *, hidden: bool) -> None:
        """Show the first frame; the rest follows by itself."""
        self._hidden = hidden
        self._steps.append(self._claim)
        self._steps.extend(partial(import_module, name) for name in _PORTIONS)
        self._steps.append(self._begin)
        window = self._front.window
        window.close_requested.connect(self._leave)
        if hidden:
            QTimer.singleShot(0, self, self._go_on)
        else:
            queued = Qt.ConnectionType.QueuedConnection  # after all who wait for the frame itself
            window.first_frame_painted.connect(self._go_on, queued)
            window.show()

    def close(self) -> None:
        """End the session; after the event loop ended."""
        self._steps.clear()
        if self._session is not None:
            self._session.dispose()
        else:
            self._front.window.close_for_good()
            self._front.memory.flush()
            self._instance.close()

    def _go_on(self) -> None:
        if self._steps:
            self._steps.popleft()()
            QTimer.singleShot(0, self, self._go_on)

    def _claim(self) -> None:
        """Become the one window of this data folder, unless two started at the same moment."""
        if not self._instance.acquire():
            self._leave()

    def _begin(self) -> None:
        # Nothing ran yet that closing would have to ask about; from here on the session answers.
        self._front.window.close_requested.disconnect(self._leave)
        session = self._session = self._make_session()
        session.opened.connect(self._load_panes)
        session.start(hidden=self._hidden)

    def _load_panes(self) -> None:
        """Load what each pane's first show would wait for; not before the rooms they stand on.

        Those are imported by whoever opens the workspace, on a thread of its own.
        """
        self._steps.extend(partial(import_module, name) for name in LATE)
        QTimer.singleShot(0, self, self._go_on)

    def _leave(self) -> None:
        self._steps.clear()
        self._front.window.hide()
        self._front.app.exit(0)
