"""The rules a planned post must keep, and what the user should know about it: no reads, no writes.

What breaks a rule raises InputError; what only may go wrong is a Finding.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.captions import check_caption, read_tags
from tiktok_manager.domain.errors import (
    Failure,
    FailureClass,
    InputError,
    OutcomeUnknown,
)
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.media import MediaFile, MediaInfo, media_findings
from tiktok_manager.domain.plans import LookedInto, PlanRequest, PlanRow, PostEdit, Proposal, Wish
from tiktok_manager.domain.posts import (
    RELEASED_LATER,
    Choices,
    Consent,
    Lateness,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.quota import Ledger, Usage
from tiktok_manager.domain.schedule import Schedule, at_instant, parse_when

NOT_POSTED = Failure(code="not_posted")
MAX_COVER_MS = 2**31 - 1
"""TikTok: `video_cover_timestamp_ms` is an int32."""
PAST_TOLERANCE = timedelta(minutes=1)
MUSIC_CONSENT = "By posting, you agree to TikTok's Music Usage Confirmation"
BRANDED_CONSENT = (
    "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
)
NOT_CONNECTED = frozenset({AccountStatus.DISCONNECTED, AccountStatus.TO_CONNECT})

_LOST_PERMISSION = Failure(code="reconnect_needed", kind=FailureClass.NEEDS_RECONNECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What wishes are judged by, read at one moment; posts judged take their place in it."""

    accounts: Mapping[str, Account]
    ledgers: Mapping[tuple[str, PostMode], Ledger]
    same_video: Mapping[tuple[str, str], Post]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A request that keeps the rules, but for its file, which was not read yet."""

    place: int
    request: PlanRequest
    accounts: Sequence[Account]
    consent: Consent | None
    schedule: Schedule


def judge(wishes: Sequence[Wish], grounds: Grounds, *, spread: bool) -> tuple[PlanRow, ...]:
    """Return a row for each wish, in order: its time, its day and what is to be known about it.

    Each sees the posts of the earlier ones. `spread` moves posts over a cap to a free time.
    """
    planned: set[tuple[str, str]] = set()
    return tuple(_judged(wish, grounds, planned, spread=spread) for wish in wishes)


def _judged(
    wish: Wish, grounds: Grounds, planned: set[tuple[str, str]], *, spread: bool
) -> PlanRow:
    post, wanted = wish.post, wish.post.schedule
    account, ledger = grounds.accounts[post.account_id], grounds.ledgers[post.account_id, post.mode]
    free_at = ledger.next_free(wanted.due_at)
    free = wanted if free_at == wanted.due_at else at_instant(free_at, wanted.timezone)
    found = [*account_findings(account, post.mode), *_video_findings(wish, account)]
    if wish.is_new_video:
        copy = (post.account_id, post.media.sha256)
        found += _twin(post, grounds.same_video.get(copy), again=copy in planned)
        planned.add(copy)
    if free != wanted:
        found.append(_full_day(account, post.mode, ledger.cap, free, spread=spread))
    if spread:
        post = replace(post, schedule=free)
    used = ledger.used(post.schedule.due_at)
    ledger.take(post.schedule.due_at)
    is_new = wish.before is None and post.status is PostStatus.SCHEDULED
    if is_new and account.status is AccountStatus.NEEDS_RECONNECT:
        post = replace(post, error=_LOST_PERMISSION)
    return PlanRow(
        wish=wish,
        post=post,
        findings=tuple(found),
        free=free,
        quota=Usage(used=used + 1, cap=ledger.cap),
    )


def _video_findings(wish: Wish, account: Account) -> list[Finding]:
    """Return what TikTok may refuse in a video, or this account may not post."""
    if wish.video is None:
        return []
    post = wish.post
    limit_s = account.max_duration_s if post.mode is PostMode.DIRECT else None
    limits_s = {account.handle: limit_s}
    return media_findings(post.media.path.name, wish.video.info, limits_s, post.choices.cover_ms)


def news(row: PlanRow, again: PlanRow) -> list[Finding]:
    """Return what is to be known about a row that was not, or was another, when it was proposed."""
    known = {finding.code for finding in row.findings}
    found = [finding for finding in again.findings if finding.code not in known]
    if not found and again.post.schedule != row.post.schedule:
        found = [each for each in again.findings if each.code == "moved_to_free_time"]
    return found


def account_findings(account: Account, mode: PostMode) -> list[Finding]:
    """Return what may keep an account from posting."""
    found = []
    named: dict[str, str] = {"account": account.handle}
    if account.status in NOT_CONNECTED:
        found.append(Finding(code="account_not_connected", params=named))
    elif account.status is AccountStatus.NEEDS_RECONNECT:
        found.append(Finding(code="account_needs_reconnect", params=named))
    elif not account.may(SCOPE_OF_MODE[mode]):
        params = {**named, "scope": SCOPE_OF_MODE[mode].value, "mode": mode.value}
        found.append(Finding(code="permission_not_granted", params=params))
    if account.paused:
        found.append(Finding(code="account_is_paused", params=named))
    return found


def _twin(post: Post, known: Post | None, *, again: bool) -> list[Finding]:
    if known is not None:
        params = {
            "account": known.handle,
            "post": known.id[:8],
            "status": known.status.value,
            "at": f"{known.schedule.shown:%Y-%m-%d %H:%M}",
            "timezone": known.schedule.timezone,
        }
        return [Finding(code="same_video", params=params)]
    if again:
        params = {"account": post.handle, "file": post.media.path.name}
        return [Finding(code="same_video_twice", params=params)]
    return []


def _full_day(
    account: Account, mode: PostMode, cap: int, free: Schedule, *, spread: bool
) -> Finding:
    params: dict[str, str | int] = {
        "account": account.handle,
        "mode": mode.value,
        "cap": cap,
        "at": f"{free.wall:%Y-%m-%d %H:%M}",
        "timezone": free.timezone,
    }
    return Finding(code="moved_to_free_time" if spread else "day_is_full", params=params)


def edited(post: Post, edit: PostEdit, now: datetime) -> Post:
    """Return the post as an edit wants it, but for a new file; raises InputError."""
    caption = post.caption if edit.caption is None else edit.caption
    check_caption(caption)
    mode = edit.mode or post.mode
    choices = edit.choices or post.choices
    is_draft = post.status is PostStatus.DRAFT
    agreed = edit.consent or (
        post.consent is not None and post.consent.text == consent_text(choices)
    )
    consent = consent_for(mode, choices, agreed=agreed, now=now, or_draft=is_draft)
    keeps_place = edit.when is None and edit.timezone is None and mode is post.mode
    waits = keeps_place and _waits_for_turn(post)
    return replace(
        post,
        status=status_of(mode, consent, or_draft=is_draft),
        caption=caption,
        mode=mode,
        choices=choices,
        consent=consent,
        schedule=_edited_schedule(post, edit, now),
        lateness=edit.lateness or post.lateness,
        tags=post.tags if edit.tags is None else read_tags(edit.tags),
        error=post.error if waits else None,
        next_try_at=post.next_try_at if waits else None,
    )


def retried(post: Post, now: datetime) -> Post:
    """Return a stopped post as it goes out again: at its time, or now if that has passed."""
    return replace(
        post,
        status=PostStatus.SCHEDULED,
        error=None,
        attempts=0,
        next_try_at=max(now, post.schedule.due_at),
    )


def resolved(post: Post, *, posted: bool, post_again: bool, now: datetime) -> tuple[Post, str]:
    """Return a post by the user's word for what became of it, and the code of that word."""
    if posted:
        after = replace(post, status=PostStatus.PUBLISHED, error=None, published_at=now)
        return after, "said_posted"
    if post_again:
        after = replace(post, status=PostStatus.SCHEDULED, error=None, attempts=0, next_try_at=now)
        return after, "said_post_again"
    after = replace(post, status=PostStatus.NEEDS_ATTENTION, error=NOT_POSTED)
    return after, "said_not_posted"


def _edited_schedule(post: Post, edit: PostEdit, now: datetime) -> Schedule:
    if edit.when is not None:
        return read_time(edit.when, edit.timezone or post.schedule.timezone, now)
    if edit.timezone is not None:
        return read_time(post.schedule.wall.isoformat(), edit.timezone, now)
    if post.status is not PostStatus.SCHEDULED:
        check_not_past(post.schedule, now, edited=True)
    return post.schedule


def _waits_for_turn(post: Post) -> bool:
    """Say whether a planned post waits for a cap of TikTok's; an edit does not let it go."""
    planned = post.status is PostStatus.SCHEDULED
    return planned and post.error is not None and post.error.code in RELEASED_LATER


def check(proposal: Proposal, *, strict: bool) -> None:
    """Raise what was refused first; and InputError if `strict` and there are findings."""
    for error in proposal.refused.values():
        raise error
    if strict and proposal.findings:
        raise InputError("plan_has_findings", findings=proposal.findings)


def read_time(when: str, timezone: str, now: datetime) -> Schedule:
    """Return the time a user asked for; raises InputError for none, or one that has passed."""
    schedule = parse_when(when, timezone, now)
    check_not_past(schedule, now)
    return schedule


def check_not_past(schedule: Schedule, now: datetime, *, edited: bool = False) -> None:
    """Raise InputError for a time that has passed."""
    if schedule.due_at < now - PAST_TOLERANCE:
        raise InputError(
            "time_is_past",
            at=f"{schedule.wall:%Y-%m-%d %H:%M}",
            zone=schedule.timezone,
            edited=edited,
        )


def check_accounts(accounts: Collection[Account]) -> None:
    """Raise InputError unless there are accounts and all of them hold a permission."""
    if not accounts:
        raise InputError("no_account_chosen")
    for account in accounts:
        if account.status in NOT_CONNECTED:
            raise InputError("account_not_connected", account=account.handle)


def check_status(post: Post, allowed: frozenset[PostStatus], change: str) -> None:
    """Raise InputError unless the post is in one of these statuses."""
    if post.status not in allowed:
        raise InputError(
            "wrong_status", status=post.status.value, change=change, allowed=tuple(sorted(allowed))
        )


def too_late(post: Post) -> OutcomeUnknown:
    """Return the error for a change that comes after the last byte may have left."""
    return OutcomeUnknown("too_late", status=post.status.value)


def consent_text(choices: Choices) -> str:
    """Return TikTok's wording the user agrees to (content sharing guidelines, 2d and 4)."""
    return BRANDED_CONSENT if choices.branded_content else MUSIC_CONSENT


def consent_for(
    mode: PostMode, choices: Choices, *, agreed: bool, now: datetime, or_draft: bool = False
) -> Consent | None:
    """Check the choices of a direct post and return the consent; an inbox post needs none.

    `or_draft`: without consent it is not planned yet, and may lack who may see it.
    """
    if mode is PostMode.INBOX:
        return None
    is_draft = or_draft and not agreed
    _check_choices(choices, is_draft=is_draft)
    if is_draft:
        return None
    text = consent_text(choices)
    if not agreed:
        raise InputError("consent_missing", text=text)
    return Consent(text=text, given_at=now)


def status_of(mode: PostMode, consent: Consent | None, *, or_draft: bool) -> PostStatus:
    """Return whether a post is planned: a direct one without consent stays a draft."""
    is_draft = or_draft and mode is PostMode.DIRECT and consent is None
    return PostStatus.DRAFT if is_draft else PostStatus.SCHEDULED


def _check_choices(choices: Choices, *, is_draft: bool) -> None:
    if choices.privacy is None and not is_draft:
        raise InputError("privacy_missing", levels=tuple(Privacy))
    if choices.branded_content and choices.privacy is Privacy.ONLY_ME:
        raise InputError("branded_content_private")
    if choices.cover_ms is not None:
        _check_cover(choices.cover_ms)


def _check_cover(cover_ms: int) -> None:
    if cover_ms < 0:
        raise InputError("cover_negative")
    if cover_ms > MAX_COVER_MS:
        raise InputError("cover_too_far", most_ms=MAX_COVER_MS)


def wishes(
    checked: Checked, media: MediaFile, info: MediaInfo | None, usual: Lateness, now: datetime
) -> Iterator[Wish]:
    """Give a post for each account of a request; `usual` goes for it if it names no lateness."""
    origin = checked.request.origin
    if len(checked.accounts) > 1 and origin.batch is None:
        origin = replace(origin, batch=uuid.uuid4().hex)
    for account in checked.accounts:
        post = Post(
            id=uuid.uuid4().hex,
            account_id=account.id,
            handle=account.handle,
            status=status_of(
                checked.request.mode, checked.consent, or_draft=checked.request.or_draft
            ),
            mode=checked.request.mode,
            schedule=checked.schedule,
            media=media,
            caption=checked.request.caption,
            choices=checked.request.choices,
            consent=checked.consent,
            lateness=checked.request.lateness or usual,
            tags=read_tags(checked.request.tags),
            origin=origin,
            created_at=now,
        )
        yield Wish(post=post, video=LookedInto(info=info), request=checked.place)
