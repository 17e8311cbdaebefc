"""A number over time, painted as an area from zero; alone, it is a number and no chart."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.formats import (
    clock_text,
    date_text,
    day_text,
    exact_number,
    short_number,
    zone_city,
)
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import RADIUS, SPACE_M, SPACE_S, Type, mix

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import SeriesPoint

# Between two looks further apart than this nobody knows what happened: no line is drawn.
GAP = timedelta(hours=36)
# Below this span the hours tell more than the days.
_HOURS_BELOW = timedelta(hours=40)
_HOUR_STEPS = (1, 2, 3, 6, 12)
_DAY_STEPS = (1, 2, 7, 14, 28, 56, 112, 364, 728, 1820)
_DAY_LABEL_PX = 76
_NUMBER_LABEL_PX = 44
_TITLE_PX = 20
_START = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter
# Time runs to the right in every language, and numbers stand left of the lines they mark.
_RIGHT = (
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    """Where the area is, and what its edges stand for; the lower one is zero."""

    rect: QRectF
    first_s: float
    last_s: float
    top: int

    def x(self, at_s: float) -> float:
        share = (at_s - self.first_s) / (self.last_s - self.first_s)
        return self.rect.left() + share * self.rect.width()

    def y(self, value: float) -> float:
        return self.rect.bottom() - value / self.top * self.rect.height()

    def spot(self, point: SeriesPoint) -> QPointF:
        return QPointF(self.x(point.at.timestamp()), self.y(point.value))

    def instant_s(self, x: float) -> float:
        share = (x - self.rect.left()) / self.rect.width()
        return self.first_s + share * (self.last_s - self.first_s)


class NumberChart(QWidget):
    """One number over time. Gaps stay gaps; hover or arrow keys read single points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(200)
        self._name = ""
        self._points: Sequence[SeriesPoint] = ()
        self._timezone = "UTC"
        self._first = self._now = datetime.fromtimestamp(0, UTC)
        self._highest = 0
        self._read: int | None = None
        self._drawn: tuple[_Plot, Sequence[Sequence[QPointF]]] | None = None

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
        self._first = start or (points[0].at if points else now)
        self._now = max(now, points[-1].at) if points else now
        self._highest = max((point.value for point in points), default=0)
        self._drawn = None
        self.setAccessibleName(tr("{name} over time", name=name))
        self.setAccessibleDescription(spoken(points))
        self._point_at(None)

    def _when(self, point: SeriesPoint) -> str:
        return tr(
            "{day}, {time} ({city})",
            day=day_text(point.at, self._timezone),
            time=clock_text(point.at, self._timezone),
            city=zone_city(self._timezone),
        )

    # -- reading single points ------------------------------------------------------------

    def _point_at(self, position: int | None) -> None:
        self._read = position
        self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._points) < 2:
            return
        plot = self._plot()
        inside = plot.rect.adjusted(-SPACE_S, 0, SPACE_S, 0).contains(event.position())
        at_s = plot.instant_s(event.position().x())
        self._point_at(nearest(self._points, at_s) if inside else None)

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

    # -- painting -------------------------------------------------------------------------

    def _plot(self) -> _Plot:
        rect = QRectF(self.rect()).adjusted(0, _TITLE_PX + SPACE_M, -SPACE_M, -2 * SPACE_M)
        marks = number_ticks(self._highest, self._rows(rect))
        top = marks[-1][0]
        widest = max(QFontMetricsF(_small()).horizontalAdvance(label) for _value, label in marks)
        rect.setLeft(max(widest, _NUMBER_LABEL_PX) + SPACE_S)
        last_s = self._now.timestamp()
        first_s = min(self._first.timestamp(), last_s - 3600)
        return _Plot(rect=rect, first_s=first_s, last_s=last_s, top=top)

    def _rows(self, rect: QRectF) -> int:
        return max(2, int(rect.height() // 44))

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens().ink))
        painter.setFont(type_font(Type.SECTION))
        painter.drawText(QRectF(0, 0, self.width(), _TITLE_PX), _START, self._name)
        if len(self._points) > 1:
            self._paint_line(painter)
        else:
            self._paint_alone(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        painter.end()

    def _paint_alone(self, painter: QPainter) -> None:
        """Show one reading as the number it is, or say that there is none."""
        middle = QRectF(self.rect()).adjusted(0, -SPACE_M, 0, -SPACE_M)
        words = spoken(())
        if self._points:
            painter.setFont(type_font(Type.FIGURE, tabular=True))
            painter.drawText(middle, _MIDDLE, exact_number(self._points[0].value))
            middle.translate(0, QFontMetricsF(painter.font()).height())
            words = tr("{when}: one reading so far.", when=self._when(self._points[0]))
        painter.setFont(type_font(Type.BODY))
        painter.setPen(QColor(tokens().soft_ink))
        painter.drawText(middle, _MIDDLE, words)

    def _paint_line(self, painter: QPainter) -> None:
        plot = self._plot()
        self._paint_axes(painter, plot)
        if self._drawn is None or self._drawn[0] != plot:
            parts = segments(self._points)
            self._drawn = plot, [_spots(plot, part) for part in parts]
        for before, after in pairwise(self._drawn[1]):
            self._paint_gap(painter, plot, before[-1].x(), after[0].x())
        for spots in self._drawn[1]:
            self._paint_area(painter, plot, spots)
        if self._read is not None:
            self._paint_read_out(painter, plot, self._points[self._read])

    def _paint_axes(self, painter: QPainter, plot: _Plot) -> None:
        look, rect = tokens(), plot.rect
        painter.setFont(_small())
        for value, label in number_ticks(plot.top, self._rows(rect)):
            y = round(plot.y(value)) + 0.5
            painter.setPen(QColor(look.line))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
            painter.setPen(QColor(look.soft_ink))
            painter.drawText(QRectF(0, y - 10, rect.left() - SPACE_S, 20), _RIGHT, label)
        most = max(2, int(rect.width() // _DAY_LABEL_PX))
        for at_s, label in ticks(plot.first_s, plot.last_s, self._timezone, most):
            half = QFontMetricsF(painter.font()).horizontalAdvance(label) / 2 + 1
            middle = min(max(plot.x(at_s), half), self.width() - half)
            place = QRectF(middle - half, rect.bottom() + SPACE_S / 2, 2 * half, 20)
            painter.drawText(place, _MIDDLE, label)

    def _paint_gap(self, painter: QPainter, plot: _Plot, left: float, right: float) -> None:
        look = tokens()
        band = QRectF(left, plot.rect.top(), right - left, plot.rect.height())
        painter.fillRect(band, QColor(mix(look.ink, look.paper, 0.05)))

    def _paint_area(self, painter: QPainter, plot: _Plot, spots: Sequence[QPointF]) -> None:
        accent = QColor(tokens().accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        if len(spots) == 1:
            painter.drawEllipse(spots[0], 3, 3)
            return
        under = QColor(accent)
        under.setAlphaF(0.16 if tokens().is_dark else 0.10)
        painter.setBrush(under)
        zero = plot.rect.bottom()
        ends = [QPointF(spots[-1].x(), zero), QPointF(spots[0].x(), zero)]
        painter.drawPolygon(QPolygonF([*spots, *ends]))
        painter.setPen(QPen(accent, 2, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(spots))

    def _paint_read_out(self, painter: QPainter, plot: _Plot, point: SeriesPoint) -> None:
        look, spot = tokens(), plot.spot(point)
        painter.setPen(QColor(look.field_line))
        painter.drawLine(QPointF(spot.x(), plot.rect.top()), QPointF(spot.x(), plot.rect.bottom()))
        painter.setPen(QPen(QColor(look.paper), 2))
        painter.setBrush(QColor(look.accent))
        painter.drawEllipse(spot, 5, 5)
        painter.setFont(type_font(Type.STRONG, tabular=True))
        text = QFontMetricsF(painter.font()).boundingRect(QRectF(0, 0, 400, 80), 0, self.read_out)
        box = text.adjusted(0, 0, 2 * SPACE_S, 2 * SPACE_S)
        left = spot.x() + SPACE_M
        if left + box.width() > self.width():
            left = max(0, spot.x() - SPACE_M - box.width())
        box.moveTopLeft(QPointF(left, max(0, spot.y() - SPACE_S - box.height())))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.ink))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(QColor(look.paper))
        painter.drawText(box, _MIDDLE, self.read_out)


def _spots(plot: _Plot, part: Sequence[SeriesPoint]) -> Sequence[QPointF]:
    """Return where to draw a line; the newest point of each pixel stands for all in it."""
    spots: list[QPointF] = []
    for spot in map(plot.spot, part):
        if len(spots) > 1 and int(spot.x()) == int(spots[-1].x()):
            spots.pop()
        spots.append(spot)
    return spots


def _small() -> QFont:
    return type_font(Type.CAPTION, tabular=True)


def segments(points: Sequence[SeriesPoint]) -> Sequence[Sequence[SeriesPoint]]:
    """Cut a series where two points lie further apart than GAP."""
    cut: list[list[SeriesPoint]] = []
    for point in points:
        if not cut or point.at - cut[-1][-1].at > GAP:
            cut.append([])
        cut[-1].append(point)
    return cut


def nearest(points: Sequence[SeriesPoint], at_s: float) -> int | None:
    """Return the position of the point nearest to an instant, None without points."""
    if not points:
        return None
    right = min(bisect_left(points, at_s, key=lambda each: each.at.timestamp()), len(points) - 1)
    left = max(right - 1, 0)
    before, after = (points[place].at.timestamp() for place in (left, right))
    return left if at_s - before < after - at_s else right


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
