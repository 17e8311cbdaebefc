"""Judges what is to be planned or changed by how things are, and writes it in one transaction.

Only `planning` calls it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tiktok_manager.domain.attempts import AttemptEnd, AttemptOutcome
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError
from tiktok_manager.domain.events import EventBus, PostsChanged, PostStatusChanged
from tiktok_manager.domain.plans import PlanResult, PlanRow, Proposal, Wish
from tiktok_manager.domain.posts import (
    EDITABLE,
    RETRYABLE,
    Actor,
    Post,
    PostMode,
    PostStatus,
    changed_meanwhile,
)
from tiktok_manager.domain.quota import WINDOW, Ledger
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.hold_reasons import TOLD_NOT_WRITTEN
from tiktok_manager.services.quota import Quota
from tiktok_manager.storage import attempts
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database, Session
from tiktok_manager.storage.plan_facts import read_plan_facts

_REVERSIBLE = EDITABLE | {PostStatus.CANCELLED}


class PlanChanges:
    """Each change is one transaction, under a new epoch, with a line in the flight record."""

    def __init__(self, database: Database, quota: Quota, events: EventBus, clock: Clock) -> None:
        self._database = database
        self._quota = quota
        self._events = events
        self._clock = clock

    def propose(
        self, wishes: Sequence[Wish], refused: Mapping[int, InputError], *, spread: bool = False
    ) -> Proposal:
        """Judge wishes by how things are now."""
        caps = self._quota.caps()
        with self._database.read() as session:
            rows = _judge(session, wishes, caps, spread=spread)
        return Proposal(rows=rows, refused=refused, spread=spread, made_at=self._clock.now())

    def commit(self, proposal: Proposal, *, strict: bool) -> PlanResult:
        """Write the rows of a proposal unless something is another by now; see `Planning`."""
        rules.check(proposal, strict=strict)
        now, caps = self._clock.now(), self._quota.caps()
        wishes = [row.wish for row in proposal.rows]
        with self._database.write() as session:
            for row in proposal.rows:
                _check_unchanged(session, row.wish.before, row.post)
            again = _judge(session, wishes, caps, spread=proposal.spread)
            for row, now_so in zip(proposal.rows, again, strict=True):
                _check_still_so(row, now_so, proposal.made_at, now)
            new = [row.post for row in proposal.rows if row.wish.before is None]
            queries.add_posts(session, new, now)
            posts = tuple(
                row.post
                if row.wish.before is None
                else _write(session, row.wish.before, row.post, "edited", "", now)
                for row in proposal.rows
            )
        self._tell(posts, is_new=bool(new))
        return PlanResult(posts=posts, found=tuple(row.findings for row in proposal.rows))

    def write(
        self,
        before: Post,
        after: Post,
        kind: str,
        *,
        what: str = "",
        started: bool = False,
        by_user: bool = False,
    ) -> Post:
        """Write a change of a post and return the post as it is then.

        `started` exempts it from the lateness rule; `by_user` ends even an upload whose last byte
        may have left, on the user's word. Raises OutcomeUnknown if the publisher got there first,
        ChangedMeanwhile if another hand did.
        """
        now = self._clock.now()
        with self._database.write() as session:
            written = _write(
                session, before, after, kind, what, now, started=started, by_user=by_user
            )
        self._tell([after], is_new=False)
        return written

    def put_back(self, wanted: Post, over: Post) -> Post:
        """Make a post again what it was, `wanted`, in place of what it is now, `over`.

        One that has stopped is not planned by this for a time that has passed.
        """
        wanted = _as_written(wanted)
        for each in (over, wanted):
            rules.check_status(each, _REVERSIBLE, "put_back")
        if wanted.status is PostStatus.SCHEDULED and over.status in RETRYABLE:
            rules.check_not_past(wanted.schedule, self._clock.now())
        return self.write(over, wanted, "put_back")

    def _tell(self, posts: Sequence[Post], *, is_new: bool) -> None:
        if is_new:
            self._events.publish(PostsChanged())
            return
        for post in posts:
            self._events.publish(
                PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
            )


def _judge(
    session: Session, wishes: Sequence[Wish], caps: Mapping[PostMode, int], *, spread: bool
) -> tuple[PlanRow, ...]:
    """Return the rows by what stands in the database now."""
    if not wishes:
        return ()
    videos: dict[str, set[str]] = defaultdict(set)
    for wish in wishes:
        if wish.is_new_video:
            videos[wish.post.media.sha256].add(wish.post.account_id)
    facts = read_plan_facts(
        session,
        places={(wish.post.account_id, wish.post.mode) for wish in wishes},
        videos=videos,
        since=min(wish.post.schedule.due_at for wish in wishes) - WINDOW,
        without=frozenset(wish.before.id for wish in wishes if wish.before is not None),
    )
    grounds = rules.Grounds(
        accounts=facts.accounts,
        ledgers={place: Ledger(times, caps[place[1]]) for place, times in facts.times.items()},
        same_video={(post.account_id, post.media.sha256): post for post in facts.same_video},
    )
    return rules.judge(wishes, grounds, spread=spread)


def _write(
    session: Session,
    before: Post,
    after: Post,
    kind: str,
    what: str,
    now: datetime,
    *,
    started: bool = False,
    by_user: bool = False,
) -> Post:
    _check_unchanged(session, before, after)
    end = AttemptEnd(AttemptOutcome.BY_USER, kind)
    if by_user:
        attempts.release(session, before.id, end, now)
    elif not attempts.withdraw(session, before.id, end, now):
        raise rules.too_late(before)
    queries.update_post(session, after, now, read=before, first_tried_at=now if started else None)
    queries.add_step(
        session,
        before.id,
        at=now,
        epoch=before.epoch,
        actor=Actor.USER,
        kind=kind,
        params={"what": what, "status": after.status.value},
    )
    return queries.get_post(session, before.id) or after


def _check_unchanged(session: Session, before: Post | None, after: Post) -> None:
    """Raise OutcomeUnknown if the publisher got there first, ChangedMeanwhile if another hand.

    The status counts beside the version: a claim keeps that.
    """
    if before is None:
        return
    current = queries.get_post(session, before.id)
    if current and (current.version, current.status) == (before.version, before.status):
        return
    if current is not None and current.status not in _REVERSIBLE:
        raise rules.too_late(current)
    raise changed_meanwhile(before, after, current)


def _check_still_so(row: PlanRow, again: PlanRow, made_at: datetime, now: datetime) -> None:
    """Raise ChangedMeanwhile if there is something to know about a row that was not proposed."""
    if row.post.schedule.due_at >= made_at:
        rules.check_not_past(row.post.schedule, now)
    found = rules.news(row, again)
    if found:
        raise ChangedMeanwhile("plan", row.post.id, findings=found)


def _as_written(post: Post) -> Post:
    """Return a post as its row had it, or as it is planned where it was being sent."""
    if post.status is PostStatus.PUBLISHING:
        return replace(post, status=PostStatus.SCHEDULED, error=None, next_try_at=None)
    return replace(post, error=None) if post.error in TOLD_NOT_WRITTEN else post
