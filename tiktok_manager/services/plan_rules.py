"""The rules a planned post must keep, and what the user should know about it.

Only the planner calls it. Errors name the field and the limit; findings are sentences.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.errors import (
    PERMISSION_LOST,
    RECONNECT_HINT,
    FailureClass,
    InputError,
    OutcomeUnknown,
)
from tiktok_manager.domain.media import MediaFile, findings
from tiktok_manager.domain.posts import (
    RELEASED_LATER,
    Choices,
    Consent,
    Post,
    PostError,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.system import video

NOT_POSTED = PostError(
    code="not_posted",
    message="You said that this video is not on TikTok.",
    action="Retry it to post it, or cancel it.",
)
MAX_COVER_MS = 2**31 - 1
"""TikTok: `video_cover_timestamp_ms` is an int32."""
PAST_TOLERANCE = timedelta(minutes=1)
MUSIC_CONSENT = "By posting, you agree to TikTok's Music Usage Confirmation"
BRANDED_CONSENT = (
    "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
)

_LOST_PERMISSION = PostError(
    code="reconnect_needed",
    message=PERMISSION_LOST,
    action=RECONNECT_HINT,
    kind=FailureClass.NEEDS_RECONNECT.value,
)


def consent_text(choices: Choices) -> str:
    """Return TikTok's wording the user agrees to (content sharing guidelines, 2d and 4)."""
    return BRANDED_CONSENT if choices.branded_content else MUSIC_CONSENT


def consent_for(mode: PostMode, choices: Choices, *, agreed: bool, now: datetime) -> Consent | None:
    """Check the choices of a direct post and return the consent; a draft needs none."""
    if mode is PostMode.INBOX:
        return None
    _check_choices(choices)
    text = consent_text(choices)
    if not agreed:
        raise InputError(
            "Your consent is missing.",
            f"TikTok asks that you agree to this for every direct post: “{text}”.",
            "Add `--consent` to agree.",
        )
    return Consent(text=text, given_at=now)


def check_not_past(
    schedule: Schedule, now: datetime, hint: str = "Choose a time to come, or `now`."
) -> None:
    """Raise InputError for a time that has passed."""
    if schedule.due_at < now - PAST_TOLERANCE:
        raise InputError(
            "That time is in the past.",
            f"{schedule.wall:%Y-%m-%d %H:%M} ({schedule.timezone}) is before now.",
            hint,
        )


def waits_for_turn(post: Post) -> bool:
    """Say whether a planned post waits for a cap of TikTok's; an edit does not let it go."""
    planned = post.status is PostStatus.SCHEDULED
    return planned and post.error is not None and post.error.code in RELEASED_LATER


def check_accounts(accounts: Sequence[Account]) -> None:
    """Raise InputError unless there are accounts and all of them hold a permission."""
    if not accounts:
        raise InputError("No account was chosen.", hint="Choose at least one account.")
    for account in accounts:
        if account.status in {AccountStatus.DISCONNECTED, AccountStatus.TO_CONNECT}:
            raise InputError(f"@{account.handle} is not connected.", hint="Connect it first.")


def for_account(base: Post, account: Account, schedule: Schedule) -> Post:
    """Return a post of its own for one account, from what the posts of a request share."""
    return replace(
        base,
        id=uuid.uuid4().hex,
        account_id=account.id,
        handle=account.handle,
        schedule=schedule,
        error=_LOST_PERMISSION if account.status is AccountStatus.NEEDS_RECONNECT else None,
    )


def check_status(post: Post, allowed: frozenset[PostStatus], done: str) -> None:
    """Raise InputError unless the post is in one of these statuses."""
    if post.status not in allowed:
        raise InputError(
            f"A post that is {words(post.status)} cannot be {done}.",
            hint=f"Possible for posts that are: {', '.join(map(words, sorted(allowed)))}.",
        )


def too_late(post: Post) -> OutcomeUnknown:
    """Return the error for a change that comes after the last byte may have left."""
    return OutcomeUnknown(
        "It is too late for that.",
        f"The post is {words(post.status)}: TikTok may have the whole video already.",
        "Wait for TikTok's answer; a published video can be deleted in TikTok.",
    )


def account_findings(accounts: Sequence[Account], mode: PostMode) -> list[str]:
    """Say what may keep these accounts from posting."""
    found = []
    for account in accounts:
        if account.status is AccountStatus.NEEDS_RECONNECT:
            found.append(f"@{account.handle} must be connected again before it can post.")
        elif not account.may(SCOPE_OF_MODE[mode]):
            found.append(
                f"@{account.handle} did not grant {SCOPE_OF_MODE[mode]}: "
                f"a {mode} post will be refused until it is connected with it."
            )
        if account.paused:
            found.append(f"@{account.handle} is paused.")
    return found


def twins(known: Sequence[Post]) -> list[str]:
    """Say which accounts have this very video already; `known` are the posts with its bytes."""
    newest = {post.account_id: post for post in known}
    return [
        f"@{post.handle} has this very video already: {post.id[:8]} is {words(post.status)} "
        f"({_at(post.schedule)})."
        for post in newest.values()
    ]


def full_day(account: Account, mode: PostMode, free: Schedule, *, spread: bool) -> str:
    """Say that an account's 24 hours are full around a planned time."""
    what = "direct posts" if mode is PostMode.DIRECT else "pending drafts"
    when = f"{free.wall:%Y-%m-%d %H:%M} ({free.timezone})"
    if spread:
        return f"@{account.handle} has its {what} of 24 hours: moved to {when}."
    return f"@{account.handle} has its {what} of 24 hours then; the next free time is {when}."


def media_findings(media: MediaFile) -> list[str]:
    """Say what TikTok may refuse in the video."""
    info = video.probe(media.path)
    if info is None:
        return [f"{media.path.name} could not be read as a video; TikTok may refuse it."]
    return [f"{media.path.name}: {finding}" for finding in findings(info)]


def _check_choices(choices: Choices) -> None:
    if choices.privacy is None:
        raise InputError(
            "Who may see the video was not chosen.",
            "TikTok asks that you choose it for every direct post.",
            f"Use `--privacy` with one of: {', '.join(Privacy)}.",
        )
    if choices.branded_content and choices.privacy is Privacy.ONLY_ME:
        raise InputError(
            "Branded content visibility cannot be set to private.",
            hint="Choose another privacy, or leave branded content off.",
        )
    if choices.cover_ms is not None:
        _check_cover(choices.cover_ms)


def _check_cover(cover_ms: int) -> None:
    if cover_ms < 0:
        raise InputError("The cover's time is negative.", hint="Count from the first frame.")
    if cover_ms > MAX_COVER_MS:
        raise InputError(
            "The cover's time is too far into the video.",
            f"TikTok takes at most {MAX_COVER_MS} ms.",
            "Choose a frame of the video.",
        )


def _at(schedule: Schedule) -> str:
    return f"{schedule.shown:%Y-%m-%d %H:%M} in {schedule.timezone}"


def words(status: PostStatus) -> str:
    """Return a status in the words of a sentence."""
    return status.replace("_", " ")
