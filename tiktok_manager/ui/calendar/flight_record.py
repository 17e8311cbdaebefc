"""A post's flight record: every step, request, answer and decision, as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.calendar.plain_text import PlainText
from tiktok_manager.ui.formats import full_stamp, plain_tip
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_S, Type, status_icon
from tiktok_manager.wording import step_words

if TYPE_CHECKING:
    from tiktok_manager.domain.posts import TrailEntry

_SHOWN_STEPS = 60


class FlightRecord(QWidget):
    """What happened to a post, as a timeline, oldest first; to be copied or kept as a file.

    Signals:
        save_wanted: The user wants it as a file.
    """

    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[tuple[TrailEntry, ...], str] = ((), "")
        self._all = False
        self._empty = PlainLabel("Nothing has happened yet.", tone="soft")
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._details = push_button("Show details", look="quiet", clicked=self._on_details)
        self._copy = push_button("Copy", look="quiet", icon_name="copy", clicked=self._on_copy)
        self._save = push_button(
            "Save…", look="quiet", icon_name="download", clicked=self.save_wanted.emit
        )
        self._buttons = QWidget()
        buttons = row(self._details, self._copy, self._save, None, spacing=0)
        buttons.setContentsMargins(-SPACE_S, 0, 0, 0)
        self._buttons.setLayout(buttons)
        self.setLayout(column(self._empty, self._rows, self._buttons, spacing=0))
        self._buttons.hide()
        self.setAccessibleName("Flight record")

    def show_trail(self, trail: Sequence[TrailEntry], timezone: str) -> None:
        """Show these steps, the newest ones where there are very many."""
        if self._shown == (tuple(trail), timezone):
            return
        self._shown = (tuple(trail), timezone)
        self._copy.setText(" Copy")
        self._empty.setVisible(not trail)
        self._buttons.setVisible(bool(trail))
        self._fill()

    def _fill(self) -> None:
        trail, timezone = self._shown
        empty_layout(self._rows)
        newest = trail[-_SHOWN_STEPS:]
        if len(newest) < len(trail):
            left_off = f"{len(trail) - len(newest)} earlier steps are in the saved file."
            self._rows.addWidget(PlainLabel(left_off, type=Type.CAPTION, tone="soft"))
        for number, entry in enumerate(newest):
            is_last = number == len(newest) - 1
            step = _Step(entry, timezone, is_first=number == 0, is_last=is_last, full=self._all)
            self._rows.addWidget(step)

    def _on_details(self) -> None:
        self._all = not self._all
        self._details.setText("Hide details" if self._all else "Show details")
        self._details.setAccessibleName(self._details.text())
        self._fill()

    def _on_copy(self) -> None:
        trail, timezone = self._shown
        QGuiApplication.clipboard().setText(trail_text(trail, timezone))
        self._copy.setText(" Copied")


class _Step(QWidget):
    _RAIL = 22

    def __init__(
        self, entry: TrailEntry, timezone: str, *, is_first: bool, is_last: bool, full: bool
    ) -> None:
        super().__init__()
        self._kind = entry.kind
        self._is_first = is_first
        self._is_last = is_last
        stamp = full_stamp(entry.at, timezone)
        told = step_words(entry)
        text = PlainText(f"Step of {stamp}", Type.BODY, told, in_passing=True)
        when = PlainLabel(stamp, type=Type.CAPTION, tone="soft", tabular=True)
        extra = _details(entry)
        when.setToolTip(plain_tip(extra))
        self.setAccessibleName(f"{stamp}: {told}")
        self.setAccessibleDescription(extra)
        words = column(text, when, spacing=0)
        if full and extra:
            words.addWidget(PlainText(f"Details of {stamp}", Type.CAPTION, extra))
        words.setContentsMargins(self._RAIL, 2, 0, SPACE_S)
        self.setLayout(words)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, middle = 7.0, 11.0
        painter.setPen(QPen(QColor(look.line), 2))
        if not self._is_first:
            painter.drawLine(round(centre), 0, round(centre), 4)
        if not self._is_last:
            painter.drawLine(round(centre), 19, round(centre), self.height())
        known = {each.value for each in PostStatus}
        if self._kind in known:
            status = PostStatus(self._kind)
            spot = QRectF(centre - 7, middle - 7, 14, 14)
            paint_icon(painter, status_icon(status), spot, look.status(status))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.field_line))
            painter.drawEllipse(QRectF(centre - 3.5, middle - 3.5, 7, 7))
        painter.end()


def trail_text(trail: Sequence[TrailEntry], timezone: str) -> str:
    """Return a flight record as text, a line per step and one per detail."""
    lines = []
    for entry in trail:
        lines.append(f"{full_stamp(entry.at, timezone)}  {step_words(entry)}")
        lines.extend(f"    {line}" for line in _details(entry).splitlines())
    return "\n".join(lines)


def _details(entry: TrailEntry) -> str:
    return "\n".join(
        f"{name.replace('_', ' ')}: {value}"
        for name, value in entry.params.items()
        if value not in (None, "") and name != "text"  # an older version's sentence: said already
    )


def empty_layout(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
