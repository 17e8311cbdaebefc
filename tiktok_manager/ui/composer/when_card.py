"""When the post goes out: now, or at a date and time in a named zone."""

from datetime import date, datetime, time

from PySide6.QtCore import QDate, QSignalBlocker, QTime
from PySide6.QtWidgets import QHBoxLayout

from tiktok_manager.ui.composer.creators_card import segment
from tiktok_manager.ui.composer.parts import CalmDateTimeEdit, help_label, say
from tiktok_manager.ui.composer.timing import late_text, time_warning, when_text
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import zone_text
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.tokens import SPACE_S


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
        self._full = help_label()
        self.use_free = push_button("Use that time", icon_name="moved", clicked=model.use_free_time)
        self.spread = push_button(
            "Spread over free times", icon_name="moved", clicked=lambda: model.set_spread(True)
        )
        self.one_time = push_button(
            "Keep one time for all", icon_name="undo", clicked=lambda: model.set_spread(False)
        )
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
        self._show_quota(is_open=open_to_change)

    def _show_quota(self, *, is_open: bool) -> None:
        form, text = self._model.form, self._model.quota_text
        say(self._full, text, "soft" if form.spread else "attention")
        is_one = len(form.account_ids) == 1
        self.use_free.setVisible(bool(text) and is_one)
        self.spread.setVisible(bool(text) and not is_one and not form.spread)
        self.one_time.setVisible(bool(text) and not is_one and form.spread)
        for button in (self.use_free, self.spread, self.one_time):
            button.setEnabled(is_open)

    def _build(self) -> None:
        kinds = QHBoxLayout()
        kinds.setSpacing(0)
        kinds.addWidget(self.at_time, 1)
        kinds.addWidget(self.at_once, 1)
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(kinds)
        for widget in (self.moment, self._zone, self._when, self._warning, self._full):
            self.body.addWidget(widget)
        self.body.addLayout(row(self.use_free, self.spread, self.one_time, None))
        self.body.addWidget(self._late)

    def _on_edited(self) -> None:
        day, clock = self.moment.date(), self.moment.time()
        chosen = date(day.year(), day.month(), day.day())
        self._model.set_wall(datetime.combine(chosen, time(clock.hour(), clock.minute())))
