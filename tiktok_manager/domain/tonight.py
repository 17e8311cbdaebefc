"""What would become of the posts of the next hours if nothing changed: the dry run and its checks.

No reads, no writes: what is looked at is handed in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.errors import FailureClass
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.holds import (
    ACCOUNTS_NOT_CONNECTED,
    ACCOUNTS_PAUSED,
    CAMPAIGN_CANCELLED,
    CAMPAIGN_PAUSED,
    CAMPAIGNS_CANCELLED,
    CAMPAIGNS_PAUSED,
    NO_PUBLISHER,
    Blocker,
)
from tiktok_manager.domain.media import MediaFile, MediaInfo, length_findings
from tiktok_manager.domain.plans import each_once
from tiktok_manager.domain.posts import (
    ON_TIME,
    RELEASED_LATER,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
)

AHEAD = timedelta(hours=24)
"""So far the dry run looks."""

CREATOR_NOT_ASKED = "creator_not_asked"
_TOLD_OF_ACCOUNT = frozenset({ACCOUNTS_PAUSED, ACCOUNTS_NOT_CONNECTED})
"""Said of each account by itself, in `plan_guards`."""

_OF_ONE_CAMPAIGN = {
    CAMPAIGNS_PAUSED: Finding(code=CAMPAIGN_PAUSED),
    CAMPAIGNS_CANCELLED: Finding(code=CAMPAIGN_CANCELLED),
}
"""What is said of campaigns together, as it is said of a post of one."""

_STOPPING = frozenset(
    {
        "account_is_paused",
        "account_needs_reconnect",
        "account_not_connected",
        "permission_not_granted",
        "video_too_long",
    }
)
"""Findings of the plan's own checks by which nothing goes out; the others only warn."""


class Verdict(StrEnum):
    """What a dry run comes to: it goes out, it may not, or it will not as things are."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


_WEIGHT = (Verdict.PROBLEM, Verdict.WARNING, Verdict.OK)
Found = tuple[Verdict, Finding]
"""A finding and what it makes of the post; `OK` is for what is only to be known."""


class FileState(StrEnum):
    """What became of a planned file, by a look that reads none of its bytes."""

    SAME = "same"
    GONE = "gone"
    NO_FOLDER = "no_folder"
    UNREADABLE = "unreadable"
    SILENT = "silent"
    CUT = "cut"
    GREW = "grew"
    OTHER = "other"
    SAVED_AGAIN = "saved_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNow:
    """A planned file as it is now; `reason` is the system's word for what cannot be read."""

    state: FileState
    size_bytes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How everything stands at the moment of a dry run.

    `general` are what stands in the way of all, beside the blockers; `infos` is what is known of
    files that did not change; `battery` is None on a machine that is plugged in.
    """

    now: datetime
    blockers: tuple[Blocker, ...]
    general: tuple[Found, ...]
    files: Mapping[MediaFile, FileNow]
    infos: Mapping[MediaFile, MediaInfo]
    accounts: Mapping[str, Account]


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """A post of the next hours, when it is to go out, and what speaks against it, worst first."""

    post: Post
    at: datetime
    verdict: Verdict
    findings: tuple[Finding, ...] = field(default=())


def goes_out_at(post: Post, now: datetime) -> datetime:
    """Return when a planned post is tried next."""
    return max(post.next_try_at or post.schedule.due_at, post.schedule.due_at, now)


def dry_run(post: Post, planned: Iterable[Finding], so: Circumstances) -> DryRun:
    """Judge one post; `planned` is what the checks of a plan say of it now."""
    at = goes_out_at(post, so.now)
    found: list[Found] = [
        *(
            (Verdict.PROBLEM if each.code in _STOPPING else Verdict.WARNING, each)
            for each in planned
        ),
        *_of_status(post, so.now),
        *_of_sign_in(post, at, so),
        *_of_file(post.media, so.files[post.media]),
        *_of_creator(post, so),
        *_of_blockers(post, at, so.blockers),
        *so.general,
    ]
    found.sort(key=lambda each: _WEIGHT.index(each[0]))
    return DryRun(
        post=post,
        at=at,
        verdict=found[0][0] if found else Verdict.OK,
        findings=each_once(finding for _verdict, finding in found),
    )


def of_all(runs: Iterable[DryRun]) -> tuple[Finding, ...]:
    """Return what is said of every one of several posts: it is to be told once."""
    runs = list(runs)
    if len(runs) < 2:
        return ()
    first, *others = runs
    return tuple(each for each in first.findings if all(each in run.findings for run in others))


def _weighed(finding: Finding) -> Found:
    return Verdict.PROBLEM if finding.code in _STOPPING else Verdict.WARNING, finding


def _of_status(post: Post, now: datetime) -> Iterator[Found]:
    """Give what keeps a post by itself: nobody agreed to it, it is too late, it failed before."""
    if post.status is PostStatus.DRAFT:
        yield Verdict.WARNING, Finding(code="draft_not_agreed")
        return
    error = post.error
    if error is not None and error.kind is FailureClass.NEEDS_RECONNECT:
        return  # its account says so, too
    waits_for_turn = error is not None and error.code in RELEASED_LATER
    late = now - post.schedule.due_at
    within = max(post.lateness.within, ON_TIME)
    if late > ON_TIME and not waits_for_turn:
        if late > within or post.lateness.policy is LatePolicy.ASK:
            yield Verdict.PROBLEM, Finding(code="too_late_by_now", params={"late_by": late})
        elif post.lateness.policy is LatePolicy.PUBLISH:
            yield Verdict.WARNING, Finding(code="late_by_now", params={"late_by": late})
    if error is not None:
        yield Verdict.WARNING, Finding(code=error.code, params=error.params)


def _of_sign_in(post: Post, at: datetime, so: Circumstances) -> Iterator[Found]:
    ends_at = so.accounts[post.account_id].sign_in_expires_at
    if ends_at is not None and ends_at <= at:
        params: dict[str, Param] = {"account": post.handle, "ends_at": ends_at}
        yield Verdict.PROBLEM, Finding(code="sign_in_ends_before", params=params)


def _of_file(media: MediaFile, now: FileNow) -> Iterator[Found]:
    told: dict[str, Param] = {"file": media.path.name}
    folder = str(media.path.parent)
    match now.state:
        case FileState.GONE:
            params = {**told, "why": "gone", "path": str(media.path)}
            yield Verdict.PROBLEM, Finding(code="file_changed", params=params)
        case FileState.CUT | FileState.GREW:
            sizes = {"known_bytes": media.size_bytes, "found_bytes": now.size_bytes}
            params = {**told, "why": now.state.value, **sizes}
            yield Verdict.PROBLEM, Finding(code="file_changed", params=params)
        case FileState.OTHER:
            params = {**told, "why": "other_content"}
            yield Verdict.PROBLEM, Finding(code="file_changed", params=params)
        case FileState.NO_FOLDER:
            yield (
                Verdict.PROBLEM,
                Finding(code="file_folder_missing", params={**told, "folder": folder}),
            )
        case FileState.UNREADABLE:
            params = {**told, "folder": folder, "reason": now.reason}
            yield Verdict.PROBLEM, Finding(code="file_not_readable", params=params)
        case FileState.SILENT:
            yield Verdict.WARNING, Finding(code="file_silent", params={**told, "folder": folder})
        case FileState.SAVED_AGAIN:
            yield Verdict.WARNING, Finding(code="file_saved_again", params=told)


def _of_creator(post: Post, so: Circumstances) -> Iterator[Found]:
    """Give what TikTok said last that the account may not post, and say if it said nothing yet."""
    account = so.accounts[post.account_id]
    if post.mode is not PostMode.DIRECT:
        return
    offered, privacy = account.privacy_options, post.choices.privacy
    if offered is None:
        yield Verdict.OK, Finding(code=CREATOR_NOT_ASKED, params={"account": account.handle})
    elif privacy is not None and privacy not in offered:
        params: dict[str, Param] = {"offered": tuple(offered)}
        yield Verdict.PROBLEM, Finding(code="privacy_level_option_mismatch", params=params)
    info = so.infos.get(post.media)
    if info is None or info.duration_s is None:
        return
    limits_s = {account.handle: account.max_duration_s}
    for finding in length_findings(post.media.path.name, info, limits_s):
        yield _weighed(finding)


def _of_blockers(post: Post, at: datetime, blockers: Iterable[Blocker]) -> Iterator[Found]:
    for blocker in blockers:
        lasts = blocker.until is None or blocker.until > at
        if blocker.code in _TOLD_OF_ACCOUNT or not lasts or not blocker.blocks(post):
            continue
        only_warns = blocker.code == NO_PUBLISHER
        found = _OF_ONE_CAMPAIGN.get(blocker.code, blocker.finding)
        yield Verdict.WARNING if only_warns else Verdict.PROBLEM, found
