"""Rows as a file for a spreadsheet: CSV, or XLSX by the file's suffix, written as they come."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tiktok_manager.domain.errors import InputError
from tiktok_manager.system.files import writing

Record = Mapping[str, object]

XLSX = ".xlsx"
XLSX_ROWS = 1_048_576  # as many as a sheet holds, its header among them
_OTHER_FORMATS = frozenset({".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".pdf", ".json"})
# Spreadsheets read the full-width forms of these signs as the signs.
_FORMULA_STARTS = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
# Spreadsheets keep 15 digits of a number, no zeros in front, and read 12e4 as one.
_SPOILT_NUMBER = re.compile(r"[0-9]{16,}|0[0-9]+|[0-9]+[eE][0-9]+")
_MARK = "'"


def check_format(out: Path, delimiter: str) -> None:
    """Raise InputError for a suffix that promises another format, or no good delimiter."""
    if out.suffix.lower() in _OTHER_FORMATS:
        raise InputError("bad_format", suffix=out.suffix, name=out.stem)
    if len(delimiter) != 1 or delimiter in "\"'\r\n" or delimiter.isalnum():
        raise InputError("bad_delimiter", delimiter=delimiter)


def write_table(
    out: Path,
    records: Iterable[Record],
    columns: Sequence[str],
    *,
    delimiter: str = ",",
    beside: Sequence[Sequence[str]] = (),
) -> int:
    """Write records whole or not at all, never more than one in memory; returns how many.

    `beside` are the rows of a second sheet, which only XLSX has. Raises InputError and StorageError
    as `system.files.writing` does, and whatever `records` do.
    """
    check_format(out, delimiter)
    with writing(out) as file:
        if out.suffix.lower() == XLSX:
            return _write_xlsx(file, records, columns, beside)
        return _write_csv(file, records, columns, delimiter)


def _write_csv(
    file: BinaryIO, records: Iterable[Record], columns: Sequence[str], delimiter: str
) -> int:
    # Quotes everywhere: then no delimiter, and none of the user's words, breaks a row.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, delimiter=delimiter)
    writer.writerow(columns)
    count = 0
    for record in records:
        writer.writerow([_csv_cell(record.get(name)) for name in columns])
        count += 1
    text.flush()
    text.detach()  # the file is the caller's to close
    return count


def _write_xlsx(
    file: BinaryIO,
    records: Iterable[Record],
    columns: Sequence[str],
    beside: Sequence[Sequence[str]],
) -> int:
    from xlsxwriter import Workbook

    # Constant memory: each row is written as the next one begins. No text becomes anything else.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, {"constant_memory": True, **plain})
    sheet = book.add_worksheet("Export")
    rows = _xlsx_rows(records, columns)
    count = -1
    try:
        for count, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(count, place, value)
                elif value:
                    sheet.write_string(count, place, value)
        if beside:
            second = book.add_worksheet("Help")
            for number, words in enumerate(beside):
                second.write_row(number, 0, words)
    finally:
        book.close()  # its own temporary files go with it
    return count


def _xlsx_rows(
    records: Iterable[Record], columns: Sequence[str]
) -> Iterator[Sequence[str | int | float]]:
    yield columns
    for number, record in enumerate(records, start=2):
        if number > XLSX_ROWS:
            raise InputError("too_many_rows", rows=XLSX_ROWS)
        yield [_plain(record.get(name)) for name in columns]


def _plain(value: object) -> str | int | float:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


def _csv_cell(value: object) -> str:
    plain = _plain(value)
    return guarded(plain) if isinstance(plain, str) else str(plain)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (CWE-1236) or spoils as a number."""
    return f"{_MARK}{text}" if _is_harmful(text.lstrip(_MARK)) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    if text.startswith(_MARK) and _is_harmful(text.lstrip(_MARK)):
        return text[1:]
    return text


def _is_harmful(text: str) -> bool:
    return text.startswith(_FORMULA_STARTS) or _SPOILT_NUMBER.fullmatch(text) is not None
