"""Many posts changed as one, filters with their names, and by whose clock times are shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import Desk, FakeFrame, at
from tests.ui.fakes import NOW, ZONE, a_post
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Origin, PostStatus, Privacy
from tiktok_manager.domain.schedule import at_instant
from tiktok_manager.services.presets import CALENDAR_VIEW
from tiktok_manager.ui.calendar.bulk_form import BulkForm, BulkWish
from tiktok_manager.ui.calendar.day_list import DayList
from tiktok_manager.ui.calendar.filters import NO_FILTER, Filter, Show
from tiktok_manager.ui.calendar.span import ShownZone, View
from tiktok_manager.ui.calendar.view import CalendarView
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.memory import WindowMemory

CROWD = date(2026, 11, 24)
BERLIN = ShownZone(name=ZONE)


@pytest.fixture
def frame(qtbot: QtBot, tmp_path: Path) -> FakeFrame:
    drawer = Drawer()
    qtbot.addWidget(drawer)
    return FakeFrame(memory=WindowMemory(tmp_path / "window.ini"), drawer=drawer)


@pytest.fixture
def view(qtbot: QtBot, plan: Desk, frame: FakeFrame) -> Iterator[CalendarView]:
    planning = plan.workspace.planning
    planning.posts = [replace(p, schedule=at_instant(p.due_at, ZONE)) for p in planning.posts]
    pane = CalendarView(plan.core, frame)
    qtbot.addWidget(pane)
    pane.resize(1080, 900)
    with qtbot.waitExposed(pane):
        pane.show()
    plan.settle()
    yield pane
    pane.hide()


def select_crowd(view: CalendarView, *places: int) -> None:
    tiles = view.viewmodel.tiles(CROWD)
    view.viewmodel.selection.put([tiles[place] for place in places])


def button(view: CalendarView, name: str) -> QPushButton:
    found = [b for b in view.findChildren(QPushButton) if b.accessibleName() == name]
    return next(b for b in found if b.isVisibleTo(view))


def form(frame: FakeFrame) -> BulkForm:
    content = frame.drawer.content()
    assert isinstance(content, QScrollArea)
    found = content.widget()
    assert isinstance(found, BulkForm)
    return found


def due(plan: Desk, post_id: str) -> str:
    return f"{plan.workspace.planning.get(post_id).schedule.wall:%d %H:%M}"


# -- what is wished, without a window -----------------------------------------------------


def test_a_day_or_an_hour_alone_changes_only_that_much_of_each_time() -> None:
    post = a_post(schedule=at_instant(at(24, 17), ZONE))
    day = BulkWish(move_to="26 nov").edit_of(post, BERLIN, NOW)
    assert day.when == "2026-11-26T17:00:00+00:00"
    hour = BulkWish(move_to="9am").edit_of(post, BERLIN, NOW)
    assert (hour.when, hour.timezone) == ("2026-11-24T08:00:00+00:00", ZONE)
    utc = BulkWish(move_to="9am").edit_of(post, ShownZone(name="UTC"), NOW)
    assert utc.when == "2026-11-24T09:00:00+00:00"


def test_blank_parts_leave_posts_as_they_are() -> None:
    post = a_post()
    wish = BulkWish(tags="#launch, autumn", privacy=Privacy.FRIENDS)
    edit = wish.edit_of(post, BERLIN, NOW)
    assert (edit.when, edit.caption, edit.tags) == (None, None, ("launch", " autumn"))
    assert edit.choices == replace(post.choices, privacy=Privacy.FRIENDS)
    assert BulkWish().is_empty
    with pytest.raises(InputError):
        BulkWish(shift="soon").edit_of(post, BERLIN, NOW)


def test_a_named_filter_survives_its_being_kept() -> None:
    full = Filter(
        account_ids=frozenset({"a"}),
        groups=frozenset({"g"}),
        tags=frozenset({"t"}),
        campaign_id="c",
        show=Show.DRAFTS,
    )
    assert Filter.from_text(full.to_text()) == full
    assert full.without("tags").tags == frozenset()
    for broken in ("", "[]", "{", '{"show": "never"}', '{"tags": 3}'):
        assert Filter.from_text(broken) == NO_FILTER


# -- the bar and the form -----------------------------------------------------------------


def test_what_is_selected_is_shifted_together_and_taken_back(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    before = list(plan.workspace.planning.posts)
    select_crowd(view, 0, 1, 2)
    assert view.selected.isVisible()
    top = view.grid.visualRect(view.grid.days.index_of(CROWD)).top()
    button(view, "Shift…").click()
    QTest.keyClicks(form(frame).shift, "2d")
    QTest.keyClick(form(frame).shift, Qt.Key.Key_Return)
    plan.settle()
    assert [due(plan, f"crowd-{n}") for n in (8, 9, 10, 11)] == [
        *("26 09:00", "26 10:00", "26 11:00"),
        "24 12:00",
    ]
    assert frame.notices[-1].text == "Changed 3 posts."
    assert view.grid.visualRect(view.grid.days.index_of(CROWD)).top() == top
    plan.core.undo.undo()
    plan.settle()
    assert plan.workspace.planning.posts == before


def test_the_form_echoes_what_it_read_and_says_what_it_did_not(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    select_crowd(view, 0)
    button(view, "Move…").click()
    asked = form(frame)
    assert not asked.go.isEnabled()
    QTest.keyClicks(asked.move_to, "fri 18:30")
    assert asked._fields["move_to"].said.text() == "Fri 18:30 (Berlin)"
    assert asked.go.isEnabled()
    asked.move_to.setText("whenever")
    assert asked._fields["move_to"].has_error
    assert not asked.go.isEnabled()
    plan.settle()


def test_all_or_none_are_changed_and_findings_come_first(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    plan.workspace.planning.findings = (
        Finding(code="day_is_full", params={"account": "bob", "mode": "direct", "cap": 15}),
    )
    select_crowd(view, 0, 1)
    button(view, "Change…").click()
    form(frame).caption.setPlainText("New words")
    form(frame).go.click()
    plan.settle()
    captions = {plan.workspace.planning.get(f"crowd-{n}").caption for n in (8, 9)}
    assert "New words" not in captions
    button(view, "Change").click()
    plan.settle()
    captions = {plan.workspace.planning.get(f"crowd-{n}").caption for n in (8, 9)}
    assert captions == {"New words"}


def test_what_is_over_is_not_offered_to_be_changed(view: CalendarView, plan: Desk) -> None:
    planning = plan.workspace.planning
    planning.put(replace(planning.get("crowd-8"), status=PostStatus.PUBLISHED))
    plan.settle()
    select_crowd(view, 0, 1)
    assert not button(view, "Move…").isEnabled()
    assert "over" in button(view, "Move…").toolTip()
    view._let_go()
    assert not view.selected.isVisible()


def test_a_batch_is_cancelled_as_one_from_its_list(
    view: CalendarView, plan: Desk, frame: FakeFrame
) -> None:
    origin = Origin(batch="b1")
    many = [a_post(f"many-{n}", f"user{n}", at(26, 9), origin=origin) for n in range(3)]
    plan.workspace.planning.posts += many
    view.viewmodel.reading.retry()
    plan.settle()
    view._show_as(View.AGENDA)
    plan.settle()
    (key,) = [view.agenda.model.key_at(view.agenda.model.index(n, 0)) for n in (7,)]
    view._on_row_opened(key, True)
    plan.settle()
    content = frame.drawer.content()
    assert isinstance(content, DayList)
    assert content.table.model().rowCount() == 3
    cancel = next(
        b for b in content.findChildren(QPushButton) if b.accessibleName() == "Cancel 3 posts"
    )
    cancel.click()
    plan.settle()
    assert {plan.workspace.planning.get(post.id).status for post in many} == {PostStatus.CANCELLED}


# -- filters and clocks -------------------------------------------------------------------


def test_a_filter_is_saved_used_again_and_forgotten(view: CalendarView, plan: Desk) -> None:
    wanted = Filter(show=Show.NEEDS_YOU, tags=frozenset({"launch"}))
    view.viewmodel.set_filter(wanted)
    plan.settle()
    asked = plan.workspace.planning.pages[-1]
    assert asked.tags == {"launch"}
    chips = view.bar.chips
    QTest.keyClicks(chips.name, "Mine")
    QTest.keyClick(chips.name, Qt.Key.Key_Return)
    plan.settle()
    assert plan.workspace.presets.all(CALENDAR_VIEW) == {"Mine": wanted.to_text()}
    button(view, "Without: #launch").click()
    assert view.viewmodel.filter == Filter(show=Show.NEEDS_YOU)
    button(view, "Clear").click()
    assert view.viewmodel.filter == NO_FILTER
    button(view, "Mine").click()
    assert view.viewmodel.filter == wanted
    view.bar.saved.remove("Mine")
    plan.settle()
    assert plan.workspace.presets.all(CALENDAR_VIEW) == {}
    plan.core.undo.undo()
    plan.settle()
    assert "Mine" in plan.workspace.presets.all(CALENDAR_VIEW)


def test_group_tags_and_campaign_are_chosen_in_the_menu(view: CalendarView, plan: Desk) -> None:
    plan.workspace.imports.known = {"c1": "Spring"}
    accounts = plan.workspace.accounts
    accounts._change("acc-alice", groups=("fitness",))
    view.bar.saved.reading.request()
    plan.settle()
    plan.qtbot.waitUntil(lambda: any(e.account.groups for e in plan.core.accounts.rows))
    plan.qtbot.waitUntil(lambda: bool(view.bar.saved.campaigns))
    menu = view.bar.filters
    menu._look()
    menu.group.setCurrentIndex(1)
    menu.group.activated.emit(1)
    menu.campaign.setCurrentIndex(1)
    menu.campaign.activated.emit(1)
    menu.tags.setText("launch, #autumn")
    menu.tags.editingFinished.emit()
    shown = view.viewmodel.filter
    assert (set(shown.groups), shown.campaign_id) == ({"fitness"}, "c1")
    assert shown.tags == {"launch", "autumn"}
    plan.settle()


def test_times_are_shown_by_the_clock_that_is_chosen(view: CalendarView, plan: Desk) -> None:
    tokyo = at_instant(at(24, 20), "Asia/Tokyo")
    plan.workspace.planning.posts.append(a_post("far", schedule=tokyo))
    mine, own, utc = view.bar.zone_actions()
    own.perform()
    plan.settle()
    (tile,) = [each for each in view.viewmodel.shown_tiles if each.post.id == "far"]
    assert (tile.day, tile.time) == (date(2026, 11, 25), "05:00")
    utc.perform()
    plan.settle()
    assert view.viewmodel.tiles(CROWD)[0].time == "08:00"
    mine.perform()
    plan.settle()
    assert view.viewmodel.tiles(CROWD)[0].time == "09:00"


# -- files --------------------------------------------------------------------------------


def test_what_is_shown_is_printed_page_by_page_and_written_whole(
    view: CalendarView, plan: Desk, frame: FakeFrame, tmp_path: Path
) -> None:
    plan.workspace.planning.posts += [
        a_post(f"many-{n}", due_at=at(25, 5, n % 60), caption=f"Clip {n} <b>") for n in range(150)
    ]
    view.viewmodel.reading.retry()
    plan.settle()
    out = tmp_path / "plan.pdf"
    view.exporting.write(out)
    plan.qtbot.waitUntil(lambda: bool(frame.notices))
    content = out.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") >= 3
    assert frame.notices[-1].text == f"158 entries in {out}."


def test_a_sheet_says_in_words_and_shapes_what_colour_says_on_the_screen(
    view: CalendarView, plan: Desk
) -> None:
    sheet = view.exporting.sheet()
    lines = dict(sheet.days)[date(2026, 11, 21)]
    assert [(line.time, line.who, line.status, line.icon) for line in lines] == [
        ("16:00", "@alice", "Scheduled", "status-scheduled"),
        ("18:30", "@bob", "Failed", "status-failed"),
    ]
    assert sheet.title == "Plan, Nov – Dec 2026"
