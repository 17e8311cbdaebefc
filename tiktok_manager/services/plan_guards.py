"""What is to be known about planned posts: their account, their video, their day and their time.

No reads, no writes. What only may go wrong is a Finding: it warns, and `--strict` refuses.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from tiktok_manager.domain.accounts import SCOPE_OF_MODE, Account, AccountStatus
from tiktok_manager.domain.errors import Failure, FailureClass
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.media import media_findings
from tiktok_manager.domain.plans import PlanRow, Wish
from tiktok_manager.domain.posts import Post, PostMode, PostStatus
from tiktok_manager.domain.quota import Ledger, Usage
from tiktok_manager.domain.schedule import Schedule, at_instant
from tiktok_manager.domain.slots import Blackout, Diary, Limits
from tiktok_manager.services.plan_rules import NOT_CONNECTED
from tiktok_manager.storage.plan_facts import Airing, Place, PlanFacts

_LAST = "\U0010ffff"
_MOST_NAMED = 3
_LOST_PERMISSION = Failure(code="reconnect_needed", kind=FailureClass.NEEDS_RECONNECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What wishes are judged by, read at one moment."""

    facts: PlanFacts
    caps: Mapping[PostMode, int]
    limits: Limits
    airings: Sequence[Airing] = ()

    def ledger(self, place: Place) -> Ledger:
        """Return when an account posts in a mode, to be counted on."""
        return Ledger(self.facts.times[place], self.caps[place[1]])

    def diary(self, account_id: str) -> Diary:
        """Return where an account's posts stand, to be counted on."""
        return Diary(self.facts.standing[account_id], self.limits)

    def blackouts(self, account: Account) -> tuple[Blackout, ...]:
        """Return the days on which an account's slots are not used."""
        return tuple(each for each in self.facts.blackouts if each.whose.takes(account))


def judge(wishes: Sequence[Wish], grounds: Grounds, *, spread: bool) -> tuple[PlanRow, ...]:
    """Return a row for each wish, in order: its time, its day and what is to be known about it.

    Each sees the posts of the earlier ones. `spread` moves posts over a cap to a free time.
    """
    bench = _Bench(grounds)
    return tuple(_judged(wish, bench, spread=spread) for wish in wishes)


class _Bench:
    """The grounds of one judgement, on which posts judged take their place."""

    def __init__(self, grounds: Grounds) -> None:
        facts = grounds.facts
        self.accounts = facts.accounts
        self.ledgers = {place: grounds.ledger(place) for place in facts.times}
        self.diaries = {each: grounds.diary(each) for each in facts.standing}
        self.blackouts = {id_: grounds.blackouts(each) for id_, each in facts.accounts.items()}
        self.limits = grounds.limits
        self.same_video = {(p.account_id, p.media.sha256): p for p in facts.same_video}
        self.planned: set[tuple[str, str]] = set()
        self._airings: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
        for each in sorted(grounds.airings):
            self._airings[each.sha256].append((each.at, each.account_id, each.handle))

    def air(self, post: Post) -> None:
        """Count a post for those of the same video."""
        if self.limits.stagger is not None:
            aired = (post.schedule.due_at, post.account_id, post.handle)
            insort(self._airings[post.media.sha256], aired)

    def elsewhere(self, post: Post) -> list[tuple[datetime, str]]:
        """Return when other accounts have the same video too soon before or after, and who."""
        stagger, at = self.limits.stagger, post.schedule.due_at
        if stagger is None:
            return []
        known = self._airings[post.media.sha256]
        near = known[bisect_right(known, (at - stagger, _LAST, "")) :]
        return [
            (other, handle)
            for other, account_id, handle in takewhile(lambda each: each[0] < at + stagger, near)
            if account_id != post.account_id
        ]


def _judged(wish: Wish, bench: _Bench, *, spread: bool) -> PlanRow:
    post, wanted = wish.post, wish.post.schedule
    account, ledger = bench.accounts[post.account_id], bench.ledgers[post.account_id, post.mode]
    free_at = ledger.next_free(wanted.due_at)
    free = wanted if free_at == wanted.due_at else at_instant(free_at, wanted.timezone)
    found = [*account_findings(account, post.mode), *_video_findings(wish, account)]
    if wish.is_new_video:
        copy = (post.account_id, post.media.sha256)
        found += _twin(post, bench.same_video.get(copy), again=copy in bench.planned)
        bench.planned.add(copy)
    if free != wanted:
        found.append(_full_day(account, post.mode, ledger.cap, free, spread=spread))
    if spread:
        post = replace(post, schedule=free)
    found += _time_findings(post, bench)
    found += _elsewhere(post, bench)
    bench.air(post)
    used = ledger.used(post.schedule.due_at)
    ledger.take(post.schedule.due_at)
    bench.diaries[post.account_id].take(post.schedule)
    if wish.before is None and _waits_for_permission(post, account):
        post = replace(post, error=_LOST_PERMISSION)
    return PlanRow(
        wish=wish,
        post=post,
        findings=tuple(found),
        free=free,
        quota=Usage(used=used + 1, cap=ledger.cap),
    )


def _waits_for_permission(post: Post, account: Account) -> bool:
    lost = account.status is AccountStatus.NEEDS_RECONNECT
    return lost and post.status is PostStatus.SCHEDULED


def _time_findings(post: Post, bench: _Bench) -> list[Finding]:
    """Return what speaks against a post's time: another post, a full day, days without posts."""
    schedule, diary, limits = post.schedule, bench.diaries[post.account_id], bench.limits
    found = []
    near = diary.too_near(schedule.due_at)
    if diary.clashes(schedule.due_at):
        found.append(_at_time("clash", post, schedule))
    elif near is not None and limits.gap is not None:
        other = at_instant(near, schedule.timezone)
        found.append(_at_time("gap_too_short", post, other, gap=limits.gap))
    if diary.is_full(schedule.wall.date()) and limits.per_day is not None:
        found.append(_at_time("own_cap_reached", post, schedule, cap=limits.per_day))
    for blackout in bench.blackouts[post.account_id]:
        if blackout.covers(schedule):
            found.append(_at_time("in_blackout", post, schedule, note=blackout.note))
    return found


def _elsewhere(post: Post, bench: _Bench) -> list[Finding]:
    """Return that other accounts have the same video at about that time, the nearest named."""
    others, stagger, zone = bench.elsewhere(post), bench.limits.stagger, post.schedule.timezone
    if not others or stagger is None:
        return []
    due_at = post.schedule.due_at
    nearest = sorted(others, key=lambda each: (abs(each[0] - due_at), each[1]))[:_MOST_NAMED]
    params: dict[str, Param] = {
        "account": post.handle,
        "count": len(others),
        "stagger": stagger,
        "others": tuple(handle for _at, handle in nearest),
        "times": tuple(f"{at_instant(at, zone).shown:%Y-%m-%d %H:%M}" for at, _handle in nearest),
        "timezone": zone,
    }
    return [Finding(code="same_video_elsewhere", params=params)]


def _at_time(code: str, post: Post, schedule: Schedule, **params: Param) -> Finding:
    told: dict[str, Param] = {
        "account": post.handle,
        "day": f"{schedule.shown:%Y-%m-%d}",
        "at": f"{schedule.shown:%Y-%m-%d %H:%M}",
        "timezone": schedule.timezone,
    }
    return Finding(code=code, params={**told, **params})


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
