"""A short evening of a user without aim; and the run sees each kind of fault it is there to see."""

import re

import pytest

from tests.harness.window_fuzz import fuzz

SLICE_STEPS = 200
SEED = 20
PLANTED = {
    "death": "the process ended with",
    "warning": "Qt says: planted",
    "surprise": "ZeroDivisionError: planted",
    "busy": "work without an end",
    "hang": "Timeout",
}


def test_nothing_a_user_without_aim_does_breaks_the_window() -> None:
    found = fuzz(SLICE_STEPS, SEED)
    assert found.steps == SLICE_STEPS
    assert found.faults == [], str(found)


@pytest.mark.parametrize("plants", [("death",), ("hang",), ("warning", "busy", "surprise")])
def test_a_fault_is_seen_with_what_was_done_last(plants: tuple[str, ...]) -> None:
    found = fuzz(30, SEED, plants=plants)
    assert len(found.faults) == len(plants)
    for plant in plants:
        (fault,) = (each for each in found.faults if PLANTED[plant] in each)
        assert re.search(r"click|key|wheel|drag", fault.partition("seed")[2])
