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
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEventLoop, QItemSelectionModel, QObject, Qt, QTimer
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
from tiktok_manager.ui.panes import LATE, PANES
from tiktok_manager.ui.session import WindowSession

EVENTS_PER_S = 20
PANE_S = 5.0
SYNC_ROUNDS = 2
CHOSEN = 50
BARE_S = 3.0
BLOCK_MS = 100
_LOOK_MS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A beat that came late: by how much, without the time another program had the processor."""

    phase: str
    wall_ms: float
    ours_ms: float
    cpu_ms: float
    doing: str


class Pulse(QObject):
    """Beats on the window's thread and notes when a beat comes late, and during what.

    A thread looks every 10 ms at what the window's thread is at. The kernel tells how long that
    thread stood in line for a processor, which says more of the machine than of the window.
    """

    def __init__(self) -> None:
        super().__init__()
        self.phase = "bare"
        self.late: list[Late] = []
        self._seen: deque[tuple[float, str]] = deque(maxlen=400)
        self._watched = threading.get_ident()
        self._schedule = os.open(
            f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY
        )
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._before = self._now()
        self._timer.start(_LOOK_MS)
        threading.Thread(target=self._look, name="pulse", daemon=True).start()

    def longest(self, phase: str) -> dict[str, float]:
        """Return the longest block of a phase, and how many were too long."""
        mine = [each for each in self.late if each.phase == phase]
        worst = max(mine, key=lambda each: each.ours_ms, default=None)
        if worst is None:
            return {"ours_ms": 0, "wall_ms": 0, "cpu_ms": 0, "count": 0}
        count = sum(each.ours_ms > BLOCK_MS for each in mine)
        told = {"ours_ms": worst.ours_ms, "wall_ms": worst.wall_ms, "cpu_ms": worst.cpu_ms}
        return {**told, "count": count}

    def _now(self) -> tuple[float, float, float]:
        """Return seconds passed, at work, and in line."""
        _at_work, in_line_ns, _turns = os.pread(self._schedule, 64, 0).split()
        return time.perf_counter(), time.thread_time(), int(in_line_ns) / 1e9

    def _beat(self) -> None:
        now, before = self._now(), self._before
        self._before = now
        wall_ms, cpu_ms, in_line_ms = ((n - b) * 1000 for n, b in zip(now, before, strict=True))
        wall_ms -= _LOOK_MS
        ours_ms = wall_ms - in_line_ms
        if ours_ms < BLOCK_MS / 4:
            return
        doing = Counter(told for at_s, told in list(self._seen) if before[0] <= at_s <= now[0])
        common = " | ".join(f"{count}× {told}" for told, count in doing.most_common(2))
        self.late.append(
            Late(phase=self.phase, wall_ms=wall_ms, ours_ms=ours_ms, cpu_ms=cpu_ms, doing=common)
        )

    def _look(self) -> None:
        while True:
            time.sleep(0.01)  # noqa: TID251 - nothing has to end this but the process
            frame = sys._current_frames().get(self._watched)
            ours: list[str] = []
            while frame is not None and len(ours) < 4:
                code = frame.f_code
                if "tiktok_manager" in code.co_filename:
                    ours.append(f"{Path(code.co_filename).stem}.{code.co_name}:{frame.f_lineno}")
                frame = frame.f_back
            self._seen.append((time.perf_counter(), " < ".join(ours) or "Qt"))


class Freezes(logging.Handler):
    """Counts what the watchdog logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0
        logging.getLogger("tiktok_manager.ui.watchdog").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


class Readings:
    """All readings there are, each from when it is made."""

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()
        self._all: list[Reading[Any]] = []
        plain = Reading.__init__

        def noting(reading: Reading[Any], *args: Any, **kwargs: Any) -> None:
            plain(reading, *args, **kwargs)
            self._all.append(reading)
            owner = type(reading.parent()).__name__
            reading.changed.connect(lambda: self.delivered.update([owner]))

        Reading.__init__ = noting  # type: ignore[method-assign,assignment]

    def awaited(self) -> Iterator[str]:
        """Yield whose reading somebody waits for that has not come, or failed."""
        self._all = [each for each in self._all if shiboken6.isValid(each)]
        for reading in self._all:
            is_awaited = reading._is_asked and reading._is_shown
            if is_awaited and reading.stage in (Stage.LOADING, Stage.FAILED):
                yield type(reading.parent()).__name__


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

    def __init__(
        self, session: WindowSession, traffic: Traffic, pulse: Pulse, readings: Readings
    ) -> None:
        super().__init__()
        self._readings = readings
        self._session = session
        self._traffic = traffic
        self._pulse = pulse
        self._line_s = 0.0
        self._seen = 0
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
        blocks = sorted(self._pulse.late, key=lambda each: -each.ours_ms)
        told = [
            f"{each.ours_ms:.0f} ms, {each.cpu_ms:.0f} at work, in {each.phase}: {each.doing}"
            for each in blocks
            if each.ours_ms > BLOCK_MS and each.phase in phases
        ]
        return {
            "bare_ms": self._pulse.longest("bare")["ours_ms"],
            "phases": {phase: self._pulse.longest(phase) for phase in phases},
            "blocks": [*self.problems, *told[:20]],
            "line_s": self._line_s,
            "changes": self._seen,
            "panes": self.panes,
        }

    def _show(self, name: str, phase: str) -> Iterator[float]:
        self._pulse.phase = phase
        self._readings.delivered.clear()
        self._session.host.go(name)
        yield PANE_S
        self.panes[name] = {
            "delivered": self._readings.delivered.total(),
            "shown_s": PANE_S,
            "missing": sorted(self._readings.awaited()),
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


def _pause(wait_s: float) -> None:
    """Let the window live; `QTest.qWait` would keep Python's lock from its workers meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(round(wait_s * 1000), loop.quit)
    loop.exec()


def _wait(is_so: Callable[[], bool]) -> None:
    while not is_so():
        _pause(0.02)


def main() -> None:
    """Say how the window fared on the data folder named."""
    folder = Path(sys.argv[1])
    for name in LATE:  # as the program does while it opens
        import_module(name)
    gc.collect()
    gc.freeze()
    with open_workspace(os.environ) as workspace:
        traffic, readings = Traffic(workspace), Readings()
        with window_on(workspace, folder) as session:
            pulse = Pulse()
            _pause(BARE_S)
            pulse.phase = "opening"
            freezes = Freezes()
            _wait(lambda: session._state is not None and session._state.overview is not None)
            _wait(lambda: not session.tasks.busy)
            traffic.start()
            driver = Driver(session, traffic, pulse, readings)
            for wait_s in driver.steps():
                _pause(wait_s)
            traffic.stop()
            _pause(1.5)
            figures = driver.figures()
        say(**figures, freezes=freezes.count)
    os._exit(0)


if __name__ == "__main__":
    main()
