"""A short year of real decisions in virtual time; it must see bugs that only time brings out."""

import pytest

from tests.harness.year import live, year_folder
from tests.harness.year_mutations import planted
from tests.harness.year_report import LEAST_BY_POLICY, Size

SLICE = Size(accounts=5, days=4, per_day=4, seed=2, fates=3.0)
# Fewer posts, harder hit: enough for a bug to show. The others of `year_mutations` take longer.
STORM = Size(accounts=4, days=3, per_day=3, seed=2, fates=5.0, rate=0.2)
RAIN = Size(accounts=4, days=2, per_day=4, fates=0.01, rate=0.5)
QUICK = {
    "late-goes-out": STORM,
    "gives-up-at-once": RAIN,
    "never-due-again": RAIN,
    "doubt-starts-anew": RAIN,
}


def test_a_stormy_week_doubles_and_loses_nothing() -> None:
    with year_folder() as folder:
        verdict, figures = live(folder, SLICE)
    assert verdict.found == []
    assert verdict.by_policy >= LEAST_BY_POLICY
    assert verdict.posts == SLICE.posts
    assert figures.fates["crashes"] > 3
    assert verdict.late > 0


@pytest.mark.parametrize("name", QUICK)
def test_a_short_run_sees_a_design_bug(name: str) -> None:
    with year_folder() as folder, planted(name):
        verdict, _figures = live(folder, QUICK[name])
    assert verdict.found


def test_a_short_run_of_hard_rain_finds_no_bug_where_none_is() -> None:
    with year_folder() as folder:
        verdict, _figures = live(folder, RAIN)
    assert verdict.found == []
