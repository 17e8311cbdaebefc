"""What the calendar changes: one post or many, told, asked about, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.posts import EDITABLE, PostStatus
from tiktok_manager.ui.calendar.bulk_form import BulkForm, BulkWish
from tiktok_manager.ui.calendar.moves import edit_of
from tiktok_manager.ui.kit.action import Action, ask_over
from tiktok_manager.ui.kit.layout import scrolled
from tiktok_manager.ui.post.actions import may_cancel
from tiktok_manager.ui.post.bulk import BulkChanges, BulkWords
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.post_briefs import AnyPost, PostBrief
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.calendar.moves import Carried, Shift
    from tiktok_manager.ui.calendar.viewmodel import CalendarViewModel
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.post.drawer import PostDrawer


class Changing(QObject):
    """Changes posts for the pane it is given, which then shows where they are."""

    def __init__(
        self,
        core: Core,
        frame: Frame,
        viewmodel: CalendarViewModel,
        drawer: PostDrawer,
        pane: QWidget,
    ) -> None:
        super().__init__(pane)
        self._frame = frame
        self._viewmodel = viewmodel
        self._drawer = drawer
        self.bulk = BulkChanges(core, self)
        self.bulk.changed.connect(self._on_changed)
        self.bulk.said.connect(frame.notify)
        self.bulk.asked.connect(lambda action: ask_over(pane.window(), action))
        self.bulk.failed.connect(self._on_bulk_failed)

    def cancel_selected(self) -> None:
        """Take out of the plan what is selected."""
        carried = self._viewmodel.carried_by_keys()
        if carried is not None:
            self.cancel(carried.posts)

    def cancel(self, posts: Sequence[AnyPost]) -> None:
        """Take posts out of the plan, as far as they can be."""
        if able := [post for post in posts if may_cancel(post)]:
            self.bulk.cancel(able)

    def drop(self, carried: Carried, shift: Shift, copies: bool) -> None:
        """Move posts so far, or copy them."""
        posts, count = carried.posts, len(carried.posts)
        edits = {post.id: edit_of(post, shift, carried.zone) for post in posts}
        when = carried.words(shift, copies=False)
        if copies:
            step = ntr("Copy {count} post", "Copy {count} posts", count)
            told = BulkWords(step=step, done=tr("Copied. {when}", when=when), go_on=tr("Copy"))
            self.bulk.copy([(post, edits[post.id]) for post in posts], told)
        else:
            step = ntr("Move {count} post", "Move {count} posts", count)
            told = BulkWords(step=step, done=tr("Moved. {when}", when=when), go_on=tr("Move"))
            self.bulk.edit(posts, lambda post: edits[post.id], told)

    def actions(
        self, posts: Callable[[], Sequence[PostBrief]], *, shown: Callable[[], bool]
    ) -> Sequence[Action]:
        """Return what can be done with some posts together."""

        def opens(part: str, words: Callable[[], str], icon: str) -> Action:
            return Action(
                words=words,
                icon=icon,
                run=lambda: self._open_form(posts(), part),
                allowed=lambda: all(post.status in EDITABLE for post in posts()),
                why_not=lambda: tr("Some of them are on their way or over."),
                shown=shown,
            )

        return (
            opens("move_to", lambda: tr("Move…"), "calendar"),
            opens("shift", lambda: tr("Shift…"), "arrow-right"),
            opens("caption", lambda: tr("Change…"), "edit"),
            Action(
                words=lambda: ntr("Cancel {count} post", "Cancel {count} posts", len(posts())),
                icon="close",
                look="danger",
                run=lambda: self.cancel(posts()),
                allowed=lambda: any(may_cancel(post) for post in posts()),
                why_not=lambda: tr("Some of them are on their way or over."),
                shown=shown,
            ),
        )

    def _open_form(self, posts: Sequence[PostBrief], part: str) -> None:
        form = BulkForm(posts, self._viewmodel.zone, self._viewmodel.core.now())
        form.wanted.connect(self._on_wanted)
        title = ntr("Change {count} post", "Change {count} posts", len(posts))
        self._frame.open_drawer(title, scrolled(form))
        form.focus(part)

    def _on_wanted(self, posts: Sequence[PostBrief], wish: BulkWish) -> None:
        zone, now, count = self._viewmodel.zone, self._viewmodel.core.now(), len(posts)
        step = ntr("Change {count} post", "Change {count} posts", count)
        done = ntr("Changed {count} post.", "Changed {count} posts.", count)
        told = BulkWords(step=step, done=done, go_on=tr("Change"))
        self.bulk.edit(posts, lambda post: wish.edit_of(post, zone, now), told)

    def _on_changed(self, posts: Sequence[Post]) -> None:
        self._viewmodel.replace_posts(posts)
        planned = [post for post in posts if post.status is not PostStatus.CANCELLED]
        if planned:
            self._viewmodel.show_post(planned[0])
        for post in posts:
            self._drawer.changes.changed.emit(post)

    def _on_bulk_failed(self, error: AppError) -> None:
        is_stale = isinstance(error, ChangedMeanwhile)
        self._frame.show_error(error, self._viewmodel.reading.retry if is_stale else None)
