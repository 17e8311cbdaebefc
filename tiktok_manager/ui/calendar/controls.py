"""The calendar's row of controls: where one is, by whose clock, which posts, shown how."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from tiktok_manager.ui.calendar.filter_bar import FilterBar
from tiktok_manager.ui.calendar.filter_menu import FilterMenu
from tiktok_manager.ui.calendar.filters import NO_FILTER
from tiktok_manager.ui.calendar.saved_views import SavedViews
from tiktok_manager.ui.calendar.span import ShownZone, View
from tiktok_manager.ui.formats import zone_city, zone_text
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.controls import Segment, icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.menus import add_to_menu
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_S, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.kit.layout import Item

_TITLE_PX = 140
_WIDE_PX = 920
_FILTER_PX = 64  # the filter's button without words
_GAPS_PX = 140  # the pane's margins, the spaces between, the button of the menu


class CalendarControls(QObject):
    """Builds the controls and keeps them true; `chips` stand below them.

    Signals:
        view_chosen: The View the user wants.
        today_wanted: Back to today.
    """

    view_chosen = Signal(object)
    today_wanted = Signal()

    def __init__(self, viewmodel: CalendarViewModel, pane: QWidget) -> None:
        super().__init__(pane)
        core = viewmodel.core
        self._viewmodel = viewmodel
        self.saved = SavedViews(core, self)
        self._is_cramped = False
        self._build(pane.isRightToLeft())
        self.filters = FilterMenu(core.accounts, self.saved, pane)
        self.chips = FilterBar(core.accounts, self.saved)
        self.zones = self._zone_button(pane)
        for part in (self.filters, self.chips):
            part.changed.connect(viewmodel.set_filter)
        viewmodel.span_changed.connect(self._on_span)
        viewmodel.filter_changed.connect(self._on_filter)
        viewmodel.posts_changed.connect(self._on_posts)
        core.publishing.changed.connect(self._on_zone)
        self._on_span()
        self._on_filter()
        self._on_zone()

    def items(self, *others: QWidget) -> Sequence[Item]:
        """Return what stands in the row, with other parts in their place."""
        where = (self.earlier, self.title, self.later, SPACE_S, self.today, self.hint)
        return (*where, None, *others, self.zones, self.filters.button, self.views)

    @property
    def view(self) -> View:
        """How the plan is shown."""
        return View(self.views.current)

    def show_view(self, view: View) -> None:
        """Say how the plan is shown; the agenda has no pages to turn."""
        self.views.choose(view)
        self._show_pages()
        self._on_posts()

    def fit(self, width_px: int) -> None:
        """Leave out what the menu has, too, where there is no room for all."""
        self.zones.setVisible(width_px >= _WIDE_PX)
        others = (self.earlier, self.title, self.later, self.today, self.views)
        taken_px = sum(part.sizeHint().width() for part in others) + _GAPS_PX
        if not self.zones.isHidden():
            taken_px += self.zones.sizeHint().width()
        self._is_cramped = width_px < taken_px + _FILTER_PX
        if self._is_cramped:  # its key is still there
            taken_px -= self.today.sizeHint().width()
        self.filters.fit(width_px - taken_px)
        self._show_pages()

    def _show_pages(self) -> None:
        has_pages = self.view is not View.AGENDA
        for part in (self.earlier, self.title, self.later):
            part.setVisible(has_pages)
        self.today.setVisible(has_pages and not self._is_cramped)

    def _build(self, is_mirrored: bool) -> None:
        turn = self._viewmodel.turn
        back, on = ("right", "left") if is_mirrored else ("left", "right")
        self.earlier = icon_button(f"chevron-{back}", tr("Earlier"), clicked=partial(turn, -1))
        self.title = PlainLabel("", type=Type.SECTION)
        self.title.setMinimumWidth(_TITLE_PX)  # the arrows stay where they are while it changes
        self.later = icon_button(f"chevron-{on}", tr("Later"), clicked=partial(turn, 1))
        self.today = push_button(tr("Today"), clicked=self.today_wanted.emit)
        self.hint = PlainLabel("", tone="soft", elided=True)
        self.views = Segment(
            tr("Show as"),
            {
                View.MONTH: tr("Month"),
                View.WEEK: tr("Week"),
                View.DAY: tr("Day"),
                View.AGENDA: tr("Agenda"),
            },
        )
        self.views.chosen.connect(lambda key: self.view_chosen.emit(View(key)))

    def _zone_button(self, pane: QWidget) -> QWidget:
        self._zone = push_button("", icon_name="globe")
        menu = QMenu(self._zone)
        self._zone.setMenu(menu)
        face = add_to_menu(menu, (), over=pane)
        menu.aboutToShow.connect(lambda: face.show_entries(self.zone_actions()))
        return self._zone

    def zone_actions(self) -> Sequence[Action]:
        """Return the clocks by which times can be shown."""
        mine = self._viewmodel.core.timezone
        own, utc = ShownZone(name=mine, is_own=True), ShownZone(name="UTC")

        def by(words: str, zone: ShownZone | None) -> Action:
            return Action(words=lambda: words, run=lambda: self._set_zone(zone))

        return (
            by(tr("My time ({city})", city=zone_city(mine)), None),
            by(tr("As each post was planned"), own),
            by(tr("UTC"), utc),
        )

    def _set_zone(self, zone: ShownZone | None) -> None:
        self._viewmodel.set_zone(zone)
        self._on_zone()

    def _on_zone(self) -> None:
        zone = self._viewmodel.zone
        words = tr("As planned") if zone.is_own else zone_city(zone.name)
        self._zone.setText(words)
        self._zone.setAccessibleName(tr("Times: {zone}", zone=words))
        self._zone.setToolTip(zone_text(zone.name, self._viewmodel.core.now()))

    def _on_span(self) -> None:
        self.title.setText(self._viewmodel.span.title)

    def _on_filter(self) -> None:
        self.filters.show_filter(self._viewmodel.filter)
        self.chips.show_filter(self._viewmodel.filter)

    def _on_posts(self) -> None:
        is_filtered = self._viewmodel.filter != NO_FILTER
        plain = tr("No posts here. N plans one on the chosen day.")
        self.hint.setText(tr("Nothing here passes the filter.") if is_filtered else plain)
        self.hint.setVisible(self.view is not View.AGENDA and self._viewmodel.is_empty)
