"""An account's state in plain words; pure, so that every case can be tested."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import Account, AccountStatus, Scope
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Post
from tiktok_manager.domain.quota import Usage
from tiktok_manager.services.accounts import ConnectStage
from tiktok_manager.ui.formats import day_text, zoned_time
from tiktok_manager.ui.post_look import post_look, unsafe_waiting
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import words

SIGN_IN_WARNING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Health:
    """How an account is: a sign, words, a tone, and what it means for posts.

    `rank` puts what needs the user first.
    """

    rank: int
    icon: str
    tone: str
    words: str
    meaning: str

    @property
    def needs_user(self) -> bool:
        """Whether only the user can mend it."""
        return self.tone in ("attention", "bad")


def health(account: Account, now: datetime) -> Health:
    """Return what matters most about an account now."""
    if not may_sync(account):
        return _unconnected(account.status)
    if account.restriction == "banned":
        meaning = tr("TikTok banned this account; nothing can be posted. Look into the TikTok app.")
        return Health(0, "status-failed", "bad", tr("Banned by TikTok"), meaning)
    if account.restriction:
        meaning = tr("TikTok limits what this account may do. Look into the TikTok app.")
        return Health(1, "status-needs_attention", "attention", tr("Limited by TikTok"), meaning)
    if account.paused:
        meaning = tr("Its posts wait until you resume the account.")
        return Health(3, "pause", "warning", tr("Paused"), meaning)
    if sign_in_ends_soon(account, now):
        meaning = tr("Posts go out until then. Reconnect before, so that none has to wait.")
        return Health(1, "status-missed", "attention", tr("Sign-in ends soon"), meaning)
    if account.sync_error:
        meaning = tr("Posts go out; only the numbers are old.")
        return Health(2, "status-unconfirmed", "warning", tr("Sync failed"), meaning)
    return _working(account)


def may_sync(account: Account) -> bool:
    """Say whether TikTok would answer for this account."""
    return account.status is AccountStatus.CONNECTED


def trouble(account: Account) -> str:
    """Return what went wrong at the last sync, unless the status says it already."""
    error = account.sync_error if may_sync(account) else None
    return "" if error is None else words(error).cause


def may_reconnect(account: Account, now: datetime, asked: Iterable[Scope]) -> bool:
    """Say whether asking for the permission anew would help; `asked` is what would be asked for."""
    missing = any(not account.may(scope) for scope in asked)
    return not may_sync(account) or missing or sign_in_ends_soon(account, now)


def quota_words(quota: Usage) -> str:
    """Say how much of the account's day is used."""
    return tr("{used} of {cap} direct posts in the last 24 hours", used=quota.used, cap=quota.cap)


def sign_in_ends_soon(account: Account, now: datetime) -> bool:
    """Say whether the owner should allow access once more before it ends."""
    ends_at = account.sign_in_expires_at
    return may_sync(account) and ends_at is not None and ends_at - now <= SIGN_IN_WARNING


def sign_in_words(account: Account, timezone: str, now: datetime) -> str:
    """Say how long the permission lasts; empty where there is none."""
    ends_at = account.sign_in_expires_at
    if ends_at is None or not may_sync(account):
        return ""
    day = day_text(ends_at, timezone)
    if not sign_in_ends_soon(account, now):
        return tr("Sign-in lasts until {day}", day=day)
    left = max(0, (ends_at - now).days)
    if left == 0:
        return tr(
            "Sign-in lasts until {day}, today: reconnect before, so that no post waits for it.",
            day=day,
        )
    return ntr(
        "Sign-in lasts until {day}, in {count} day: reconnect before, so that no post waits for "
        "it.",
        "Sign-in lasts until {day}, in {count} days: reconnect before, so that no post waits for "
        "it.",
        left,
        day=day,
    )


def disconnect_question(handle: str, planned: int) -> str:
    """Return what disconnecting leads to; TikTok cannot undo it."""
    if planned == 0:
        return tr(
            "Disconnect @{handle}? No post is planned for it. TikTok takes the permission back; to "
            "use the account again, its owner has to allow it once more.",
            handle=handle,
        )
    return ntr(
        "Disconnect @{handle}? {count} planned post stops. TikTok takes the permission back; to "
        "use the account again, its owner has to allow it once more.",
        "Disconnect @{handle}? {count} planned posts stop. TikTok takes the permission back; to "
        "use the account again, its owner has to allow it once more.",
        planned,
        handle=handle,
    )


def scope_words(scope: Scope) -> str:
    """Say what a permission allows."""
    return {
        Scope.BASIC: lambda: tr("See name and picture"),
        Scope.PROFILE: lambda: tr("See username and bio"),
        Scope.STATS: lambda: tr("See followers, likes and number of videos"),
        Scope.VIDEO_LIST: lambda: tr("See public videos and their numbers"),
        Scope.PUBLISH: lambda: tr("Publish videos"),
        Scope.UPLOAD: lambda: tr("Send drafts to the TikTok inbox"),
    }[scope]()


def stage_words(stage: ConnectStage) -> str:
    """Say how far a connection is."""
    return words(Finding(code="connect_stage", params={"stage": stage.value})).title


def overdue_words(asked: Sequence[Scope]) -> str:
    """Say why TikTok's page may never lead back."""
    return words(Finding(code="connect_overdue", params={"scopes": tuple(asked)})).cause


def _working(account: Account) -> Health:
    if account.may(Scope.PUBLISH):
        return Health(5, "status-published", "good", tr("Ready"), tr("Posts go out on time."))
    if account.may(Scope.UPLOAD):
        meaning = tr("Videos arrive as drafts in the TikTok inbox: publishing was not allowed.")
        return Health(4, "status-in_inbox", "violet", tr("Drafts only"), meaning)
    meaning = tr("Numbers can be read, but neither posts nor drafts were allowed.")
    return Health(4, "eye", "soft_ink", tr("Read only"), meaning)


def _unconnected(status: AccountStatus) -> Health:
    if status is AccountStatus.NEEDS_RECONNECT:
        meaning = tr("TikTok no longer accepts our permission. Its posts wait until you reconnect.")
        return Health(0, "status-needs_attention", "attention", tr("Reconnect needed"), meaning)
    if status is AccountStatus.DISCONNECTED:
        meaning = tr("The permission was given back. Numbers collected so far are kept.")
        return Health(7, "unlink", "soft_ink", tr("Disconnected"), meaning)
    meaning = tr("Its owner has not allowed access yet.")
    return Health(6, "link", "soft_ink", tr("Not connected yet"), meaning)


def next_post_words(post: Post, timezone: str, now: datetime) -> str:
    """Say when an account's next post goes out, and first why it will not by itself."""
    when = zoned_time(post.schedule.due_at, timezone, now)
    is_calm = unsafe_waiting(post) is None
    return when if is_calm else f"{post_look(post, timezone, now).words} · {when}"
