"""A connected TikTok account, its permission, and what its creator may post now."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.posts import PostMode, Privacy

CALLBACK_PATH = "/callback/"
"""Where TikTok leads back to after a sign-in, on this computer: part of the registered address."""


class AccountStatus(StrEnum):
    """Whether the app holds a permission for the account."""

    TO_CONNECT = "to_connect"
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


class Scope(StrEnum):
    """The permissions this app uses (TikTok scopes reference)."""

    BASIC = "user.info.basic"
    PROFILE = "user.info.profile"
    STATS = "user.info.stats"
    VIDEO_LIST = "video.list"
    PUBLISH = "video.publish"
    UPLOAD = "video.upload"


ALL_SCOPES = tuple(Scope)
POSTING_SCOPES = (Scope.BASIC, Scope.PUBLISH, Scope.UPLOAD)
"""What an app of Login Kit and Content Posting API has: new apps get no Display API."""


def without_publishing(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Return the scopes for an account that only gets drafts."""
    return tuple(scope for scope in scopes if scope is not Scope.PUBLISH)


def fewer_scopes(asked: Iterable[Scope]) -> tuple[Scope, ...] | None:
    """Return the next smaller set that can still post; None where there is none.

    One scope the app lacks fails TikTok's whole page: first those of the Display API go, then
    the one for direct posts, which has to be enabled apart in the portal.
    """
    asked = tuple(asked)
    posting = tuple(scope for scope in asked if scope in POSTING_SCOPES)
    drafts = without_publishing(posting)
    smaller = posting if posting != asked else drafts
    return smaller if smaller != asked and Scope.UPLOAD in drafts else None


SCOPE_OF_MODE = {PostMode.DIRECT: Scope.PUBLISH, PostMode.INBOX: Scope.UPLOAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What TikTok tells about an account; a part is None where its scope was not granted."""

    open_id: str
    display_name: str
    avatar_url: str = ""
    handle: str | None = None
    bio: str | None = None
    verified: bool | None = None
    followers: int | None = None
    following: int | None = None
    likes: int | None = None
    videos: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as every pane and command shows it.

    `sign_in_expires_at` is how long TikTok lets the permission be renewed; None without one.
    `max_duration_s` is the longest video it may post and `privacy_options` who may be let see it,
    as TikTok said last; None before it did.
    `version` counts what people change: connecting, disconnecting, pausing, groups and tags.
    """

    id: str
    open_id: str
    handle: str
    display_name: str
    status: AccountStatus
    paused: bool = False
    restriction: str | None = None
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    avatar_url: str = ""
    bio: str | None = None
    verified: bool = False
    followers: int | None = None
    following: int | None = None
    likes: int | None = None
    videos: int | None = None
    last_sync_at: datetime | None = None
    sync_error: Failure | None = None
    connected_at: datetime | None = None
    sign_in_expires_at: datetime | None = None
    max_duration_s: int | None = None
    privacy_options: tuple[Privacy, ...] | None = None
    version: int = 1

    def may(self, scope: Scope) -> bool:
        """Say whether the user granted a scope."""
        return scope in self.scopes


_NAMES_OF: Mapping[str, Callable[[Account], Collection[str]]] = {
    "group": lambda account: account.groups,
    "tag": lambda account: account.tags,
    "status": lambda account: (account.status.value,),
    "all": lambda _account: ("",),
}
"""What a selector of each kind goes by; a new kind is a line here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSelector:
    """Several accounts by one word: those of a group, tag or status, or all."""

    kind: str
    name: str = ""

    @staticmethod
    def read(text: str) -> "AccountSelector | None":
        """Return what `group:NAME`, `tag:NAME`, `status:NAME` or `all` selects; None for others."""
        kind, colon, name = text.strip().partition(":")
        kind = kind.lower()
        if kind not in _NAMES_OF or (kind == "all") == bool(colon):
            return None
        return AccountSelector(kind=kind, name=name.strip())

    def takes(self, account: Account) -> bool:
        """Say whether an account is among them; names count in any case."""
        if account.status is AccountStatus.DISCONNECTED:
            return False
        names = _NAMES_OF[self.kind](account)
        return self.name.casefold() in {each.casefold() for each in names}


def numbers_untold(accounts: Iterable[Account]) -> tuple[Finding, ...]:
    """Return what TikTok does not tell of connected accounts, by the scope they did not grant."""
    connected = [each for each in accounts if each.status is AccountStatus.CONNECTED]
    found = []
    for code, scope in (("totals_untold", Scope.STATS), ("videos_untold", Scope.VIDEO_LIST)):
        handles = tuple(f"@{each.handle}" for each in connected if not each.may(scope))
        if handles:
            params: dict[str, Param] = {"accounts": handles, "scope": scope.value}
            found.append(Finding(code=code, params=params))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """A user's tokens. Its repr hides them: it must never reach a log.

    A renewed pair may not say again whose it is (`""`) nor how long it can be renewed (None).
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None
    scopes: tuple[str, ...]
    open_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorInfo:
    """What the creator may post at this moment (creator_info/query).

    `max_duration_s` is None where TikTok did not say how long a video may be.
    """

    username: str
    nickname: str
    avatar_url: str
    privacy_options: tuple[Privacy, ...]
    comment_disabled: bool
    duet_disabled: bool
    stitch_disabled: bool
    max_duration_s: int | None
    asked_at: datetime
