"""A harness that cannot fail proves nothing: it must see each of these design bugs."""

from collections.abc import Iterator

import pytest

from tests.harness.forks import House, open_house, random_run
from tests.harness.mutants import LOSS, hunt, see_by_test
from tests.harness.mutations import MUTATIONS

# The others need more deaths than a test should take: `python -m tests.harness.mutants` has all.
QUICK = (
    "no-fence",
    "reinit-on-401",
    "ceil",
    "no-verdict",
    "timeout-means-lost",
    "books-only",
    "no-final-intent",
    "stop-forgets",
    "call-without-a-route",
)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened


@pytest.mark.parametrize("name", QUICK)
def test_the_harness_sees_a_design_bug(house: House, name: str) -> None:
    verdict = hunt(house, name, seed=1, probes=[MUTATIONS[name].probe])
    assert verdict.seen, verdict.found


@pytest.mark.parametrize("name", [name for name, bug in MUTATIONS.items() if bug.seen_by])
def test_a_test_sees_a_design_bug_that_kills_nobody(name: str) -> None:
    verdict = see_by_test(name)
    assert verdict.returncode == pytest.ExitCode.TESTS_FAILED, verdict.stdout


def test_without_its_bug_nothing_is_seen_where_routes_come_and_go(house: House) -> None:
    with house.stage(1, loss=LOSS, mutation="routes-come-and-go") as stage:
        assert random_run(stage, 12, posts=6) == []
