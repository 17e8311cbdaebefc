"""A change of a post that can be undone and done again, as long as nobody else changes the post."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tiktok_manager.domain.plans import PlanResult

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.findings import Finding
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.services.planning import Planning


class PostChange:
    """Knows the post before and after a change. For the work pool: each call writes.

    Attributes:
        before: The post as it was when the change was made.
        after: The post as the change left it.
        findings: What an edit told.
    """

    def __init__(
        self, planning: Planning, post_id: str, change: Callable[[], Post | PlanResult]
    ) -> None:
        """Make the change, which names the version that was shown; raises ChangedMeanwhile."""
        self._planning = planning
        self.before = planning.get(post_id)
        self.findings: tuple[Finding, ...] = ()
        result = change()
        if isinstance(result, PlanResult):
            self.findings = result.findings
            (result,) = result.posts
        self.after = self._now = result

    def undo(self, _token: CancelToken) -> None:
        """Put the post back as it was; raises InputError or OutcomeUnknown if it cannot be."""
        self._now = self._planning.put_back(self.before, over=self._now)

    def redo(self, _token: CancelToken) -> None:
        """Put the post back as the change left it."""
        self._now = self._planning.put_back(self.after, over=self._now)
