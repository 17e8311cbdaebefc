"""Tables that people bring, as rows of cells: CSV in any dress, XLSX, or a folder of videos.

Nothing is believed of a file: how large it is, how long its lines are and how it is put together
is checked while it is read, in memory that does not grow with what it claims. What cannot be read
as a table raises `no_table`; what is wrong with a row is for `bulk_import` to say.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.media import CONTENT_TYPES
from tiktok_manager.services.bulk_columns import column_of
from tiktok_manager.services.tables import unguarded
from tiktok_manager.system.files import reading

Cell = str | datetime
"""Text as it stands there; a date only where a spreadsheet keeps it as one, without a zone."""

MAX_BYTES = 64_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 200
_LINE_CHARS = 1_000_000
_TEXT_BYTES = 65_536
_HEAD_BYTES = 4096
_HEAD_LINES = 50
_BLOCK_BYTES = 1 << 20
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_SEPARATOR = re.compile(r"sep=(.)[\r\n]*", re.IGNORECASE)
_VARIABLE = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row by its number in the file; `is_ragged` has more cells than there are columns."""

    number: int
    cells: tuple[Cell, ...]
    is_ragged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableForm:
    """How a table was read: `csv`, `xlsx` or `folder`, and what was recognised of a text file."""

    kind: str
    delimiter: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file as it was read; `folder` is what its relative paths start from."""

    path: Path
    folder: Path
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...] = field(repr=False)
    form: TableForm


def no_table(path: Path, why: str, *, line: int = 0, most: int = 0) -> InputError:
    """Return the error for what cannot be read as a table."""
    return InputError("no_table", file=path.name, why=why, line=line, most=most)


def read_table(path: Path) -> Table:
    """Read a CSV or XLSX file; raises InputError, NotFound."""
    with reading(path, MAX_BYTES) as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0)
        if head.startswith(_ZIP):
            from tiktok_manager.services.bulk_xlsx import workbook_rows  # openpyxl is heavy

            return _table(path, workbook_rows(file, path), TableForm(kind="xlsx"))
        if head.startswith(_OLD_EXCEL):
            raise no_table(path, "old_excel")
        encoding = _encoding(file, head, path)
        try:
            return _read_text(file, path, encoding)
        except UnicodeError as exc:
            raise no_table(path, "not_text") from exc


def _read_text(file: BinaryIO, path: Path, encoding: str) -> Table:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    lines = _lines(text, path)
    head = list(islice(lines, _HEAD_LINES))
    told = _SEPARATOR.fullmatch(head[0].lstrip("\ufeff")) if head else None
    delimiter = told[1] if told else _delimiter(head)
    skipped = 1 if told else 0
    try:
        rows = _records(chain(head[skipped:], lines), delimiter, skipped)
        form = TableForm(kind="csv", delimiter=delimiter, encoding=encoding)
        return _table(path, rows, form)
    except csv.Error as exc:
        raise no_table(path, "bad_quotes") from exc
    finally:
        text.detach()  # the file is the caller's to close


def _table(path: Path, rows: Iterator[tuple[int, Sequence[Cell]]], form: TableForm) -> Table:
    header = next((cells for _number, cells in rows if any(cells)), ())
    columns = tuple(str(cell).strip() for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    if not columns:
        raise no_table(path, "empty")
    if len(columns) > MAX_COLUMNS:
        raise no_table(path, "too_many_columns", most=MAX_COLUMNS)
    kept = tuple(islice(_sheet_rows(rows, len(columns)), MAX_ROWS + 1))
    if len(kept) > MAX_ROWS:
        raise no_table(path, "too_many_rows", most=MAX_ROWS)
    folder = path.absolute().parent
    return Table(path=path, folder=folder, columns=columns, rows=kept, form=form)


def _sheet_rows(rows: Iterable[tuple[int, Sequence[Cell]]], width: int) -> Iterator[SheetRow]:
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) == width:
            yield SheetRow(number=number, cells=tuple(cells))
        else:
            whole = (*cells[:width], *[""] * (width - len(cells)))
            yield SheetRow(number=number, cells=whole, is_ragged=any(cells[width:]))


def _records(
    lines: Iterable[str], delimiter: str, before: int
) -> Iterator[tuple[int, Sequence[Cell]]]:
    for number, record in enumerate(csv.reader(lines, delimiter=delimiter), start=before + 1):
        yield number, [unguarded(cell) if cell[:1] == "'" else cell for cell in record]


def _lines(text: io.TextIOWrapper, path: Path) -> Iterator[str]:
    number = 0
    while line := text.readline(_LINE_CHARS):
        number += 1
        if len(line) == _LINE_CHARS and line[-1] not in "\r\n":
            raise no_table(path, "line_too_long", line=number, most=_LINE_CHARS)
        yield line


def _delimiter(head: Sequence[str]) -> str:
    """Return what parts the cells: by what makes columns that are known, else the most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            header = next((row for row in csv.reader(head, delimiter=delimiter) if any(row)), [])
        except csv.Error:
            return 0, 0
        return sum(column_of(name) is not None for name in header), len(header)

    return max(_DELIMITERS, key=score)


def _encoding(file: BinaryIO, head: bytes, path: Path) -> str:
    """Return how the text is encoded: by its mark, by where its zeros are, by whether it is UTF-8.

    What is none of these is Windows-1252, which Excel writes in the west.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    zeros = [sum(byte == 0 for byte in head[first::2]) for first in (0, 1)]
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if zeros[first] > len(head) // 4 and zeros[1 - first] <= len(head) // 20:
            return name
    for name in ("utf-8", "cp1252"):
        if _decodes(file, name):
            return name
    raise no_table(path, "not_text")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(_BLOCK_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    finally:
        file.seek(0)
    return True


# --- a folder of videos ----------------------------------------------------------------------


def read_folder(folder: Path, template: str, times: Iterator[str]) -> Table:
    """Return each video of a folder as a row: its caption by the template, the next of the times.

    A text file of the same name beside it is its caption instead. In the template, `{name}` is the
    file's name in words, `{stem}` as it is written, `{date}` the day it was saved, `{n}` its place.
    """
    check_template(template)
    named = enumerate(videos_in(folder), start=1)
    rows = [
        SheetRow(
            number=number, cells=(video.name, caption_of(video, template, number), next(times))
        )
        for number, video in named
    ]
    return Table(
        path=folder,
        folder=folder.absolute(),
        columns=("file", "caption", "publish_at"),
        rows=tuple(rows),
        form=TableForm(kind="folder"),
    )


def pool_of(folder: Path) -> dict[Path, tuple[str, ...]]:
    """Return each video of a folder with its captions: those of the text file beside it.

    In that, lines of three hyphens part them; without one there are none. Raises InputError.
    """
    found: dict[Path, tuple[str, ...]] = {}
    for video in videos_in(folder):
        beside = video.with_suffix(".txt")
        text = _text_of(beside) if beside.is_file() else ""
        parts = (part.strip() for part in re.split(r"(?m)^---+[ \t]*$", text))
        found[video] = tuple(filter(None, parts))
    return found


def videos_in(folder: Path) -> list[Path]:
    """Return the videos that lie in a folder itself, by their names; raises InputError."""
    try:
        videos = [each for each in folder.iterdir() if _is_video(each)]
    except OSError as exc:
        raise InputError(
            "file_unreadable", file=folder.name, reason=exc.strerror or str(exc)
        ) from exc
    if not videos:
        raise no_table(folder, "no_videos")
    if len(videos) > MAX_ROWS:
        raise no_table(folder, "too_many_rows", most=MAX_ROWS)
    return sorted(videos, key=_by_name)


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in CONTENT_TYPES and not path.name.startswith(".")


def _by_name(path: Path) -> list[tuple[bool, int, str]]:
    """Sort `clip 2` before `clip 10`."""
    parts = filter(None, re.split(r"([0-9]+)", path.name.casefold()))
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def check_template(template: str) -> None:
    """Raise InputError for a variable that no caption has."""
    unknown = [name for name in _VARIABLE.findall(template) if name not in _VARIABLES]
    if unknown:
        raise InputError("bad_template", variable=unknown[0], variables=_VARIABLES)


_VARIABLES = ("name", "stem", "date", "n")


def caption_of(video: Path, template: str, number: int) -> str:
    """Return a video's caption: the text beside it, else by the template."""
    beside = video.with_suffix(".txt")
    if beside.is_file():
        return _text_of(beside)
    values = {
        "name": " ".join(re.split(r"[\s_-]+", video.stem)).strip(),
        "stem": video.stem,
        "date": _day_of(video),
        "n": str(number),
    }
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def _text_of(path: Path) -> str:
    with reading(path, _TEXT_BYTES) as file:
        encoding = _encoding(file, file.read(_HEAD_BYTES), path)
        file.seek(0)
        text = file.read().decode(encoding, "replace")
    return text.replace("\r\n", "\n").strip()


def _day_of(path: Path) -> str:
    try:
        return f"{datetime.fromtimestamp(path.stat().st_mtime).astimezone():%Y-%m-%d}"
    except OSError:
        return ""
