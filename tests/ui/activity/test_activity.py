"""All posts by their last change: narrowed, read as far as scrolled, opened with their record."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.calendar.fakes import PlanWorkspace
from tests.ui.conftest import Desk, MakeDesk
from tests.ui.fakes import NOW, FakeWorkspace, a_post, an_account, refused
from tiktok_manager.domain.events import PostStatusChanged
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.activity.view import ActivityView
from tiktok_manager.ui.activity.viewmodel import ActivityViewModel, Standing, Wanted
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.post.details import PostDetails

AGES = {"planned": 50, "failed": 2, "sent": 30, "gone": 10}


@pytest.fixture
def world() -> FakeWorkspace:
    world = PlanWorkspace(
        posts=[
            a_post("planned", caption="Autumn walk"),
            a_post("failed", "bob", status=PostStatus.FAILED, caption="Bread with seeds"),
            a_post("sent", status=PostStatus.PUBLISHED, caption="Soup"),
            a_post("gone", status=PostStatus.CANCELLED, caption="Tea"),
        ],
        with_accounts=[an_account(), an_account("bob")],
    )
    for post_id, minutes in AGES.items():
        world.planning.changed_at[post_id] = NOW - timedelta(minutes=minutes)
    return world


@pytest.fixture
def desk(make_desk: MakeDesk, world: FakeWorkspace) -> Desk:
    return make_desk(world)


def shown(model: ActivityViewModel) -> list[str]:
    return [row.post.id for row in model.pages.model.rows]


@pytest.fixture
def model(desk: Desk) -> ActivityViewModel:
    model = ActivityViewModel(desk.core, desk.publishing)
    model.pages.reading.request()
    desk.settle()
    return model


@pytest.fixture
def view(desk: Desk, qtbot: QtBot) -> ActivityView:
    view = ActivityView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.resize(1000, 600)
    view.show()
    view.activateWindow()
    desk.settle()
    return view


def test_what_changed_last_stands_first(model: ActivityViewModel) -> None:
    assert shown(model) == ["failed", "gone", "sent", "planned"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(standing=Standing.NEEDS_YOU), ["failed"]),
        (Wanted(standing=Standing.WAITING), ["planned"]),
        (Wanted(standing=Standing.PUBLISHED), ["sent"]),
        (Wanted(standing=Standing.CANCELLED), ["gone"]),
        (Wanted(standing=Standing.ON_ITS_WAY), []),
        (Wanted(account_id="acc-bob"), ["failed"]),
        (Wanted(text=" walk "), ["planned"]),
        (Wanted(text="@bob"), ["failed"]),
        (Wanted(standing=Standing.PUBLISHED, text="tea"), []),
    ],
)
def test_it_is_narrowed_by_standing_account_and_words(
    desk: Desk, model: ActivityViewModel, wanted: Wanted, found: list[str]
) -> None:
    model.narrow(wanted)
    desk.settle()
    assert shown(model) == found
    assert model.is_narrowed


def test_a_change_brings_its_post_to_the_top(
    desk: Desk, world: FakeWorkspace, model: ActivityViewModel
) -> None:
    world.planning.changed_at["sent"] = NOW
    world.events.publish(
        PostStatusChanged(post_id="sent", account_id="acc-alice", status=PostStatus.PUBLISHED)
    )
    desk.until(lambda: shown(model)[0] == "sent")


def test_scrolling_on_reads_on(make_desk: MakeDesk, world: FakeWorkspace) -> None:
    world.planning.posts = [a_post(f"post-{number:03}") for number in range(250)]
    desk = make_desk(world)
    model = ActivityViewModel(desk.core, desk.publishing)
    model.pages.reading.request()
    desk.settle()
    pages = model.pages.model
    counts = [pages.rowCount()]
    while pages.canFetchMore(pages.index(-1, -1)):
        pages.fetchMore(pages.index(-1, -1))
        desk.settle()
        counts.append(pages.rowCount())
    assert counts == [100, 200, 250]
    assert shown(model) == sorted(shown(model), reverse=True)


def test_a_row_says_when_how_who_and_what(view: ActivityView) -> None:
    cells = view.viewmodel.pages.model
    row = [cells.data(cells.index(0, column)) for column in range(cells.columnCount())]
    assert row == [
        "2 min ago",
        "Failed",
        "@bob",
        "Bread with seeds",
        "Sat 18:30 (Berlin)",
    ]


def test_a_row_opens_the_post_with_its_flight_record(desk: Desk, view: ActivityView) -> None:
    view.table.setFocus()
    view.table.choose("failed")
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    desk.settle()
    details = desk.frame.drawer
    assert isinstance(details, PostDetails)
    assert details.viewmodel.post.id == "failed"
    assert desk.frame.drawer_title == "Post"


def test_a_jump_opens_its_post_and_marks_the_row(desk: Desk, view: ActivityView) -> None:
    view.open_target("sent")
    desk.settle()
    assert isinstance(desk.frame.drawer, PostDetails)
    assert view.table.chosen_key == "sent"


def test_the_filters_are_put_back_by_one_click(desk: Desk, view: ActivityView) -> None:
    view.search.setText("nothing like this")
    desk.settle()
    assert view.viewmodel.pages.reading.stage is Stage.EMPTY
    (again,) = (b for b in view.findChildren(QPushButton) if b.text() == "Show all")
    again.click()
    desk.settle()
    assert not view.viewmodel.is_narrowed
    assert view.search.hasFocus()
    assert len(shown(view.viewmodel)) == len(AGES)


def test_one_account_is_chosen_and_let_go(desk: Desk, view: ActivityView) -> None:
    position = desk.core.accounts.position("acc-bob")
    assert position is not None
    view.account.setCurrentIndex(position)
    view.account.activated.emit(position)
    desk.settle()
    assert shown(view.viewmodel) == ["failed"]
    assert view.every.isVisible()
    view.every.click()
    desk.settle()
    assert len(shown(view.viewmodel)) == len(AGES)
    assert view.account.currentText() == ""


def test_nothing_at_all_leads_to_the_first_post(make_desk: MakeDesk, qtbot: QtBot) -> None:
    desk = make_desk(FakeWorkspace())
    view = ActivityView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    desk.settle()
    (new,) = (b for b in view.findChildren(QPushButton) if b.text() == "New post")
    new.click()
    assert desk.frame.jumps == [("composer", "new")]


def test_what_cannot_be_read_says_so_and_is_tried_again(
    make_desk: MakeDesk, world: FakeWorkspace, qtbot: QtBot
) -> None:
    world.planning.error = refused("The database is busy.")
    desk = make_desk(world)
    view = ActivityView(desk.core, desk.frame)
    qtbot.addWidget(view)
    view.show()
    desk.settle()
    assert view.viewmodel.pages.reading.stage is Stage.FAILED
    world.planning.error = None
    (again,) = (b for b in view.findChildren(QPushButton) if b.text() == "Try again")
    again.click()
    desk.settle()
    assert len(shown(view.viewmodel)) == len(AGES)


def test_the_menu_of_a_row_holds_what_can_be_done_with_the_post(view: ActivityView) -> None:
    failed = view.viewmodel.pages.model.find("failed")
    assert failed is not None
    words = [action.words() for action in view._menu([failed]) if action.shown()]
    assert "Retry" in words
