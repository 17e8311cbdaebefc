"""A full disk, a failing disk and death at a few system calls; the post goes out once."""

import random
from dataclasses import replace

import pytest

from tests.harness.strike import How, is_possible
from tests.harness.syscalls import Shot, shoot

# About how many calls there are; `python -m tests.harness.syscalls` strikes at every one.
CALLS = {"write": 100, "sync": 18, "send": 6}
PAIRS = (
    ("write", How.KILL),
    ("write", How.ENOSPC),
    ("write", How.FULL),
    ("sync", How.EIO),
    ("send", How.KILL),
)
RNG = random.Random(41)
SHOTS = [Shot(family=family, how=how, at=RNG.randint(1, CALLS[family])) for family, how in PAIRS]


@pytest.fixture(scope="module", autouse=True)
def _strikes() -> None:
    if not is_possible():
        pytest.skip("one process may not trace another here")


@pytest.mark.parametrize("shot", SHOTS, ids=str)
def test_a_strike_at_a_system_call_leaves_one_post(shot: Shot) -> None:
    outcome = shoot(shot)
    assert outcome.found == ()
    assert outcome.status == "published"
    assert outcome.hit


def test_it_would_be_seen_if_a_restart_forgot_what_was_sent() -> None:
    unharmed = Shot(family="send", how=How.KILL, at=0)
    last = shoot(unharmed).calls
    # One of the last requests asks what became of it.
    shots = (replace(unharmed, at=at, bug="adopting-resets") for at in range(last, last - 4, -1))
    assert any("double" in {found.kind for found in shoot(shot).found} for shot in shots)
