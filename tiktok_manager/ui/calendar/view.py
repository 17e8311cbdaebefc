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
from tiktok_manager.ui.calendar.bulk_form import SelectionBar
from tiktok_manager.ui.calendar.changing import Changing
from tiktok_manager.ui.calendar.controls import CalendarControls
from tiktok_manager.ui.calendar.day_list import DayList
from tiktok_manager.ui.calendar.exporting import Exporting
from tiktok_manager.ui.calendar.filters import NO_FILTER, Show
from tiktok_manager.ui.calendar.grid import MonthGrid
from tiktok_manager.ui.calendar.hours import HourGrid
from tiktok_manager.ui.calendar.moves import STEP_MINUTES, Place
from tiktok_manager.ui.calendar.span import View
from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
from tiktok_manager.ui.formats import day_title
from tiktok_manager.ui.frame import NewPost
from tiktok_manager.ui.kit.action import Action, action_button
from tiktok_manager.ui.kit.menus import add_to_menu, more_button
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.pane import PaneView, Stages
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post.actions import mending_actions, retry_all_action
from tiktok_manager.ui.post.drawer import PostDrawer
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QResizeEvent

    from tiktok_manager.domain.post_briefs import PostBrief
    from tiktok_manager.ui.calendar.ghosts import Ghost
    from tiktok_manager.ui.calendar.grid import DayGrid
    from tiktok_manager.ui.calendar.tile import Tile
    from tiktok_manager.ui.frame import Core, Frame

NEEDS_YOU = "needs-you"
_KEYS = {View.MONTH: "M", View.WEEK: "W", View.DAY: "D", View.AGENDA: "A"}


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
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.fit(event.size().width())

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
        self.table: Table[Tile] = Table(
            self.agenda.model,
            tr("Agenda"),
            row_height_px=40,
            several=True,
            memory=(self._frame.memory, "agenda"),
            menu=self._row_menu,
        )
        self._grids = QStackedWidget()
        self._grids.addWidget(self.grid)
        self._grids.addWidget(self.hours)
        days, agenda = Stages(self._grids), Stages(self.table, empty=self._empty_agenda)
        days.follow(self.viewmodel.reading)
        days.add_reading(self.viewmodel.news)
        days.add_reading(self.viewmodel.free)
        agenda.follow(self.agenda.pages.reading)
        self._pages = QStackedWidget()
        self._pages.addWidget(days)
        self._pages.addWidget(agenda)
        self.bar = CalendarControls(self.viewmodel, self)
        days.add_reading(self.bar.saved.reading)
        self.body.addWidget(self.bar.chips)
        self.body.addWidget(self._pages, 1)
        actions = self.changing.actions(self._selected, shown=lambda: True)
        self.selected = SelectionBar(self._pages, actions, clear=self._let_go)

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
        self._retry_all = action_button(
            retry_all_action(self._core, self.drawer.changes, self._lists_what_needs_user)
        )
        self.exporting = Exporting(self.viewmodel, self._frame, self)
        more = more_button(
            lambda: (*self.exporting.actions(), None, *self.bar.zone_actions()), over=self
        )
        self.add_controls(*self.bar.items(self._retry_all), more)
        self.controls.setStretchFactor(self.bar.hint, 1)
        for view, key in _KEYS.items():
            for shown in (self.grid, self.hours, self.table):
                context = Qt.ShortcutContext.WidgetShortcut
                QShortcut(QKeySequence(key), shown, partial(self._on_view, view), context=context)

    def _connect(self) -> None:
        model, changes = self.viewmodel, self.drawer.changes
        model.span_changed.connect(self._on_span)
        model.cursor_changed.connect(self._on_cursor)
        model.filter_changed.connect(self._on_filter)
        self.bar.view_chosen.connect(self._on_view)
        self.bar.today_wanted.connect(self._on_today)
        self.bar.saved.failed.connect(self._frame.show_error)
        model.found.connect(self._on_found)
        model.failed.connect(self._frame.show_error)
        changes.changed.connect(model.replace_post)
        changes.moved.connect(model.show_post)
        changes.retrying.changed.connect(self._retry_all.refresh)
        self._core.publishing.changed.connect(self._retry_all.refresh)
        for grid in (self.grid, self.hours):
            grid.tile_chosen.connect(self._on_tile_chosen)
            grid.cancel_wanted.connect(self.changing.cancel_selected)
            grid.menu_wanted.connect(partial(self._on_tile_menu, grid))
            grid.day_chosen.connect(self.open_day)
            grid.new_wanted.connect(self._new_post)
            grid.ghost_chosen.connect(self._on_ghost)
            grid.dropped.connect(self.changing.drop)
        model.refused.connect(lambda words: self._frame.notify(Notice(text=words, stays=False)))
        model.selection.changed.connect(self._on_selection)
        model.posts_changed.connect(self._on_selection)
        self.table.selection_changed.connect(self._on_selection)
        self.table.row_opened.connect(self._on_row_opened)
        self.table.delete_wanted.connect(self._on_row_delete)
        for view in (self.grid, self.hours, self.table):
            self._core.accounts.avatars.arrived.connect(view.viewport().update)
            self._core.accounts.reading.changed.connect(view.viewport().update)

    # -- showing --------------------------------------------------------------------------

    def open_day(self, day: date, by_keyboard: bool) -> None:
        """Show the whole list of a day."""
        self._open_list(day_title(day), self._list_of(day, frozenset()), by_keyboard)

    def _open_list(self, title: str, content: DayList, by_keyboard: bool) -> None:
        back = Action(
            words=lambda: tr("All of {day}", day=title),
            icon="arrow-left",
            look="quiet",
            run=lambda: self._open_list(title, self._list_of(day, only), True),
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

    def _on_view(self, view: View) -> None:
        self._frame.memory.set_word("calendar-as", view)
        self._show_as(view)
        self.take_focus()

    def _show_as(self, view: View) -> None:
        self.bar.show_view(view)
        self._grids.setCurrentWidget(self.grid if view is View.MONTH else self.hours)
        self.viewmodel.show_as(view)
        self._pages.setCurrentIndex(1 if view is View.AGENDA else 0)
        self._on_filter()
        self._on_selection()

    def _on_filter(self) -> None:
        shown = self.viewmodel.filter
        if self._is_agenda and shown != self.agenda.filter:
            self.agenda.set_filter(shown)
        self._retry_all.refresh()

    def _on_today(self) -> None:
        self.viewmodel.show_today()
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_span(self) -> None:
        for grid in (self.grid, self.hours):
            grid.setAccessibleName(tr("Calendar, {months}", months=self.viewmodel.span.title))

    def _on_cursor(self) -> None:
        tile = self.viewmodel.selected
        if tile is not None and not tile.is_stack and self.drawer.is_open:
            self.drawer.find(tile.post.id)

    def _on_tile_chosen(self, by_keyboard: bool) -> None:
        tile = self.viewmodel.selected
        if tile is None:
            return
        if tile.is_stack:
            self._open_stack(tile, by_keyboard)
        else:
            self.drawer.find(tile.post.id, focus=by_keyboard)

    def _open_stack(self, tile: Tile, by_keyboard: bool) -> None:
        self._open_list(day_title(tile.day), self._list_of(tile.day, tile.ids), by_keyboard)

    def _list_of(self, day: date, only: frozenset[str]) -> DayList:
        actions = partial(self.changing.actions, shown=lambda: bool(only))
        return DayList(self.viewmodel, day, only, actions)

    def _on_row_opened(self, key: object, by_keyboard: bool) -> None:
        tile = self.agenda.model.find(key)
        if tile is not None and tile.is_stack:
            self.viewmodel.show_day(tile.day)  # whose rows are listed
            self._open_stack(tile, by_keyboard)
        elif tile is not None:
            self.drawer.find(tile.post.id, focus=by_keyboard)

    def _selected(self) -> Sequence[PostBrief]:
        """Return what is selected in the view in front: in the agenda, more than the row open."""
        if not self._is_agenda:
            return self.viewmodel.selected_posts
        posts = [post for tile in self.table.selected_rows for post in tile.posts]
        return posts if len(self.table.selected_rows) > 1 else ()

    def _on_selection(self) -> None:
        self.selected.show_count(len(self._selected()))

    def _let_go(self) -> None:
        self.viewmodel.selection.put(())
        self.table.clearSelection()

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
        actions = mending_actions(self._core, self._frame, self.drawer.changes, lambda: post)
        add_to_menu(menu, actions, over=grid)
        menu.popup(at)

    def _row_menu(self, rows: Sequence[Tile]) -> Sequence[Action]:
        posts = [post for tile in rows for post in tile.posts]
        return self.changing.actions(lambda: posts, shown=lambda: True)

    def _on_row_delete(self, keys: Sequence[object]) -> None:
        found = map(self.agenda.model.find, keys)
        self.changing.cancel([post for tile in found if tile is not None for post in tile.posts])

    def _on_found(self, post: Post) -> None:
        if self._is_agenda:
            self._show_as(View.MONTH)
        self.viewmodel.show_post(post)
        self.drawer.open_post(post, focus=False)

    @property
    def _is_agenda(self) -> bool:
        return self.bar.view is View.AGENDA

    def _lists_what_needs_user(self) -> bool:
        return self._is_agenda and self.viewmodel.filter.show is Show.NEEDS_YOU

    def _front(self) -> QWidget:
        if self._is_agenda:
            return self.table
        return self._grid

    @property
    def _grid(self) -> DayGrid:
        return self.hours if self.viewmodel.span.has_hours else self.grid

    def _on_ghost(self, ghost: Ghost) -> None:
        wanted = NewPost(
            day=ghost.wall.date(),
            minute=ghost.minute,
            timezone=self.viewmodel.timezone,
            account_ids=ghost.account_ids,
        )
        self._frame.go("composer", wanted)

    def _new_post(self, place: Place) -> None:
        zone = self.viewmodel.timezone
        minute = None if place.minute is None else place.minute // STEP_MINUTES * STEP_MINUTES
        self._frame.go("composer", NewPost(day=place.day, minute=minute, timezone=zone))
