"""`posts import` by the command line: every row told, all or none, taken back again."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Tell
from tests.cli.test_posts import HANDLE
from tiktok_manager.services.bulk_columns import COLUMNS

HEADER = "file,account,publish_at,privacy\n"


@pytest.fixture
def plan(clip: Path) -> Path:
    """Write a table with two rows that can be planned."""
    rows = [f"{clip.name},{HANDLE},2026-12-{day} 18:30,SELF_ONLY\n" for day in (24, 25)]
    path = clip.with_name("plan.csv")
    path.write_text(HEADER + "".join(rows))
    return path


def test_a_dry_run_tells_each_row_and_plans_nothing(tell: Tell, plan: Path) -> None:
    code, told, _said = tell("posts", "import", str(plan), "--dry-run", "--tz", "Asia/Tokyo")
    assert (code, told["dry_run"], told["import"], told["planned"]) == (0, True, None, 0)
    first = told["rows"][0]
    assert (first["row"], first["count"], first["timezone"]) == (2, 1, "Asia/Tokyo")
    assert first["publish_at"] == "2026-12-24T09:30:00Z"
    assert first["verdict"] == "warning"
    assert {each["code"] for each in first["findings"]} == {"not_a_video"}
    assert len(tell("posts", "list")[1]) == 1


def test_an_import_is_planned_and_taken_back_by_its_id(tell: Tell, plan: Path) -> None:
    code, told, _said = tell("posts", "import", str(plan), "--consent")
    assert (code, told["planned"], told["drafts"]) == (0, 2, 0)
    assert all(post["id"] for row in told["rows"] for post in row["posts"])
    code, undone, _said = tell("posts", "import", "--undo", told["import"])
    assert (code, len(undone["taken_back"]), undone["left"]) == (0, 2, [])
    assert {each["status"] for each in undone["taken_back"]} == {"cancelled"}


def test_without_consent_direct_posts_become_drafts_that_an_edit_plans(
    tell: Tell, plan: Path
) -> None:
    _code, told, _said = tell("posts", "import", str(plan))
    assert (told["planned"], told["drafts"]) == (2, 2)
    draft = told["rows"][0]["posts"][0]["id"]
    assert tell("posts", "show", draft)[1]["status"] == "draft"
    assert tell("posts", "edit", draft, "--consent")[1]["status"] == "scheduled"


def test_bad_rows_are_named_with_their_fields_and_nothing_is_changed(
    tell: Tell, plan: Path
) -> None:
    with plan.open("a") as file:
        file.write(f"clip.mp4,{HANDLE},yesterday 10:00,SELF_ONLY\ngone.mp4,{HANDLE},,secret\n")
    code, told, said = tell("posts", "import", str(plan), "--consent")
    assert (code, told["error"]["code"], told["planned"]) == (2, "rows_refused", 0)
    wrong = {row["row"]: {e["column"] for e in row["errors"]} for row in told["rows"]}
    assert wrong == {2: set(), 3: set(), 4: {"publish_at"}, 5: {"file", "privacy"}}
    assert "Row 4, publish_at" in said
    assert len(tell("posts", "list")[1]) == 1
    code, told, said = tell("posts", "import", str(plan), "--consent", "--good-rows")
    assert (code, told["planned"], told["left_out"]) == (0, 2, [4, 5])


def test_dates_in_doubt_are_asked_and_the_answer_is_taken(tell: Tell, clip: Path) -> None:
    plan = clip.with_name("doubt.csv")
    plan.write_text(f"{HEADER}clip.mp4,{HANDLE},03/04/2027 10:00,SELF_ONLY\n")
    code, told, _said = tell("posts", "import", str(plan))
    assert (code, told["error"]["code"]) == (2, "dates_in_doubt")
    assert "--dates" in told["error"]["hint"]
    code, told, _said = tell(
        "posts", "import", str(plan), "--dry-run", "--dates", "day-first", "--tz", "UTC"
    )
    assert (code, told["rows"][0]["publish_at"]) == (0, "2027-04-03T10:00:00Z")


def test_a_date_in_doubt_is_an_error_of_its_row_and_the_good_rows_can_go(
    tell: Tell, plan: Path
) -> None:
    with plan.open("a") as file:
        file.write(f"clip.mp4,{HANDLE},03/04/2027 10:00,SELF_ONLY\nclip.mp4,{HANDLE},13pm,secret\n")
    code, told, said = tell("posts", "import", str(plan), "--consent")
    assert (code, told["error"]["code"], told["planned"]) == (2, "rows_refused", 0)
    wrong = {row["row"]: {e["column"] for e in row["errors"]} for row in told["rows"]}
    assert wrong == {2: set(), 3: set(), 4: {"publish_at"}, 5: {"publish_at", "privacy"}}
    assert "Row 4, publish_at" in said
    assert "--dates" in said
    code, told, _said = tell("posts", "import", str(plan), "--consent", "--good-rows")
    assert (code, told["planned"], told["left_out"]) == (0, 2, [4, 5])


def test_a_folder_of_videos_is_planned_for_an_account(tell: Tell, clip: Path) -> None:
    folder = clip.with_name("clips")
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.mp4").write_bytes(name.encode())
    code, told, _said = tell(
        *("posts", "import", str(folder), "--account", HANDLE, "--at", "2026-12-24 18:00"),
        *("--every", "1d", "--tz", "UTC", "--inbox"),
    )
    assert (code, told["planned"]) == (0, 2)
    assert [row["publish_at"][:10] for row in told["rows"]] == ["2026-12-24", "2026-12-25"]


def test_a_template_can_be_imported_once_its_example_is_filled_in(
    tell: Tell, tmp_path: Path
) -> None:
    for name in ("plan.csv", "plan.xlsx"):
        out = tmp_path / name
        code, told, _said = tell("posts", "import", "--template", str(out))
        assert (code, list(told["columns"])) == (0, list(COLUMNS))
        code, told, _said = tell("posts", "import", str(out), "--consent")
        assert (code, list(told["read_as"]["columns"])) == (2, list(COLUMNS))
        assert {each["column"] for each in told["rows"][0]["errors"]} == {"file", "account"}
        assert json.dumps(told)


def test_an_import_without_a_file_says_what_to_name(tell: Tell) -> None:
    code, told, _said = tell("posts", "import")
    assert (code, told["error"]["code"]) == (2, "table_missing")
