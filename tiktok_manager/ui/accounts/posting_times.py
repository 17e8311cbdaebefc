"""When an account posts: its weekly times and the days off, those of its groups among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.events import DataChangedElsewhere, SlotsChanged
from tiktok_manager.domain.schedule import parse_bound, zone
from tiktok_manager.domain.slots import Blackout, Slot, read_weekly
from tiktok_manager.ui.formats import date_text, time_text, weekday_name, zone_city
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.kit.reading import Reading
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.ui.frame import Core

Kept = Slot | Blackout
_TO = re.compile(r"\s+(?:to|until|-|–)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What an account's slots and days off are."""

    slots: tuple[Slot, ...] = ()
    blackouts: tuple[Blackout, ...] = ()

    @property
    def rows(self) -> Sequence[tuple[Slot, ...]]:
        """The slots, those that differ in nothing but the day as one, by their time."""
        found = sorted(self.slots, key=_alike)
        return [
            tuple(sorted(each, key=lambda slot: slot.weekday)) for _, each in groupby(found, _alike)
        ]


def _alike(slot: Slot) -> tuple[object, ...]:
    return (slot.at, slot.whose.account_id is None, slot.whose.name, slot.timezone, slot.paused)


class PostingTimes(QObject):
    """The slots of one account, and those of groups, tags and all accounts that go for it.

    Signals:
        changed: Read `times`.
        said: A Notice.
        failed: An AppError.
    """

    changed = Signal()
    said = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, account: Account, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._slots = core.workspace.slots
        self.account = account
        self._reading: Reading[Times] = Reading(
            core.tasks,
            core.bridge,
            self._read,
            parent=self,
            stale_on=(SlotsChanged, DataChangedElsewhere),
        )
        self._reading.changed.connect(self._on_read)
        self._reading.request()

    @property
    def times(self) -> Times | None:
        """What there is, None before it was read."""
        return self._reading.value

    def whose(self) -> Sequence[tuple[str, str]]:
        """Return for whom a time can be added: the name the service takes, and words."""
        account = self.account
        groups = [(f"group:{name}", tr("Group {name}", name=name)) for name in account.groups]
        tags = [(f"tag:{name}", tr("Tag {name}", name=name)) for name in account.tags]
        own = (account.id, f"@{account.handle}")
        return (own, *groups, *tags, ("all", tr("All accounts")))

    def add(self, text: str, name: str) -> str:
        """Add weekly times as they are typed; returns what is wrong with them, else nothing."""
        try:
            days, times = read_weekly(text)
        except InputError as error:
            return _told(error)

        def add(_token: CancelToken) -> tuple[Slot, ...]:
            return self._slots.add([name], days, times, self._core.timezone).added

        self._change(tr("Add posting times"), add, self._remove, self._put_back)
        return ""

    def add_days_off(self, text: str, name: str) -> str:
        """Post on no slot of these days: `24 dec`, or `24 dec to 26 dec`."""
        try:
            first, last = self._read_days(text)
        except InputError as error:
            return _told(error)

        def add(_token: CancelToken) -> tuple[Blackout, ...]:
            return tuple(self._slots.add_blackout([name], first, last))

        self._change(tr("Add days off"), add, self._remove, self._put_back)
        return ""

    def remove(self, kept: Sequence[Kept]) -> None:
        """Remove slots or days off; posts planned in them stay."""
        name = tr("Remove posting times") if isinstance(kept[0], Slot) else tr("Remove days off")

        def remove(_token: CancelToken) -> tuple[Kept, ...]:
            return self._remove(kept)

        self._change(name, remove, self._put_back, self._remove, tell=tr("Removed."))

    def set_paused(self, slots: Sequence[Slot], *, paused: bool) -> None:
        """Use slots no more for now, or again."""
        name = tr("Pause posting times") if paused else tr("Resume posting times")

        def put(slots: Sequence[Kept], *, to: bool) -> tuple[Kept, ...]:
            ids = [each.id for each in slots]
            return tuple(self._slots.set_paused(ids, paused=to))

        self._change(
            name,
            lambda _token: put(slots, to=paused),
            partial(put, to=not paused),
            partial(put, to=paused),
        )

    # -- inside ---------------------------------------------------------------------------

    def _change(
        self,
        name: str,
        work: Callable[[CancelToken], Sequence[Kept]],
        undo: Callable[[Sequence[Kept]], object],
        redo: Callable[[Sequence[Kept]], object],
        *,
        tell: str = "",
    ) -> None:
        """Do it and record the way back; both get the slots as the change left them."""

        def done(changed: Sequence[Kept]) -> None:
            if not changed:
                self.said.emit(Notice(text=tr("These times are there already."), stays=False))
                return
            step = self._core.undo.did(
                name, undo=lambda _token: undo(changed), redo=lambda _token: redo(changed)
            )
            if tell:
                way_back = self._core.undo.way_back(step)
                self.said.emit(Notice(text=tell, stays=False, step=way_back))

        self._core.tasks.run(work, done=done, failed=self.failed.emit)

    def _remove(self, kept: Sequence[Kept]) -> tuple[Kept, ...]:
        slots = [each.id for each in kept if isinstance(each, Slot)]
        days = [each.id for each in kept if isinstance(each, Blackout)]
        removed: list[Kept] = []
        if slots:
            removed += self._slots.remove(slots)
        if days:
            removed += self._slots.remove_blackouts(days)
        return tuple(removed)

    def _put_back(self, kept: Sequence[Kept]) -> None:
        self._slots.put_back(kept)

    def _read(self, _token: CancelToken) -> Times:
        account = self.account
        return Times(
            slots=tuple(each for each in self._slots.list() if each.whose.takes(account)),
            blackouts=tuple(each for each in self._slots.blackouts() if each.whose.takes(account)),
        )

    def _read_days(self, text: str) -> tuple[date, date]:
        now, timezone = self._core.now(), self._core.timezone
        days = [
            parse_bound(each, timezone, now).astimezone(zone(timezone)).date()
            for each in _TO.split(text.strip(), maxsplit=1)
        ]
        return days[0], days[-1]

    def _on_read(self) -> None:
        if self._reading.failure is not None:
            self.failed.emit(self._reading.failure)
        self.changed.emit()


def _told(error: InputError) -> str:
    return joined(words(error).title, words(error).hint)


def days_words(weekdays: Sequence[int]) -> str:
    """`Mon–Fri`, `Sat, Sun`, `Every day`; 0 is Monday."""
    if len(weekdays) == 7:
        return tr("Every day")
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and list(weekdays) == list(range(first, last + 1)):
        begins, ends = weekday_name(first + 1, short=True), weekday_name(last + 1, short=True)
        return tr("{first}–{last}", first=begins, last=ends)
    return ", ".join(weekday_name(each + 1, short=True) for each in weekdays)


def slots_words(slots: Sequence[Slot], timezone: str) -> str:
    """`18:30 Mon–Fri`, with the city where its clocks are not those shown."""
    at, days = time_text(slots[0].at), days_words([each.weekday for each in slots])
    if slots[0].timezone == timezone:
        return tr("{time} {days}", time=at, days=days)
    return tr("{time} {days} ({city})", time=at, days=days, city=zone_city(slots[0].timezone))


def days_off_words(blackout: Blackout) -> str:
    """`24 Dec – 26 Dec 2026`."""
    first, last = date_text(blackout.first_day), date_text(blackout.last_day, year=True)
    if blackout.first_day == blackout.last_day:
        return last
    return tr("{first} – {last}", first=first, last=last)


def of_words(kept: Kept, account: Account) -> str:
    """Say of whom a slot or a day off is that is not the account's own."""
    kind, _colon, name = kept.whose.name.partition(":")
    if kept.whose.account_id == account.id:
        return ""
    return {
        "group": tr("From group {name}", name=name),
        "tag": tr("From tag {name}", name=name),
    }.get(kind, tr("From all accounts"))
