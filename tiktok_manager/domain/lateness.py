"""What becomes of posts whose time passed: each by its own policy, never all at once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.posts import RELEASED_LATER, LatePolicy, Post, PostStatus
from tiktok_manager.domain.schedule import Schedule, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class LateDecision:
    """The post as it is to be: missed, moved to a later time, or let go at `wake_at`."""

    post: Post
    wake_at: datetime | None
    what: str
    params: Mapping[str, Param] = field(default_factory=dict)
    goes_out: bool = False


def judge(
    late: Sequence[Post],
    now: datetime,
    *,
    on_time: timedelta,
    spacing: timedelta,
    next_slot: Callable[[Post], Schedule | None] = lambda _post: None,
) -> list[LateDecision]:
    """Decide about late posts, given by due time.

    Those that may still go out follow each other with `spacing` on each account, so that an
    outage does not end in a burst. Those that are to move take their account's `next_slot`, which
    is another one each time it is asked for; without one, their hour on the next day.
    """
    decisions = []
    ahead: Counter[str] = Counter()
    for post in late:
        if post.lateness.policy is LatePolicy.NEXT_SLOT:
            decisions.append(_moved(post, next_slot(post) or next_day(post.schedule, now)))
        elif _is_missed(post, now, on_time):
            decisions.append(_missed(post, now))
        else:
            wake_at = now + spacing * ahead[post.account_id]
            ahead[post.account_id] += 1
            decisions.append(_let_go(post, wake_at))
    return decisions


def next_day(schedule: Schedule, now: datetime) -> Schedule:
    """Return the same wall time on the first later day that is still to come."""
    days = max(1, (now - schedule.due_at).days)
    while True:
        moved = resolve(schedule.wall + timedelta(days=days), schedule.timezone)
        if moved.due_at > now:
            return moved
        days += 1


def _is_missed(post: Post, now: datetime, on_time: timedelta) -> bool:
    due_at = post.schedule.due_at
    if post.error is not None and post.error.code in RELEASED_LATER:
        due_at = max(due_at, post.next_try_at or due_at)
    late = now - due_at
    return post.lateness.policy is LatePolicy.ASK or late > max(post.lateness.within, on_time)


def _missed(post: Post, now: datetime) -> LateDecision:
    why = {} if post.error is None else post.error.as_cause
    error = Failure(code="missed", params={**why, "late_by": now - post.schedule.due_at})
    missed = replace(post, status=PostStatus.MISSED, error=error)
    return LateDecision(post=missed, wake_at=None, what="missed", params=error.params)


def _let_go(post: Post, wake_at: datetime) -> LateDecision:
    if post.error is not None and post.error.code not in RELEASED_LATER:
        post = replace(post, error=None)  # what held it is over
    return LateDecision(post=post, wake_at=wake_at, what="goes_out_late", goes_out=True)


def _moved(post: Post, schedule: Schedule) -> LateDecision:
    moved_to = {"at": f"{schedule.shown:%Y-%m-%d %H:%M}", "zone": schedule.timezone}
    return LateDecision(
        post=replace(post, schedule=schedule),
        wake_at=schedule.due_at,
        what="moved",
        params=moved_to,
    )
