"""The rules a planned post must keep, and what becomes of one by a change: no reads, no writes.

What breaks a rule raises InputError; what only may go wrong stands in `plan_guards`.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiktok_manager.domain.accounts import Account, AccountStatus
from tiktok_manager.domain.captions import check_caption, read_tags
from tiktok_manager.domain.errors import Failure, InputError, OutcomeUnknown
from tiktok_manager.domain.media import MediaFile, MediaInfo
from tiktok_manager.domain.plans import LookedInto, PlanRequest, PostEdit, Proposal, Wish
from tiktok_manager.domain.posts import (
    EDITABLE,
    PLANNED_ALONE,
    RELEASED_LATER,
    Choices,
    Consent,
    Lateness,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.recurring import is_paused_with_rule
from tiktok_manager.domain.schedule import Schedule, at_instant, parse_when, shifted
from tiktok_manager.domain.when import is_next_slot

NOT_POSTED = Failure(code="not_posted")
MAX_COVER_MS = 2**31 - 1
"""TikTok: `video_cover_timestamp_ms` is an int32."""
PAST_TOLERANCE = timedelta(minutes=1)
MUSIC_CONSENT = "By posting, you agree to TikTok's Music Usage Confirmation"
BRANDED_CONSENT = (
    "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
)
NOT_CONNECTED = frozenset({AccountStatus.DISCONNECTED, AccountStatus.TO_CONNECT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A request that keeps the rules, but for its file, which was not read yet."""

    place: int
    request: PlanRequest
    accounts: Sequence[Account]
    consent: Consent | None
    schedule: Schedule


def edited(post: Post, edit: PostEdit, now: datetime) -> Post:
    """Return the post as an edit wants it, but for a new file and a slot; raises InputError.

    A draft stays one, whatever it lacks, until it is edited with consent; so does one that waits
    for its rule to be resumed.
    """
    caption = post.caption if edit.caption is None else edit.caption
    check_caption(caption)
    mode = edit.mode or post.mode
    choices = edit.choices or post.choices
    is_draft = post.status is PostStatus.DRAFT
    agreed = edit.consent or (
        post.consent is not None and post.consent.text == consent_text(choices)
    )
    consent = consent_for(mode, choices, agreed=agreed, now=now, or_draft=is_draft)
    rests = is_paused_with_rule(post) and not edit.consent
    status = post.status if rests else status_of(mode, consent, or_draft=is_draft)
    waits = _keeps_place(edit) and mode is post.mode and _waits_for_turn(post)
    return replace(
        post,
        status=status,
        caption=caption,
        mode=mode,
        choices=choices,
        consent=consent,
        schedule=_edited_schedule(post, edit, now, status),
        lateness=edit.lateness or post.lateness,
        tags=post.tags if edit.tags is None else read_tags(edit.tags),
        error=post.error if waits or rests else None,
        next_try_at=post.next_try_at if waits else None,
    )


def cancelled(post: Post) -> Post:
    """Return a post taken out of the plan; raises what keeps it there."""
    if post.status in {PostStatus.PROCESSING, PostStatus.UNCONFIRMED}:
        raise too_late(post)
    check_status(post, EDITABLE | {PostStatus.PUBLISHING}, "cancelled")
    return replace(post, status=PostStatus.CANCELLED, error=None)


def copied(post: Post, edit: PostEdit, batch: str | None, now: datetime) -> Post:
    """Return a new post for the same account and video, with an edit; raises InputError.

    Without consent to it a direct post is a draft: what was agreed to was the other post.
    """
    is_draft = (edit.mode or post.mode) is PostMode.DIRECT and not edit.consent
    new = Post(
        id=uuid.uuid4().hex,
        account_id=post.account_id,
        handle=post.handle,
        status=PostStatus.DRAFT if is_draft else PostStatus.SCHEDULED,
        mode=post.mode,
        schedule=post.schedule,
        media=post.media,
        caption=post.caption,
        choices=post.choices,
        consent=None,
        lateness=post.lateness,
        tags=post.tags,
        origin=replace(PLANNED_ALONE, batch=batch),
        created_at=now,
    )
    copy = edited(new, edit, now)
    check_not_past(copy.schedule, now)
    return copy


def batches_of_copies(posts: Sequence[Post]) -> dict[str, str]:
    """Return a new batch for each batch of which several posts are copied."""
    copied_of = Counter(post.origin.batch for post in posts if post.origin.batch is not None)
    return {batch: uuid.uuid4().hex for batch, count in copied_of.items() if count > 1}


def restored(post: Post) -> Post:
    """Return a cancelled post as it is planned again, or a draft again."""
    status = status_of(post.mode, post.consent, or_draft=True)
    return replace(post, status=status, error=None, next_try_at=None)


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


def _keeps_place(edit: PostEdit) -> bool:
    moves = edit.when is not None or edit.timezone is not None or edit.shift_days or edit.shift
    return not moves


def _edited_schedule(post: Post, edit: PostEdit, now: datetime, status: PostStatus) -> Schedule:
    zone = edit.timezone or post.schedule.timezone
    if edit.when is not None:
        return read_time(edit.when, zone, now)
    if edit.shift_days or edit.shift:
        moved = shifted(post.schedule, days=edit.shift_days, by=edit.shift)
        moved = moved if edit.timezone is None else at_instant(moved.due_at, zone)
        check_not_past(moved, now)
        return moved
    if edit.timezone is not None:
        return read_time(post.schedule.wall.isoformat(), edit.timezone, now)
    if post.status is not PostStatus.SCHEDULED and status is not PostStatus.DRAFT:
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
    """Return the time a user asked for; raises InputError for none, or one that has passed.

    For the next slot it is now, until the plan of the account is looked at.
    """
    if is_next_slot(when):
        return at_instant(now, timezone)
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
        yield Wish(
            post=post,
            video=LookedInto(info=info),
            request=checked.place,
            takes_slot=is_next_slot(checked.request.when),
        )
