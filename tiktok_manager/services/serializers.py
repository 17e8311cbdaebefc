"""Posts, accounts and videos as plain records: one shape for JSON, CSV and scripts.

Fields are only ever added. Ids are text, times ISO 8601 in UTC with `Z`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.clock import iso_stamp
from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.plans import PlanRow
from tiktok_manager.domain.posts import Post, TrailEntry
from tiktok_manager.system.files import writing

if TYPE_CHECKING:
    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.domain.metrics import VideoCounters
    from tiktok_manager.domain.slots import Blackout, Slot
    from tiktok_manager.domain.tonight import DryRun
    from tiktok_manager.services.campaign_plan import CampaignPost
    from tiktok_manager.services.recurring import RuleView

Record = dict[str, object]
Say = Callable[[Failure | Finding], tuple[str, str]]
"""Gives message and action of a code, in the words of scripts; those are made above this room."""

SayStep = Callable[[TrailEntry], str]
"""Says a line of a flight record."""


def stamp(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 with `Z`, to the second."""
    return None if at is None else iso_stamp(at)


def post_json(post: Post, say: Say) -> Record:
    """Return the public record of a post."""
    error = post.error
    return {
        "id": post.id,
        "account": post.handle,
        "status": post.status.value,
        "mode": post.mode.value,
        "publish_at": stamp(post.schedule.due_at),
        "timezone": post.schedule.timezone,
        "caption": post.caption,
        "file": str(post.media.path),
        "publish_id": post.publish_id,
        "post_id": post.tiktok_post_id,
        "url": post.url,
        "attempts": post.attempts,
        "next_try_at": stamp(post.next_try_at),
        "error": None if error is None else error_json(error, say),
        "privacy": post.choices.privacy.value if post.choices.privacy else None,
        "file_size": post.media.size_bytes,
        "sha256": post.media.sha256,
        "published_at": stamp(post.published_at),
        "version": post.version,
        "tags": list(post.tags),
        "batch": post.origin.batch,
        "campaign": post.origin.campaign_id,
        "rule": post.origin.rule_id,
        "rule_on": post.origin.rule_on and post.origin.rule_on.isoformat(),
        "import": post.origin.import_id,
    }


def error_json(error: Failure, say: Say) -> Record:
    """Return the public record of what went wrong."""
    message, action = say(error)
    return {
        "code": error.code,
        "message": message,
        "action": action,
        "raw_code": error.raw_code,
        "log_id": error.log_id,
        "kind": error.kind or "",
    }


def findings_json(findings: Iterable[Finding], say: Say) -> Record:
    """Return what is to be known about a plan: by code, and as plain sentences."""
    told = [(finding.code, *say(finding)) for finding in findings]
    return {
        "warnings": [message for _code, message, _action in told],
        "findings": [
            {"code": code, "message": message, "action": action} for code, message, action in told
        ],
    }


def proposed_json(row: PlanRow, say: Say) -> Record:
    """Return a post that would be planned, with no id yet, and its account's day."""
    return {
        **post_json(row.post, say),
        "id": None,
        "version": None,
        **findings_json(row.findings, say),
        "next_free_at": stamp(row.free.due_at),
        "quota": {"used": row.quota.used, "cap": row.quota.cap},
    }


def dry_run_json(run: DryRun, say: Say) -> Record:
    """Return the public record of what will become of a post."""
    post = run.post
    return {
        "post_id": post.id,
        "account": post.handle,
        "publish_at": stamp(post.schedule.due_at),
        "timezone": post.schedule.timezone,
        "goes_out_at": stamp(run.at),
        "status": post.status.value,
        "mode": post.mode.value,
        "verdict": run.verdict.value,
        "findings": findings_json(run.findings, say)["findings"],
    }


def campaign_json(campaign: Campaign, now: datetime) -> Record:
    """Return the public record of a campaign."""
    spec, pace = campaign.spec, campaign.spec.pace
    return {
        "id": campaign.id,
        "name": spec.name,
        "status": campaign.status(now).value,
        "counts": {status.value: number for status, number in campaign.counts.items()},
        "starts_at": stamp(spec.starts_at),
        "ends_at": stamp(spec.ends_at),
        "timezone": spec.timezone,
        "progress": {"posts": campaign.posts, "ended": campaign.ended},
        "videos": [str(video) for video in spec.videos],
        "accounts": list(spec.accounts),
        "strategy": spec.strategy.value,
        "seed": spec.seed,
        "caption": spec.caption,
        "account_captions": dict(spec.captions),
        "slots": pace.slots,
        "times": [f"{at:%H:%M}" for at in pace.times],
        "per_day": pace.per_day,
        "stagger_s": spec.stagger.total_seconds(),
        "jitter_s": pace.jitter.total_seconds(),
        "mode": spec.mode.value,
        "privacy": spec.choices.privacy.value if spec.choices.privacy else None,
        "consent": campaign.consent is not None,
        "version": campaign.version,
    }


def campaign_post_json(post: CampaignPost, version: str, say: Say) -> Record:
    """Return a post that a campaign would make, and the version of the preview it is from."""
    return {
        "account": post.handle,
        "file": str(post.file),
        "publish_at": stamp(post.schedule.due_at) if post.schedule else None,
        "timezone": post.schedule.timezone if post.schedule else None,
        "caption": post.caption,
        **findings_json(post.findings, say),
        "refused": post.is_refused,
        "version": version,
    }


def trail_json(trail: Iterable[TrailEntry], say: SayStep) -> list[Record]:
    """Return a flight record line by line, oldest first."""
    return [{"at": stamp(e.at), "kind": e.kind, "text": say(e), **_plain(e.params)} for e in trail]


def flight_record(post: Post, trail: Iterable[TrailEntry], say: Say, step: SayStep) -> Record:
    """Return a post with all that happened to it; it holds no secret."""
    return {**post_json(post, say), "trail": trail_json(trail, step)}


def _plain(params: Mapping[str, Param]) -> Record:
    """Return parameters as JSON takes them: instants as stamps, spans in seconds."""
    plain: Record = {}
    for name, value in params.items():
        match value:
            case datetime():
                plain[name] = stamp(value)
            case timedelta():
                plain[name] = value.total_seconds()
            case tuple():
                plain[name] = list(value)
            case _:
                plain[name] = value
    return plain


def write_flight_record(
    out: Path, post: Post, trail: Iterable[TrailEntry], say: Say, step: SayStep
) -> None:
    """Write a flight record as a JSON file; raises as `system.files.writing` does."""
    text = json.dumps(flight_record(post, trail, say, step), ensure_ascii=False, indent=2)
    with writing(out) as file:
        file.write(f"{text}\n".encode("utf-8", "replace"))


def account_json(account: Account) -> Record:
    """Return the public record of an account."""
    return {
        "id": account.id,
        "open_id": account.open_id,
        "handle": account.handle,
        "display_name": account.display_name,
        "status": account.status.value,
        "paused": account.paused,
        "restriction": account.restriction,
        "groups": list(account.groups),
        "tags": list(account.tags),
        "scopes": list(account.scopes),
        "followers": account.followers,
        "last_sync_at": stamp(account.last_sync_at),
        "following": account.following,
        "likes": account.likes,
        "videos": account.videos,
        "sign_in_expires_at": stamp(account.sign_in_expires_at),
    }


def slot_json(slot: Slot) -> Record:
    """Return the public record of a slot; of a group's or tag's, `account` carries its selector."""
    return {
        "id": slot.id,
        "account": slot.whose.name,
        "weekday": slot.weekday,
        "time": f"{slot.at:%H:%M}",
        "timezone": slot.timezone,
        "paused": slot.paused,
        "version": slot.version,
    }


def blackout_json(blackout: Blackout) -> Record:
    """Return the public record of days on which no slot is used."""
    return {
        "id": blackout.id,
        "account": blackout.whose.name,
        "from": blackout.first_day.isoformat(),
        "to": blackout.last_day.isoformat(),
        "note": blackout.note,
        "version": blackout.version,
    }


def rule_json(view: RuleView) -> Record:
    """Return the public record of a recurring post."""
    spec, cadence = view.rule.spec, view.rule.spec.cadence
    return {
        "id": view.rule.id,
        "file": str(spec.videos[0].file),
        "files": [str(video.file) for video in spec.videos],
        "captions": [list(video.captions) for video in spec.videos],
        "accounts": list(view.accounts),
        "rrule": cadence.rrule,
        "time": f"{cadence.times[0]:%H:%M}",
        "times": [f"{at:%H:%M}" for at in cadence.times],
        "timezone": cadence.timezone,
        "until": None if cadence.until is None else cadence.until.date().isoformat(),
        "count": cadence.count,
        "skipped": [day.isoformat() for day in cadence.skipped],
        "next": list(dict.fromkeys(each.day.isoformat() for each in view.next)),
        "next_at": [stamp(each.schedule.due_at) for each in view.next],
        "status": view.status.value,
        "made_until": stamp(view.rule.made_until),
        "posts": {status.value: count for status, count in sorted(view.posts.items())},
        "pool": spec.is_pool,
        "cooldown_s": int(spec.cooldown.total_seconds()) if spec.is_pool else None,
        "mode": spec.mode.value,
        "privacy": spec.choices.privacy.value if spec.choices.privacy else None,
        "consent": view.rule.consent is not None,
        "version": view.rule.version,
    }


def video_json(video: VideoCounters) -> Record:
    """Return the public record of a video's newest counters."""
    return {
        "id": video.tiktok_id,
        "posted_at": stamp(video.posted_at),
        "caption": video.caption,
        "duration_s": video.duration_s,
        "views": video.views,
        "likes": video.likes,
        "comments": video.comments,
        "shares": video.shares,
        "url": video.share_url,
        "seen_at": stamp(video.seen_at),
        "missing_fields": list(video.missing_fields),
    }
