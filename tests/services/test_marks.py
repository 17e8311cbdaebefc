"""Accounts are put into groups and marked with tags: all that are named, or none."""

from datetime import time

import pytest

from tests.fakes.world import World
from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound


@pytest.fixture
def two(world: World) -> World:
    world.connect("sim01")
    world.connect("sim02")
    return world


def groups(world: World) -> list[tuple[str, ...]]:
    return [account.groups for account in world.workspace.accounts.list()]


def test_a_group_names_those_that_were_put_into_it(two: World) -> None:
    marks, accounts = two.workspace.marks, two.workspace.accounts
    marks.group(["sim01"], add=["Clients", "Daily"], remove=[])
    marks.group(["all"], add=["clients"], remove=["daily"])
    assert groups(two) == [("Clients",), ("Clients",)]
    assert [each.handle for each in accounts.select(["group:CLIENTS"])] == ["sim01", "sim02"]
    marks.tag(["@sim02"], add=["#food"], remove=[])
    assert [each.handle for each in accounts.select(["tag:food"])] == ["sim02"]


def test_a_group_without_members_and_slots_is_gone(two: World) -> None:
    marks, slots = two.workspace.marks, two.workspace.slots
    marks.group(["all"], add=["Clients", "Empty"], remove=[])
    slots.add(["group:clients"], [0], [time(9)])
    marks.group(["group:Clients"], add=[], remove=["Clients", "Empty"])
    assert groups(two) == [(), ()]
    assert [slot.whose.name for slot in slots.list()] == ["group:Clients"]
    slots.add(["group:clients"], [1], [time(9)])
    with pytest.raises(NotFound):
        slots.add(["group:Empty"], [0], [time(9)])


def test_accounts_another_hand_changed_are_left_as_they_are(two: World) -> None:
    seen = two.workspace.accounts.list()
    two.workspace.marks.tag(["sim02"], add=["theirs"], remove=[])
    with pytest.raises(ChangedMeanwhile) as met:
        two.workspace.marks.tag(seen, add=["mine"], remove=[])
    assert [change.field for change in met.value.changes] == ["tags"]
    assert [each.tags for each in two.workspace.accounts.list()] == [(), ("theirs",)]


@pytest.mark.parametrize(
    ("add", "remove"), [(["a;b"], []), ([""], []), (["x"], ["X"]), (["y" * 65], [])]
)
def test_names_that_cannot_be_told_apart_are_refused(
    two: World, add: list[str], remove: list[str]
) -> None:
    with pytest.raises(InputError):
        two.workspace.marks.group(["all"], add=add, remove=remove)
    assert groups(two) == [(), ()]
