"""The calendar pane: month or agenda, and the drawer for what is selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QStackedWidget, QWidget

from tiktok_manager.domain.errors import AppError, ChangedMeanwhile
from tiktok_manager.domain.posts import Post
from tiktok_manager.ui.calendar.agenda import AgendaViewModel, Scope
from tiktok_manager.ui.calendar.drawer import PostDrawer
from tiktok_manager.ui.calendar.grid import MonthGrid
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.formats import zone_city, zoned_time
from tiktok_manager.ui.kit.badges import Chip
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_S, Type

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.undo import UndoStep

NEEDS_YOU = "needs-you"


class CalendarView(PaneView):
    """Builds the calendar and binds it.

    Targets: a post's id opens it, a `date` shows that day, "needs-you" lists what waits for the
    user. It asks for the composer with a `date` (a new post on that day) or a post's id (edit it).
    """

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        first_weekday = QLocale().firstDayOfWeek().value
        self.viewmodel = CalendarViewModel(core, first_weekday, self)
        self.agenda = AgendaViewModel(core, self.viewmodel.avatar, self)
        self.drawer = PostDrawer(core, frame, self.viewmodel)
        self._build()
        self._connect()
        self._on_month()
        self.viewmodel.refresh()
        self._show_as(frame.memory.word("calendar-as", "month"))

    # -- PaneView -------------------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if target == NEEDS_YOU:
            self._needs_chip.setChecked(True)
            self._show_as("agenda")
        elif isinstance(target, date):
            self._show_as("month")
            self.viewmodel.show_day(target)
        elif isinstance(target, str):
            self.viewmodel.find(target)

    @override
    def pane_shown(self) -> None:
        self.viewmodel.refresh()
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def minute_passed(self) -> None:
        self.grid.viewport().update()
        self.drawer.refresh_ages()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._frame.close_drawer()
            return
        super().keyPressEvent(event)

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self.grid = MonthGrid(self.viewmodel)
        self.table: Table[Post] = Table(self.agenda.model, tr("Agenda"), row_height_px=40)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        for title, text in (
            ("Nothing planned from today on", "Plan a post, and it stands here and in the month."),
            ("Nothing needs you", "Posts that stop and wait for you are listed here."),
        ):
            self._pages.addWidget(self._empty(title, text))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self._pages)
        self.body.addWidget(self._stack)
        self._build_controls()

    def _empty(self, title: str, text: str) -> EmptyState:
        return EmptyState(
            "calendar",
            title,
            text,
            action_text="New post",
            action=lambda: self._frame.go("composer", "new"),
        )

    def _build_controls(self) -> None:
        self._title = PlainLabel("", type=Type.SECTION)
        self._title.setMinimumWidth(132)
        self._hint = PlainLabel("No posts here. N plans one on the chosen day.", tone="soft")
        self._hint.hide()
        self._zone = PlainLabel("", type=Type.CAPTION, tone="soft")
        turn = self.viewmodel.turn
        self._earlier = icon_button("chevron-left", "Month before", clicked=partial(turn, -1))
        self._later = icon_button("chevron-right", "Next month", clicked=partial(turn, 1))
        self._today = push_button("Today", clicked=self._on_today)
        self._upcoming_chip = Chip("From today", checked=True)
        self._needs_chip = Chip("Needs you")
        self._month_button = push_button("Month", look="segment", checkable=True)
        self._agenda_button = push_button("Agenda", look="segment", checkable=True)
        self._retry_all = push_button(
            "Retry all failed", icon_name="redo", clicked=self._on_retry_all
        )
        self._exclusive(self._upcoming_chip, self._needs_chip)
        self._exclusive(self._month_button, self._agenda_button)
        self.add_controls(
            self._earlier,
            self._title,
            self._later,
            SPACE_S,
            self._today,
            self._hint,
            self._upcoming_chip,
            self._needs_chip,
            SPACE_S,
            self._retry_all,
            None,
            self._zone,
            SPACE_S,
        )
        self.controls.addLayout(row(self._month_button, self._agenda_button, spacing=0))

    def _exclusive(self, *buttons: QAbstractButton) -> None:
        group = QButtonGroup(self)
        for button in buttons:
            group.addButton(button)

    def _connect(self) -> None:
        model = self.viewmodel
        model.month_changed.connect(self._on_month)
        model.posts_changed.connect(self._on_posts)
        model.cursor_changed.connect(self._on_cursor)
        model.cancelled.connect(self._on_cancelled)
        model.moved.connect(self._on_moved)
        model.retried.connect(self._on_retried)
        model.failed.connect(self._on_failed)
        model.found.connect(self._on_found)
        self._core.publishing.changed.connect(self._on_state)
        self.agenda.changed.connect(self._on_agenda)
        self.agenda.failed.connect(self._on_failed)
        self.grid.post_chosen.connect(self._on_post_chosen)
        self.grid.day_chosen.connect(self.drawer.open_day)
        self.grid.new_wanted.connect(self._new_post)
        for view in (self.grid, self.table):
            self.viewmodel.avatars.arrived.connect(view.viewport().update)
        self.table.row_opened.connect(self._on_row_opened)
        self.table.delete_wanted.connect(self._on_row_delete)
        self._month_button.clicked.connect(partial(self._show_as, "month"))
        self._agenda_button.clicked.connect(partial(self._show_as, "agenda"))
        for chip in (self._upcoming_chip, self._needs_chip):
            chip.toggled.connect(self._on_scope)
        self._on_zone()

    # -- showing --------------------------------------------------------------------------

    def _show_as(self, kind: str, _checked: bool = False) -> None:
        as_agenda = kind == "agenda"
        self._frame.memory.set_word("calendar-as", kind)
        (self._agenda_button if as_agenda else self._month_button).setChecked(True)
        self._stack.setCurrentIndex(1 if as_agenda else 0)
        for widget in (self._earlier, self._title, self._later, self._today):
            widget.setVisible(not as_agenda)
        for chip in (self._upcoming_chip, self._needs_chip):
            chip.setVisible(as_agenda)
        self._on_posts()
        self._on_scope()

    def _on_today(self) -> None:
        self.viewmodel.show_today()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_month(self) -> None:
        self._title.setText(self.viewmodel.title)
        self.grid.setAccessibleName(f"Calendar, {self.viewmodel.title}")

    def _on_posts(self) -> None:
        is_month = self._stack.currentIndex() == 0
        self._hint.setVisible(is_month and self.viewmodel.is_empty)

    def _on_state(self) -> None:
        self._on_zone()
        self._show_retry_all()

    def _show_retry_all(self) -> None:
        overview = self._core.publishing.overview
        failed = overview.failed if overview is not None else 0
        in_needs = self._stack.currentIndex() == 1 and self._needs_chip.isChecked()
        self._retry_all.setVisible(in_needs and failed > 0)
        words = f"Retry all failed ({failed})"
        self._retry_all.setText(f" {words}")
        self._retry_all.setAccessibleName(words)
        self._retry_all.setEnabled(True)

    def _on_retry_all(self) -> None:
        self._retry_all.setEnabled(False)
        self.viewmodel.retry_all_failed()

    def _on_retried(self, count: int) -> None:
        words = {0: "No post failed any more.", 1: "1 failed post goes out again."}
        text = words.get(count, f"{count} failed posts go out again.")
        more = "Posts that may be on TikTok already were left alone." if count else ""
        self._frame.notify(Notice(text=text, more=more, stays=False))
        self._core.publishing.reload()

    def _on_moved(self, post: Post, step: UndoStep) -> None:
        self._tell("Moved", post, step)

    def _on_zone(self) -> None:
        self._zone.setText(f"Times in {zone_city(self._core.timezone)}")
        self._zone.setToolTip(self._core.timezone)

    def _on_cursor(self) -> None:
        tile = self.viewmodel.selected
        if tile is not None and self.drawer.is_open:
            self.drawer.open_post(tile.post, focus=False)

    def _on_scope(self, _checked: bool = False) -> None:
        if self._stack.currentIndex() == 1:
            needs = self._needs_chip.isChecked()
            self.agenda.show_scope(Scope.NEEDS_YOU if needs else Scope.UPCOMING)
        self._show_retry_all()

    def _on_agenda(self) -> None:
        page = 1 if self.agenda.scope is Scope.UPCOMING else 2
        self._pages.setCurrentIndex(page if self.agenda.is_empty else 0)

    def _on_post_chosen(self, by_keyboard: bool) -> None:
        tile = self.viewmodel.selected
        if tile is not None:
            self.drawer.open_post(tile.post, focus=by_keyboard)

    def _on_row_opened(self, post_id: str, by_keyboard: bool) -> None:
        if (post := self.agenda.model.find(post_id)) is not None:
            self.drawer.open_post(post, focus=by_keyboard)

    def _on_row_delete(self, post_ids: Sequence[str]) -> None:
        for post in filter(None, map(self.agenda.model.find, post_ids)):
            self.viewmodel.cancel(post)

    def _on_found(self, post: Post) -> None:
        self._show_as("month")
        self.viewmodel.show_post(post)
        self.drawer.open_post(post, focus=False)

    def _on_cancelled(self, post: Post, step: UndoStep) -> None:
        self._tell("Cancelled", post, step)

    def _tell(self, what: str, post: Post, step: UndoStep) -> None:
        when = zoned_time(post.schedule.due_at, self._core.timezone, self._core.now())
        self._frame.notify(
            Notice(
                text=f"{what}: {when} @{post.handle}.",
                action_text="Undo",
                action=lambda: self._core.undo.undo_only(step),
                stays=False,
            )
        )

    def _on_failed(self, error: AppError) -> None:
        self._show_retry_all()
        again: Callable[[], object] = self.viewmodel.refresh
        if isinstance(error, ChangedMeanwhile):
            again = partial(self.viewmodel.find, error.id)
        self._frame.show_error(error, again)

    def _front(self) -> QWidget:
        return self.grid if self._stack.currentIndex() == 0 else self.table

    def _new_post(self, day: date) -> None:
        self._frame.go("composer", day)
