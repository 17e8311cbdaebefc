"""A campaign among workers that die: held, resumed and cancelled while videos are on their way.

Run it as `python -m tests.harness.campaigns --seed N [--videos 200] [--accounts 30] [--days 20]
[--part 0.5]`.
It is planned, previewed and started in a data folder whose workers are killed and frozen at random,
as in `forks`; paused over restarts, resumed, and cancelled midway. What the local TikTok has is
compared with what the campaign says after each of these; it returns 1 if a promise was broken.
"""

import argparse
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from tests.harness.audit import AT_TIKTOK, Finding, Planned
from tests.harness.failpoints import Strike
from tests.harness.forks import Stage, open_house, random_life
from tiktok_manager.domain.campaigns import CampaignSpec, CampaignStatus, Pace, Strategy
from tiktok_manager.domain.posts import (
    UNDER_WAY,
    Choices,
    Lateness,
    Post,
    PostFilter,
    PostStatus,
    Privacy,
)
from tiktok_manager.services.campaigns import CampaignChange, Campaigns

T = TypeVar("T")

LOSS = 0.1
VIDEO_BYTES = 1_500
PER_DAY = 12
# Of the lives so many end by a kill or a freeze; the others work for as long as they may.
STRUCK = 0.5
LOOK_EVERY = 24
ON_ITS_WAY = UNDER_WAY | {PostStatus.UNCONFIRMED}
LIVES_WHILE_HELD = 6
HOUR_S = 3_600.0
# After a long nap a life has hundreds of posts to send.
SIZE_OF_LIFE = 10
FREEZE_AT = 40
NAME = "Winter"


@dataclass(slots=True)
class Run:
    """One campaign on a stage, cancelled when a part of it has ended, and what it came to."""

    stage: Stage
    videos: int
    accounts: int
    days: int
    part: float = 0.5
    plan: list[Planned] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    spent_s: dict[str, float] = field(default_factory=dict)

    def play(self) -> list[Finding]:
        """Live through the campaign; returns the broken promises."""
        self.stage.size_of_life = SIZE_OF_LIFE
        self._start()
        self._work(self.part / 2)
        self._hold(Campaigns.pause, CampaignStatus.PAUSED)
        self._change(Campaigns.resume)
        self._work(self.part)
        self._hold(Campaigns.cancel, CampaignStatus.CANCELLED)
        self._end()
        return self.found

    def _start(self) -> None:
        stage = self.stage
        folder = stage.folder / "videos"
        folder.mkdir()
        for number in range(self.videos):
            (folder / f"{number}.mp4").write_bytes(stage.rng.randbytes(VIDEO_BYTES))
        begins_at = stage.clock.now() + timedelta(hours=1)
        spec = CampaignSpec(
            name=NAME,
            videos=(folder,),
            accounts=("status:connected",),
            starts_at=begins_at,
            ends_at=begins_at + timedelta(days=self.days),
            timezone="UTC",
            strategy=Strategy.ALL,
            seed=stage.seed,
            caption="{campaign} {n} by {account}",
            pace=Pace(per_day=PER_DAY, jitter=timedelta(minutes=20)),
            choices=Choices(privacy=Privacy.PUBLIC),
            lateness=Lateness(within=timedelta(days=3)),
        )
        with stage.workspace() as workspace:
            campaigns = workspace.campaigns
            campaign = campaigns.create(spec, consent=True)
            preview = self._timed("preview", lambda: campaigns.preview(campaign.id))
            start = self._timed("start", lambda: campaigns.start(NAME, shown=preview.version))
        if [post.caption for post in preview.posts] != [post.caption for post in _by_time(start)]:
            self._broken("preview", "what was planned is not what was shown")
        if len(start.made) != self.videos * self.accounts:
            self._broken("plan", f"{len(start.made)} of {self.videos * self.accounts} planned")
        self.plan = [
            Planned(post_id=post.id, handle=post.handle, sha256=post.media.sha256)
            for post in start.made
        ]
        stage.plan += self.plan

    def _timed(self, what: str, do: Callable[[], T]) -> T:
        began_s = time.monotonic()
        try:
            return do()
        finally:
            self.spent_s[what] = time.monotonic() - began_s

    def _work(self, until: float) -> None:
        """Let workers live and die until that part of the posts has ended."""
        stage, lives = self.stage, 0
        while not stage.found and self._ended() < until * len(self.plan):
            lives += 1
            if stage.rng.random() < STRUCK:
                random_life(stage)
            else:
                stage.lossy(stage.loss)
                stage.live()
            if lives % LOOK_EVERY == 0:
                stage.look()
                stage.user_acts()
        self._keep(stage.look())

    def _hold(
        self, hold: Callable[[Campaigns, str], CampaignChange], wanted: CampaignStatus
    ) -> None:
        """Hold the campaign while a worker is frozen over a post; what was not on its way stays."""
        stage = self.stage
        frozen = stage.live(FREEZE_AT, Strike.FREEZE)
        change = self._change(hold)
        posts = self._posts()
        allowed = self._arrived() | {post.id for post in posts if post.status in ON_ITS_WAY}
        if frozen.frozen:
            stage.thaw(frozen)
        for _ in range(LIVES_WHILE_HELD):
            stage.lossy(0)
            stage.nap(HOUR_S)
            stage.live()
        late = self._arrived() - allowed
        if late:
            self._broken("held", f"{len(late)} posts went out although it is {wanted}")
        with stage.workspace() as workspace:
            campaign = workspace.campaigns.get(change.after.id)
            if campaign.status(stage.clock.now()) is not wanted:
                self._broken("status", f"{campaign.status(stage.clock.now())}, not {wanted}")
        self._keep(stage.look())

    def _end(self) -> None:
        """A week later nothing more has gone out, everything has ended, and the counts add up."""
        stage = self.stage
        before = self._arrived() | {p.id for p in self._posts() if p.status in ON_ITS_WAY}
        for _ in range(LIVES_WHILE_HELD):
            stage.nap(28 * HOUR_S)
            stage.user_acts()
            stage.live()
        self._change(Campaigns.cancel)
        if late := self._arrived() - before:
            self._broken("cancelled", f"{len(late)} posts went out after it was cancelled")
        with stage.workspace() as workspace:
            campaign = workspace.campaigns.get(NAME)
        self.counts = {status.value: number for status, number in campaign.counts.items() if number}
        left = {*self.counts} - {"published", "cancelled"}
        if left or campaign.posts != len(self.plan):
            self._broken("counts", f"{self.counts} of {len(self.plan)}")
        if self.counts.get("published", 0) != len(self._arrived()):
            self._broken("counts", f"{self.counts}, but TikTok has {len(self._arrived())}")
        self._keep(stage.look())

    def _change(self, change: Callable[[Campaigns, str], CampaignChange]) -> CampaignChange:
        with self.stage.workspace() as workspace:
            return self._timed(change.__name__, lambda: change(workspace.campaigns, NAME))

    def _posts(self) -> list[Post]:
        with self.stage.workspace() as workspace:
            return workspace.planning.page(PostFilter())

    def _ended(self) -> int:
        with self.stage.workspace() as workspace:
            return workspace.campaigns.get(NAME).ended

    def _arrived(self) -> set[str]:
        """Return the posts that TikTok has."""
        world = self.stage.sim.world
        world.settle_all()
        there = {
            (record.account, record.sha256)
            for record in world.all_publishes()
            if record.status in AT_TIKTOK
        }
        return {p.post_id for p in self.plan if (p.handle, p.sha256) in there}

    def _keep(self, found: Iterable[Finding]) -> None:
        self.found += [each for each in found if each not in self.found]

    def _broken(self, kind: str, text: str) -> None:
        self.found.append(Finding(kind=kind, text=text))


def _by_time(start: CampaignChange) -> Collection[Post]:
    return sorted(start.made, key=lambda post: (post.due_at, post.handle))


def main() -> int:
    """Run the command; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.campaigns", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=30)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--part", type=float, default=0.5)
    wanted = parser.parse_args()
    began_s = time.monotonic()
    with (
        open_house() as house,
        house.stage(wanted.seed, loss=LOSS, accounts=wanted.accounts) as stage,
    ):
        run = Run(stage, wanted.videos, wanted.accounts, wanted.days, wanted.part)
        found = run.play()
    for finding in found:
        sys.stdout.write(f"  {finding}\n")
    spent = ", ".join(f"{what} {spent_s:.1f} s" for what, spent_s in run.spent_s.items())
    sys.stdout.write(
        f"{run.counts} of {len(run.plan)} posts; {stage.tally.kills} kills, "
        f"{stage.tally.freezes} freezes, {stage.tally.lives} lives; {spent}; "
        f"{time.monotonic() - began_s:.0f} s; {len(found)} findings\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
