"""Which posts are shown, as a plain value that a named view keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from tiktok_manager.domain.posts import GREEN, NEEDS_USER, UNDER_WAY, Post, PostFilter, PostStatus
from tiktok_manager.ui.post_look import needs_user

if TYPE_CHECKING:
    from tiktok_manager.domain.post_briefs import AnyPost


class Show(StrEnum):
    """In what state posts are that are shown."""

    ALL = "all"
    PLANNED = "planned"
    DRAFTS = "drafts"
    NEEDS_YOU = "needs-you"
    PUBLISHED = "published"


_STATUSES = {
    Show.ALL: frozenset[PostStatus](),
    Show.PLANNED: frozenset({PostStatus.SCHEDULED}) | UNDER_WAY,
    Show.DRAFTS: frozenset({PostStatus.DRAFT}),
    Show.NEEDS_YOU: NEEDS_USER,
    Show.PUBLISHED: GREEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which posts are shown; an empty part takes all.

    Of accounts and groups a post's account has to be in one of those named; of tags a post has to
    carry one.
    """

    account_ids: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    campaign_id: str | None = None
    show: Show = Show.ALL

    def query(self, due_from: datetime | None, due_to: datetime | None = None) -> PostFilter:
        """Return what the planner is asked for."""
        return PostFilter(
            statuses=_STATUSES[self.show],
            or_unconnected=self.show is Show.NEEDS_YOU,
            account_ids=self.account_ids,
            groups=self.groups,
            tags=self.tags,
            campaign_id=self.campaign_id,
            due_from=due_from,
            due_to=due_to,
        )

    def takes(self, post: AnyPost) -> bool:
        """Say whether a post may be shown, as far as it tells itself."""
        if self.account_ids and post.account_id not in self.account_ids:
            return False
        if isinstance(post, Post):
            if self.tags and not self.tags & set(post.tags):
                return False
            if self.campaign_id not in (None, post.origin.campaign_id):
                return False
        if self.show is Show.NEEDS_YOU:
            return needs_user(post)
        return self.show is Show.ALL or post.status in _STATUSES[self.show]

    def to_text(self) -> str:
        """Return it as a named view is kept."""
        return json.dumps(
            {
                "accounts": sorted(self.account_ids),
                "groups": sorted(self.groups),
                "tags": sorted(self.tags),
                "campaign": self.campaign_id,
                "show": self.show.value,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return what was kept; what another version wrote, and is not known, is left out."""
        try:
            kept = json.loads(text)
            return cls(
                account_ids=frozenset(map(str, kept.get("accounts", ()))),
                groups=frozenset(map(str, kept.get("groups", ()))),
                tags=frozenset(map(str, kept.get("tags", ()))),
                campaign_id=kept.get("campaign"),
                show=Show(kept.get("show", Show.ALL)),
            )
        except (ValueError, AttributeError, TypeError):
            return cls()

    def without(self, part: str) -> Filter:
        """Return it without one of its parts, named by its field."""
        return replace(self, **{part: getattr(NO_FILTER, part)})


NO_FILTER = Filter()
