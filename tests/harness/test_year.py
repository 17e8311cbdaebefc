"""A short year of real decisions in virtual time; it must see bugs that only time brings out."""

from dataclasses import replace

import pytest

from tests.harness.year import live, year_folder
from tests.harness.year_mutations import planted
from tests.harness.year_report import LEAST_BY_POLICY, Size

SLICE = Size(accounts=5, days=4, per_day=4, seed=2, fates=2.0)
# Fewer posts, harder hit: one bug of time and one of the weather. `year --mutation` has them all.
STORM = Size(accounts=4, days=3, per_day=3, fates=5.0, rate=0.2)
RAIN = Size(accounts=4, days=2, per_day=4, fates=0.01, rate=0.5)
QUICK = {
    "late-goes-out": STORM,
    "gives-up-at-once": RAIN,
}
# Whether so few posts meet what shows a bug is a matter of luck.
SEEDS = range(1, 7)


def test_a_stormy_week_doubles_and_loses_nothing() -> None:
    with year_folder() as folder:
        verdict, figures = live(folder, SLICE)
    assert verdict.found == []
    assert verdict.by_policy >= LEAST_BY_POLICY
    assert verdict.posts == SLICE.posts
    assert figures.fates["crashes"] > 0
    assert verdict.late > 0


@pytest.mark.parametrize("name", QUICK)
def test_a_short_run_sees_a_design_bug(name: str) -> None:
    assert any(broken(name, replace(QUICK[name], seed=seed)) for seed in SEEDS)


def broken(name: str, size: Size) -> list[str]:
    """Return the promises that a design bug broke in a run."""
    with year_folder() as folder, planted(name):
        verdict, _figures = live(folder, size)
    return verdict.found
