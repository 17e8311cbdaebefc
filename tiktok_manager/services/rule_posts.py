"""What the posts of a rule have to become: made, brought up to date, or taken back.

Only `recurring` calls it. Nothing is written here, and nothing goes by what was done before: what
is there is asked for, so that a start, a clock set back or another machine makes nothing twice.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account, AccountSelector
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.plans import LookedInto, Proposal, Wish
from tiktok_manager.domain.posts import Origin, Post, PostStatus
from tiktok_manager.domain.recurring import (
    Occurrence,
    PoolVideo,
    Rule,
    RuleSpec,
    Use,
    choose,
    has_video_of,
    is_as_made,
    is_open,
    is_paused_with_rule,
    is_set_aside,
    key_of,
    set_aside,
    use_of,
)
from tiktok_manager.domain.schedule import resolve, zone
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.rrules import day_end, upcoming
from tiktok_manager.storage.posts import same_files
from tiktok_manager.storage.rules import posts_of_rules

if TYPE_CHECKING:
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.plan_videos import PlanVideo
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.storage.database import Database

OVER_AFTER = timedelta(days=3)
"""So long after it began a local date is over everywhere, also one that the clocks skipped."""

Turn = tuple[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """What becomes of a rule's posts; those `kept` were changed by hand and stay as they are."""

    proposal: Proposal
    taken_back: tuple[tuple[Post, Post], ...]
    kept: tuple[Post, ...]
    told: tuple[Finding, ...]
    made_until: datetime


class RulePosts:
    """Looks at what the posts of rules would come to."""

    def __init__(
        self, database: Database, planning: Planning, accounts: Accounts, clock: Clock
    ) -> None:
        self._database = database
        self._planning = planning
        self._accounts = accounts
        self._clock = clock

    def plan(
        self,
        rule: Rule,
        was: RuleSpec,
        days_ahead: int,
        *,
        leave: Collection[str] = (),
        without: Collection[str] = (),
        anew: bool = False,
    ) -> RulePlan:
        """Return what has to become of the posts of a rule that `was` another until now.

        Those to `leave` are there and changed otherwise, those `without` are being taken back. With
        `anew` posts take files as they are now. Of a paused rule nothing is made.
        """
        now = self._clock.now()
        today = now.astimezone(zone(rule.spec.cadence.timezone)).date()
        last_day = today + timedelta(days=days_ahead - 1)
        told: list[Finding] = []
        work = self._work(rule, was, now, today, told, (leave, without))
        work.anew = anew
        work.go_through(last_day)
        freed = {*without, *leave, *(post.id for post in work.gone)}
        return RulePlan(
            proposal=self._planning.propose_posts(work.wishes, without=freed),
            taken_back=tuple((post, set_aside(post)) for post in work.gone),
            kept=tuple(work.kept()),
            told=(*told, *work.outdated(), *work.resting()),
            made_until=resolve(day_end(last_day), rule.spec.cadence.timezone).due_at,
        )

    def _work(
        self,
        rule: Rule,
        was: RuleSpec,
        now: datetime,
        today: date,
        told: list[Finding],
        apart: tuple[Collection[str], Collection[str]],
    ) -> _Work:
        """Read what a look at a rule goes by; `apart` are the posts to leave, and those without."""
        leave, without = apart
        with self._database.read() as session:
            posts = posts_of_rules(session, (rule.id, *rule.spec.follows), today - OVER_AFTER)
        mine = [post for post in posts if post.origin.rule_id == rule.id]
        others = [post for post in posts if post.origin.rule_id != rule.id]
        work = _Work(
            rule=rule,
            was=was,
            now=now,
            accounts=self._accounts_of(rule.spec, told),
            videos=self._videos(rule.spec, told),
            mine=_by_turn(mine),
            decided=_by_turn(p for p in others if p.id not in without and not is_set_aside(p)),
            leave=frozenset(leave),
        )
        work.uses = self._uses(work)
        return work

    def _accounts_of(self, spec: RuleSpec, told: list[Finding]) -> list[Account]:
        """Return whom a rule is for now; who is named and not there, or not connected, is told."""
        everybody = self._accounts.list()
        found: dict[str, Account] = {}
        for name in spec.accounts:
            selector = AccountSelector.read(name)
            chosen = [
                each
                for each in everybody
                if (each.id == name if selector is None else selector.takes(each))
            ]
            if not chosen:
                told.append(Finding(code="rule_for_nobody", params={"name": name}))
            found |= {each.id: each for each in chosen if each.id not in found}
        for account in found.values():
            if account.status in rules.NOT_CONNECTED and account.id in spec.accounts:
                params = {"account": account.handle}
                told.append(Finding(code="account_not_connected", params=params))
        return [each for each in found.values() if each.status not in rules.NOT_CONNECTED]

    def _videos(self, spec: RuleSpec, told: list[Finding]) -> dict[PoolVideo, PlanVideo]:
        """Return the videos that can be planned, in order; the others are told."""
        found = self._planning.look_into([each.file for each in spec.videos])
        videos: dict[PoolVideo, PlanVideo] = {}
        for video in spec.videos:
            facts = found[video.file]
            if isinstance(facts, InputError):
                params = {**facts.params, "file": video.file.name, "cause": facts.code}
                told.append(Finding(code="rule_video_left_out", params=params))
            else:
                videos[video] = facts
        return videos

    def _uses(self, work: _Work) -> dict[str, list[Use]]:
        """Return by account when it has videos of the pool, but in posts that get another one."""
        spec = work.rule.spec
        if not spec.is_pool:
            return {}
        ids = [account.id for account in work.accounts]
        with self._database.read() as session:
            posts = same_files(session, {v.media.sha256: ids for v in work.videos.values()})
        uses: dict[str, list[Use]] = defaultdict(list)
        for post in posts:
            if post.status is not PostStatus.MISSED and not work.redraws(post):
                uses[post.account_id].append(use_of(post, spec))
        return uses


@dataclass(slots=True, kw_only=True)
class _Work:
    """One look at a rule: what it goes by, and what it has come to."""

    rule: Rule
    was: RuleSpec
    now: datetime
    accounts: Sequence[Account]
    videos: Mapping[PoolVideo, PlanVideo]
    mine: Mapping[Turn, Mapping[str, Post]]
    decided: Mapping[Turn, Mapping[str, Post]]
    leave: frozenset[str]
    anew: bool = False
    uses: Mapping[str, list[Use]] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    gone: list[Post] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    skipped: list[tuple[date, Account]] = field(default_factory=list)

    def go_through(self, last_day: date) -> None:
        """Look at every date until then, and at later ones of which there are posts."""
        farthest = max([last_day, *(day for day, _turn in self.mine)])
        wanted: set[Turn] = set()
        for each in upcoming(self.rule.spec.cadence, self.now, farthest):
            wanted.add((each.day, each.turn))
            self._look_at(each, is_ahead=each.day <= last_day and not self.rule.paused)
        if self.was == self.rule.spec:
            return  # what it does not ask for by now, somebody planned again
        for turn, there in self.mine.items():
            self.gone += [p for p in there.values() if turn not in wanted and self._is_own(p)]

    def kept(self) -> Iterator[Post]:
        """Yield the posts that a change of the rule leaves alone, as somebody changed them."""
        if self.was == self.rule.spec:
            return
        for there in self.mine.values():
            for post in there.values():
                if is_open(post, self.now) and not is_as_made(post, self.was):
                    yield post

    def outdated(self) -> Iterator[Finding]:
        """Yield the files that are others than those which posts were made with."""
        for name in sorted(self.stale):
            yield Finding(
                code="rule_video_changed", params={"file": name, "rule": self.rule.id[:8]}
            )

    def resting(self) -> Iterator[Finding]:
        """Yield what is to be told of dates on which no video of the pool may go out."""
        if self.skipped:
            yield Finding(
                code="pool_rests",
                params={
                    "count": len(self.skipped),
                    "day": min(day for day, _account in self.skipped).isoformat(),
                    "accounts": tuple(sorted({f"@{each.handle}" for _day, each in self.skipped})),
                },
            )

    def redraws(self, post: Post) -> bool:
        """Say whether a post of the pool has to get another video or other words."""
        return (
            post.origin.rule_id == self.rule.id
            and self._is_own(post)
            and not has_video_of(post, self.rule.spec)
        )

    def _is_own(self, post: Post) -> bool:
        """Say whether a post is as the rule made it, and may become another."""
        return is_open(post, self.now) and post.id not in self.leave and is_as_made(post, self.was)

    def _look_at(self, each: Occurrence, *, is_ahead: bool) -> None:
        """Wish for the posts of one date and time that are missing, or not as they should be."""
        turn = (each.day, each.turn)
        there, decided = self.mine.get(turn, {}), self.decided.get(turn, {})
        elsewhere = Counter(p.media.sha256 for p in there.values() if not is_set_aside(p))
        for account in self.accounts:
            post = there.get(account.id)
            if post is not None and not is_set_aside(post):
                if not self._is_own(post):
                    continue
                wish = self._up_to_date(each, account, post, elsewhere)
            elif account.id in decided or not is_ahead:
                continue
            else:
                wish = self._new(each, account, post, elsewhere)
            if wish is not None:
                elsewhere[wish.post.media.sha256] += 1
                self.wishes.append(replace(wish, request=len(self.wishes)))
        if self.rule.spec.accounts != self.was.accounts:
            ids = {account.id for account in self.accounts}
            self.gone += [p for id_, p in there.items() if id_ not in ids and self._is_own(p)]

    def _new(
        self,
        each: Occurrence,
        account: Account,
        aside: Post | None,
        elsewhere: Mapping[str, int],
    ) -> Wish | None:
        """Return a post for an account, or the one that was set aside; None without a video."""
        found = self._drawn(each, account, elsewhere)
        if found is None:
            return None
        video, caption = found
        wanted = aside or self._first(each, account, video)
        wanted = replace(wanted, media=video.media, error=None, next_try_at=None)
        post = self._as_of_rule(wanted, each, caption)
        return Wish(post=post, video=LookedInto(info=video.info), before=aside)

    def _first(self, each: Occurrence, account: Account, video: PlanVideo) -> Post:
        spec, rule = self.rule.spec, self.rule
        together = len(self.accounts) > 1 and not spec.is_pool
        batch = f"{rule.id}.{each.day:%Y%m%d}.{each.turn}" if together else None
        return Post(
            id=uuid.uuid4().hex,
            account_id=account.id,
            handle=account.handle,
            status=PostStatus.SCHEDULED,
            mode=spec.mode,
            schedule=each.schedule,
            media=video.media,
            caption="",
            choices=spec.choices,
            consent=rule.consent,
            lateness=spec.lateness,
            origin=Origin(batch=batch, rule_id=rule.id, rule_on=each.day, rule_turn=each.turn),
            created_at=self.now,
        )

    def _up_to_date(
        self, each: Occurrence, account: Account, post: Post, elsewhere: Mapping[str, int]
    ) -> Wish | None:
        """Return what a post has to become; None if it is that, or its video is not there."""
        spec, newer = self.rule.spec, self._newer(post)
        caption = post.caption if spec.is_pool else spec.videos[0].captions[0]
        found: tuple[PlanVideo, str] | None
        if newer is not None and self.anew:
            found = newer, caption
        elif spec.is_pool and not has_video_of(post, spec):
            found = self._drawn(each, account, elsewhere)
        elif not spec.is_pool and post.media.path != spec.videos[0].file:
            found = self._of_rule()
        else:
            wanted = self._as_of_rule(post, each, caption)
            return None if wanted == post else Wish(post=wanted, before=post)
        if found is None:
            return None
        video, caption = found
        wanted = self._as_of_rule(replace(post, media=video.media), each, caption)
        return Wish(post=wanted, video=LookedInto(info=video.info), before=post)

    def _newer(self, post: Post) -> PlanVideo | None:
        """Return what a post's file is by now, if that is no more the video of the post."""
        for facts in self.videos.values():
            known, found = post.media, facts.media
            if found.path == known.path and found.sha256 != known.sha256:
                if not self.anew:
                    self.stale.add(found.path.name)
                return facts
        return None

    def _of_rule(self) -> tuple[PlanVideo, str] | None:
        first = self.rule.spec.videos[0]
        facts = self.videos.get(first)
        return None if facts is None else (facts, first.captions[0])

    def _drawn(
        self, each: Occurrence, account: Account, elsewhere: Mapping[str, int]
    ) -> tuple[PlanVideo, str] | None:
        """Return the video for an account on a date, and its caption; of a pool it is used then."""
        spec = self.rule.spec
        if not spec.is_pool:
            return self._of_rule()
        pool = [(facts.media.sha256, video) for video, facts in self.videos.items()]
        uses, wall = self.uses[account.id], each.schedule.wall
        found = choose(pool, uses, wall, spec.cooldown, elsewhere)
        if found is None:
            self.skipped.append((each.day, account))
            return None
        video, caption = found
        facts = self.videos[video]
        uses.append(Use(wall=wall, sha256=facts.media.sha256, caption=caption))
        return facts, caption

    def _as_of_rule(self, post: Post, each: Occurrence, caption: str) -> Post:
        """Return a post as the rule has it; one that rests with its rule goes on resting."""
        spec, rule = self.rule.spec, self.rule
        # The instant of a wall time may have been corrected since: that time is what was meant.
        known, wanted = post.schedule, each.schedule
        is_same = (known.wall, known.timezone) == (wanted.wall, wanted.timezone)
        waits = is_same and post.mode is spec.mode
        rests = is_paused_with_rule(post)
        status = rules.status_of(spec.mode, rule.consent, or_draft=True)
        return replace(
            post,
            status=post.status if rests else status,
            schedule=known if is_same else wanted,
            mode=spec.mode,
            choices=spec.choices,
            consent=rule.consent,
            lateness=spec.lateness,
            tags=spec.tags,
            caption=caption,
            error=post.error if waits or rests else None,
            next_try_at=post.next_try_at if waits else None,
        )


def _by_turn(posts: Iterable[Post]) -> dict[Turn, dict[str, Post]]:
    found: dict[Turn, dict[str, Post]] = defaultdict(dict)
    for post in posts:
        key = key_of(post)
        if key is not None:
            found[key[:2]][post.account_id] = post
    return dict(found)
