"""Posts as a calendar shows them: plain columns, for thousands are read while a page is turned."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, func, select, type_coerce
from sqlalchemy.orm import Session

from tiktok_manager.domain.holds import Standing
from tiktok_manager.domain.post_briefs import PostBrief
from tiktok_manager.domain.posts import PostFilter, PostMode, PostStatus, Waiting
from tiktok_manager.storage.accounts import IS_LOST
from tiktok_manager.storage.codes import decode_failure
from tiktok_manager.storage.columns import from_stored
from tiktok_manager.storage.post_rows import WAITING
from tiktok_manager.storage.posts import batched, conditions
from tiktok_manager.storage.schema import AccountRow, PostRow

_CAPTION = 300  # characters: more than any tile or tool tip shows
_STATUSES = {status.value: status for status in PostStatus}
_MODES = {mode.value: mode for mode in PostMode}
_COLUMNS = (
    PostRow.id,
    PostRow.account_id,
    PostRow.status,
    PostRow.mode,
    type_coerce(PostRow.due_at, BigInteger),
    PostRow.timezone,
    func.substr(PostRow.caption, 1, _CAPTION),
    PostRow.batch,
    PostRow.campaign_id,
    PostRow.version,
    PostRow.error,
    PostRow.wake_at,
)


def list_briefs(
    session: Session, wanted: PostFilter, standing: Standing, ids: Collection[str] | None = None
) -> list[PostBrief]:
    """Return the posts by due time and how they wait; of these `ids` alone where they are given."""
    handles: dict[str, str] = dict(session.execute(select(AccountRow.id, AccountRow.handle)).all())
    usual = {(each, mode): standing.usual(each, mode) for each in handles for mode in PostMode}
    held = standing.campaign_ids
    found = [
        _brief(row, handles, usual, held)
        for query in _queries(wanted, ids)
        for row in session.connection().execute(query)
    ]
    found = [
        replace(post, waiting=standing.of(post))
        if post.waiting is None and post.status is PostStatus.SCHEDULED
        else post
        for post in found
    ]
    return sorted(found, key=_order)


def _order(post: PostBrief) -> tuple[datetime, str]:
    return post.due_at, post.id


def _queries(wanted: PostFilter, ids: Collection[str] | None) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield one statement for each status asked for: an index holds those by their time."""
    query = select(*_COLUMNS).where(*conditions(wanted))
    narrowed = [query]
    if ids is not None:
        narrowed = [query.where(PostRow.id.in_(some)) for some in batched(ids)]
    for each in narrowed:
        if not wanted.statuses and not wanted.or_unconnected:
            yield each
            continue
        for status in sorted(wanted.statuses):
            yield each.where(PostRow.status == status)
        if wanted.or_unconnected and PostStatus.SCHEDULED not in wanted.statuses:
            lost = each.join(AccountRow, AccountRow.id == PostRow.account_id).where(IS_LOST)
            yield lost.where(PostRow.status == PostStatus.SCHEDULED)


def _brief(
    row: Sequence[Any],
    handles: Mapping[str, str],
    usual: Mapping[tuple[str, PostMode], Waiting | None],
    held: frozenset[str],
) -> PostBrief:
    """Return a row's post; `waiting` is None where it takes a closer look."""
    post_id, account_id, status, mode, due_at, timezone, caption, *rest = row
    batch, campaign_id, version, error, wake = rest
    known, kind = _STATUSES[status], _MODES[mode]
    is_plain = known is PostStatus.SCHEDULED and error is None and campaign_id not in held
    return PostBrief(
        id=post_id,
        account_id=account_id,
        handle=handles[account_id],
        status=known,
        mode=kind,
        due_at=from_stored(due_at),
        timezone=timezone,
        caption=caption,
        batch=batch,
        campaign_id=campaign_id,
        version=version,
        error=None if error is None else decode_failure(error),
        next_try_at=wake if error is not None and known in WAITING else None,
        waiting=usual[account_id, kind] if is_plain else None,
    )
