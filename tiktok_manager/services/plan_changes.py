"""Judges what is to be planned or changed by how things are, and writes it in one transaction.

Only `planning` calls it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

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
from tiktok_manager.domain.quota import WINDOW
from tiktok_manager.domain.slots import FARTHEST, Limits
from tiktok_manager.services import plan_guards as guards
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services import plan_slots
from tiktok_manager.services.hold_reasons import TOLD_NOT_WRITTEN
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import attempts
from tiktok_manager.storage import posts as queries
from tiktok_manager.storage.database import Database, Session
from tiktok_manager.storage.plan_facts import Airing, airings, read_plan_facts

Before = Callable[[Session], None]
"""What else has to be so, or be written, for a plan to be: done first, in its transaction."""

_REVERSIBLE = EDITABLE | {PostStatus.CANCELLED}
_TOLD_ONE_BY_ONE = 50
_DAY_AND_NIGHT = timedelta(hours=36)  # a local day may lie so far around an instant

Find = Callable[[Session], Sequence[tuple[Post, Post]]]
"""Reads posts in a transaction, and returns each with what is to become of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a change is called in the flight record; see `PlanChanges.write` for the rest."""

    name: str
    what: str = ""
    started: bool = False
    by_user: bool = False


class PlanChanges:
    """Each change is one transaction, under a new epoch, with a line in the flight record."""

    def __init__(
        self, database: Database, quota: Quota, settings: Settings, events: EventBus, clock: Clock
    ) -> None:
        self._database = database
        self._quota = quota
        self._settings = settings
        self._events = events
        self._clock = clock

    def propose(
        self,
        wishes: Sequence[Wish],
        refused: Mapping[int, InputError],
        *,
        gone: Sequence[Post] = (),
        without: Collection[str] = (),
        spread: bool = False,
    ) -> Proposal:
        """Judge wishes by how things are now; those that take a slot get one, or are refused.

        Posts that are `gone` give their place free; so do those `without`, by their ids.
        """
        now, caps, limits = self._clock.now(), self._quota.caps(), self._settings.plan_limits()
        refused = dict(refused)
        with self._database.read() as session:
            freed = {*without, *_ids(gone)}
            grounds = _grounds(session, wishes, freed, caps, limits, now, spread=spread)
        if any(wish.takes_slot for wish in wishes):
            wishes, slotless = plan_slots.give(wishes, grounds, now)
            refused |= slotless
        rows = guards.judge(wishes, grounds, spread=spread)
        return Proposal(rows=rows, refused=refused, gone=tuple(gone), spread=spread, made_at=now)

    def commit(
        self,
        proposal: Proposal,
        *,
        strict: bool,
        beside: Sequence[tuple[Post, Post]] = (),
        kind: str = "",
        first: Before | None = None,
    ) -> PlanResult:
        """Write the rows of a proposal unless something is another by now; see `Planning`.

        Changes of posts `beside` them are no plan and are not judged: `kind` is what they are.
        """
        rules.check(proposal, strict=strict)
        now, caps, limits = self._clock.now(), self._quota.caps(), self._settings.plan_limits()
        wishes = [row.wish for row in proposal.rows]
        edits = [(row.wish.before, row.post) for row in proposal.rows if row.wish.before]
        new = [row.post for row in proposal.rows if row.wish.before is None]
        gone = [(post, rules.cancelled(post)) for post in proposal.gone]
        with self._database.write() as session:
            if first is not None:
                first(session)
            _check_unchanged(session, [*edits, *gone, *beside])
            freed = _ids(before for before, _after in (*gone, *beside))
            grounds = _grounds(session, wishes, freed, caps, limits, now, spread=proposal.spread)
            again = guards.judge(wishes, grounds, spread=proposal.spread)
            for row, now_so in zip(proposal.rows, again, strict=True):
                _check_still_so(row, now_so, proposal.made_at, now)
            queries.add_posts(session, new, now)
            written = {post.id: post for post in _write(session, edits, _Kind(name="edited"), now)}
            _write(session, gone, _Kind(name="cancelled"), now)
            others = _write(session, beside, _Kind(name=kind), now)
        posts = tuple(written.get(row.post.id, row.post) for row in proposal.rows)
        self._tell([*posts, *others], is_new=bool(new or gone))
        found = tuple(row.findings for row in proposal.rows)
        return PlanResult(posts=posts, found=found, beside=tuple(others))

    def write(
        self, changes: Sequence[tuple[Post, Post]], kind: str, *, started: bool = False
    ) -> list[Post]:
        """Write changes of posts, all or none, and return the posts as they are then.

        `started` exempts them from the lateness rule. Raises OutcomeUnknown if the publisher got
        there first, ChangedMeanwhile if another hand did.
        """
        return self._write(lambda _session: changes, _Kind(name=kind, started=started))

    def write_found(
        self, find: Find, kind: str, *, started: bool = False
    ) -> list[tuple[Post, Post]]:
        """Write the changes that `find` makes of posts as they are, in the same transaction.

        Returns them with the posts as they are then.
        """
        found: list[tuple[Post, Post]] = []

        def keep(session: Session) -> Sequence[tuple[Post, Post]]:
            found[:] = find(session)
            return found

        written = self._write(keep, _Kind(name=kind, started=started))
        return [(before, after) for (before, _new), after in zip(found, written, strict=True)]

    def write_verdict(self, before: Post, after: Post, what: str) -> Post:
        """Write the user's word for what became of a post: it ends even an upload in doubt."""
        kind = _Kind(name="resolved", what=what, started=True, by_user=True)
        return self._write(lambda _session: [(before, after)], kind)[0]

    def _write(self, find: Find, kind: _Kind) -> list[Post]:
        now = self._clock.now()
        with self._database.write() as session:
            changes = find(session)
            _check_unchanged(session, changes)
            written = _write(session, changes, kind, now)
        self._tell(written, is_new=False)
        return written

    def put_back(
        self, changes: Sequence[tuple[Post, Post]], *, first: Before | None = None
    ) -> list[Post]:
        """Make posts again what they were, the first of each pair, in place of what they are now.

        One that has stopped is not planned by this for a time that has passed.
        """
        now = self._clock.now()
        pairs = [(over, _as_written(wanted)) for wanted, over in changes]
        for over, wanted in pairs:
            for each in (over, wanted):
                rules.check_status(each, _REVERSIBLE, "put_back")
            if wanted.status is PostStatus.SCHEDULED and over.status in RETRYABLE:
                rules.check_not_past(wanted.schedule, now)

        def find(session: Session) -> Sequence[tuple[Post, Post]]:
            if first is not None:
                first(session)
            return pairs

        return [after for _before, after in self.write_found(find, "put_back")]

    def _tell(self, posts: Sequence[Post], *, is_new: bool) -> None:
        if is_new or len(posts) > _TOLD_ONE_BY_ONE:
            self._events.publish(PostsChanged())
            return
        for post in posts:
            self._events.publish(
                PostStatusChanged(post_id=post.id, account_id=post.account_id, status=post.status)
            )


def _grounds(
    session: Session,
    wishes: Sequence[Wish],
    freed: Collection[str],
    caps: Mapping[PostMode, int],
    limits: Limits,
    now: datetime,
    *,
    spread: bool,
) -> guards.Grounds:
    """Return what wishes are judged by as it stands now, but for posts that are `freed`."""
    videos: dict[str, set[str]] = defaultdict(set)
    for wish in wishes:
        if wish.is_new_video:
            videos[wish.post.media.sha256].add(wish.post.account_id)
    without = frozenset({*freed, *_ids(wish.before for wish in wishes if wish.before)})
    due = [wish.post.schedule.due_at for wish in wishes] or [now]
    around = max(WINDOW, limits.gap or WINDOW) + _DAY_AND_NIGHT
    looks_ahead = spread or any(wish.takes_slot for wish in wishes)
    facts = read_plan_facts(
        session,
        places={(wish.post.account_id, wish.post.mode) for wish in wishes},
        videos=videos,
        since=min(due) - around,
        standing_until=None if looks_ahead else max(due) + around,
        without=without,
    )
    elsewhere = _airings(session, wishes, limits, without)
    return guards.Grounds(facts=facts, caps=caps, limits=limits, airings=elsewhere)


def _airings(
    session: Session, wishes: Sequence[Wish], limits: Limits, without: frozenset[str]
) -> Sequence[Airing]:
    """Return who else has the wished videos at about that time, if that matters."""
    if limits.stagger is None or not wishes:
        return ()
    times = [wish.post.schedule.due_at for wish in wishes]
    start, end = min(times) - limits.stagger, max(times) + FARTHEST
    if not any(wish.takes_slot for wish in wishes):
        end = max(times) + limits.stagger
    return airings(session, {wish.post.media.sha256 for wish in wishes}, start, end, without)


def _ids(posts: Iterable[Post]) -> set[str]:
    return {post.id for post in posts}


def _write(
    session: Session, changes: Sequence[tuple[Post, Post]], kind: _Kind, now: datetime
) -> list[Post]:
    end = AttemptEnd(AttemptOutcome.BY_USER, kind.name)
    sending = attempts.open_uploads(session) if changes else frozenset()
    for before, _after in changes:
        if before.id not in sending:
            continue
        if kind.by_user:
            attempts.release(session, before.id, end, now)
        elif not attempts.withdraw(session, before.id, end, now):
            raise rules.too_late(before)
    started_at = now if kind.started else None
    written = queries.update_posts(session, changes, now, first_tried_at=started_at)
    queries.add_steps(
        session,
        [before for before, _after in changes],
        at=now,
        actor=Actor.USER,
        kind=kind.name,
        params=[{"what": kind.what, "status": after.status.value} for _before, after in changes],
    )
    return written


def _check_unchanged(session: Session, changes: Sequence[tuple[Post, Post]]) -> None:
    """Raise OutcomeUnknown if the publisher got there first, ChangedMeanwhile if another hand.

    The status counts beside the version: a claim keeps that.
    """
    found = queries.get_posts(session, [before.id for before, _after in changes])
    for before, after in changes:
        current = found.get(before.id)
        if current and (current.version, current.status) == (before.version, before.status):
            continue
        if current is not None and current.status not in _REVERSIBLE:
            raise rules.too_late(current)
        raise changed_meanwhile(before, after, current)


def _check_still_so(row: PlanRow, again: PlanRow, made_at: datetime, now: datetime) -> None:
    """Raise ChangedMeanwhile if there is something to know about a row that was not proposed."""
    if row.post.schedule.due_at >= made_at:
        rules.check_not_past(row.post.schedule, now)
    found = guards.news(row, again)
    if found:
        raise ChangedMeanwhile("plan", row.post.id, findings=found)


def _as_written(post: Post) -> Post:
    """Return a post as its row had it, or as it is planned where it was being sent."""
    if post.status is PostStatus.PUBLISHING:
        return replace(post, status=PostStatus.SCHEDULED, error=None, next_try_at=None)
    return replace(post, error=None) if post.error in TOLD_NOT_WRITTEN else post
