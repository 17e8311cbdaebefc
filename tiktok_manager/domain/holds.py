"""What holds posts: every one at once, or those of some accounts or campaigns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType

from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.post_briefs import AnyPost
from tiktok_manager.domain.posts import (
    RELEASED_LATER,
    Post,
    PostMode,
    PostStatus,
    Waiting,
    WaitingLook,
)


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
ACCOUNT_PAUSED = "account_paused"
ACCOUNTS_PAUSED = "accounts_paused"
CAMPAIGN_PAUSED = "campaign_paused"
CAMPAIGNS_PAUSED = "campaigns_paused"
CAMPAIGN_CANCELLED = "campaign_cancelled"
CAMPAIGNS_CANCELLED = "campaigns_cancelled"
_OF_CAMPAIGN = (CAMPAIGN_PAUSED, CAMPAIGNS_PAUSED, CAMPAIGN_CANCELLED, CAMPAIGNS_CANCELLED)

ACCOUNTS_NOT_CONNECTED = "accounts_not_connected"
PUBLISHING_IS_OFF = "publishing_off"
CAP_OF_APP = "reached_active_user_cap"
_HELD_BY_USER = {
    ACCOUNT_PAUSED: WaitingLook.PAUSED,
    ACCOUNTS_PAUSED: WaitingLook.PAUSED,
    **dict.fromkeys(_OF_CAMPAIGN, WaitingLook.PAUSED),
    PUBLISHING_IS_OFF: WaitingLook.PAUSED,
}
_LOOKS = {
    **_HELD_BY_USER,
    ACCOUNTS_NOT_CONNECTED: WaitingLook.RECONNECT,
    CAP_OF_APP: WaitingLook.CAP,
}
_WEIGHT = (
    WaitingLook.SAFE,
    WaitingLook.CAP,
    WaitingLook.RETRY,
    WaitingLook.HELD,
    WaitingLook.PAUSED,
    WaitingLook.RECONNECT,
)
_SAFE = Waiting()
_FIELDS = tuple(each.name for each in fields(Post))
_values = attrgetter(*_FIELDS)
_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One reason why posts do not go out.

    Attributes:
        finding: What it is, for `wording`.
        until: When it ends by itself, where that is known.
        account_ids: Whose posts it blocks; empty for all.
        campaign_ids: Of which campaigns; empty for all posts, of campaigns or not.
        is_fault: Whether something is wrong, rather than as the user wants it.
    """

    finding: Finding
    until: datetime | None = None
    account_ids: frozenset[str] = field(default_factory=frozenset)
    campaign_ids: frozenset[str] = field(default_factory=frozenset)
    is_fault: bool = True

    @property
    def code(self) -> str:
        """Ours, ASCII snake_case."""
        return self.finding.code

    def blocks(self, post: AnyPost) -> bool:
        """Say whether it keeps a post from going out."""
        if self.campaign_ids:
            return post.campaign_id in self.campaign_ids
        return self.blocks_all(post.account_id, post.mode)

    def blocks_all(self, account_id: str, mode: PostMode) -> bool:
        """Say whether it keeps the posts of an account in a mode from going out."""
        if self.campaign_ids or (self.code == CAP_OF_APP and mode is not PostMode.DIRECT):
            return False
        return not self.account_ids or account_id in self.account_ids


FullUntil = Mapping[tuple[str, PostMode], tuple[datetime, Failure]]
"""Until when, and why, TikTok takes no more from an account in a mode."""


def waiting(
    post: AnyPost, blockers: Sequence[Blocker] = (), full: FullUntil = MappingProxyType({})
) -> Waiting | None:
    """Say how a planned post waits by what stands in its way now; None for one that is not planned.

    What asks most of the user wins, then what lasts longest; what is over by the post's time does
    not concern it. Without `blockers` only its own error tells.
    """
    if post.status is not PostStatus.SCHEDULED:
        return None
    found = [_blocked(each) for each in blockers if each.blocks(post)]
    if post.error is not None:
        found.append(_told_to_wait(post.error, post.next_try_at or post.due_at))
    if (cap := full.get((post.account_id, post.mode))) is not None:
        until, why = cap
        found.append(Waiting(look=WaitingLook.CAP, until=until, reason=_finding(why)))
    due_at = post.due_at
    lasting = [each for each in found if each.until is None or each.until > due_at]
    return max(lasting, key=_rank, default=_SAFE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in the way of posts now, looked up once for all of them."""

    blockers: Sequence[Blocker] = ()
    full: FullUntil = field(default_factory=dict)

    def usual(self, account_id: str, mode: PostMode) -> Waiting | None:
        """Return how the posts of an account wait that nothing else holds, whatever their time.

        None where that depends on the time: an end is known of what holds them.
        """
        found = [_blocked(each) for each in self.blockers if each.blocks_all(account_id, mode)]
        if (account_id, mode) in self.full or any(each.until for each in found):
            return None
        return max(found, key=_rank, default=_SAFE)

    @property
    def campaign_ids(self) -> frozenset[str]:
        """The campaigns that hold their posts."""
        return frozenset().union(*(each.campaign_ids for each in self.blockers))

    def of(self, post: AnyPost) -> Waiting | None:
        """Return how one post waits, None if it is not planned."""
        return waiting(post, self.blockers, self.full)


def seen_waiting(post: Post, waits: Waiting | None) -> Post:
    """Return the post with how it waits; `replace` takes twice as long, and there are thousands."""
    values = dict(zip(_FIELDS, _values(post), strict=True))
    values["waiting"] = waits
    return Post(**values)


def _blocked(blocker: Blocker) -> Waiting:
    look = _LOOKS.get(blocker.code, WaitingLook.HELD)
    return Waiting(look=look, until=blocker.until, reason=blocker.finding)


def _told_to_wait(error: Failure, until: datetime) -> Waiting:
    held = WaitingLook.RECONNECT if error.kind == FailureClass.NEEDS_RECONNECT else None
    if (look := held or _HELD_BY_USER.get(error.code)) is not None:
        return Waiting(look=look, reason=_finding(error))
    look = WaitingLook.CAP if error.code in RELEASED_LATER else WaitingLook.RETRY
    return Waiting(look=look, until=until, reason=_finding(error))


def _finding(error: Failure) -> Finding:
    return Finding(code=error.code, params=error.params)


def _rank(waiting: Waiting) -> tuple[int, datetime]:
    return _WEIGHT.index(waiting.look), waiting.until or _FOREVER
