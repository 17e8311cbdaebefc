"""A campaign: videos for accounts over a window of time, and who gets which video.

Who gets what depends on nothing but the campaign and its seed, and is fair: within a campaign the
posts of two accounts differ by at most one.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    PostMode,
    PostStatus,
)

MAX_NAME = 100
STAGGER_OF_ALL = timedelta(minutes=10)
"""Between accounts that get the same video, where nobody says how long."""


class CampaignStatus(StrEnum):
    """Where a campaign is; `scheduled` until its first post is due, `running` until all ended."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """What the user made of a campaign. How far a started one is, its posts tell."""

    DRAFT = "draft"
    STARTED = "started"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Strategy(StrEnum):
    """Who gets which video."""

    ROUND_ROBIN = "round-robin"
    RANDOM = "random"
    LEAST_USED = "least-used"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When posts go out: in the accounts' slots, at these local times, else evenly.

    `per_day` bounds the campaign's posts of an account on a local day. `stagger` is what posts of
    the same video keep between them, where somebody says so. `jitter` is how far a time may be
    moved, to either side.
    """

    slots: bool = False
    times: tuple[time, ...] = ()
    per_day: int | None = None
    stagger: timedelta | None = None
    jitter: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSpec:
    """What a campaign is to do. Its window is [starts_at, ends_at); a day is one of `timezone`.

    `accounts` are handles, ids and selectors, looked up when it is previewed and started. Captions
    are templates, by the account's handle where it has one of its own.
    """

    name: str
    videos: tuple[Path, ...]
    accounts: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    timezone: str
    strategy: Strategy = Strategy.ROUND_ROBIN
    seed: int = 0
    caption: str = ""
    captions: Mapping[str, str] = field(default_factory=dict)
    pace: Pace = Pace()
    mode: PostMode = PostMode.DIRECT
    choices: Choices = Choices()
    lateness: Lateness | None = None

    @property
    def stagger(self) -> timedelta:
        """What posts of the same video keep between them."""
        if self.pace.stagger is not None:
            return self.pace.stagger
        return STAGGER_OF_ALL if self.strategy is Strategy.ALL else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign with how far its posts are; `version` counts what people change about it.

    `counts` has a number for every status. `first_due` is the time of its first post that was not
    cancelled.
    """

    id: str
    spec: CampaignSpec
    stage: Stage
    consent: Consent | None
    version: int
    created_at: datetime
    counts: Mapping[PostStatus, int] = field(default_factory=dict)
    first_due: datetime | None = None

    @property
    def posts(self) -> int:
        """How many posts it has."""
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        """How many of its posts go on by nothing but the user's word, if at all."""
        return sum(number for status, number in self.counts.items() if status not in _GO_ON)

    def status(self, now: datetime) -> CampaignStatus:
        """Return where it is."""
        if self.stage is Stage.DRAFT:
            return CampaignStatus.DRAFT
        if self.stage is Stage.CANCELLED:
            return CampaignStatus.CANCELLED
        if self.ended == self.posts:
            return CampaignStatus.COMPLETED
        if self.stage is Stage.PAUSED:
            return CampaignStatus.PAUSED
        is_due = self.first_due is not None and self.first_due <= now
        return CampaignStatus.RUNNING if is_due else CampaignStatus.SCHEDULED


_GO_ON = frozenset(
    {
        PostStatus.DRAFT,
        PostStatus.SCHEDULED,
        PostStatus.PUBLISHING,
        PostStatus.PROCESSING,
        PostStatus.UNCONFIRMED,
        PostStatus.NEEDS_ATTENTION,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A video and the accounts that get it, each by its place; turns are in the order of time."""

    video: int
    accounts: tuple[int, ...]


def deal(strategy: Strategy, videos: int, loads: Sequence[int], seed: int) -> list[Turn]:
    """Return who gets which video, fairly; `loads` says how much each account has anyway."""
    rng = random.Random(f"deal/{seed}")  # noqa: S311 - chance that can be repeated, no secret
    accounts = list(range(len(loads)))
    if not accounts:
        return []
    if strategy is Strategy.ALL:
        return [Turn(video=video, accounts=tuple(accounts)) for video in range(videos)]
    if strategy is Strategy.RANDOM:
        return _at_random(videos, accounts, rng)
    if strategy is Strategy.LEAST_USED:
        rng.shuffle(accounts)
        accounts.sort(key=loads.__getitem__)
    return [
        Turn(video=video, accounts=(accounts[video % len(accounts)],)) for video in range(videos)
    ]


def _at_random(videos: int, accounts: Sequence[int], rng: random.Random) -> list[Turn]:
    """Deal shuffled videos; each round, every account gets one before any gets another."""
    order = rng.sample(range(videos), videos)
    turns: list[Turn] = []
    while order:
        round_ = rng.sample(accounts, len(accounts))
        dealt, order = order[: len(round_)], order[len(round_) :]
        turns += [Turn(video=v, accounts=(a,)) for v, a in zip(dealt, round_, strict=False)]
    return turns
