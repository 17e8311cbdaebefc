"""A harness that cannot fail proves nothing: it must see each of these design bugs."""

from collections.abc import Iterator

import pytest

from tests.harness.forks import House, open_house, random_run
from tests.harness.mutants import LOSS, hunt, see_by_tests
from tests.harness.mutations import MUTATIONS

# One for each kind of promise, with a seed by which it is soon seen. Which of the others take how
# many deaths is no matter of a test: `python -m tests.harness.mutants` has all.
QUICK = {
    "no-fence": 1,
    "no-final-intent": 1,
    "no-verdict": 8,
    "timeout-means-lost": 1,
    "books-only": 3,
    "ceil": 1,
    "stop-forgets": 1,
    "call-without-a-route": 1,
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened


@pytest.mark.parametrize("name", QUICK)
def test_the_harness_sees_a_design_bug(house: House, name: str) -> None:
    verdict = hunt(house, name, seed=QUICK[name], probes=[MUTATIONS[name].probe])
    assert verdict.seen, verdict.found


def test_tests_see_the_design_bugs_that_kill_nobody() -> None:
    names = {name for name, bug in MUTATIONS.items() if bug.seen_by}
    seen, told = see_by_tests(names)
    assert seen == names, told


def test_without_its_bug_nothing_is_seen_where_routes_come_and_go(house: House) -> None:
    with house.stage(1, loss=LOSS, mutation="routes-come-and-go") as stage:
        assert random_run(stage, 12, posts=6) == []
