"""Planning and changing posts by the command line: looked at, warned of, refused, as JSON."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tests.cli.test_main import no_runner, no_window
from tests.fakes.world import START, VirtualClock, environment
from tiktok_manager.app import open_workspace
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.main import run
from tiktok_manager.domain.posts import Post

HANDLE = "creator01"
CHOICES = ("--privacy", "SELF_ONLY", "--consent")

Tell = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """Fill a data folder with an account and a planned post."""
    with filled(tmp_path / "data", accounts=1) as workspace:
        start = START + timedelta(days=1)
        (post,) = invent_posts(workspace.accounts.list(), 1, start, timedelta())
        add_posts(workspace, [post])
        return post


@pytest.fixture
def tell(tmp_path: Path, post: Post, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run a command; returns its exit code, its JSON document and what it said beside that."""
    clock = VirtualClock()
    here = CommandLine(
        env=environment("http://127.0.0.1:9", tmp_path / "data"),
        open_workspace=lambda env, _clock=None: open_workspace(env, clock),
        make_runner=no_runner,
        run_window=no_window,
    )

    def command(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = run([*words, "--json"], here)
        told = capsys.readouterr()
        return code, json.loads(told.out), told.err

    return command


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    file = tmp_path / "clip.mp4"
    file.write_bytes(bytes(1_000))
    return file


def add(clip: Path, *more: str) -> tuple[str, ...]:
    at = "2026-11-25T10:00"
    return ("posts", "add", str(clip), "--account", HANDLE, "--at", at, *CHOICES, *more)


def test_a_dry_run_shows_the_post_with_its_findings_and_plans_nothing(
    tell: Tell, clip: Path, post: Post
) -> None:
    code, shown, said = tell(*add(clip, "--dry-run"))
    (row,) = shown
    assert code == 0
    assert (row["account"], row["publish_at"][:10], row["id"]) == (HANDLE, "2026-11-25", None)
    assert [finding["code"] for finding in row["findings"]] == ["not_a_video"]
    assert row["warnings"] == [row["findings"][0]["message"]]
    assert row["warnings"][0] in said
    assert row["quota"]["used"] == 1
    assert [each["id"] for each in tell("posts", "list")[1]] == [post.id]


def test_a_dry_run_has_the_shape_of_the_plan(tell: Tell, clip: Path) -> None:
    (shown,) = tell(*add(clip, "--dry-run"))[1]
    (planned,) = tell(*add(clip))[1]
    assert set(planned) <= set(shown)
    assert planned["findings"] == shown["findings"]


@pytest.mark.parametrize("more", [("--strict",), ("--strict", "--dry-run")])
def test_strict_refuses_a_plan_with_findings(tell: Tell, clip: Path, more: tuple[str, ...]) -> None:
    code, shown, _said = tell(*add(clip, *more))
    assert (code, shown["error"]["code"]) == (2, "plan_has_findings")
    assert len(tell("posts", "list")[1]) == 1


def test_an_edit_warns_as_a_plan_does_and_strict_refuses_it(
    tell: Tell, clip: Path, post: Post
) -> None:
    change = ("posts", "edit", post.id, "--file", str(clip), "--consent")
    code, refused, _said = tell(*change, "--strict")
    assert (code, refused["error"]["code"]) == (2, "plan_has_findings")
    code, changed, said = tell(*change)
    assert (code, changed["file"]) == (0, str(clip))
    assert [finding["code"] for finding in changed["findings"]] == ["not_a_video"]
    assert changed["warnings"][0] in said


def test_a_script_that_insists_on_a_version_changes_no_newer_one(tell: Tell, post: Post) -> None:
    seen = tell("posts", "show", post.id)[1]["version"]
    newer = tell("posts", "edit", post.id, "--caption", "Theirs", "--consent")[1]
    assert newer["version"] != seen
    for change in (
        ("posts", "edit", post.id, "--caption", "Mine", "--consent"),
        ("posts", "cancel", post.id),
        ("posts", "retry", post.id),
        ("posts", "resolve", post.id, "--posted"),
    ):
        code, shown, _said = tell(*change, "--version", str(seen))
        assert (code, shown["error"]["code"]) == (2, "changed_meanwhile")
        assert shown["error"]["changes"] == [
            {"field": "version", "yours": str(seen), "theirs": str(newer["version"])}
        ]
    assert tell("posts", "show", post.id)[1]["caption"] == "Theirs"
    code, done, _said = tell("posts", "cancel", post.id, "--version", str(newer["version"]))
    assert (code, done["status"]) == (0, "cancelled")
