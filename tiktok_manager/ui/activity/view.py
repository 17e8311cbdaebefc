"""The activity pane: a list of all posts by their last change; a row opens its flight record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktok_manager.ui.activity.viewmodel import ActivityViewModel, Standing, Wanted
from tiktok_manager.ui.kit.account_model import AccountBox
from tiktok_manager.ui.kit.controls import icon_button
from tiktok_manager.ui.kit.inputs import CalmComboBox, SearchLine
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post.actions import mending_actions
from tiktok_manager.ui.post.drawer import PostDrawer
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.domain.post_briefs import ChangedPost
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.kit.action import Action


class ActivityView(PaneView):
    """Filters above a table. Target: the id of a post to open."""

    gives_way = True

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__(empty=self._nothing)
        self._core = core
        self._frame = frame
        self.viewmodel = ActivityViewModel(core, self)
        self.drawer = PostDrawer(core, frame, self)
        self.table: Table[ChangedPost] = Table(
            self.viewmodel.pages.model,
            tr("Activity"),
            memory=(frame.memory, "activity"),
            menu=self._menu,
        )
        self._build_controls()
        self.body.addWidget(self.table)
        self.table.row_opened.connect(self._on_opened)
        self.follow(self.viewmodel.pages.reading)
        core.accounts.avatars.arrived.connect(self.table.viewport().update)

    @override
    def open_target(self, target: object) -> None:
        self.table.choose(target)
        self.drawer.find(str(target))

    @override
    def take_focus(self) -> None:
        self.table.setFocus()

    @override
    def minute_passed(self) -> None:
        self.table.viewport().update()
        self.drawer.refresh_ages()

    def _build_controls(self) -> None:
        self.standing = CalmComboBox()
        self.standing.setAccessibleName(tr("Status"))
        for standing, words in _standing_words():
            self.standing.addItem(words, standing)
        self.standing.activated.connect(lambda _row: self._narrow())
        self.account = AccountBox(self._core.accounts, tr("All accounts"))
        self.account.chosen.connect(lambda _account_id: self._narrow())
        self.every = icon_button("close", tr("All accounts"), clicked=self._on_every_account)
        self.every.hide()
        self.search = SearchLine(tr("Search captions and accounts"), self, width_px=360)
        self.search.textChanged.connect(lambda _text: self._narrow())
        self.add_controls(self.standing, self.account, self.every, None, self.search)
        self.controls.setStretchFactor(self.search, 4)

    def _narrow(self) -> None:
        self.every.setVisible(bool(self.account.account_id))
        self.viewmodel.narrow(
            Wanted(
                standing=Standing(self.standing.currentData()),
                account_id=self.account.account_id or None,
                text=self.search.text(),
            )
        )

    def _on_every_account(self) -> None:
        self.account.show_account("")
        self.account.setFocus()
        self._narrow()

    def _show_all(self) -> None:
        self.standing.setCurrentIndex(0)
        self.account.show_account("")
        self.search.clear()
        self.search.setFocus()
        self._narrow()

    def _nothing(self) -> EmptyState:
        if self.viewmodel.is_narrowed:
            return EmptyState(
                "search",
                tr("No post matches"),
                tr("Nothing that happened fits what you look for."),
                action_text=tr("Show all"),
                action=self._show_all,
            )
        return EmptyState(
            "activity",
            tr("Nothing has happened yet"),
            tr("Every post stands here with all that happened to it, the newest first."),
            action_text=tr("New post"),
            action=lambda: self._frame.go("composer", "new"),
        )

    def _menu(self, rows: Sequence[ChangedPost]) -> Sequence[Action]:
        (row,) = rows
        return mending_actions(self._core, self._frame, self.drawer.changes, lambda: row.post)

    def _on_opened(self, post_id: str, by_keyboard: bool) -> None:
        row = self.viewmodel.pages.model.find(post_id)
        if row is not None:
            self.drawer.open_post(row.post, focus=by_keyboard)


def _standing_words() -> Sequence[tuple[Standing, str]]:
    return (
        (Standing.ANY, tr("Any status")),
        (Standing.NEEDS_YOU, tr("Needs you")),
        (Standing.WAITING, tr("Waiting")),
        (Standing.ON_ITS_WAY, tr("On its way")),
        (Standing.PUBLISHED, tr("Published")),
        (Standing.CANCELLED, tr("Cancelled")),
    )
