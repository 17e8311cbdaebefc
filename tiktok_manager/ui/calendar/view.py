"""The calendar pane: month, week, day or agenda, and the drawer for what is selected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from tiktok_manager.domain.posts import Post
from tiktok_manager.ui.calendar.agenda import AgendaViewModel
from tiktok_manager.ui.calendar.changing import Changing
from tiktok_manager.ui.calendar.day_list import DayList
from tiktok_manager.ui.calendar.filter_menu import FilterMenu
from tiktok_manager.ui.calendar.filters import NO_FILTER, Show
from tiktok_manager.ui.calendar.grid import MonthGrid
from tiktok_manager.ui.calendar.hours import HourGrid
from tiktok_manager.ui.calendar.moves import STEP_MINUTES, Place
from tiktok_manager.ui.calendar.span import View
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.formats import day_title, zone_city
from tiktok_manager.ui.frame import NewPost
from tiktok_manager.ui.kit.action import Action, action_button
from tiktok_manager.ui.kit.controls import Segment, icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.menus import add_to_menu
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView, Stages
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post.actions import mending_actions, retry_all_action
from tiktok_manager.ui.post.drawer import PostDrawer
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint

    from tiktok_manager.ui.calendar.grid import DayGrid
    from tiktok_manager.ui.frame import Core, Frame

NEEDS_YOU = "needs-you"
_KEYS = {View.MONTH: "M", View.WEEK: "W", View.DAY: "D", View.AGENDA: "A"}
_TITLE_PX = 156


class CalendarView(PaneView):
    """Builds the calendar and binds it.

    Targets: a post's id opens it, a `date` shows all of that day, a `View` shows the plan so,
    "needs-you" lists what waits for the user. It asks for the composer with a `NewPost` or, to
    edit it, a post's id.
    """

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self.viewmodel = CalendarViewModel(core, QLocale().firstDayOfWeek().value, self)
        self.agenda = AgendaViewModel(core, self)
        self.drawer = PostDrawer(core, frame, self)
        self.changing = Changing(core, frame, self.viewmodel, self.drawer, self)
        self._build()
        self._build_controls()
        self._connect()
        core.accounts.load()
        self._on_state()
        shown = frame.memory.word("calendar-as", View.MONTH)
        self._show_as(View(shown) if shown in set(View) else View.MONTH)
        self._on_span()

    # -- PaneView -------------------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if target == NEEDS_YOU:
            self.viewmodel.set_filter(replace(NO_FILTER, show=Show.NEEDS_YOU))
            self._show_as(View.AGENDA)
        elif isinstance(target, date):
            self.viewmodel.set_filter(NO_FILTER)
            self._show_as(View.MONTH)
            self.viewmodel.show_day(target)
        elif isinstance(target, View):
            self._show_as(target)
        elif isinstance(target, str):
            self.viewmodel.find(target)

    @override
    def take_focus(self) -> None:
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def pane_shown(self) -> None:
        self.take_focus()

    @override
    def minute_passed(self) -> None:
        self.viewmodel.minute_passed()
        for grid in (self.grid, self.hours):
            grid.viewport().update()
        self.drawer.refresh_ages()

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        self.grid = MonthGrid(self.viewmodel)
        self.hours = HourGrid(self.viewmodel)
        self.table: Table[Post] = Table(
            self.agenda.model,
            tr("Agenda"),
            row_height_px=40,
            memory=(self._frame.memory, "agenda"),
            menu=self._row_menu,
        )
        self._grids = QStackedWidget()
        self._grids.addWidget(self.grid)
        self._grids.addWidget(self.hours)
        days, agenda = Stages(self._grids), Stages(self.table, empty=self._empty_agenda)
        days.follow(self.viewmodel.reading)
        days.add_reading(self.viewmodel.news)
        agenda.follow(self.agenda.pages.reading)
        self._pages = QStackedWidget()
        self._pages.addWidget(days)
        self._pages.addWidget(agenda)
        self.body.addWidget(self._pages)

    def _empty_agenda(self) -> EmptyState:
        titles = {
            Show.NEEDS_YOU: tr("Nothing needs you"),
            Show.PUBLISHED: tr("Nothing was published in the last 30 days"),
        }
        texts = {
            Show.NEEDS_YOU: tr("Posts that stop and wait for you are listed here."),
            Show.PUBLISHED: tr("What goes out stands here and in the month."),
        }
        show = self.agenda.filter.show
        return EmptyState(
            "calendar",
            titles.get(show, tr("Nothing planned from today on")),
            texts.get(show, tr("Plan a post, and it stands here and in the month.")),
            action_text=tr("New post"),
            action=lambda: self._frame.go("composer", "new"),
        )

    def _build_controls(self) -> None:
        turn = self.viewmodel.turn
        back, on = ("right", "left") if self.isRightToLeft() else ("left", "right")
        self._earlier = icon_button(f"chevron-{back}", tr("Earlier"), clicked=partial(turn, -1))
        self._title = PlainLabel("", type=Type.SECTION)
        self._title.setMinimumWidth(_TITLE_PX)  # the arrows stay where they are while it changes
        self._later = icon_button(f"chevron-{on}", tr("Later"), clicked=partial(turn, 1))
        self._today = push_button(tr("Today"), clicked=self._on_today)
        self._hint = PlainLabel("", tone="soft", elided=True)
        self._zone = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self._zone.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.filters = FilterMenu(self._core.accounts, self)
        self._as = Segment(tr("Show as"), _view_words())
        for view, key in _KEYS.items():
            for shown in (self.grid, self.hours, self.table):
                context = Qt.ShortcutContext.WidgetShortcut
                QShortcut(QKeySequence(key), shown, partial(self._on_as, view), context=context)
        self._retry_all = action_button(
            retry_all_action(self._core, self.drawer.changes, self._lists_what_needs_user)
        )
        self.add_controls(
            self._earlier,
            self._title,
            self._later,
            SPACE_S,
            self._today,
            self._hint,
            self._retry_all,
            self._zone,
            SPACE_S,
            self.filters.button,
            self._as,
        )
        self.controls.setStretchFactor(self._hint, 2)
        self.controls.setStretchFactor(self._zone, 1)

    def _connect(self) -> None:
        model, changes = self.viewmodel, self.drawer.changes
        model.span_changed.connect(self._on_span)
        model.posts_changed.connect(self._on_posts)
        model.cursor_changed.connect(self._on_cursor)
        model.filter_changed.connect(self._on_filter)
        self.filters.changed.connect(model.set_filter)
        model.found.connect(self._on_found)
        model.failed.connect(self._frame.show_error)
        changes.changed.connect(model.replace_post)
        changes.moved.connect(model.show_post)
        changes.retrying.changed.connect(self._retry_all.refresh)
        self._core.publishing.changed.connect(self._on_state)
        for grid in (self.grid, self.hours):
            grid.tile_chosen.connect(self._on_tile_chosen)
            grid.cancel_wanted.connect(self.changing.cancel_selected)
            grid.menu_wanted.connect(partial(self._on_tile_menu, grid))
            grid.day_chosen.connect(self.open_day)
            grid.new_wanted.connect(self._new_post)
            grid.dropped.connect(self.changing.drop)
        model.refused.connect(lambda words: self._frame.notify(Notice(text=words, stays=False)))
        self.table.row_opened.connect(self._on_row_opened)
        self.table.delete_wanted.connect(self._on_row_delete)
        self._as.chosen.connect(self._on_as)
        for view in (self.grid, self.hours, self.table):
            self._core.accounts.avatars.arrived.connect(view.viewport().update)
            self._core.accounts.reading.changed.connect(view.viewport().update)

    # -- showing --------------------------------------------------------------------------

    def open_day(self, day: date, by_keyboard: bool) -> None:
        """Show the whole list of a day."""
        self._open_list(day_title(day), DayList(self.viewmodel, day), by_keyboard)

    def _open_list(self, title: str, content: DayList, by_keyboard: bool) -> None:
        back = Action(
            words=lambda: tr("All of {day}", day=title),
            icon="arrow-left",
            look="quiet",
            run=lambda: self._open_list(title, DayList(self.viewmodel, day, only), True),
        )
        day, only = content.day, content.only
        content.chosen.connect(
            lambda post, by_keys: self.drawer.find(post.id, focus=by_keys, back=back)
        )
        content.cancel_wanted.connect(self.changing.cancel)
        content.new_wanted.connect(self._new_post)
        self._frame.open_drawer(title, content)
        if by_keyboard:
            content.focus_first()

    def _on_as(self, view: str) -> None:
        self._frame.memory.set_word("calendar-as", view)
        self._show_as(View(view))
        self.take_focus()

    def _show_as(self, view: View) -> None:
        self._as.choose(view)
        is_agenda = view is View.AGENDA
        self._grids.setCurrentWidget(self.grid if view is View.MONTH else self.hours)
        self.viewmodel.show_as(view)
        self._pages.setCurrentIndex(1 if is_agenda else 0)
        for widget in (self._earlier, self._title, self._later, self._today):
            widget.setVisible(not is_agenda)
        self._on_filter()
        self._on_posts()

    def _on_filter(self) -> None:
        shown = self.viewmodel.filter
        self.filters.show_filter(shown)
        if self._is_agenda and shown != self.agenda.filter:
            self.agenda.set_filter(shown)
        self._retry_all.refresh()

    def _on_today(self) -> None:
        self.viewmodel.show_today()
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_span(self) -> None:
        title = self.viewmodel.span.title
        self._title.setText(title)
        for grid in (self.grid, self.hours):
            grid.setAccessibleName(tr("Calendar, {months}", months=title))

    def _on_posts(self) -> None:
        is_filtered = self.viewmodel.filter != NO_FILTER
        plain = tr("No posts here. N plans one on the chosen day.")
        self._hint.setText(tr("Nothing here passes the filter.") if is_filtered else plain)
        self._hint.setVisible(not self._is_agenda and self.viewmodel.is_empty)

    def _on_state(self) -> None:
        self._zone.setText(tr("Times in {city}", city=zone_city(self._core.timezone)))
        self._zone.setToolTip(self._core.timezone)
        self._retry_all.refresh()

    def _on_cursor(self) -> None:
        tile = self.viewmodel.selected
        if tile is not None and not tile.is_stack and self.drawer.is_open:
            self.drawer.find(tile.post.id)

    def _on_tile_chosen(self, by_keyboard: bool) -> None:
        tile = self.viewmodel.selected
        if tile is None:
            return
        if tile.is_stack:
            content = DayList(self.viewmodel, tile.day, tile.ids)
            self._open_list(day_title(tile.day), content, by_keyboard)
        else:
            self.drawer.find(tile.post.id, focus=by_keyboard)

    def _on_row_opened(self, post_id: str, by_keyboard: bool) -> None:
        if (post := self.agenda.model.find(post_id)) is not None:
            self.drawer.open_post(post, focus=by_keyboard)

    def _on_tile_menu(self, grid: DayGrid, at: QPoint) -> None:
        tile = self.viewmodel.selected
        if tile is not None and not tile.is_stack:
            self._core.tasks.run(
                lambda _token: self._core.workspace.planning.get(tile.post.id),
                done=lambda post: self._show_menu(post, grid, at),
                failed=self._frame.show_error,
                group="calendar-menu",
            )

    def _show_menu(self, post: Post, grid: DayGrid, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_to_menu(menu, self._row_menu([post]), over=grid)
        menu.popup(at)

    def _row_menu(self, rows: Sequence[Post]) -> Sequence[Action]:
        (post,) = rows
        return mending_actions(self._core, self._frame, self.drawer.changes, lambda: post)

    def _on_row_delete(self, post_ids: Sequence[str]) -> None:
        found = map(self.agenda.model.find, post_ids)
        self.changing.cancel([post for post in found if post is not None])

    def _on_found(self, post: Post) -> None:
        if self._is_agenda:
            self._show_as(View.MONTH)
        self.viewmodel.show_post(post)
        self.drawer.open_post(post, focus=False)

    @property
    def _is_agenda(self) -> bool:
        return self._as.current == View.AGENDA

    def _lists_what_needs_user(self) -> bool:
        return self._is_agenda and self.viewmodel.filter.show is Show.NEEDS_YOU

    def _front(self) -> QWidget:
        if self._is_agenda:
            return self.table
        return self._grid

    @property
    def _grid(self) -> DayGrid:
        return self.hours if self.viewmodel.span.has_hours else self.grid

    def _new_post(self, place: Place) -> None:
        zone = self.viewmodel.timezone
        minute = None if place.minute is None else place.minute // STEP_MINUTES * STEP_MINUTES
        self._frame.go("composer", NewPost(day=place.day, minute=minute, timezone=zone))


def _view_words() -> dict[str, str]:
    return {
        View.MONTH: tr("Month"),
        View.WEEK: tr("Week"),
        View.DAY: tr("Day"),
        View.AGENDA: tr("Agenda"),
    }
