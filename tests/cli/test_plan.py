"""`plan` by the command line: the plan goes out as a file and comes back."""

from pathlib import Path

from tests.cli.conftest import Tell
from tiktok_manager.domain.posts import Post


def test_an_export_differs_in_nothing_and_applies_to_nothing(
    tell: Tell, post: Post, tmp_path: Path
) -> None:
    for name in ("plan.csv", "plan.xlsx"):
        out = str(tmp_path / name)
        assert tell("plan", "export", "--out", out)[:2] == (0, {"file": out, "rows": 1})
        code, told, _said = tell("plan", "diff", out)
        assert (code, told["unchanged"], told["changed"], told["missing"]) == (0, 1, 0, [])
        assert told["rows"][0]["id"] == post.id
        code, told, _said = tell("plan", "apply", out)
        assert (code, told["applied"], told["unchanged"]) == (0, True, 1)


def test_a_changed_file_is_looked_at_and_then_applied(
    tell: Tell, post: Post, tmp_path: Path
) -> None:
    out = tmp_path / "plan.csv"
    tell("plan", "export", "--out", str(out))
    out.write_text(out.read_text().replace(f'"{post.caption}"', '"Other words"'))
    code, told, _said = tell("plan", "apply", str(out), "--consent", "--dry-run")
    assert (code, told["applied"], told["changed"]) == (0, False, 1)
    assert told["rows"][0]["changes"] == [
        {"field": "caption", "yours": "Other words", "theirs": post.caption}
    ]
    assert tell("posts", "show", post.id)[1]["caption"] == post.caption
    assert tell("plan", "apply", str(out), "--consent")[1]["applied"] is True
    assert tell("posts", "show", post.id)[1]["caption"] == "Other words"
    code, told, _said = tell("plan", "apply", str(out), "--consent")
    assert (code, told["unchanged"]) == (0, 1)


def test_a_plan_changed_meanwhile_is_refused_with_both_values(
    tell: Tell, post: Post, tmp_path: Path
) -> None:
    out = tmp_path / "plan.csv"
    tell("plan", "export", "--out", str(out))
    out.write_text(out.read_text().replace(f'"{post.caption}"', '"Mine"'))
    tell("posts", "edit", post.id, "--caption", "Theirs", "--consent")
    code, told, _said = tell("plan", "apply", str(out), "--consent")
    assert (code, told["error"]["code"], told["applied"]) == (2, "plan_file_refused", False)
    (error,) = told["rows"][0]["errors"]
    assert (error["code"], error["column"]) == ("changed_meanwhile", "version")
    assert error["changes"] == [{"field": "caption", "yours": "Mine", "theirs": "Theirs"}]
    assert tell("posts", "show", post.id)[1]["caption"] == "Theirs"


def test_what_the_file_does_not_hold_is_cancelled_only_when_asked(
    tell: Tell, post: Post, tmp_path: Path
) -> None:
    out = tmp_path / "plan.csv"
    tell("plan", "export", "--out", str(out))
    out.write_text(out.read_text().splitlines()[0] + "\n")
    code, told, _said = tell("plan", "diff", str(out))
    assert (code, [each["id"] for each in told["missing"]]) == (0, [post.id])
    tell("plan", "apply", str(out), "--consent")
    assert tell("posts", "show", post.id)[1]["status"] == "scheduled"
    code, told, _said = tell("plan", "apply", str(out), "--remove-missing")
    assert (code, told["removed"]) == (0, 1)
    assert tell("posts", "show", post.id)[1]["status"] == "cancelled"
