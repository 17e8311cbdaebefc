"""The plan on paper: a PDF of what is shown, readable in black and white.

Painted page by page between the events of the window, and written off its thread: a year of posts
blocks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QPageLayout, QPageSize, QPainter, QPdfWriter

from tiktok_manager.ui.formats import day_title
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

_DPI, _MARGIN_MM = 150, 14
_POINTS = 9
_BLACK = "#000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One tile: when, whose, the sign and words of how it stands, and what it says."""

    time: str
    who: str
    icon: str
    status: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is printed: a title, what it is limited to, and the days with their lines."""

    title: str
    note: str
    days: Sequence[tuple[date, Sequence[SheetLine]]]


class PdfPainter(QObject):
    """Paints one sheet, then hands its bytes over and is done."""

    def __init__(self, sheet: Sheet, done: Callable[[bytes], None], parent: QObject) -> None:
        super().__init__(parent)
        self._done = done
        self._bytes = QByteArray()
        self._buffer = QBuffer(self._bytes, self)
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setTitle(sheet.title)
        self._writer.setCreator("TikTok Manager")
        self._writer.setResolution(_DPI)
        margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        page = QPageSize(QPageSize.PageSizeId.A4)
        upright, unit = QPageLayout.Orientation.Portrait, QPageLayout.Unit.Millimeter
        self._writer.setPageLayout(QPageLayout(page, upright, margins, unit))
        self._painter = QPainter(self._writer)
        self._pages = _Pages(self._painter, self._writer, sheet).paint()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._on_turn)
        self._turn.start()

    def _on_turn(self) -> None:
        if next(self._pages, None) is not None:
            return
        self._turn.stop()
        self._painter.end()
        self._buffer.close()
        self._done(bytes(self._bytes.data()))
        self.deleteLater()


class _Pages:
    """Lays lines out from the top of a page to its foot."""

    def __init__(self, painter: QPainter, writer: QPdfWriter, sheet: Sheet) -> None:
        self._painter, self._writer, self._sheet = painter, writer, sheet
        self._plain = QFont()
        self._plain.setPointSizeF(_POINTS)
        self._strong = QFont(self._plain)
        self._strong.setBold(True)
        size = QFontMetricsF(self._plain, writer)
        self._height = size.height() * 1.35
        self._room = QRectF(0, 0, writer.width(), writer.height())
        self._columns = [size.horizontalAdvance("0") * count for count in (9, 3, 26, 26)]
        self._y = 0.0
        self._number = 1

    def paint(self) -> Iterator[int]:
        """Paint all of it, and yield after each page but the last."""
        self._word(self._sheet.title, self._strong)
        self._word(self._sheet.note, self._plain)
        for day, lines in self._sheet.days:
            # No heading at the foot of a page, without a line below it.
            if self._y + 3.5 * self._height > self._room.height():
                yield self._new_page()
            self._y += self._height / 2
            self._word(day_title(day, year=True), self._strong)
            self._painter.drawLine(0, int(self._y), int(self._room.width()), int(self._y))
            for line in lines:
                if self._y + 2 * self._height > self._room.height():
                    yield self._new_page()
                self._line(line)
        self._foot()

    def _new_page(self) -> int:
        self._foot()
        self._writer.newPage()
        self._number += 1
        self._y = 0
        return self._number

    def _foot(self) -> None:
        foot = QRectF(0, self._room.height() - self._height, self._room.width(), self._height)
        self._painter.setFont(self._plain)
        words = tr("Page {number}", number=self._number)
        self._painter.drawText(foot, Qt.AlignmentFlag.AlignRight, words)

    def _word(self, words: str, font: QFont) -> None:
        self._painter.setFont(font)
        rect = QRectF(0, self._y, self._room.width(), self._height)
        self._painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)
        self._y += self._height

    def _line(self, line: SheetLine) -> None:
        self._painter.setFont(self._plain)
        size = QFontMetricsF(self._plain, self._writer)
        left = 0.0
        time, sign, who, status = self._columns
        parts = ((line.time, time), ("", sign), (line.who, who), (line.status, status))
        for words, width in (*parts, (line.words, self._room.width() - sum(self._columns))):
            rect = QRectF(left, self._y, width, self._height)
            if words:
                fitting = size.elidedText(words, Qt.TextElideMode.ElideRight, width - 8)
                self._painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, fitting)
            else:
                side = self._height * 0.7
                spot = QRectF(left, self._y + (self._height - side) / 2, side, side)
                paint_icon(self._painter, line.icon, spot, _BLACK)
            left += width
        self._y += self._height
