"""Exports: whole, safe in a spreadsheet, and as small in memory for many rows as for few."""

import csv
import gc
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.benchmarks.workspaces import add_posts, filled, invent_posts
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.services import reports, tables
from tiktok_manager.services.reports import PAGE_ROWS
from tiktok_manager.services.tables import write_table
from tiktok_manager.services.workspace import Workspace
from tiktok_manager.wording import message_and_action

VIDEO_ID = "7301234567890123456"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with filled(tmp_path / "data", accounts=2) as opened:
        yield opened


def plan(workspace: Workspace, count: int) -> None:
    start = datetime(2031, 1, 1, 12, tzinfo=UTC)
    owners = list(workspace.accounts.list())
    add_posts(workspace, invent_posts(owners, count, start, timedelta()))


def read_csv(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def test_every_post_is_exported_once_over_all_pages(workspace: Workspace, tmp_path: Path) -> None:
    plan(workspace, 2 * PAGE_ROWS)  # all due at the same instant: the id tells them apart
    out = tmp_path / "posts.csv"
    assert workspace.reports.export("posts", out, message_and_action) == 2 * PAGE_ROWS
    listed = [post.id for post in workspace.planning.page(PostFilter())]
    assert [row["id"].lstrip("'") for row in read_csv(out)] == listed


def test_the_local_time_stands_beside_utc_with_its_zone(
    workspace: Workspace, tmp_path: Path
) -> None:
    plan(workspace, 1)
    out = tmp_path / "posts.csv"
    workspace.reports.export("posts", out, message_and_action)
    (row,) = read_csv(out)
    assert (row["publish_at"], row["publish_at_local"], row["timezone"]) == (
        "2031-01-01T12:00:00Z",
        "2031-01-01 13:00:00",
        "Europe/Berlin",
    )
    names = list(row)
    assert names.index("publish_at_local") == names.index("publish_at") + 1


@pytest.mark.parametrize("kind", ["accounts", "videos"])
def test_other_times_are_told_in_the_usual_zone(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "out.csv"
    workspace.reports.export(kind, out, message_and_action)
    header = out.read_text(encoding="utf-8-sig").splitlines()[0]
    assert '_at_local","timezone"' in header


@pytest.mark.parametrize("name", ["posts.csv", "posts.xlsx"])
def test_an_export_needs_no_more_memory_for_more_rows(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def peak_bytes() -> int:
        gc.collect()
        tracemalloc.start()
        workspace.reports.export("posts", tmp_path / name, message_and_action)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    monkeypatch.setattr(reports, "PAGE_ROWS", 50)
    plan(workspace, 100)
    workspace.reports.export("posts", tmp_path / name, message_and_action)  # imports and caches
    few = peak_bytes()
    plan(workspace, 900)
    assert peak_bytes() < 1.5 * few


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (VIDEO_ID, f"'{VIDEO_ID}"),
        ("007", "'007"),
        ("12e45", "'12e45"),
        ("=1+1", "'=1+1"),
        ("\uff1d1", "'\uff1d1"),
        ("1234", "1234"),
        ("2031-01-01 13:00:00", "2031-01-01 13:00:00"),
        ('say "yes"; or,\nno', 'say "yes"; or,\nno'),
        (-5, "-5"),
        (0.25, "0.25"),
        (None, ""),
        (["a", "b"], "a, b"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_cell_is_text_where_a_spreadsheet_would_spoil_it(
    tmp_path: Path, value: object, cell: str, delimiter: str
) -> None:
    out = tmp_path / "out.csv"
    assert write_table(out, [{"x": value, "y": 1}], ("x", "y"), delimiter=delimiter) == 1
    assert read_csv(out, delimiter) == [{"x": cell, "y": "1"}]


def test_xlsx_keeps_numbers_as_numbers_and_all_else_as_text(tmp_path: Path) -> None:
    out = tmp_path / "Out.XLSX"
    record = {"id": VIDEO_ID, "caption": "=1+1", "views": 7, "url": "https://x.test", "none": None}
    assert write_table(out, [record], tuple(record)) == 1
    with zipfile.ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    cells = re.findall(r'<c r="([A-Z]2)"([^>]*)>(.*?)</c>', sheet)
    assert {
        place: ("inlineStr" in kind, re.sub("<.*?>", "", text)) for place, kind, text in cells
    } == {
        "A2": (True, VIDEO_ID),
        "B2": (True, "=1+1"),
        "C2": (False, "7"),
        "D2": (True, "https://x.test"),
    }
    assert "<f>" not in sheet


def test_xlsx_ends_where_a_sheet_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "XLSX_ROWS", 3)
    out = tmp_path / "out.xlsx"
    assert write_table(out, [{"x": 1}] * 2, ("x",)) == 2
    before = out.read_bytes()
    with pytest.raises(InputError) as refused:
        write_table(out, [{"x": 1}] * 3, ("x",))
    assert refused.value.code == "too_many_rows"
    assert out.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]


@pytest.mark.parametrize(
    ("name", "delimiter", "code"),
    [
        ("out.pdf", ",", "bad_format"),
        ("out.ods", ",", "bad_format"),
        ("out.csv", "", "bad_delimiter"),
        ("out.csv", ",,", "bad_delimiter"),
        ("out.csv", '"', "bad_delimiter"),
        ("out.csv", "\n", "bad_delimiter"),
        ("out.csv", "a", "bad_delimiter"),
    ],
)
def test_what_would_be_no_such_table_is_refused(
    tmp_path: Path, name: str, delimiter: str, code: str
) -> None:
    with pytest.raises(InputError) as refused:
        write_table(tmp_path / name, [], ("x",), delimiter=delimiter)
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_posts_are_exported_as_a_calendar_by_the_name_of_the_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    plan(workspace, 3)
    out = tmp_path / "plan.ics"
    assert workspace.reports.export("posts", out, message_and_action) == 3
    assert out.read_bytes().count(b"BEGIN:VEVENT\r\n") == 3
