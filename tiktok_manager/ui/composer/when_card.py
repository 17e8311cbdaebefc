"""When the post goes out: now, or at a date and time in a named zone."""

from datetime import date, datetime, time

from PySide6.QtCore import QDate, QSignalBlocker, QTime
from PySide6.QtWidgets import QHBoxLayout

from tiktok_manager.ui.composer.creators_card import segment
from tiktok_manager.ui.composer.parts import CalmDateTimeEdit, help_label, say
from tiktok_manager.ui.composer.timing import late_text, time_warning, when_text, zone_text
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.tokens import SPACE_S
from tiktok_manager.ui.widgets import Card, PlainLabel


class WhenCard(Card):
    """Date and time are local to the zone that stands beside them."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__("When")
        self._model = model
        self.at_time = segment("At a time", lambda: model.set_post_now(False))
        self.at_once = segment("Now", lambda: model.set_post_now(True))
        self.moment = CalmDateTimeEdit()
        self.moment.setAccessibleName("Date and time")
        self._zone = PlainLabel("", tone="soft")
        self._when = PlainLabel("", wrap=True)
        self._warning = help_label()
        self._late = help_label()
        self.moment.dateTimeChanged.connect(self._on_edited)
        self._build()

    def fill(self) -> None:
        """Put the form's time into the fields."""
        wall = self._model.form.wall
        with QSignalBlocker(self.moment):
            self.moment.setDate(QDate(wall.year, wall.month, wall.day))
            self.moment.setTime(QTime(wall.hour, wall.minute))

    def refresh(self) -> None:
        """Say when it goes out, and what is odd about that."""
        model, form = self._model, self._model.form
        self.at_time.setChecked(not form.post_now)
        self.at_once.setChecked(form.post_now)
        self.moment.setVisible(not form.post_now)
        open_to_change = not model.locked and model.progress is None
        for widget in (self.at_time, self.at_once, self.moment):
            widget.setEnabled(open_to_change)
        zone_name = zone_text(form.timezone, form.schedule.due_at)
        self._zone.setText(zone_name)
        self._zone.setVisible(not form.post_now)
        self._zone.setToolTip(form.timezone)
        self.moment.setAccessibleDescription(zone_name)
        self._when.setText(when_text(form, model.now))
        warning = "" if model.locked else time_warning(form, model.now)
        say(self._warning, warning, "attention")
        say(self._late, "" if form.post_now else late_text(model.lateness))

    def _build(self) -> None:
        kinds = QHBoxLayout()
        kinds.setSpacing(0)
        kinds.addWidget(self.at_time, 1)
        kinds.addWidget(self.at_once, 1)
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(kinds)
        for widget in (self.moment, self._zone, self._when, self._warning, self._late):
            self.body.addWidget(widget)

    def _on_edited(self) -> None:
        day, clock = self.moment.date(), self.moment.time()
        chosen = date(day.year(), day.month(), day.day())
        self._model.set_wall(datetime.combine(chosen, time(clock.hour(), clock.minute())))
