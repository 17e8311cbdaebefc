"""How a post rests in its row, and the one way in which its status changes."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tiktok_manager.domain.errors import Failure
from tiktok_manager.domain.media import MediaFile
from tiktok_manager.domain.posts import (
    CLAIM,
    PLANNED_ALONE,
    Choices,
    Consent,
    Lateness,
    LatePolicy,
    Origin,
    Post,
    PostMode,
    PostStatus,
    Privacy,
    check_transition,
)
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.storage.codes import decode_failure, encode_failure
from tiktok_manager.storage.faults import UnreadableRow
from tiktok_manager.storage.schema import PostRow

WAITING = frozenset({PostStatus.SCHEDULED, PostStatus.PROCESSING, PostStatus.UNCONFIRMED})


def move(row: PostRow, new: PostStatus, *, by_restore: bool = False) -> None:
    """Change a post's status, under a new version; raises IllegalTransition.

    A claim, and giving it back, keep the version: see `Post`.
    Nothing else writes the status of a post that is there: so the table in `domain.posts` holds for
    publisher, planner and repairs alike.
    """
    old = PostStatus(row.status)
    check_transition(old, new, by_restore=by_restore)
    if new is not old:
        row.status = new.value
        row.version += {old, new} != CLAIM


def set_error(row: PostRow, error: Failure | None) -> None:
    """Write down why a post waits or stopped, or that nothing is wrong."""
    for name, value in error_values(error).items():
        setattr(row, name, value)


def error_values(error: Failure | None) -> dict[str, str | None]:
    """Return an error as rows keep it: whole, and by what queries ask for."""
    if error is None:
        return {"error": None, "error_code": None, "error_kind": None}
    return {
        "error": encode_failure(error),
        "error_code": error.code,
        "error_kind": error.kind or None,
    }


def to_post(row: PostRow, handle: str) -> Post:
    """Return the domain value of a row; raises UnreadableRow for a damaged one."""
    try:
        return _to_post(row, handle)
    except (ValueError, KeyError, TypeError) as exc:
        raise UnreadableRow from exc


def _to_post(row: PostRow, handle: str) -> Post:
    status = PostStatus(row.status)
    waits = status in WAITING and row.error is not None
    return Post(
        id=row.id,
        account_id=row.account_id,
        handle=handle,
        status=status,
        mode=PostMode(row.mode),
        schedule=Schedule(
            due_at=row.due_at,
            wall=datetime.fromisoformat(row.wall),
            timezone=row.timezone,
        ),
        media=MediaFile(
            path=_path(row.file),
            size_bytes=row.file_size,
            mtime_ns=row.file_mtime_ns,
            file_id=row.file_id,
            sha256=row.file_sha256,
        ),
        caption=row.caption,
        choices=_choices(row.choices),
        consent=_consent(row),
        lateness=_lateness(row.late_policy, row.late_within_s),
        tags=tuple(filter(None, row.tags.split("\n"))),
        origin=_origin(row),
        version=row.version,
        epoch=row.epoch,
        attempts=row.attempts,
        next_try_at=row.wake_at if waits else None,
        error=None if row.error is None else decode_failure(row.error),
        publish_id=row.publish_id,
        tiktok_post_id=row.tiktok_post_id,
        url=row.url,
        created_at=row.created_at,
        published_at=row.published_at,
    )


def new_values(post: Post, now: datetime) -> dict[str, Any]:
    """Return the columns of a post that is planned just now."""
    return {
        "id": post.id,
        "account_id": post.account_id,
        "status": post.status.value,
        "version": 1,
        "epoch": post.epoch,
        "created_at": post.created_at,
        "batch": post.origin.batch,
        "campaign_id": post.origin.campaign_id,
        "rule_id": post.origin.rule_id,
        "rule_on": post.origin.rule_on and post.origin.rule_on.isoformat(),
        "rule_turn": post.origin.rule_turn,
        "import_id": post.origin.import_id,
        **entered_values(post, now),
    }


def entered_values(post: Post, now: datetime) -> dict[str, Any]:
    """Return the columns that hold what a person entered, and what follows from it."""
    consent = post.consent
    scheduled = post.status is PostStatus.SCHEDULED
    return {
        "mode": post.mode.value,
        **schedule_values(post.schedule),
        "late_policy": post.lateness.policy.value,
        "late_within_s": int(post.lateness.within.total_seconds()),
        "caption": post.caption,
        "choices": _dumped(post.choices),
        "consent_text": None if consent is None else consent.text,
        "consent_at": None if consent is None else consent.given_at,
        "file": str(post.media.path),
        "file_size": post.media.size_bytes,
        "file_mtime_ns": post.media.mtime_ns,
        "file_id": post.media.file_id,
        "file_sha256": post.media.sha256,
        "tags": tagged(post.tags),
        "attempts": post.attempts,
        "worker_losses": 0,
        "wake_at": (post.next_try_at or post.schedule.due_at) if scheduled else None,
        **error_values(post.error),
        "updated_at": now,
    }


def schedule_values(schedule: Schedule) -> dict[str, Any]:
    """Return the columns that hold a post's time."""
    return {
        "due_at": schedule.due_at,
        "wall": schedule.wall.isoformat(timespec="seconds"),
        "timezone": schedule.timezone,
    }


def tagged(tags: Iterable[str]) -> str:
    """Return tags as a row keeps them: each between two line ends, so that one can be found."""
    return "".join(f"\n{tag}\n" for tag in tags)


def _origin(row: PostRow) -> Origin:
    if row.batch is row.campaign_id is row.rule_id is row.import_id is None:
        return PLANNED_ALONE
    return Origin(
        batch=row.batch,
        campaign_id=row.campaign_id,
        rule_id=row.rule_id,
        rule_on=None if row.rule_on is None else date.fromisoformat(row.rule_on),
        rule_turn=row.rule_turn,
        import_id=row.import_id,
    )


# Of thousands of posts most say the same: what cannot change is made once and shared.
@lru_cache(maxsize=1024)
def _dumped(choices: Choices) -> str:
    return json.dumps(asdict(choices))


@lru_cache(maxsize=1024)
def _choices(kept: str) -> Choices:
    values: dict[str, Any] = json.loads(kept)
    privacy = values.pop("privacy", None)
    return Choices(privacy=None if privacy is None else Privacy(privacy), **values)


@lru_cache(maxsize=1024)
def _lateness(policy: str, within_s: int) -> Lateness:
    return Lateness(policy=LatePolicy(policy), within=timedelta(seconds=within_s))


@lru_cache(maxsize=1024)
def _path(kept: str) -> Path:
    return Path(kept)


def _consent(row: PostRow) -> Consent | None:
    if row.consent_text is None or row.consent_at is None:
        return None
    return Consent(text=row.consent_text, given_at=row.consent_at)
