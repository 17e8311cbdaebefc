"""Many posts changed as one: all or nothing, what is to be known first, and undone by Ctrl+Z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.posts import PostStatus
from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.plans import PostEdit, Proposal
    from tiktok_manager.domain.post_briefs import AnyPost
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.ui.frame import Core

_ON_THE_TILE = frozenset(
    {
        "account_is_paused",
        "account_needs_reconnect",
        "account_not_connected",
        "permission_not_granted",
    }
)
"""Findings that were so before: how the post waits says it."""

_TOLD = 4  # findings; there may be one for each of hundreds of posts


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWords:
    """What a change is called: `step` for undo, `done` for the notice, `go_on` for its button."""

    step: str
    done: str
    go_on: str


class BulkChanges(QObject):
    """Changes posts as they were shown: if another hand changed one of them, none is changed.

    Signals:
        changed: The Posts as they are now.
        said: A Notice of what was done.
        asked: An Action whose question tells what is to be known before it is done.
        failed: An AppError to show; nothing was changed.
    """

    changed = Signal(object)
    said = Signal(object)
    asked = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._planning = core.workspace.planning
        self.job = Job(core.tasks, self)

    def edit(
        self, posts: Sequence[AnyPost], edit_of: Callable[[Post], PostEdit], told: BulkWords
    ) -> None:
        """Change posts, each by the edit that is made for it, off the GUI thread."""

        def propose(token: CancelToken) -> Proposal:
            pairs = [(post, edit_of(post)) for post in _as_shown(self._planning, posts)]
            return self._planning.propose_edits(pairs, cancel=token)

        self._propose(propose, told)

    def copy(self, copies: Sequence[tuple[AnyPost, PostEdit]], told: BulkWords) -> None:
        """Plan new posts of the same videos; direct ones are drafts until the user agrees."""

        def propose(token: CancelToken) -> Proposal:
            pairs = [(post.id, edit) for post, edit in copies]
            return self._planning.propose_copies(pairs, cancel=token)

        self._propose(propose, told)

    def cancel(self, posts: Sequence[AnyPost]) -> None:
        """Take posts out of the plan."""
        told = self._cancel_words(posts)

        def work(_token: CancelToken) -> Change:
            shown = _as_shown(self._planning, posts)
            return Change(self._planning, shown, self._planning.cancel_many(shown))

        self._start(work, told)

    # -- inside ---------------------------------------------------------------------------

    def _cancel_words(self, posts: Sequence[AnyPost]) -> BulkWords:
        count, first = len(posts), posts[0]
        if count > 1:
            step = ntr("Cancel {count} post", "Cancel {count} posts", count)
            done = ntr("{count} post cancelled.", "{count} posts cancelled.", count)
        else:
            when = zoned_time(first.due_at, self._core.timezone, self._core.now())
            step = tr("Cancel the post of @{handle}", handle=first.handle)
            done = tr("Cancelled: {time} @{handle}.", time=when, handle=first.handle)
        return BulkWords(step=step, done=done, go_on="")

    def _propose(self, propose: Callable[[CancelToken], Proposal], told: BulkWords) -> None:
        self.job.start(
            lambda progress: propose(progress.token),
            done=lambda proposal: self._on_proposed(proposal, told),
            failed=self.failed.emit,
        )

    def _on_proposed(self, proposal: Proposal, told: BulkWords) -> None:
        if proposal.refused:
            self.failed.emit(next(iter(proposal.refused.values())))
            return
        findings = [each for each in proposal.findings if each.code not in _ON_THE_TILE]
        if not findings:
            self._commit(proposal, told)
            return
        question = _findings_words(findings)
        self.asked.emit(
            Action(
                words=lambda: told.go_on,
                run=lambda: self._commit(proposal, told),
                question=lambda: question,
            )
        )

    def _commit(self, proposal: Proposal, told: BulkWords) -> None:
        befores = [row.wish.before for row in proposal.rows if row.wish.before is not None]

        def work(_token: CancelToken) -> Change:
            return Change(self._planning, befores, self._planning.commit(proposal).posts)

        self._start(work, told)

    def _start(self, work: Callable[[CancelToken], Change], told: BulkWords) -> None:
        self.job.start(
            lambda progress: work(progress.token),
            done=lambda change: self._on_done(change, told),
            failed=self.failed.emit,
        )

    def _on_done(self, change: Change, told: BulkWords) -> None:
        undo = self._core.undo
        step = undo.did(told.step, undo=change.undo, redo=change.redo, posts=change.after)
        drafts = change.is_new and any(post.status is PostStatus.DRAFT for post in change.after)
        more = tr("They are drafts until you agree to each in its form.") if drafts else ""
        self.changed.emit(change.after)
        notice = Notice(text=told.done, more=more, step=undo.way_back(step), stays=False)
        self.said.emit(notice)


class Change:
    """A change of many posts that can be undone and done again, as long as nobody else makes one.

    For the work pool: each call writes. Without `before` the posts are new: undone, they are
    cancelled.
    """

    def __init__(self, planning: Planning, before: Sequence[Post], after: Sequence[Post]) -> None:
        self._planning = planning
        self._before = before
        self.after = self._now = tuple(after)

    @property
    def is_new(self) -> bool:
        """Whether the posts were planned by it."""
        return not self._before

    def undo(self, _token: CancelToken) -> None:
        """Make the posts again what they were."""
        if self.is_new:
            self._now = tuple(self._planning.cancel_many(self._now))
        else:
            self._put(self._before)

    def redo(self, _token: CancelToken) -> None:
        """Make them again what the change made of them."""
        self._put(self.after)

    def _put(self, wanted: Sequence[Post]) -> None:
        pairs = list(zip(wanted, self._now, strict=True))
        self._now = tuple(self._planning.put_back_many(pairs))


def _as_shown(planning: Planning, posts: Sequence[AnyPost]) -> list[Post]:
    """Return the posts whole; raises ChangedMeanwhile if one is another than it was shown."""
    found = planning.get_all([post.id for post in posts])
    now = {post.id: post.version for post in found}
    for post in posts:
        if now.get(post.id) != post.version:
            raise ChangedMeanwhile("post", post.id)
    return found


def _findings_words(findings: Sequence[Finding]) -> str:
    told = list(dict.fromkeys(words(each).title for each in findings))
    more = len(told) - _TOLD
    lines = told[:_TOLD]
    if more > 0:
        lines.append(ntr("… and {count} more", "… and {count} more", more))
    return "\n".join(lines)
