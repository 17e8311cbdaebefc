"""Posts as lists: all of one day in the drawer, and the agenda of what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiktok_manager.ui.formats import full_stamp, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.post_look import PostLook, post_look
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtGui import QIcon

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.calendar.month import Tile
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.frame import Core

Avatar = Callable[[str], "Path | None"]


def agenda_columns(core: Core, avatar: Avatar) -> Sequence[Column[Post]]:
    """Return when, who, what and how it stands."""

    def look(post: Post) -> PostLook:
        return post_look(post, core.timezone, core.now())

    return (
        Column(
            words=lambda: tr("When"),
            width=190,
            value=lambda post: zoned_time(post.schedule.due_at, core.timezone, core.now()),
            hint=lambda post: full_stamp(post.schedule.due_at, core.timezone),
        ),
        Column(
            words=lambda: tr("Account"),
            width=170,
            value=lambda post: f"@{post.handle}",
            icon=lambda post: core.accounts.avatars.icon(post.handle, avatar(post.account_id)),
        ),
        Column(
            words=lambda: tr("Status"),
            width=170,
            value=lambda post: look(post).words,
            icon=lambda post: _sign(look(post)),
            hint=lambda post: words(post.error).title if post.error else "",
        ),
        Column(
            words=lambda: tr("Caption"),
            value=lambda post: " ".join(post.caption.split()) or "(no caption)",
            hint=lambda post: post.caption,
        ),
    )


class DayList(QWidget):
    """All posts of one day, for the drawer.

    Signals:
        chosen: A Tile; `bool` says whether by keyboard.
        cancel_wanted: A Tile.
        new_wanted: A new post on this day.
    """

    chosen = Signal(object, bool)
    cancel_wanted = Signal(object)
    new_wanted = Signal(object)

    def __init__(self, viewmodel: CalendarViewModel, day: date) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self.day = day
        self._count = PlainLabel("", tone="soft")
        self._model: ListModel[Tile] = ListModel(
            _day_columns(viewmodel), lambda tile: tile.post.id, self
        )
        self.table: Table[Tile] = Table(self._model, tr("Posts of the day"), row_height_px=36)
        self.table.horizontalHeader().hide()
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._connect()
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

    def _connect(self) -> None:
        self._viewmodel.posts_changed.connect(self._on_posts)
        self.table.row_opened.connect(self._on_opened)
        self.table.delete_wanted.connect(self._on_delete)

    def _lay_out(self) -> None:
        self._new = push_button(
            "New post on this day",
            icon_name="plus",
            clicked=lambda: self.new_wanted.emit(self.day),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_L)
        layout.setSpacing(SPACE_S)
        self._count.setContentsMargins(SPACE_S, 0, 0, 0)
        layout.addWidget(self._count)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._new)

    def _on_posts(self) -> None:
        tiles = self._viewmodel.tiles(self.day)
        self._model.set_rows(tiles)
        number = "No posts" if not tiles else "1 post" if len(tiles) == 1 else f"{len(tiles)} posts"
        self._count.setText(number)
        self.table.setVisible(bool(tiles))

    def _on_opened(self, post_id: str, by_keyboard: bool) -> None:
        if (tile := self._model.find(post_id)) is not None:
            self.chosen.emit(tile, by_keyboard)

    def _on_delete(self, post_ids: Sequence[str]) -> None:
        for tile in filter(None, map(self._model.find, post_ids)):
            self.cancel_wanted.emit(tile)


def _day_columns(viewmodel: CalendarViewModel) -> Sequence[Column[Tile]]:
    return (
        Column(
            words=lambda: tr("Time"),
            width=98,
            value=lambda tile: tile.time,
            icon=lambda tile: _sign(viewmodel.look(tile.post)),
            hint=viewmodel.sentence,
        ),
        Column(
            words=lambda: tr("Account"),
            width=138,
            value=lambda tile: f"@{tile.post.handle}",
            icon=lambda tile: viewmodel.avatars.icon(
                tile.post.handle, viewmodel.avatar(tile.post.account_id)
            ),
        ),
        Column(
            words=lambda: tr("Caption"),
            value=lambda tile: tile.words,
            hint=lambda tile: tile.post.caption,
        ),
    )


def _sign(look: PostLook) -> QIcon:
    return icon(look.icon, look.colour)
