"""A desk for panes: fake services, real task runner and bridge, a frame that remembers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, cast
from weakref import WeakSet

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QLocale, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes.window_world import StillPublisher, window_workspace
from tests.ui.composer.fakes import an_info
from tests.ui.fakes import ZONE, FakeWorkspace
from tiktok_manager.domain.accounts import CreatorInfo
from tiktok_manager.domain.errors import AppError
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.ui.bridge import QtEventBridge
from tiktok_manager.ui.frame import Core
from tiktok_manager.ui.kit import reading
from tiktok_manager.ui.kit.account_model import AccountModel
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.publish_state import PublishState
from tiktok_manager.ui.tasks import TaskRunner
from tiktok_manager.ui.texts import use_forms
from tiktok_manager.ui.theme import Theme, ThemeChoice
from tiktok_manager.ui.undo import UndoHistory


@dataclass
class FakeFrame:
    """Remembers what a view asked of the window around it."""

    memory: WindowMemory
    notices: list[Notice] = field(default_factory=list)
    errors: list[AppError] = field(default_factory=list)
    retries: list[Callable[[], object] | None] = field(default_factory=list)
    jumps: list[tuple[str, object]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    reopened: list[tuple[str, Callable[[], Notice]]] = field(default_factory=list)
    drawer: QWidget | None = None
    drawer_title: str = ""

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)

    def show_error(self, error: AppError, retry: Callable[[], object] | None = None) -> None:
        self.errors.append(error)
        self.retries.append(retry)

    def go(self, pane: str, target: object = None) -> None:
        self.jumps.append((pane, target))

    def open_drawer(self, title: str, content: QWidget) -> None:
        self.close_drawer()
        self.drawer, self.drawer_title = content, title
        content.show()

    def close_drawer(self) -> None:
        if self.drawer is not None:
            self.drawer.hide()
            self.drawer.deleteLater()
        self.drawer = None

    def ask_passphrase(
        self, then: Callable[[], object], otherwise: Callable[[], object] | None = None
    ) -> None:
        then()

    def reopen(self, words: str, between: Callable[[], Notice]) -> None:
        self.reopened.append((words, between))

    def open_url(self, url: str) -> None:
        self.urls.append(url)


class ReadingTimer(QTimer):
    """Lets a desk know which readings are about to begin."""

    made: ClassVar[WeakSet[QTimer]] = WeakSet()

    def __init__(self, parent: QObject, *, singleShot: bool) -> None:  # noqa: N803 - Qt's name
        super().__init__(parent)
        self.setSingleShot(singleShot)
        self.made.add(self)


def settle(qtbot: QtBot, tasks: TaskRunner, timeout_ms: int = 5_000) -> None:
    """Let all work and what follows from it finish, also what readings gather a moment for."""

    def is_idle() -> bool:
        waiting = [each for each in ReadingTimer.made if shiboken6.isValid(each)]
        return not tasks.busy and not any(each.isActive() for each in waiting)

    for _turn in range(2):
        qtbot.waitUntil(is_idle, timeout=timeout_ms)
        qtbot.wait(1)  # what is to be done in the next turn of the loop
    qtbot.waitUntil(is_idle, timeout=timeout_ms)


class Desk:
    """Everything a viewmodel or view is given, over fakes."""

    def __init__(self, qtbot: QtBot, world: FakeWorkspace, memory_path: Path) -> None:
        self._qtbot = qtbot
        self.world = world
        self.tasks = TaskRunner()
        self.bridge = QtEventBridge(world.events)
        self.crashes: list[BaseException] = []
        self.tasks.crashed.connect(self.crashes.append)
        self.publishing = PublishState(world.typed(), self.tasks, self.bridge, ZONE)
        self.publishing.attach(world.runner)
        self.undo = UndoHistory(self.tasks, self.bridge)
        self.core = Core(
            workspace=world.typed(),
            tasks=self.tasks,
            bridge=self.bridge,
            undo=self.undo,
            publishing=self.publishing,
            accounts=AccountModel(world.typed(), self.tasks, self.bridge, self.bridge),
        )
        self.frame = FakeFrame(WindowMemory(memory_path))

    def settle(self) -> None:
        """Let all work and what follows from it finish."""
        settle(self._qtbot, self.tasks)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        self._qtbot.waitUntil(is_so)

    def close(self) -> None:
        self.frame.close_drawer()
        self.bridge.close()
        self.tasks.close()
        # In this order and now: swept up together, a stack and its commands are freed twice.
        for each in (self.undo, self.publishing, self.bridge, self.tasks):
            shiboken6.delete(each)
        assert not self.crashes, self.crashes


class RealWorkspace:
    """The services themselves over a filled data folder, in a fake's place."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.events = workspace.events
        self.runner = StillPublisher(workspace)

    def typed(self) -> Workspace:
        return self.workspace


class Flashes(QObject):
    """Sees every window that comes up."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    @override
    def eventFilter(  # noqa: N802 - Qt calls it so
        self, watched: QObject, event: QEvent
    ) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if shown and cast("QWidget", watched).isWindow():
            self.windows.append(type(watched).__name__)
        return False


MakeDesk = Callable[[FakeWorkspace], Desk]


@pytest.fixture(autouse=True)
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let readings follow events at once, so that a settled desk has read all."""
    monkeypatch.setattr(reading, "READS_EVERY_MS", 0)
    monkeypatch.setattr(reading, "QTimer", ReadingTimer)


@pytest.fixture(autouse=True)
def forms() -> Iterator[None]:
    """Write numbers and dates as in Britain, wherever the tests run."""
    before = QLocale()
    use_forms(QLocale("en_GB"))
    yield
    use_forms(before)


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    """Give the application our look, light."""
    theme = Theme(qapp, ThemeChoice.LIGHT)
    yield theme
    theme.deleteLater()


@pytest.fixture
def make_desk(qtbot: QtBot, look: Theme, tmp_path: Path) -> Iterator[MakeDesk]:
    """Build desks that are cleared away after the test."""
    desks: list[Desk] = []

    def make(world: FakeWorkspace) -> Desk:
        desks.append(Desk(qtbot, world, tmp_path / f"window-{len(desks)}.ini"))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def real_desk(qtbot: QtBot, look: Theme, tmp_path: Path) -> Iterator[Desk]:
    """A desk over the real services, with accounts and a few posts."""
    with window_workspace(tmp_path / "data", accounts=5, posts=2) as workspace:
        world = cast("FakeWorkspace", RealWorkspace(workspace))
        made = Desk(qtbot, world, tmp_path / "window.ini")
        yield made
        made.close()


@pytest.fixture
def answered_desk(real_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk over the real services, for whose accounts TikTok answers what they may post."""
    accounts = real_desk.core.workspace.accounts

    def answer(account_id: str) -> CreatorInfo:
        return an_info(accounts.get(account_id).handle)

    monkeypatch.setattr(accounts, "creator_info", answer)
    return real_desk


@pytest.fixture
def flashes(qapp: QApplication) -> Iterator[Flashes]:
    """Tell which windows came up during a test."""
    seen = Flashes()
    qapp.installEventFilter(seen)
    yield seen
    qapp.removeEventFilter(seen)


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """A desk with an empty workspace."""
    return make_desk(FakeWorkspace())
