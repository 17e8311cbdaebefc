"""What users and scripts build on: commands, exit codes, one JSON document, clear words."""

import hashlib
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Program, a_program
from tests.harness.launcher import Warm

PUBLIC = ("--privacy", "PUBLIC_TO_EVERYONE", "--consent")


def video(program: Program, name: str = "clip.mp4", size_bytes: int = 50_000) -> Path:
    path = program.folder / name
    path.write_bytes(os.urandom(size_bytes))
    return path


def test_connect_plan_and_publish_end_to_end(program: Program) -> None:
    assert program.run("settings", "set", "scopes", "all").code == 0
    connected = [program.connect(handle, "--json") for handle in ("sim01", "sim02")]
    assert [result.code for result in connected] == [0, 0]
    assert [result.json()["handle"] for result in connected] == ["sim01", "sim02"]
    large = video(program, "large.mp4", 64_000_001)
    small = video(program, "small.mov")
    for file, account in ((large, "@sim01"), (small, "sim02")):
        planned = program.run(
            "posts", "add", str(file), "--account", account, "--at", "now", *PUBLIC, "--json"
        )
        assert planned.code == 0, planned.err
        assert planned.json()[0]["status"] == "scheduled"
    published = program.run("publisher", "run", "--until-idle")
    assert published.code == 0, published.err
    listed = program.run("posts", "list", "--json").json()
    assert {post["status"] for post in listed} == {"published"}
    arrived = {
        hashlib.sha256(publish.path.read_bytes()).hexdigest()
        for publish in program.sim.world.publishes.values()
    }
    assert arrived == {hashlib.sha256(f.read_bytes()).hexdigest() for f in (large, small)}
    assert program.sim.world.records.violations == []
    assert program.run("sync", "--json").code == 0
    assert program.run("accounts", "list", "--json").json()[0]["followers"] > 0
    exported = program.run("reports", "export", "posts", "--out", str(program.folder / "p.csv"))
    assert exported.code == 0
    assert (program.folder / "p.csv").read_text(encoding="utf-8-sig").count("published") == 2


def test_secrets_never_rest_in_plain_text_nor_show_in_arguments(program: Program) -> None:
    assert program.run("settings", "set", "client-secret", text="sim-secret\n").code == 0
    program.connect("sim01")
    program.run("posts", "add", str(video(program)), "--account", "sim01", "--at", "now", *PUBLIC)
    program.run("publisher", "run", "--until-idle")
    files = [path for path in program.data_dir.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        for secret in (b"sim-secret", b"act.", b"rft.", b"upload_token"):
            assert secret not in content, (path, secret)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.mp4", "--account", "sim01", "--at", "now", *PUBLIC), "missing.mp4"),
        (("{empty}", "--account", "sim01", "--at", "now", *PUBLIC), "empty"),
        (("{file}", "--account", "nobody", "--at", "now", *PUBLIC), "no account @nobody"),
        (("{file}", "--account", "sim01", "--at", "2020-01-01T10:00", *PUBLIC), "past"),
        (("{file}", "--account", "sim01", "--at", "soon", *PUBLIC), "not a time"),
        (("{file}", "--account", "sim01", "--at", "now", "--tz", "Mars/X", *PUBLIC), "zone"),
        (
            ("{file}", "--account", "sim01", "--at", "now", "--caption", "a" * 2201, *PUBLIC),
            "2200",
        ),
        (("{file}", "--account", "sim01", "--at", "now", "--consent"), "--privacy"),
        (
            ("{file}", "--account", "sim01", "--at", "now", "--privacy", "SELF_ONLY"),
            "Music Usage Confirmation",
        ),
        (("{file}", "--account", "sim01", "--at", "now", "--privacy", "ALL"), "--privacy"),
        (("{file}", "--at", "now", *PUBLIC), "--account"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    one_for_all: Program, arguments: tuple[str, ...], words: str
) -> None:
    empty = one_for_all.folder / "empty.mp4"
    empty.touch()
    file = video(one_for_all)
    filled = [part.format(file=file, empty=empty) for part in arguments]
    result = one_for_all.run("posts", "add", *filled)
    assert result.code == 2
    assert words in result.err
    assert "Traceback" not in result.err
    assert one_for_all.run("posts", "list", "--json").json() == []


@pytest.fixture(scope="module")
def one_for_all(tmp_path_factory: pytest.TempPathFactory, warm: Warm | None) -> Iterator[Program]:
    """A connected program for tests that leave it as it was."""
    with a_program(tmp_path_factory.mktemp("one-for-all"), warm) as program:
        assert program.connect("sim01").code == 0
        yield program


@pytest.fixture
def connected(program: Program) -> Program:
    assert program.connect("sim01").code == 0
    return program


def test_refused_consent_leaves_no_account(program: Program) -> None:
    program.sim.world.account("sim02").refuses_consent = True
    refused = program.connect("sim02")
    assert refused.code == 1
    assert "Error:" in refused.err
    assert program.run("accounts", "list", "--json").json() == []


def test_wrong_app_keys_are_told_and_keep_no_account(program: Program) -> None:
    program.env["TIKTOK_MANAGER_CLIENT_SECRET"] = "wrong-secret"
    wrong = program.connect("sim01")
    assert wrong.code == 1
    assert "secret" in wrong.err
    assert program.run("accounts", "list", "--json").json() == []


def test_without_app_keys_the_user_must_act(program: Program) -> None:
    del program.env["TIKTOK_MANAGER_CLIENT_KEY"]
    result = program.run("accounts", "connect", "--print-url")
    assert (result.code, result.out) == (3, "")
    assert "settings set client-key" in result.err


def test_without_keyring_and_passphrase_the_user_must_act(program: Program) -> None:
    del program.env["TIKTOK_MANAGER_PASSPHRASE"]
    result = program.run("accounts", "connect", "--print-url")
    assert (result.code, result.out) == (3, "")
    assert "TIKTOK_MANAGER_PASSPHRASE" in result.err


def test_a_folder_that_cannot_be_written_is_named(program: Program) -> None:
    (program.folder / "file").write_text("in the way")
    program.env["TIKTOK_MANAGER_DATA_DIR"] = str(program.folder / "file" / "data")
    result = program.run("posts", "list")
    assert result.code == 1
    assert "cannot be written" in result.err


def test_a_newer_database_is_refused(program: Program) -> None:
    assert program.run("posts", "list").code == 0
    (database,) = program.data_dir.glob("*.db")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    result = program.run("posts", "list")
    assert result.code == 1
    assert "newer version" in result.err


def test_a_teams_database_is_refused_for_now(program: Program) -> None:
    result = program.run(
        "posts", "list", env={"TIKTOK_MANAGER_DATABASE_URL": "postgresql+psycopg://x/y"}
    )
    assert result.code == 2


def test_plain_http_goes_to_this_machine_only(program: Program) -> None:
    result = program.run("posts", "list", env={"TIKTOK_MANAGER_API_URL": "http://example.com"})
    assert result.code == 2


def test_a_second_publisher_is_told_who_publishes(program: Program) -> None:
    first = program.start("publisher", "run")
    assert first.stderr is not None
    assert "Publishing." in first.stderr.readline()
    second = program.run("publisher", "run", "--until-idle")
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert second.code == 1
    assert str(first.pid) in second.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_the_publisher_ends_in_order_when_asked(program: Program, name: str) -> None:
    process = program.start("publisher", "run")
    assert process.stderr is not None
    assert "Publishing." in process.stderr.readline()
    process.send_signal(signal.Signals[name])
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_crash_in_native_code_leaves_a_trace(program: Program) -> None:
    process = program.start("publisher", "run")
    assert process.stderr is not None
    assert "Publishing." in process.stderr.readline()
    process.send_signal(signal.SIGSEGV)
    _out, told = process.communicate(timeout=30)
    assert "Fatal Python error: Segmentation fault" in told


def test_a_killed_publisher_loses_and_doubles_nothing(connected: Program) -> None:
    file = video(connected, "large.mp4", 64_000_001)
    connected.run("posts", "add", str(file), "--account", "sim01", "--at", "now", *PUBLIC)
    from tiktok_manager.simulator import Fault

    connected.sim.world.faults.add(Fault(endpoint="upload", nth=3, delay_s=60.0))
    process = connected.start("publisher", "run")
    while connected.sim.world.records.ledger[-1].endpoint != "upload":
        assert process.poll() is None
    process.kill()
    process.communicate(timeout=30)
    connected.sim.world.faults.clear()
    assert connected.run("publisher", "run", "--until-idle").code == 0
    (post,) = connected.run("posts", "list", "--json").json()
    assert post["status"] == "published"
    ended = [p for p in connected.sim.world.publishes.values() if p.status == "PUBLISH_COMPLETE"]
    assert [hashlib.sha256(p.path.read_bytes()).hexdigest() for p in ended] == [
        hashlib.sha256(file.read_bytes()).hexdigest()
    ]


def test_edit_cancel_retry_and_show_speak_json(connected: Program) -> None:
    planned = connected.run(
        "posts",
        "add",
        str(video(connected)),
        "--account",
        "sim01",
        "--at",
        "2099-01-01T10:00",
        "--tz",
        "Europe/Berlin",
        *PUBLIC,
        "--json",
    ).json()[0]
    assert planned["publish_at"] == "2099-01-01T09:00:00Z"
    edited = connected.run(
        "posts", "edit", planned["id"][:10], "--caption", "New", "--tz", "UTC", "--json"
    ).json()
    assert (edited["caption"], edited["publish_at"]) == ("New", "2099-01-01T10:00:00Z")
    assert connected.run("posts", "cancel", planned["id"], "--json").json()["status"] == "cancelled"
    assert connected.run("posts", "retry", planned["id"]).code == 2
    assert connected.run("posts", "show", planned["id"], "--json").json()["trail"]
    assert connected.run("posts", "show", "zzzz").code == 2


def test_a_flight_record_is_shown_in_detail_and_exported(connected: Program) -> None:
    connected.run(
        "posts", "add", str(video(connected)), "--account", "sim01", "--at", "now", *PUBLIC
    )
    assert connected.run("publisher", "run", "--until-idle").code == 0
    (post,) = connected.run("posts", "list", "--json").json()
    trail = connected.run("posts", "show", post["id"], "--trail", "--json").json()
    kinds = [step["kind"] for step in trail]
    assert kinds.index("init_intent") < kinds.index("final_intent") < kinds.index("published")
    assert (
        f"publish_id: {post['publish_id']}"
        in connected.run("posts", "show", post["id"], "--trail").out
    )
    file = connected.folder / "record.json"
    assert connected.run("posts", "show", post["id"], "--out", str(file)).code == 0
    written = json.loads(file.read_text(encoding="utf-8"))
    assert (written["id"], written["trail"]) == (post["id"], trail)
    assert "upload_token" not in file.read_text(encoding="utf-8")
    nowhere = connected.folder / "missing" / "record.json"
    assert connected.run("posts", "show", post["id"], "--out", str(nowhere)).code == 2


def test_disconnecting_takes_the_permission_back_and_stops_posts(connected: Program) -> None:
    connected.run(
        "posts", "add", str(video(connected)), "--account", "sim01", "--at", "2099-01-01T10:00",
        *PUBLIC,
    )  # fmt: skip
    result = connected.run("accounts", "disconnect", "@sim01", "--json")
    assert result.code == 0
    assert result.json()["status"] == "disconnected"
    (post,) = connected.run("posts", "list", "--json").json()
    assert (post["status"], post["error"]["code"]) == ("needs_attention", "account_disconnected")
    assert any(entry.endpoint == "revoke" for entry in connected.sim.world.records.ledger)


def test_errors_in_json_mode_are_one_document(connected: Program) -> None:
    result = connected.run("posts", "show", "nothing", "--json")
    assert result.code == 2
    assert result.json()["error"]["code"] == "not_found"


def test_doctor_says_what_is_missing(program: Program) -> None:
    assert program.run("doctor", "--json").json()["ok"] is True
    del program.env["TIKTOK_MANAGER_CLIENT_KEY"]
    result = program.run("doctor", "--json")
    assert result.code == 3
    assert [check["name"] for check in result.json()["checks"] if not check["ok"]] == ["app keys"]
