"""The posting times of an account in its drawer: the week at a glance, and what can be changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tiktok_manager.ui.accounts.posting_times import (
    PostingTimes,
    days_off_words,
    of_words,
    slots_words,
)
from tiktok_manager.ui.formats import weekday_name
from tiktok_manager.ui.kit.access import has_focus_inside
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.form import Field
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import clear, column, mirrored, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.slots import Slot
    from tiktok_manager.ui.accounts.posting_times import Kept, Times
    from tiktok_manager.ui.frame import Core, Frame

_STRIP_PX, _HEAD_PX, _MARK_PX = 88, 20, 3
_MINUTES = 24 * 60


class TimesCard(QWidget):
    """Weekly times are typed as `mon-fri 18:30`; those of a group stand among them and say so."""

    def __init__(self, core: Core, frame: Frame, account: Account) -> None:
        super().__init__()
        self._core = core
        self.model = PostingTimes(core, account, self)
        self.model.said.connect(frame.notify)
        self.model.failed.connect(frame.show_error)
        self._shown: Times | None = None
        self._zone = ""
        self._strip = WeekStrip()
        self._rows, self._days_off = column(spacing=0), column(spacing=0)
        self._none = NoteLabel(tr("None yet. “Next free slot” takes the times that stand here."))
        self.whose = CalmComboBox()
        self.whose.setAccessibleName(tr("For whom"))
        for name, said in self.model.whose():
            self.whose.addItem(said, name)
        help_text = tr("As mon-fri 18:30, or sat sun 9am, 6pm")
        self.line, self.times = self._typed(tr("Add posting times"), help_text, self.model.add)
        days_help = tr("As 24 dec, or 24 dec to 26 dec: no slot is used then.")
        self.days_line, self.days = self._typed(
            tr("Add days off"), days_help, self.model.add_days_off
        )
        heading = PlainLabel(tr("Posting times"), type=Type.STRONG)
        above = (heading, self._strip, self._none, self._rows, self.times)
        self.setLayout(column(*above, self.whose, SPACE_XS, self._days_off, self.days))
        self.model.changed.connect(self._on_changed)
        self._on_changed()

    def _typed(
        self, label: str, help_text: str, add: Callable[[str, str], str]
    ) -> tuple[QLineEdit, Field]:
        """Return a line that adds what is typed into it, by Enter or by its button."""
        line, control = QLineEdit(), QWidget()
        field = Field(label, control, help_text)

        def on_add() -> None:
            if not line.text().strip():
                return
            wrong = add(line.text(), self.whose.currentData())
            field.say(wrong, "bad")
            line.setAccessibleDescription(wrong or help_text)
            if not wrong:
                line.clear()

        line.setAccessibleName(label)
        line.returnPressed.connect(on_add)
        layout = row(line, push_button(tr("Add"), clicked=on_add))
        layout.setStretch(0, 1)
        control.setLayout(layout)
        control.setFocusProxy(line)
        return line, field

    def _on_changed(self) -> None:
        times = self.model.times
        if times is None or (times == self._shown and self._zone == self._core.timezone):
            return
        self._shown, self._zone = times, self._core.timezone
        had_focus = has_focus_inside(self) and not self.line.hasFocus()
        for part in (self._rows, self._days_off):
            clear(part)
        for slots in times.rows:
            self._rows.addWidget(self._slots_row(slots))
        for blackout in times.blackouts:
            self._days_off.addWidget(self._row(days_off_words(blackout), [blackout]))
        self._none.setVisible(not times.slots)
        self._strip.show_slots(times.slots, self.model.account)
        if had_focus and not self.days_line.hasFocus():
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)  # the button under it is gone

    def _slots_row(self, slots: Sequence[Slot]) -> QWidget:
        said, paused = slots_words(slots, self._core.timezone), slots[0].paused
        name = tr("Resume {times}", times=said) if paused else tr("Pause {times}", times=said)
        icon, pause = "play" if paused else "pause", partial(self.model.set_paused, slots)
        button = icon_button(icon, name, clicked=partial(pause, paused=not paused), size_px=28)
        return self._row(said, slots, button, note=tr("Paused") if paused else "")

    def _row(self, said: str, kept: Sequence[Kept], *buttons: QWidget, note: str = "") -> QWidget:
        of = of_words(kept[0], self.model.account)
        notes = " · ".join(filter(None, (of, note)))
        quiet = PlainLabel(notes, type=Type.CAPTION, tone="soft", elided=True)
        tip = tr("Remove {times}", times=said)
        remove = icon_button("close", tip, clicked=partial(self.model.remove, kept), size_px=28)
        line = QWidget()
        layout = row(PlainLabel(said, tabular=True), quiet, *buttons, remove, spacing=SPACE_S)
        layout.setStretch(1, 1)
        line.setLayout(layout)
        return line


class WeekStrip(QWidget):
    """Seven days side by side, a mark for each slot: hollow where it is paused."""

    def __init__(self) -> None:
        super().__init__()
        self._slots: Sequence[Slot] = ()
        self._account_id = ""
        self.setFixedHeight(_STRIP_PX)

    def show_slots(self, slots: Sequence[Slot], account: Account) -> None:
        """Show these slots; the account's own are stronger than those of its groups."""
        self._slots, self._account_id = slots, account.id
        used = sum(not each.paused for each in slots)
        self.setAccessibleName(ntr("{count} slot a week", "{count} slots a week", used))
        self.setVisible(bool(slots))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(280, _STRIP_PX)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        first = QLocale().firstDayOfWeek().value - 1
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(type_font(Type.CAPTION))
            for place in range(7):
                self._paint_day(painter, place, (first + place) % 7)

    def _paint_day(self, painter: QPainter, place: int, weekday: int) -> None:
        look, whole = tokens(), QRectF(self.rect())
        width = (whole.width() - 6 * SPACE_XS) / 7
        day = QRectF(place * (width + SPACE_XS), 0, width, whole.height())
        day = mirrored(painter, day, whole)
        painter.setPen(QColor(look.soft_ink))
        name = weekday_name(weekday + 1, short=True)
        head = QRectF(day.left(), 0, width, _HEAD_PX)
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, name)
        room = day.adjusted(0, _HEAD_PX, 0, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.ground))
        painter.drawRoundedRect(room, 4, 4)
        for slot in self._slots:
            if slot.weekday == weekday:
                share = (slot.at.hour * 60 + slot.at.minute) / _MINUTES
                top = room.top() + 4 + share * (room.height() - 8 - _MARK_PX)
                mark = QRectF(room.left() + 4, top, room.width() - 8, _MARK_PX)
                is_own = slot.whose.account_id == self._account_id
                ink = QColor(look.accent if is_own else look.soft_ink)
                painter.setPen(ink if slot.paused else Qt.PenStyle.NoPen)
                painter.setBrush(Qt.BrushStyle.NoBrush if slot.paused else ink)
                painter.drawRoundedRect(mark, 1.5, 1.5)
        painter.setPen(Qt.PenStyle.NoPen)
