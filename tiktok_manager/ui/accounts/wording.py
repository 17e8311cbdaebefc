"""An account's state in plain words; pure, so that every case can be tested."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import Account, AccountStatus, Scope
from tiktok_manager.domain.quota import Usage
from tiktok_manager.ui.formats import day_text
from tiktok_manager.wording import words

SIGN_IN_WARNING = timedelta(days=14)

SCOPE_WORDS = {
    Scope.BASIC: "See name and picture",
    Scope.PROFILE: "See username and bio",
    Scope.STATS: "See followers, likes and number of videos",
    Scope.VIDEO_LIST: "See public videos and their numbers",
    Scope.PUBLISH: "Publish videos",
    Scope.UPLOAD: "Send drafts to the TikTok inbox",
}
STAGE_WORDS = {
    "waiting_for_consent": "Waiting for you to allow access on TikTok’s page in your browser",
    "exchanging": "TikTok agreed. Fetching the permission",
    "reading_profile": "Reading the profile",
    "storing": "Keeping the permission, encrypted",
}
STAGES = tuple(STAGE_WORDS)
NOTHING_CAME_BACK = (
    "TikTok has sent nobody back yet. If its page shows an error that names “scope”, your TikTok "
    "app lacks one of the permissions asked for: new apps cannot show numbers, only post."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an account is: a sign, words, a tone, and what it means for posts.

    `rank` puts what needs the user first.
    """

    icon: str
    words: str
    tone: str
    meaning: str
    rank: int

    @property
    def needs_user(self) -> bool:
        """Whether only the user can mend it."""
        return self.tone in ("attention", "bad")


def health(account: Account, now: datetime) -> Health:
    """Return what matters most about an account now."""
    by_status = _STATUS_HEALTH.get(account.status)
    if by_status is not None:
        return by_status
    if account.restriction:
        return _RESTRICTED.get(account.restriction, _RESTRICTED["limited"])
    if account.paused:
        return _PAUSED
    if sign_in_ends_soon(account, now):
        return _SIGN_IN_ENDS
    if account.sync_error:
        return _SYNC_FAILED
    if not account.may(Scope.PUBLISH):
        return _DRAFTS_ONLY if account.may(Scope.UPLOAD) else _READ_ONLY
    return _READY


def may_sync(account: Account) -> bool:
    """Say whether TikTok would answer for this account."""
    return account.status is AccountStatus.CONNECTED


def trouble(account: Account) -> str:
    """Return what went wrong at the last sync, unless the status says it already."""
    known = account.status is not AccountStatus.CONNECTED
    error = None if known else account.sync_error
    return "" if error is None else words(error).cause


def may_reconnect(account: Account, now: datetime, asked: Iterable[Scope]) -> bool:
    """Say whether asking for the permission anew would help; `asked` is what would be asked for."""
    missing = any(not account.may(scope) for scope in asked)
    ends = sign_in_ends_soon(account, now)
    return account.status is not AccountStatus.CONNECTED or missing or ends


def quota_words(quota: Usage) -> str:
    """Say how much of the account's day is used."""
    return f"{quota.used} of {quota.cap} direct posts in the last 24 hours"


def sign_in_ends_soon(account: Account, now: datetime) -> bool:
    """Say whether the owner should allow access once more before it ends."""
    ends_at = account.sign_in_expires_at
    connected = account.status is AccountStatus.CONNECTED
    return connected and ends_at is not None and ends_at - now <= SIGN_IN_WARNING


def sign_in_words(account: Account, timezone: str, now: datetime) -> str:
    """Say how long the permission lasts; empty where there is none."""
    ends_at = account.sign_in_expires_at
    if ends_at is None or account.status is not AccountStatus.CONNECTED:
        return ""
    day = day_text(ends_at, timezone)
    if not sign_in_ends_soon(account, now):
        return f"Sign-in lasts until {day}"
    left = max(0, (ends_at - now).days)
    days = {0: "today", 1: "in 1 day"}.get(left, f"in {left} days")
    return f"Sign-in lasts until {day}, {days}: reconnect before, so that no post waits for it."


def disconnect_question(handle: str, planned: int) -> str:
    """Return what disconnecting leads to; TikTok cannot undo it."""
    posts = {0: "No post is planned for it.", 1: "1 planned post stops."}
    effect = posts.get(planned, f"{planned} planned posts stop.")
    return (
        f"Disconnect @{handle}? {effect} TikTok takes the permission back; "
        "to use the account again, its owner has to allow it once more."
    )


_READY = Health(
    icon="status-published",
    words="Ready",
    tone="good",
    meaning="Posts go out on time.",
    rank=5,
)
_PAUSED = Health(
    icon="pause",
    words="Paused",
    tone="warning",
    meaning="Its posts wait until you resume the account.",
    rank=3,
)
_SIGN_IN_ENDS = Health(
    icon="status-missed",
    words="Sign-in ends soon",
    tone="attention",
    meaning="Posts go out until then. Reconnect before, so that none has to wait.",
    rank=1,
)
_SYNC_FAILED = Health(
    icon="status-unconfirmed",
    words="Sync failed",
    tone="warning",
    meaning="Posts go out; only the numbers are old.",
    rank=2,
)
_DRAFTS_ONLY = Health(
    icon="status-in_inbox",
    words="Drafts only",
    tone="violet",
    meaning="Videos arrive as drafts in the TikTok inbox: publishing was not allowed.",
    rank=4,
)
_READ_ONLY = Health(
    icon="eye",
    words="Read only",
    tone="soft_ink",
    meaning="Numbers can be read, but neither posts nor drafts were allowed.",
    rank=4,
)
_RESTRICTED = {
    "limited": Health(
        icon="status-needs_attention",
        words="Limited by TikTok",
        tone="attention",
        meaning="TikTok limits what this account may do. Look into the TikTok app.",
        rank=1,
    ),
    "banned": Health(
        icon="status-failed",
        words="Banned by TikTok",
        tone="bad",
        meaning="TikTok banned this account; nothing can be posted. Look into the TikTok app.",
        rank=0,
    ),
}
_STATUS_HEALTH = {
    AccountStatus.NEEDS_RECONNECT: Health(
        icon="status-needs_attention",
        words="Reconnect needed",
        tone="attention",
        meaning="TikTok no longer accepts our permission. Its posts wait until you reconnect.",
        rank=0,
    ),
    AccountStatus.DISCONNECTED: Health(
        icon="unlink",
        words="Disconnected",
        tone="soft_ink",
        meaning="The permission was given back. Numbers collected so far are kept.",
        rank=7,
    ),
    AccountStatus.TO_CONNECT: Health(
        icon="link",
        words="Not connected yet",
        tone="soft_ink",
        meaning="Its owner has not allowed access yet.",
        rank=6,
    ),
}
