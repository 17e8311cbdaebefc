"""One post's story for the drawer: read again whenever something happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.events import AccountChanged, Event, PostProgressed, PostStatusChanged
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.post_look import CHANGES_POSTS, changes_posts
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.posts import Post, TrailEntry
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    post: Post
    trail: Sequence[TrailEntry]


class PostDetailsViewModel(QObject):
    """A post with its flight record.

    Signals:
        changed: Read `post` and `trail`.
        progressed: Read `progress`.
        failed: An AppError to show.
    """

    changed = Signal()
    progressed = Signal()
    failed = Signal(object)

    def __init__(self, core: Core, post: Post, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._sent: tuple[int, int] | None = None
        self.post = post
        self.trail: Sequence[TrailEntry] = ()
        self._reading: Reading[_Story] = Reading(
            core.tasks,
            core.bridge,
            self._reader(),
            parent=self,
            stale_on=CHANGES_POSTS,
            concerns=self._concerns,
        )
        self._reading.changed.connect(self._on_read)
        core.bridge.listen(PostProgressed, self._on_progress)
        self._reading.request()

    @property
    def progress(self) -> tuple[float, str] | None:
        """How much of the video has arrived, 0 to 1 and in words; None unless it is being sent."""
        if self._sent is None or self.post.status is not PostStatus.PUBLISHING:
            return None
        sent, size = map(size_text, self._sent)
        words = tr("{sent} of {size} sent", sent=sent, size=size)
        return min(self._sent[0] / max(self._sent[1], 1), 1.0), words

    def show(self, post: Post) -> None:
        """Show another post, or the same one as it is now."""
        is_another = post.id != self.post.id
        self.post = post
        if is_another:
            self._sent, self.trail = None, ()
            self._reading.ask_anew(self._reader(), forget=True)
        else:
            self._reading.request()
        self.changed.emit()

    def _reader(self) -> Callable[[CancelToken], _Story]:
        workspace, post_id = self._core.workspace, self.post.id

        def read(token: CancelToken) -> _Story:
            (post,) = workspace.blockers.look_at([workspace.planning.get(post_id)])
            token.check()
            return _Story(post=post, trail=workspace.planning.trail(post_id))

        return read

    def _on_read(self) -> None:
        story, failure = self._reading.value, self._reading.failure
        if failure is not None:
            self.failed.emit(failure)
        elif story is not None:
            self.post, self.trail = story.post, story.trail
            self.changed.emit()

    def _concerns(self, event: Event) -> bool:
        match event:
            case PostStatusChanged(post_id=post_id):
                return post_id == self.post.id
            case AccountChanged(account_id=account_id):
                return account_id == self.post.account_id
        return changes_posts(event)

    def _on_progress(self, event: PostProgressed) -> None:
        if event.post_id == self.post.id:
            self._sent = (event.sent_bytes, event.size_bytes)
            self.progressed.emit()
