"""One run of `window_fuzz`: the session, the steps in its event loop, and how it has to end."""

import ctypes
import faulthandler
import gc
import random
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, qWarning
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import StillPublisher, window_environment, window_workspace
from tests.harness.window_hands import Hands
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.clock import SystemClock
from tiktok_manager.domain.events import AccountChanged, PostsChanged, PostStatusChanged
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.ui.application import Front, application
from tiktok_manager.ui.kit.reading import Job, Reading, Stage
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.single_instance import SingleInstance

STEPS_BETWEEN_PAUSES = 8
PAUSE_MS = 12
STUCK_MS = 400
"""A step that takes longer asks the user something, or drags."""

_LOOK_MS = 50
_MOST_QUESTIONS = 8
_PLANTED_AT = 20
QtT = TypeVar("QtT", bound=QObject)


class Run(QObject):
    """Plays steps on a window until they are used up, however often the window is quit."""

    def __init__(
        self,
        folder: Path,
        chance: random.Random,
        tell: Callable[[str], None],
        blame: Callable[[str], None],
        plants: Sequence[str],
    ) -> None:
        super().__init__()
        self._folder = folder / "data"
        self._chance = chance
        self._tell = tell
        self._blame = blame
        self._plants = plants
        self._hang_s = 5 if "hang" in plants else 60
        self._settle_ms = 2_000 if "busy" in plants else 30_000
        self._left = self._done = self._questions = 0
        self._acting = False
        self._since = QElapsedTimer()
        self._outside = ThreadPoolExecutor(1, thread_name_prefix="outside")

    def play(self, steps: int) -> None:
        """Use up the steps, then see that everything comes to rest."""
        self._left = steps
        app = application(["tiktok-manager"])
        with window_workspace(self._folder, clock=SystemClock()):
            pass
        while self._left > 0:
            self._play_session(app)
        self._outside.shutdown()

    def _play_session(self, app: QApplication) -> None:
        opened = ExitStack()
        instance = SingleInstance(self._folder)
        instance.acquire()
        front = Front(app, self._folder, PANES)
        self._workspace: Workspace | None = None

        def open_all() -> Workspace:
            clock = SystemClock()
            variables = window_environment(self._folder)
            self._workspace = opened.enter_context(open_workspace(variables, clock))
            return self._workspace

        session = self._session = WindowSession(
            front, open_all, StillPublisher, instance, opened.close
        )
        session.tray._is_available = lambda: True
        self._hands = Hands(session.window, self._chance, self._tell)
        self._tell("open the window")
        session.start(hidden=False)
        timer = QTimer(session)
        timer.singleShot(_LOOK_MS, session, self._tick)
        app.exec()
        session.dispose()
        session.deleteLater()
        opened.close()

    # -- steps ----------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._left <= 0:
            self._come_to_rest(self._settle_ms)
            return
        wait_ms = 0 if self._done % STEPS_BETWEEN_PAUSES else PAUSE_MS
        QTimer.singleShot(_LOOK_MS if self._acting else wait_ms, self._session, self._tick)
        if self._acting:
            self._help_out()
            return
        self._acting = True
        self._since.start()
        if self._done % STEPS_BETWEEN_PAUSES == 0:
            faulthandler.dump_traceback_later(self._hang_s, exit=True)
        try:
            self._step()
        finally:
            self._acting = False

    def _help_out(self) -> None:
        """A step does not end by itself: it waits for an answer in an event loop of its own."""
        if self._since.elapsed() < STUCK_MS or self._questions > _MOST_QUESTIONS:
            return
        self._questions += 1
        self._since.restart()
        try:
            self._hands.leave_question()
        finally:
            self._questions -= 1

    def _step(self) -> None:
        self._left -= 1
        self._done += 1
        if self._done == _PLANTED_AT:
            for plant in self._plants:
                self._sow(plant)
        window, dice = self._session.window, self._chance.random()
        if not window.isVisible() or window.isMinimized():
            self._tell("open from the tray")
            self._session.tray.open_requested.emit()
        elif dice < 0.04:
            self._let_something_happen()
        elif dice < 0.05:
            self._change_theme()
        elif dice < 0.065:
            self._change_pane()
        elif dice < 0.07:
            self._tell("close the window")
            window.close()
        elif dice < 0.074:
            self._tell("minimize")
            window.showMinimized()
        else:
            self._hands.act()

    def _let_something_happen(self) -> None:
        """Let another thread change something and tell it, as publisher and sync do."""
        workspace = self._workspace
        if workspace is None:
            return
        account = self._chance.random()
        chosen = self._chance.choice((_tell_posts, _tell_account, _tell_status, _pause_account))
        self._tell(f"event {chosen.__name__}")
        self._outside.submit(chosen, workspace, account)

    def _change_theme(self) -> None:
        theme = self._chance.choice(("light", "dark", "system"))
        self._tell(f"theme {theme}")
        if self._workspace is not None:
            self._outside.submit(self._workspace.settings.set, "theme", theme)

    def _change_pane(self) -> None:
        pane = self._chance.choice(PANES).name
        target = self._chance.choice((None, None, "new", "needs-you", "of-yesterday"))
        self._tell(f"go to {pane} {target}")
        self._session.host.go(pane, target)

    def _sow(self, plant: str) -> None:
        match plant:
            case "death":
                ctypes.string_at(0)
            case "warning":
                qWarning("planted")
            case "surprise":
                raise ZeroDivisionError("planted")
            case "busy":
                never = threading.Event()
                self._session.tasks.run(
                    lambda _token: never.wait(), done=lambda _: None, failed=lambda _: None
                )
            case "hang":
                time.sleep(3 * self._hang_s)  # noqa: TID251 - this is the fault

    # -- the end --------------------------------------------------------------------------

    def _come_to_rest(self, patience_ms: int) -> None:
        """Cancel what the user would cancel; then all work has to end, and all readings."""
        faulthandler.cancel_dump_traceback_later()
        for job in _all_of(Job):
            job.cancel()
        if patience_ms > 0 and (self._session.tasks.busy or any(_starved())):
            later = partial(self._come_to_rest, patience_ms - _LOOK_MS)
            QTimer.singleShot(_LOOK_MS, self._session, later)
            return
        if self._session.tasks.busy:
            self._blame("work without an end:\n" + "\n".join(_stacks_of_work()))
        for told in _starved():
            self._blame(f"nothing was ever read: {told}")
        self._tell("end")
        self._session.leaving.end()


def _stacks_of_work() -> Iterator[str]:
    """Yield where the threads of the window's pool are that are at work."""
    frames = sys._current_frames()
    for thread in threading.enumerate():
        stack = traceback.format_stack(frames[thread.ident]) if thread.ident in frames else []
        if any("ui/tasks" in line or "thread.py" in line for line in stack) and len(stack) > 4:
            yield thread.name + "\n" + "".join(stack[-8:])


def _starved() -> Iterator[str]:
    """Yield the readings that somebody looks at and that have neither a value nor a reason."""
    for reading in _all_of(Reading):
        if reading._is_asked and reading._is_shown and reading.stage is Stage.LOADING:
            parent = reading.parent()
            yield type(parent).__name__


def _all_of(kind: type[QtT]) -> Iterator[QtT]:
    for each in gc.get_objects():
        if isinstance(each, kind) and shiboken6.isValid(each):
            yield each


def _tell_posts(workspace: Workspace, _dice: float) -> None:
    workspace.events.publish(PostsChanged())


def _tell_account(workspace: Workspace, dice: float) -> None:
    accounts = workspace.accounts.list()
    workspace.events.publish(AccountChanged(account_id=accounts[int(dice * len(accounts))].id))


def _tell_status(workspace: Workspace, dice: float) -> None:
    posts = workspace.planning.page(PostFilter(), limit=40)
    post = posts[int(dice * len(posts))]
    told = PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
    workspace.events.publish(told)


def _pause_account(workspace: Workspace, dice: float) -> None:
    accounts = workspace.accounts.list()
    account = accounts[int(dice * len(accounts))]
    workspace.accounts.set_paused(account.id, not account.paused)
