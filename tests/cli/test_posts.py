"""Planning and changing posts by the command line: looked at, warned of, refused, as JSON."""

from pathlib import Path

import pytest

from tests.cli.conftest import Tell
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.main import run
from tiktok_manager.domain.posts import Post

HANDLE = "creator01"
CHOICES = ("--privacy", "SELF_ONLY", "--consent")


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


def test_many_are_changed_as_one_and_told_as_a_list(tell: Tell, clip: Path, post: Post) -> None:
    (other,) = tell(*add(clip))[1]
    code, changed, _said = tell("posts", "edit", post.id, other["id"], "--shift", "1d", "--consent")
    assert code == 0
    assert [each["id"] for each in changed] == [post.id, other["id"]]
    assert changed[1]["publish_at"][:10] == "2026-11-26"
    code, gone, _said = tell("posts", "cancel", post.id, other["id"][:8])
    assert (code, {each["status"] for each in gone}) == (0, {"cancelled"})
    code, refused, said = tell("posts", "edit", post.id, other["id"], "--caption", "x")
    assert (code, refused["error"]["code"]) == (2, "wrong_status")
    assert post.id[:8] in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("edit", "--caption", "x"), "name_posts"),
        (("edit", "ID", "--at", "now", "--shift", "1d"), "time_or_shift"),
        (("edit", "ID", "--shift", "soon"), "bad_shift"),
        (("cancel", "--batch", "nothing"), "not_found"),
        (("cancel", "ID", "--batch", "nothing", "--version", "1"), "not_found"),
    ],
)
def test_what_many_are_to_become_is_named_whole(
    tell: Tell, post: Post, words: tuple[str, ...], code: str
) -> None:
    named = [post.id if word == "ID" else word for word in words]
    exit_code, shown, _said = tell("posts", *named)
    assert (exit_code, shown["error"]["code"]) == (2, code)


def test_posts_are_listed_by_what_they_carry(tell: Tell, clip: Path, post: Post) -> None:
    (other,) = tell(*add(clip))[1]
    tell("posts", "edit", other["id"], "--tag", "sale", "--tag", "May", "--consent")

    def listed(*words: str) -> list[str]:
        return [each["id"] for each in tell("posts", "list", *words)[1]]

    assert listed("--tag", "sale") == listed("--account", "all", "--tag", "May") == [other["id"]]
    assert listed("--batch", "none") == listed("--campaign", "none") == []
    assert listed("--account", HANDLE, "--account", "all") == [post.id, other["id"]]


def test_what_a_time_means_is_said_before_it_counts(tell: Tell, clip: Path) -> None:
    tell("slots", "add", "--account", HANDLE, "--days", "mon", "--time", "18:30", "--tz", "UTC")
    command = ["2026-11-25T10:00", "next-slot", "fri 18:00"]
    said = []
    for when in command:
        words = [when if word == "2026-11-25T10:00" else word for word in add(clip, "--dry-run")]
        said.append(tell(*words)[2])
    assert "2026-11-25" not in said[0]
    assert "2026-11-23 18:30 (UTC)" in said[1]
    assert "“fri 18:00” is 2026-11-27 18:00" in said[2]


def test_plan_tonight_tells_of_each_post_its_verdict_and_what_to_do(tell: Tell, post: Post) -> None:
    code, document, _said = tell("plan", "tonight")
    assert (code, document) == (0, [])  # it is due in exactly 24 hours
    tell("posts", "edit", post.id, "--at", "in 3 hours", "--consent")
    code, (row,), _said = tell("plan", "tonight")
    assert code == 0
    assert (row["post_id"], row["account"], row["verdict"]) == (post.id, HANDLE, "problem")
    assert row["publish_at"].endswith("Z")
    found = {each["code"]: each for each in row["findings"]}
    assert set(found) == {"file_folder_missing", "no_publisher", "creator_not_asked"}
    assert all(each["message"] and each["action"] for each in found.values())


def test_plan_tonight_in_a_terminal_says_once_what_goes_for_all(
    here: CommandLine, tell: Tell, post: Post, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell("posts", "edit", post.id, "--at", "in 3 hours", "--consent")
    tell("posts", "add", str(clip), "--account", HANDLE, "--at", "in 5 hours", *CHOICES)
    capsys.readouterr()
    assert run(["plan", "tonight"], here) == 0
    told = capsys.readouterr().out
    assert told.count("No publisher is running") == 1
    assert told.count("has not said yet what") == 1
    assert "holiday.mp4: the folder /videos is not there." in told
    assert told.splitlines()[-1].startswith("2 posts in the next 24 hours: 0 safe, 1 in doubt, 1")
