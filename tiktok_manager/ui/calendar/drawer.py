"""What the calendar shows in the window's drawer: one post, or the list of a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from tiktok_manager.domain.errors import AppError
from tiktok_manager.domain.posts import Post
from tiktok_manager.services.serializers import write_flight_record
from tiktok_manager.ui.calendar.details import PostDetails
from tiktok_manager.ui.calendar.details_viewmodel import PostDetailsViewModel
from tiktok_manager.ui.calendar.lists import DayList
from tiktok_manager.ui.calendar.month import day_title
from tiktok_manager.ui.calendar.wording import waiting_words
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.wording import message_and_action, step_words

if TYPE_CHECKING:
    from datetime import date

    from tiktok_manager.ui.calendar.month import Tile
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.frame import Core, Frame


class PostDrawer(QObject):
    """Opens posts and days in the drawer and passes on what the user wants done there."""

    def __init__(self, core: Core, frame: Frame, calendar: CalendarViewModel) -> None:
        super().__init__(calendar)
        self._core = core
        self._frame = frame
        self._calendar = calendar
        self._details: PostDetails | None = None

    @property
    def details(self) -> PostDetails | None:
        """The post shown now, None while the drawer is closed or shows something else."""
        details = self._details
        if details is None or not shiboken6.isValid(details):
            return None
        return details if details.parentWidget() is not None else None  # let go when closed

    @property
    def is_open(self) -> bool:
        """Whether a post is shown."""
        return self.details is not None

    def open_post(self, post: Post, *, focus: bool) -> None:
        """Show a post; the drawer that shows one already is used again."""
        details = self.details
        if details is None or details.back_to is not None:
            details = self._new_details(post, None)
        else:
            details.viewmodel.show(post)
        if focus:
            details.focus_first()

    def open_day(self, day: date, focus: bool) -> None:
        """Show the whole list of a day."""
        content = DayList(self._calendar, day)
        content.chosen.connect(lambda tile, by_keys: self._open_from_day(tile, day, by_keys))
        content.cancel_wanted.connect(self._on_tile_cancel)
        content.new_wanted.connect(self._on_new)
        self._frame.open_drawer(day_title(day), content)
        if focus:
            content.focus_first()

    def refresh_ages(self) -> None:
        """Write ages anew."""
        if (details := self.details) is not None:
            details.refresh_ages()

    def _open_from_day(self, tile: Tile, day: date, by_keys: bool) -> None:
        details = self._new_details(tile.post, day)
        if by_keys:
            details.focus_first()

    def _new_details(self, post: Post, back_to: date | None) -> PostDetails:
        model = PostDetailsViewModel(self._core, post)
        details = PostDetails(self._core, model, back_to)
        model.failed.connect(self._on_failed)
        details.edit_wanted.connect(self._on_edit)
        details.cancel_wanted.connect(self._calendar.cancel)
        details.retry_wanted.connect(self._on_retry)
        details.plan_again_wanted.connect(self._on_plan_again)
        details.reconnect_wanted.connect(self._on_reconnect)
        details.next_day_wanted.connect(self._calendar.move_to_next_day)
        details.wait_wanted.connect(self._on_wait)
        details.save_wanted.connect(self._on_save)
        details.resolve_wanted.connect(self._on_resolve)
        details.page_wanted.connect(self._frame.open_url)
        details.back_wanted.connect(self._on_back)
        self._details = details
        self._frame.open_drawer("Post", details)
        model.refresh()
        return details

    def _on_edit(self, post: Post) -> None:
        self._frame.go("composer", post.id)

    def _on_wait(self, post: Post) -> None:
        more = waiting_words(post, self._core.timezone, self._core.now())
        self._frame.close_drawer()
        self._frame.notify(Notice(text="Nothing is sent meanwhile.", more=more, stays=False))

    def _on_save(self, post: Post) -> None:
        name = ask_record_file(self.details, post)
        if not name:
            return
        planning = self._core.workspace.planning
        self._core.tasks.run(
            lambda _token: write_flight_record(
                Path(name), post, planning.trail(post.id), message_and_action, step_words
            ),
            done=lambda _none: self._frame.notify(Notice(text=f"Saved as {name}.", stays=False)),
            failed=self._on_failed,
        )

    def _on_reconnect(self, post: Post) -> None:
        self._frame.go("accounts", post.account_id)

    def _on_resolve(self, post: Post, posted: bool, post_again: bool) -> None:
        self._calendar.resolve(post, posted=posted, post_again=post_again)

    def _on_new(self, day: date) -> None:
        self._frame.go("composer", day)

    def _on_retry(self, post: Post) -> None:
        self._calendar.retry(post)

    def _on_plan_again(self, post: Post) -> None:
        self._calendar.restore(post)

    def _on_tile_cancel(self, tile: Tile) -> None:
        self._calendar.cancel(tile.post)

    def _on_back(self, day: date) -> None:
        self.open_day(day, focus=True)

    def _on_failed(self, error: AppError) -> None:
        self._frame.show_error(error)


def ask_record_file(parent: PostDetails | None, post: Post) -> str:
    """Let the user name a file for a flight record; empty if none was named."""
    name, _filter = QFileDialog.getSaveFileName(
        parent, "Save the flight record", f"flight-record-{post.id[:8]}.json", "JSON (*.json)"
    )
    return name
