"""Every wrong input ends in words and an exit code."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.world import VirtualClock, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.cli import doctor
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.main import run
from tiktok_manager.domain.clock import Clock
from tiktok_manager.scheduler.runner import Runner
from tiktok_manager.services import settings
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.system.timezone import LocalZone

PLAN = ("posts", "add", "clip.mp4", "--account", "ada", "--at", "now")
NOT_TEXT = "a\udcff"


def open_here(
    env: Mapping[str, str], clock: Clock | None = None
) -> AbstractContextManager[Workspace]:
    return open_workspace(env, clock or VirtualClock())


def no_runner(workspace: Workspace, *, standby: bool = False) -> Runner:
    raise AssertionError(f"nothing is published here ({workspace=}, {standby=})")


def no_window(*, hidden: bool, demo: bool = False) -> int:
    raise AssertionError(f"no window is opened here ({hidden=}, {demo=})")


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    return CommandLine(
        env=environment("http://127.0.0.1:9", tmp_path / "data"),
        open_workspace=open_here,
        make_runner=no_runner,
        run_window=no_window,
    )


def test_the_demo_without_headless_is_the_window_at_once(command_line: CommandLine) -> None:
    asked: list[tuple[bool, bool]] = []

    def window(*, hidden: bool, demo: bool = False) -> int:
        asked.append((hidden, demo))
        return 0

    assert run(["demo"], replace(command_line, run_window=window)) == 0
    assert asked == [(False, True)]


@pytest.mark.parametrize(
    "arguments",
    [
        (*PLAN, "--caption", NOT_TEXT),
        (*PLAN, f"--caption={NOT_TEXT}"),
        ("posts", "add", f"{NOT_TEXT}.mp4", "--account", "ada", "--at", "now"),
        ("accounts", "show", NOT_TEXT),
        ("posts", "show", NOT_TEXT),
        ("posts", "list", "--account", NOT_TEXT),
        ("reports", "export", "posts", "--out", NOT_TEXT),
    ],
)
def test_an_argument_that_is_no_text_is_named_and_refused(
    arguments: tuple[str, ...], command_line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--json"], command_line) == 2
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert error["code"] == "argument_not_text"
    assert "a?" in error["title"]
    assert error["title"] in told.err


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_time_beyond_the_calendar_is_refused(
    option: str, command_line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["posts", "list", option, "9999-12-31T23:59:59-12:00"], command_line) == 2
    assert "is not a time" in capsys.readouterr().err


@pytest.mark.parametrize("cover_ms", ["-1", "2147483648"])
def test_a_cover_tiktok_cannot_count_to_is_refused(
    cover_ms: str, command_line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*PLAN, "--cover-ms", cover_ms], command_line) == 2
    assert "--cover-ms" in capsys.readouterr().err


def test_every_check_of_doctor_has_a_code(
    command_line: CommandLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = LocalZone(name="UTC", offset=timedelta(hours=-3, minutes=-30), is_sure=False)
    monkeypatch.setattr(settings, "local_zone", lambda _now: doubt)
    assert run(["doctor", "--json"], command_line) == 3
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert all(check["code"].isidentifier() for check in checks.values())
    assert {name: check["code"] for name, check in checks.items() if not check["ok"]} == {
        "time zone": "zone_in_doubt",
    }
    assert "-03:30" in checks["time zone"]["text"]
    assert checks["backups"]["code"] == "no_backup_yet"
    assert checks["counters"]["code"] == "no_counters_yet"


def test_doctor_tells_what_became_of_damaged_counters(
    command_line: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    with command_line.workspace() as workspace:
        path = workspace.paths.metrics
    path.write_bytes(b"not a database" * 1000)
    told = []
    for _ in range(2):
        run(["doctor", "--thorough", "--json"], command_line)
        checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
        told.append((checks["counters"]["code"], checks["counters"]["ok"]))
    assert told == [("metrics_damaged", False), ("ok", True)]


@pytest.mark.parametrize(("options", "code"), [((), "not_looked_through"), (("--thorough",), "ok")])
def test_a_large_database_is_looked_through_on_request(
    command_line: CommandLine,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    code: str,
) -> None:
    monkeypatch.setattr(doctor, "SMALL_DATABASE_BYTES", 0)
    run(["doctor", *options, "--json"], command_line)
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [check["code"] for check in checks if check["name"] == "database"] == [code]
