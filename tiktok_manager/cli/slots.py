"""`slots`: weekly times of accounts, days without posts, and what is free next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import local_time, note, print_json, print_line, print_table, said
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.slots import Blackout, Slot, read_clock, read_days
from tiktok_manager.services.serializers import blackout_json, slot_json, stamp
from tiktok_manager.services.slots import FreeSlot

app = typer.Typer(no_args_is_help=True)
blackout = typer.Typer(no_args_is_help=True, help="Days on which no slot is used.")
app.add_typer(blackout, name="blackout")

_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Whose = Annotated[
    list[str],
    typer.Option("--account", metavar="HANDLE", help="Or group:NAME, tag:NAME, all; repeatable."),
]
SlotIds = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Ids, or unique beginnings of them.")
]


@app.command()
def add(
    context: typer.Context,
    account: Whose,
    days: Annotated[
        str, typer.Option(metavar="DAYS", help="As mon,wed, mon-fri, daily, weekdays, weekends.")
    ],
    time: Annotated[list[str], typer.Option(metavar="HH:MM", help="Local time; repeatable.")],
    tz: Annotated[
        str | None, typer.Option("--tz", metavar="ZONE", help="IANA zone of the time.")
    ] = None,
    json: Json = False,
) -> None:
    """Add weekly times; those of a group or tag go for whoever is in it."""
    weekdays, times = read_days(days), [read_clock(text) for text in time]
    with command_line(context).workspace() as workspace:
        result = workspace.slots.add(account, weekdays, times, tz)
    if result.known:
        note(said("slots_known", count=len(result.known)))
    if json:
        print_json([slot_json(slot) for slot in (*result.added, *result.known)])
        return
    for slot in result.added:
        print_line(said("slot_added", slot=slot.id[:8], when=_when(slot), whose=slot.whose.name))


@app.command("list")
def list_slots(context: typer.Context, json: Json = False) -> None:
    """List every slot."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.list()
    _show(found, as_json=json)


@app.command()
def pause(context: typer.Context, slot_id: SlotIds, json: Json = False) -> None:
    """Use slots no more until they are resumed; posts planned in them stay."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.set_paused(slot_id, paused=True)
    _show(found, as_json=json)


@app.command()
def resume(context: typer.Context, slot_id: SlotIds, json: Json = False) -> None:
    """Use paused slots again."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.set_paused(slot_id, paused=False)
    _show(found, as_json=json)


@app.command()
def remove(context: typer.Context, slot_id: SlotIds, json: Json = False) -> None:
    """Remove slots; posts planned in them stay."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.remove(slot_id)
    if json:
        print_json([slot_json(slot) for slot in found])
    else:
        print_line(said("slots_removed", count=len(found)))


@app.command("next")
def next_slots(
    context: typer.Context,
    account: Whose,
    count: Annotated[int, typer.Option(min=1, max=1000, help="So many of each account.")] = 1,
    json: Json = False,
) -> None:
    """Show the next free slots: taken ones are left out."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.next_free(account, count)
    if json:
        print_json([_free_json(each) for each in found])
    elif not found:
        print_line(said("no_slot_free"))
    else:
        times = ((f"@{each.handle}", _local(each)) for each in found)
        print_table(("ACCOUNT", "GOES OUT"), times)


@blackout.command("add")
def add_blackout(
    context: typer.Context,
    account: Whose,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last day.")],
    why: Annotated[str, typer.Option("--note", metavar="TEXT")] = "",
    json: Json = False,
) -> None:
    """Use no slot on these days; a date that is named still wins."""
    days = _day(first), _day(last)
    with command_line(context).workspace() as workspace:
        found = workspace.slots.add_blackout(account, *days, why)
    _show_blackouts(found, as_json=json)


@blackout.command("list")
def list_blackouts(context: typer.Context, json: Json = False) -> None:
    """List the days on which no slot is used."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.blackouts()
    _show_blackouts(found, as_json=json)


@blackout.command("remove")
def remove_blackout(context: typer.Context, blackout_id: SlotIds, json: Json = False) -> None:
    """Use slots on these days again."""
    with command_line(context).workspace() as workspace:
        found = workspace.slots.remove_blackouts(blackout_id)
    _show_blackouts(found, as_json=json)


def _show(slots: Sequence[Slot], *, as_json: bool) -> None:
    if as_json:
        print_json([slot_json(slot) for slot in slots])
    elif not slots:
        print_line(said("no_slots_yet"))
    else:
        rows = ((s.id[:8], s.whose.name, _when(s), "paused" if s.paused else "") for s in slots)
        print_table(("ID", "ACCOUNT", "WHEN", ""), rows)


def _show_blackouts(found: Iterable[Blackout], *, as_json: bool) -> None:
    if as_json:
        print_json([blackout_json(each) for each in found])
        return
    rows = ((b.id[:8], b.whose.name, b.first_day, b.last_day, b.note) for b in found)
    print_table(("ID", "ACCOUNT", "FROM", "TO", "NOTE"), rows)


def _when(slot: Slot) -> str:
    return f"{_WEEK[slot.weekday]} {slot.at:%H:%M} ({slot.timezone})"


def _local(free: FreeSlot) -> str:
    return local_time(None, free.schedule.shown, free.schedule.timezone)


def _free_json(free: FreeSlot) -> dict[str, object]:
    return {
        "account": free.handle,
        "at": stamp(free.schedule.due_at),
        "timezone": free.schedule.timezone,
        "local": f"{free.schedule.shown:%Y-%m-%dT%H:%M}",
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as exc:
        raise InputError("bad_day", text=text) from exc
