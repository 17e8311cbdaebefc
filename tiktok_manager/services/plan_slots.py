"""Gives posts the next free slots of their accounts: planned ones and those that came too late."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.plans import Wish
from tiktok_manager.domain.posts import LatePolicy, Post, PostMode
from tiktok_manager.domain.quota import WINDOW
from tiktok_manager.domain.schedule import Schedule
from tiktok_manager.domain.slots import FARTHEST, LEAST_AHEAD, FreeSlots, slot_times
from tiktok_manager.services.plan_guards import Grounds
from tiktok_manager.services.quota import Quota
from tiktok_manager.services.settings import Settings
from tiktok_manager.storage.database import Database
from tiktok_manager.storage.plan_facts import read_plan_facts


def give(
    wishes: Sequence[Wish], grounds: Grounds, now: datetime
) -> tuple[list[Wish], Mapping[int, InputError]]:
    """Return the wishes with a time each, and by request why there is none, with no wish left.

    Wishes of one account get slots in their order, one after another.
    """
    free = {
        account_id: free_slots(account_id, grounds, now + LEAST_AHEAD)
        for account_id in {wish.post.account_id for wish in wishes if wish.takes_slot}
    }
    for wish in wishes:
        if not wish.takes_slot and wish.post.account_id in free:
            place = free[wish.post.account_id]
            place.diary.take(wish.post.schedule)
            place.ledgers[wish.post.mode].take(wish.post.schedule.due_at)
    given: list[Wish] = []
    refused: dict[int, InputError] = {}
    for wish in wishes:
        if not wish.takes_slot:
            given.append(wish)
        elif schedule := free[wish.post.account_id].take(wish.post.mode):
            given.append(replace(wish, post=replace(wish.post, schedule=schedule)))
        else:
            refused.setdefault(wish.request, _no_slot(wish, grounds))
    return [wish for wish in given if wish.request not in refused], refused


def slots_for_late(
    database: Database, late: Sequence[Post], settings: Settings, quota: Quota, now: datetime
) -> Callable[[Post], Schedule | None]:
    """Return what gives each late post the next free slot of its account, another one each time."""
    moving = [post for post in late if post.lateness.policy is LatePolicy.NEXT_SLOT]
    if not moving:
        return lambda _post: None
    since = now + LEAST_AHEAD
    with database.read() as session:
        facts = read_plan_facts(
            session,
            places={(post.account_id, post.mode) for post in moving},
            videos={},
            since=since - 2 * WINDOW,
            without=frozenset(post.id for post in moving),
        )
    grounds = Grounds(facts=facts, caps=quota.caps(), limits=settings.plan_limits())
    free = {account_id: free_slots(account_id, grounds, since) for account_id in facts.accounts}
    return lambda post: free[post.account_id].take(post.mode)


def free_slots(
    account_id: str, grounds: Grounds, since: datetime, until: datetime | None = None
) -> FreeSlots:
    """Return the free slots of an account from then on."""
    account = grounds.facts.accounts[account_id]
    slots = [slot for slot in grounds.facts.slots if slot.whose.takes(account)]
    return FreeSlots(
        times=partial(slot_times, slots, grounds.blackouts(account), since),
        until=until or since + FARTHEST,
        diary=grounds.diary(account_id),
        ledgers={
            mode: grounds.ledger((account_id, mode))
            for mode in PostMode
            if (account_id, mode) in grounds.facts.times
        },
    )


def has_slots(account_id: str, grounds: Grounds) -> bool:
    """Say whether an account has slots that are not paused, free or not."""
    account = grounds.facts.accounts[account_id]
    return any(s.whose.takes(account) and not s.paused for s in grounds.facts.slots)


def _no_slot(wish: Wish, grounds: Grounds) -> InputError:
    has_any = has_slots(wish.post.account_id, grounds)
    return InputError("no_free_slot" if has_any else "no_slots", account=wish.post.handle)
