"""Queries for campaigns, and the condition by which their pause holds their posts."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import and_, exists, func, not_, or_, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.campaigns import Campaign, CampaignSpec, Pace, Stage, Strategy
from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.posts import (
    Choices,
    Consent,
    Lateness,
    LatePolicy,
    PostMode,
    PostStatus,
    Privacy,
)
from tiktok_manager.storage.accounts import HAS_READY_ACCOUNT
from tiktok_manager.storage.plan_schema import CampaignRow
from tiktok_manager.storage.schema import PostRow

_HOLDS = (Stage.PAUSED, Stage.CANCELLED)
# What was on its way when its campaign was cancelled may come back to be sent anew: it is not.
IS_HELD = exists().where(CampaignRow.id == PostRow.campaign_id, CampaignRow.status.in_(_HOLDS))
"""The post's campaign is paused or cancelled: it does not go out."""

MAY_GO_OUT = and_(HAS_READY_ACCOUNT, not_(IS_HELD))
"""Neither the post's account nor its campaign holds it."""

Progress = tuple[Mapping[PostStatus, int], datetime | None]


def add_campaign(session: Session, campaign: Campaign, now: datetime) -> None:
    """Insert a campaign."""
    values = _values(campaign, now)
    session.add(CampaignRow(id=campaign.id, version=1, created_at=campaign.created_at, **values))


def list_campaigns(session: Session) -> list[Campaign]:
    """Return every campaign with how far it is, the one that starts last first."""
    query = select(CampaignRow).order_by(CampaignRow.starts_at.desc(), CampaignRow.id)
    rows = list(session.scalars(query))
    progress = _progress(session, [row.id for row in rows])
    return [_campaign(row, progress[row.id]) for row in rows]


def campaign_names(session: Session) -> dict[str, str]:
    """Return the name of each campaign by its id."""
    return dict(session.execute(select(CampaignRow.id, CampaignRow.name)).all())


def update_campaign(session: Session, read: Campaign, new: Campaign, now: datetime) -> None:
    """Write a campaign over what was `read`; raises ChangedMeanwhile if it is another by now."""
    change = (
        update(CampaignRow)
        .where(CampaignRow.id == read.id, CampaignRow.version == read.version)
        .values(version=CampaignRow.version + 1, **_values(new, now))
        .returning(CampaignRow.id)
        .execution_options(synchronize_session=False)
    )
    if session.execute(change).first() is None:
        raise ChangedMeanwhile("campaign", read.id)


def held_campaigns(session: Session) -> dict[str, tuple[Stage, str]]:
    """Return stage and name of the campaigns that hold posts, by id.

    Of those that were cancelled, the few with a post that waits all the same.
    """
    waits = exists().where(
        PostRow.campaign_id == CampaignRow.id, PostRow.status == PostStatus.SCHEDULED
    )
    query = select(CampaignRow.id, CampaignRow.status, CampaignRow.name).where(
        or_(
            CampaignRow.status == Stage.PAUSED,
            and_(CampaignRow.status == Stage.CANCELLED, waits),
        )
    )
    return {row.id: (Stage(row.status), row.name) for row in session.execute(query)}


def _progress(session: Session, ids: Collection[str]) -> dict[str, Progress]:
    """Return how many posts of each campaign are in which status, and when the first is due."""
    counts: dict[str, dict[PostStatus, int]] = {id_: dict.fromkeys(PostStatus, 0) for id_ in ids}
    due: dict[str, list[datetime]] = defaultdict(list)
    query = (
        select(PostRow.campaign_id, PostRow.status, func.count(), func.min(PostRow.due_at))
        .where(PostRow.campaign_id.in_(ids))
        .group_by(PostRow.campaign_id, PostRow.status)
    )
    for campaign_id, status, number, first in session.execute(query):
        if campaign_id is None:
            continue
        counts[campaign_id][PostStatus(status)] = number
        if status != PostStatus.CANCELLED:
            due[campaign_id].append(first)
    return {id_: (counts[id_], min(due[id_], default=None)) for id_ in ids}


def _campaign(row: CampaignRow, progress: Progress) -> Campaign:
    consent = None
    if row.consent_text is not None and row.consent_at is not None:
        consent = Consent(text=row.consent_text, given_at=row.consent_at)
    return Campaign(
        id=row.id,
        spec=_spec(row),
        stage=Stage(row.status),
        consent=consent,
        version=row.version,
        created_at=row.created_at,
        counts=progress[0],
        first_due=progress[1],
    )


def _values(campaign: Campaign, now: datetime) -> dict[str, Any]:
    spec, consent = campaign.spec, campaign.consent
    return {
        "name": spec.name,
        "status": campaign.stage.value,
        "spec": _dumped(spec),
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.given_at,
        "starts_at": spec.starts_at,
        "ends_at": spec.ends_at,
        "updated_at": now,
    }


def _dumped(spec: CampaignSpec) -> str:
    kept = asdict(spec)
    for name in ("name", "starts_at", "ends_at"):
        del kept[name]
    return json.dumps(kept, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str | float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _spec(row: CampaignRow) -> CampaignSpec:
    kept: dict[str, Any] = json.loads(row.spec)
    late = kept["lateness"]
    return CampaignSpec(
        name=row.name,
        videos=tuple(map(Path, kept["videos"])),
        accounts=tuple(kept["accounts"]),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=kept["timezone"],
        strategy=Strategy(kept["strategy"]),
        seed=kept["seed"],
        caption=kept["caption"],
        captions=kept["captions"],
        pace=_pace(kept["pace"]),
        mode=PostMode(kept["mode"]),
        choices=_choices(kept["choices"]),
        lateness=late
        and Lateness(policy=LatePolicy(late["policy"]), within=timedelta(seconds=late["within"])),
    )


def _pace(kept: dict[str, Any]) -> Pace:
    stagger = kept["stagger"]
    return Pace(
        slots=kept["slots"],
        times=tuple(map(time.fromisoformat, kept["times"])),
        per_day=kept["per_day"],
        stagger=None if stagger is None else timedelta(seconds=stagger),
        jitter=timedelta(seconds=kept["jitter"]),
    )


def _choices(kept: dict[str, Any]) -> Choices:
    privacy = kept.pop("privacy")
    return Choices(privacy=None if privacy is None else Privacy(privacy), **kept)
