"""A pytest plugin that plants a design bug: `pytest -p tests.harness.planted --plant NAME TEST`."""

import pytest

from tests.harness.mutations import MUTATIONS


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the name of the bug."""
    parser.addoption("--plant", choices=sorted(MUTATIONS))


def pytest_configure(config: pytest.Config) -> None:
    """Plant it before any test is loaded."""
    MUTATIONS[config.getoption("--plant")].apply()
