"""Why planned posts wait that their owner holds: by a pause, or by an account not connected.

A pause is one of an account, of a campaign, or of all publishing.

This is told when posts are looked at, not written into them: it ends when the owner says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tiktok_manager.domain import holds as holding
from tiktok_manager.domain.campaigns import Stage
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import accounts, campaigns, holds
from tiktok_manager.storage.database import Database

PUBLISHING_OFF = Failure(code=holding.PUBLISHING_IS_OFF)
ACCOUNT_PAUSED = Failure(code=holding.ACCOUNT_PAUSED)
CAMPAIGN_PAUSED = Failure(code=holding.CAMPAIGN_PAUSED)
CAMPAIGN_CANCELLED = Failure(code=holding.CAMPAIGN_CANCELLED)

NOT_CONNECTED = Failure(
    code="account_not_connected", params={"of": "post"}, kind=FailureClass.NEEDS_RECONNECT
)
TOLD_NOT_WRITTEN = (
    ACCOUNT_PAUSED,
    CAMPAIGN_CANCELLED,
    CAMPAIGN_PAUSED,
    NOT_CONNECTED,
    PUBLISHING_OFF,
)


class HoldReasons:
    """Knows what the user holds. Safe from any thread."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def explain(self, posts: Iterable[Post]) -> list[Post]:
        """Return the posts; planned ones without another reason to wait get this one."""
        posts = list(posts)
        if not any(_is_open(post) for post in posts):
            return posts
        with self._database.read() as session:
            held = _Held(
                paused=accounts.paused_accounts(session),
                ready=holds.ready_accounts(session),
                campaigns=campaigns.held_campaigns(session),
                off=not self._settings.publishing_on(),
            )
        return [_explained(post, _reason(post, held)) for post in posts]

    def may_go_out(self, posts: Iterable[Post]) -> list[bool]:
        """Say of each post whether neither its account nor its campaign holds it."""
        with self._database.read() as session:
            ready = holds.ready_accounts(session)
            held = campaigns.held_campaigns(session)
        return [post.account_id in ready and post.origin.campaign_id not in held for post in posts]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What their owner holds, and the accounts that are ready."""

    paused: frozenset[str]
    ready: frozenset[str]
    campaigns: Mapping[str, tuple[Stage, str]]
    off: bool


def _is_open(post: Post) -> bool:
    return post.status is PostStatus.SCHEDULED and post.error is None


def _reason(post: Post, held: _Held) -> Failure | None:
    if post.account_id in held.paused:
        return ACCOUNT_PAUSED
    if post.account_id not in held.ready:
        return NOT_CONNECTED
    campaign = held.campaigns.get(post.origin.campaign_id or "")
    if campaign is not None:
        return CAMPAIGN_PAUSED if campaign[0] is Stage.PAUSED else CAMPAIGN_CANCELLED
    return PUBLISHING_OFF if held.off else None


def _explained(post: Post, reason: Failure | None) -> Post:
    return replace(post, error=reason) if reason is not None and _is_open(post) else post
