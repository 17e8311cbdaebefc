"""A post that asks for the next slot gets the first free one of its account, and nobody else's."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.fakes.words import says
from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound
from tiktok_manager.domain.plans import PlanRequest, PostEdit, Proposal
from tiktok_manager.domain.posts import Choices, Post, Privacy

DAILY = range(7)
HOUR = timedelta(hours=1)


def request(
    world: World, *accounts: str, when: str = "next-slot", file: Path | None = None
) -> PlanRequest:
    return PlanRequest(
        file=file or world.file(),
        accounts=accounts or ("sim01",),
        when=when,
        choices=Choices(privacy=Privacy.PUBLIC),
        consent=True,
    )


@pytest.fixture
def slotted(world: World) -> World:
    """An account with a slot at 9:00 and one at 18:00, every day; it is Saturday, 12:00."""
    world.connect()
    world.workspace.slots.add(["sim01"], DAILY, [time(9), time(18)], "UTC")
    return world


def shown(posts: object) -> list[str]:
    assert isinstance(posts, list | tuple)
    return [f"{post.schedule.shown:%d %H:%M}" for post in posts]


def plan(world: World, *requests: PlanRequest) -> tuple[Post, ...]:
    planning = world.workspace.planning
    return planning.commit(planning.propose(requests)).posts


def proposed(proposal: Proposal) -> list[str]:
    return shown([row.post for row in proposal.rows])


def today(world: World, hour: int, days: int = 0) -> str:
    day = world.clock.now().date() + timedelta(days=days)
    return f"{day}T{hour:02}:00"


# -- taking ----------------------------------------------------------------------------------


def test_posts_of_one_plan_take_one_slot_after_another(slotted: World) -> None:
    posts = plan(slotted, *(request(slotted) for _ in range(3)))
    assert shown(posts) == ["21 18:00", "22 09:00", "22 18:00"]
    assert shown(plan(slotted, request(slotted))) == ["23 09:00"]


def test_each_account_takes_its_own(slotted: World) -> None:
    slotted.connect("sim02")
    slotted.workspace.slots.add(["sim02"], DAILY, [time(20)], "Europe/Berlin")
    posts = plan(slotted, request(slotted, "sim01", "sim02"))
    assert shown(posts) == ["21 18:00", "21 20:00"]
    assert [post.schedule.timezone for post in posts] == ["UTC", "Europe/Berlin"]


def test_a_date_that_is_named_wins_wherever_it_stands(slotted: World) -> None:
    requests = [request(slotted), request(slotted, when=today(slotted, 18) + "Z")]
    proposal = slotted.workspace.planning.propose(requests)
    assert proposed(proposal) == ["22 09:00", "21 18:00"]
    assert not [f for f in proposal.findings if f.code == "clash"]


@pytest.mark.parametrize("freed", ["cancelled", "moved"])
def test_a_slot_that_was_given_free_is_taken_again(slotted: World, freed: str) -> None:
    first, _second = plan(slotted, request(slotted), request(slotted))
    planning = slotted.workspace.planning
    if freed == "cancelled":
        planning.cancel(first.id)
    else:
        planning.edit(first.id, PostEdit(when=today(slotted, 12, days=9) + "Z"))
    assert shown(plan(slotted, request(slotted))) == ["21 18:00"]


def test_a_draft_keeps_its_slot(slotted: World) -> None:
    planning = slotted.workspace.planning
    wanted = PlanRequest(file=slotted.file(), accounts=("sim01",), when="next slot", or_draft=True)
    assert shown(planning.commit(planning.propose([wanted])).posts) == ["21 18:00"]
    assert shown(plan(slotted, request(slotted))) == ["22 09:00"]


def test_a_post_moves_to_the_next_slot(slotted: World) -> None:
    first, second, third = plan(slotted, *(request(slotted) for _ in range(3)))
    planning = slotted.workspace.planning
    planning.cancel(first.id)
    assert shown([planning.edit(third.id, PostEdit(when="next-slot"))]) == ["21 18:00"]
    edits = [(second.id, PostEdit(when="next-slot")), (third.id, PostEdit(when="next-slot"))]
    assert proposed(planning.propose_edits(edits)) == ["21 18:00", "22 09:00"]


def test_a_slot_taken_between_look_and_commit_is_not_taken_twice(slotted: World) -> None:
    planning = slotted.workspace.planning
    proposals = [planning.propose([request(slotted)]) for _ in range(2)]
    planning.commit(proposals[0])
    with pytest.raises(ChangedMeanwhile):
        planning.commit(proposals[1])
    assert len(slotted.posts()) == 1


def test_the_first_minutes_from_now_are_too_soon(slotted: World) -> None:
    slotted.clock.advance(timedelta(hours=5, minutes=57))
    assert shown(plan(slotted, request(slotted))) == ["22 09:00"]


def test_an_account_without_slots_is_told_how_to_get_some(slotted: World) -> None:
    slotted.connect("sim02")
    planning = slotted.workspace.planning
    proposal = planning.propose([request(slotted), request(slotted, "sim01", "sim02")])
    assert proposed(proposal) == ["21 18:00"]
    with says(InputError, "no slots"):
        planning.commit(proposal)
    slotted.workspace.slots.set_paused([s.id for s in slotted.workspace.slots.list()], paused=True)
    assert planning.propose([request(slotted)]).refused[0].code == "no_slots"


def test_slots_keep_to_cap_gap_and_blackout_days(slotted: World) -> None:
    settings, slots = slotted.workspace.settings, slotted.workspace.slots
    settings.set("direct-posts-per-day", "1")
    assert proposed(two(slotted)) == ["21 18:00", "22 18:00"]
    settings.set("direct-posts-per-day", "15")
    settings.set("min-gap", "24h")
    assert proposed(two(slotted)) == ["21 18:00", "22 18:00"]
    settings.set("min-gap", "off")
    settings.set("daily-cap", "1")
    assert proposed(two(slotted)) == ["21 18:00", "22 09:00"]
    (away,) = slots.add_blackout(["sim01"], date(2026, 11, 21), date(2026, 11, 23), "Away")
    assert proposed(two(slotted)) == ["24 09:00", "25 09:00"]
    slots.remove_blackouts([away.id])
    assert proposed(two(slotted)) == ["21 18:00", "22 09:00"]


def two(world: World) -> Proposal:
    return world.workspace.planning.propose([request(world), request(world)])


# -- what is told of times that are named -----------------------------------------------------


def codes(world: World, *times: str) -> list[list[str]]:
    requests = [request(world, when=when) for when in times]
    rows = world.workspace.planning.propose(requests).rows
    return [[f.code for f in row.findings if f.code != "not_a_video"] for row in rows]


def test_times_too_close_to_each_other_are_told(slotted: World) -> None:
    noon = today(slotted, 12, days=1)
    near = noon.replace("12:00", "12:45")
    assert codes(slotted, noon, noon, near) == [[], ["clash"], []]
    slotted.workspace.settings.set("min-gap", "1h")
    assert codes(slotted, noon, near) == [[], ["gap_too_short"]]
    slotted.workspace.settings.set("daily-cap", "1")
    assert codes(slotted, noon, today(slotted, 20, days=1)) == [[], ["own_cap_reached"]]


def test_a_date_within_blackout_days_is_told_and_strict_refuses_it(slotted: World) -> None:
    slotted.workspace.slots.add_blackout(["all"], date(2026, 12, 24), date(2026, 12, 26))
    planning = slotted.workspace.planning
    proposal = planning.propose([request(slotted, when="2026-12-26T23:00Z")])
    assert "in_blackout" in [finding.code for finding in proposal.findings]
    with pytest.raises(InputError):
        planning.check(proposal, strict=True)
    assert shown(planning.commit(proposal).posts) == ["26 23:00"]


# -- the slots themselves ---------------------------------------------------------------------


def test_the_same_slot_is_kept_once(slotted: World) -> None:
    slots = slotted.workspace.slots
    again = slots.add(["@sim01", "SIM01"], [0, 0, 1], [time(9), time(10)], "UTC")
    assert (len(again.added), len(again.known), len(slots.list())) == (2, 2, 16)


def test_slots_of_a_group_go_for_whoever_is_in_it_then(world: World) -> None:
    world.connect("sim01")
    world.connect("sim02")
    marks, slots = world.workspace.marks, world.workspace.slots
    marks.group(["sim01"], add=["Night"], remove=[])
    slots.add(["group:night"], DAILY, [time(23)], "UTC")
    assert [free.handle for free in slots.next_free(["all"])] == ["sim01"]
    marks.group(["sim02"], add=["Night"], remove=[])
    marks.group(["sim01"], add=[], remove=["Night"])
    assert [free.handle for free in slots.next_free(["all"])] == ["sim02"]
    assert [slot.whose.name for slot in slots.list()][:1] == ["group:Night"]


def test_a_slot_changed_by_another_hand_is_not_changed(slotted: World) -> None:
    slots = slotted.workspace.slots
    seen = slots.list()
    slots.set_paused([seen[0].id], paused=True)
    with pytest.raises(ChangedMeanwhile):
        slots.remove(seen[:2])
    with pytest.raises(ChangedMeanwhile):
        slots.set_paused(seen[:2], paused=True)
    assert len(slots.list()) == len(seen)
    gone = slots.remove([slots.list()[0]])
    slots.put_back(gone)
    assert len(slots.list()) == len(seen)
    with pytest.raises(NotFound):
        slots.remove(["nothing"])


def test_free_slots_of_a_month_are_those_nothing_has_taken(slotted: World) -> None:
    plan(slotted, request(slotted))
    start = datetime.fromisoformat(today(slotted, 0) + "+00:00")
    free = slotted.workspace.slots.free_between(["sim01"], start, start + timedelta(days=2))
    assert shown(free) == ["22 09:00", "22 18:00"]
