"""Queries that go through all posts, by their last change or their time, in search of a text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Tuple, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from tiktok_manager.domain.post_briefs import ChangedPost
from tiktok_manager.domain.posts import Post, PostFilter
from tiktok_manager.storage.columns import UtcInstant
from tiktok_manager.storage.post_rows import to_post
from tiktok_manager.storage.schema import STATUS, AccountRow, PostRow

# Made of a column, but not one: else SQLite might go along another index, and sort what it finds.
_ACCOUNT = PostRow.account_id.concat(literal_column("''"))
Key = tuple[datetime, str]
"""An instant and a post's id: of its last change, or its due time."""


def changed_posts(
    session: Session,
    wanted: PostFilter,
    *,
    text: str = "",
    before: Key | None = None,
    until: Key | None = None,
    limit: int | None = None,
) -> list[ChangedPost]:
    """Return posts by their last change, newest first, between two keys of `ChangedPost`.

    They are narrowed by status and account, not by time. `text` stands in the caption or in the
    account's handle.
    """
    query = _posts().add_columns(PostRow.updated_at)
    if wanted.account_id is not None:
        query = query.where(_ACCOUNT.in_([wanted.account_id]))
    if wanted.statuses:
        query = query.where(STATUS.in_(sorted(wanted.statuses)))
    query = _along(query, PostRow.updated_at, before, until, text=text).limit(limit)
    return [
        ChangedPost(post=to_post(row, handle), changed_at=changed_at)
        for row, handle, changed_at in session.execute(query)
    ]


def due_posts(
    session: Session,
    text: str,
    *,
    after: Key,
    until: Key | None,
    is_past: bool,
    limit: int,
) -> list[Post]:
    """Return posts with a text by their due time from a key on, or, `is_past`, back from it."""
    query = _along(_posts(), PostRow.due_at, after, until, text=text, is_back=is_past)
    return [to_post(row, handle) for row, handle in session.execute(query.limit(limit))]


def change_after(session: Session, before: Key | None, skipped: int) -> Key | None:
    """Return the key `skipped` changes further back than `before`; None if there are not so many.

    Between two of them a text is looked for without keeping anybody waiting for the whole history.
    """
    return _key_after(session, PostRow.updated_at, before, skipped)


def due_after(session: Session, after: Key, skipped: int, *, is_past: bool) -> Key | None:
    """Return the key `skipped` due times further on than `after`, or further back."""
    return _key_after(session, PostRow.due_at, after, skipped, is_back=is_past)


def _posts() -> Select[*tuple[Any, ...]]:
    return select(PostRow, AccountRow.handle).join(AccountRow, AccountRow.id == _ACCOUNT)


def _along(
    query: Select[*tuple[Any, ...]],
    instant: InstrumentedAttribute[datetime],
    after: Key | None,
    until: Key | None,
    *,
    text: str = "",
    is_back: bool = True,
) -> Select[*tuple[Any, ...]]:
    """Go along the index of an instant from one key, which was seen already, to another."""
    key = tuple_(instant, PostRow.id)
    if after is not None:
        query = query.where(key < _bound(after) if is_back else key > _bound(after))
    if until is not None:
        query = query.where(key >= _bound(until) if is_back else key <= _bound(until))
    if text:
        query = query.where(or_(*_said(text)))
    return query.order_by(*(each.desc() if is_back else each for each in (instant, PostRow.id)))


def _key_after(
    session: Session,
    instant: InstrumentedAttribute[datetime],
    after: Key | None,
    skipped: int,
    *,
    is_back: bool = True,
) -> Key | None:
    query = _along(select(instant, PostRow.id), instant, after, None, is_back=is_back)
    found = session.execute(query.offset(skipped).limit(1)).first()
    return None if found is None else (found[0], found[1])


def _bound(key: Key) -> Tuple:
    return tuple_(literal(key[0], UtcInstant), literal(key[1]))


def _said(text: str) -> Sequence[Any]:
    # LIKE folds the case of ASCII letters alone; the ways people write a word cover the rest.
    spelt = sorted({text, text.lower(), text.upper(), text.capitalize()})
    named = select(AccountRow.id).where(AccountRow.handle.contains(text, autoescape=True))
    said = (PostRow.caption.contains(each, autoescape=True) for each in spelt)
    return (*said, _ACCOUNT.in_(named))
