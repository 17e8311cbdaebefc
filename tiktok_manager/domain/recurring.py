"""Recurring posts: what a rule says, the dates it names, and which video of a pool comes next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import Choices, Consent, Lateness, Post, PostMode, PostStatus
from tiktok_manager.domain.schedule import Schedule, zone

MAX_PER_DAY = 15
"""More direct posts TikTok takes from nobody within a day."""

RULE_PAUSED = "rule_paused"
"""Why a post of a paused rule is a draft for now."""

RULE_CHANGED = "rule_changed"
"""Why a post is cancelled that its rule does not ask for any more; it may ask for it again."""

_NEVER = timedelta(days=4_000_000)

Key = tuple[date, int, str]
"""Which occurrence a post stands for: its local date, its turn on that day, its account's id."""


class RuleStatus(StrEnum):
    """Whether a rule makes posts."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When a rule posts: on the days of `rrule`, at each of `times`, in the wall time of its zone.

    `rrule` names days alone, in the words of RFC 5545; its intervals are counted from `anchor`.
    Nothing is before `since` nor after `until`, both wall times; `count` counts from `since` on,
    the days `skipped` with the others.
    """

    rrule: str
    times: tuple[time, ...]
    timezone: str
    anchor: date
    since: datetime
    until: datetime | None = None
    count: int | None = None
    skipped: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolVideo:
    """A video of a rule, and the captions it may go out with."""

    file: Path
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """What is posted, for whom and when.

    `accounts` are ids and selectors; whom those select is asked when posts are made. Of a pool each
    post takes the video that rested longest, none again on an account within `cooldown`, and never
    twice in a row with the same words. A rule that took over from others `follows` them: what was
    decided about one of their posts by hand goes for its own.
    """

    cadence: Cadence
    videos: tuple[PoolVideo, ...]
    accounts: tuple[str, ...]
    lateness: Lateness
    is_pool: bool = False
    cooldown: timedelta = timedelta()
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    tags: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A recurring post. `told` is what stood in its way when its posts were made last."""

    id: str
    spec: RuleSpec
    consent: Consent | None
    paused: bool = False
    removed: bool = False
    made_until: datetime | None = None
    told: tuple[Finding, ...] = ()
    version: int = 1
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A time that a rule names: `turn` is its place among those of the local date `day`."""

    day: date
    turn: int
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A video of a pool that is planned or sent for an account, at a wall time of the rule."""

    wall: datetime
    sha256: str
    caption: str


def key_of(post: Post) -> Key | None:
    """Return which occurrence of its rule a post stands for."""
    origin = post.origin
    if origin.rule_id is None or origin.rule_on is None:
        return None
    return origin.rule_on, origin.rule_turn, post.account_id


def is_open(post: Post, now: datetime) -> bool:
    """Say whether a post waits for a time to come."""
    waits = post.status in {PostStatus.SCHEDULED, PostStatus.DRAFT}
    return waits and post.schedule.due_at > now


def is_paused_with_rule(post: Post) -> bool:
    """Say whether a post is a draft only as long as its rule is paused."""
    error = post.error
    return post.status is PostStatus.DRAFT and error is not None and error.code == RULE_PAUSED


def set_aside(post: Post) -> Post:
    """Return a post as its rule takes it back; only the rule may plan it again."""
    error = Failure(code=RULE_CHANGED)
    return replace(post, status=PostStatus.CANCELLED, error=error, next_try_at=None)


def is_set_aside(post: Post) -> bool:
    """Say whether its rule took a post back, by a change or after a pause, and not a person."""
    code = "" if post.error is None else post.error.code
    return post.status is PostStatus.CANCELLED and code in {RULE_CHANGED, RULE_PAUSED}


def is_as_made(post: Post, spec: RuleSpec) -> bool:
    """Say whether a post is what such a rule makes: nobody changed it by hand."""
    key, cadence = key_of(post), spec.cadence
    if key is None or key[1] >= len(cadence.times):
        return False
    return (
        post.schedule.wall == datetime.combine(key[0], cadence.times[key[1]])
        and post.schedule.timezone == cadence.timezone
        and post.mode is spec.mode
        and post.choices == spec.choices
        and post.lateness == spec.lateness
        and post.tags == spec.tags
        and has_video_of(post, spec)
    )


def has_video_of(post: Post, spec: RuleSpec) -> bool:
    """Say whether a rule has a post's video with its caption."""
    return any(
        each.file == post.media.path and post.caption in each.captions for each in spec.videos
    )


def use_of(post: Post, spec: RuleSpec) -> Use:
    """Return when a post has its video, in the wall time of the rule: days are told in that."""
    local = post.schedule.due_at.astimezone(zone(spec.cadence.timezone)).replace(tzinfo=None)
    return Use(wall=local, sha256=post.media.sha256, caption=post.caption)


def choose(
    pool: Sequence[tuple[str, PoolVideo]],
    uses: Sequence[Use],
    wall: datetime,
    cooldown: timedelta,
    elsewhere: Mapping[str, int],
) -> tuple[PoolVideo, str] | None:
    """Return the video of a pool, and its caption, for an account and time; None if all rest.

    The one whose last use lies longest back comes first, one never used before all; then the one
    that the fewest other accounts get `elsewhere` at that time; then by the order of the pool.
    `pool` names each by its SHA-256.
    """
    found: list[tuple[timedelta, int, int, PoolVideo, str]] = []
    for place, (sha256, video) in enumerate(pool):
        mine = sorted((use for use in uses if use.sha256 == sha256), key=lambda use: use.wall)
        if any(abs(use.wall - wall) < cooldown for use in mine):
            continue
        caption = _caption(video, mine, wall)
        if caption is not None:
            rested = min((wall - use.wall for use in mine if use.wall <= wall), default=_NEVER)
            found.append((-rested, elsewhere.get(sha256, 0), place, video, caption))
    if not found:
        return None
    *_order, video, caption = min(found, key=lambda each: each[:3])
    return video, caption


def _caption(video: PoolVideo, uses: Sequence[Use], wall: datetime) -> str | None:
    """Return the caption that rested longest, but none that the use before or after it has."""
    before = [use.caption for use in uses if use.wall <= wall][-1:]
    after = [use.caption for use in uses if use.wall > wall][:1]
    beside = {_words(each) for each in (*before, *after)}
    times = Counter(_words(use.caption) for use in uses)
    free = [each for each in dict.fromkeys(video.captions) if _words(each) not in beside]
    return min(free, key=lambda each: times[_words(each)], default=None)


def _words(caption: str) -> str:
    return " ".join(caption.casefold().split())
