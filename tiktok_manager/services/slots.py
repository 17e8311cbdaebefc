"""The weekly slots of accounts, the days on which none is used, and which slots are free."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from tiktok_manager.domain.accounts import Account, AccountSelector
from tiktok_manager.domain.clock import Clock
from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.domain.events import EventBus, SlotsChanged
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.domain.quota import WINDOW
from tiktok_manager.domain.schedule import Schedule, zone
from tiktok_manager.domain.slots import FARTHEST, LEAST_AHEAD, Blackout, FreeSlots, Slot, Whose
from tiktok_manager.services.plan_guards import Grounds
from tiktok_manager.services.plan_slots import free_slots
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage import slots as queries
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.plan_facts import read_plan_facts

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import Accounts

MAX_NOTE = 500
_SOON = timedelta(days=45)
Kept = TypeVar("Kept", Slot, Blackout)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlot:
    """A time that an account's slots give and nothing has taken."""

    account_id: str
    handle: str
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsAdded:
    """What became of slots that were asked for; those `known` were there already."""

    added: tuple[Slot, ...]
    known: tuple[Slot, ...]


class Slots:
    """The slots of one data folder."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        quota: Quota,
        settings: Settings,
        events: EventBus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._quota = quota
        self._settings = settings
        self._events = events
        self._clock = clock

    def list(self) -> Sequence[Slot]:
        """Return every slot: by whom it is for, then through the week."""
        with self._database.read() as session:
            return queries.list_slots(session)

    def blackouts(self) -> Sequence[Blackout]:
        """Return every blackout, the earliest first."""
        with self._database.read() as session:
            return queries.list_blackouts(session)

    def add(
        self,
        names: Sequence[str],
        weekdays: Collection[int],
        times: Collection[time],
        timezone: str | None = None,
    ) -> SlotsAdded:
        """Add a slot for each of these, day and time; one that is there already stays as it is.

        A name is an account, or `group:NAME`, `tag:NAME`, `all`: then for whoever is in it at the
        time. Raises NotFound, InputError.
        """
        timezone = zone(timezone or self._settings.timezone()).key
        wanted = [
            Slot(id=uuid.uuid4().hex, whose=whose, weekday=day, at=at, timezone=timezone)
            for whose in self._whose(names)
            for day in sorted(set(weekdays))
            for at in sorted(set(times))
        ]
        with self._database.write() as session:
            there = {_what(slot): slot for slot in queries.list_slots(session)}
            added = [slot for slot in wanted if _what(slot) not in there]
            queries.add_slots(session, added, self._clock.now())
        self._events.publish(SlotsChanged())
        known = tuple(there[_what(slot)] for slot in wanted if _what(slot) in there)
        return SlotsAdded(added=tuple(added), known=known)

    def set_paused(self, named: Sequence[Slot | str], *, paused: bool) -> Sequence[Slot]:
        """Pause slots or let them be used again; each by its id, or as it was seen.

        Raises NotFound, and ChangedMeanwhile for one that is another by now.
        """
        with self._database.write() as session:
            read = _named(queries.list_slots(session), named, "slot")
            queries.set_paused(session, [s for s in read if s.paused != paused], paused=paused)
            ids = {slot.id for slot in read}
            changed = [slot for slot in queries.list_slots(session) if slot.id in ids]
        self._events.publish(SlotsChanged())
        return changed

    def remove(self, named: Sequence[Slot | str]) -> Sequence[Slot]:
        """Remove slots, each by its id or as it was seen; posts planned in them stay.

        Raises NotFound, ChangedMeanwhile.
        """
        with self._database.write() as session:
            read = _named(queries.list_slots(session), named, "slot")
            queries.remove(session, read)
        self._events.publish(SlotsChanged())
        return read

    def put_back(self, slots: Sequence[Slot | Blackout]) -> None:
        """Undo a removal: add what was removed again, as it was."""
        now = self._clock.now()
        with self._database.write() as session:
            queries.add_slots(session, [s for s in slots if isinstance(s, Slot)], now)
            queries.add_blackouts(session, [b for b in slots if isinstance(b, Blackout)], now)
        self._events.publish(SlotsChanged())

    def add_blackout(
        self, names: Sequence[str], first_day: date, last_day: date, note: str = ""
    ) -> Sequence[Blackout]:
        """Use no slot on these days, first and last included; raises NotFound, InputError."""
        if last_day < first_day:
            raise InputError("days_reversed", first=str(first_day), last=str(last_day))
        if len(note) > MAX_NOTE:
            raise InputError("note_too_long", most=MAX_NOTE)
        blackouts = [
            Blackout(
                id=uuid.uuid4().hex, whose=whose, first_day=first_day, last_day=last_day, note=note
            )
            for whose in self._whose(names)
        ]
        with self._database.write() as session:
            queries.add_blackouts(session, blackouts, self._clock.now())
        self._events.publish(SlotsChanged())
        return blackouts

    def remove_blackouts(self, named: Sequence[Blackout | str]) -> Sequence[Blackout]:
        """Use slots on days again, each by its id or as it was seen; NotFound, ChangedMeanwhile."""
        with self._database.write() as session:
            read = _named(queries.list_blackouts(session), named, "blackout")
            queries.remove(session, read)
        self._events.publish(SlotsChanged())
        return read

    def next_free(
        self, names: Sequence[str], count: int = 1, mode: PostMode = PostMode.DIRECT
    ) -> Sequence[FreeSlot]:
        """Return the next free slots of accounts, so many of each, account by account.

        An account without slots has none. Raises NotFound, InputError.
        """
        since = self._clock.now() + LEAST_AHEAD
        accounts = self._accounts.select(names)
        found: dict[str, list[FreeSlot]] = {}
        # Most find theirs within some weeks: years of posts are read only for those that do not.
        for until in (since + _SOON, since + FARTHEST):
            left = [each for each in accounts if len(found.get(each.id, ())) < count]
            for account, slots in self._free(left, mode, since, until):
                times = iter(partial(slots.take, mode), None)
                found[account.id] = [_free_slot(account, each) for each in islice(times, count)]
        return [each for account in accounts for each in found[account.id]]

    def free_between(
        self,
        names: Sequence[str],
        start: datetime,
        end: datetime,
        mode: PostMode = PostMode.DIRECT,
    ) -> Sequence[FreeSlot]:
        """Return every slot of accounts due in [start, end) that is free by itself, by time.

        None has passed, or is due within the next few minutes.
        """
        since = max(start, self._clock.now() + LEAST_AHEAD)
        found = [
            _free_slot(account, schedule)
            for account, slots in self._free(self._accounts.select(names), mode, since, end)
            for schedule in slots.between(end, mode)
        ]
        return sorted(found, key=lambda each: (each.schedule.due_at, each.handle))

    def _free(
        self, accounts: Collection[Account], mode: PostMode, since: datetime, until: datetime
    ) -> Iterator[tuple[Account, FreeSlots]]:
        limits = self._settings.plan_limits()
        around = max(WINDOW, limits.gap or WINDOW) + WINDOW
        with self._database.read() as session:
            facts = read_plan_facts(
                session,
                places={(account.id, mode) for account in accounts},
                videos={},
                since=since - around,
                until=until + around,
            )
        grounds = Grounds(facts=facts, caps=self._quota.caps(), limits=limits)
        for account in accounts:
            yield account, free_slots(account.id, grounds, since, until)

    def _whose(self, names: Sequence[str]) -> Sequence[Whose]:
        found: dict[str, Whose] = {}
        for name in names:
            if (selector := AccountSelector.read(name)) is None:
                account = self._accounts.get(name)
                whose = Whose(name=account.handle, account_id=account.id)
            else:
                whose = self._of_several(selector)
            found.setdefault(whose.account_id or whose.name, whose)
        if not found:
            raise InputError("no_account_chosen")
        return tuple(found.values())

    def _of_several(self, selector: AccountSelector) -> Whose:
        if selector.kind == "all":
            return Whose(name="all")
        with self._database.read() as session:
            name = queries.group_or_tag(session, selector)
        if name is None:
            raise NotFound("not_found", what=selector.kind, name=selector.name)
        return Whose(name=f"{selector.kind}:{name}")


def _free_slot(account: Account, schedule: Schedule) -> FreeSlot:
    return FreeSlot(account_id=account.id, handle=account.handle, schedule=schedule)


def _what(slot: Slot) -> tuple[str, int, time, str]:
    return slot.whose.account_id or slot.whose.name, slot.weekday, slot.at, slot.timezone


def _named(kept: Sequence[Kept], named: Sequence[Kept | str], what: str) -> list[Kept]:
    """Return what ids, unique beginnings of them, or values as they were seen name, each once."""
    found: dict[str, Kept] = {}
    for each in named:
        if not isinstance(each, str):
            found[each.id] = each
            continue
        fitting = [one for one in kept if each and one.id.startswith(each)]
        if not fitting:
            raise NotFound("not_found", what=what, id=each)
        if len(fitting) > 1:
            raise InputError("id_not_unique", id=each)
        found[fitting[0].id] = fitting[0]
    return list(found.values())
