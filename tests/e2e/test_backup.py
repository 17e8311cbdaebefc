"""Backups from the command line: an older one restored, and nothing posted twice."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Program

PUBLIC = ("--privacy", "PUBLIC_TO_EVERYONE", "--consent")


@pytest.fixture
def planned(program: Program) -> Program:
    """An account with one video due now."""
    assert program.connect("sim01").code == 0
    video = program.folder / "clip.mp4"
    video.write_bytes(os.urandom(50_000))
    added = program.run("posts", "add", str(video), "--account", "sim01", "--at", "now", *PUBLIC)
    assert added.code == 0, added.err
    return program


def statuses(program: Program) -> list[str]:
    return [post["status"] for post in program.run("posts", "list", "--json").json()]


def inits(program: Program) -> int:
    return sum(entry.endpoint == "video_init" for entry in program.sim.world.records.ledger)


def test_a_restored_older_backup_posts_nothing_again(planned: Program) -> None:
    backup = planned.run("backup", "create", "--json").json()
    assert planned.run("publisher", "run", "--until-idle").code == 0
    assert statuses(planned) == ["published"]
    restored = planned.run("backup", "restore", backup["name"], "--json")
    assert restored.code == 0, restored.err
    assert restored.json()["backup_at"] == backup["taken_at"]
    assert Path(restored.json()["former"]).is_dir()
    assert statuses(planned) == ["scheduled"]
    again = planned.run("publisher", "run", "--until-idle")
    assert again.code == 0, again.err
    assert statuses(planned) == ["published"]
    assert (inits(planned), len(planned.sim.world.publishes)) == (1, 1)
    assert planned.sim.world.records.violations == []


def test_a_folder_written_over_by_its_old_copy_posts_nothing_again(planned: Program) -> None:
    assert planned.run("publisher", "run", "--until-idle").code == 0
    second = planned.folder / "second.mp4"
    second.write_bytes(os.urandom(50_000))
    planned.run("posts", "add", str(second), "--account", "sim01", "--at", "now", *PUBLIC)
    copy = planned.folder / "copy"
    shutil.copytree(planned.data_dir, copy)
    assert planned.run("publisher", "run", "--until-idle").code == 0
    assert (statuses(planned), inits(planned)) == (["published", "published"], 2)
    shutil.copytree(copy, planned.data_dir, dirs_exist_ok=True)
    assert planned.run("publisher", "run", "--until-idle").code == 0
    assert sorted(statuses(planned)) == ["published", "unconfirmed"]
    assert inits(planned) == 2


def test_the_publisher_backs_up_by_itself_and_the_list_tells(planned: Program) -> None:
    planned.run("publisher", "run", "--until-idle")
    (backup,) = planned.run("backup", "list", "--json").json()
    assert (backup["kind"], len(backup["sha256"])) == ("auto", 64)
    assert backup["name"] in planned.run("backup", "list").out


def test_backups_hold_secrets_only_sealed(planned: Program) -> None:
    backup = Path(planned.run("backup", "create", "--json").json()["file"])
    content = backup.read_bytes()
    for secret in (b"act.", b"rft.", b"sim-secret", b"correct horse"):
        assert secret not in content
    assert backup.stat().st_mode & 0o077 == 0


def test_a_damaged_database_is_replaced_though_nothing_else_works(planned: Program) -> None:
    backup = planned.run("backup", "create", "--json").json()
    (database,) = planned.data_dir.glob("*.db")
    database.write_bytes(b"gone" * 5_000)
    assert planned.run("posts", "list").code == 1
    assert planned.run("backup", "list", "--json").json()[0]["name"] == backup["name"]
    assert planned.run("backup", "restore", backup["name"]).code == 0
    assert statuses(planned) == ["scheduled"]


@pytest.mark.parametrize(("name", "code"), [("nothing.sqlite3", 2), ("../x", 2), ("{text}", 2)])
def test_what_is_no_backup_is_refused_and_nothing_changes(
    program: Program, name: str, code: int
) -> None:
    text = program.folder / "text.sqlite3"
    text.write_text("no database")
    assert program.run("posts", "list").code == 0
    result = program.run("backup", "restore", name.format(text=text))
    assert result.code == code
    assert "Error:" in result.err
    assert "Traceback" not in result.err
    assert program.run("posts", "list").code == 0


def test_a_copied_folder_publishes_only_after_it_was_adopted(planned: Program) -> None:
    copy = planned.folder / "copy"
    shutil.copytree(planned.data_dir, copy)
    planned.env["TIKTOK_MANAGER_DATA_DIR"] = str(copy)
    refused = planned.run("publisher", "run", "--until-idle")
    assert refused.code == 3
    assert "is a copy" in refused.err
    assert "doctor --adopt" in refused.err
    checks = {c["name"]: c["ok"] for c in planned.run("doctor", "--json").json()["checks"]}
    assert checks["home"] is False
    assert "publishes from now on" in planned.run("doctor", "--adopt").err
    assert planned.run("publisher", "run", "--until-idle").code == 0
    assert statuses(planned) == ["unconfirmed"]
    assert inits(planned) == 0
