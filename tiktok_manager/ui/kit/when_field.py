"""A date and a time of a named zone: typed as people write it, or picked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, QPoint, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QToolButton, QWidget

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.schedule import Schedule, next_full_hour, parse_when, resolve, zone
from tiktok_manager.ui.formats import day_text, time_text, zone_city, zone_text, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import clear, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import set_look, tokens
from tiktok_manager.ui.tokens import SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY_WIDTH_PX, _TIME_WIDTH_PX = 172, 100
_POPUP_WIDTH_PX, _CALENDAR_HEIGHT_PX = 296, 248


def suggestions(
    now: datetime,
    timezone: str,
    free_at: datetime | None = None,
    slot_at: datetime | None = None,
) -> tuple[tuple[str, datetime], ...]:
    """Return the wall times people mean most, in words, with the next free slot and free time."""
    tz = zone(timezone)
    today = now.astimezone(tz).date()
    hour, tonight = next_full_hour(now, timezone), datetime.combine(today, time(18))
    tomorrow = datetime.combine(today + timedelta(days=1), time(9))
    found = []
    if slot_at is not None:
        said = tr("Next free slot: {time}", time=zoned_time(slot_at, timezone, now))
        found.append((said, slot_at.astimezone(tz).replace(tzinfo=None)))
    found.append((tr("Next full hour: {time}", time=time_text(hour.time())), hour))
    if resolve(tonight, timezone).due_at > now:
        found.append((tr("Tonight {time}", time=time_text(tonight.time())), tonight))
    found.append((tr("Tomorrow {time}", time=time_text(tomorrow.time())), tomorrow))
    if free_at is not None:
        said = tr("Next free time: {time}", time=zoned_time(free_at, timezone, now))
        found.append((said, free_at.astimezone(tz).replace(tzinfo=None)))
    return tuple(found)


def typed_time(wall: datetime) -> str:
    """Write a time of day as the user does, unless it could not be read again: then as `18:30`."""
    text = time_text(wall.time())
    try:
        read = parse_when(text, "UTC", wall.replace(tzinfo=UTC), shown=wall).wall
    except InputError:
        read = None
    return text if read == wall else f"{wall:%H:%M}"


def odd_time_words(schedule: Schedule) -> str:
    """Say what the zone's clocks do to a wall time that day; empty if nothing."""
    wall, city = schedule.wall, zone_city(schedule.timezone)
    if schedule.shown != wall:
        return tr(
            "{time} is skipped that day in {city}: clocks go forward. {instead} is taken.",
            time=time_text(wall.time()),
            city=city,
            instead=time_text(schedule.shown.time()),
        )
    tz = zone(schedule.timezone)
    first, second = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        return tr(
            "{time} comes twice that day in {city}. The first one is taken.",
            time=time_text(wall.time()),
            city=city,
        )
    return ""


class WhenField(QWidget):
    """A day to pick beside a time to type, and below them what is wrong or odd about it.

    The time is a wall time of the form's zone: the machine's own has no say in it. The time's
    line takes whatever names a time: `1830`, `6pm`, `fri 18:00`, `24 dec`, `in 2 hours`.

    Signals:
        changed: The user chose another time, or wrote what is none: read `wall` and `problem`.
    """

    changed = Signal()

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._wall = datetime(2000, 1, 1)  # noqa: DTZ001 - wall times have no zone
        self._timezone = "UTC"
        self._free_at: datetime | None = None
        self._slot_at: datetime | None = None
        self._popup: _Popup | None = None
        self.problem = ""
        self.day = push_button("", icon_name="calendar", clicked=self._open_popup)
        self.day.setMinimumWidth(_DAY_WIDTH_PX)
        self.time = _TimeLine()
        self.time.setFixedWidth(_TIME_WIDTH_PX)
        self.time.setPlaceholderText("18:30")
        self.time.textEdited.connect(lambda _text: self._set_problem(""))
        self.time.editingFinished.connect(self.commit)
        self.time.given_up.connect(self._give_up)
        self.time.popup_wanted.connect(self._open_popup)
        self._zone = PlainLabel("", tone="soft", elided=True)
        self._note = PlainLabel("", type=Type.CAPTION, wrap=True)
        line = row(self.day, self.time, self._zone)
        line.setStretch(2, 1)
        self.setLayout(column(line, self._note, spacing=SPACE_XS))
        self._refresh()

    @property
    def wall(self) -> datetime:
        """The chosen time: naive, to the minute, in `timezone`."""
        return self._wall

    @property
    def timezone(self) -> str:
        """The zone the time is meant in."""
        return self._timezone

    def show_wall(self, wall: datetime, timezone: str) -> None:
        """Show a time without saying `changed`; what is being typed stays."""
        self._wall, self._timezone = wall.replace(second=0, microsecond=0), timezone
        self._refresh()

    def offer(self, *, free_at: datetime | None, slot_at: datetime | None) -> None:
        """Suggest the next free time and slot of whoever posts; None takes it back."""
        self._free_at, self._slot_at = free_at, slot_at

    def commit(self) -> bool:
        """Take what is typed, as Enter does; False if it cannot be read."""
        if not self.time.isModified():
            return not self.problem
        typed = self.time.text()
        try:
            schedule = parse_when(typed, self._timezone, self._now(), shown=self._wall)
        except InputError as error:
            told = tr("Write a time like 18:30, 1830, 6pm, fri 18:00 or 24 Dec 18:30.")
            self._set_problem(f"{words(error).title} {told}")
            self.time.setModified(True)
            self.changed.emit()
            return False
        self._choose(schedule.wall)
        return True

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.time.setFocus(event.reason())  # a focus proxy would let Tab skip the day

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        if self._popup is not None:
            self._popup.hide()
        super().hideEvent(event)

    def _choose(self, wall: datetime) -> None:
        if wall.second or wall.microsecond:  # a span from now: not a moment earlier than asked
            wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)
        had_problem, is_other = bool(self.problem), wall != self._wall
        self.time.setModified(False)
        self._wall, self.problem = wall, ""
        self._refresh()
        if is_other or had_problem:
            self.changed.emit()

    def _give_up(self) -> None:
        """Bring back the time that was there before the typing."""
        self._choose(self._wall)

    def _set_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._refresh()

    def _refresh(self) -> None:
        schedule = resolve(self._wall, self._timezone)
        shown = self._wall.replace(tzinfo=zone(self._timezone))
        day, city = day_text(shown, self._timezone), zone_text(self._timezone, schedule.due_at)
        self.day.setText(f" {day}")
        self.day.setAccessibleName(tr("Day: {day}", day=day))
        self.time.setAccessibleName(tr("Time"))
        if not self.time.isModified():
            self.time.setText(typed_time(self._wall))
        self._zone.setText(zone_city(self._timezone))
        self._zone.setToolTip(city)
        note = self.problem or odd_time_words(schedule)
        self._note.setText(note)
        self._note.set_tone("bad" if self.problem else "attention")
        self._note.setVisible(bool(note))
        self.time.set_bad(bool(self.problem))
        for control in (self.day, self.time):
            control.setAccessibleDescription(f"{city}. {note}" if note else city)

    def _open_popup(self) -> None:
        if self._popup is None:
            self._popup = _Popup(self)
            self._popup.picked.connect(self._choose)
            self._popup.day_picked.connect(self._choose_day)
        now = self._now()
        today = now.astimezone(zone(self._timezone)).date()
        times = suggestions(now, self._timezone, self._free_at, self._slot_at)
        self._popup.open_below(self.day, self._wall.date(), today, times)

    def _choose_day(self, day: date) -> None:
        self._choose(datetime.combine(day, self._wall.time()))


class _TimeLine(QLineEdit):
    """A line that is typed over as a whole: it selects its text when it is entered.

    Signals:
        given_up: Escape, while something was typed.
        popup_wanted: The key Down.
    """

    given_up = Signal()
    popup_wanted = Signal()

    def set_bad(self, is_bad: bool) -> None:
        """Show that the text does not do."""
        set_look(self, "state", "bad" if is_bad else "")

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.MouseFocusReason and not self.isModified():
            QTimer.singleShot(0, self, self.selectAll)  # behind the click that sets the caret

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.given_up.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.popup_wanted.emit()
        else:
            super().keyPressEvent(event)


class _Popup(QFrame):
    """Suggestions above a calendar.

    Signals:
        picked: A wall time.
        day_picked: A date.
    """

    picked = Signal(object)
    day_picked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("look", "popup")
        self.setFixedWidth(_POPUP_WIDTH_PX)
        self._suggested = column(spacing=0)
        self._calendar = _Calendar()
        self._calendar.clicked.connect(self._on_day)
        self._calendar.activated.connect(self._on_day)
        margins = (SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self.setLayout(column(self._suggested, self._calendar, margins=margins))

    def open_below(
        self, anchor: QWidget, day: date, today: date, times: tuple[tuple[str, datetime], ...]
    ) -> None:
        """Show it under a widget, above it where the screen ends."""
        self._suggest(times)
        self._calendar.show_day(day, today)
        self.adjustSize()
        screen = anchor.screen().availableGeometry()
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + SPACE_XS))
        if corner.y() + self.height() > screen.bottom():
            corner.setY(corner.y() - anchor.height() - self.height() - 2 * SPACE_XS)
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self.width())))
        corner.setY(max(screen.top(), corner.y()))
        self.move(corner)
        self.show()
        self._calendar.setFocus()

    def _suggest(self, times: tuple[tuple[str, datetime], ...]) -> None:
        clear(self._suggested)
        for words_of, wall in times:
            button = push_button(words_of, look="option", clicked=partial(self._on_time, wall))
            self._suggested.addWidget(button)

    def _on_time(self, wall: datetime) -> None:
        self.hide()
        self.picked.emit(wall)

    def _on_day(self, day: QDate) -> None:
        if self.isVisible():  # Enter says both `clicked` and `activated`
            self.hide()
            self.day_picked.emit(date(day.year(), day.month(), day.day()))


class _Calendar(QCalendarWidget):
    """Qt's calendar in our look: no red, no grid, no week numbers; past days are shut."""

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale())
        self.setFirstDayOfWeek(QLocale().firstDayOfWeek())
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.ShortDayNames)
        self.setAccessibleName(tr("Calendar"))
        self.setMinimumHeight(_CALENDAR_HEIGHT_PX)

    def show_day(self, day: date, today: date) -> None:
        """Show this day as the chosen one; `today` is that of the form's zone."""
        with QSignalBlocker(self):
            self.setMinimumDate(QDate(today.year, today.month, today.day))
            self.setSelectedDate(QDate(day.year, day.month, day.day))
            self.showSelectedDate()
        self._dress(QDate(today.year, today.month, today.day))

    def _dress(self, today: QDate) -> None:
        look = tokens()
        plain, head, bold = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        plain.setForeground(QColor(look.ink))
        head.setForeground(QColor(look.soft_ink))
        bold.setForeground(QColor(look.accent))
        bold.setFontWeight(600)
        self.setHeaderTextFormat(head)
        for each in Qt.DayOfWeek:
            self.setWeekdayTextFormat(each, plain)
        self.setDateTextFormat(QDate(), plain)  # an invalid date forgets all formats
        self.setDateTextFormat(today, bold)
        for name, sign in (("prevmonth", "chevron-left"), ("nextmonth", "chevron-right")):
            button = self.findChild(QToolButton, f"qt_calendar_{name}")
            if isinstance(button, QToolButton):
                button.setIcon(icon(sign))
                button.setIconSize(QSize(16, 16))
