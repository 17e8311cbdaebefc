"""The fault table is whole, and what it promises exists."""

import ast
from functools import cache
from pathlib import Path

from tests.faults.table import FAULTS

TESTS = Path(__file__).resolve().parents[1]
LAST = 83


@cache
def functions_of(file: str) -> frozenset[str]:
    """Return the tests pytest collects from a file: functions of that name at its top level."""
    path = TESTS / file
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    found = ast.parse(path.read_text("utf-8")).body
    return frozenset(
        node.name
        for node in found
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_fault_is_in_the_table_once_and_in_order() -> None:
    assert [fault.number for fault in FAULTS] == list(range(1, LAST + 1))


def test_every_fault_is_brought_about_or_says_why_not() -> None:
    silent = [fault.number for fault in FAULTS if not fault.tests and not fault.open]
    assert silent == []


def test_every_named_test_exists() -> None:
    named = {test for fault in FAULTS for test in fault.tests}
    missing = [
        test
        for test in sorted(named)
        if test.partition("::")[2] not in functions_of(test.partition("::")[0])
    ]
    assert missing == []


def test_every_test_of_a_fault_is_in_the_table() -> None:
    named = {test for fault in FAULTS for test in fault.tests}
    own = {
        f"faults/{path.name}::{name}"
        for path in TESTS.joinpath("faults").glob("test_*.py")
        if path.name != Path(__file__).name
        for name in functions_of(f"faults/{path.name}")
    }
    assert sorted(own - named) == []
