"""A row of a table as what it asks for: every cell is read, and every wrong one is told."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path, PureWindowsPath
from typing import Any, TypeVar

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.captions import check_caption, is_text, read_tags
from tiktok_manager.domain.errors import InputError, NotFound
from tiktok_manager.domain.media import content_type_of
from tiktok_manager.domain.posts import Choices, Lateness, LatePolicy, PostMode, Privacy
from tiktok_manager.domain.schedule import parse_duration, parse_when, resolve, zone
from tiktok_manager.domain.when import is_next_slot
from tiktok_manager.services import plan_rules as rules
from tiktok_manager.services.bulk_reading import Cell, SheetRow, Table
from tiktok_manager.system.media import stamp_of

T = TypeVar("T")
_Chosen = tuple[Choices, Sequence["CellError"]]

NEXT_SLOT = "next-slot"
YES = frozenset({"yes", "y", "1", "true", "t", "x", "on", "✓", "✔", "ja", "oui", "si", "sí"})
NO = frozenset({"no", "n", "0", "false", "f", "off", "-", "nein", "non"})
SWITCHES = {
    "comments": "allow_comment",
    "duet": "allow_duet",
    "stitch": "allow_stitch",
    "your_brand": "your_brand",
    "branded_content": "branded_content",
    "ai_generated": "ai_generated",
}
_CHOICES = (*SWITCHES, "privacy", "cover_ms")
_YEAR_LAST = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)(.*)", re.ASCII | re.DOTALL)
_ELSEWHERE = ("/dev/", "/proc/", "/sys/")
_PRIVACIES = {
    "public": Privacy.PUBLIC,
    "everyone": Privacy.PUBLIC,
    "friends": Privacy.FRIENDS,
    "followers": Privacy.FOLLOWERS,
    "private": Privacy.ONLY_ME,
    "only me": Privacy.ONLY_ME,
} | {level.value.lower(): level for level in Privacy}
# The column at fault, where planning says what is wrong with a post as a whole.
_COLUMN_OF_CODE = {
    "consent_missing": "",
    "wrong_status": "status",
    "account_not_connected": "account",
    "no_account_chosen": "account",
    "privacy_missing": "privacy",
    "branded_content_private": "privacy",
    "cover_negative": "cover_ms",
    "cover_too_far": "cover_ms",
    "no_slots": "publish_at",
    "no_free_slot": "publish_at",
    "time_is_past": "publish_at",
}


class DateOrder(StrEnum):
    """Which comes first in dates such as 03/04/2027."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellError:
    """What is wrong with a cell of a row."""

    column: str
    error: InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What goes for blank cells and for columns that a file does not have.

    With `consent` direct posts are planned; without, they are kept as drafts.
    """

    timezone: str
    accounts: tuple[str, ...] = ()
    when: str = NEXT_SLOT
    choices: Choices = Choices()
    mode: PostMode = PostMode.DIRECT
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowValues:
    """What a row says. `when` is wall time in `timezone`, an instant, or the next slot."""

    number: int
    file: Path = Path()
    accounts: tuple[str, ...] = ()
    when: str = NEXT_SLOT
    timezone: str = ""
    caption: str = ""
    choices: Choices = Choices()
    mode: PostMode = PostMode.DIRECT
    campaign_id: str | None = None
    tags: tuple[str, ...] = ()
    lateness: Lateness | None = None
    errors: tuple[CellError, ...] = ()


@dataclass(slots=True, kw_only=True)
class RowReader:
    """Reads the rows of a table whose columns are mapped to its headers.

    `select` finds accounts, `campaigns` are names by id. What many rows say alike is read once.
    Where rows are not `planned`, what they say need not be possible now: a time may have passed, a
    file be gone.
    """

    table: Table
    mapping: Mapping[str, str]
    options: ImportOptions
    dates: DateOrder | None
    now: datetime
    select: Callable[[Sequence[str]], Sequence[Account]]
    campaigns: Mapping[str, str]
    planned: bool = True
    _campaign_ids: Mapping[str, str] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _known: dict[tuple[str, str], object] = field(default_factory=dict)
    _chosen: dict[tuple[str, ...], "_Chosen"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find where each column stands."""
        self._campaign_ids = {name.casefold(): id_ for id_, name in self.campaigns.items()}
        self._places = {c: self.table.columns.index(h) for c, h in self.mapping.items()}

    def read(self, row: SheetRow, zone_of_post: str = "") -> RowValues:
        """Return what a row says; nothing is raised for what is wrong with it.

        A time without a zone is one of the post that the row is about, if it is about one.
        """
        errors: list[CellError] = []

        def told(column: str, read: Callable[[], T], otherwise: T) -> T:
            try:
                return read()
            except InputError as error:
                errors.append(CellError(column=column, error=error))
                return otherwise

        if row.is_ragged:
            errors.append(CellError(column="", error=InputError("row_too_long")))
        if any("\0" in cell for cell in row.cells if isinstance(cell, str)):
            errors.append(CellError(column="", error=InputError("cell_with_nul")))
            return RowValues(number=row.number, errors=tuple(errors))
        text = {column: _text(row.cells[place]) for column, place in self._places.items()}
        timezone = told("timezone", lambda: self._zone(text, zone_of_post), self.options.timezone)
        written, late = text.get("mode", ""), text.get("late", "")
        mode = told("mode", lambda: self._once("mode", self._mode, written), PostMode.DIRECT)
        return RowValues(
            number=row.number,
            file=told("file", lambda: self._file(text.get("file", "")), Path()),
            accounts=told("account", lambda: self._accounts(text.get("account", "")), ()),
            when=told("publish_at", lambda: self._when(row, timezone), NEXT_SLOT),
            timezone=timezone,
            caption=told("caption", lambda: self._caption(row, text), ""),
            choices=self._choices(text, mode, errors),
            mode=mode,
            campaign_id=told("campaign", lambda: self._campaign(text.get("campaign", "")), None),
            tags=told("tags", lambda: self._once("tags", _tags, text.get("tags", "")), ()),
            lateness=told("late", lambda: self._once("late", _lateness, late), None),
            errors=tuple(errors),
        )

    def _once(self, column: str, read: Callable[[str], T], text: str) -> T:
        key = (column, text)
        if key not in self._known:
            try:
                self._known[key] = read(text)
            except InputError as error:  # thousands of rows may name what does not exist
                self._known[key] = error
        if isinstance(known := self._known[key], InputError):
            raise known.with_traceback(None)
        return known  # type: ignore[return-value]

    def _cell(self, row: SheetRow, column: str) -> Cell:
        place = self._places.get(column)
        return "" if place is None else row.cells[place]

    def _file(self, text: str) -> Path:
        if not text:
            raise InputError("cell_missing")
        return self._once("file", self._found, text)

    def _found(self, text: str) -> Path:
        path = local_file(self.table.folder, text)
        content_type_of(path)
        if self.planned and stamp_of(path) is None:
            raise NotFound("not_found", what="file", file=str(path))
        return path

    def _accounts(self, text: str) -> tuple[str, ...]:
        names = tuple(name for each in text.split(";") if (name := each.strip()))
        names = names or self.options.accounts
        if not names:
            raise InputError("no_account_chosen")
        return self._once("account", self._selected, ";".join(names))

    def _selected(self, text: str) -> tuple[str, ...]:
        names = tuple(text.split(";"))
        found = self.select(names)
        if self.planned:
            rules.check_accounts(found)
        return names

    def _zone(self, text: Mapping[str, str], zone_of_post: str) -> str:
        name = text.get("timezone") or zone_of_post or self.options.timezone
        zone(name)
        return name

    def _when(self, row: SheetRow, timezone: str) -> str:
        cell = self._cell(row, "publish_at")
        if isinstance(cell, datetime) and cell.time() == time():  # a day as spreadsheets keep it
            raise InputError("time_missing", text=f"{cell:%Y-%m-%d}")
        text = _text(cell) or self.options.when
        if is_next_slot(text):
            return NEXT_SLOT
        schedule = parse_when(with_order(text, self.dates), timezone, self.now)
        if self.planned:
            rules.check_not_past(schedule, self.now)
        is_wall = resolve(schedule.wall, timezone).due_at == schedule.due_at
        return (schedule.wall if is_wall else schedule.due_at).isoformat()

    def _caption(self, row: SheetRow, text: Mapping[str, str]) -> str:
        cell = self._cell(row, "caption")
        caption = _text(cell) if isinstance(cell, datetime) else cell
        words = re.split(r"[\s,;]+", text.get("hashtags", ""))
        hashtags = " ".join(f"#{word.lstrip('#')}" for word in words if word.strip("#"))
        caption = f"{caption} {hashtags}" if caption and hashtags else caption or hashtags
        check_caption(caption)
        return caption

    def _choices(self, text: Mapping[str, str], mode: PostMode, errors: list[CellError]) -> Choices:
        key = (mode.value, *(text.get(column, "") for column in _CHOICES))
        if key not in self._chosen:
            self._chosen[key] = self._read_choices(text, mode)
        choices, wrong = self._chosen[key]
        errors += wrong
        return choices

    def _read_choices(self, text: Mapping[str, str], mode: PostMode) -> "_Chosen":
        choices = self.options.choices
        wrong: list[CellError] = []
        for column in filter(text.get, _CHOICES):
            try:
                choices = replace(choices, **_choice_in(column, text[column]))
            except InputError as error:
                wrong.append(CellError(column=column, error=error))
        try:
            agreed = self.options.consent
            if self.planned and not wrong:
                rules.consent_for(mode, choices, agreed=agreed, now=self.now, or_draft=True)
        except InputError as error:
            wrong.append(CellError(column=column_at_fault(error), error=error))
        return choices, wrong

    def _mode(self, text: str) -> PostMode:
        if not text:
            return self.options.mode
        return PostMode(_choice(text.lower(), tuple(PostMode), "mode"))

    def _campaign(self, text: str) -> str | None:
        if not text:
            return None
        found = text if text in self.campaigns else self._campaign_ids.get(text.casefold())
        if found is None:
            raise NotFound("campaign_unknown", name=text)
        return found


def column_at_fault(error: InputError) -> str:
    """Return the column that an error of planning is about."""
    return _COLUMN_OF_CODE.get(error.code, "file")


def local_file(folder: Path, text: str) -> Path:
    """Return where a path of a row leads; raises InputError if it leaves its folder or machine.

    An absolute path on this machine may be anywhere.
    """
    plain = text.replace("\\", "/")
    if not is_text(text):
        raise InputError("file_name_not_text", file=text.encode("utf-8", "replace").decode())
    named = PureWindowsPath(text)
    is_device = os.name == "nt" and (named.is_reserved() or ":" in named.name)
    if plain.startswith(("//", *_ELSEWHERE)) or is_device:
        raise InputError("file_elsewhere", file=text)
    if Path(text).is_absolute():
        return Path(text)
    path = os.path.normpath(folder / (text if os.name == "nt" else plain))  # written on Windows
    if not Path(path).is_relative_to(folder):
        raise InputError("file_outside", file=text)
    return Path(path)


def proven_order(table: Table, column: str | None) -> tuple[DateOrder | None, str]:
    """Return which order the dates of a column prove, and a date that can mean two things.

    Both empty where no date has its year last; both given where the question does not arise.
    """
    if column is None:
        return None, ""
    place = table.columns.index(column)
    proven: set[DateOrder] = set()
    doubtful = ""
    for row in table.rows:
        cell = row.cells[place]
        found = _YEAR_LAST.match(cell) if isinstance(cell, str) and cell[:1].isdigit() else None
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 or second > 12:
            proven.add(DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST)
        elif first != second:
            doubtful = doubtful or _text(cell)
    return (proven.pop() if len(proven) == 1 else None), doubtful


def with_order(text: str, order: DateOrder | None) -> str:
    """Return a time whose date has its year last with the year first, so that it is clear.

    Raises InputError where it can mean two days and nobody told the order.
    """
    found = _YEAR_LAST.match(text) if text[:1].isdigit() else None
    if found is None:
        return text
    first, second = found[1], found[3]
    if order is None:
        if int(first) != int(second) and max(int(first), int(second)) <= 12:
            raise InputError("dates_in_doubt", text=text)
        return text
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return f"{found[4]}-{month:0>2}-{day:0>2}{found[5]}"


def _text(cell: Cell) -> str:
    return cell.isoformat(" ") if isinstance(cell, datetime) else cell.strip()


def _tags(text: str) -> tuple[str, ...]:
    return read_tags(filter(str.strip, re.split(r"[;,]", text)))


def _lateness(text: str) -> Lateness | None:
    if not text:
        return None
    policy, within = Lateness().policy, Lateness().within
    for word in text.lower().split():
        if word[0].isdigit():
            within = parse_duration(word)
        else:
            policy = LatePolicy(_choice(word, tuple(LatePolicy), "late"))
    return Lateness(policy=policy, within=within)


def _choice_in(column: str, text: str) -> Mapping[str, Any]:
    match column:
        case "privacy":
            return {"privacy": _privacy(text)}
        case "cover_ms":
            return {"cover_ms": _cover_ms(text)}
    return {SWITCHES[column]: _switch(text)}


def _switch(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise InputError("bad_switch", value=text)
    return word in YES


def _privacy(text: str) -> Privacy:
    word = text.casefold()
    if word not in _PRIVACIES:
        _choice(text.upper(), tuple(Privacy), "privacy")
    return _PRIVACIES[word]


def _cover_ms(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,12}", text, re.ASCII):
        raise InputError("no_whole_number", value=text)
    return int(text)


def _choice(value: str, possible: Sequence[str], column: str) -> str:
    if value not in possible:
        raise InputError("not_a_choice", value=value, option=column, choices=tuple(possible))
    return value
