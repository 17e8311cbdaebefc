"""Posts moved, copied and selected with pointer and keys, in month, week and day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import Desk, FakeFrame, at
from tests.ui.fakes import NOW, ZONE, a_post
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.services.slots import FreeSlot
from tiktok_manager.ui.calendar.grid import DayGrid
from tiktok_manager.ui.calendar.hours import HOUR_PX, lay_out_hours
from tiktok_manager.ui.calendar.moves import Carried, Place, Shift, edit_of, landing
from tiktok_manager.ui.calendar.span import ShownZone, View
from tiktok_manager.ui.calendar.tile import tiles_of
from tiktok_manager.ui.calendar.tiles import TILE
from tiktok_manager.ui.calendar.view import CalendarView
from tiktok_manager.ui.calendar.viewmodel import MORE
from tiktok_manager.ui.frame import NewPost
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.memory import WindowMemory

TODAY = date(2026, 11, 21)
MONDAY = date(2026, 11, 23)
CROWD = date(2026, 11, 24)
BERLIN = ShownZone(name=ZONE)
LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, NONE = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def frame(qtbot: QtBot, tmp_path: Path) -> FakeFrame:
    drawer = Drawer()
    qtbot.addWidget(drawer)
    return FakeFrame(memory=WindowMemory(tmp_path / "window.ini"), drawer=drawer)


@pytest.fixture
def view(qtbot: QtBot, plan: Desk, frame: FakeFrame) -> Iterator[CalendarView]:
    for post in plan.workspace.planning.posts:
        plan.workspace.planning.posts[plan.workspace.planning.posts.index(post)] = replace(
            post, schedule=at_instant(post.due_at, ZONE)
        )
    pane = CalendarView(plan.core, frame)
    qtbot.addWidget(pane)
    pane.resize(1080, 900)
    with qtbot.waitExposed(pane):
        pane.show()
    plan.settle()
    yield pane
    pane.hide()


def carried(*due: datetime, shown: ShownZone = BERLIN, timezone: str = ZONE) -> Carried:
    posts = [
        PostBrief.of(a_post(f"p{n}", schedule=at_instant(each, timezone)))
        for n, each in enumerate(due)
    ]
    tile = tiles_of(shown.day(posts[0]), posts[:1], shown)[0]
    return Carried(tile=tile, posts=posts, zone=shown)


def spot_of(grid: DayGrid, view: CalendarView, day: date, place: int) -> QPoint:
    return next(each.rect for each in grid.spots(day) if each.place == place).center()


def drag(
    grid: DayGrid,
    start: QPoint,
    end: QPoint,
    keys: Qt.KeyboardModifier = NONE,
    *,
    drop: bool = True,
) -> None:
    port = grid.viewport()
    QTest.mousePress(port, LEFT, NONE, start)
    for part in (0.3, 0.7, 1.0):
        point = start + (end - start) * part
        move(grid, point, keys)
    if drop:
        QTest.mouseRelease(port, LEFT, keys, end)


def move(grid: DayGrid, point: QPoint, keys: Qt.KeyboardModifier) -> None:
    port = grid.viewport()
    where = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, port.mapToGlobal(where), Qt.MouseButton.NoButton, LEFT, keys
    )
    QApplication.sendEvent(port, event)


def cell_of(grid: DayGrid, day: date) -> QPoint:
    rect = grid.visualRect(grid.days.index_of(day))
    return QPoint(rect.center().x(), rect.bottom() - 6)


def due(plan: Desk, post_id: str) -> str:
    return f"{plan.workspace.planning.get(post_id).schedule.wall:%d %H:%M}"


# -- decided without a window -------------------------------------------------------------


def test_another_day_keeps_the_local_hour_over_a_change_of_clocks() -> None:
    held = carried(datetime(2026, 10, 23, 16, 0, tzinfo=NOW.tzinfo))
    shift = held.shift_to(Place(day=date(2026, 10, 27)))
    assert shift == Shift(days=4)
    moved = landing(held.tile.post, shift, BERLIN)
    assert (moved.wall.hour, moved.due_at - held.tile.post.due_at) == (
        18,
        timedelta(days=4, hours=1),
    )
    assert edit_of(held.tile.post, shift, BERLIN).shift_days == 4


def test_hours_go_in_quarters_by_the_clock_that_is_shown() -> None:
    held = carried(at(26, 12, 7), timezone="America/New_York")
    shift = held.shift_to(Place(day=date(2026, 11, 26), minute=18 * 60 + 41))
    assert held.words(shift, copies=False) == "Thu 18:45"
    edit = edit_of(held.tile.post, shift, BERLIN)
    assert (edit.when, edit.timezone) == ("2026-11-26T17:45:00+00:00", "America/New_York")
    latest = held.shift_to(Place(day=date(2026, 11, 26), minute=9999))
    assert held.words(latest, copies=True) == "Copy: Thu 23:45"


def test_the_past_and_what_is_over_are_refused_with_words() -> None:
    held = carried(at(26), at(25))
    assert held.why_not(Shift(days=1), NOW, copies=False) == ""
    assert held.why_not(Shift(days=-4, minutes=-1), NOW, copies=False) == "That time has passed."
    sent = replace(held.posts[0], status=PostStatus.PUBLISHED)
    over = replace(held, posts=[sent])
    assert "cannot be moved" in over.why_not(Shift(days=1), NOW, copies=False)
    assert over.why_not(Shift(days=1), NOW, copies=True) == ""
    assert over.why_not(Shift(days=99_999_999), NOW, copies=True) != ""


def test_tiles_that_overlap_stand_beside_each_other() -> None:
    cell = QRect(100, 0, 140, 24 * HOUR_PX)
    first, second, later = lay_out_hours(cell, [60, 70, 300])
    assert not first.rect.intersects(second.rect)
    assert first.rect.width() < later.rect.width()
    assert later.rect.top() == 5 * HOUR_PX
    *stand, more = lay_out_hours(cell, [60] * 9)
    assert (more.place, len(stand) + len(more.hidden)) == (MORE, 9)
    (last,) = lay_out_hours(cell, [24 * 60 - 1])
    assert last.rect.bottom() < 24 * HOUR_PX
    assert TILE < HOUR_PX


# -- pointer ------------------------------------------------------------------------------


def test_drag_to_another_day_keeps_the_hour_and_is_undone(view: CalendarView, plan: Desk) -> None:
    before = plan.workspace.planning.get("first")
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), cell_of(view.grid, date(2026, 11, 26)))
    plan.settle()
    assert due(plan, "first") == "26 16:00"
    assert view.viewmodel.selected is not None
    assert view.viewmodel.selected.post.id == "first"
    assert view.viewmodel.cursor.day == date(2026, 11, 26)
    plan.core.undo.undo()
    plan.settle()
    assert plan.workspace.planning.get("first") == before


def test_ctrl_copies_and_the_copy_can_be_taken_back(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), cell_of(view.grid, MONDAY), CTRL)
    plan.settle()
    assert due(plan, "first") == "21 16:00"
    copy = plan.workspace.planning.posts[-1]
    assert (f"{copy.schedule.wall:%d %H:%M}", copy.status) == ("23 16:00", PostStatus.DRAFT)
    assert "drafts until you agree" in frame.notices[-1].more
    plan.core.undo.undo()
    plan.settle()
    assert plan.workspace.planning.posts[-1].status is PostStatus.CANCELLED


def test_escape_takes_a_drag_back(view: CalendarView, plan: Desk, frame: FakeFrame) -> None:
    end = cell_of(view.grid, MONDAY)
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), end, drop=False)
    assert view.grid._pointer.drag is not None
    view.grid.grab()
    QTest.keyClick(view.grid, Qt.Key.Key_Escape)
    assert not view.grid._pointer.cancel()
    QTest.mouseRelease(view.grid.viewport(), LEFT, NONE, end)
    plan.settle()
    assert due(plan, "first") == "21 16:00"
    assert frame.drawer.content() is None


def test_a_drop_onto_the_past_says_why_not_and_does_nothing(view: CalendarView, plan: Desk) -> None:
    end = cell_of(view.grid, date(2026, 11, 18))
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), end, drop=False)
    held = view.grid._pointer.drag
    assert held is not None
    assert held.why_not == "That time has passed."
    QTest.mouseRelease(view.grid.viewport(), LEFT, NONE, end)
    plan.settle()
    assert plan.workspace.planning.edits == []


def test_what_is_to_be_known_is_told_before_a_move(view: CalendarView, plan: Desk) -> None:
    plan.workspace.planning.findings = (
        Finding(code="in_blackout", params={"account": "alice", "day": "2026-11-23", "note": ""}),
    )
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), cell_of(view.grid, MONDAY))
    plan.settle()
    assert due(plan, "first") == "21 16:00"
    (go_on,) = [b for b in view.window().findChildren(QPushButton) if b.accessibleName() == "Move"]
    go_on.click()
    plan.settle()
    assert due(plan, "first") == "23 16:00"


def test_a_move_of_what_changed_meanwhile_changes_nothing_and_looks_again(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    plan.workspace.planning.change("first", caption="Theirs")
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), cell_of(view.grid, MONDAY))
    plan.settle()
    assert [error.code for error in frame.errors] == ["changed_meanwhile"]
    (again,) = frame.retries
    assert again is not None
    again()
    plan.settle()
    assert view.viewmodel.tiles(TODAY)[0].words == "Theirs"


def test_week_moves_by_quarters_and_shows_where(view: CalendarView, plan: Desk) -> None:
    view._on_view(View.WEEK)
    view.viewmodel.show_day(MONDAY)
    plan.settle()
    grid = view.hours
    view.viewmodel.select(CROWD, 0)
    start = spot_of(grid, view, CROWD, 0)
    drag(grid, start, start + QPoint(0, HOUR_PX // 2), drop=False)
    held = grid._pointer.drag
    assert held is not None
    assert held.words == "Tue 09:30"
    grid.grab()
    QTest.mouseRelease(grid.viewport(), LEFT, NONE, start + QPoint(0, HOUR_PX // 2))
    plan.settle()
    assert due(plan, "crowd-8") == "24 09:30"


def test_week_and_day_open_at_the_hours_of_work(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    view._on_view(View.DAY)
    plan.settle()
    plan.qtbot.waitUntil(lambda: view.hours.verticalScrollBar().value() > 6 * HOUR_PX)
    assert view.hours.days.columnCount() == 1
    QTest.mouseDClick(view.hours.viewport(), LEFT, pos=QPoint(300, 100))
    minute = (view.hours.verticalScrollBar().value() + 100) * 60 // HOUR_PX // 15 * 15
    assert frame.went == [("composer", NewPost(day=TODAY, minute=minute, timezone=ZONE))]


def test_a_post_held_at_the_edge_scrolls_on(view: CalendarView, plan: Desk) -> None:
    view._on_view(View.WEEK)
    view.viewmodel.show_day(MONDAY)
    plan.settle()
    view.viewmodel.select(CROWD, 4)
    bar = view.hours.verticalScrollBar()
    start = spot_of(view.hours, view, CROWD, 4)
    drag(view.hours, start, QPoint(start.x(), 4), drop=False)
    before = bar.value()
    view.hours._pointer._on_edge()
    assert bar.value() < before
    QTest.keyClick(view.hours, Qt.Key.Key_Escape)
    view._on_view(View.MONTH)
    first = view.viewmodel.span.first
    view.grid.scroll_on(1, 8)
    assert view.viewmodel.span.first == first + timedelta(days=7)
    plan.settle()


# -- selecting ----------------------------------------------------------------------------


def test_ctrl_shift_and_a_frame_select(view: CalendarView, plan: Desk, frame: FakeFrame) -> None:
    port, selection = view.grid.viewport(), view.viewmodel.selection
    QTest.mouseClick(port, LEFT, CTRL, spot_of(view.grid, view, TODAY, 0))
    QTest.mouseClick(port, LEFT, CTRL, spot_of(view.grid, view, TODAY, 1))
    assert selection.ids == {"first", "second"}
    QTest.mouseClick(port, LEFT, CTRL, spot_of(view.grid, view, TODAY, 1))
    assert selection.ids == {"first"}
    QTest.mouseClick(port, LEFT, SHIFT, spot_of(view.grid, view, CROWD, 0))
    assert selection.ids == {"second", "crowd-8"}
    cell = view.grid.visualRect(view.grid.days.index_of(CROWD))
    drag(view.grid, cell.topLeft() + QPoint(4, 4), cell.bottomRight() - QPoint(4, 4))
    assert len(selection.ids) == 5
    assert frame.drawer.content() is None
    QTest.keyClick(view.grid, Qt.Key.Key_Escape)
    assert selection.ids == frozenset()
    plan.settle()


def test_a_selection_is_moved_by_any_of_it(view: CalendarView, plan: Desk) -> None:
    port = view.grid.viewport()
    QTest.mouseClick(port, LEFT, CTRL, spot_of(view.grid, view, CROWD, 0))
    QTest.mouseClick(port, LEFT, CTRL, spot_of(view.grid, view, CROWD, 1))
    drag(view.grid, spot_of(view.grid, view, CROWD, 1), cell_of(view.grid, date(2026, 11, 27)))
    plan.settle()
    assert [due(plan, f"crowd-{hour}") for hour in (8, 9, 10)] == [
        "27 09:00",
        "27 10:00",
        "24 11:00",
    ]


# -- keys ---------------------------------------------------------------------------------


def test_alt_and_arrows_move_by_day_week_and_quarter(view: CalendarView, plan: Desk) -> None:
    view.viewmodel.select(CROWD, 0)
    QTest.keyClick(view.grid, Qt.Key.Key_Right, ALT)
    plan.settle()
    assert due(plan, "crowd-8") == "25 09:00"
    QTest.keyClick(view.grid, Qt.Key.Key_Down, ALT)
    plan.settle()
    assert due(plan, "crowd-8") == "02 09:00"
    view._on_view(View.WEEK)
    plan.settle()
    QTest.keyClick(view.hours, Qt.Key.Key_Up, ALT)
    plan.settle()
    assert due(plan, "crowd-8") == "02 08:45"
    for _step in range(3):
        plan.core.undo.undo()
        plan.settle()
    assert due(plan, "crowd-8") == "24 09:00"


def test_the_keyboard_is_told_why_the_past_takes_nothing(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    view.viewmodel.select(TODAY, 0)
    QTest.keyClick(view.grid, Qt.Key.Key_Left, ALT)
    plan.settle()
    assert frame.notices[-1].text == "That time has passed."
    assert due(plan, "first") == "21 16:00"


def test_copied_posts_are_pasted_on_the_day_of_the_cursor(view: CalendarView, plan: Desk) -> None:
    view.viewmodel.select(CROWD, 0)
    QTest.keyClick(view.grid, Qt.Key.Key_C, CTRL)
    view.viewmodel.show_day(date(2026, 12, 1))
    QTest.keyClick(view.grid, Qt.Key.Key_V, CTRL)
    plan.settle()
    copy = plan.workspace.planning.posts[-1]
    assert f"{copy.schedule.wall:%m-%d %H:%M}" == "12-01 09:00"


def test_all_that_is_shown_is_selected_and_cancelled_as_one(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    QTest.keyClick(view.grid, Qt.Key.Key_A, CTRL)
    assert len(view.viewmodel.selection.ids) == 8
    QTest.keyClick(view.grid, Qt.Key.Key_Delete)
    plan.settle()
    posts = plan.workspace.planning.posts
    assert sum(post.status is PostStatus.CANCELLED for post in posts) == 7
    assert frame.notices[-1].text == "7 posts cancelled."
    plan.core.undo.undo()
    plan.settle()
    assert all(post.status is not PostStatus.CANCELLED for post in plan.workspace.planning.posts)


def test_letters_change_the_view(view: CalendarView, plan: Desk) -> None:
    QTest.keyClick(view.grid, Qt.Key.Key_W)
    assert view.hours.isVisible()
    QTest.keyClick(view.hours, Qt.Key.Key_A)
    plan.settle()
    assert view.table.isVisible()
    QTest.keyClick(view.table, Qt.Key.Key_M)
    assert view.grid.isVisible()
    plan.settle()


# -- free slots ---------------------------------------------------------------------------


def with_free_slot(view: CalendarView, plan: Desk, when: datetime, handle: str = "alice") -> None:
    slot = FreeSlot(account_id=f"acc-{handle}", handle=handle, schedule=at_instant(when, ZONE))
    plan.workspace.slots.free.append(slot)
    plan.qtbot.waitUntil(lambda: bool(plan.core.accounts.rows))
    view.viewmodel.ask_anew()
    plan.qtbot.waitUntil(lambda: bool(view.viewmodel.ghosts(when.date())))


def test_a_free_slot_is_pressed_for_a_new_post_of_its_account(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    with_free_slot(view, plan, at(27, 9, 7))
    ((ghost, rect),) = view.grid.ghost_spots(date(2026, 11, 27))
    assert ghost.words == "10:07 @alice"
    QTest.mouseClick(view.grid.viewport(), LEFT, pos=rect.center())
    assert frame.went == [
        (
            "composer",
            NewPost(day=date(2026, 11, 27), minute=607, timezone=ZONE, account_ids=("acc-alice",)),
        )
    ]
    plan.settle()


def test_a_post_dropped_on_a_free_slot_of_its_account_takes_it(
    view: CalendarView, plan: Desk
) -> None:
    with_free_slot(view, plan, at(27, 9, 7))
    ((_ghost, rect),) = view.grid.ghost_spots(date(2026, 11, 27))
    drag(view.grid, spot_of(view.grid, view, TODAY, 0), rect.center())
    plan.settle()
    assert due(plan, "first") == "27 10:07"
    view._on_view(View.WEEK)
    plan.settle()
    view.hours.grab()
