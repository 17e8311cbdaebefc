"""The analytics pane as it is seen and used."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.analytics.fakes import NumbersWorkspace
from tests.ui.calendar.fakes import Desk, FakeFrame
from tests.ui.fakes import refused
from tiktok_manager.ui.analytics import view as view_module
from tiktok_manager.ui.analytics.figures import Metric
from tiktok_manager.ui.analytics.view import AnalyticsView
from tiktok_manager.ui.kit.action import ActionButton
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.memory import WindowMemory


@pytest.fixture
def frame(qtbot: QtBot, tmp_path: Path) -> FakeFrame:
    drawer = Drawer()
    qtbot.addWidget(drawer)
    return FakeFrame(memory=WindowMemory(tmp_path / "window.ini"), drawer=drawer)


@pytest.fixture
def view(qtbot: QtBot, desk: Desk, frame: FakeFrame) -> Iterator[AnalyticsView]:
    pane = AnalyticsView(desk.core, frame)
    pane.resize(1080, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    desk.settle()
    yield pane
    shiboken6.delete(pane)  # as the window does it: before the list of accounts it shows


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(PlainLabel)]


def test_a_number_opens_its_chart(view: AnalyticsView) -> None:
    assert view.chart is not None
    assert view.chart.accessibleName() == "Followers over time"
    click(view.cards[Metric.LIKES])
    assert view.chart.accessibleName() == "Likes over time"
    assert view.chart.accessibleDescription() == "From 5 to 9 in 2 readings."
    assert [card.isChecked() for card in view.cards.values()] == [False, True, False, False]


def test_numbers_are_short_with_the_exact_one_on_hover(view: AnalyticsView) -> None:
    card = view.cards[Metric.FOLLOWERS]
    assert texts(card)[:3] == ["Followers", "128k", "+4.1k"]
    assert card.toolTip() == "128,431 +4,120"
    assert card.accessibleName() == "Followers: 128,431. +4,120 in 28 days"


def test_the_first_sort_of_a_number_is_from_the_greatest_down_and_stays(
    view: AnalyticsView, desk: Desk
) -> None:
    header = view.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(2) + 20, 10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    desk.workspace.accounts.sync(["acc-alice"])
    desk.settle()
    views = [video.views or 0 for video in view.table.rows.rows]
    assert views == sorted(views, reverse=True)


def test_table_keeps_the_rules_of_models(view: AnalyticsView) -> None:
    tester = QAbstractItemModelTester.FailureReportingMode.Fatal
    QAbstractItemModelTester(view.table.rows, tester, view)
    view.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    view.table.rows.set_rows(view.table.rows.rows[:2])
    assert view.table.rows.rowCount() == 2


def test_a_row_opens_the_videos_numbers_and_the_way_to_tiktok(
    view: AnalyticsView, frame: FakeFrame
) -> None:
    view.table.setCurrentIndex(view.table.rows.index(0, 0))
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    details = frame.drawer.content()
    assert details is not None
    assert "12,412" in texts(details)
    details.resize(360, 600)
    lefts = [label.mapTo(details, QPoint()).x() for label in details.findChildren(QLabel)]
    assert min(lefts) > 0  # not at the very edge
    (button,) = details.findChildren(ActionButton)
    click(button)
    assert frame.opened == ["https://www.tiktok.com/@alice/video/7300000001"]


def test_captions_on_hover_are_plain(view: AnalyticsView) -> None:
    tip = view.table.rows.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip


def test_an_account_is_found_by_typing_a_part_of_it(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace
) -> None:
    assert view.picker.currentText() == "@alice"
    line = view.picker.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "bo")
    QTest.keyClick(line, Qt.Key.Key_Return)
    desk.settle()
    assert view.viewmodel.account_id == "acc-bob"
    assert view.picker.currentText() == "@bob"


def test_three_hundred_accounts_are_one_list_and_are_never_measured(
    view: AnalyticsView, desk: Desk
) -> None:
    assert view.picker.model() is desk.core.accounts
    policy = view.picker.sizeAdjustPolicy()
    assert policy is QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


def test_a_period_is_chosen_in_the_bar(view: AnalyticsView, desk: Desk) -> None:
    click(view.periods.button("7"))
    desk.settle()
    assert len(view.viewmodel.points) == 8


def test_while_it_syncs_there_is_a_way_to_stop_it(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace, frame: FakeFrame
) -> None:
    numbers.accounts.consent.clear()
    click(view.sync_button)
    assert view.sync_line.isVisible()
    assert not view.sync_button.isEnabled()
    click(view.sync_line.cancel)
    desk.settle()
    assert view.sync_button.isEnabled()
    assert not view.sync_line.isVisible()
    assert frame.errors == []


def test_without_a_reading_the_page_offers_to_sync(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace
) -> None:
    view.open_target("acc-bob")
    desk.settle()
    page = view.stages.currentWidget()
    assert page is not None
    numbers.accounts.consent.clear()
    (button,) = page.findChildren(QPushButton)
    click(button)
    assert view.sync_line.isVisible()
    numbers.accounts.consent.set()
    desk.settle()
    assert numbers.accounts.synced == ["acc-bob"]


def test_another_reason_for_no_numbers_is_told_without_looking_away(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace
) -> None:
    view.open_target("acc-bob")
    desk.settle()
    numbers.accounts.accounts.clear()
    view.viewmodel.reading.request()
    desk.settle()
    page = view.stages.currentWidget()
    assert page is not None
    assert "No account yet" in texts(page)


def test_a_first_reading_that_failed_offers_to_try_again(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace
) -> None:
    numbers.analytics.error = refused("The database is busy.")
    view.open_target("acc-alice")
    desk.settle()
    page = view.stages.currentWidget()
    assert page is not None
    assert "The database is busy." in texts(page)
    numbers.analytics.error = None
    (again,) = page.findChildren(QPushButton)
    click(again)
    desk.settle()
    assert view.chart is not None
    assert view.chart.isVisible()


def test_what_draws_the_chart_is_loaded_beside_the_window(
    qtbot: QtBot, desk: Desk, frame: FakeFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[tuple[str, bool]] = []

    def note(name: str) -> None:
        loaded.append((name, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr(view_module, "import_module", note)
    pane = AnalyticsView(desk.core, frame)
    qtbot.addWidget(pane)
    assert pane.chart is None
    desk.settle()
    assert loaded == [("tiktok_manager.ui.kit.chart", False)]
    assert pane.chart is not None


def test_the_pane_itself_loads_no_plotting_library() -> None:
    code = "import sys, tiktok_manager.ui.analytics.view as _; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_export_goes_where_the_user_says(
    view: AnalyticsView,
    desk: Desk,
    numbers: NumbersWorkspace,
    frame: FakeFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["", "/tmp/v.csv"])
    monkeypatch.setattr(
        "tiktok_manager.ui.commands.QFileDialog.getSaveFileName", lambda *_a: (next(answers), "")
    )
    view.export.perform()
    view.export.perform()
    desk.settle()
    assert numbers.reports.written == [("videos", Path("/tmp/v.csv"))]
    assert frame.notices[-1].text == "96 videos written to v.csv."
