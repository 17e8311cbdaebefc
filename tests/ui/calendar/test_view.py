"""The calendar under keyboard and pointer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import Desk, FakeFrame, at, entry, many_posts
from tests.ui.fakes import ZONE, a_post, refused
from tiktok_manager.domain.accounts import AccountStatus
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.events import PostProgressed
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.domain.posts import Origin, Post, PostStatus
from tiktok_manager.services.hold_reasons import ACCOUNT_PAUSED
from tiktok_manager.ui.calendar.day_list import DayList
from tiktok_manager.ui.calendar.days_model import DaysModel
from tiktok_manager.ui.calendar.tiles import lay_out
from tiktok_manager.ui.calendar.view import CalendarView
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.frame import NewPost
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.kit.labels import PlainText
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.memory import WindowMemory
from tiktok_manager.ui.post import flight_record
from tiktok_manager.ui.post.details import PostDetails, TroubleCard
from tiktok_manager.wording import words

TODAY = date(2026, 11, 21)
CROWD = date(2026, 11, 24)


@pytest.fixture
def frame(qtbot: QtBot, tmp_path: Path) -> FakeFrame:
    drawer = Drawer()
    qtbot.addWidget(drawer)
    return FakeFrame(memory=WindowMemory(tmp_path / "window.ini"), drawer=drawer)


@pytest.fixture
def view(qtbot: QtBot, plan: Desk, frame: FakeFrame) -> Iterator[CalendarView]:
    pane = CalendarView(plan.core, frame)
    qtbot.addWidget(pane)
    pane.resize(1080, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    plan.settle()
    yield pane
    pane.hide()


def press(view: CalendarView, qtbot: QtBot, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(view.grid, key)


def button(content: QWidget, name: str) -> QPushButton:
    found = [each for each in content.findChildren(QPushButton) if each.accessibleName() == name]
    assert len(found) == 1, name
    return found[0]


def details(frame: FakeFrame) -> PostDetails:
    content = frame.drawer.content()
    assert isinstance(content, PostDetails)
    return content


def test_enter_opens_the_post_under_the_cursor(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    press(view, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    plan.settle()
    assert details(frame).viewmodel.post.id == "second"


def test_open_drawer_follows_the_arrows(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    press(view, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Return)
    plan.settle()
    content = details(frame)
    press(view, qtbot, Qt.Key.Key_Down)
    plan.settle()
    assert details(frame) is content
    assert content.viewmodel.post.id == "second"


def test_enter_on_a_day_opens_its_list(view: CalendarView, frame: FakeFrame, qtbot: QtBot) -> None:
    press(view, qtbot, *[Qt.Key.Key_Right] * 3, Qt.Key.Key_Return)
    content = frame.drawer.content()
    assert isinstance(content, DayList)
    assert content.day == CROWD
    assert content.table.model().rowCount() == 5


def test_arrows_go_where_the_user_reads(view: CalendarView, plan: Desk, qtbot: QtBot) -> None:
    press(view, qtbot, Qt.Key.Key_Left)
    assert view.viewmodel.cursor.day == date(2026, 11, 20)
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    press(view, qtbot, Qt.Key.Key_Left)
    assert view.viewmodel.cursor.day == TODAY
    assert not view.grid.grab().toImage().isNull()


def test_n_plans_on_the_day_under_the_cursor(
    view: CalendarView, frame: FakeFrame, qtbot: QtBot
) -> None:
    press(view, qtbot, Qt.Key.Key_Right, Qt.Key.Key_N)
    assert frame.went == [("composer", NewPost(day=date(2026, 11, 22), timezone=ZONE))]


def test_delete_cancels_and_the_notice_undoes_it(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    press(view, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Delete)
    plan.settle()
    assert plan.workspace.planning.get("first").status is PostStatus.CANCELLED
    (notice,) = frame.notices
    assert notice.text == "Cancelled: Sat 16:00 (Berlin) @alice."
    assert notice.step is not None
    notice.step.perform()
    plan.settle()
    assert plan.workspace.planning.get("first").status is PostStatus.SCHEDULED


def test_delete_on_a_bare_day_does_nothing(view: CalendarView, plan: Desk, qtbot: QtBot) -> None:
    press(view, qtbot, Qt.Key.Key_Delete)
    plan.settle()
    assert PostStatus.CANCELLED not in {post.status for post in plan.workspace.planning.posts}


def test_page_keys_and_home_leaf(view: CalendarView, plan: Desk, qtbot: QtBot) -> None:
    press(view, qtbot, Qt.Key.Key_PageDown)
    assert view.viewmodel.span.first == date(2026, 11, 30)
    press(view, qtbot, Qt.Key.Key_Home)
    plan.settle()
    assert view.viewmodel.cursor.day == TODAY


def test_window_shortcuts_are_left_to_the_window(
    view: CalendarView, frame: FakeFrame, qtbot: QtBot
) -> None:
    QTest.keyClick(view.grid, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert frame.went == []


def click_at(view: CalendarView, qtbot: QtBot, day: date, place: int) -> None:
    model = view.grid.model()
    assert isinstance(model, DaysModel)
    cell = view.grid.visualRect(model.index_of(day))
    spot = lay_out(cell, len(view.viewmodel.tiles(day)))[place]
    QTest.mouseClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=spot.rect.center())


def spot_of(view: CalendarView, day: date, place: int) -> QPoint:
    model = view.grid.model()
    assert isinstance(model, DaysModel)
    cell = view.grid.visualRect(model.index_of(day))
    return lay_out(cell, len(view.viewmodel.tiles(day)))[place].rect.center()


def test_a_press_alone_opens_nothing(view: CalendarView, frame: FakeFrame) -> None:
    here, there = spot_of(view, TODAY, 1), spot_of(view, TODAY, 0)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view.grid.viewport(), left, pos=here)
    assert frame.drawer.content() is None
    QTest.mouseRelease(view.grid.viewport(), left, pos=there)
    assert frame.drawer.content() is None


def test_what_can_be_done_with_a_tile_is_asked_for_by_the_other_button(
    view: CalendarView, plan: Desk
) -> None:
    def ask(place: QPoint) -> QMenu:
        viewport = view.grid.viewport()
        mouse = QContextMenuEvent.Reason.Mouse
        event = QContextMenuEvent(mouse, place, viewport.mapToGlobal(place))
        QApplication.sendEvent(viewport, event)
        plan.settle()
        (menu,) = view.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)[1:]
        return menu

    menu = ask(spot_of(view, TODAY, 1))
    actions = {each.text().strip(): each for each in menu.actions()}
    assert set(actions) == {"Retry", "Edit", "Cancel post"}
    actions["Retry"].trigger()
    menu.close()
    plan.settle()
    assert plan.workspace.planning.get("second").status is PostStatus.SCHEDULED


def test_the_wheel_scrolls_by_weeks_and_nothing_else(view: CalendarView, plan: Desk) -> None:
    def turn(units: int) -> None:
        middle = QPointF(view.grid.viewport().rect().center())
        none = Qt.MouseButton.NoButton
        event = QWheelEvent(
            middle,
            view.grid.viewport().mapToGlobal(middle),
            QPoint(),
            QPoint(0, units),
            none,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.grid.viewport(), event)

    for units in (-60, -60, -120):
        turn(units)
    assert view.viewmodel.span.first == date(2026, 11, 30)
    turn(120)
    assert view.viewmodel.span.first == date(2026, 11, 23)
    plan.settle()


def test_one_video_for_many_accounts_opens_as_a_list_of_them(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    origin = Origin(batch="b1")
    many = [a_post(f"many-{n}", f"account{n}", at(26, 9), origin=origin) for n in range(30)]
    plan.workspace.planning.posts += [*many, a_post("alone", due_at=at(26, 10))]
    view.viewmodel.reading.retry()
    plan.settle()
    stack, _alone = view.viewmodel.tiles(date(2026, 11, 26))
    assert view.viewmodel.sentence(stack).startswith("10:00 30 accounts, Scheduled: ")
    click_at(view, plan.qtbot, date(2026, 11, 26), 0)
    content = frame.drawer.content()
    assert isinstance(content, DayList)
    assert content.table.model().rowCount() == 30
    click_row(content.table, 7)
    plan.settle()
    assert details(frame).viewmodel.post.id.startswith("many-")


def test_a_first_read_that_failed_says_so_and_can_be_tried_again(
    qtbot: QtBot, plan: Desk, frame: FakeFrame
) -> None:
    plan.workspace.planning.error = refused()
    pane = CalendarView(plan.core, frame)
    qtbot.addWidget(pane)
    with qtbot.waitExposed(pane):
        pane.show()
    plan.settle()
    assert not pane.bar.hint.isVisible()
    assert not pane.grid.isVisible()
    plan.workspace.planning.error = None
    button(pane, "Try again").click()
    plan.settle()
    assert pane.grid.isVisible()
    assert pane.viewmodel.tiles(TODAY)
    pane.hide()


def test_the_state_shown_is_asked_for_in_month_and_agenda_alike(
    view: CalendarView, plan: Desk
) -> None:
    view.bar.filters.states.button("needs-you").click()
    plan.settle()
    assert view.bar.filters.button.accessibleName() == "Needs you"
    assert [tile.post.id for tile in view.viewmodel.tiles(TODAY)] == ["second"]
    button(view, "Agenda").click()
    plan.settle()
    assert [tile.post.id for tile in view.agenda.model.rows] == ["second"]


def test_accounts_are_picked_for_month_and_agenda_alike(view: CalendarView, plan: Desk) -> None:
    model = plan.core.accounts
    plan.qtbot.waitUntil(lambda: len(model.rows) == 2)
    view.bar.filters.picker.choices.mark({"acc-bob"}, on=True)
    plan.settle()
    assert view.bar.filters.button.accessibleName() == "All posts, 1 account"
    assert [tile.post.id for tile in view.viewmodel.tiles(TODAY)] == ["second"]
    view.bar.filters.picker.choices.mark({"acc-alice"}, on=True)  # that is everybody
    plan.settle()
    assert view.bar.filters.button.accessibleName() == "All posts"
    assert len(view.viewmodel.tiles(TODAY)) == 2


def test_a_jump_leads_to_a_post_that_the_filter_hides(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    view.open_target("needs-you")
    plan.settle()
    view.open_target("first")
    plan.settle()
    assert view.grid.isVisible()
    assert view.bar.filters.button.accessibleName() == "All posts"
    assert view.viewmodel.selected is not None
    assert view.viewmodel.selected.post.id == "first"
    assert details(frame).viewmodel.post.id == "first"


def test_a_post_that_moved_is_where_the_month_is(view: CalendarView, plan: Desk) -> None:
    old = replace(stopped(PostStatus.MISSED, "missed"), schedule=a_post(due_at=at(2)).schedule)
    plan.workspace.planning.posts.append(old)
    view.open_target("stopped")
    plan.settle()
    assert view.viewmodel.span.first == date(2026, 11, 2)
    view.drawer.changes.move_to_next_day(old)
    plan.settle()
    assert TODAY in view.viewmodel.span
    assert view.viewmodel.selected is not None
    assert view.viewmodel.selected.post.id == "stopped"


def test_a_post_that_will_not_go_out_by_itself_says_so_on_its_tile(
    view: CalendarView, plan: Desk
) -> None:
    lost = Finding(code="accounts_not_connected", params={"handles": ("alice",)})
    plan.workspace.blockers.standing = (
        Blocker(finding=lost, account_ids=frozenset({"acc-alice"})),
    )
    plan.qtbot.waitUntil(lambda: bool(plan.core.accounts.rows))
    plan.workspace.accounts._change("acc-alice", status=AccountStatus.NEEDS_RECONNECT)
    calm = view.grid.grab().toImage()
    plan.qtbot.waitUntil(
        lambda: "Reconnect" in view.viewmodel.sentence(view.viewmodel.tiles(TODAY)[0])
    )
    assert view.grid.grab().toImage() != calm


def test_click_on_a_tile_opens_it(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    click_at(view, qtbot, TODAY, 1)
    plan.settle()
    assert details(frame).viewmodel.post.id == "second"
    assert view.viewmodel.cursor.place == 1


def test_click_on_more_opens_the_day_and_leads_back_to_it(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    assert view.grid.visible_tiles(CROWD) < 5
    click_at(view, qtbot, CROWD, -1)
    content = frame.drawer.content()
    assert isinstance(content, DayList)
    content.focus_first()
    QTest.keyClick(content.table, Qt.Key.Key_Return)
    plan.settle()
    opened = details(frame)
    assert opened.viewmodel.post.id == "crowd-8"
    back = button(opened, "All of Tuesday 24 November")
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert isinstance(frame.drawer.content(), DayList)


def click_row(table: QTableView, number: int) -> None:
    place = table.visualRect(table.model().index(number, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_row_of_the_days_list_can_be_clicked_again_and_again(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    """The list is gone by then: it is let go of only after its own mouse event."""
    frame.drawer.resize(360, 600)
    for number in (0, 3, 1, 4, 2):
        click_at(view, qtbot, CROWD, -1)
        days = frame.drawer.content()
        assert isinstance(days, DayList)
        QApplication.processEvents()
        click_row(days.table, number)
        plan.settle()
        assert details(frame).viewmodel.post.id == f"crowd-{8 + number}"
        back = button(details(frame), "All of Tuesday 24 November")
        QTest.mouseClick(back, Qt.MouseButton.LeftButton)
        assert isinstance(frame.drawer.content(), DayList)
        plan.settle()


def test_answers_for_what_the_drawer_let_go_of_reach_nobody(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    for _time in range(5):
        click_at(view, qtbot, TODAY, 0)
        plan.settle()
        content = details(frame)
        content.viewmodel.show(content.viewmodel.post)
        button(content, "Cancel post").click()  # its answer comes when nothing is open
        frame.close_drawer()
        plan.settle()
        assert not view.drawer.is_open
        notice = frame.notices.pop()
        assert notice.step is not None
        notice.step.perform()
        plan.settle()
    assert plan.workspace.planning.get("first").status is PostStatus.SCHEDULED


def test_double_click_on_an_empty_place_plans_there(
    view: CalendarView, frame: FakeFrame, qtbot: QtBot
) -> None:
    model = view.grid.model()
    assert isinstance(model, DaysModel)
    cell = view.grid.visualRect(model.index_of(date(2026, 12, 10)))
    QTest.mouseDClick(view.grid.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert frame.went == [("composer", NewPost(day=date(2026, 12, 10), timezone=ZONE))]


def test_status_line_leads_to_what_needs_the_user(view: CalendarView, plan: Desk) -> None:
    view.open_target("needs-you")
    plan.settle()
    assert [tile.post.id for tile in view.agenda.model.rows] == ["second"]
    assert view.table.isVisible()


def test_jump_opens_a_post_of_another_month(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    plan.workspace.planning.posts.append(a_post("far", due_at=at(1).replace(year=2027)))
    view.open_target("far")
    plan.settle()
    assert view.viewmodel.span.first == date(2027, 11, 1)
    assert details(frame).viewmodel.post.id == "far"


def test_jump_to_a_post_that_is_gone_says_so(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    view.open_target("nowhere")
    plan.settle()
    assert [words(error).title for error in frame.errors] == ["There is no post nowhere."]


def test_agenda_is_remembered(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    QTest.mouseClick(button(view, "Agenda"), Qt.MouseButton.LeftButton)
    plan.settle()
    again = CalendarView(plan.core, frame)
    qtbot.addWidget(again)
    with qtbot.waitExposed(again):
        again.show()
    plan.settle()
    assert again.agenda.model.rowCount() == 7
    again.hide()


def test_captions_are_never_read_as_markup(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    nasty = "<b>bold</b> <img src=x>" + "x" * 2000
    plan.workspace.planning.posts.append(a_post("nasty", due_at=at(21, 10), caption=nasty))
    view.open_target("nasty")
    plan.settle()
    content = details(frame)
    assert content._caption.toPlainText() == nasty
    assert content.minimumSizeHint().width() <= 360
    assert all(
        label.textFormat() is Qt.TextFormat.PlainText for label in content.findChildren(QLabel)
    )


def test_buttons_follow_the_status(view: CalendarView, frame: FakeFrame, plan: Desk) -> None:
    def offered(post_id: str) -> set[str]:
        view.open_target(post_id)
        plan.settle()
        content = details(frame)
        names = (
            *("Retry", "Publish now", "Next day", "Edit", "Choose another file", "Reconnect"),
            *("Cancel post", "Plan it again", "Open on TikTok", "It is there", "Wait"),
        )
        buttons = content.findChildren(QPushButton)
        return {b.accessibleName() for b in buttons if b.isVisibleTo(content)} & set(names)

    plan.workspace.planning.posts.append(
        a_post(
            "online",
            due_at=at(20, 9),
            status=PostStatus.PUBLISHED,
            url="https://www.tiktok.com/@alice/video/1",
        )
    )
    plan.workspace.planning.posts.append(
        a_post(
            "strange",
            due_at=at(20, 10),
            status=PostStatus.PUBLISHED,
            url="https://evil.example/video/1",
        )
    )
    assert offered("first") == {"Edit", "Cancel post"}
    assert offered("second") == {"Retry", "Edit", "Cancel post"}
    assert offered("online") == {"Open on TikTok"}
    assert offered("strange") == set()


def stopped(status: PostStatus, code: str = "x", kind: str = "") -> Post:
    error = Failure(
        code=code,
        kind=FailureClass(kind) if kind else None,
        params={"title": "It stopped.", "hint": "Mend it."},
    )
    return a_post("stopped", due_at=at(20, 9), status=status, error=error)


@pytest.mark.parametrize(
    ("post", "offers"),
    [
        (
            stopped(PostStatus.MISSED, "missed"),
            {"Publish now", "Next day", "Edit", "Cancel post"},
        ),
        (
            stopped(PostStatus.NEEDS_ATTENTION, kind="needs_reconnect"),
            {"Reconnect", "Retry", "Edit", "Cancel post"},
        ),
        (
            stopped(PostStatus.NEEDS_ATTENTION, "spam_risk_text", "needs_edit"),
            {"Edit", "Cancel post"},
        ),
        (
            stopped(PostStatus.NEEDS_ATTENTION, "scope_not_granted", "needs_edit"),
            {"Reconnect", "Retry", "Edit", "Cancel post"},
        ),
        (
            stopped(PostStatus.NEEDS_ATTENTION, "picture_size_check_failed", "needs_edit"),
            {"Choose another file", "Cancel post"},
        ),
        (
            stopped(PostStatus.NEEDS_ATTENTION, "file_changed"),
            {"Choose another file", "Retry", "Cancel post"},
        ),
        (
            replace(stopped(PostStatus.UNCONFIRMED, "no_verdict"), next_try_at=at(20, 12)),
            {"It is there", "It is not there", "Post again…", "Wait", "Look at @alice"},
        ),
        (
            stopped(PostStatus.UNCONFIRMED, "no_verdict"),  # TikTok is not asked any more
            {"It is there", "It is not there", "Post again…", "Look at @alice"},
        ),
    ],
)
def test_what_needs_the_user_has_the_buttons_that_mend_it(
    view: CalendarView, frame: FakeFrame, plan: Desk, post: Post, offers: set[str]
) -> None:
    plan.workspace.planning.posts.append(post)
    view.open_target(post.id)
    plan.settle()
    content = details(frame)
    ways_on = {"Copy", "Show details", "Save…", *["Post again", "Do not post", "Cancel"]}
    buttons = content.findChildren(QPushButton)
    shown = {b.accessibleName() for b in buttons if b.isVisibleTo(content)}
    assert shown - ways_on == offers
    for each in buttons:
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_missed_post_moves_to_the_next_day_at_its_hour(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    plan.workspace.planning.posts.append(stopped(PostStatus.MISSED, "missed"))
    view.open_target("stopped")
    plan.settle()
    button(details(frame), "Next day").click()
    plan.settle()
    ((post_id, change),) = plan.workspace.planning.edits
    assert (post_id, change.when) == ("stopped", "2026-11-22T09:00:00")
    notice = frame.notices[-1]
    assert (notice.text, notice.step_words) == ("Moved: Sun 09:00 (Berlin) @alice.", "Undo")
    assert notice.step is not None
    notice.step.perform()
    plan.settle()
    assert plan.workspace.planning.get("stopped").status is PostStatus.MISSED


def test_a_missed_post_is_published_now(view: CalendarView, frame: FakeFrame, plan: Desk) -> None:
    plan.workspace.planning.posts.append(stopped(PostStatus.MISSED, "missed"))
    view.open_target("stopped")
    plan.settle()
    button(details(frame), "Publish now").click()
    plan.settle()
    assert plan.workspace.planning.get("stopped").status is PostStatus.SCHEDULED


def test_waiting_changes_nothing_and_says_when_tiktok_is_asked(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    post = replace(stopped(PostStatus.UNCONFIRMED, "no_verdict"), next_try_at=at(21, 13))
    plan.workspace.planning.posts.append(post)
    view.open_target("stopped")
    plan.settle()
    button(details(frame), "Wait").click()
    assert not view.drawer.is_open
    assert frame.notices[-1].more == "TikTok is asked again Sat 14:00 (Berlin)."
    assert plan.workspace.planning.get("stopped") == post


def test_all_failed_posts_are_retried_at_once_and_counted(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    plan.workspace.planning.posts.append(a_post("third", "bob", at(20, 9), PostStatus.FAILED))
    plan.core.publishing.reload()
    plan.settle()
    assert not view._retry_all.isVisible()
    view.open_target("needs-you")
    plan.settle()
    assert view._retry_all.isVisible()
    assert view._retry_all.accessibleName() == "Retry all failed (2)"
    view._retry_all.click()
    plan.settle()
    assert frame.notices[-1].text == "2 failed posts go out again."
    plan.qtbot.waitUntil(lambda: not view._retry_all.isVisible())


def test_the_flight_record_is_shown_in_detail_copied_and_saved(
    view: CalendarView,
    frame: FakeFrame,
    plan: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trail = [entry("TikTok opened the upload.", "inited", 3, publish_id="v~1")]
    plan.workspace.planning.trails["first"] = trail
    view.open_target("first")
    plan.settle()
    record = details(frame)._record
    button(record, "Show details").click()
    plan.settle()
    texts = [each for each in record.findChildren(PlainText) if each.isVisibleTo(record)]
    shown = [each.toPlainText() for each in texts]
    assert shown == ["TikTok opened the upload.", "publish id: v~1"]
    button(record, "Copy").click()
    stamp = "Sat 21 Nov 2026, 13:03:00 (Berlin)"
    copied = QGuiApplication.clipboard().text()
    assert copied == f"{stamp}  TikTok opened the upload.\n    publish id: v~1"
    file = tmp_path / "record.json"
    monkeypatch.setattr(flight_record, "ask_record_file", lambda _parent, _post: str(file))
    button(record, "Save…").click()
    plan.settle()
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["id"] == "first"
    assert written["trail"][0]["publish_id"] == "v~1"
    assert frame.notices[-1].text == f"Saved as {file}."


def test_drawer_buttons_do_what_they_say(
    view: CalendarView, frame: FakeFrame, plan: Desk, qtbot: QtBot
) -> None:
    view.open_target("second")
    plan.settle()
    QTest.mouseClick(button(details(frame), "Edit"), Qt.MouseButton.LeftButton)
    assert frame.went == [("composer", "second")]
    QTest.mouseClick(button(details(frame), "Retry"), Qt.MouseButton.LeftButton)
    plan.settle()
    assert plan.workspace.planning.get("second").status is PostStatus.SCHEDULED


def test_a_post_changed_meanwhile_is_shown_again_as_it_is(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    view.open_target("second")
    plan.settle()
    plan.workspace.planning.change("second", caption="Theirs")
    button(details(frame), "Retry").click()
    plan.settle()
    (error,) = frame.errors
    assert error.code == "changed_meanwhile"
    (again,) = frame.retries
    assert again is not None
    again()
    plan.settle()
    assert details(frame).viewmodel.post.caption == "Theirs"


def test_tiktoks_code_is_one_click_away(
    qtbot: QtBot, view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    error = Failure(code="spam_risk", log_id="L9")
    plan.workspace.planning.posts.append(
        a_post("stuck", due_at=at(21, 9), status=PostStatus.NEEDS_ATTENTION, error=error)
    )
    view.open_target("stuck")
    plan.settle()
    (card,) = details(frame).findChildren(TroubleCard)
    assert not card._details.isVisibleTo(card)
    QTest.mouseClick(button(card, "Show details"), Qt.MouseButton.LeftButton)
    assert card._details.isVisibleTo(card)
    QTest.mouseClick(button(card, "Copy"), Qt.MouseButton.LeftButton)
    assert (
        QGuiApplication.clipboard().text() == f"{words(error).title}\nCode: spam_risk\nLog id: L9"
    )


def test_a_post_of_a_paused_account_offers_to_resume_it(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    plan.workspace.accounts.set_paused("acc-alice", True)
    plan.workspace.planning.posts.append(a_post("held", due_at=at(21, 18), error=ACCOUNT_PAUSED))
    view.open_target("held")
    plan.settle()
    content = details(frame)
    assert content._means.text() == "Held until you resume @alice."
    button(content, "Resume account").click()
    plan.qtbot.waitUntil(lambda: not plan.workspace.accounts.get("acc-alice").paused)
    plan.settle()


def test_no_path_however_long_widens_the_drawer(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    path = f"/home/someone/{'a_folder_with_a_very_long_name' * 12}.mp4"
    post = stopped(PostStatus.NEEDS_ATTENTION, "file_changed")
    error = Failure(code="not_found", params={"what": "file", "file": path})
    plan.workspace.planning.posts.append(replace(post, error=error))
    plan.workspace.planning.trails["stopped"] = [entry(f"{path} is gone.", path=path)]
    view.open_target("stopped")
    plan.settle()
    content = details(frame)
    button(content._record, "Show details").click()
    assert content.minimumSizeHint().width() <= frame.drawer.width()
    (card,) = content.findChildren(TroubleCard)
    assert card._text.height() > 3 * card._text.fontMetrics().height()


def test_drawer_shows_progress_and_flight_record(
    view: CalendarView, frame: FakeFrame, plan: Desk
) -> None:
    plan.workspace.planning.posts.append(
        a_post("going", due_at=at(21, 11), status=PostStatus.PUBLISHING)
    )
    plan.workspace.planning.trails["going"] = [
        entry("Planned."),
        entry("TikTok opened the upload.", "inited", 3, publish_id="v~1"),
        entry("Stopped.", "needs_attention", 4),
    ]
    view.open_target("going")
    plan.settle()
    plan.workspace.events.publish(PostProgressed(post_id="going", sent_bytes=50, size_bytes=100))
    content = details(frame)
    assert content._sent.isVisibleTo(content)
    steps = [each.toPlainText() for each in content._record.findChildren(PlainText)]
    stamps = [label.text() for label in content._record.findChildren(QLabel)]
    assert "TikTok opened the upload." in steps
    assert "Sat 21 Nov 2026, 13:03:00 (Berlin)" in stamps
    content.grab()


def test_a_crowded_month_is_painted_tile_by_tile_that_can_be_seen(
    view: CalendarView, plan: Desk
) -> None:
    plan.workspace.planning.posts = many_posts(5000)
    view.viewmodel.reading.retry()
    plan.settle()
    spots = lay_out(view.grid.visualRect(view.grid.currentIndex()), 166)
    assert len(spots) < 8
    assert not view.grid.grab().toImage().isNull()


def test_a_narrow_grid_still_shows_times(view: CalendarView, plan: Desk) -> None:
    view.resize(560, 480)
    view.minute_passed()
    plan.settle()
    view.grid.grab()
    assert view.grid.horizontalHeader().length() <= view.grid.viewport().width()
    last = view.grid.visualRect(view.grid.model().index(4, 6))
    assert last.bottom() <= view.grid.viewport().rect().bottom()


def test_days_are_read_aloud_with_their_posts(plan: Desk) -> None:
    model = CalendarViewModel(plan.core, 1, plan.home)
    days = DaysModel(model)
    QAbstractItemModelTester(days, QAbstractItemModelTester.FailureReportingMode.Fatal, days)
    model.refresh()
    plan.settle()
    words = days.index_of(TODAY).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("Saturday 21 November, today, 2 posts: 16:00 @alice, Scheduled: ")
    assert not days.index_of(date(2027, 5, 1)).isValid()
    model.turn(1)
    plan.settle()


def test_lists_keep_the_rules_of_models(view: CalendarView, plan: Desk) -> None:
    for model in (view.agenda.model,):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    view.open_target("needs-you")
    plan.settle()
    plan.workspace.planning.retry("second")
    plan.settle()
    view.agenda.set_filter(view.agenda.filter)
    plan.settle()
    plan.qtbot.waitUntil(lambda: view.agenda.pages.reading.stage is Stage.EMPTY)


def test_hovering_a_tile_points(view: CalendarView, qtbot: QtBot) -> None:
    model = view.grid.model()
    assert isinstance(model, DaysModel)
    cell = view.grid.visualRect(model.index_of(TODAY))
    spot = lay_out(cell, 2)[0].rect.center()
    QTest.mouseMove(view.grid.viewport(), QPoint(spot.x(), spot.y()))
    assert view.grid.hovered == (TODAY, 0)


def doubted(view: CalendarView, plan: Desk, frame: FakeFrame) -> PostDetails:
    """Open a post of which TikTok says nothing."""
    before = plan.workspace.planning.get("first")
    plan.workspace.planning.put(replace(before, status=PostStatus.UNCONFIRMED))
    view.open_target("first")
    plan.qtbot.waitUntil(lambda: view.drawer.is_open)
    plan.settle()
    return details(frame)


@pytest.mark.parametrize(
    ("words", "posted", "after"),
    [
        ("It is there", True, PostStatus.PUBLISHED),
        ("It is not there", False, PostStatus.NEEDS_ATTENTION),
    ],
)
def test_the_users_word_settles_an_unconfirmed_post(
    view: CalendarView,
    plan: Desk,
    frame: FakeFrame,
    words: str,
    posted: bool,
    after: PostStatus,
) -> None:
    content = doubted(view, plan, frame)
    assert button(content, "Look at @alice").isVisibleTo(content)
    button(content, words).click()
    plan.qtbot.waitUntil(lambda: content.viewmodel.post.status is after)
    assert plan.workspace.planning.resolved == [("first", posted, False)]
    assert not button(content, words).isVisibleTo(content)


def test_posting_again_is_asked_in_place_because_a_double_cannot_be_undone(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    content = doubted(view, plan, frame)
    ask = button(content, "Post again…")
    ask.click()
    sure = button(content, "Post again")
    assert sure.isVisibleTo(content)
    button(content, "Do not post").click()
    assert not sure.isVisibleTo(content)
    assert plan.workspace.planning.resolved == []
    ask.click()
    sure.click()
    plan.qtbot.waitUntil(lambda: content.viewmodel.post.status is PostStatus.SCHEDULED)
    assert plan.workspace.planning.resolved == [("first", False, True)]


def test_an_open_confirmation_never_carries_over_to_the_next_post(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    content = doubted(view, plan, frame)
    planning = plan.workspace.planning
    words = "Second\nwalk " + "through the woods " * 4
    other = planning.put(
        replace(planning.get("second"), status=PostStatus.UNCONFIRMED, caption=words, error=None)
    )
    button(content, "Post again…").click()
    view.drawer.open_post(other, focus=False)
    assert details(frame) is content
    assert not button(content, "Post again").isVisibleTo(content)
    button(content, "Post again…").click()
    warning = next(x for x in content.findChildren(QLabel) if "gets it twice" in x.text())
    assert warning.text().startswith(
        "“Second walk through the woods through…”, "
        "planned for Sat 21 Nov 2026, 18:30 (Berlin): if it is there after all, @bob"
    )
    plan.settle()
    assert button(content, "Post again").isVisibleTo(content)
    assert planning.resolved == []


def test_a_settled_post_asks_nothing(view: CalendarView, plan: Desk, frame: FakeFrame) -> None:
    view.open_target("first")
    plan.qtbot.waitUntil(lambda: view.drawer.is_open)
    assert not button(details(frame), "It is there").isVisibleTo(details(frame))


def test_lost_permission_leads_to_its_account(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    lost = Failure(
        code="x",
        kind=FailureClass("needs_reconnect"),
        params={"title": "Gone.", "hint": "Reconnect."},
    )
    before = plan.workspace.planning.get("first")
    plan.workspace.planning.put(replace(before, status=PostStatus.NEEDS_ATTENTION, error=lost))
    view.open_target("first")
    plan.qtbot.waitUntil(lambda: view.drawer.is_open)
    button(details(frame), "Reconnect").click()
    assert frame.went == [("accounts", "acc-alice")]
