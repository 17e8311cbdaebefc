"""Posts as lists: all of one day in the drawer, and the agenda of what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QTableView, QVBoxLayout, QWidget

from tiktok_manager.ui.formats import full_stamp, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.avatar import avatar_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.list_model import Column, RowTableModel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, STATUS_WORDS, Type, status_icon
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtGui import QIcon, QKeyEvent

    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.calendar.month import Tile
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.frame import Core

Avatar = Callable[[str], "Path | None"]
_AVATAR_PX = 20


class PostTable(QTableView):
    """A list of posts under the keyboard.

    Signals:
        chosen: A row to be opened; `bool` says whether by keyboard.
        cancel_wanted: A row to be taken out of the plan.
    """

    chosen = Signal(object, bool)
    cancel_wanted = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setIconSize(QSize(_AVATAR_PX, _AVATAR_PX))
        self.setFont(type_font(Type.BODY, tabular=True))
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.clicked.connect(self._on_clicked)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, index = event.key(), self.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.chosen.emit(index, True)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and index.isValid():
            self.cancel_wanted.emit(index)
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index, False)


def agenda_columns(core: Core, avatar: Avatar) -> Sequence[Column[Post]]:
    """Return when, who, what and how it stands."""
    return (
        Column(
            title="When",
            text=lambda post: zoned_time(post.schedule.due_at, core.timezone, core.now()),
            hint=lambda post: full_stamp(post.schedule.due_at, core.timezone),
        ),
        Column(
            title="Account",
            text=lambda post: f"@{post.handle}",
            icon=lambda post: avatar_icon(post.handle, avatar(post.account_id), _AVATAR_PX),
        ),
        Column(
            title="Status",
            text=lambda post: STATUS_WORDS[post.status],
            icon=_status_sign,
            hint=lambda post: words(post.error).title if post.error else "",
        ),
        Column(
            title="Caption",
            text=lambda post: " ".join(post.caption.split()) or "(no caption)",
            hint=lambda post: post.caption,
        ),
    )


def set_agenda_widths(table: PostTable) -> None:
    """Give the agenda's columns their first widths."""
    header = table.horizontalHeader()
    header.setStretchLastSection(True)
    for section, width in enumerate((190, 170, 170)):
        header.resizeSection(section, width)
    table.verticalHeader().setDefaultSectionSize(40)


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
        self._model: RowTableModel[Tile] = RowTableModel(
            _day_columns(viewmodel.avatar), lambda tile: tile.post.id, self
        )
        self.table = PostTable("Posts of the day", self)
        self.table.setModel(self._model)
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(36)
        self._set_widths()
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

    def _set_widths(self) -> None:
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)
        header.resizeSection(0, 98)
        header.resizeSection(1, 138)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _connect(self) -> None:
        self._viewmodel.posts_changed.connect(self._on_posts)
        self.table.chosen.connect(self._on_chosen)
        self.table.cancel_wanted.connect(self._on_cancel)

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

    def _on_chosen(self, index: QModelIndex, by_keyboard: bool) -> None:
        if (tile := self._model.row(index)) is not None:
            self.chosen.emit(tile, by_keyboard)

    def _on_cancel(self, index: QModelIndex) -> None:
        if (tile := self._model.row(index)) is not None:
            self.cancel_wanted.emit(tile)


def _day_columns(avatar: Avatar) -> Sequence[Column[Tile]]:
    return (
        Column(
            title="Time",
            text=lambda tile: tile.time,
            icon=lambda tile: _status_sign(tile.post),
            hint=lambda tile: STATUS_WORDS[tile.post.status],
        ),
        Column(
            title="Account",
            text=lambda tile: f"@{tile.post.handle}",
            icon=lambda tile: avatar_icon(
                tile.post.handle, avatar(tile.post.account_id), _AVATAR_PX
            ),
        ),
        Column(title="Caption", text=lambda tile: tile.words, hint=lambda tile: tile.post.caption),
    )


def _status_sign(post: Post) -> QIcon:
    return icon(status_icon(post.status), tokens().status(post.status))
