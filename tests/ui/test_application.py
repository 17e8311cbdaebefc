"""Start, tray, closing and the end: the window's life over fake services."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.fakes import NOW, FakePaths, FakeWorkspace, a_post, an_account, refused
from tiktok_manager.domain.errors import AppError, Failure
from tiktok_manager.domain.events import PostsChanged, PublishingHeld
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.ui import leaving
from tiktok_manager.ui.application import Front, Launch, Opening, application, run
from tiktok_manager.ui.crash import DeathTrace
from tiktok_manager.ui.frame import Core, Frame, Pane
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.leaving import AskToQuit, Stopped
from tiktok_manager.ui.main_window import MainWindow
from tiktok_manager.ui.session import WindowSession, collect_if_due
from tiktok_manager.ui.single_instance import SingleInstance

# Said by the offscreen plugin when a tray icon is made.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def _build(_core: Core, _frame: Frame) -> PaneView:
    return PaneView()


PANES = (
    Pane(name="accounts", words=lambda: "Accounts", icon="accounts", build=_build),
    Pane(name="composer", words=lambda: "New post", icon="plus", build=_build, in_rail=False),
)


class House:
    """A session over fakes; `asked` tells which questions were put, `answer` what was said."""

    def __init__(self, session: WindowSession, world: FakeWorkspace, qtbot: QtBot) -> None:
        self.session = session
        self.world = world
        self.qtbot = qtbot
        self.quits: list[int] = []
        self.asked: list[Stopped] = []
        self.answer = True
        self.has_tray = True

    def start(self, *, hidden: bool = False) -> None:
        self.session.start(hidden=hidden)
        self.qtbot.waitUntil(lambda: "start" in self.world.runner.calls)
        self.qtbot.waitUntil(lambda: not self.session.tasks.busy)

    def until(self, is_so: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(is_so)


MakeHouse = Callable[..., House]


@pytest.fixture
def make_house(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeHouse]:
    sessions: list[WindowSession] = []

    def make(
        world: FakeWorkspace | None = None,
        closed: Callable[[], None] = lambda: None,
        opening: Opening | None = None,
    ) -> House:
        world = world or FakeWorkspace(posts=[a_post()], with_accounts=[an_account()])
        instance = SingleInstance(tmp_path)
        assert instance.acquire()
        front = Front(application([]), tmp_path, PANES)
        session = WindowSession(
            front, world.typed, lambda _w: world.runner, instance, closed, opening
        )
        house = House(session, world, qtbot)
        monkeypatch.setattr(session.tray, "_is_available", lambda: house.has_tray)
        session.leaving.ended.disconnect(session._leave)
        session.leaving.ended.connect(lambda: house.quits.append(1))

        def ask(_parent: MainWindow, stopped: Stopped, then: Callable[[bool], object]) -> None:
            house.asked.append(stopped)
            then(house.answer)

        monkeypatch.setattr(AskToQuit, "ask", ask)
        monkeypatch.setattr(leaving, "_PATIENCE_MS", 60_000)
        sessions.append(session)
        return house

    yield make
    for session in sessions:
        session.dispose()
        session.deleteLater()


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    house = make_house()
    house.start()
    return house


def test_the_workspace_is_opened_behind_the_first_frame_on_another_thread(
    make_house: MakeHouse,
) -> None:
    house = make_house()
    seen: list[tuple[bool, bool]] = []
    open_all = house.session._open_workspace

    def watched() -> object:
        on_gui = threading.current_thread() is threading.main_thread()
        seen.append((house.session.window._painted, on_gui))
        return open_all()

    house.session._open_workspace = watched  # type: ignore[assignment]
    house.start()
    assert seen == [(True, False)]
    assert house.session.host.current_pane == "accounts"


def test_the_publisher_starts_and_the_line_is_true(house: House) -> None:
    line = house.session.window.status_line._line
    house.until(lambda: "next Sat 18:30 (Berlin) @alice" in line.text())


def test_a_workspace_that_does_not_open_can_be_tried_again(make_house: MakeHouse) -> None:
    house = make_house()
    errors: list[AppError] = [refused("The data folder cannot be written.")]
    open_all = house.session._open_workspace

    def reluctant() -> object:
        if errors:
            raise errors.pop()
        return open_all()

    house.session._open_workspace = reluctant  # type: ignore[assignment]
    house.session.start(hidden=False)
    house.until(lambda: "The data folder cannot be written." in texts(house.session.window))
    house.session.open()
    house.until(lambda: house.session.host.current_pane == "accounts")


def test_what_goes_on_while_it_is_opened_is_told(make_house: MakeHouse) -> None:
    opening = Opening()
    house = make_house(opening=opening)
    gate = threading.Event()
    open_all = house.session._open_workspace

    def slow() -> object:
        opening.tell("Day 3 of 28")
        assert gate.wait(20)
        opening.tell("Day 4 of 28")
        return open_all()

    house.session._open_workspace = slow  # type: ignore[assignment]
    house.session.start(hidden=False)
    line = house.session.window.status_line._line
    house.until(lambda: "Day 3 of 28" in line.text())
    gate.set()
    house.until(lambda: "next Sat 18:30" in line.text())


def test_nobody_goes_on_opening_for_a_window_that_is_left(make_house: MakeHouse) -> None:
    opening = Opening()
    house = make_house(opening=opening)
    ended: list[bool] = []

    def slow() -> object:
        try:
            while not ended:
                opening.tell("Day 3 of 28")
        finally:
            ended.append(True)
        raise AssertionError

    house.session._open_workspace = slow  # type: ignore[assignment]
    house.session.start(hidden=False)
    house.until(lambda: "Day 3" in house.session.window.status_line._line.text())
    house.session.leaving.quit()
    house.until(lambda: bool(house.quits))
    house.until(lambda: bool(ended))


def test_the_demo_says_that_it_is_one_from_its_first_frame(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    for is_demo in (True, False):
        window = Front(application([]), tmp_path, PANES, is_demo=is_demo).window
        qtbot.addWidget(window)
        labels = window.top_bar.findChildren(QLabel)
        seen = [label.accessibleName() for label in labels if label.isVisibleTo(window)]
        assert ("Demo: nothing reaches TikTok" in seen) is is_demo


def test_the_workspace_is_exchanged_while_nothing_holds_it(make_house: MakeHouse) -> None:
    order: list[str] = []
    house = make_house(closed=lambda: order.append("closed"))
    house.start()
    before = house.session._state

    def between() -> Notice:
        order.append("between" if threading.current_thread() is not threading.main_thread() else "")
        return Notice(text="Exchanged.")

    house.session.host.reopen("Exchanging…", between)
    house.until(lambda: house.session.host.messages.banner.notice is not None)
    house.until(lambda: house.world.runner.calls == ["start", "stop", "start"])
    assert order == ["closed", "between"]
    assert house.session.host.messages.banner.notice == Notice(text="Exchanged.")
    assert house.session.host.current_pane == "accounts"
    assert house.session._state is not before
    house.until(lambda: "next Sat 18:30" in house.session.window.status_line._line.text())


def test_while_it_is_exchanged_nothing_asks_the_workspace(make_house: MakeHouse) -> None:
    house = make_house()
    house.start()
    gate = threading.Event()

    def between() -> Notice:
        house.world.planning.error = refused("It is closed.")
        assert gate.wait(20)
        house.world.planning.error = None
        return Notice(text="Exchanged.")

    window = house.session.window
    host = house.session.host
    host.reopen("Restoring…", between)
    house.until(lambda: "Restoring…" in window.status_line._line.text())
    house.world.events.publish(PostsChanged())
    host.new_post()
    window.top_bar.search.begin()
    QTest.keySequence(window, QKeySequence(QKeySequence.StandardKey.Undo))
    house.qtbot.wait(120)
    assert host.current_pane == ""
    assert "Restoring…" in window.status_line._line.text()
    gate.set()
    house.until(lambda: host.current_pane == "accounts")
    house.until(lambda: "next Sat 18:30" in window.status_line._line.text())


def test_an_exchange_that_is_refused_opens_the_former_one_again(house: House) -> None:
    def between() -> Notice:
        raise refused("It was changed.")

    house.session.host.reopen("Restoring…", between)
    house.until(lambda: house.session.host.messages.banner.notice is not None)
    notice = house.session.host.messages.banner.notice
    assert notice is not None
    assert notice.text == "It was changed."
    assert house.session.host.current_pane == "accounts"


def test_a_surprise_while_opening_leaves_no_stand_ins_for_ever(make_house: MakeHouse) -> None:
    house = make_house()
    surprises = [ZeroDivisionError("surprise")]
    open_all = house.session._open_workspace

    def broken() -> object:
        if surprises:
            raise surprises.pop()
        return open_all()

    house.session._open_workspace = broken  # type: ignore[assignment]
    house.session.start(hidden=False)
    house.until(lambda: "Your workspace could not be opened." in texts(house.session.window))
    notice = house.session.host.messages.banner.notice
    assert notice is not None
    assert "ZeroDivisionError: surprise" in notice.details
    retry = next(
        b for b in house.session.window.findChildren(QPushButton) if b.text() == "Try again"
    )
    retry.click()
    house.until(lambda: house.session.host.current_pane == "accounts")


def test_closing_leaves_it_in_the_tray_and_says_so_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(house.session.tray, "say", lambda title, _text: said.append(title))
    for _ in range(2):
        house.session.window.close()
        assert house.session.window.isHidden()
        house.session.tray.open_requested.emit()
        assert house.session.window.isVisible()
    assert said == ["TikTok Manager keeps publishing"]
    assert house.world.runner.calls == ["start"]


def test_a_hold_is_told_by_the_desktop_while_the_window_is_closed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    icon = house.session.tray._icon
    monkeypatch.setattr(icon, "showMessage", lambda title, *_more: said.append(title))
    house.session.window.activateWindow()
    house.until(house.session.window.isActiveWindow)
    house.world.events.publish(
        PublishingHeld(
            code="disk_full", failure=Failure(code="told", params={"title": "The disk is full."})
        )
    )
    assert said == []
    house.session.window.hide()
    house.world.events.publish(
        PublishingHeld(
            code="clock_wrong",
            failure=Failure(code="told", params={"title": "The clock is wrong."}),
        )
    )
    house.world.events.publish(PublishingHeld(code="disk_full"))
    assert said == ["Publishing is held"]


def test_closing_quits_if_the_user_wants_it_so(house: House) -> None:
    house.world.settings.set("close-to-tray", "off")
    house.until(lambda: not house.session.leaving.close_to_tray)
    house.session.window.close()
    house.until(lambda: bool(house.quits))
    assert house.world.runner.calls == ["start", "stop"]


def test_quit_from_the_tray_names_what_is_due_today_and_no_means_no(house: House) -> None:
    house.world.planning.posts += [
        a_post("tonight", handle="bob", due_at=NOW + timedelta(hours=8)),
        a_post("another day", due_at=NOW + timedelta(days=2)),
    ]
    house.answer = False
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.asked))
    (asked,) = house.asked
    assert asked.question == "2 posts are due today. Quit anyway?"
    assert asked.more.split("\n\n")[1] == "Sat 18:30 (Berlin) @alice\nSat 21:00 (Berlin) @bob"
    assert house.world.runner.calls == ["start"]
    house.answer = True
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.quits))
    assert house.world.runner.calls == ["start", "stop"]


def test_quit_asks_nothing_where_nothing_would_be_missed(make_house: MakeHouse) -> None:
    house = make_house(FakeWorkspace(posts=[a_post(due_at=NOW + timedelta(days=2))]))
    house.start()
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.quits))
    assert house.asked == []


def test_quit_asks_nothing_about_posts_that_would_not_go_out(house: House) -> None:
    house.world.settings.set("publishing", "off")
    house.until(lambda: house.session._state is not None and house.session._state.paused)
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.quits))
    assert house.asked == []


def test_without_a_tray_closing_asks_because_plans_would_wait(make_house: MakeHouse) -> None:
    house = make_house(FakeWorkspace(posts=[a_post(due_at=NOW + timedelta(days=2))]))
    house.start()
    house.until(
        lambda: house.session._state is not None and house.session._state.overview is not None
    )
    house.has_tray = False
    house.answer = False
    house.session.window.close()
    house.until(lambda: bool(house.asked))
    assert house.asked == [Stopped()]
    assert house.session.window.isVisible()
    assert not house.quits


@pytest.mark.parametrize("how", ["refused", "slow"])
def test_a_plan_that_cannot_be_read_at_once_is_asked_about_as_last_seen(
    house: House, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    house.until(
        lambda: house.session._state is not None and house.session._state.overview is not None
    )
    gate = threading.Event()

    def between(*_: object) -> list[Post]:
        if how == "refused":
            raise refused()
        assert gate.wait(20)
        return []

    monkeypatch.setattr(house.world.planning, "between", between)
    monkeypatch.setattr(leaving, "_PATIENCE_MS", 60_000 if how == "refused" else 1)
    house.session.leaving.quit()
    house.until(lambda: bool(house.quits))
    gate.set()
    assert [asked.due for asked in house.asked] == [("Sat 18:30 (Berlin) @alice",)]


def test_quitting_during_an_upload_asks_and_no_means_no(make_house: MakeHouse) -> None:
    house = make_house(FakeWorkspace(posts=[a_post(status=PostStatus.PUBLISHING)]))
    house.start()
    house.until(lambda: house.session._state is not None and house.session._state.under_way == 1)
    house.answer = False
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.asked))
    assert house.asked[0].question == "1 post is being published. Quit anyway?"
    assert house.world.runner.calls == ["start"]
    house.answer = True
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.quits))
    assert house.world.runner.calls == ["start", "stop"]


def test_the_question_is_put_by_a_dialog_that_escape_answers_with_stay(
    qapp: QApplication, qtbot: QtBot
) -> None:
    parent = QWidget()  # hidden, as the window is while it is in the tray
    qtbot.addWidget(parent)
    answers: list[bool] = []
    AskToQuit.ask(parent, Stopped(due=("Sat 18:30 (Berlin) @alice",)), answers.append)
    box = parent.findChild(QMessageBox)
    assert box is not None
    assert "1 post is due today" in box.text()
    assert "@alice" in box.informativeText()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert answers == [False]
    qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is None)


@pytest.mark.parametrize("status", [PostStatus.PROCESSING, PostStatus.UNCONFIRMED])
def test_quitting_asks_nothing_about_what_tiktok_has(
    make_house: MakeHouse, status: PostStatus
) -> None:
    house = make_house(FakeWorkspace(posts=[a_post(status=status)]))
    house.start()
    house.until(
        lambda: house.session._state is not None and house.session._state.overview is not None
    )
    house.session.tray.quit_requested.emit()
    house.until(lambda: bool(house.quits))
    assert house.asked == []


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_demand_to_end_is_not_met_with_a_question(make_house: MakeHouse, name: str) -> None:
    house = make_house(FakeWorkspace(posts=[a_post(status=PostStatus.PUBLISHING)]))
    house.start()
    house.until(lambda: house.session._state is not None and house.session._state.under_way == 1)
    house.answer = False
    os.kill(os.getpid(), signal.Signals[name])
    house.until(lambda: bool(house.quits))
    assert house.asked == []
    assert house.world.runner.calls == ["start", "stop"]


def test_quit_is_done_once(house: House) -> None:
    house.session.leaving.quit()
    house.session.leaving.quit()
    house.until(lambda: bool(house.quits))
    assert house.world.runner.calls.count("stop") == 1


def test_hidden_starts_in_the_tray(make_house: MakeHouse) -> None:
    house = make_house()
    house.start(hidden=True)
    assert house.session.window.isHidden()
    assert house.session.tray.is_there
    house.session.tray.new_post_requested.emit()
    assert house.session.host.current_pane == "composer"
    assert house.session.window.isVisible()


def test_hidden_without_a_tray_shows_the_window_after_a_while(make_house: MakeHouse) -> None:
    house = make_house()
    house.has_tray = False
    house.start(hidden=True)
    assert house.session.window.isHidden()
    house.session._show_without_tray()
    assert house.session.window.isVisible()


def test_the_settings_say_what_a_freeze_is(house: House) -> None:
    assert house.session._watchdog._limit_s == 0.2
    house.world.settings.set("freeze-log-ms", "100")
    house.until(lambda: house.session._watchdog._limit_s == 0.1)


def test_a_death_of_the_last_window_is_told_with_its_details(
    make_house: MakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FakeWorkspace(paths=FakePaths(root=tmp_path))
    world.paths.logs_dir.mkdir()
    (world.paths.logs_dir / DeathTrace.FILE).write_text("TikTok Manager\n\nFatal: aborted")
    house = make_house(world)
    notices: list[Notice] = []
    monkeypatch.setattr(house.session.host, "notify", notices.append)
    house.start()
    assert [notice.details for notice in notices] == ["TikTok Manager\n\nFatal: aborted"]


def test_the_theme_of_the_settings_holds_now_and_next_time(house: House) -> None:
    house.world.settings.set("theme", "dark")
    house.until(lambda: house.session.theme.choice.value == "dark")
    assert house.session.memory.theme.value == "dark"
    house.world.settings.set("theme", "light")
    house.until(lambda: house.session.theme.choice.value == "light")


def test_a_surprise_is_shown_with_details_to_copy(house: House) -> None:
    def broken(_token: object) -> None:
        raise ZeroDivisionError("surprise")

    house.session.tasks.run(broken, done=lambda _r: None, failed=lambda _e: None)
    house.until(lambda: house.session.host.messages.banner.notice is not None)
    notice = house.session.host.messages.banner.notice
    assert notice is not None
    assert "ZeroDivisionError: surprise" in notice.details


def test_another_launch_brings_the_window_back(house: House, tmp_path: Path) -> None:
    house.session.window.hide()
    assert not SingleInstance(tmp_path).acquire()
    house.until(house.session.window.isVisible)


def test_a_desktop_that_ends_stops_the_publisher_at_once(house: House) -> None:
    house.session.leaving.on_desktop_ends()
    assert house.world.runner.calls == ["start", "stop"]
    house.session.window.close()  # as the desktop closes it: not into the tray
    house.until(lambda: bool(house.quits))


@pytest.mark.parametrize("sign", ["nobody ends us", "the user comes back", "the user stays"])
def test_a_logout_that_is_called_off_leaves_publishing_on(house: House, sign: str) -> None:
    house.session.leaving.on_desktop_ends()
    assert house.session.leaving._stayed.isActive()
    if sign == "nobody ends us":
        house.session.leaving._stayed.timeout.emit()
    elif sign == "the user comes back":
        house.session._app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    else:
        house.session.leaving._on_answered(False)
    house.until(lambda: house.world.runner.calls == ["start", "stop", "start"])
    house.session.window.close()
    assert house.session.window.isHidden()
    assert not house.quits


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
def test_a_termination_signal_ends_it_in_order(qapp: QApplication, tmp_path: Path) -> None:
    world = FakeWorkspace()

    def when_started() -> None:
        if "start" in world.runner.calls:
            signal.raise_signal(signal.SIGTERM)
            timer.stop()

    timer = QTimer()
    timer.timeout.connect(when_started)
    timer.start(5)
    before = signal.getsignal(signal.SIGTERM)
    code = run(world.typed, lambda _w: world.runner, data_dir=tmp_path, panes=PANES)
    assert code == 0
    assert world.runner.calls == ["start", "stop"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_run_of_a_folder_ends_at_once(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    first = SingleInstance(tmp_path)
    assert first.acquire()
    world = FakeWorkspace()
    with qtbot.waitSignal(first.raise_requested):
        assert run(world.typed, lambda _w: world.runner, data_dir=tmp_path, panes=PANES) == 0
    assert world.runner.calls == []
    first.close()


def test_a_window_closed_before_anything_runs_ends_at_once(
    qapp: QApplication, tmp_path: Path
) -> None:
    opened: list[int] = []

    def open_workspace() -> Workspace:
        opened.append(1)
        return FakeWorkspace().typed()

    front = Front(application([]), tmp_path, PANES)

    def no_session() -> WindowSession:
        return WindowSession(front, open_workspace, lambda _w: FakeWorkspace().runner, instance)

    instance = SingleInstance(tmp_path)
    launch = Launch(front, instance, no_session)
    front.window.first_frame_painted.connect(front.window.close)
    launch.start(hidden=False)
    qapp.exec()
    launch.close()
    assert not opened
    assert front.window.isHidden()


def test_of_two_windows_that_start_together_one_gives_way(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    first = SingleInstance(tmp_path)
    world = FakeWorkspace()
    QTimer.singleShot(0, first.acquire)  # both looked and saw nothing; then this one was quicker
    with qtbot.waitSignal(first.raise_requested):
        assert run(world.typed, lambda _w: world.runner, data_dir=tmp_path, panes=PANES) == 0
    assert world.runner.calls == []
    first.close()


def test_garbage_is_collected_on_this_thread_only(house: House) -> None:
    import gc

    assert not gc.isenabled()
    collect_if_due()


def test_nothing_slow_is_imported_before_the_first_frame(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        import tiktok_manager.__main__
        from tiktok_manager.ui.application import Front, application
        from tiktok_manager.ui.panes import PANES
        from tiktok_manager.ui.single_instance import SingleInstance
        app = application(["x"])
        folder = Path(sys.argv[1])
        assert not SingleInstance(folder).may_be_taken
        window = Front(app, folder, PANES).window
        window.show()
        while not window.is_painted:
            app.processEvents()
        roots = {name.partition(".")[0] for name in sys.modules}
        print(sorted(roots & {"sqlalchemy", "httpx", "pyqtgraph", "numpy", "av", "keyring",
                              "cryptography", "apscheduler", "starlette", "typer", "zoneinfo",
                              "platformdirs", "concurrent"}))
        print(sorted({"PySide6.QtNetwork", "PySide6.QtMultimedia"} & set(sys.modules)))
        print(sorted(m for m in sys.modules if m.startswith("tiktok_manager.")
                     and m.split(".")[1] not in ("ui", "system", "__main__")
                     and m not in ("tiktok_manager.wording", "tiktok_manager.wording.translation")))
        late = ("session", "widgets", "pane_host", "tray")
        print([name for name in late if f"tiktok_manager.ui.{name}" in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "new")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.split("\n")[:4] == ["[]"] * 4
    assert not (tmp_path / "new").exists()


def texts(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel)]
