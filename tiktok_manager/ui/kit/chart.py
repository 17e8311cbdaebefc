"""A number over time, as an area from zero; alone, it is a number and no chart.

Imports the plotting library, half a second of work: import this module on a worker thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.formats import (
    clock_text,
    date_text,
    day_text,
    exact_number,
    short_number,
    zone_city,
)
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tiktok_manager.domain.metrics import SeriesPoint

# Between two looks further apart than this nobody knows what happened: no line is drawn.
GAP = timedelta(hours=36)
# Below this span the hours tell more than the days.
_HOURS_BELOW = timedelta(hours=40)
_HOUR_STEPS = (1, 2, 3, 6, 12)
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 112, 364, 728, 1820)
_DAY_LABEL_PX = 76
_NUMBER_LABEL_PX = 44
_NUMBER_ROW_PX = 42
_AXIS_PX = 20
# Room in the plot around its edges, for half a label and for the mark of a point.
_AIR_PX = 8


class NumberChart(QFrame):
    """One number over time. Gaps stay gaps; hover or arrow keys read single points."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "chart")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(200)
        self._name = ""
        self._points: Sequence[SeriesPoint] = ()
        self._seconds = np.zeros(0)
        self._timezone = "UTC"
        self._span_s = (0.0, 3600.0)
        self._read: int | None = None
        self._build()
        self._dress()
        self._plot.sigDeviceRangeChanged.connect(self._fit)

    @property
    def read_out(self) -> str:
        """What is read out now, empty while nothing is pointed at."""
        if self._read is None:
            return ""
        point = self._points[self._read]
        return f"{self._name}: {exact_number(point.value)}\n{self._when(point)}"

    def show_series(
        self,
        name: str,
        points: Sequence[SeriesPoint],
        timezone: str,
        start: datetime | None,
        now: datetime,
    ) -> None:
        """Draw these points from `start` (the first point where None) to `now`."""
        self._name, self._points, self._timezone = name, points, timezone
        self._seconds = np.array([point.at.timestamp() for point in points])
        first = start or (points[0].at if points else now)
        last_s = (max(now, points[-1].at) if points else now).timestamp()
        self._span_s = min(first.timestamp(), last_s - 3600), last_s
        self.setAccessibleName(tr("{name} over time", name=name))
        self.setAccessibleDescription(spoken(points))
        self._title.setText(name)
        self._read = None
        self._say()
        self._draw()

    def _when(self, point: SeriesPoint) -> str:
        return tr(
            "{day}, {time} ({city})",
            day=day_text(point.at, self._timezone),
            time=clock_text(point.at, self._timezone),
            city=zone_city(self._timezone),
        )

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self._title = PlainLabel(type=Type.SECTION)
        self._figure = PlainLabel(type=Type.FIGURE, tabular=True)
        self._words = PlainLabel(tone="soft", wrap=True)
        self._alone = QWidget()
        self._alone.setLayout(column(None, self._figure, self._words, None))
        self._plot = self._build_plot()
        self.setLayout(column(self._title, self._plot, self._alone, spacing=SPACE_XS))
        self._bubble = PlainLabel(type=Type.STRONG, tabular=True, parent=self)
        self._bubble.setProperty("look", "bubble")
        for label in (self._figure, self._words, self._bubble):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for part in (self._title, self._plot, self._alone, self._bubble):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _build_plot(self) -> pg.GraphicsLayoutWidget:
        plot = pg.GraphicsLayoutWidget()
        plot.setBackground(None)
        plot.setCacheMode(plot.CacheModeFlag.CacheNone)
        plot.viewport().setAutoFillBackground(False)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Time runs to the right in every language, and numbers stand left of their lines.
        plot.ci.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        plot.ci.layout.setContentsMargins(0, 0, SPACE_S, 0)
        plot.ci.layout.setSpacing(0)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._numbers = pg.AxisItem("left", linkView=self._box, maxTickLength=0)
        self._numbers.setStyle(tickAlpha=255, tickTextOffset=SPACE_S)
        self._numbers.setGrid(255)
        self._numbers.setZValue(-1000)  # its lines lie under the box
        self._dates = pg.AxisItem("bottom", linkView=self._box, maxTickLength=0)
        self._dates.setStyle(tickAlpha=0)
        self._dates.setHeight(_AXIS_PX)
        for item, line, place in ((self._numbers, 0, 0), (self._box, 0, 1), (self._dates, 1, 1)):
            plot.addItem(item, line, place)
        self._gaps = pg.BarGraphItem(x0=(), x1=(), y0=0, y1=1, pen=None)
        reduced = {"autoDownsample": True, "autoDownsampleFactor": 1.0, "clipToView": True}
        self._line = pg.PlotDataItem(connect="finite", fillLevel=0.0, antialias=True, **reduced)
        self._line.setDownsampling(method="peak")
        self._dots = pg.ScatterPlotItem(size=6, pen=None, antialias=True)
        self._rule = pg.InfiniteLine(angle=90)
        self._mark = pg.ScatterPlotItem(size=10, antialias=True)
        for item in (self._gaps, self._line, self._dots, self._rule, self._mark):
            self._box.addItem(item, ignoreBounds=True)
        return plot

    def _dress(self) -> None:
        """Take the theme's colours, and lines as wide as the screen has them."""
        look, ratio = tokens(), self.devicePixelRatioF()
        accent = QColor(look.accent)
        under = QColor(accent)
        under.setAlphaF(0.16 if look.is_dark else 0.10)
        self._line.setPen(pg.mkPen(accent, width=2 * ratio))
        self._line.setFillBrush(under)
        self._dots.setBrush(accent)
        self._mark.setBrush(accent)
        self._mark.setPen(pg.mkPen(look.paper, width=2))
        self._rule.setPen(pg.mkPen(look.field_line, width=ratio))
        self._gaps.setOpts(brush=QColor(mix(look.ink, look.paper, 0.05)))
        self._numbers.setTickPen(pg.mkPen(look.line, width=ratio))
        for axis in (self._numbers, self._dates):
            axis.setPen(None)
            axis.setTextPen(look.soft_ink)
            axis.setTickFont(type_font(Type.CAPTION, tabular=True))

    # -- drawing --------------------------------------------------------------------------

    def _say(self) -> None:
        """Show one reading as the number it is, or say that there is none; more are a line."""
        is_line = len(self._points) > 1
        self._plot.setVisible(is_line)
        self._alone.setVisible(not is_line)
        self._figure.setVisible(bool(self._points))
        words = spoken(())
        if self._points:
            self._figure.setText(exact_number(self._points[0].value))
            words = tr("{when}: one reading so far.", when=self._when(self._points[0]))
        self._words.setText(words)

    def _draw(self) -> None:
        values = np.array([float(point.value) for point in self._points])
        seconds, values, gaps = broken(self._seconds, values)
        self._line.setData(seconds, values)
        known = np.isfinite(np.concatenate(([np.nan], values, [np.nan])))
        alone = known[1:-1] & ~known[:-2] & ~known[2:]
        self._dots.setData(seconds[alone], values[alone])
        self._gaps.setOpts(x0=gaps[:, 0], x1=gaps[:, 1])
        self._fit()

    def _fit(self, *_resized: object) -> None:
        """Mark the axes as the room allows, in whole steps from zero."""
        metrics = QFontMetricsF(type_font(Type.CAPTION, tabular=True))
        height = max(self._plot.height() - _AXIS_PX - 2 * _AIR_PX, 1)
        highest = max((point.value for point in self._points), default=0)
        marks = number_ticks(highest, max(2, height // _NUMBER_ROW_PX))
        widest = max(metrics.horizontalAdvance(label) for _value, label in marks)
        self._numbers.setTicks([marks])
        self._numbers.setWidth(max(widest, _NUMBER_LABEL_PX) + SPACE_S)
        self._plot.ci.layout.activate()
        width = max(self._box.width() - 2 * _AIR_PX, 1)
        (first_s, last_s), top = self._span_s, marks[-1][0]
        px_s, px = (last_s - first_s) / width, top / height
        self._box.setXRange(first_s - _AIR_PX * px_s, last_s + _AIR_PX * px_s, padding=0)
        self._box.setYRange(-_AIR_PX * px, top + _AIR_PX * px, padding=0)
        self._gaps.setOpts(y1=top)
        days = []
        for at_s, label in ticks(first_s, last_s, self._timezone, max(2, width // _DAY_LABEL_PX)):
            half_s = px_s * (metrics.horizontalAdvance(label) / 2 - SPACE_S)
            days.append((min(max(at_s, first_s + half_s), last_s - half_s), label))
        self._dates.setTicks([days])
        self._point_at(self._read)

    # -- reading single points ------------------------------------------------------------

    def _point_at(self, position: int | None) -> None:
        self._read = position
        for part in (self._rule, self._mark, self._bubble):
            part.setVisible(position is not None)
        if position is None:
            return
        spot = QPointF(self._seconds[position], self._points[position].value)
        self._rule.setValue(spot.x())
        self._mark.setData([spot.x()], [spot.y()])
        self._bubble.setText(self.read_out)
        self._bubble.adjustSize()
        place = self._plot.mapTo(self, self._plot.mapFromScene(self._box.mapViewToScene(spot)))
        left = place.x() + SPACE_M
        if left + self._bubble.width() > self.width():
            left = max(0, place.x() - SPACE_M - self._bubble.width())
        self._bubble.move(left, max(0, place.y() - SPACE_S - self._bubble.height()))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._points) < 2:
            return
        place = self._plot.mapToScene(self._plot.mapFrom(self, event.position().toPoint()))
        inside = self._box.sceneBoundingRect().contains(place)
        at_s = self._box.mapSceneToView(place).x()
        self._point_at(nearest(self._seconds, at_s) if inside else None)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() not in steps or len(self._points) < 2:
            super().keyPressEvent(event)
            return
        last = len(self._points) - 1
        position = last if self._read is None else self._read + steps[Qt.Key(event.key())]
        self._point_at(min(max(position, 0), last))
        self.setAccessibleDescription(self.read_out)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange):
            self._dress()
        return super().event(event)


def broken(
    seconds: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return a line with a hole (NaN) wherever two points lie further apart than GAP.

    The third part is where each hole begins and ends.
    """
    cuts = np.flatnonzero(np.diff(seconds) > GAP.total_seconds()) + 1
    gaps = np.column_stack((seconds[cuts - 1], seconds[cuts]))
    return np.insert(seconds, cuts, seconds[cuts]), np.insert(values, cuts, np.nan), gaps


def nearest(seconds: NDArray[np.float64], at_s: float) -> int | None:
    """Return the position of the point nearest to an instant, None without points."""
    return int(np.abs(seconds - at_s).argmin()) if len(seconds) else None


def number_ticks(highest: int, most: int) -> Sequence[tuple[int, str]]:
    """Return even whole numbers from zero to at least `highest`, with labels that all differ."""
    step, factor = 1, 0
    while step * most < highest:
        factor += 1
        step = (1, 2, 5)[factor % 3] * 10 ** (factor // 3)
    values = range(0, max(-(-highest // step), 1) * step + 1, step)
    short = [short_number(value) for value in values]
    labels = short if len(set(short)) == len(short) else [exact_number(each) for each in values]
    return list(zip(values, labels, strict=True))


def ticks(low_s: float, high_s: float, timezone: str, most: int) -> Sequence[tuple[float, str]]:
    """Return up to `most` evenly spaced instants with their labels, on local days or hours."""
    if high_s - low_s < _HOURS_BELOW.total_seconds():
        return _hour_ticks(low_s, high_s, timezone, most)
    place = zone(timezone)
    first = datetime.fromtimestamp(low_s, place).date()
    day = datetime.fromtimestamp(high_s, place).date()
    count = (day - first).days + 1
    step = next((days for days in _DAY_STEPS if count <= days * most), _DAY_STEPS[-1])
    found = []
    while day >= first:  # counted back from the newest day, which is what is looked at
        at_s = datetime.combine(day, time(), place).timestamp()
        if low_s <= at_s <= high_s:
            found.append((at_s, date_text(day)))
        day -= timedelta(days=step)
    return found[::-1]


def _hour_ticks(
    low_s: float, high_s: float, timezone: str, most: int
) -> Sequence[tuple[float, str]]:
    hours = (high_s - low_s) / 3600
    step = next((each for each in _HOUR_STEPS if hours <= each * (most - 1)), _HOUR_STEPS[-1])
    start = datetime.fromtimestamp(low_s, zone(timezone))
    at = start.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    found = []
    while at.timestamp() <= high_s:
        if at.timestamp() >= low_s:
            found.append((at.timestamp(), clock_text(at, timezone)))
        at += timedelta(hours=step)
    return found


def spoken(points: Sequence[SeriesPoint]) -> str:
    """Return the line as a sentence for screen readers."""
    if not points:
        return tr("No numbers in this period.")
    return ntr(
        "{last} in one reading.",
        "From {first} to {last} in {count} readings.",
        len(points),
        first=exact_number(points[0].value),
        last=exact_number(points[-1].value),
    )
