"""Queries for recurring posts: their rules, and which of their dates have posts already."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    LatePolicy,
    Post,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.domain.recurring import Cadence, Key, PoolVideo, Rule, RuleSpec
from tiktok_manager.storage.codes import decode_params, encode_params
from tiktok_manager.storage.plan_schema import RuleRow
from tiktok_manager.storage.post_rows import to_post
from tiktok_manager.storage.schema import STATUS, AccountRow, PostRow


def list_rules(session: Session) -> list[Rule]:
    """Return every rule that was not removed, the eldest first."""
    found = map(_rule, session.scalars(select(RuleRow)))
    kept = [rule for rule in found if not rule.removed]
    return sorted(kept, key=lambda rule: (rule.created_at, rule.id))


def get_rule(session: Session, rule_id: str) -> Rule | None:
    """Return a rule by its id, also one that was removed."""
    row = session.get(RuleRow, rule_id)
    return None if row is None else _rule(row)


def add_rule(session: Session, rule: Rule, now: datetime) -> None:
    """Insert a rule."""
    session.add(
        RuleRow(id=rule.id, version=rule.version, created_at=rule.created_at, **_values(rule, now))
    )
    session.flush()


def change_rule(session: Session, read: Rule, wanted: Rule, now: datetime) -> None:
    """Write a rule back from what was read; raises ChangedMeanwhile if it is another by now."""
    values = {**_values(wanted, now), "version": RuleRow.version + 1}
    _compare_and_set(session, read, values)


def note_made(session: Session, read: Rule, made_until: datetime, told: Sequence[Finding]) -> None:
    """Write down up to when a rule's posts are made, which is no new version of it.

    Raises ChangedMeanwhile if the rule is another by now: then its posts are others, too.
    """
    _compare_and_set(session, read, {"made_until": made_until, "told": _encoded(told)})


def posts_of_rules(
    session: Session,
    rule_ids: Collection[str],
    since: date,
    statuses: Collection[PostStatus] = (),
) -> list[Post]:
    """Return the posts of rules for their dates since then, by date; in some statuses, or all."""
    found: list[Post] = []
    for rule_id in rule_ids:
        query = (
            select(PostRow, AccountRow.handle)
            .join(AccountRow, AccountRow.id == PostRow.account_id)
            .where(PostRow.rule_id == rule_id, PostRow.rule_on >= since.isoformat())
            .order_by(PostRow.rule_on)
        )
        if statuses:
            query = query.where(STATUS.in_(sorted(statuses)))
        found += [to_post(row, handle) for row, handle in session.execute(query)]
    return found


def keys_of_rule(session: Session, rule_id: str, since: date) -> set[Key]:
    """Return which occurrences of a rule have a post, whatever became of it."""
    query = select(PostRow.rule_on, PostRow.rule_turn, PostRow.account_id).where(
        PostRow.rule_id == rule_id, PostRow.rule_on >= since.isoformat()
    )
    return {
        (date.fromisoformat(day), turn, account_id)
        for day, turn, account_id in session.execute(query)
        if day is not None
    }


def count_posts(session: Session, rule_id: str) -> dict[PostStatus, int]:
    """Return how many posts of a rule there are in each status."""
    query = (
        select(PostRow.status, func.count())
        .where(PostRow.rule_id == rule_id)
        .group_by(PostRow.status)
    )
    return {PostStatus(status): count for status, count in session.execute(query)}


def _compare_and_set(session: Session, read: Rule, values: dict[str, Any]) -> None:
    change = (
        update(RuleRow)
        .where(RuleRow.id == read.id, RuleRow.version == read.version)
        .values(**values)
        .returning(RuleRow.id)
    )
    if session.execute(change).first() is None:
        raise ChangedMeanwhile("rule", read.id)


def _values(rule: Rule, now: datetime) -> dict[str, Any]:
    consent = rule.consent
    return {
        "spec": json.dumps(_spec_values(rule.spec), ensure_ascii=False),
        "paused": rule.paused,
        "removed": rule.removed,
        "told": _encoded(rule.told),
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.given_at,
        "made_until": rule.made_until,
        "updated_at": now,
    }


def _rule(row: RuleRow) -> Rule:
    consent = None
    if row.consent_text is not None and row.consent_at is not None:
        consent = Consent(text=row.consent_text, given_at=row.consent_at)
    told = json.loads(row.told)
    return Rule(
        id=row.id,
        spec=_spec(json.loads(row.spec)),
        consent=consent,
        paused=bool(row.paused),
        removed=bool(row.removed),
        made_until=row.made_until,
        told=tuple(Finding(code=code, params=decode_params(params)) for code, params in told),
        version=row.version,
        created_at=row.created_at,
    )


def _encoded(told: Sequence[Finding]) -> str:
    kept = [[each.code, encode_params(each.params)] for each in told]
    return json.dumps(kept, ensure_ascii=False)


def _spec_values(spec: RuleSpec) -> dict[str, Any]:
    cadence, choices = spec.cadence, spec.choices
    return {
        "rrule": cadence.rrule,
        "times": [f"{at:%H:%M}" for at in cadence.times],
        "timezone": cadence.timezone,
        "anchor": cadence.anchor.isoformat(),
        "since": cadence.since.isoformat(),
        "until": None if cadence.until is None else cadence.until.isoformat(),
        "count": cadence.count,
        "skipped": [day.isoformat() for day in cadence.skipped],
        "videos": [[str(each.file), list(each.captions)] for each in spec.videos],
        "accounts": list(spec.accounts),
        "is_pool": spec.is_pool,
        "cooldown_s": spec.cooldown.total_seconds(),
        "mode": spec.mode.value,
        "choices": {name: getattr(choices, name) for name in Choices.__slots__},
        "late_policy": spec.lateness.policy.value,
        "late_within_s": spec.lateness.within.total_seconds(),
        "tags": list(spec.tags),
        "follows": list(spec.follows),
    }


def _spec(kept: dict[str, Any]) -> RuleSpec:
    choices = dict(kept["choices"])
    privacy = choices.pop("privacy")
    return RuleSpec(
        cadence=Cadence(
            rrule=kept["rrule"],
            times=tuple(map(time.fromisoformat, kept["times"])),
            timezone=kept["timezone"],
            anchor=date.fromisoformat(kept["anchor"]),
            since=datetime.fromisoformat(kept["since"]),
            until=None if kept["until"] is None else datetime.fromisoformat(kept["until"]),
            count=kept["count"],
            skipped=tuple(map(date.fromisoformat, kept["skipped"])),
        ),
        videos=tuple(
            PoolVideo(file=Path(file), captions=tuple(captions))
            for file, captions in kept["videos"]
        ),
        accounts=tuple(kept["accounts"]),
        is_pool=kept["is_pool"],
        cooldown=timedelta(seconds=kept["cooldown_s"]),
        mode=PostMode(kept["mode"]),
        choices=Choices(privacy=None if privacy is None else Privacy(privacy), **choices),
        lateness=Lateness(
            policy=LatePolicy(kept["late_policy"]), within=timedelta(seconds=kept["late_within_s"])
        ),
        tags=tuple(kept["tags"]),
        follows=tuple(kept["follows"]),
    )
