"""A chart starts at zero, draws nothing across a gap, and reads out single points."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.analytics.fakes import points
from tests.ui.fakes import NOW, ZONE
from tiktok_manager.domain.metrics import SeriesPoint
from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.kit.chart import (
    GAP,
    NumberChart,
    broken,
    nearest,
    number_ticks,
    spoken,
    ticks,
)
from tiktok_manager.ui.theme import Theme, ThemeChoice

WIDTH, HEIGHT = 600, 240


@pytest.fixture
def chart(qtbot: QtBot, look: Theme) -> NumberChart:
    chart = NumberChart()
    qtbot.addWidget(chart)
    chart.resize(WIDTH, HEIGHT)
    chart.show()
    return chart


def show(chart: NumberChart, series: tuple[SeriesPoint, ...], days: int = 28) -> None:
    chart.show_series("Followers", series, ZONE, NOW - timedelta(days=days), NOW)
    QApplication.processEvents()


def place_of(chart: NumberChart, days_ago: float, value: float) -> QPoint:
    """Return where the chart has a point."""
    at = QPointF((NOW - timedelta(days=days_ago)).timestamp(), value)
    spot: QPoint = chart._plot.mapFromScene(chart._box.mapViewToScene(at))
    return QPoint(chart._plot.mapTo(chart, spot))


def colour_at(chart: NumberChart, days_ago: float, value: float, up_px: int = 0) -> str:
    picture = chart.grab().toImage()
    place = place_of(chart, days_ago, value) * picture.devicePixelRatio()
    return picture.pixelColor(place.x(), place.y() - up_px).name()


# -- the widget ------------------------------------------------------------------------------


def test_an_area_starts_at_zero(chart: NumberChart) -> None:
    show(chart, points((28, 12_000), (27, 12_010), (26, 12_020)))
    assert place_of(chart, 27, 0).y() < chart.height()
    assert place_of(chart, 27, 12_020).y() > 0
    assert colour_at(chart, 27, 0, up_px=4) != colour_at(chart, 14, 0, up_px=4)


def test_gaps_are_gaps(chart: NumberChart) -> None:
    show(chart, points((20, 50), (19, 60), (9, 80), (8, 90)))
    for bare in (14, 4):
        assert colour_at(chart, bare, 70) == colour_at(chart, bare, 5)
    assert len({colour_at(chart, days, 5) for days in (8.5, 14, 4)}) == 3


def test_a_reading_between_two_gaps_is_a_dot(chart: NumberChart) -> None:
    show(chart, points((20, 50), (19, 60), (14, 70), (9, 80), (8, 90)))
    assert colour_at(chart, 14, 70) != colour_at(chart, 14, 30)


def test_one_reading_is_a_number_and_no_chart(chart: NumberChart, qtbot: QtBot) -> None:
    show(chart, points((1, 12_431)))
    alone = chart.grab().toImage()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.mouseMove(chart, QPoint(WIDTH // 2, HEIGHT // 2))
    assert chart.read_out == ""
    assert chart.grab().toImage() == alone
    assert chart.accessibleDescription() == "12,431 in one reading."


def test_no_reading_and_a_flat_line_are_drawn_without_complaint(chart: NumberChart) -> None:
    for series in (points(), points((3, 7), (2, 7)), points((3, 0), (2, 0))):
        show(chart, series)
        chart.grab()
    show(chart, points())
    assert chart.accessibleDescription() == "No numbers in this period."


def test_arrow_keys_read_the_line(chart: NumberChart) -> None:
    show(chart, points((2, 12_380), (1, 12_390), (0, 12_400)))
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.read_out == "Followers: 12,400\nSat 21 Nov 2026, 13:00 (Berlin)"
    assert chart.accessibleDescription() == chart.read_out
    for _ in range(5):
        QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.read_out.startswith("Followers: 12,380")
    chart.grab()


def test_hovering_reads_the_nearest_point(chart: NumberChart) -> None:
    show(chart, points((28, 1), (14, 2), (0, 3)))
    QTest.mouseMove(chart, QPoint(WIDTH - 30, HEIGHT // 2))
    assert chart.read_out.startswith("Followers: 3")
    chart.grab()
    QTest.mouseMove(chart, QPoint(2, 2))
    assert chart.read_out == ""


def test_of_more_points_than_pixels_few_are_drawn_in_each_and_no_peak_is_lost(
    chart: NumberChart,
) -> None:
    show(chart, points(*((28 - n / 1000, 50_000 if n == 7_001 else n) for n in range(20_000))))
    drawn_s, values = chart._line.getData()
    assert len(drawn_s) < 3 * WIDTH
    assert max(values) == 50_000


def test_a_chart_changes_its_colours_with_the_theme(chart: NumberChart, look: Theme) -> None:
    show(chart, points((28, 50), (27, 60), (26, 70)))
    spots = ((27, 10), (27, 60), (14, 30))
    look.choose(ThemeChoice.LIGHT)
    light = [colour_at(chart, *spot) for spot in spots]
    look.choose(ThemeChoice.DARK)
    dark = [colour_at(chart, *spot) for spot in spots]
    assert all(before != after for before, after in zip(light, dark, strict=True))
    look.choose(ThemeChoice.LIGHT)
    assert [colour_at(chart, *spot) for spot in spots] == light


@pytest.fixture
def mirrored(qtbot: QtBot) -> Iterator[None]:
    QApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.usefixtures("mirrored")
def test_time_runs_to_the_right_in_every_language(chart: NumberChart) -> None:
    show(chart, points((28, 1), (14, 2), (0, 3)))
    assert place_of(chart, 28, 0).x() > WIDTH - place_of(chart, 0, 0).x()
    QTest.mouseMove(chart, place_of(chart, 1, 2))
    assert chart.read_out.startswith("Followers: 3")


# -- what it is made of ----------------------------------------------------------------------


@given(st.lists(st.integers(0, 60 * 24 * 60), unique=True, max_size=40))
def test_nothing_is_drawn_across_a_gap_and_nothing_is_lost(minutes: list[int]) -> None:
    seconds = np.array([60.0 * minute for minute in sorted(minutes)])
    at_s, values, gaps = broken(seconds, seconds + 1)
    drawn = np.isfinite(values)
    assert at_s[drawn].tolist() == seconds.tolist()
    assert values[drawn].tolist() == (seconds + 1).tolist()
    for (before, after), is_drawn in zip(
        itertools.pairwise(at_s), itertools.pairwise(drawn), strict=True
    ):
        assert before <= after
        assert after - before <= GAP.total_seconds() or not all(is_drawn)
    far = [(a, b) for a, b in itertools.pairwise(seconds) if b - a > GAP.total_seconds()]
    assert [tuple(gap) for gap in gaps] == far
    assert int((~drawn).sum()) == len(far)


def test_nearest_point_is_read_out() -> None:
    seconds = np.array([point.at.timestamp() for point in points((3, 1), (2, 2), (1, 3))])

    def near(days: float) -> int | None:
        return nearest(seconds, (NOW - timedelta(days=days)).timestamp())

    assert [near(9), near(1.6), near(0)] == [0, 1, 2]
    assert nearest(np.zeros(0), 0) is None


def test_the_line_is_told_in_a_sentence() -> None:
    assert spoken(points((2, 12_000), (1, 12_400))) == "From 12,000 to 12,400 in 2 readings."
    assert spoken([]) == "No numbers in this period."


@given(st.integers(0, 10**13), st.integers(2, 9))
def test_numbers_are_marked_evenly_from_zero_and_no_two_alike(highest: int, most: int) -> None:
    marks = number_ticks(highest, most)
    values = [value for value, _label in marks]
    assert values[0] == 0
    assert values[-1] >= highest
    assert 2 <= len(marks) <= most + 1
    assert len({after - before for before, after in itertools.pairwise(values)}) == 1
    assert len({label for _value, label in marks}) == len(marks)


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("days", "most", "labels"),
    [
        (4, 8, ["18 Nov", "19 Nov", "20 Nov", "21 Nov"]),
        (28, 6, ["31 Oct", "7 Nov", "14 Nov", "21 Nov"]),
        (90, 8, ["29 Aug", "12 Sept", "26 Sept", "10 Oct", "24 Oct", "7 Nov", "21 Nov"]),
    ],
)
def test_days_are_marked_evenly_back_from_the_newest(
    days: int, most: int, labels: list[str]
) -> None:
    now = seconds("2026-11-21T12:00+00:00")
    found = ticks(now - days * 86_400, now, "Europe/Berlin", most)
    assert [label for _at, label in found] == labels
    local = [datetime.fromtimestamp(at, zone("Europe/Berlin")) for at, _label in found]
    assert {moment.time().isoformat() for moment in local} == {"00:00:00"}


def test_a_short_span_is_marked_in_hours() -> None:
    low = seconds("2026-11-21T08:30+00:00")
    found = ticks(low, low + 6 * 3600, "Europe/Berlin", 4)
    assert [label for _at, label in found] == ["10:00", "12:00", "14:00"]


@pytest.mark.parametrize("span_days", [0.01, 1, 3, 30, 400, 4000])
def test_there_are_never_more_marks_than_fit(span_days: float) -> None:
    high = seconds("2026-11-21T12:00+00:00")
    low = high - span_days * 86_400
    found = ticks(low, high, "UTC", 8)
    assert len(found) <= 8
    assert all(low <= at <= high for at, _label in found)
