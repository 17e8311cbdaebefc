"""How commands speak: one JSON document or a table on stdout, everything else on stderr."""

import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from tiktok_manager.domain.clock import iso_stamp
from tiktok_manager.domain.errors import AppError, Change, ChangedMeanwhile, Failure, InputError
from tiktok_manager.domain.findings import Finding, Param
from tiktok_manager.domain.holds import Blocker
from tiktok_manager.system.files import is_stdout
from tiktok_manager.wording import english, joined, words

_KEPT = "\n\t\u200c\u200d"


def speak_utf8() -> None:
    """Write UTF-8 whatever the system's code page: a caption need not fit into that.

    Where there is nothing to write to, what is said is lost and the command runs all the same.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def give_up_output() -> None:
    """Write no more to an output that takes nothing: what is left of it would fail at the end."""
    sys.stdout = _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - until the end


def print_json(document: object) -> None:
    """Print one JSON document."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    sys.stdout.flush()


def print_line(text: str = "") -> None:
    """Print a line of the result."""
    sys.stdout.write(_plain(text) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Tell the user something that is not the result."""
    sys.stderr.write(_plain(text) + "\n")
    sys.stderr.flush()


def said(code: str, **params: Param) -> str:
    """Return what a command says beside its result, by its code in `wording.commands`."""
    told = words(Finding(code=code, params=params))
    return joined(told.cause, told.command_hint)


def told_of(coded: AppError | Failure | Finding) -> str:
    """Return what happened and what to type, as one paragraph."""
    told = words(coded)
    return joined(told.cause, told.command_hint)


def refuse_two_documents(out: Path | None, *, as_json: bool) -> None:
    """Raise InputError if the file and the JSON document would both come on standard output."""
    if as_json and out is not None and is_stdout(out):
        raise InputError("two_documents")


def print_error(error: AppError, *, as_json: bool) -> None:
    """Tell the user what went wrong and what to do; in JSON mode also as the document."""
    told = words(error)
    note(said("command_error", told=told.title))
    for part in (told.message, told.command_hint):
        if part:
            note(f"  {part}")
    if as_json:
        print_json({"error": error_json(error)})


def error_json(error: AppError) -> dict[str, object]:
    """Return an error as scripts are told it: its code, and words in English."""
    told = english(error)
    changes = error.changes if isinstance(error, ChangedMeanwhile) else None
    beside = {} if changes is None else {"changes": [change_json(each) for each in changes]}
    return {
        "code": error.code,
        "title": told.title,
        "message": told.message,
        "hint": told.command_hint,
        "action": told.command_hint,
        "raw_code": error.raw_code,
        "log_id": error.log_id,
        **beside,
    }


def change_json(change: Change) -> dict[str, object]:
    """Return a change for scripts: what is wanted, and what stands."""
    return {
        "field": change.field,
        "yours": _plain_value(change.yours),
        "theirs": _plain_value(change.theirs),
    }


def _plain_value(value: object) -> object:
    if isinstance(value, datetime):
        return iso_stamp(value)
    return value if isinstance(value, str | int | float | bool | tuple) else str(value)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under headers, columns as wide as their widest cell."""
    cells = [list(headers)] + [[_cell(value) for value in row] for row in rows]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(headers))]
    for row in cells:
        padded = (
            text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
        )
        print_line("  ".join(padded).rstrip())


def local_time(at: datetime | None, wall: datetime | None = None, zone: str = "") -> str:
    """Return a time as the user meant it, with its zone named."""
    if wall is not None:
        return f"{wall:%Y-%m-%d %H:%M} ({zone})"
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} (UTC)"


def blocker_line(blocker: Blocker) -> str:
    """Say why posts do not go out, what to do, and until when."""
    return joined(*map(told_of, blocker_said(blocker)))


def blocker_said(blocker: Blocker) -> tuple[Finding, ...]:
    """Return what is to be said of a blocker: the reason, and how long it stands."""
    if blocker.until is None:
        return (blocker.finding,)
    return blocker.finding, Finding(code="held_until", params={"until": blocker.until})


def blocker_json(blocker: Blocker) -> dict[str, object]:
    """Return a reason why posts do not go out, for scripts."""
    said = english(blocker.finding)
    until = blocker.until
    return {
        "code": blocker.code,
        "message": said.cause,
        "action": said.command_hint,
        "until": None if until is None else iso_stamp(until),
    }


def shortened(text: str, limit: int = 40) -> str:
    """Return one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _cell(value: object) -> str:
    return "" if value is None else _plain(str(value))


def _plain(text: str) -> str:
    """Drop what is not seen: a caption must not move the cursor or turn the line around.

    The joiners that make one picture or letter of several stay.
    """
    encodable = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        char
        for char in encodable
        if char in _KEPT or unicodedata.category(char) not in {"Cc", "Cf", "Zl", "Zp"}
    )


def _width(text: str) -> int:
    """Return how many columns a terminal gives a text: two to a wide letter, none to a mark."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # late: its tables are needed by few

    return max(0, wcswidth(text))
