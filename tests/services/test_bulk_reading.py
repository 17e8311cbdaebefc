"""Tables are read whatever wrote them, and what is hostile costs little and ends in one error."""

import os
import struct
import zipfile
from datetime import datetime
from io import BytesIO
from itertools import repeat
from pathlib import Path

import pytest
from openpyxl import Workbook

from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.services import bulk_reading, bulk_xlsx
from tiktok_manager.services.bulk_reading import Table, read_folder, read_table

HEADER = ("file", "account", "caption")
ROW = ("a.mp4", "@sim01", "Grüße, “hello” 🌅")


def write(folder: Path, content: bytes, name: str = "plan.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(table: Table) -> list[tuple[object, ...]]:
    return [row.cells for row in table.rows]


def why(path: Path) -> str:
    with pytest.raises(InputError) as met:
        read_table(path)
    return str(met.value.params.get("why", met.value.code))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
def test_a_table_is_read_in_any_dress(
    tmp_path: Path, delimiter: str, end: str, encoding: str, bom: bytes
) -> None:
    quoted = [f'"{cell}"' for cell in ROW]
    text = end.join([delimiter.join(HEADER), delimiter.join(quoted), ""])
    table = read_table(write(tmp_path, bom + text.encode(encoding)))
    assert table.columns == HEADER
    assert cells(table) == [ROW]
    assert table.form.delimiter == delimiter


def test_what_excel_writes_in_the_west_is_read(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "file;caption\r\na.mp4;Grüße – 5 €\r\n".encode("cp1252")))
    assert cells(table) == [("a.mp4", "Grüße – 5 €")]


def test_a_line_that_names_the_delimiter_is_obeyed(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"sep=;\r\nfile;caption\r\na.mp4;x\r\n"))
    assert [row.number for row in table.rows] == [3]
    assert cells(table) == [("a.mp4", "x")]


def test_rows_bear_the_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    content = b'file,caption\na.mp4,"two\nlines"\n\n,\nb.mp4,x\n'
    table = read_table(write(tmp_path, content))
    assert [(row.number, row.cells[0]) for row in table.rows] == [(2, "a.mp4"), (5, "b.mp4")]
    assert table.rows[0].cells[1] == "two\nlines"


def test_short_rows_are_filled_and_long_ones_are_marked(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"file,account,caption\na.mp4\nb.mp4,x,y,z\nc.mp4,x,y,\n"))
    assert [row.is_ragged for row in table.rows] == [False, True, False]
    assert cells(table)[0] == ("a.mp4", "", "")


def test_what_keeps_formulas_from_spreadsheets_is_taken_off_again(tmp_path: Path) -> None:
    content = b"file,caption\n'-a.mp4,'=1+1\nb.mp4,''=1+1\nc.mp4,'tis\nd.mp4,'007\n"
    captions = [row.cells[1] for row in read_table(write(tmp_path, content)).rows]
    assert captions == ["=1+1", "'=1+1", "'tis", "007"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"file\n" + b"x" * 1_000_001, "line_too_long"),
        (b'file\n"' + b"x,\n" * 60_000, "bad_quotes"),
        (b"\xff\xfef\x00i\x00l\x00e\x00\n\x00x", "not_text"),
        (b"file\n\x81\x8d\xff", "not_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b",".join([b"c"] * 201), "too_many_columns"),
    ],
)
def test_what_is_no_table_is_one_error(tmp_path: Path, content: bytes, reason: str) -> None:
    assert why(write(tmp_path, content)) == reason


def test_more_rows_and_bytes_than_are_planned_at_once_are_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_reading, "MAX_ROWS", 3)
    assert why(write(tmp_path, b"file\n" + b"x\n" * 4)) == "too_many_rows"
    monkeypatch.setattr(bulk_reading, "MAX_BYTES", 10)
    assert why(write(tmp_path, b"file\n" + b"x\n" * 4)) == "too_large"


def test_what_is_no_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_table(tmp_path / "nothing.csv")
    assert why(tmp_path) == "is_folder"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert why(tmp_path / "pipe.csv") == "not_a_file"
        assert why(Path("/dev/zero")) == "not_a_file"


# --- workbooks -------------------------------------------------------------------------------


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = folder / "plan.xlsx"
    book.save(path)
    return path


def repacked(path: Path, part: str, content: bytes) -> Path:
    """Exchange a part of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {info.filename: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in (parts | {part: content}).items():
            new.writestr(name, data)
    return path


def test_a_workbook_is_read_with_its_dates_numbers_and_switches(tmp_path: Path) -> None:
    at = datetime.fromisoformat("2026-12-24T18:30")
    rows: list[list[object]] = [["file", "publish_at", "n", "x"], ["a.mp4", at, 5.0, True]]
    table = read_table(workbook(tmp_path, [*rows, ["b.mp4", None, 123456789012, 0.5]]))
    assert table.columns == ("file", "publish_at", "n", "x")
    assert cells(table) == [("a.mp4", at, "5", "true"), ("b.mp4", "", "123456789012", "0.5")]


def test_a_workbook_shows_the_last_value_of_a_formula(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["file", "caption"], ["a.mp4", "x"]])
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>file</v></c></row>'
        b'<row r="3"><c r="A3" t="str"><f>"a"&amp;".mp4"</f><v>a.mp4</v></c></row>'
        b"</sheetData></worksheet>"
    )
    table = read_table(repacked(path, "xl/worksheets/sheet1.xml", sheet))
    assert [(row.number, row.cells) for row in table.rows] == [(3, ("a.mp4",))]


def test_a_formula_that_was_never_worked_out_is_no_blank_cell(tmp_path: Path) -> None:
    assert why(workbook(tmp_path, [["file", "publish_at"], ["a.mp4", "=NOW()+1"]])) == (
        "not_calculated"
    )


def bomb(folder: Path, unpacked_bytes: int) -> Path:
    path = folder / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * unpacked_bytes)
    return path


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_xlsx, "_UNPACKED_BYTES", 10_000_000)
    assert why(bomb(tmp_path, 12_000_000)) == "unpacks_to_much"


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path, 3_000_000)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<L", 1000)
    assert why(write(tmp_path, bytes(content), "lies.xlsx")) == "damaged"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16"])
def test_entities_in_a_workbook_are_refused(tmp_path: Path, encoding: str) -> None:
    path = workbook(tmp_path, [["file"], ["a.mp4"]])
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><worksheet>&l8;</worksheet>'
    bombed = repacked(path, "xl/worksheets/sheet1.xml", text.encode(encoding))
    assert why(bombed) == "entities"


def test_a_zip_of_many_parts_is_refused_before_it_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", b"")
    assert why(path) == "unpacks_to_much"


@pytest.mark.parametrize(
    "sheet", [b"", b"<worksheet", b"<worksheet><sheetData><row r='x'><c r='??'/></row>", b"\0\1\2"]
)
def test_a_workbook_whose_sheet_is_broken_is_one_error(tmp_path: Path, sheet: bytes) -> None:
    path = workbook(tmp_path, [["file"], ["a.mp4"]])
    assert why(repacked(path, "xl/worksheets/sheet1.xml", sheet)) in {"damaged", "empty"}


def test_a_sheet_that_claims_millions_of_columns_costs_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["file"], ["a.mp4"]])
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>file</v></c></row>'
        b'<row r="2"><c r="A2" t="str"><v>a.mp4</v></c><c r="XFD2" t="str"><v>far</v></c></row>'
        b'<row r="999999999999"><c r="A999999999999" t="str"><v>deep</v></c></row>'
        b"</sheetData></worksheet>"
    )
    table = read_table(repacked(path, "xl/worksheets/sheet1.xml", sheet))
    assert cells(table) == [("a.mp4",)]


def test_a_text_file_named_as_a_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"file\na.mp4\n", "plan.xlsx"))
    assert table.form.kind == "csv"


def test_a_zip_that_is_no_workbook_is_one_error(tmp_path: Path) -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("hello.txt", b"hello")
    assert why(write(tmp_path, held.getvalue(), "plan.xlsx")) == "damaged"


# --- a folder --------------------------------------------------------------------------------


def test_a_folder_gives_its_videos_in_order_with_captions(tmp_path: Path) -> None:
    for name in ("Clip 10.mp4", "Clip 2.MOV", "notes.md", ".hidden.mp4", "my_first-day.webm"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "Clip 2.txt").write_text("From beside\r\nit ✨\n", encoding="utf-8", newline="")
    table = read_folder(tmp_path, "{n}. {name} ({stem})", repeat(""))
    assert [row.cells[:2] for row in table.rows] == [
        ("Clip 2.MOV", "From beside\nit ✨"),
        ("Clip 10.mp4", "2. Clip 10 (Clip 10)"),
        ("my_first-day.webm", "3. my first day (my_first-day)"),
    ]


def test_an_unknown_variable_and_a_folder_without_videos_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as met:
        read_folder(tmp_path, "{nmae}", repeat(""))
    assert met.value.code == "bad_template"
    with pytest.raises(InputError) as met:
        read_folder(tmp_path, "{name}", repeat(""))
    assert met.value.params["why"] == "no_videos"


def part(*content: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%b"><sheetData>%b</sheetData></worksheet>' % (
        space,
        b"".join(content),
    )


@pytest.mark.parametrize(
    "sheet",
    [
        part(b"<row>", b"<c/>" * 1200, b"</row>"),
        part(b"<row/>" * 2500),
        part(b'<row><c t="str"><v>', b"x" * 1001, b"</v></c></row>"),
        part(b'<row><c r="', b"x" * 200_000, b'"/></row>'),
    ],
    ids=["a row of endless cells", "endless rows", "a cell of endless text", "an endless tag"],
)
def test_what_would_be_too_much_to_keep_is_refused_while_it_is_weighed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: bytes
) -> None:
    limits = {"_TOGETHER": 1000, "_ELEMENTS": 2000, "_CELL_CHARS": 1000, "_TAG_BYTES": 100_000}
    for name, most in limits.items():
        monkeypatch.setattr(bulk_xlsx, name, most)
    path = workbook(tmp_path, [["file"], ["a.mp4"]])
    assert cells(read_table(path)) == [("a.mp4",)]
    repacked(path, "xl/worksheets/sheet1.xml", sheet)
    assert why(path) == "unpacks_to_much"
