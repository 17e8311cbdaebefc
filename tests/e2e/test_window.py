"""The window over the real services, the real publisher and the local TikTok: the first evening.

Only the browser is ours: it visits the consent page as a user would, on another thread.
"""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes.world import Browser, environment
from tiktok_manager.app import make_runner, open_workspace
from tiktok_manager.domain.posts import Post, PostFilter, PostStatus, Privacy
from tiktok_manager.scheduler.runner import Runner, RunnerState
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.simulator import Simulator, SimulatorConfig
from tiktok_manager.system.sample_video import make_sample_video
from tiktok_manager.ui.accounts.view import AccountsView
from tiktok_manager.ui.accounts.viewmodel import AccountsViewModel
from tiktok_manager.ui.analytics.figures import Metric
from tiktok_manager.ui.analytics.view import AnalyticsView
from tiktok_manager.ui.application import Front, application
from tiktok_manager.ui.calendar.view import CalendarView
from tiktok_manager.ui.composer.view import ComposerView
from tiktok_manager.ui.frame import Core, Frame, Pane
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.post.actions import page_of
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.settings.view import SettingsView
from tiktok_manager.ui.single_instance import SingleInstance

# Said by the offscreen plugin when a tray icon is made.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)

PATIENCE_MS = 30_000


class Evening:
    """A window on a new data folder, as `run` in ui.application would open it."""

    def __init__(self, qtbot: QtBot, folder: Path, sim: Simulator, closing: ExitStack) -> None:
        self.qtbot = qtbot
        self.folder = folder
        self.sim = sim
        self.browser = closing.enter_context(Browser("sim01"))
        self.workspace: Workspace | None = None
        self.runner: Runner | None = None
        variables = environment(sim.base_url, folder / "data")
        opened = closing.enter_context(ExitStack())

        def open_all() -> Workspace:
            self.workspace = opened.enter_context(open_workspace(variables))
            return self.workspace

        def runner(workspace: Workspace) -> Runner:
            self.runner = make_runner(workspace, standby=True)
            return self.runner

        instance = SingleInstance(folder)
        assert instance.acquire()
        panes = [self._with_our_browser(pane) for pane in PANES]
        front = Front(application([]), folder / "data", panes)
        self.session = WindowSession(front, open_all, runner, instance, opened.close)
        self.window = self.session.window
        self.host = self.session.host
        self.session.tray._is_available = lambda: True

    def _with_our_browser(self, pane: Pane) -> Pane:
        def build(core: Core, frame: Frame) -> PaneView:
            def visit(url: str) -> bool:
                self.browser.open(url)
                return True

            model = AccountsViewModel(core, open_browser=visit)
            view = AccountsView(core, frame, model)
            model.setParent(view)
            return view

        if pane.name != "accounts":
            return pane
        return Pane(name=pane.name, words=pane.words, icon=pane.icon, build=build)

    def until(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so, timeout=PATIENCE_MS)

    def click(self, button: QWidget) -> None:
        self.until(button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def pane(self, name: str) -> QWidget:
        self.host.go(name)
        return self.host._views[name]

    @property
    def accounts(self) -> AccountsView:
        view = self.pane("accounts")
        assert isinstance(view, AccountsView)
        return view

    @property
    def composer(self) -> ComposerView:
        view = self.pane("composer")
        assert isinstance(view, ComposerView)
        return view

    @property
    def calendar(self) -> CalendarView:
        view = self.pane("calendar")
        assert isinstance(view, CalendarView)
        return view

    @property
    def settings(self) -> SettingsView:
        view = self.pane("settings")
        assert isinstance(view, SettingsView)
        self.until(lambda: bool(view._cards))
        return view

    @property
    def analytics(self) -> AnalyticsView:
        view = self.pane("analytics")
        assert isinstance(view, AnalyticsView)
        return view

    def start(self) -> None:
        self.session.start(hidden=False)
        self.until(lambda: self.state is RunnerState.RUNNING)
        self.until(lambda: "nothing planned" in self.line)

    def connect(self) -> None:
        """Connect by the button of the pane."""
        view = self.accounts
        self.click(view.connect_button)
        self.until(lambda: bool(view.model.visible_items))

    def fill_in(self, caption: str) -> ComposerView:
        """Fill the form for @sim01 up to its button."""
        video = make_sample_video(self.folder / "evening.mp4", hue=20, seconds=1)
        view = self.composer
        self.until(lambda: view.model.state.is_open)
        view.model.choose_file(video)
        self.until(lambda: bool(view.model.accounts.rows))
        view.model.choose_accounts([view.model.accounts.rows[0].account.id])
        view.caption.editor.setPlainText(caption)
        self.click(view.when.kind.button("now"))
        self.until(view.rules.privacy.isEnabled)
        view.model.enter(view.model.form.chosen(privacy=Privacy.PUBLIC))
        self.until(lambda: view.model.state.can_send)
        return view

    def said(self) -> list[str]:
        """What passing notices say now."""
        return [notice.text for notice in self.host.messages.passing]

    def posts(self) -> list[Post]:
        assert self.workspace is not None
        return self.workspace.planning.page(PostFilter())

    def has_published(self) -> bool:
        return [post.status for post in self.posts()] == [PostStatus.PUBLISHED]

    def close(self) -> None:
        """End whatever a test left running."""
        if self.runner is not None:
            self.runner.stop()
        self.session.dispose()
        self.session.deleteLater()

    @property
    def state(self) -> RunnerState:
        return RunnerState.STOPPED if self.runner is None else self.runner.state

    @property
    def line(self) -> str:
        return self.window.status_line._line.text()

    def quit(self) -> int:
        """Leave by the tray's menu; return the exit code."""
        QTimer.singleShot(0, self.session.tray.quit_requested.emit)
        return QApplication.exec()


@pytest.fixture
def evening(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Evening]:
    config = SimulatorConfig(
        accounts=1,
        auto_approve=True,
        media_dir=tmp_path / "tiktok",
        processing_s=0.2,
        moderation_s=0.2,
        history_posts=6,
    )
    with Simulator(config) as sim, ExitStack() as closing:
        made = Evening(qtbot, tmp_path, sim, closing)
        try:
            made.start()
            assert made.workspace is not None
            made.workspace.settings.set("scopes", "all")
            yield made
        finally:
            made.close()


def test_an_account_connected_by_the_button_stands_in_the_table(evening: Evening) -> None:
    view = evening.accounts
    evening.click(view.connect_button)
    evening.until(lambda: bool(view.model.visible_items))
    (item,) = view.model.visible_items
    assert item.account.handle == "sim01"
    assert view.model.health(item).words == "Ready"
    assert item.account.followers is not None
    evening.until(view.table.isVisible)
    assert not view.connect_card.isVisible()


def test_a_video_posted_now_is_seen_published_in_calendar_line_and_tray(evening: Evening) -> None:
    evening.connect()
    view = evening.fill_in("The first evening #now")
    evening.click(view.foot.send)
    evening.until(lambda: evening.host.current_pane == "calendar")
    evening.until(lambda: "On its way: @sim01." in evening.said())
    evening.until(evening.has_published)

    calendar = evening.calendar.viewmodel
    evening.until(
        lambda: (
            [tile.post.status for tile in calendar.tiles(calendar.today)] == [PostStatus.PUBLISHED]
        )
    )
    assert calendar.tiles(calendar.today)[0].words == "The first evening #now"
    evening.until(lambda: evening.line.strip() == "Publishing: nothing planned")
    evening.until(lambda: "@sim01" in evening.session.tray.menu.actions()[1].text())
    assert evening.session.tray.menu.actions()[1].text().startswith("Last: Published")


def test_the_drawer_follows_a_post_to_its_end(evening: Evening) -> None:
    evening.connect()
    view = evening.fill_in("Followed")
    evening.click(view.foot.send)
    evening.until(lambda: bool(evening.posts()))
    evening.host.go("calendar", evening.posts()[0].id)
    drawer = evening.calendar.drawer
    evening.until(lambda: drawer.details is not None)
    details = drawer.details
    assert details is not None
    evening.until(lambda: details.viewmodel.post.status is PostStatus.PUBLISHED)
    evening.until(lambda: page_of(details.viewmodel.post) is not None)
    assert details.viewmodel.trail


def test_a_backup_restored_in_the_window_posts_nothing_again(
    evening: Evening,
) -> None:
    evening.connect()
    assert evening.workspace is not None
    evening.workspace.settings.set("publishing", "off")
    evening.click(evening.fill_in("Once and never twice").foot.send)
    evening.until(lambda: [post.status for post in evening.posts()] == [PostStatus.SCHEDULED])
    card = evening.settings.backups
    back_up, restore = card.buttons.buttons[:2]
    evening.click(back_up)

    def made_by_hand() -> list[str]:
        """Leaves out what was made by itself, and the numbers that lie in a file of their own."""
        names = [item.name for item in card.model.items]
        return [name for name in names if "manual" in name and not name.startswith("metrics")]

    evening.until(lambda: bool(made_by_hand()))
    evening.workspace.settings.set("publishing", "on")
    evening.until(lambda: [post.status for post in evening.posts()] == [PostStatus.PUBLISHED])
    before = evening.workspace
    card.table.choose(made_by_hand()[0])
    evening.click(restore)
    evening.click(card.buttons.card.yes)
    evening.until(lambda: evening.workspace is not before and bool(evening.host.current_pane))
    notice = evening.host.messages.banner.notice
    assert notice is not None
    assert notice.text.startswith("Restored as of")
    assert evening.workspace.settings.get("publishing") == "off"
    evening.workspace.settings.set("publishing", "on")
    evening.until(lambda: [post.status for post in evening.posts()] == [PostStatus.PUBLISHED])
    assert len(evening.sim.world.publishes) == 1
    assert evening.sim.world.records.violations == []


def test_numbers_of_the_account_come_with_a_sync(evening: Evening) -> None:
    evening.connect()
    view = evening.analytics
    evening.until(lambda: view.viewmodel.numbers.account is not None)
    evening.click(view.sync_button)
    evening.until(lambda: len(view.viewmodel.numbers.videos) == 6)
    figures = view.viewmodel.figures
    account = evening.accounts.model.items[0].account
    assert figures[Metric.FOLLOWERS].value == account.followers
    assert figures[Metric.VIDEOS].value == 6


def test_closed_into_the_tray_it_publishes_on_and_quits_in_order(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.connect()
    view = evening.fill_in("From the tray")
    monkeypatch.setattr(evening.session.tray, "say", lambda *_: None)
    view.model.submit()
    evening.window.close()
    assert evening.window.isHidden()
    evening.until(evening.has_published)
    evening.until(lambda: evening.line.strip() == "Publishing: nothing planned")
    assert evening.state is RunnerState.RUNNING
    assert evening.quit() == 0
    evening.until(lambda: evening.state is RunnerState.STOPPED)


def test_nothing_of_the_window_is_left_behind(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    widgets, threads = set(QApplication.topLevelWidgets()), set(threading.enumerate())
    assert _look_into_every_pane(qtbot, tmp_path) == 0
    gc.collect()
    qtbot.waitUntil(lambda: set(QApplication.topLevelWidgets()) <= widgets)
    assert set(threading.enumerate()) <= threads


def _look_into_every_pane(qtbot: QtBot, folder: Path) -> int:
    config = SimulatorConfig(accounts=1, auto_approve=True, media_dir=folder / "tiktok")
    with Simulator(config) as sim, ExitStack() as closing:
        evening = Evening(qtbot, folder, sim, closing)
        evening.start()
        for pane in PANES:
            evening.pane(pane.name)
        evening.until(lambda: not evening.session.tasks.busy)
        code = evening.quit()
        evening.close()
    return code
