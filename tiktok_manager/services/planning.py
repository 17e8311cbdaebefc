"""Planning posts in two steps: `propose` looks and writes nothing, `commit` writes all or none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from tiktok_manager.domain.cancel import CancelToken
from tiktok_manager.domain.errors import (
    InputError,
    OutcomeUnknown,
)
from tiktok_manager.domain.plans import (
    PlanRequest,
    PlanResult,
    PostEdit,
    Proposal,
)
from tiktok_manager.domain.posts import (
    RETRYABLE,
    Post,
    PostFilter,
    PostStatus,
)
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.plan_changes import Before, Find
from tiktok_manager.services.plan_videos import Progress
from tiktok_manager.services.planned_posts import PublishOverview
from tiktok_manager.services.proposals import Proposals, Seen

__all__ = ["PlanRequest", "PlanResult", "Planning", "PostEdit", "PublishOverview"]


class Planning(Proposals):
    """The posts of one data folder, up to the moment the publisher claims them.

    A change may say how the post was `seen`: it raises ChangedMeanwhile, and changes nothing, if
    the post has another version by now.
    """

    def check(self, proposal: Proposal, *, strict: bool = False) -> None:
        """Raise what was refused first; and InputError if `strict` and there are findings."""
        rules.check(proposal, strict=strict)

    def commit(
        self,
        proposal: Proposal,
        *,
        strict: bool = False,
        beside: Sequence[tuple[Post, Post]] = (),
        kind: str = "",
        first: Before | None = None,
    ) -> PlanResult:
        """Write what was proposed, all or none, and tell the publisher.

        Raises what was refused first; InputError for findings if `strict`; ChangedMeanwhile if a
        post was changed since, or if there is something to know by now that the proposal did not
        tell (an account disconnected, a day that filled up). Who makes plans of their own say what
        else is written in the same transaction: `first` does it, and changes of posts `beside`, of
        that `kind`, go with it.
        """
        return self._changes.commit(proposal, strict=strict, beside=beside, kind=kind, first=first)

    def plan(
        self,
        request: PlanRequest,
        *,
        strict: bool = False,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> PlanResult:
        """Propose one request and commit it at once; raises as both do."""
        proposal = self.propose([request], spread=spread, cancel=cancel, progress=progress)
        return self.commit(proposal, strict=strict)

    def edit(
        self,
        post_id: str,
        edit: PostEdit,
        *,
        seen: Seen = None,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> Post:
        """Propose an edit and commit it at once; raises as both do."""
        proposal = self.propose_edit(post_id, edit, seen=seen, cancel=cancel, progress=progress)
        return self.commit(proposal).posts[0]

    def cancel(self, post_id: str, *, seen: Seen = None) -> Post:
        """Take a post out of the plan; works until its last bytes are about to leave.

        A post being sent is fenced: its worker stops before the last byte. Raises OutcomeUnknown
        once TikTok may have everything.
        """
        return self.cancel_many([self._get(post_id, seen)])[0]

    def cancel_many(self, posts: Sequence[Post | str]) -> list[Post]:
        """Take posts out of the plan, all or none, each named or as it was seen; see `cancel`."""
        changes = [(post, rules.cancelled(post)) for post in self._current(posts)]
        return self._changes.write(changes, "cancelled")

    def restore(self, post_id: str, *, seen: Seen = None) -> Post:
        """Undo a cancellation: plan the post again as it was, or make it a draft again."""
        return self.restore_many([self._get(post_id, seen)])[0]

    def restore_many(self, posts: Sequence[Post | str]) -> list[Post]:
        """Undo cancellations, all or none: plan the posts again as they were."""
        current = self._current(posts)
        for post in current:
            rules.check_status(post, frozenset({PostStatus.CANCELLED}), "restored")
        return self._changes.write([(p, rules.restored(p)) for p in current], "planned_again")

    def put_back(self, before: Post, over: Post) -> Post:
        """Undo or redo a change: make a post again what it was before, status and error included.

        `over` is the post as that change left it. Raises InputError if anybody changed it since,
        or if it had stopped and would be planned for a time that has passed.
        """
        return self._changes.put_back([(before, over)])[0]

    def put_back_many(
        self, changes: Sequence[tuple[Post, Post]], *, first: Before | None = None
    ) -> list[Post]:
        """Undo or redo changes of posts (before, over), all or none; raises as `put_back` does.

        What `first` writes is part of it, in the same transaction.
        """
        return self._changes.put_back(changes, first=first)

    def change_found(
        self, find: Find, kind: str, *, started: bool = False
    ) -> list[tuple[Post, Post]]:
        """Change the posts that `find` reads in the same transaction, as it says; all or none.

        Returns each as it was and as it is. `started` exempts them from the lateness rule.
        """
        return self._changes.write_found(find, kind, started=started)

    def retry(self, post_id: str, *, seen: Seen = None) -> Post:
        """Let a stopped post go out again, at its time or now; raises OutcomeUnknown, InputError.

        Only posts of which TikTok surely has nothing may be retried.
        """
        post = self._get(post_id, seen)
        if post.status is PostStatus.UNCONFIRMED:
            raise OutcomeUnknown(handle=post.handle)
        rules.check_status(post, RETRYABLE, "retried")
        return self._retry(post)

    def resolve(
        self,
        post_id: str,
        *,
        posted: bool,
        post_again: bool = False,
        seen: Seen = None,
    ) -> Post:
        """Take the user's word for what became of an unconfirmed video.

        `posted`: it is on TikTok. Otherwise it is not, and with `post_again` it goes out anew.
        Raises InputError for a post whose outcome is not in doubt.
        """
        post = self._get(post_id, seen)
        rules.check_status(post, frozenset({PostStatus.UNCONFIRMED}), "resolved")
        after, what = rules.resolved(
            post, posted=posted, post_again=post_again, now=self._clock.now()
        )
        return self._changes.write_verdict(post, after, what)

    def retry_all_failed(self) -> list[Post]:
        """Retry every failed post of which TikTok surely has nothing; returns those."""
        retried = []
        for post in self.page(PostFilter(statuses=frozenset({PostStatus.FAILED}))):
            with suppress(OutcomeUnknown, InputError):  # something else got there first
                retried.append(self._retry(post))
        return retried

    def _retry(self, post: Post) -> Post:
        changed = rules.retried(post, self._clock.now())
        return self._changes.write([(post, changed)], "retried", started=True)[0]
