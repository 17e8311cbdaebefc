"""What holds posts: every one at once, or those of some accounts."""

from dataclasses import dataclass, field
from datetime import datetime

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why all posts wait, since when and until when; `times` counts how often in a row."""

    error: Failure
    at: datetime
    until: datetime
    times: int = 1


BY_APP_CAP = "app_cap"
BY_CLOCK = "held-by-clock"
BY_FAULT = "held-by-fault"
BY_RESTING = "held-by-resting"
BY_SECRETS = "held-by-secrets"
HOLD_NAMES = (BY_SECRETS, BY_CLOCK, BY_FAULT, BY_APP_CAP, BY_RESTING)
"""Under which names holds are kept, so that every process knows what the publisher waits for."""

NO_PUBLISHER = "no_publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One reason why posts do not go out.

    Attributes:
        finding: What it is, for `wording`.
        until: When it ends by itself, where that is known.
        account_ids: Whose posts it blocks; empty for all.
        is_fault: Whether something is wrong, rather than as the user wants it.
    """

    finding: Finding
    until: datetime | None = None
    account_ids: frozenset[str] = field(default_factory=frozenset)
    is_fault: bool = True

    @property
    def code(self) -> str:
        """Ours, ASCII snake_case."""
        return self.finding.code

    def blocks(self, post: Post) -> bool:
        """Say whether it keeps a post of this account from going out."""
        return not self.account_ids or post.account_id in self.account_ids
