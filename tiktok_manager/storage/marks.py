"""Queries for the groups and tags of accounts; one that nobody uses any more is gone."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Table, delete, exists, insert, select
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import Account
from tiktok_manager.storage.accounts import get_accounts, row_as_read
from tiktok_manager.storage.plan_schema import BlackoutRow, SlotRow
from tiktok_manager.storage.schema import ACCOUNT_GROUPS, ACCOUNT_TAGS, GroupRow, TagRow

Row = TypeVar("Row", GroupRow, TagRow)


def set_groups(session: Session, changes: Sequence[tuple[Account, Iterable[str]]]) -> list[Account]:
    """Put accounts into these groups and no others; ChangedMeanwhile if one is not as read."""
    return _set(session, GroupRow, ACCOUNT_GROUPS, "group_id", changes)


def set_tags(session: Session, changes: Sequence[tuple[Account, Iterable[str]]]) -> list[Account]:
    """Mark accounts with these tags and no others; ChangedMeanwhile if one is not as read."""
    return _set(session, TagRow, ACCOUNT_TAGS, "tag_id", changes)


def _set(
    session: Session,
    table: type[Row],
    links: Table,
    column: str,
    changes: Sequence[tuple[Account, Iterable[str]]],
) -> list[Account]:
    known = {row.name.casefold(): row.id for row in session.scalars(select(table))}
    rows = []
    for account, names in changes:
        row_as_read(session, account)
        for name in names:
            if name.casefold() not in known:
                known[name.casefold()] = _new(session, table, name)
            rows.append({"account_id": account.id, column: known[name.casefold()]})
    ids = [account.id for account, _names in changes]
    session.execute(delete(links).where(links.c.account_id.in_(ids)))
    if rows:
        session.execute(insert(links), rows)
    _drop_unused(session, table, links, column)
    session.expire_all()
    found = get_accounts(session, ids)
    return [found[each] for each in ids]


def _new(session: Session, table: type[Row], name: str) -> int:
    row = table(name=name)
    session.add(row)
    session.flush()
    return row.id


def _drop_unused(session: Session, table: type[Row], links: Table, column: str) -> None:
    """Forget what no account is in and no slots or blackout days are for."""
    users = (
        exists().where(links.c[column] == table.id),
        exists().where(getattr(SlotRow, column) == table.id),
        exists().where(getattr(BlackoutRow, column) == table.id),
    )
    gone = delete(table).where(*(~each for each in users))
    session.execute(gone.execution_options(synchronize_session=False))
