"""The first sheet of an XLSX file, row by row, from whoever made it.

A workbook is a zip of XML: it is weighed before anything is read (how much it unpacks to, whether
it says so truthfully), and what no spreadsheet writes is refused: entities can blow up in a parser.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from lzma import LZMAError
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from tiktok_manager.domain.errors import InputError

if TYPE_CHECKING:
    from tiktok_manager.services.bulk_reading import Cell

_PARTS = 1000
_DIRECTORY_BYTES = 1_000_000
_UNPACKED_BYTES = 200_000_000
_SMALL_BYTES = 8_000_000
_ELEMENTS = 4_000_000  # 60,000 rows of all columns
_TOGETHER = 200_000  # a row of Excel ends at 16,384 cells
_CELL_CHARS = 100_000  # a cell of Excel ends at 32,767
_TAG_BYTES = 1_000_000
_BLOCK_BYTES = 1 << 16
_TAIL_BYTES = 65_557  # the end record and the longest comment
_END_MARK = b"PK\x05\x06"
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 200
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # what XML cannot hold (ECMA-376, 22.9.2.19)
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    ExpatError,
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
            # No wider than the columns, and one more: a far cell would fill all before it.
            head = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)
            width = next((_width(row) for row in head if _width(row)), 1)
            rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=width + 1, values_only=True)
            for number, row in enumerate(rows, start=1):
                yield number, [_cell(value) for value in row]
        finally:
            book.close()


def _width(row: Sequence[object]) -> int:
    return max((place for place, value in enumerate(row, start=1) if value is not None), default=0)


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
            is_large = "worksheets/" in name or name.endswith("sharedstrings.xml")
            if part.file_size > (_UNPACKED_BYTES if is_large else _SMALL_BYTES):
                raise _refused(path, "unpacks_to_much")
            with archive.open(part) as content:
                _Weigher(path).weigh(content)
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


class _Weigher:
    """Reads a part as a parser does and keeps nothing; refuses what would be too much to keep.

    Sheets and texts are worked off by rows, all else is kept whole: so of each only so much may
    stand together. Document type declarations are none of a workbook's (ECMA-376 part 2, 8.1.4),
    and entities can blow up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._elements = self._together = self._chars = 0
        self._is_text = self._is_blank_formula = False
        self._name = ""
        self._parser = ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._on_declaration
        self._parser.StartElementHandler = self._on_start
        self._parser.CharacterDataHandler = self._on_text

    def weigh(self, content: IO[bytes]) -> None:
        """Raise InputError for what is too much, ExpatError for what is no XML."""
        read_bytes = 0
        while block := content.read(_BLOCK_BYTES):
            self._parser.Parse(block)
            read_bytes += len(block)
            if read_bytes - self._parser.CurrentByteIndex > _TAG_BYTES:
                raise _refused(self._path, "unpacks_to_much")
        self._parser.Parse(b"", True)
        self._check_formula()

    def _on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._together += 1
        self._chars = 0
        self._name = name.rpartition(":")[2]
        match self._name:
            case "row" | "si":
                self._together = 0
            case "c":
                self._check_formula()
                self._is_text = attributes.get("t") == "str"  # which may be an empty one
            case "f":
                self._is_blank_formula = not self._is_text
        if self._elements > _ELEMENTS or self._together > _TOGETHER:
            raise _refused(self._path, "unpacks_to_much")

    def _check_formula(self) -> None:
        """Refuse a formula that was never worked out: its cell would be taken for a blank one."""
        if self._is_blank_formula:
            raise _refused(self._path, "not_calculated")

    def _on_text(self, text: str) -> None:
        self._chars += len(text)
        if self._name == "v":
            self._is_blank_formula = False
        if self._chars > _CELL_CHARS:
            raise _refused(self._path, "unpacks_to_much")

    def _on_declaration(self, *_told: object) -> None:
        raise _refused(self._path, "entities")


def _refused(path: Path, why: str) -> InputError:
    return InputError("no_table", file=path.name, why=why)
