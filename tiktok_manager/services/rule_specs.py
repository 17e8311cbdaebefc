"""What a person says of a recurring post, and the rule it comes to. Only `recurring` calls it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tiktok_manager.domain.captions import check_caption, read_tags
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import Choices, Consent, Lateness, PostMode
from tiktok_manager.domain.recurring import (
    MAX_PER_DAY,
    Cadence,
    PoolVideo,
    Rule,
    RuleSpec,
)
from tiktok_manager.domain.schedule import next_full_hour, zone
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.rrules import (
    MAX_TIMES,
    ReadRule,
    check_occurs,
    count_before,
    day_end,
    read_rrule,
)

USUAL_COOLDOWN = timedelta(days=30)
MAX_COOLDOWN = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRequest:
    """A recurring post that is asked for.

    `accounts` are handles, ids or selectors. Without `times`, and where the rule names no hour, it
    is the next full hour. Several videos, or captions, are a pool. `until` is the last day.
    Without consent its direct posts become drafts.
    """

    videos: tuple[PoolVideo, ...]
    accounts: tuple[str, ...]
    rrule: str
    times: tuple[time, ...] = ()
    timezone: str | None = None
    start: date | None = None
    until: date | None = None
    count: int | None = None
    is_pool: bool = False
    cooldown: timedelta | None = None
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    consent: bool = False
    lateness: Lateness | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEdit:
    """What to change of a rule; None leaves a part as it is. `forever` takes its end away.

    `videos` are read anew, also if they are those of before; without captions they get the rule's.
    """

    videos: tuple[PoolVideo, ...] | None = None
    is_pool: bool = False
    captions: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    rrule: str | None = None
    times: tuple[time, ...] | None = None
    timezone: str | None = None
    until: date | None = None
    count: int | None = None
    forever: bool = False
    cooldown: timedelta | None = None
    mode: PostMode | None = None
    choices: Choices | None = None
    consent: bool = False
    lateness: Lateness | None = None
    tags: tuple[str, ...] | None = None


def spec_of(request: RuleRequest, timezone: str, usual: Lateness, now: datetime) -> RuleSpec:
    """Return what a request comes to, but for its accounts; raises InputError."""
    timezone = zone(request.timezone or timezone).key
    local = now.astimezone(zone(timezone)).replace(tzinfo=None)
    read = read_rrule(request.rrule, request.times, timezone)
    until, count = _end(read, request.until, request.count)
    times = read.times or (next_full_hour(now, timezone).time(),)
    start = max(request.start or _first_day(local, times), local.date())
    cadence = Cadence(
        rrule=read.rrule,
        times=times,
        timezone=timezone,
        anchor=start,
        since=max(local, datetime.combine(start, time())),
        until=until,
        count=count,
    )
    check_occurs(cadence, now)
    videos = checked_videos(request.videos)
    return RuleSpec(
        cadence=cadence,
        videos=videos,
        accounts=request.accounts,
        is_pool=request.is_pool or _is_pool(videos),
        cooldown=_cooldown(request.cooldown, _usual_cooldown(videos)),
        mode=request.mode,
        choices=request.choices,
        lateness=request.lateness or usual,
        tags=read_tags(request.tags),
    )


def edited_spec(spec: RuleSpec, edit: RuleEdit, now: datetime, start: date | None) -> RuleSpec:
    """Return what an edit makes of a rule, from a day on if one is given; raises InputError."""
    usual = edit.captions or spec.videos[0].captions
    videos, is_pool = spec.videos, spec.is_pool
    if edit.videos is not None:
        videos = checked_videos([replace(v, captions=v.captions or usual) for v in edit.videos])
        is_pool = edit.is_pool
    elif edit.captions is not None:
        videos = checked_videos([replace(each, captions=edit.captions) for each in videos])
    is_pool = is_pool or _is_pool(videos)
    rest = spec.cooldown if spec.is_pool else _usual_cooldown(videos)
    cadence = _edited_cadence(spec.cadence, edit, now, start)
    check_occurs(cadence, now)
    return replace(
        spec,
        cadence=cadence,
        videos=videos,
        accounts=spec.accounts if edit.accounts is None else edit.accounts,
        is_pool=is_pool,
        cooldown=_cooldown(edit.cooldown, rest),
        mode=edit.mode or spec.mode,
        choices=edit.choices or spec.choices,
        lateness=edit.lateness or spec.lateness,
        tags=spec.tags if edit.tags is None else read_tags(edit.tags),
    )


def consent_of(
    spec: RuleSpec, before: Rule | None, now: datetime, *, agreed: bool
) -> Consent | None:
    """Return the consent to a rule's posts; one that was given to these very words stays.

    Raises InputError for choices that are none.
    """
    known = None if before is None else before.consent
    if not agreed and known is not None and known.text == rules.consent_text(spec.choices):
        if spec.mode is PostMode.DIRECT:
            rules.consent_for(spec.mode, spec.choices, agreed=True, now=now)
        return known
    return rules.consent_for(spec.mode, spec.choices, agreed=agreed, now=now, or_draft=True)


def checked_videos(videos: Sequence[PoolVideo]) -> tuple[PoolVideo, ...]:
    """Return the videos of a rule, their paths absolute; raises InputError."""
    if not videos:
        raise InputError("rule_without_video")
    for video in videos:
        for caption in video.captions:
            check_caption(caption)
    found = (
        PoolVideo(
            file=Path(os.path.abspath(each.file)),  # noqa: PTH100 - a link is kept, not followed
            captions=tuple(dict.fromkeys(each.captions)) or ("",),
        )
        for each in videos
    )
    return tuple({each.file: each for each in found}.values())


def _first_day(local: datetime, times: Sequence[time]) -> date:
    """Return the day from which intervals are counted: today, if a time of it is to come."""
    return local.date() + timedelta(days=max(times) <= local.time())


def _is_pool(videos: Sequence[PoolVideo]) -> bool:
    return len(videos) > 1 or len(videos[0].captions) > 1


def _usual_cooldown(videos: Sequence[PoolVideo]) -> timedelta:
    return USUAL_COOLDOWN if len(videos) > 1 else timedelta()


def _cooldown(wanted: timedelta | None, usual: timedelta) -> timedelta:
    if wanted is not None and wanted > MAX_COOLDOWN:
        raise InputError("cooldown_too_long", most_days=MAX_COOLDOWN.days)
    return usual if wanted is None else wanted


def _end(
    read: ReadRule, until: date | None, count: int | None
) -> tuple[datetime | None, int | None]:
    """Return where a rule ends, said in it or beside it, once; raises InputError."""
    if count is not None and not 1 <= count <= MAX_TIMES:
        raise InputError("rule_value", part="COUNT", value=str(count))
    ends = [each for each in (read.until, read.count, until, count) if each is not None]
    if len(ends) > 1:
        raise InputError("rule_count_and_until")
    return read.until if until is None else day_end(until), read.count or count


def _edited_cadence(cadence: Cadence, edit: RuleEdit, now: datetime, start: date | None) -> Cadence:
    timezone = zone(edit.timezone or cadence.timezone).key
    local = now.astimezone(zone(timezone)).replace(tzinfo=None)
    since = cadence.since
    if start is not None:
        since = max(datetime.combine(start, time()), cadence.since)
    changed = replace(cadence, timezone=timezone)
    read = ReadRule(rrule=cadence.rrule, times=edit.times or cadence.times, until=None, count=None)
    if edit.rrule is not None:
        read = read_rrule(edit.rrule, edit.times or (), timezone)
        since = max(since, local)
        anchor = _first_day(since, read.times or cadence.times)
        changed = replace(changed, anchor=anchor, skipped=())
    elif len(read.times) > MAX_PER_DAY:
        raise InputError("rule_too_often", count=len(read.times), most=MAX_PER_DAY)
    until, count = _end(read, edit.until, edit.count)
    if edit.forever and (until or count):
        raise InputError("rule_count_and_until")
    if count is not None:
        since = max(since, local)
    if until is None and count is None and not edit.forever:
        until, count = cadence.until, cadence.count
        if count is not None and since > cadence.since:
            count = max(0, count - count_before(cadence, since))
    times = tuple(sorted(set(read.times or cadence.times)))
    return replace(changed, rrule=read.rrule, times=times, since=since, until=until, count=count)
