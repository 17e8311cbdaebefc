"""A post's flight record: every step, request, answer and decision, as a timeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.services.serializers import write_flight_record
from tiktok_manager.ui.formats import full_stamp, plain_tip
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import CopyButton, push_button
from tiktok_manager.ui.kit.labels import PlainLabel, PlainText
from tiktok_manager.ui.kit.layout import clear, column, row
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_S, Type, status_icon
from tiktok_manager.wording import message_and_action, step_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.posts import Post, TrailEntry
    from tiktok_manager.ui.frame import Core, Frame

_SHOWN_STEPS = 60


class FlightRecord(QWidget):
    """What happened to a post, as a timeline, oldest first; to be copied or kept as a file."""

    def __init__(self, core: Core, frame: Frame, post: Callable[[], Post]) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self._post = post
        self._shown: tuple[tuple[TrailEntry, ...], str] = ((), "")
        self._all = False
        self._empty = PlainLabel(tr("Nothing has happened yet."), tone="soft")
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._details = push_button(tr("Show details"), look="quiet", clicked=self._on_details)
        self._copy = CopyButton()
        save = push_button(tr("Save…"), look="quiet", icon_name="download", clicked=self._on_save)
        self._buttons = QWidget()
        buttons = row(self._details, self._copy, save, None, spacing=0)
        buttons.setContentsMargins(-SPACE_S, 0, 0, 0)
        self._buttons.setLayout(buttons)
        self.setLayout(column(self._empty, self._rows, self._buttons, spacing=0))
        self._buttons.hide()
        self.setAccessibleName(tr("Flight record"))

    def show_trail(self, trail: Sequence[TrailEntry]) -> None:
        """Show these steps, the newest ones where there are very many."""
        timezone = self._core.timezone
        if self._shown == (tuple(trail), timezone):
            return
        self._shown = (tuple(trail), timezone)
        self._copy.set_copied_text(trail_text(trail, timezone))
        self._empty.setVisible(not trail)
        self._buttons.setVisible(bool(trail))
        self._fill()

    def _fill(self) -> None:
        trail, timezone = self._shown
        clear(self._rows)
        newest = trail[-_SHOWN_STEPS:]
        if len(newest) < len(trail):
            left_off = ntr(
                "{count} earlier step is in the saved file.",
                "{count} earlier steps are in the saved file.",
                len(trail) - len(newest),
            )
            self._rows.addWidget(PlainLabel(left_off, type=Type.CAPTION, tone="soft"))
        for number, entry in enumerate(newest):
            is_last = number == len(newest) - 1
            step = _Step(entry, timezone, is_first=number == 0, is_last=is_last, full=self._all)
            self._rows.addWidget(step)

    def _on_details(self) -> None:
        self._all = not self._all
        self._details.setText(tr("Hide details") if self._all else tr("Show details"))
        self._fill()

    def _on_save(self) -> None:
        post, planning = self._post(), self._core.workspace.planning
        if name := ask_record_file(self, post):
            self._core.tasks.run(
                lambda _token: write_flight_record(
                    Path(name), post, planning.trail(post.id), message_and_action, step_words
                ),
                done=lambda _none: self._frame.notify(
                    Notice(text=tr("Saved as {file}.", file=name), stays=False)
                ),
                failed=self._frame.show_error,
            )


def ask_record_file(parent: QWidget, post: Post) -> str:
    """Let the user name a file for a flight record; empty if none was named."""
    name, _filter = QFileDialog.getSaveFileName(
        parent, tr("Save the flight record"), f"flight-record-{post.id[:8]}.json", "JSON (*.json)"
    )
    return name


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
        text = PlainText(tr("Step of {time}", time=stamp), Type.BODY, told, in_passing=True)
        when = PlainLabel(stamp, type=Type.CAPTION, tone="soft", tabular=True)
        extra = _details(entry)
        when.setToolTip(plain_tip(extra))
        self.setAccessibleName(tr("{time}: {step}", time=stamp, step=told))
        self.setAccessibleDescription(extra)
        words = column(text, when, spacing=0)
        if full and extra:
            name = tr("Details of {time}", time=stamp)
            words.addWidget(PlainText(name, Type.CAPTION, extra))
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
