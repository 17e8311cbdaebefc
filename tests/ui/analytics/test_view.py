"""The analytics pane as it is seen and used."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.analytics.fakes import NumbersWorkspace, points
from tests.ui.calendar.fakes import Desk, FakeFrame
from tests.ui.fakes import NOW, ZONE
from tiktok_manager.ui.analytics.chart import FollowersChart, NumberAxis
from tiktok_manager.ui.analytics.view import AnalyticsView
from tiktok_manager.ui.kit.drawer import Drawer
from tiktok_manager.ui.memory import WindowMemory


@pytest.fixture
def frame(qtbot: QtBot, tmp_path: Path) -> FakeFrame:
    drawer = Drawer()
    qtbot.addWidget(drawer)
    return FakeFrame(memory=WindowMemory(tmp_path / "window.ini"), drawer=drawer)


@pytest.fixture
def view(qtbot: QtBot, desk: Desk, frame: FakeFrame) -> Iterator[AnalyticsView]:
    pane = AnalyticsView(desk.core, frame)
    qtbot.addWidget(pane)
    pane.resize(1080, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    pane.pane_shown()
    desk.settle()
    desk.settle()
    yield pane
    pane.hide()


def drawn(view: AnalyticsView) -> FollowersChart:
    assert view.chart is not None
    return view.chart


def test_numbers_are_short_with_the_exact_one_on_hover(view: AnalyticsView) -> None:
    card = view._cards[0]
    assert card._value.text() == "128k"
    assert card._value.toolTip() == "128,431"
    assert card._change.text() == "+4.1k"
    assert card.accessibleName() == "Followers: 128,431 +4,120, in 28 days"


def test_table_sorts_by_a_counter_and_stays_sorted(view: AnalyticsView, desk: Desk) -> None:
    view.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
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


def test_enter_opens_a_video_on_tiktok(view: AnalyticsView, frame: FakeFrame) -> None:
    view.table.setCurrentIndex(view.table.rows.index(0, 0))
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert frame.opened == ["https://www.tiktok.com/@alice/video/7300000001"]


def test_captions_on_hover_are_plain(view: AnalyticsView) -> None:
    tip = view.table.rows.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip


def test_picking_an_account_and_a_period(view: AnalyticsView, desk: Desk) -> None:
    view.picker.setCurrentIndex(1)
    view.picker.activated.emit(1)
    desk.settle()
    assert view._stack.currentIndex() == 2  # nothing synced yet
    view.open_target("acc-alice")
    view._chips.button(7).click()
    desk.settle()
    assert view.picker.currentText() == "@alice"
    assert len(view.viewmodel.series) == 8


def test_sync_button_becomes_cancel(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace, frame: FakeFrame
) -> None:
    numbers.accounts.consent.clear()
    QTest.mouseClick(view.sync_button, Qt.MouseButton.LeftButton)
    assert view.cancel_button.isVisible()
    assert not view.sync_button.isVisible()
    QTest.mouseClick(view.cancel_button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert view.sync_button.isVisible()
    assert frame.errors == []


def test_without_a_reading_the_page_offers_to_sync(
    view: AnalyticsView, desk: Desk, numbers: NumbersWorkspace
) -> None:
    view.open_target("acc-bob")
    desk.settle()
    page = view._stack.currentWidget()
    assert page is not None
    (button,) = page.findChildren(QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    desk.settle()
    assert numbers.accounts.synced == ["acc-bob"]


def test_export_goes_where_the_user_says(
    view: AnalyticsView,
    desk: Desk,
    numbers: NumbersWorkspace,
    frame: FakeFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([None, Path("/tmp/v.csv")])
    monkeypatch.setattr(view, "ask_path", lambda: next(answers))
    view.export_action.trigger()
    view.export_action.trigger()
    desk.settle()
    assert numbers.reports.written == [("videos", Path("/tmp/v.csv"))]
    assert frame.notices[-1].text == "96 videos written to v.csv."


def test_arrow_keys_read_the_line(view: AnalyticsView) -> None:
    chart = drawn(view)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.read_out == "12,400 followers\nSat 21 Nov 2026, 13:00 (Berlin)"
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.read_out.startswith("12,390 followers")
    chart.grab()


def test_hovering_reads_the_nearest_point(view: AnalyticsView) -> None:
    chart = drawn(view)
    QTest.mouseMove(chart.viewport(), QPoint(chart.width() - 30, chart.height() // 2))
    assert chart.read_out.startswith("12,")
    QTest.mouseMove(chart.viewport(), QPoint(2, 2))
    assert chart.read_out == ""


def test_gaps_are_gaps(view: AnalyticsView) -> None:
    chart = drawn(view)
    start = NOW - timedelta(days=28)
    chart.show_series(points((20, 5), (19, 6), (9, 8), (3, 9), (2, 9)), ZONE, start, NOW)
    assert len(chart._bands) == 2
    assert len(chart._alone.points()) == 1
    chart.grab()


def test_a_flat_line_and_no_line_are_drawn_without_complaint(view: AnalyticsView) -> None:
    chart = drawn(view)
    chart.show_series(points((3, 7), (2, 7)), ZONE, None, NOW)
    chart.grab()
    chart.show_series([], ZONE, None, NOW)
    chart.grab()
    assert chart.accessibleDescription() == "No numbers in this period."


def test_axis_never_writes_two_ticks_alike(view: AnalyticsView) -> None:
    axis = NumberAxis(orientation="left")
    assert axis.tickStrings([127_000, 127_500, 128_000], 1, 500) == [
        "127,000",
        "127,500",
        "128,000",
    ]
    assert axis.tickStrings([120_000, 130_000], 1, 10_000) == ["120k", "130k"]
    assert axis.tickStrings([5.0, 5.5], 1, 0.5) == ["5", ""]


def test_the_plotting_library_waits_until_the_pane_is_shown() -> None:
    code = (
        "import sys, tiktok_manager.ui.main_window, tiktok_manager.ui.panes;"
        "import tiktok_manager.ui.analytics.view;"
        "sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
