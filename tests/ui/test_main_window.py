"""The frame: keys, jumps, drawer, notices, the passphrase, and what it remembers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import FakeVault, FakeWorkspace, a_post, an_account, refused
from tiktok_manager.domain.errors import (
    AppKeysMissing,
    Cancelled,
    ChangedMeanwhile,
    ReconnectNeeded,
    VaultLocked,
)
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.frame import Core, Frame, Pane
from tiktok_manager.ui.key_sheet import KeySheet
from tiktok_manager.ui.kit.access import lead_to
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.main_window import MainWindow, first_place
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.pane_host import PaneHost


class Page(PaneView):
    """A pane that remembers what it was asked to show."""

    def __init__(self, name: str, shown: list[tuple[str, object]]) -> None:
        super().__init__()
        self._name = name
        self._shown = shown
        self.field = QLineEdit()
        self.field.setAccessibleName("Field")
        self.body.addWidget(self.field)

    def open_target(self, target: object) -> None:
        self._shown.append((self._name, target))


@dataclass
class Stage:
    """A window over fakes, and what its panes were asked."""

    desk: Desk
    window: MainWindow
    host: PaneHost
    memory: WindowMemory
    shown: list[tuple[str, object]] = field(default_factory=list)

    @property
    def notice(self) -> Notice | None:
        return self.host.messages.banner.notice

    def button(self, text: str) -> QAbstractButton:
        return next(
            b
            for b in self.window.findChildren(QAbstractButton)
            if text in (b.text().strip(), b.accessibleName())
        )


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(make_desk: MakeDesk, tmp_path: Path) -> Iterator[MakeStage]:
    windows: list[MainWindow] = []

    def make(world: FakeWorkspace | None = None, *, is_open: bool = True) -> Stage:
        desk = make_desk(world or FakeWorkspace(posts=[a_post()], with_accounts=[an_account()]))
        shown: list[tuple[str, object]] = []

        def pane(name: str, *, in_rail: bool = True) -> Pane:
            def build(_core: Core, _frame: Frame) -> PaneView:
                return Page(name, shown)

            return Pane(name=name, words=name.title, icon="calendar", build=build, in_rail=in_rail)

        panes = (pane("accounts"), pane("calendar"), pane("composer", in_rail=False))
        memory = WindowMemory(tmp_path / "window.ini")
        window = MainWindow(panes, memory)
        host = PaneHost(window, panes, memory)
        windows.append(window)
        window.resize(1024, 700)
        window.show()
        window.activateWindow()
        if is_open:
            desk.world.runner.start()
            host.attach(desk.core)
            desk.publishing.reload()
            desk.settle()
        return Stage(desk, window, host, memory, shown)

    yield make
    for window in windows:
        window.close_for_good()
        window.deleteLater()


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage()


def a_page(stage: Stage) -> Page:
    page = stage.host._views["accounts"]
    assert isinstance(page, Page)
    return page


def press(qtbot: QtBot, widget: QWidget, keys: str) -> None:
    QTest.keySequence(widget, QKeySequence(keys))


def test_the_first_frame_stands_before_anything_is_read(make_stage: MakeStage) -> None:
    stage = make_stage(is_open=False)
    assert stage.host.current_pane == ""
    assert stage.window.windowTitle() == "TikTok Manager"
    assert not stage.button("New post").isEnabled()
    stage.host.go("calendar")
    assert stage.host.current_pane == ""


def test_the_first_frame_names_the_pane_that_is_about_to_come(make_stage: MakeStage) -> None:
    stage = make_stage(is_open=False)
    assert stage.window.top_bar.title == "Accounts"
    assert stage.button("Accounts").isChecked()
    stage.host.show_failure(refused(), lambda: None)
    assert stage.window.top_bar.title == "Cannot open"
    assert not stage.button("Accounts").isChecked()


def test_the_first_frame_is_announced_once(make_stage: MakeStage, qtbot: QtBot) -> None:
    stage = make_stage(is_open=False)
    painted: list[int] = []
    stage.window.first_frame_painted.connect(lambda: painted.append(1))
    stage.window.repaint()
    qtbot.waitUntil(lambda: bool(painted))
    stage.window.repaint()
    stage.desk.settle()
    assert painted == [1]


def test_the_rail_leads_to_the_panes(stage: Stage, qtbot: QtBot) -> None:
    assert stage.host.current_pane == "accounts"
    QTest.mouseClick(stage.button("Calendar"), Qt.MouseButton.LeftButton)
    assert stage.host.current_pane == "calendar"
    assert stage.button("Calendar").isChecked()
    assert not stage.button("Accounts").isChecked()
    QTest.mouseClick(stage.button("Calendar"), Qt.MouseButton.LeftButton)
    assert stage.button("Calendar").isChecked()


def test_a_pane_may_rename_itself_while_it_is_in_front(stage: Stage) -> None:
    stage.host.go("calendar")
    stage.host._views["accounts"].setWindowTitle("Behind")
    assert stage.window.top_bar.title == "Calendar"
    stage.host._views["calendar"].setWindowTitle("One day")
    assert stage.window.top_bar.title == "One day"
    stage.host._views["calendar"].setWindowTitle("")
    assert stage.window.top_bar.title == "Calendar"
    stage.host.go("accounts")
    assert stage.window.top_bar.title == "Behind"


def test_panes_have_number_keys_and_new_post_its_own(stage: Stage, qtbot: QtBot) -> None:
    press(qtbot, stage.window, "Ctrl+2")
    assert stage.host.current_pane == "calendar"
    press(qtbot, stage.window, "Ctrl+N")
    assert stage.host.current_pane == "composer"
    assert stage.shown == [("composer", "new")]


def test_each_start_begins_with_the_first_pane_which_tells_how_things_are(
    make_stage: MakeStage,
) -> None:
    make_stage().host.go("calendar")
    assert make_stage().host.current_pane == "accounts"


def test_the_pane_in_front_comes_back_when_the_workspace_is_opened_anew(stage: Stage) -> None:
    stage.host.go("calendar")
    stage.host.detach("Restoring…")
    assert stage.window.top_bar.title == "Calendar"
    stage.host.attach(stage.desk.core)
    assert stage.host.current_pane == "calendar"


def test_a_folded_rail_keeps_names_for_readers_and_stays_folded(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.button("Fold the rail").click()
    assert stage.button("Calendar").toolTip() == "Calendar"
    assert make_stage().window.rail._is_folded


def test_size_and_place_come_back(make_stage: MakeStage) -> None:
    stage = make_stage()
    stage.window.resize(760, 640)
    stage.window.close_for_good()
    again = make_stage(is_open=False)
    again.window._restore()
    assert (again.window.width(), again.window.height()) == (760, 640)


@pytest.mark.parametrize(
    "screen",
    [
        QRect(0, 0, 1920, 1080),
        QRect(64, 28, 1216, 772),
        QRect(0, 0, 1024, 700),
        QRect(9, 9, 640, 400),
    ],
)
def test_the_first_window_is_whole_on_its_screen(screen: QRect) -> None:
    place = first_place(screen)
    assert screen.contains(place)
    assert place.top() - screen.top() >= 30  # room for its title
    assert place.width() == min(1280, screen.width() - 8)


def test_jumping_finds_panes_accounts_and_posts(stage: Stage, qtbot: QtBot) -> None:
    press(qtbot, stage.window, "Ctrl+K")
    search = stage.host._search
    assert search.hasFocus()
    QTest.keyClicks(search, "ali")
    qtbot.waitUntil(lambda: bool(stage.host._jump.results))
    assert stage.host._jump.results[0].title == "@alice"
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert stage.shown == [("accounts", "acc-alice")]
    assert search.text() == ""
    assert stage.host.popup.isHidden()


def test_jumping_finds_a_post_by_its_words(stage: Stage, qtbot: QtBot) -> None:
    press(qtbot, stage.window, "Ctrl+K")
    QTest.keyClicks(stage.host._search, "autumn")
    qtbot.waitUntil(lambda: bool(stage.host._jump.results))
    result = stage.host._jump.results[0]
    assert result.title == "Autumn walk #slow"
    assert result.detail == "Scheduled · Sat 18:30 (Berlin) · @alice"


def test_what_was_chosen_stays_chosen_when_more_is_found(stage: Stage, qtbot: QtBot) -> None:
    press(qtbot, stage.window, "Ctrl+K")
    search, popup = stage.host._search, stage.host.popup
    stage.desk.world.planning.search_gate.clear()
    QTest.keyClicks(search, "a")
    QTest.keyClick(search, Qt.Key.Key_Down)
    chosen = popup._list.currentItem().text()
    stage.desk.world.planning.search_gate.set()
    qtbot.waitUntil(lambda: not stage.host._jump.is_searching)
    assert popup._list.currentItem().text() == chosen


def test_a_pane_chosen_while_the_workspace_is_opened_is_the_one_it_opens_with(
    make_stage: MakeStage,
) -> None:
    stage = make_stage(is_open=False)
    stage.button("Calendar").click()
    assert stage.window.top_bar.title == "Calendar"
    assert stage.button("Calendar").isChecked()
    stage.host.attach(stage.desk.core)
    assert stage.host.current_pane == "calendar"


def test_a_question_mark_shows_the_keys_and_any_key_puts_them_away(
    stage: Stage, qtbot: QtBot
) -> None:
    page = stage.host._views["accounts"]
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    page.setFocus()
    QTest.keyClick(stage.window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    (sheet,) = stage.window.findChildren(KeySheet)
    assert "Ctrl+N: New post" in sheet.accessibleDescription()
    assert sheet.hasFocus()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    assert page.hasFocus()


def test_a_question_mark_in_a_field_is_written(stage: Stage) -> None:
    page = stage.host._views["accounts"]
    assert isinstance(page, Page)
    page.field.setFocus()
    QTest.keyClicks(page.field, "why?")
    assert page.field.text() == "why?"
    assert not stage.window.findChildren(KeySheet)


def test_ctrl_q_asks_to_quit(stage: Stage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stage.host.quit_requested):
        press(qtbot, stage.window, "Ctrl+Q")


def test_enter_presses_the_button_that_has_the_focus(stage: Stage) -> None:
    pressed: list[str] = []
    page = stage.host._views["accounts"]
    plain, small = QPushButton("Do it", page), QToolButton(page)
    for button, keys in ((plain, Qt.Key.Key_Return), (small, Qt.Key.Key_Enter)):
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda _checked=False, b=button: pressed.append(b.text()))
        button.show()
        button.setFocus()
        QTest.keyClick(button, keys)
    assert pressed == ["Do it", ""]
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True
    )
    QApplication.sendEvent(small, held)
    assert pressed == ["Do it", ""]


def test_messages_stay_clear_of_a_foot_that_grows(stage: Stage, qtbot: QtBot) -> None:
    foot = QWidget()
    foot.setFixedHeight(40)
    foot.hide()
    a_page(stage).add_foot(foot)
    stage.host.notify(Notice(text="Look"))
    banner = stage.host.messages.banner

    def is_clear() -> bool:
        below = foot.mapTo(stage.window, QPoint()).y()
        return 0 < below - banner.mapTo(stage.window, banner.rect().bottomLeft()).y() < 40

    foot.show()
    qtbot.waitUntil(is_clear)
    foot.setFixedHeight(120)
    qtbot.waitUntil(is_clear)


def test_the_ring_of_the_focus_is_for_the_keyboard_alone(stage: Stage, qtbot: QtBot) -> None:
    button = stage.window.top_bar.new_post
    handle = stage.window.windowHandle()
    assert handle is not None
    spot = button.mapTo(stage.window, button.rect().center())
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    button.setFocus()
    assert button.property("ring") == "off"
    QTest.keyClick(handle, Qt.Key.Key_Down)
    assert button.property("ring") == "on"
    stage.button("Calendar").setFocus()
    assert stage.button("Calendar").property("ring") == "on"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    lead_to(button)  # a click may lead the keyboard somewhere: that place is to be seen
    assert button.property("ring") == "on"


def test_arrows_choose_and_escape_gives_the_focus_back(stage: Stage, qtbot: QtBot) -> None:
    page = a_page(stage)
    page.field.setFocus()
    press(qtbot, stage.window, "Ctrl+K")
    search = stage.host._search
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert stage.host.popup._list.currentRow() == 1
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert stage.host.popup.isHidden()
    assert page.field.hasFocus()


def test_the_drawer_lies_over_the_page_and_moves_nothing(stage: Stage) -> None:
    page = a_page(stage)
    page.add_controls(QPushButton("Controls"))
    before = (page.geometry(), page.field.geometry(), stage.window.rail.width())
    stage.host.open_drawer("@alice", QLabel("details"))
    stage.desk.settle()
    assert (page.geometry(), page.field.geometry(), stage.window.rail.width()) == before
    drawer = stage.host.drawer
    assert (drawer.width(), drawer.geometry().right()) == (360, page.geometry().right())
    assert drawer.y() == page.bar_height_px > 0
    stage.window.resize(1200, 800)
    stage.desk.settle()
    assert drawer.geometry().bottomRight() == page.geometry().bottomRight()


def test_drawer_and_messages_change_sides_with_the_direction_of_reading(stage: Stage) -> None:
    stage.window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    stage.host.open_drawer("@alice", QLabel("details"))
    stage.host.notify(Notice(text="Moved.", stays=False))
    stage.desk.settle()
    drawer, messages = stage.host.drawer.geometry(), stage.host.messages.geometry()
    assert drawer.left() == 0
    assert messages.left() > drawer.right()
    assert messages.right() <= stage.window.page_area.width()


@pytest.mark.parametrize(("width_px", "room_px"), [(1440, 360), (1024, 0)])
def test_rows_that_keep_their_place_make_room_in_a_wide_window(
    stage: Stage, width_px: int, room_px: int
) -> None:
    page = a_page(stage)
    page.gives_way = True
    stage.window.resize(width_px, 800)
    stage.desk.settle()
    full_px = page.field.width()
    stage.host.open_drawer("@alice", QLabel("details"))
    stage.desk.settle()
    assert full_px - page.field.width() == room_px
    stage.host.close_drawer()
    stage.desk.settle()
    assert page.field.width() == full_px


@pytest.mark.parametrize("where", ["pane", "drawer", "window"])
def test_escape_closes_the_drawer_from_anywhere(stage: Stage, where: str) -> None:
    page = a_page(stage)
    page.field.setFocus()
    stage.host.open_drawer("@alice", QPushButton("Details"))
    places = {"pane": page.field, "drawer": stage.host.drawer, "window": stage.window}
    QTest.keyClick(places[where], Qt.Key.Key_Escape)
    assert stage.host.drawer.isHidden()
    assert page.field.hasFocus()


def test_focus_that_came_from_something_gone_goes_to_the_pane(stage: Stage, qtbot: QtBot) -> None:
    page = a_page(stage)
    row = QPushButton("A row")
    page.body.addWidget(row)
    row.show()
    row.setFocus()
    inside = QPushButton("Details")
    stage.host.open_drawer("@alice", inside)
    inside.setFocus()
    row.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(row))
    QTest.keyClick(inside, Qt.Key.Key_Escape)
    assert stage.host.drawer.isHidden()
    assert page.field.hasFocus()


def test_another_pane_closes_the_drawer_and_frees_its_content(stage: Stage, qtbot: QtBot) -> None:
    content = QLabel("details")
    gone: list[int] = []
    content.destroyed.connect(lambda: gone.append(1))
    stage.host.open_drawer("@alice", content)
    stage.host.go("calendar")
    qtbot.waitUntil(lambda: bool(gone))
    assert stage.host.drawer.content() is None


def test_the_status_line_tells_and_leads_on(make_stage: MakeStage, qtbot: QtBot) -> None:
    posts = [a_post(), a_post("bad", status=PostStatus.FAILED)]
    stage = make_stage(FakeWorkspace(posts=posts))
    line = stage.window.status_line
    assert line._line.text().strip() == "Publishing: next Sat 18:30 (Berlin) @alice"
    QTest.mouseClick(line._line, Qt.MouseButton.LeftButton)
    QTest.mouseClick(line._needs, Qt.MouseButton.LeftButton)
    assert stage.shown == [("calendar", "post-1"), ("calendar", "needs-you")]


def test_a_click_on_paused_offers_to_resume(stage: Stage, qtbot: QtBot) -> None:
    line = stage.window.status_line._line
    stage.desk.core.publishing.set_paused(True)
    qtbot.waitUntil(lambda: line.text().strip().startswith("Paused"))
    line.click()
    assert not stage.desk.world.settings.publishing_on()
    stage.button("Resume publishing").click()
    qtbot.waitUntil(stage.desk.world.settings.publishing_on)
    assert stage.notice is None


def test_the_offer_to_resume_leaves_when_it_is_resumed_elsewhere(
    stage: Stage, qtbot: QtBot
) -> None:
    line = stage.window.status_line._line
    stage.desk.core.publishing.set_paused(True)
    qtbot.waitUntil(lambda: line.text().strip().startswith("Paused"))
    line.click()
    assert stage.notice is not None
    stage.desk.world.settings.set("publishing", "on")
    qtbot.waitUntil(lambda: stage.notice is None)


def test_undo_runs_from_the_keyboard_and_says_so(stage: Stage, qtbot: QtBot) -> None:
    undone: list[int] = []
    stage.desk.core.undo.did(
        "Move post", undo=lambda _t: undone.append(1), redo=lambda _t: undone.append(2)
    )
    press(qtbot, stage.window, "Ctrl+Z")
    qtbot.waitUntil(lambda: bool(stage.host.messages.passing))
    (told,) = stage.host.messages.passing
    assert told.text == "Undone: Move post"
    press(qtbot, stage.window, "Ctrl+Shift+Z")
    qtbot.waitUntil(lambda: undone == [1, 2])


def test_undo_in_a_text_field_is_the_fields_own(stage: Stage, qtbot: QtBot) -> None:
    page = a_page(stage)
    undone: list[int] = []
    stage.desk.core.undo.did("x", undo=lambda _t: undone.append(1), redo=lambda _t: None)
    page.field.setFocus()
    QTest.keyClicks(page.field, "abc")
    QTest.keyClick(page.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.desk.settle()
    assert page.field.text() == ""
    assert not undone


def test_missing_keys_lead_to_the_settings(stage: Stage) -> None:
    stage.host.show_error(AppKeysMissing(title="There are no TikTok app keys yet."))
    notice = stage.notice
    assert notice is not None
    assert notice.step_words == "Enter app keys"


def test_what_another_hand_changed_meanwhile_leads_to_the_post_as_it_is(stage: Stage) -> None:
    stage.host.show_error(ChangedMeanwhile("post", "post-1"))
    notice = stage.notice
    assert notice is not None
    assert notice.step_words == "Look again"
    assert notice.step is not None
    notice.step.perform()
    assert stage.host.current_pane == "calendar"


def test_a_lost_permission_leads_to_the_accounts(stage: Stage, qtbot: QtBot) -> None:
    stage.host.go("calendar")
    stage.host.show_error(ReconnectNeeded(title="TikTok took the permission back."))
    QTest.mouseClick(stage.button("Reconnect"), Qt.MouseButton.LeftButton)
    assert stage.host.current_pane == "accounts"


def test_other_errors_can_be_tried_again(stage: Stage) -> None:
    tried: list[int] = []
    stage.host.show_error(refused(), lambda: tried.append(1))
    stage.button("Try again").click()
    assert tried == [1]


def test_what_the_user_cancelled_is_no_error(stage: Stage) -> None:
    stage.host.show_error(Cancelled(title="Cancelled."))
    assert stage.notice is None


def test_a_locked_vault_asks_in_place_and_goes_on(make_stage: MakeStage, qtbot: QtBot) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("correct horse")
    stage = make_stage(world)
    went_on: list[int] = []
    stage.host.show_error(VaultLocked(title="Locked."), lambda: went_on.append(1))
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.isVisible)
    assert bar.field.echoMode() == QLineEdit.EchoMode.Password
    QTest.keyClicks(bar.field, "wrong")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bar.notice is not None and "wrong" in bar.notice.more)
    bar.field.clear()
    QTest.keyClicks(bar.field, "correct horse")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: went_on == [1])
    assert bar.isHidden()
    assert bar.field.text() == ""


def test_locked_posts_are_asked_about_once_and_then_by_the_status_line(
    make_stage: MakeStage, qtbot: QtBot
) -> None:
    world = FakeWorkspace(posts=[a_post()])
    world.vault = FakeVault("correct horse")
    stage = make_stage(world)
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.isVisible)
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    stage.desk.publishing.reload()
    stage.desk.settle()
    assert bar.isHidden()
    stage.window.status_line._line.click()
    qtbot.waitUntil(bar.isVisible)
    QTest.keyClicks(bar.field, "correct horse")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "wake" in world.runner.calls)
    line = stage.window.status_line._line
    qtbot.waitUntil(lambda: "next Sat 18:30" in line.text())


def test_the_passphrase_gives_the_focus_back(make_stage: MakeStage, qtbot: QtBot) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("later", exists=False)
    stage = make_stage(world)
    page = a_page(stage)
    page.field.setFocus()
    stage.host.ask_passphrase(lambda: None)
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.field.hasFocus)
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert page.field.hasFocus()


def test_the_passphrase_goes_although_what_had_the_focus_is_gone(
    make_stage: MakeStage, qtbot: QtBot
) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("correct horse")
    stage = make_stage(world)
    page = a_page(stage)
    row = QPushButton("A row")
    page.body.addWidget(row)
    row.show()
    row.setFocus()
    stage.host.ask_passphrase(lambda: None)
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.field.hasFocus)
    row.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(row))
    QTest.keyClicks(bar.field, "correct horse")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(bar.isHidden)
    assert page.field.hasFocus()


def test_not_now_forgets_what_waited(make_stage: MakeStage, qtbot: QtBot) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("correct horse")
    stage = make_stage(world)
    went_on: list[int] = []
    stage.host.ask_passphrase(lambda: went_on.append(1))
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.isVisible)
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()
    world.vault.unlock("correct horse")
    stage.host.ask_passphrase(lambda: went_on.append(2))
    qtbot.waitUntil(lambda: bool(went_on))
    assert went_on == [2]


def test_a_new_vault_is_explained(make_stage: MakeStage, qtbot: QtBot) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("later", exists=False)
    stage = make_stage(world)
    stage.host.ask_passphrase(lambda: None)
    bar = stage.host.messages.banner
    qtbot.waitUntil(bar.isVisible)
    assert bar.notice is not None
    assert bar.notice.text == "Choose a passphrase"


def test_a_keyring_that_stays_shut_is_said_not_asked_again(
    make_stage: MakeStage, qtbot: QtBot
) -> None:
    world = FakeWorkspace()
    world.vault = FakeVault("in the keyring")
    world.vault.asks = False
    stage = make_stage(world)
    tried: list[int] = []
    stage.host.show_error(VaultLocked(title="The keyring is locked."), lambda: tried.append(1))
    qtbot.waitUntil(lambda: stage.notice is not None)
    assert stage.notice is not None
    assert stage.notice.secret is None
    assert not tried


def test_a_workspace_that_cannot_be_opened_says_why(make_stage: MakeStage) -> None:
    stage = make_stage(is_open=False)
    tried: list[int] = []
    stage.host.show_failure(refused("The data folder cannot be written."), lambda: tried.append(1))
    texts = [label.text() for label in stage.window.findChildren(QLabel)]
    assert "The data folder cannot be written." in texts
    stage.button("Try again").click()
    assert tried == [1]


def test_closing_asks_whoever_owns_the_window(stage: Stage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stage.window.close_requested):
        assert not stage.window.close()
    assert stage.window.isVisible()


def test_every_control_has_a_name_and_can_be_reached(stage: Stage) -> None:
    stage.host.open_drawer("@alice", QLabel("details"))
    for control in stage.window.findChildren(QWidget):
        if not isinstance(control, QAbstractButton | QLineEdit) or not control.isVisible():
            continue
        if isinstance(control.parent(), QLineEdit):
            continue  # a picture inside a field, no control
        seen = QAccessible.queryAccessibleInterface(control)
        assert seen.text(QAccessible.Text.Name).strip(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()


def test_messages_move_nothing_and_keep_clear_of_drawer_and_foot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = a_page(stage)
    monkeypatch.setattr(Page, "foot_height_px", 56)
    before = (page.geometry(), page.field.geometry())
    stage.host.show_error(refused())
    stage.host.notify(Notice(text="Moved.", stays=False))
    stage.host.open_drawer("@alice", QLabel("details"))
    stage.desk.settle()
    assert (page.geometry(), page.field.geometry()) == before
    messages, drawer = stage.host.messages.geometry(), stage.host.drawer.geometry()
    assert messages.right() < drawer.left()
    assert messages.bottom() < page.height() - 56


def test_nothing_is_wider_than_a_small_window(stage: Stage) -> None:
    stage.host.notify(Notice(text="Something happened. " * 8, more="And more. " * 20))
    stage.host.open_drawer("@alice", QLabel("details"))
    assert stage.window.minimumSizeHint().width() <= 1024
    for control in stage.window.findChildren(QPushButton):
        if control.isVisible() and control.parentWidget() is not stage.window.status_line:
            assert control.width() >= control.minimumSizeHint().width(), control.text()


def test_ages_move_on_only_while_somebody_looks(stage: Stage) -> None:
    assert stage.host._ages.isActive()
    stage.window.hide()
    assert not stage.host._ages.isActive()
    stage.window.show()
    assert stage.host._ages.isActive()
