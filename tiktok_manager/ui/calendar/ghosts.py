"""The free slots of the accounts that are shown, as places to drop on and to press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from tiktok_manager.domain.schedule import zone
from tiktok_manager.ui.calendar.span import day_start
from tiktok_manager.ui.formats import time_text
from tiktok_manager.ui.texts import ntr, tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from tiktok_manager.services.slots import FreeSlot
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.calendar.days import Ask

MOST_ACCOUNTS = 30
"""The slots of more accounts at once would be all one sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ghost:
    """A time at which slots of some accounts are free; `wall` is local, as it is shown."""

    wall: datetime
    account_ids: tuple[str, ...]
    handle: str

    @property
    def minute(self) -> int:
        """Minutes after midnight."""
        return self.wall.hour * 60 + self.wall.minute

    @property
    def words(self) -> str:
        """`18:00 @alice`, `18:00 3 free`."""
        count, time = len(self.account_ids), time_text(self.wall.time())
        if count == 1:
            return tr("{time} @{handle}", time=time, handle=self.handle)
        return ntr("{time} {count} free", "{time} {count} free", count, time=time)


def read_ghosts(
    workspace: Workspace, ask: Ask, accounts: Sequence[str]
) -> Mapping[date, Sequence[Ghost]]:
    """Return the free slots on the days shown, by day; none for too many accounts. Blocks."""
    shown = ask.shown
    names = [*shown.account_ids, *(f"group:{name}" for name in shown.groups)] or accounts
    if not 0 < len(names) <= MOST_ACCOUNTS:
        return {}
    start = day_start(ask.span.first, ask.zone.name)
    end = day_start(ask.span.last + timedelta(days=1), ask.zone.name)
    free = workspace.slots.free_between(names, start, end)
    found: dict[date, list[Ghost]] = {}
    for _due_at, group in groupby(free, lambda slot: slot.schedule.due_at):
        ghost = _ghost(list(group), ask.zone.name)
        found.setdefault(ghost.wall.date(), []).append(ghost)
    return found


def _ghost(slots: Sequence[FreeSlot], timezone: str) -> Ghost:
    first = slots[0]
    return Ghost(
        wall=first.schedule.due_at.astimezone(zone(timezone)).replace(tzinfo=None),
        account_ids=tuple(slot.account_id for slot in slots),
        handle=first.handle,
    )
