"""A short year of real decisions in virtual time; it must see bugs that only time brings out."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.year import LEAST_BY_POLICY, Size, live, year_folder
from tests.harness.year_mutations import SEEN

ROOT = Path(__file__).resolve().parents[2]
SLICE = Size(accounts=5, days=5, per_day=4, seed=2, fates=3.0)
# Fewer posts, harder hit: enough for a bug to show.
SHORT = ("--accounts", "5", "--days", "3", "--per-day", "4", "--fates", "4", "--rate", "0.15")
QUICK = ("late-goes-out", "gives-up-at-once", "never-due-again", "doubt-starts-anew")


def test_a_stormy_week_doubles_and_loses_nothing() -> None:
    with year_folder() as folder:
        verdict, figures = live(folder, SLICE)
    assert verdict.found == []
    assert verdict.by_policy >= LEAST_BY_POLICY
    assert verdict.posts == SLICE.posts
    assert figures.fates["crashes"] > 5
    assert verdict.late > 0


@pytest.mark.parametrize("name", QUICK)
def test_a_short_run_sees_a_design_bug(name: str) -> None:
    command = [sys.executable, "-m", "tests.harness.year", *SHORT, "--mutation", name]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert name in SEEN
    assert "BROKEN" in ended.stdout, ended.stderr
    assert ended.returncode == 1
