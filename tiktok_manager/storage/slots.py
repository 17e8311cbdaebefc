"""Queries for weekly slots and blackouts, each for an account, a group, a tag or everybody."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TypeVar

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from tiktok_manager.domain.accounts import AccountSelector
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.slots import Blackout, Slot, Whose
from tiktok_manager.storage.plan_schema import BlackoutRow, SlotRow
from tiktok_manager.storage.schema import AccountRow, GroupRow, TagRow

Row = TypeVar("Row", SlotRow, BlackoutRow)


def list_slots(session: Session) -> list[Slot]:
    """Return every slot: by whom it is for, then through the week."""
    found = [_slot(*row) for row in session.execute(_with_owner(SlotRow))]
    return sorted(found, key=lambda each: (each.whose.name, each.weekday, each.at, each.id))


def list_blackouts(session: Session) -> list[Blackout]:
    """Return every blackout, the earliest first."""
    found = [_blackout(*row) for row in session.execute(_with_owner(BlackoutRow))]
    return sorted(found, key=lambda each: (each.first_day, each.last_day, each.id))


def add_slots(session: Session, slots: Iterable[Slot], now: datetime) -> None:
    """Insert slots; raises NotFound for a group or tag that is gone."""
    session.add_all(
        SlotRow(
            id=slot.id,
            **_owner(session, slot.whose),
            weekday=slot.weekday,
            wall_time=f"{slot.at:%H:%M}",
            timezone=slot.timezone,
            paused=slot.paused,
            version=slot.version,
            created_at=now,
        )
        for slot in slots
    )


def add_blackouts(session: Session, blackouts: Iterable[Blackout], now: datetime) -> None:
    """Insert blackouts; raises NotFound for a group or tag that is gone."""
    session.add_all(
        BlackoutRow(
            id=blackout.id,
            **_owner(session, blackout.whose),
            first_day=blackout.first_day.isoformat(),
            last_day=blackout.last_day.isoformat(),
            note=blackout.note,
            version=blackout.version,
            created_at=now,
        )
        for blackout in blackouts
    )


def set_paused(session: Session, slots: Iterable[Slot], *, paused: bool) -> None:
    """Pause slots or resume them; raises ChangedMeanwhile for one not as it was read."""
    for slot in slots:
        change = (
            update(SlotRow)
            .where(SlotRow.id == slot.id, SlotRow.version == slot.version)
            .values(paused=paused, version=SlotRow.version + 1)
            .returning(SlotRow.id)
        )
        if session.execute(change).first() is None:
            raise ChangedMeanwhile("slot", slot.id)


def remove(session: Session, read: Iterable[Slot | Blackout]) -> None:
    """Delete slots or blackouts; raises ChangedMeanwhile for one not as it was read."""
    for each in read:
        table = SlotRow if isinstance(each, Slot) else BlackoutRow
        gone = delete(table).where(table.id == each.id, table.version == each.version)
        if session.execute(gone.returning(table.id)).first() is None:
            raise ChangedMeanwhile("slot" if table is SlotRow else "blackout", each.id)


def group_or_tag(session: Session, selector: AccountSelector) -> str | None:
    """Return the name of a group or tag as it is written, None if there is none."""
    found = _group_or_tag(session, selector)
    return None if found is None else found.name


def _with_owner(table: type[Row]) -> Select[Row, str | None, str | None, str | None]:
    return (
        select(table, AccountRow.handle, GroupRow.name, TagRow.name)
        .outerjoin(AccountRow, AccountRow.id == table.account_id)
        .outerjoin(GroupRow, GroupRow.id == table.group_id)
        .outerjoin(TagRow, TagRow.id == table.tag_id)
    )


def _owner(session: Session, whose: Whose) -> dict[str, str | int | None]:
    """Return the columns that say whom a row is for."""
    selector = AccountSelector.read(whose.name)
    if whose.account_id is not None or selector is None:
        return {"account_id": whose.account_id}
    if selector.kind == "all":
        return {}
    found = _group_or_tag(session, selector)
    if found is None:
        raise NotFound("not_found", what=selector.kind, name=selector.name)
    return {f"{selector.kind}_id": found.id}


def _group_or_tag(session: Session, selector: AccountSelector) -> GroupRow | TagRow | None:
    """Return it by its name in any case, that of other alphabets, too: there are few."""
    if selector.kind not in {"group", "tag"}:
        raise InputError("no_slots_by_status", name=selector.name)
    rows: list[GroupRow | TagRow] = (
        [*session.scalars(select(GroupRow))]
        if selector.kind == "group"
        else [*session.scalars(select(TagRow))]
    )
    wanted = selector.name.casefold()
    return next((row for row in rows if row.name.casefold() == wanted), None)


def _whose(account_id: str | None, handle: str | None, group: str | None, tag: str | None) -> Whose:
    if account_id is not None:
        return Whose(name=handle or account_id, account_id=account_id)
    if group is not None:
        return Whose(name=f"group:{group}")
    return Whose(name="all" if tag is None else f"tag:{tag}")


def _slot(row: SlotRow, handle: str | None, group: str | None, tag: str | None) -> Slot:
    return Slot(
        id=row.id,
        whose=_whose(row.account_id, handle, group, tag),
        weekday=row.weekday,
        at=time.fromisoformat(row.wall_time),
        timezone=row.timezone,
        paused=bool(row.paused),
        version=row.version,
    )


def _blackout(row: BlackoutRow, handle: str | None, group: str | None, tag: str | None) -> Blackout:
    return Blackout(
        id=row.id,
        whose=_whose(row.account_id, handle, group, tag),
        first_day=date.fromisoformat(row.first_day),
        last_day=date.fromisoformat(row.last_day),
        note=row.note,
        version=row.version,
    )
