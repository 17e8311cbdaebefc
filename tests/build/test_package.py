"""The packaged program is whole: it is built as it would be handed out, and tests itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from build import package

LIMIT_S = 1_500


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    return package.build(folder / "dist", folder / "work")


@pytest.mark.long
@pytest.mark.timeout(LIMIT_S)
def test_the_packaged_program_publishes_and_shows_its_window(program: Path) -> None:
    """From another folder, with nothing of this checkout in reach."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    done = subprocess.run(
        [str(program), "--self-test"],
        cwd=program.parent,
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("equal, once") == 4
    assert "panes: accounts, calendar, composer, analytics, activity, settings" in done.stdout
    assert done.stdout.endswith("Nothing is missing.\n")


@pytest.mark.long
@pytest.mark.timeout(LIMIT_S)
def test_the_packaged_program_carries_no_tool_of_ours(program: Path) -> None:
    names = {path.name for path in program.parent.joinpath("_internal").iterdir()}
    assert not names & {"tests", "pytest", "mypy", "ruff", "hypothesis", "babel", "psycopg"}


def test_the_program_is_found_where_each_system_has_it() -> None:
    dist = Path("dist")
    assert package.program_in(dist, "linux") == dist / "tiktok-manager" / "tiktok-manager"
    assert package.program_in(dist, "win32") == dist / "tiktok-manager" / "tiktok-manager.exe"


def test_a_program_that_fails_its_test_is_told() -> None:
    assert package.self_test(Path(sys.executable), {}) != 0  # Python knows no such option
