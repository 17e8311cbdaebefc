"""Recurring posts: rules, the posts made ahead of time from them, and changes of either.

A rule and its posts change in one transaction, under the version of the rule. A date of a rule has
one post for an account whatever happens: the database refuses a second. What was cancelled or
changed by hand is never made again; what a change of the rule took back may come back with it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import AccountSelector
from tiktok_manager.domain.errors import AppError, Failure, InputError
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.domain.recurring import (
    RULE_PAUSED,
    Cadence,
    Occurrence,
    Rule,
    RuleSpec,
    is_paused_with_rule,
    set_aside,
)
from tiktok_manager.domain.schedule import zone
from tiktok_manager.services import plan_rules
from tiktok_manager.services.rrules import day_end, occurrences, upcoming
from tiktok_manager.services.rule_book import (
    NEXT_TIMES,
    Named,
    RuleBook,
    RuleChange,
    RuleView,
    change_of,
    check_none_made,
    made_as,
)
from tiktok_manager.services.rule_specs import (
    RuleEdit,
    RuleRequest,
    consent_of,
    edited_spec,
    spec_of,
)
from tiktok_manager.storage import rules as queries

if TYPE_CHECKING:
    from tiktok_manager.storage.database import Session

__all__ = ["Recurring", "RuleChange", "RuleEdit", "RuleRequest", "RuleView"]

logger = logging.getLogger(__name__)

_TOLD_FOR = timedelta(days=7)
_OPEN = frozenset({PostStatus.SCHEDULED, PostStatus.DRAFT})


class Recurring(RuleBook):
    """The recurring posts of one data folder. Safe from any thread; every call may block."""

    def next_times(self, request: RuleRequest, count: int = NEXT_TIMES) -> Sequence[Occurrence]:
        """Return the first times a rule would have; raises InputError as `add` does."""
        rule = self._draft(request)
        return tuple(islice(upcoming(rule.spec.cadence, self._clock.now()), count))

    def add(self, request: RuleRequest) -> RuleChange:
        """Add a rule and make its posts ahead of time; raises InputError, NotFound."""
        rule = self._draft(request)
        self._check_videos(rule.spec)

        def work() -> RuleChange:
            plan = self._plan(rule, rule.spec)
            return self._write([(None, made_as(rule, plan))], plan)

        return self._again(work)

    def edit(self, named: Named, edit: RuleEdit, *, start: date | None = None) -> RuleChange:
        """Change a rule and the posts made from it that nobody changed by hand.

        From a day `start` on, the old rule ends the day before and a new one takes over. Raises
        InputError, NotFound, ChangedMeanwhile.
        """
        return self._again(lambda: self._edit(self._read(named), edit, start))

    def skip(self, named: Named, day: date) -> RuleChange:
        """Leave a date out, for good; raises InputError if the rule has none then."""
        return self._again(lambda: self._skip(self._read(named), day))

    def pause(self, named: Named) -> RuleChange:
        """Make no posts, and let those made ahead wait as drafts until the rule is resumed."""
        return self._again(lambda: self._pause(self._read(named)))

    def resume(self, named: Named) -> RuleChange:
        """Plan the posts of a paused rule again; those whose time has passed are left out."""
        return self._again(lambda: self._resume(self._read(named)))

    def remove(self, named: Named, *, keep_posts: bool = False) -> RuleChange:
        """Remove a rule, and cancel what is planned of it unless that is to be kept."""

        def work() -> RuleChange:
            rule = self._read(named)
            posts = [] if keep_posts else self._waiting(rule, _OPEN)
            changes = [(post, _cancelled(post)) for post in posts]
            return self._write_posts(rule, replace(rule, removed=True), changes, "cancelled")

        return self._again(work)

    def undo(self, change: RuleChange) -> RuleChange:
        """Make rules and posts again what they were before a change; returns what takes that back.

        Raises ChangedMeanwhile, InputError if anybody changed them since.
        """
        changes = [(now, set_aside(now) if was is None else was) for was, now in change.posts]
        pairs: list[tuple[Rule, Rule]] = []
        for was, now in change.rules:
            pairs.append((now, replace(was or replace(now, removed=True), version=now.version)))
            if was is None:
                known = {post.id for _was, post in change.posts}
                changes += [
                    (post, set_aside(post))
                    for post in self._waiting(now, _OPEN)
                    if post.id not in known and post.origin.rule_id == now.id
                ]

        def first(session: Session) -> None:
            for now, wanted in pairs:
                queries.change_rule(session, now, wanted, self._clock.now())

        result = self._commit(self._planning.propose_posts([]), changes, "put_back", first)
        done = change_of([(now, wanted) for now, wanted in pairs], changes, result)
        for now, wanted in pairs:
            if not wanted.removed:
                self._align(wanted.id, now.spec)
        return done

    def make_ahead(self) -> None:
        """Make the posts that are missing of every rule; one that fails keeps no other from it."""
        with self._database.read() as session:
            found = queries.list_rules(session)
        for rule in found:
            try:
                self._align(rule.id)
            except AppError:
                logger.exception("The posts of rule %s are made at the next turn", rule.id)

    # -- each change ----------------------------------------------------------------------

    def _edit(self, rule: Rule, edit: RuleEdit, start: date | None) -> RuleChange:
        now = self._clock.now()
        if edit.accounts is not None:
            edit = replace(edit, accounts=self._named_accounts(edit.accounts))
        if start is not None:
            local = now.astimezone(zone(rule.spec.cadence.timezone)).date()
            if start < local:
                raise InputError("rule_day_past", day=start.isoformat())
            if _occurs_before(rule.spec.cadence, start):
                return self._take_over(rule, edit, start)
        spec = edited_spec(rule.spec, edit, now, None)
        consent = consent_of(spec, rule, now, agreed=edit.consent)
        wanted = replace(rule, spec=spec, consent=consent)
        plan = self._plan(wanted, rule.spec, anew=edit.videos is not None)
        return self._write([(rule, made_as(wanted, plan))], plan)

    def _take_over(self, rule: Rule, edit: RuleEdit, start: date) -> RuleChange:
        now = self._clock.now()
        spec = edited_spec(rule.spec, edit, now, start)
        spec = replace(spec, follows=(rule.id, *rule.spec.follows))
        new = Rule(
            id=uuid.uuid4().hex,
            spec=spec,
            consent=consent_of(spec, rule, now, agreed=edit.consent),
            paused=rule.paused,
            created_at=now,
        )
        last = day_end(start - timedelta(days=1))
        cadence = replace(rule.spec.cadence, until=min(last, rule.spec.cadence.until or last))
        old = replace(rule, spec=replace(rule.spec, cadence=cadence))
        ending = self._plan(old, rule.spec)
        gone = [before.id for before, _after in ending.taken_back]
        plan = self._plan(new, spec, without=gone)
        both = replace(
            plan,
            taken_back=(*ending.taken_back, *plan.taken_back),
            kept=tuple(p for p in ending.kept if p.origin.rule_on and p.origin.rule_on >= start),
        )
        return self._write([(rule, old), (None, made_as(new, plan))], both)

    def _skip(self, rule: Rule, day: date) -> RuleChange:
        cadence = rule.spec.cadence
        there = upcoming(cadence, self._clock.now(), day)
        if day in cadence.skipped or not any(each.day == day for each in there):
            raise InputError("rule_not_then", day=day.isoformat())
        skipped = tuple(sorted({*cadence.skipped, day}))
        spec = replace(rule.spec, cadence=replace(cadence, skipped=skipped))
        posts = [post for post in self._waiting(rule, _OPEN) if post.origin.rule_on == day]
        changes = [(post, _cancelled(post)) for post in posts]
        return self._write_posts(rule, replace(rule, spec=spec), changes, "cancelled")

    def _pause(self, rule: Rule) -> RuleChange:
        posts = self._waiting(rule, frozenset({PostStatus.SCHEDULED}))
        changes = [(post, _resting(post)) for post in posts]
        return self._write_posts(rule, replace(rule, paused=True), changes, RULE_PAUSED)

    def _resume(self, rule: Rule) -> RuleChange:
        now = self._clock.now()
        drafts = self._waiting(rule, frozenset({PostStatus.DRAFT}))
        resting = [post for post in drafts if is_paused_with_rule(post)]
        changes = [(post, _awake(post, now)) for post in resting]
        plan = self._plan(
            replace(rule, paused=False), rule.spec, leave=[post.id for post in resting]
        )
        passed = sum(after.status is PostStatus.CANCELLED for _before, after in changes)
        change = self._write(
            [(rule, made_as(replace(rule, paused=False), plan))],
            plan,
            changes=changes,
            kind="rule_resumed",
        )
        if not passed:
            return change
        told = Finding(code="rule_dates_left_out", params={"count": passed})
        return replace(change, findings=(told, *change.findings))

    def _align(self, rule_id: str, was: RuleSpec | None = None) -> None:
        """Bring a rule's posts to what it asks for; writes nothing if they are."""

        def work() -> None:
            with self._database.read() as session:
                rule = queries.get_rule(session, rule_id)
            if rule is None or rule.removed or (rule.paused and was is None):
                return
            plan = self._plan(rule, was or rule.spec)
            told = (*plan.told, *self._passed(rule))
            is_made = rule.made_until is not None and rule.made_until >= plan.made_until
            if not plan.proposal.rows and not plan.taken_back and is_made and told == rule.told:
                return

            def first(session: Session) -> None:
                made_until = max(plan.made_until, rule.made_until or plan.made_until)
                queries.note_made(session, rule, made_until, told)
                check_none_made(session, plan.proposal)

            self._commit(plan.proposal, plan.taken_back, "rule_changed", first)

        self._again(work)

    # -- reading --------------------------------------------------------------------------

    def _draft(self, request: RuleRequest) -> Rule:
        """Return the rule of a request, which is not written yet; raises InputError, NotFound."""
        now = self._clock.now()
        spec = spec_of(request, self._settings.timezone(), self._settings.lateness(), now)
        spec = replace(spec, accounts=self._named_accounts(request.accounts))
        consent = consent_of(spec, None, now, agreed=request.consent)
        return Rule(id=uuid.uuid4().hex, spec=spec, consent=consent, created_at=now)

    def _check_videos(self, spec: RuleSpec) -> None:
        """Raise InputError if no video of a rule can be planned."""
        found = list(self._planning.look_into([each.file for each in spec.videos]).values())
        errors = [each for each in found if isinstance(each, InputError)]
        if len(errors) == len(found):
            raise errors[0]

    def _named_accounts(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return ids and selectors, each once; raises InputError, NotFound for who is not there.

        Who is only selected may have to be connected yet: posts are made for them afterwards.
        """
        if not self._accounts.select(names):
            raise InputError("no_account_chosen")
        found: dict[str, None] = {}
        for name in names:
            if AccountSelector.read(name) is None:
                account = self._accounts.get(name)
                plan_rules.check_accounts([account])
                found[account.id] = None
            else:
                found[name.strip()] = None
        return tuple(found)

    def _passed(self, rule: Rule) -> Iterable[Finding]:
        """Yield what is to be told of dates that passed while no posts were made."""
        now, until = self._clock.now(), rule.made_until
        if until is not None and until < now:
            late = takewhile(
                lambda each: each.schedule.due_at <= now, upcoming(rule.spec.cadence, until)
            )
            if missed := sum(1 for _each in late):
                params: dict[str, Param] = {"count": missed, "since": until, "at": now}
                yield Finding(code="rule_dates_passed", params=params)
        for told in rule.told:
            at = told.params.get("at")
            is_new = isinstance(at, datetime) and now - at < _TOLD_FOR
            if told.code == "rule_dates_passed" and is_new:
                yield told


def _occurs_before(cadence: Cadence, start: date) -> bool:
    first = next(occurrences(cadence), None)
    return first is not None and first.day < start


def _cancelled(post: Post) -> Post:
    return replace(post, status=PostStatus.CANCELLED, error=None, next_try_at=None)


def _resting(post: Post) -> Post:
    error = Failure(code=RULE_PAUSED)
    return replace(post, status=PostStatus.DRAFT, error=error, next_try_at=None)


def _awake(post: Post, now: datetime) -> Post:
    """Return a post of a rule that is resumed: planned again, or cancelled if its time passed."""
    if post.schedule.due_at <= now:
        return replace(post, status=PostStatus.CANCELLED)
    return plan_rules.restored(post)
