"""The followers' line. Imports pyqtgraph: load this module only once the pane is being shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.ui.analytics.series import nearest, segments, spoken, ticks
from tiktok_manager.ui.formats import clock_text, day_text, exact_number, short_number, zone_city
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_S, Type, mix

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import SeriesPoint


class NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """Whole numbers written short, and in full where short ones would look the same."""

    def tickStrings(self, values: Sequence[float], _scale: float, spacing: float) -> list[str]:
        """Return the labels; numbers between whole ones stay empty."""
        if spacing < 1:
            return [exact_number(round(v)) if float(v).is_integer() else "" for v in values]
        short = [short_number(round(value)) for value in values]
        if len(set(short)) == len(short):
            return short
        return [exact_number(round(value)) for value in values]


class DayAxis(pg.AxisItem):  # type: ignore[misc]
    """Days (hours for short spans) of the user's zone, evenly spaced."""

    _LABEL_PX = 76

    def __init__(self) -> None:
        super().__init__(orientation="bottom")
        self._timezone = "UTC"
        self._labels: dict[float, str] = {}

    def show_zone(self, timezone: str) -> None:
        """Mark the days of this zone."""
        self._timezone = timezone
        self.picture = None  # forgets what was drawn for another one
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return the instants that get a label, as one level."""
        shown = ticks(low, high, self._timezone, max(2, int(size // self._LABEL_PX)))
        self._labels = dict(shown)
        return [(86_400.0, [at_s for at_s, _label in shown])]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:
        """Return the labels."""
        return [self._labels.get(value, "") for value in values]


class FollowersChart(pg.PlotWidget):  # type: ignore[misc]
    """Followers over time. Gaps stay gaps; hover or arrow keys read single points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._dates = DayAxis()
        self._numbers = NumberAxis(orientation="left")
        axes = {"bottom": self._dates, "left": self._numbers}
        super().__init__(parent, axisItems=axes, antialias=True)
        self._points: Sequence[SeriesPoint] = ()
        self._timezone = "UTC"
        self._read: int | None = None
        self._bands: list[Any] = []
        self._build()
        self._dress()

    @property
    def read_out(self) -> str:
        """What is read out now, empty while nothing is pointed at."""
        return str(self._label.text()) if self._label.isVisibleTo(self) else ""

    def show_series(
        self,
        points: Sequence[SeriesPoint],
        timezone: str,
        start: datetime | None,
        now: datetime,
    ) -> None:
        """Draw these points from `start` (the first point where None) to `now`."""
        self._points, self._timezone = points, timezone
        self._dates.show_zone(timezone)
        self._point_at(None)
        self._draw()
        self._set_range(start, now)
        self.setAccessibleDescription(spoken(points))

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Followers over time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(180)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        # Not used, but nobody else would delete it.
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.showGrid(x=False, y=True, alpha=0.5)
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        self._line = item.plot([], [], connect="finite")
        self._alone = pg.ScatterPlotItem(size=6)
        self._mark = pg.ScatterPlotItem(size=9)
        self._rule = pg.InfiniteLine(angle=90, movable=False)
        for part in (self._alone, self._rule, self._mark):
            item.addItem(part, ignoreBounds=True)
        self._label = PlainLabel("", type=Type.STRONG, tabular=True, parent=self)
        self._label.setMargin(SPACE_S)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._point_at(None)

    def _dress(self) -> None:
        """Take the theme's colours."""
        look = tokens()
        self.setBackground(QColor(look.paper))
        accent = QColor(look.accent)
        self._line.setPen(pg.mkPen(accent, width=2))
        under = QColor(accent)
        under.setAlphaF(0.14 if look.is_dark else 0.08)
        self._line.setBrush(under)
        for dots in (self._alone, self._mark):
            dots.setBrush(accent)
            dots.setPen(pg.mkPen(QColor(look.paper), width=2))
        self._alone.setPen(None)
        self._numbers.setStyle(maxTickLevel=0)
        self._rule.setPen(pg.mkPen(QColor(look.field_line), width=1))
        for axis in (self._dates, self._numbers):
            axis.setPen(pg.mkPen(QColor(look.line)))
            axis.setTextPen(QColor(look.soft_ink))
            axis.setTickFont(type_font(Type.CAPTION, tabular=True))
            axis.setStyle(tickLength=0, tickTextOffset=SPACE_S)
        for band in self._bands:
            band.setBrush(QColor(_band_colour()))
        self._label.setStyleSheet(
            f"background: {look.ink}; color: {look.paper}; border-radius: 6px;"
        )

    # -- drawing --------------------------------------------------------------------------

    def _draw(self) -> None:
        parts = segments(self._points)
        seconds: list[float] = []
        values: list[float] = []
        for part in parts:
            seconds.extend(point.at.timestamp() for point in part)
            values.extend(float(point.value) for point in part)
            seconds.append(part[-1].at.timestamp())
            values.append(float("nan"))
        self._line.setData(np.array(seconds), np.array(values))
        alone = [part[0] for part in parts if len(part) == 1]
        self._alone.setData([p.at.timestamp() for p in alone], [p.value for p in alone])
        self._draw_gaps(parts)

    def _draw_gaps(self, parts: Sequence[Sequence[SeriesPoint]]) -> None:
        item = self.getPlotItem()
        for band in self._bands:
            item.removeItem(band)
        self._bands = []
        for before, after in pairwise(parts):
            ends = (before[-1].at.timestamp(), after[0].at.timestamp())
            band = pg.LinearRegionItem(ends, movable=False, brush=QColor(_band_colour()), pen=None)
            band.setZValue(-20)
            for edge in band.lines:
                edge.setPen(None)
            item.addItem(band, ignoreBounds=True)
            self._bands.append(band)

    def _set_range(self, start: datetime | None, now: datetime) -> None:
        if not self._points:
            return
        first = start or self._points[0].at
        values = [point.value for point in self._points]
        low, high = min(values), max(values)
        air = max((high - low) * 0.12, 2.0)
        self._line.setFillLevel(low - air)
        span = max((now - first).total_seconds(), 3600.0)
        left, right = now.timestamp() - span, now.timestamp()
        self.setXRange(left - span * 0.01, right + span * 0.015, padding=0)
        self.setYRange(low - air, high + air, padding=0)

    # -- reading single points ------------------------------------------------------------

    def _point_at(self, position: int | None) -> None:
        self._read = position
        for part in (self._rule, self._mark, self._label):
            part.setVisible(position is not None)
        if position is None:
            return
        point = self._points[position]
        self._rule.setValue(point.at.timestamp())
        self._mark.setData([point.at.timestamp()], [point.value])
        self._label.setText(f"{exact_number(point.value)} followers\n{self._when(point.at)}")
        self._label.adjustSize()
        self._place_label(point)

    def _when(self, at: datetime) -> str:
        city = zone_city(self._timezone)
        return f"{day_text(at, self._timezone)}, {clock_text(at, self._timezone)} ({city})"

    def _place_label(self, point: SeriesPoint) -> None:
        box = self.getPlotItem().getViewBox()
        spot = box.mapViewToScene(QPointF(point.at.timestamp(), point.value))
        place = self.mapFromScene(spot)
        left = place.x() + 12
        if left + self._label.width() > self.width() - 4:
            left = place.x() - 12 - self._label.width()
        top = max(4, min(place.y() - self._label.height() - 10, self.height()))
        self._label.move(max(4, left), top)

    @override
    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        super().mouseMoveEvent(ev)
        box = self.getPlotItem().getViewBox()
        scene = self.mapToScene(ev.position().toPoint())
        if not self._points or not box.sceneBoundingRect().contains(scene):
            self._point_at(None)
            return
        at = datetime.fromtimestamp(box.mapSceneToView(scene).x(), UTC)
        self._point_at(nearest(self._points, at))

    @override
    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self._point_at(None)

    @override
    def keyPressEvent(self, ev: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if ev.key() not in steps or not self._points:
            ev.ignore()
            return
        last = len(self._points) - 1
        position = last if self._read is None else self._read + steps[Qt.Key(ev.key())]
        self._point_at(min(max(position, 0), last))
        self.setAccessibleDescription(self._label.text())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point_at(None)
        self.viewport().update()

    @override
    def paintEvent(self, ev: QPaintEvent) -> None:
        super().paintEvent(ev)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens().accent), 2))
            painter.drawRoundedRect(self.viewport().rect().adjusted(1, 1, -1, -1), 6, 6)
            painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_label"):
            self._dress()


def _band_colour() -> str:
    look = tokens()
    return mix(look.ink, look.paper, 0.05)
