"""A command loads what it needs and no more: what is imported is counted, not timed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.world import environment

NEVER = {"PySide6", "shiboken6", "pyqtgraph", "pytest"}
NETWORK = {"httpx", "httpcore", "h11", "socksio", "truststore", "anyio", "rich"}
PUBLISHER = {"apscheduler", "wakepy", "av", "numpy"}
SECRETS = {"cryptography", "keyring"}
REST = {"alembic", "starlette", "uvicorn", "xlsxwriter", "psycopg", "tzlocal"}
DIALECTS = {"sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.mysql"}
DATABASE = {"sqlalchemy", "sqlite3", "pysqlite3"}
HEAVY = NEVER | NETWORK | PUBLISHER | SECRETS | REST | DIALECTS


def loaded_by(data_dir: Path, *arguments: str) -> set[str]:
    code = (
        "import sys\n"
        "from tiktok_manager.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "print('LOADED', *sys.modules)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment("http://127.0.0.1:9", data_dir)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.partition("LOADED ")[2].split())


def test_help_loads_no_room_that_works(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path / "data", "--help")
    assert loaded & (HEAVY | DATABASE) == set()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("tiktok_manager.")}
    assert rooms <= {"__main__", "cli", "domain", "system", "wording"}
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("posts", "list"),
        ("posts", "list", "--json", "--limit", "50"),
        ("accounts", "list"),
        ("settings", "list"),
        ("backup", "list"),
    ],
    ids=" ".join,
)
def test_a_command_that_only_reads_loads_no_network_no_publisher_no_secrets(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    data_dir = tmp_path / "data"
    loaded_by(data_dir, "posts", "list")  # the first start makes the database, with Alembic
    used = {"tzlocal"} if command[0] == "settings" else set()
    assert loaded_by(data_dir, *command) & (HEAVY - used) == set()
