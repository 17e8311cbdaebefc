"""The invented audience: views, likes, comments, shares and followers as functions of time.

Nothing is stored and nothing ticks: the same seed, video and instant always give the same
counts, and counts never fall. How far a video goes is heavy-tailed (log-normal, and now and then
a hit), helped by posting near the creator's peak hour; people watch by day and sleep by night.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from .config import DAY_S
from .state import Account, Video

HOUR_S = 3_600.0
YEAR_S = 365 * DAY_S
NIGHT_DEPTH = 0.75
WEEKEND_LIFT = 0.2
HIT_CHANCE = 0.03
BIGGEST_HIT = 300.0


@dataclass(frozen=True, slots=True)
class VideoCounts:
    views: int
    likes: int
    comments: int
    shares: int


@dataclass(frozen=True, slots=True)
class AccountCounts:
    followers: int
    likes: int


@dataclass(frozen=True, slots=True)
class _Fate:
    """What chance decided for one video."""

    views: float
    early_s: float
    late_s: float
    like_rate: float
    comment_rate: float
    share_rate: float


class Audience:
    """Counts at any instant. From `start_s` on it lives `speed` times as fast as the clock."""

    def __init__(self, start_s: float, speed: float = 1.0) -> None:
        self._start_s = start_s
        self._speed = speed
        self._fates: dict[int, _Fate] = {}

    def video(self, account: Account, video: Video, at_s: float) -> VideoCounts:
        if at_s <= video.visible_at_s:
            return VideoCounts(0, 0, 0, 0)
        fate = self._fate(account, video)
        watched_s = self._waking_s(account, at_s) - self._waking_s(account, video.visible_at_s)
        early = 1.0 - math.exp(-watched_s / fate.early_s)
        late = 1.0 - math.exp(-watched_s / fate.late_s)
        views = fate.views * (0.7 * early + 0.3 * late)
        return VideoCounts(
            views=int(views),
            likes=int(views * fate.like_rate),
            comments=int(views * fate.comment_rate),
            shares=int(views * fate.share_rate),
        )

    def account(self, account: Account, videos: Sequence[Video], at_s: float) -> AccountCounts:
        """`videos` are the public ones; each brings some of its viewers as followers."""
        chance = Random(f"{account.seed}/followers")
        conversion = chance.uniform(0.001, 0.006)
        yearly = chance.uniform(0.05, 0.6)
        years = (self._hurried_s(at_s) - self._start_s) / YEAR_S
        counts = [self.video(account, video, at_s) for video in videos]
        grown = account.base_followers * max(0.2, 1.0 + yearly * years)
        return AccountCounts(
            followers=int(grown + conversion * sum(count.views for count in counts)),
            likes=sum(count.likes for count in counts),
        )

    def _hurried_s(self, at_s: float) -> float:
        ahead = max(0.0, at_s - self._start_s)
        return min(at_s, self._start_s) + ahead * self._speed

    def _waking_s(self, account: Account, at_s: float) -> float:
        """Time as the audience lives it: fast near the peak hour and at weekends, else slow.

        The integral of 1 + NIGHT_DEPTH·cos(day) + WEEKEND_LIFT·cos(week), so it only grows.
        """
        at_s = self._hurried_s(at_s)
        day = math.tau * (at_s / DAY_S - account.peak_hour / 24)
        # 1970 began on a Thursday: Saturday evening is 2.8 days later.
        week = math.tau * (at_s / DAY_S - 2.8) / 7
        return (
            at_s
            + NIGHT_DEPTH * DAY_S / math.tau * math.sin(day)
            + WEEKEND_LIFT * 7 * DAY_S / math.tau * math.sin(week)
        )

    def _fate(self, account: Account, video: Video) -> _Fate:
        fate = self._fates.get(video.id)
        if fate is None:
            fate = self._fates[video.id] = _draw_fate(account, video)
        return fate


def liveliness(account: Account, at_s: float) -> float:
    """How awake the account's audience is: 1 at its peak hour, 0 twelve hours away."""
    return 0.5 + 0.5 * math.cos(math.tau * (at_s / DAY_S - account.peak_hour / 24))


def _draw_fate(account: Account, video: Video) -> _Fate:
    chance = Random(f"{account.seed}/{video.id}")
    luck = chance.lognormvariate(0.0, 1.0)
    if chance.random() < HIT_CHANCE:
        luck *= min(BIGGEST_HIT, 5.0 * chance.paretovariate(1.2))
    timing = 0.5 + liveliness(account, video.created_s)
    return _Fate(
        views=40 + 3.0 * account.reach * account.base_followers**0.8 * luck * timing,
        early_s=chance.uniform(5, 16) * HOUR_S,
        late_s=chance.uniform(8, 25) * DAY_S,
        like_rate=min(0.25, chance.lognormvariate(-2.7, 0.4)),
        comment_rate=min(0.05, chance.lognormvariate(-5.6, 0.6)),
        share_rate=min(0.06, chance.lognormvariate(-5.2, 0.7)),
    )
