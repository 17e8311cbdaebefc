"""A pytest plugin that plants design bugs: `pytest -p tests.harness.planted --plant NAME … TEST …`.

Each is planted while the test that must see it runs, its fixtures included, and taken out again.
"""

from collections.abc import Iterator

import pytest

from tests.harness.mutations import MUTATIONS
from tests.harness.year_mutations import planted

TESTS = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the names of the bugs."""
    parser.addoption("--plant", action="append", choices=sorted(MUTATIONS))


def pytest_configure(config: pytest.Config) -> None:
    """Note which test is to see which bug."""
    names: list[str] = config.getoption("--plant")
    config.stash[TESTS] = {f"tests/{MUTATIONS[name].seen_by}": name for name in names}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Plant the bug for a test."""
    with planted(item.config.stash[TESTS][item.nodeid]):
        return (yield)
