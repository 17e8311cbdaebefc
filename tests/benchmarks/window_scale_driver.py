"""The window of `bench_window_scale`: shown, watched and kept busy; its answer is one line."""

import gc
import itertools
import logging
import os
import random
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QItemSelectionModel, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QListView
from sqlalchemy import update

from tests.benchmarks.measure import say
from tests.fakes.window_world import window_on
from tiktok_manager.app import open_workspace
from tiktok_manager.domain.events import AccountChanged, PostStatusChanged
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.storage.schema import PostRow
from tiktok_manager.ui.kit.reading import Reading, Stage
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.session import WindowSession

EVENTS_PER_S = 20
PANE_S = 5.0
SYNC_ROUNDS = 2
CHOSEN = 50
BARE_S = 3.0
BLOCK_MS = 100
_LOOK_MS = 5


class Pulse(QObject):
    """Beats on the window's thread and notes when a beat comes late."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = "bare"
        self.late: list[tuple[str, float, float]] = []
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._at_s, self._cpu_s = time.perf_counter(), time.thread_time()
        self._timer.start(_LOOK_MS)

    def _beat(self) -> None:
        at_s, cpu_s = time.perf_counter(), time.thread_time()
        late_ms = (at_s - self._at_s) * 1000 - _LOOK_MS
        self.late.append((self.phase, late_ms, (cpu_s - self._cpu_s) * 1000))
        self._at_s, self._cpu_s = at_s, cpu_s

    def longest(self, phase: str) -> dict[str, float]:
        """Return the longest block of a phase, and how many were too long."""
        mine = [(wall, cpu) for of, wall, cpu in self.late if of == phase] or [(0.0, 0.0)]
        wall_ms, cpu_ms = max(mine)
        count = sum(wall > BLOCK_MS for wall, _cpu in mine)
        return {"wall_ms": wall_ms, "cpu_ms": cpu_ms, "count": count}


class Freezes(logging.Handler):
    """Keeps what the watchdog logs, with what was going on."""

    def __init__(self, pulse: Pulse) -> None:
        super().__init__(logging.WARNING)
        self._pulse = pulse
        self.stacks: list[str] = []
        logging.getLogger("tiktok_manager.ui.watchdog").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.stacks.append(f"[{self._pulse.phase}] {record.getMessage()}")


class Traffic(threading.Thread):
    """Publishes events as fast as they are told, and once a second changes what the line says."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(name="traffic", daemon=True)
        self._workspace = workspace
        self._stopping = threading.Event()
        self.changes: deque[tuple[int, float]] = deque()
        self.count = 0

    def run(self) -> None:
        chance = random.Random(1)
        workspace = self._workspace
        accounts = [account.id for account in workspace.accounts.list()]
        wanted = PostFilter(statuses=frozenset({PostStatus.SCHEDULED}))
        posts = list(workspace.planning.page(wanted, limit=2_000))
        for turn in itertools.count():
            if self._stopping.wait(1 / EVENTS_PER_S):
                return
            if turn % EVENTS_PER_S == 0:
                self._stop_a_post(posts.pop())
            elif turn % 2:
                account_id = chance.choice(accounts)
                workspace.events.publish(AccountChanged(account_id=account_id))
            else:
                workspace.events.publish(_status(chance.choice(posts), PostStatus.SCHEDULED))

    def stop(self) -> None:
        """End, after the event under way."""
        self._stopping.set()
        self.join()

    def _stop_a_post(self, post: Post) -> None:
        """Let one more post need the user."""
        with self._workspace.database.write() as session:
            stopped = {"status": PostStatus.FAILED}
            session.execute(update(PostRow).where(PostRow.id == post.id).values(**stopped))
        self.count += 1
        self.changes.append((self.count, time.perf_counter()))
        self._workspace.events.publish(_status(post, PostStatus.FAILED))


def _status(post: Post, status: PostStatus) -> PostStatusChanged:
    return PostStatusChanged(post_id=post.id, account_id=post.account_id, status=status)


class Driver(QObject):
    """Goes through the phases and gathers what they show."""

    def __init__(self, session: WindowSession, traffic: Traffic, pulse: Pulse) -> None:
        super().__init__()
        self._session = session
        self._traffic = traffic
        self._pulse = pulse
        self._line_s = 0.0
        self._seen = 0
        self._deliveries: Counter[str] = Counter()
        self._watched: set[int] = set()
        self.panes: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []

    def steps(self) -> Iterator[float]:
        """Yield how long to wait after each step."""
        self._follow_line()
        for pane in PANES:
            yield from self._show(pane.name, "panes")
        yield from self._choose()
        self._pulse.phase = "sync all"
        yield from self._start_sync()
        for pane in PANES * SYNC_ROUNDS:
            yield from self._show(pane.name, "sync all")

    def figures(self) -> dict[str, Any]:
        """Return what was found."""
        phases = ("panes", "choosing 50 accounts", "sync all")
        blocks = sorted(self._pulse.late, key=lambda each: -each[1])
        told = [
            f"{wall:.0f} ms ({cpu:.0f} at work) in {phase}"
            for phase, wall, cpu in blocks
            if wall > BLOCK_MS and phase != "bare"
        ]
        return {
            "bare_ms": self._pulse.longest("bare")["wall_ms"],
            "phases": {phase: self._pulse.longest(phase) for phase in phases},
            "blocks": [*self.problems, *told[:20]],
            "line_s": self._line_s,
            "changes": self._seen,
            "panes": self.panes,
        }

    def _show(self, name: str, phase: str) -> Iterator[float]:
        self._pulse.phase = phase
        self._deliveries.clear()
        self._session.host.go(name)
        yield PANE_S / 2
        self._watch_readings()
        yield PANE_S / 2
        self.panes[name] = {
            "delivered": sum(self._deliveries.values()),
            "shown_s": PANE_S,
            "missing": sorted(_undelivered()),
        }

    def _choose(self) -> Iterator[float]:
        """Tick the first account and, with Shift, the fiftieth."""
        self._session.host.go("composer", "new")
        yield 1.5
        lists = [
            each
            for each in self._session.window.findChildren(QListView)
            if each.isVisible() and each.model() is not None and each.model().rowCount() > CHOSEN
        ]
        if not lists:
            self.problems.append("no list of accounts in the composer")
            return
        view = lists[0]
        self._pulse.phase = "choosing 50 accounts"
        first, last = view.model().index(0, 0), view.model().index(CHOSEN - 1, 0)
        current = QItemSelectionModel.SelectionFlag.NoUpdate
        view.setFocus()
        view.selectionModel().setCurrentIndex(first, current)
        QTest.keyClick(view, Qt.Key.Key_Space)
        yield 0.5
        view.selectionModel().setCurrentIndex(last, current)
        QTest.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
        yield PANE_S

    def _start_sync(self) -> Iterator[float]:
        self._session.host.go("accounts")
        yield 1.0
        buttons = self._session.window.findChildren(QAbstractButton)
        for button in buttons:
            if button.accessibleName() == "Sync all accounts" and button.isVisible():
                button.click()
                return
        self.problems.append("no button that syncs all accounts")

    def _follow_line(self) -> None:
        state = self._session._state
        if state is None or state.overview is None:
            raise RuntimeError("the plan was not read")
        before = state.overview.needs_user

        def look() -> None:
            now = 0 if state.overview is None else state.overview.needs_user - before
            while self._traffic.changes and self._traffic.changes[0][0] <= now:
                _count, at_s = self._traffic.changes.popleft()
                self._line_s = max(self._line_s, time.perf_counter() - at_s)
                self._seen += 1

        state.changed.connect(look)

    def _watch_readings(self) -> None:
        for reading in _readings():
            if id(reading) not in self._watched:
                self._watched.add(id(reading))
                reading.changed.connect(
                    partial(self._on_delivered, type(reading.parent()).__name__)
                )

    def _on_delivered(self, owner: str) -> None:
        self._deliveries[owner] += 1


def _readings() -> Iterator[Reading[Any]]:
    for each in gc.get_objects():
        if isinstance(each, Reading) and shiboken6.isValid(each):
            yield each


def _undelivered() -> Iterator[str]:
    """Yield whose reading somebody waits for that has not come, or failed."""
    for reading in _readings():
        if (
            reading._is_asked
            and reading._is_shown
            and reading.stage in (Stage.LOADING, Stage.FAILED)
        ):
            yield type(reading.parent()).__name__


def _wait(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QTest.qWait(20)


def main() -> None:
    """Say how the window fared on the data folder named."""
    folder = Path(sys.argv[1])
    with open_workspace(os.environ) as workspace:
        traffic = Traffic(workspace)
        with window_on(workspace, folder) as session:
            pulse = Pulse()
            QTest.qWait(int(BARE_S * 1000))
            pulse.phase = "opening"
            freezes = Freezes(pulse)
            _wait(lambda: session._state is not None and session._state.overview is not None)
            _wait(lambda: not session.tasks.busy)
            traffic.start()
            driver = Driver(session, traffic, pulse)
            for wait_s in driver.steps():
                QTest.qWait(int(wait_s * 1000))
            traffic.stop()
            QTest.qWait(1_500)
            figures = driver.figures()
        say(**figures, stacks=freezes.stacks)
    os._exit(0)


if __name__ == "__main__":
    main()
