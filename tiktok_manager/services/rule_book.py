"""Rules with what is made from them: read together, and written in one transaction.

`recurring` is what can be done with them; nobody else calls this.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.events import EventBus, RulesChanged
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.plans import PlanResult, Proposal, each_once
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.domain.recurring import Occurrence, Rule, RuleSpec, RuleStatus, key_of
from tiktok_manager.services.rrules import upcoming
from tiktok_manager.services.rule_posts import OVER_AFTER, RulePlan, RulePosts
from tiktok_manager.storage import rules as queries

if TYPE_CHECKING:
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.storage.database import Database, Session

logger = logging.getLogger(__name__)

NEXT_TIMES = 5
_TRIES = 4
_REPEATS = frozenset({"same_video", "same_video_twice"})
"""What every post of a rule would be told of; the rule tells it once."""

T = TypeVar("T")
Pair = tuple[Post, Post]
Named = Rule | str
"""A rule as it was seen, or an id or the unique beginning of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule as it is shown: whom it names, its next times, and what became of its posts."""

    rule: Rule
    status: RuleStatus
    accounts: tuple[str, ...]
    next: tuple[Occurrence, ...]
    posts: Mapping[PostStatus, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What a change did, for the user to know and to take back with `undo`.

    `rules` and `posts` are pairs: what was before, None for what is new, and what is now. Posts
    `kept` had been changed by hand, and stayed as they are.
    """

    rules: tuple[tuple[Rule | None, Rule], ...]
    posts: tuple[tuple[Post | None, Post], ...]
    kept: tuple[Post, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def rule(self) -> Rule:
        """The rule as it goes on from here."""
        return self.rules[-1][1]


class RuleBook:
    """The rules of one data folder, and the way they and their posts are written."""

    def __init__(
        self,
        database: Database,
        planning: Planning,
        accounts: Accounts,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._accounts = accounts
        self._settings = settings
        self._events = events
        self._clock = clock
        self._posts = RulePosts(database, planning, accounts, clock)

    def list(self) -> Sequence[RuleView]:
        """Return every rule, the eldest first."""
        with self._database.read() as session:
            found = queries.list_rules(session)
            counts = [queries.count_posts(session, rule.id) for rule in found]
        handles = self._handles()
        return [self._view(*each, handles) for each in zip(found, counts, strict=True)]

    def get(self, rule_id: str) -> RuleView:
        """Return a rule by its id or a unique beginning of it; raises NotFound, InputError."""
        rule = self._read(rule_id)
        with self._database.read() as session:
            counts = queries.count_posts(session, rule.id)
        return self._view(rule, counts, self._handles())

    def _read(self, named: Named) -> Rule:
        """Return a rule as it is; raises ChangedMeanwhile if it was seen another."""
        rule_id = named if isinstance(named, str) else named.id
        with self._database.read() as session:
            found = [
                each
                for each in queries.list_rules(session)
                if rule_id and each.id.startswith(rule_id)
            ]
        if not found:
            raise NotFound("not_found", what="rule", id=rule_id)
        if len(found) > 1:
            raise InputError("id_not_unique", id=rule_id)
        if isinstance(named, Rule) and named.version != found[0].version:
            raise ChangedMeanwhile("rule", named.id)
        return found[0]

    def _view(
        self, rule: Rule, counts: Mapping[PostStatus, int], handles: Mapping[str, str]
    ) -> RuleView:
        times = tuple(islice(upcoming(rule.spec.cadence, self._clock.now()), NEXT_TIMES))
        status = RuleStatus.PAUSED if rule.paused else RuleStatus.ACTIVE
        return RuleView(
            rule=rule,
            status=status if times else RuleStatus.ENDED,
            accounts=tuple(handles.get(name, name) for name in rule.spec.accounts),
            next=times,
            posts=counts,
        )

    def _handles(self) -> dict[str, str]:
        return {account.id: account.handle for account in self._accounts.list()}

    def _waiting(self, rule: Rule, statuses: frozenset[PostStatus]) -> Sequence[Post]:
        """Return the posts of a rule, and of those it took over from, in these statuses."""
        ids = (rule.id, *rule.spec.follows)
        with self._database.read() as session:
            return queries.posts_of_rules(session, ids, date.min, statuses)

    def _plan(
        self,
        rule: Rule,
        was: RuleSpec,
        *,
        leave: Sequence[str] = (),
        without: Sequence[str] = (),
        anew: bool = False,
    ) -> RulePlan:
        days = self._settings.recurring_ahead_days()
        return self._posts.plan(rule, was, days, leave=leave, without=without, anew=anew)

    def _again(self, work: Callable[[], T]) -> T:
        """Do work anew where another hand, or another machine, was quicker."""
        for _ in range(_TRIES - 1):
            try:
                return work()
            except ChangedMeanwhile as exc:
                logger.info("A rule is looked at again: %s", exc.what)
        return work()

    def _write_posts(
        self, rule: Rule, wanted: Rule, changes: Sequence[Pair], kind: str
    ) -> RuleChange:
        """Write a rule with changes of its posts that are no plan."""

        def first(session: Session) -> None:
            queries.change_rule(session, rule, wanted, self._clock.now())

        result = self._commit(self._planning.propose_posts([]), changes, kind, first)
        return change_of([(rule, wanted)], changes, result)

    def _write(
        self,
        pairs: Sequence[tuple[Rule | None, Rule]],
        plan: RulePlan,
        *,
        changes: Sequence[Pair] = (),
        kind: str = "rule_changed",
    ) -> RuleChange:
        """Write rules with what their posts become, all or none."""
        now = self._clock.now()

        def first(session: Session) -> None:
            for read, wanted in pairs:
                if read is None:
                    queries.add_rule(session, wanted, now)
                else:
                    queries.change_rule(session, read, wanted, now)
            check_none_made(session, plan.proposal)

        beside = [*changes, *plan.taken_back]
        result = self._commit(plan.proposal, beside, kind, first)
        told = [each for each in plan.proposal.findings if each.code not in _REPEATS]
        change = change_of(pairs, beside, result, plan.proposal)
        repeats = _repeats(change.rule.spec, plan)
        return replace(change, kept=plan.kept, findings=each_once((*plan.told, *told, *repeats)))

    def _commit(
        self,
        proposal: Proposal,
        changes: Sequence[Pair],
        kind: str,
        first: Callable[[Session], None],
    ) -> PlanResult:
        result = self._planning.commit(proposal, beside=changes, kind=kind, first=first)
        self._events.publish(RulesChanged())
        return result


def change_of(
    pairs: Sequence[tuple[Rule | None, Rule]],
    changes: Sequence[Pair],
    result: PlanResult,
    proposal: Proposal | None = None,
) -> RuleChange:
    """Return what was written, each as it is now."""
    before = [] if proposal is None else [row.wish.before for row in proposal.rows]
    planned = zip(before, result.posts, strict=True)
    others = zip((was for was, _now in changes), result.beside, strict=True)
    return RuleChange(
        rules=tuple(
            (read, wanted if read is None else replace(wanted, version=read.version + 1))
            for read, wanted in pairs
        ),
        posts=(*planned, *others),
    )


def check_none_made(session: Session, proposal: Proposal) -> None:
    """Raise ChangedMeanwhile if somebody else made one of the posts since they were looked for."""
    new = [row.post for row in proposal.rows if row.wish.before is None]
    for rule_id in {post.origin.rule_id for post in new if post.origin.rule_id}:
        wanted = {key_of(post) for post in new if post.origin.rule_id == rule_id}
        days = (key[0] for key in wanted if key is not None)
        if wanted & queries.keys_of_rule(session, rule_id, min(days) - OVER_AFTER):
            raise ChangedMeanwhile("rule", rule_id)


def made_as(rule: Rule, plan: RulePlan) -> Rule:
    """Return a rule whose posts are made as planned."""
    until = rule.made_until if rule.paused else plan.made_until
    return replace(rule, made_until=until, told=plan.told)


def _repeats(spec: RuleSpec, plan: RulePlan) -> tuple[Finding, ...]:
    """Return what is to be known of a rule that posts the same again and again."""
    new = [row.post for row in plan.proposal.rows if row.wish.before is None]
    days = {post.schedule.wall for post in new}
    if spec.is_pool or len(days) < 2:
        return ()
    return (Finding(code="rule_repeats_video", params={"file": spec.videos[0].file.name}),)
