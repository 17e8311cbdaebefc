"""The first sheet of an XLSX file, row by row, from whoever made it.

A workbook is a zip of XML: it is weighed before anything is read (how much it unpacks to, whether
it says so truthfully), and what no spreadsheet writes is refused: entities can blow up in a parser.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from lzma import LZMAError
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile, ZipFile

from tiktok_manager.domain.errors import InputError

if TYPE_CHECKING:
    from tiktok_manager.services.bulk_reading import Cell

_PARTS = 1000
_DIRECTORY_BYTES = 1_000_000
_UNPACKED_BYTES = 300_000_000
_LOADED_BYTES = 64_000_000
_SMALL_BYTES = 8_000_000
_BLOCK_BYTES = 1 << 20
_TAIL_BYTES = 65_557  # the end record and the longest comment
_END_MARK = b"PK\x05\x06"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 200
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # what XML cannot hold (ECMA-376, 22.9.2.19)
# OPC (ECMA-376 part 2, 8.1.4): no document type declarations. In the encodings that expat knows.
_DECLARATIONS = tuple(
    f"<!{word}".encode(encoding)
    for word in ("DOCTYPE", "ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    LZMAError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What zipfile, expat and openpyxl raise over files that are not what they say."""


def workbook_rows(file: BinaryIO, path: Path) -> "Iterator[tuple[int, Sequence[Cell]]]":
    """Give number and cells of each row of the first sheet; formulas by the value last shown."""
    try:
        _weigh(file, path)
        yield from _rows(file)
    except InputError:
        raise
    except _BROKEN as exc:
        raise _refused(path, "damaged") from exc


def _rows(file: BinaryIO) -> "Iterator[tuple[int, Sequence[Cell]]]":
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that do not matter here
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # it may say anything
            rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)
            for number, row in enumerate(rows, start=1):
                yield number, [_cell(value) for value in row]
        finally:
            book.close()


def _cell(value: object) -> "Cell":
    match value:
        case None:
            return ""
        case str():
            return _ESCAPED.sub(_unescaped, value) if "_x" in value else value
        case bool():
            return "true" if value else "false"
        case datetime():
            # A fraction of a day is not exact: 18:30 may come as 18:29:59.999.
            return (value + timedelta(milliseconds=500)).replace(microsecond=0)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    return str(value)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _weigh(file: BinaryIO, path: Path) -> None:
    """Refuse what unpacks to too much, lies about it, or holds what can blow up in a parser."""
    _check_directory(file, path)
    with ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
            raise _refused(path, "unpacks_to_much")
        for part in parts:
            name = part.filename.lower()
            if not name.endswith((".xml", ".rels")):
                continue
            if part.file_size > _most_bytes(name):
                raise _refused(path, "unpacks_to_much")
            with archive.open(part) as content:
                _check_content(content, path)  # type: ignore[arg-type]
    file.seek(0)


def _check_directory(file: BinaryIO, path: Path) -> None:
    """Look at how large the zip's table of contents is before it is read into memory."""
    size_bytes = file.seek(0, 2)
    file.seek(max(0, size_bytes - _TAIL_BYTES))
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0:
        raise BadZipFile
    count, directory_bytes = struct.unpack_from("<HL", tail, at + 10)
    if count > _PARTS or directory_bytes > _DIRECTORY_BYTES:
        raise _refused(path, "unpacks_to_much")
    file.seek(0)


def _most_bytes(name: str) -> int:
    """Return how large a part may be: sheets are read row by row, some parts are read whole."""
    if "worksheets/" in name:
        return _UNPACKED_BYTES
    return _LOADED_BYTES if name.endswith("sharedstrings.xml") else _SMALL_BYTES


def _check_content(content: BinaryIO, path: Path) -> None:
    before = b""
    while block := content.read(_BLOCK_BYTES):
        seen = before + block
        if any(mark in seen for mark in _DECLARATIONS):
            raise _refused(path, "entities")
        before = block[-32:]


def _refused(path: Path, why: str) -> InputError:
    return InputError("no_table", file=path.name, why=why)
