"""All posts of one day, or those that one tile stands for, as a list in the drawer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiktok_manager.ui.calendar.moves import Place
from tiktok_manager.ui.formats import time_text
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.action import ActionRow
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.post.columns import account_column, caption_column
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from PySide6.QtGui import QPainter

    from tiktok_manager.domain.post_briefs import PostBrief
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.kit.action import Action

_SIGN_PX = 16


class DayList(QWidget):
    """A day's posts one by one, sorted by whatever heading is pressed; `only` are some of them.

    Signals:
        chosen: A PostBrief; `bool` says whether by keyboard.
        cancel_wanted: The PostBriefs to be taken out of the plan.
        new_wanted: A new post at this Place.
    """

    chosen = Signal(object, bool)
    cancel_wanted = Signal(object)
    new_wanted = Signal(object)

    def __init__(
        self,
        viewmodel: CalendarViewModel,
        day: date,
        only: frozenset[str] = frozenset(),
        actions: Callable[[Callable[[], Sequence[PostBrief]]], Sequence[Action]] | None = None,
    ) -> None:
        """`actions` are what can be done with all that is listed."""
        super().__init__()
        self._viewmodel = viewmodel
        self.only = only
        self.day = day
        self._count = PlainLabel("", tone="soft")
        self._model: ListModel[PostBrief] = ListModel(
            _columns(viewmodel), lambda post: post.id, self
        )
        self._row = None if actions is None else ActionRow(actions(lambda: self._model.rows))
        self.table: Table[PostBrief] = Table(
            self._model, tr("Posts of the day"), several=True, row_height_px=36, sorted_by=1
        )
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.row_opened.connect(self._on_opened)
        self.table.delete_wanted.connect(self._on_delete)
        viewmodel.posts_changed.connect(self._on_posts)
        viewmodel.core.accounts.avatars.arrived.connect(self.table.viewport().update)
        self._lay_out()
        self._on_posts()

    def focus_first(self) -> None:
        """Give the keyboard to the list, at its first post."""
        if self._model.rowCount():
            if not self.table.currentIndex().isValid():
                self.table.setCurrentIndex(self._model.index(0, 0))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._new.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        self._new = push_button(
            tr("New post on this day"),
            icon_name="plus",
            clicked=lambda: self.new_wanted.emit(Place(day=self.day)),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_L)
        layout.setSpacing(SPACE_S)
        self._count.setContentsMargins(SPACE_S, 0, 0, 0)
        layout.addWidget(self._count)
        if self._row is not None:
            layout.addWidget(self._row)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._new)

    def _on_posts(self) -> None:
        if not self._viewmodel.is_known(self.day):
            return  # other weeks are shown by now
        posts = self._viewmodel.posts(self.day)
        if self.only:
            posts = [post for post in posts if post.id in self.only]
        self._model.set_rows(posts)
        number = ntr("{count} post", "{count} posts", len(posts))
        self._count.setText(number if posts else tr("No posts"))
        self.table.setVisible(bool(posts))
        if self._row is not None:
            self._row.refresh()

    def _on_opened(self, post_id: str, by_keyboard: bool) -> None:
        if (post := self._model.find(post_id)) is not None:
            self.chosen.emit(post, by_keyboard)

    def _on_delete(self, post_ids: Sequence[str]) -> None:
        found = map(self._model.find, post_ids)
        self.cancel_wanted.emit([post for post in found if post is not None])


def _columns(viewmodel: CalendarViewModel) -> Sequence[Column[PostBrief]]:
    def paint_sign(painter: QPainter, rect: QRectF, post: PostBrief) -> None:
        look = viewmodel.look(post)
        spot = QRectF(rect.left(), rect.center().y() - _SIGN_PX / 2, _SIGN_PX, _SIGN_PX)
        paint_icon(painter, look.icon, spot, look.colour)

    def itself(post: PostBrief) -> PostBrief:
        return post

    return (
        Column(
            words=lambda: "",
            width=52,
            value=lambda post: viewmodel.look(post).words,
            sort=lambda post: viewmodel.look(post).words,
            hint=lambda post: viewmodel.look(post).words,
            delegate=paint_sign,
        ),
        Column(
            words=lambda: tr("Time"),
            width=78,
            value=lambda post: time_text(viewmodel.zone.wall(post).time()),
            sort=lambda post: (post.due_at, post.id),
        ),
        account_column(viewmodel.core, itself, 126),
        caption_column(itself),
    )
