"""Queries for posts as the planner and the window see them."""

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Select,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from tiktok_manager.domain.errors import ChangedMeanwhile
from tiktok_manager.domain.findings import Param
from tiktok_manager.domain.posts import (
    UNDER_WAY,
    Actor,
    Post,
    PostFilter,
    PostStatus,
    TrailEntry,
    changed_meanwhile,
)
from tiktok_manager.storage.accounts import IS_LOST
from tiktok_manager.storage.campaigns import MAY_GO_OUT
from tiktok_manager.storage.codes import decode_params, encode_params
from tiktok_manager.storage.columns import Base, UtcInstant
from tiktok_manager.storage.integrity import remember
from tiktok_manager.storage.post_rows import (
    entered_values,
    move,
    new_values,
    tagged,
    to_post,
)
from tiktok_manager.storage.schema import (
    ACCOUNT_GROUPS,
    STATUS,
    AccountRow,
    GroupRow,
    PostRow,
    StepRow,
)

_ID_END = "\U0010ffff"
_BY_TIME = (PostRow.due_at, PostRow.id)
_NO_OUTCOME = sorted({PostStatus.DRAFT, PostStatus.SCHEDULED, PostStatus.CANCELLED, *UNDER_WAY})
_AT_ONCE = 500  # values in one statement
_ROWS = Base.metadata.tables[PostRow.__tablename__]
_ADD_STEPS = insert(Base.metadata.tables[StepRow.__tablename__])
_CHANGE = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("post_id"),
        _ROWS.c.version == bindparam("read_version"),
        _ROWS.c.status == bindparam("read_status"),
    )
    .values(version=_ROWS.c.version + 1, epoch=_ROWS.c.epoch + 1)
)


def add_posts(session: Session, posts: Iterable[Post], now: datetime) -> None:
    """Insert planned posts, all or none."""
    rows = [new_values(post, now) for post in posts]
    if rows:
        session.execute(insert(PostRow), rows)


def get_post(session: Session, post_id: str) -> Post | None:
    """Return the post with this id."""
    return _first(session, _posts().where(PostRow.id == post_id))


def find_posts(session: Session, id_prefix: str, limit: int = 2) -> list[Post]:
    """Return up to `limit` posts whose id starts so."""
    # A range, not LIKE: that would read every id there is.
    query = _posts().where(PostRow.id >= id_prefix, PostRow.id < id_prefix + _ID_END)
    return _all(session, query.order_by(PostRow.id).limit(limit))


def list_posts(
    session: Session,
    wanted: PostFilter,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> list[Post]:
    """Return posts by due time; `after` is the (due_at, id) of the last one already seen."""
    query = _posts().where(*conditions(wanted)).order_by(*_BY_TIME).limit(limit)
    if after is not None:
        due_at, post_id = after
        seen = tuple_(literal(due_at, UtcInstant), literal(post_id))
        query = query.where(tuple_(*_BY_TIME) > seen)
    if not wanted.statuses and not wanted.or_unconnected:
        return _all(session, query)
    # An index holds the posts of one status by their time: a page is merged from one of each.
    parts = [[PostRow.status == status] for status in sorted(wanted.statuses)]
    if wanted.or_unconnected and PostStatus.SCHEDULED not in wanted.statuses:
        parts.append([PostRow.status == PostStatus.SCHEDULED, IS_LOST])
    pages = [_all(session, query.where(*part)) for part in parts]
    merged = heapq.merge(*pages, key=lambda post: (post.schedule.due_at, post.id))
    return list(islice(merged, limit))


def same_files(session: Session, videos: Mapping[str, Iterable[str]]) -> list[Post]:
    """Return the posts with these very videos, but cancelled and failed ones, by due time.

    `videos` names by its SHA-256 the accounts at which each is looked for.
    """
    found: list[Post] = []
    for hashes in batched(sorted(videos)):
        query = _posts().where(
            PostRow.file_sha256.in_(hashes),
            STATUS.not_in((PostStatus.CANCELLED, PostStatus.FAILED)),
        )
        whose = {sha256: frozenset(videos[sha256]) for sha256 in hashes}
        found += [
            to_post(row, handle)
            for row, handle in session.execute(query)
            if row.account_id in whose[row.file_sha256]
        ]
    return sorted(found, key=lambda post: post.schedule.due_at)


def get_posts(session: Session, ids: Iterable[str]) -> dict[str, Post]:
    """Return the posts with these ids, by id."""
    found: dict[str, Post] = {}
    for some in batched(ids):
        found |= {post.id: post for post in _all(session, _posts().where(PostRow.id.in_(some)))}
    return found


def batched(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield values in lists that fit into one statement."""
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def update_posts(
    session: Session,
    changes: Sequence[tuple[Post, Post]],
    now: datetime,
    *,
    first_tried_at: datetime | None = None,
) -> list[Post]:
    """Write posts back as the planner changed them, each from what it read, under new epochs.

    Returns them as they are then.

    All or none, in a few statements. Raises ChangedMeanwhile if a row has another version or status
    by now than the one that was read, and IllegalTransition; then the transaction is to be given
    up. A worker that still holds an old claim is fenced by the epoch. `first_tried_at` exempts the
    posts from the lateness rule: the user wants them out although their time has passed.
    """
    _check_as_read(session, changes)
    values = [
        {"post_id": read.id, "read_version": read.version, "read_status": read.status.value}
        for read, _post in changes
    ]
    # The compare-and-set of the team's server, where others write between two statements.
    if values and session.connection().execute(_CHANGE, values).rowcount != len(values):
        raise ChangedMeanwhile("post", changes[0][0].id)
    wanted = {post.id: post for _read, post in changes}
    rows: dict[str, PostRow] = {}
    for ids in batched(wanted):
        query = select(PostRow).where(PostRow.id.in_(ids))
        for row in session.scalars(query.execution_options(populate_existing=True)):
            _enter(row, wanted[row.id], now, first_tried_at)
            rows[row.id] = row
    session.flush()
    return [to_post(rows[post.id], post.handle) for _read, post in changes]


def _enter(row: PostRow, post: Post, now: datetime, first_tried_at: datetime | None) -> None:
    move(row, post.status)
    for name, value in entered_values(post, now).items():
        setattr(row, name, value)
    row.first_tried_at = first_tried_at
    row.released_at = None
    row.lease_owner = None
    row.lease_until = None
    if post.status is not PostStatus.PUBLISHED:
        row.publish_id = None
    row.published_at = post.published_at


def _check_as_read(session: Session, changes: Sequence[tuple[Post, Post]]) -> None:
    session.flush()
    stands: dict[str, tuple[int, str]] = {}
    for ids in batched(read.id for read, _post in changes):
        query = select(PostRow.id, PostRow.version, PostRow.status).where(PostRow.id.in_(ids))
        stands |= {row.id: (row.version, row.status) for row in session.execute(query)}
    for read, post in changes:
        if stands.get(read.id) != (read.version, read.status.value):
            raise changed_meanwhile(read, post, get_post(session, read.id))


def count(session: Session, statuses: Iterable[PostStatus]) -> dict[PostStatus, int]:
    """Return how many posts are in each of these statuses.

    Costs what there is to count: nobody asks all day how many were ever published.
    """
    query = (
        select(PostRow.status, func.count())
        .where(PostRow.status.in_(sorted(statuses)))
        .group_by(PostRow.status)
    )
    return {PostStatus(status): number for status, number in session.execute(query)}


def next_due(session: Session) -> Post | None:
    """Return the scheduled post that goes out next; those of held accounts and campaigns do not."""
    # A query of its own: joined, SQLite may go from the accounts to all they plan, and sort that.
    soonest = (
        select(PostRow.id)
        .where(STATUS == PostStatus.SCHEDULED, PostRow.wake_at.is_not(None), MAY_GO_OUT)
        .order_by(PostRow.wake_at, PostRow.id)
        .limit(1)
    )
    return _first(session, _posts().where(PostRow.id == soonest.scalar_subquery()))


def last_result(session: Session) -> Post | None:
    """Return the post whose outcome became known last."""
    newest = (
        select(PostRow.id)
        .where(STATUS.not_in(_NO_OUTCOME))
        .order_by(PostRow.updated_at.desc(), PostRow.id.desc())
        .limit(1)
    )
    return _first(session, _posts().where(PostRow.id == newest.scalar_subquery()))


def add_step(
    session: Session,
    post_id: str,
    *,
    at: datetime,
    epoch: int,
    kind: str,
    actor: Actor = Actor.PUBLISHER,
    params: Mapping[str, Param | None] = MappingProxyType({}),
) -> None:
    """Append a line to a post's flight record; `params` fill the sentence that `kind` names.

    Where the same kind has several sentences, the parameter `what` names the one.
    """
    step = StepRow(
        post_id=post_id,
        at=at,
        epoch=epoch,
        actor=actor.value,
        kind=kind,
        params=json.dumps(encode_params(params), ensure_ascii=False),
    )
    session.add(step)
    remember(session, step)


def add_steps(
    session: Session,
    posts: Sequence[Post],
    *,
    at: datetime,
    kind: str,
    actor: Actor,
    params: Sequence[Mapping[str, Param | None]],
) -> None:
    """Append a line to the flight record of each of these posts, in a few statements."""
    lines = [
        {
            "post_id": post.id,
            "at": at,
            "epoch": post.epoch,
            "actor": actor.value,
            "kind": kind,
            "params": json.dumps(encode_params(each), ensure_ascii=False),
        }
        for post, each in zip(posts, params, strict=True)
    ]
    if lines[:-1]:
        session.connection().execute(_ADD_STEPS, lines[:-1])
    for post, each in zip(posts[-1:], params[-1:], strict=True):  # its id is remembered
        add_step(session, post.id, at=at, epoch=post.epoch, kind=kind, actor=actor, params=each)


def trail(session: Session, post_id: str) -> list[TrailEntry]:
    """Return a post's flight record, oldest first."""
    rows = session.scalars(select(StepRow).where(StepRow.post_id == post_id).order_by(StepRow.id))
    return [
        TrailEntry(
            at=row.at,
            epoch=row.epoch,
            actor=Actor(row.actor),
            kind=row.kind,
            params=decode_params(json.loads(row.params)),
        )
        for row in rows
    ]


def _posts() -> Select[PostRow, str]:
    return select(PostRow, AccountRow.handle).join(AccountRow, AccountRow.id == PostRow.account_id)


def _first(session: Session, query: Select[PostRow, str]) -> Post | None:
    found = session.execute(query).first()
    return None if found is None else to_post(found[0], found[1])


def _all(session: Session, query: Select[PostRow, str]) -> list[Post]:
    return [to_post(row, handle) for row, handle in session.execute(query)]


def _members(groups: Iterable[str]) -> Select[str]:
    """Return the statement for the ids of the accounts in some groups."""
    return (
        select(ACCOUNT_GROUPS.c.account_id)
        .join(GroupRow, GroupRow.id == ACCOUNT_GROUPS.c.group_id)
        .where(GroupRow.name.in_(sorted(groups)))
    )


def conditions(wanted: PostFilter) -> Sequence[Any]:
    """Return what posts are narrowed by, but for their status."""
    found: list[Any] = []
    if wanted.account_id is not None:
        found.append(PostRow.account_id == wanted.account_id)
    if len(wanted.account_ids) == 1:
        found.append(PostRow.account_id.in_(wanted.account_ids))
    elif wanted.account_ids:
        # The empty text keeps some accounts from being looked for one by one, and then sorted.
        found.append(PostRow.account_id.concat("").in_(wanted.account_ids))
    if wanted.groups:
        found.append(PostRow.account_id.concat("").in_(_members(wanted.groups)))
    origin = (
        (PostRow.batch, wanted.batch),
        (PostRow.campaign_id, wanted.campaign_id),
        (PostRow.rule_id, wanted.rule_id),
        (PostRow.import_id, wanted.import_id),
    )
    found += [column == value for column, value in origin if value is not None]
    if wanted.tags:
        marked = (PostRow.tags.contains(tagged([tag]), autoescape=True) for tag in wanted.tags)
        found.append(or_(*marked))
    if wanted.due_from is not None:
        found.append(PostRow.due_at >= wanted.due_from)
    if wanted.due_to is not None:
        found.append(PostRow.due_at < wanted.due_to)
    return found
