"""Many posts from a file: read it, look at what its rows come to, plan them all or none.

`read` says what the file is and asks what only a person knows, `propose` gives a verdict for each
row and writes nothing, `commit` plans in one transaction, `undo` takes an import's posts back.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import repeat
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import ChangedMeanwhile, InputError, NotFound, OutcomeUnknown
from tiktok_manager.domain.findings import Finding
from tiktok_manager.domain.plans import PlanRequest, PlanRow, Proposal
from tiktok_manager.domain.posts import EDITABLE, Origin, Post, PostFilter, PostStatus
from tiktok_manager.domain.schedule import parse_when, zone
from tiktok_manager.domain.slots import LEAST_AHEAD
from tiktok_manager.domain.when import is_next_slot
from tiktok_manager.services.bulk_columns import (
    COLUMNS,
    OWN_COLUMNS,
    REQUIRED,
    mapping_of,
    signature,
)
from tiktok_manager.services.bulk_reading import MAX_ROWS, Table, read_folder, read_table
from tiktok_manager.services.bulk_rows import (
    CellError,
    DateOrder,
    ImportOptions,
    RowReader,
    RowValues,
    column_at_fault,
    proven_order,
)
from tiktok_manager.services.bulk_videos import VideoPlan, read_videos
from tiktok_manager.storage.campaigns import campaign_names
from tiktok_manager.storage.presets import get_preset, put_preset

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.plan_videos import Progress
    from tiktok_manager.services.planning import Planning
    from tiktok_manager.services.settings import Settings
    from tiktok_manager.storage.database import Database

REMEMBERED = "import_columns"
_LOOK_ROWS = 500
_NAMED_ROWS = 20
_UNDO_TRIES = 2


class Verdict(StrEnum):
    """What becomes of a row."""

    OK = "ok"
    WARNING = "warning"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file and how it is understood: which header is which column, which order dates have.

    `unknown` headers are no column; `missing` columns are needed. `doubtful` is a date that can
    mean two things where nothing in its column proves the order: then `dates` has to be told.
    """

    table: Table = field(repr=False)
    mapping: Mapping[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    dates: DateOrder | None
    doubtful: str = ""

    @property
    def asks_dates(self) -> bool:
        """Whether a person has to say whether the day or the month comes first."""
        return bool(self.doubtful) and self.dates is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What becomes of a row: its posts with what is to be known of them, or what is wrong."""

    number: int
    values: RowValues
    errors: tuple[CellError, ...] = ()
    posts: tuple[PlanRow, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be known of its posts."""
        return tuple(finding for row in self.posts for finding in row.findings)

    @property
    def verdict(self) -> Verdict:
        """Whether it can be planned."""
        if self.errors:
            return Verdict.REFUSED
        return Verdict.WARNING if any(row.findings for row in self.posts) else Verdict.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProposal:
    """What the rows of a file would come to; nothing is written yet."""

    id: str
    sheet: Sheet
    rows: tuple[ImportRow, ...] = field(repr=False)
    proposal: Proposal = field(repr=False)

    @property
    def refused(self) -> tuple[ImportRow, ...]:
        """The rows that cannot be planned as they are."""
        return tuple(row for row in self.rows if row.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The posts of an import, and the rows that were left out."""

    id: str
    posts: tuple[Post, ...]
    left_out: tuple[ImportRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndo:
    """The posts that were taken back, and those that are under way or there."""

    taken_back: tuple[Post, ...]
    left: tuple[Post, ...]


class BulkImport:
    """Imports of one data folder. Safe from any thread; every call may block."""

    def __init__(
        self,
        database: Database,
        planning: Planning,
        accounts: Accounts,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._planning = planning
        self._accounts = accounts
        self._settings = settings
        self._clock = clock

    def read(self, path: Path) -> Sheet:
        """Read a CSV or XLSX file and say how it is understood; raises InputError, NotFound."""
        return self.understand(read_table(path))

    def read_folder(
        self,
        folder: Path,
        *,
        template: str = "{name}",
        at: str = "",
        every: timedelta | None = None,
    ) -> Sheet:
        """Take each video of a folder as a row: from `at` on, or the next slots.

        Raises InputError.
        """
        return self.understand(read_folder(folder, template, self._times(at, every)))

    def read_videos(self, chosen: Sequence[Path], how: VideoPlan) -> Sheet:
        """Take videos, and those in folders, as rows by this plan; raises InputError."""
        since = self._clock.now() + LEAST_AHEAD
        local = since.astimezone(zone(self._settings.timezone())).replace(tzinfo=None)
        return self.understand(read_videos(chosen, how, local))

    def understand(
        self,
        table: Table,
        mapping: Mapping[str, str] | None = None,
        dates: DateOrder | None = None,
    ) -> Sheet:
        """Say how a table is understood, with what a person said of it.

        `mapping` gives the header of a column, or none for one that is left out; what it does not
        name is taken as it was for a file with these headers, or by its name. Raises InputError.
        """
        found = mapping_of(table.columns) | self._remembered(table) | dict(mapping or {})
        for column, header in found.items():
            if column not in (*COLUMNS, *OWN_COLUMNS):
                raise InputError("column_unknown", column=column, columns=COLUMNS)
            if header and header not in table.columns:
                raise InputError("header_missing", header=header, headers=table.columns)
        known = {column: header for column, header in found.items() if header}
        proven, doubtful = proven_order(table, known.get("publish_at"))
        return Sheet(
            table=table,
            mapping=known,
            unknown=tuple(_unknown(table.columns, known)),
            missing=tuple(each for each in REQUIRED if "id" not in known and each not in known),
            dates=dates or proven,
            doubtful=doubtful,
        )

    def usual(self) -> ImportOptions:
        """Return what goes for blank cells where nobody says otherwise."""
        return ImportOptions(timezone=self._settings.timezone())

    def propose(
        self,
        sheet: Sheet,
        options: ImportOptions,
        *,
        spread: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> ImportProposal:
        """Look at what each row comes to. Writes nothing.

        `progress` gets (bytes read, size of the files that are not known yet). Raises InputError
        where a needed column is missing; Cancelled.
        """
        read = self._values(sheet, options, cancel)
        import_id = uuid.uuid4().hex
        good = [values for values in read if not values.errors]
        consent = options.consent
        requests = [request_of(each, consent=consent, import_id=import_id) for each in good]
        proposal = self._planning.propose(requests, spread=spread, cancel=cancel, progress=progress)
        refused = {
            good[place].number: (CellError(column=column_at_fault(error), error=error),)
            for place, error in proposal.refused.items()
        }
        posts: dict[int, list[PlanRow]] = {}
        for row in proposal.rows:
            posts.setdefault(good[row.wish.request].number, []).append(row)
        rows = tuple(
            ImportRow(
                number=values.number,
                values=values,
                errors=values.errors or refused.get(values.number, ()),
                posts=tuple(posts.get(values.number, ())),
            )
            for values in read
        )
        return ImportProposal(id=import_id, sheet=sheet, rows=rows, proposal=proposal)

    def _values(
        self, sheet: Sheet, options: ImportOptions, cancel: CancelToken | None
    ) -> list[RowValues]:
        reader = self.reader(sheet, options)
        found = []
        for place, row in enumerate(sheet.table.rows):
            if cancel is not None and place % _LOOK_ROWS == 0:
                cancel.check()
            found.append(reader.read(row))
        return found

    def reader(self, sheet: Sheet, options: ImportOptions, *, planned: bool = True) -> RowReader:
        """Return what reads the rows of a sheet; raises as `propose` does."""
        if sheet.missing:
            raise InputError("columns_missing", columns=sheet.missing, headers=sheet.table.columns)
        return RowReader(
            table=sheet.table,
            mapping=sheet.mapping,
            options=options,
            dates=sheet.dates,
            now=self._clock.now(),
            select=self._accounts.select,
            campaigns=self.campaigns(),
            planned=planned,
        )

    def check(
        self, proposed: ImportProposal, *, good_rows: bool = False, strict: bool = False
    ) -> tuple[ImportRow, ...]:
        """Return the rows that would be left out; raises InputError where nothing may be planned.

        That is for rows that cannot be planned, with `strict` for any finding, unless `good_rows`;
        and if no row is left.
        """
        left_out = tuple(row for row in proposed.rows if row.errors or (strict and row.findings))
        if left_out and not good_rows:
            few = left_out if len(left_out) <= _NAMED_ROWS else ()
            numbers = tuple(str(row.number) for row in few)
            if {each.error.code for row in left_out for each in row.errors} == {"dates_in_doubt"}:
                raise InputError("dates_in_doubt", text=proposed.sheet.doubtful)
            raise InputError("rows_refused", count=len(left_out), rows=numbers)
        if len(left_out) == len(proposed.rows):
            raise InputError("no_good_rows")
        return left_out

    def commit(
        self, proposed: ImportProposal, *, good_rows: bool = False, strict: bool = False
    ) -> ImportResult:
        """Plan every row, or with `good_rows` those that can be, in one transaction.

        Raises as `check` and `planning.commit` do; then nothing was written.
        """
        left_out = self.check(proposed, good_rows=good_rows, strict=strict)
        left = {id(each) for row in left_out for each in row.posts}
        rows = tuple(row for row in proposed.proposal.rows if id(row) not in left)
        result = self._planning.commit(replace(proposed.proposal, rows=rows, refused={}))
        self._remember(proposed.sheet)
        return ImportResult(id=proposed.id, posts=result.posts, left_out=left_out)

    def undo(self, import_id: str) -> ImportUndo:
        """Take an import's posts back, but those under way or out; raises InputError if none is.

        All that can be are taken back at once, or none.
        """
        for _ in range(_UNDO_TRIES):
            with suppress(ChangedMeanwhile, OutcomeUnknown):  # another hand got to one of them
                return self._undo(self._imported(import_id))
        return self._undo(self._imported(import_id))

    def _imported(self, import_id: str) -> list[Post]:
        posts = self._planning.page(PostFilter(import_id=import_id)) if import_id else []
        if not posts:
            raise NotFound("import_unknown", id=import_id)
        return posts

    def _undo(self, posts: Sequence[Post]) -> ImportUndo:
        taken = self._planning.cancel_many([each for each in posts if each.status in EDITABLE])
        gone = EDITABLE | {PostStatus.CANCELLED}
        left = tuple(each for each in posts if each.status not in gone)
        return ImportUndo(taken_back=tuple(taken), left=left)

    def _times(self, at: str, every: timedelta | None) -> Iterator[str]:
        """Give a time for each video: every so often from the first on, in wall time."""
        if every is None:
            return repeat(at)
        if not at or is_next_slot(at):
            raise InputError("every_without_at")
        first = parse_when(at, self._settings.timezone(), self._clock.now()).wall
        return _every(first, every)

    def campaigns(self) -> dict[str, str]:
        """Return what each campaign goes by, by its id: its name, if no other bears it."""
        with self._database.read() as session:
            names = campaign_names(session)
        shared = Counter(name.casefold() for name in names.values())
        return {id_: name if shared[name.casefold()] == 1 else id_ for id_, name in names.items()}

    def _remembered(self, table: Table) -> dict[str, str]:
        with self._database.read() as session:
            kept = get_preset(session, REMEMBERED, signature(table.columns))
        known: dict[str, str] = {} if kept is None else json.loads(kept)
        return {column: header for column, header in known.items() if header in table.columns}

    def _remember(self, sheet: Sheet) -> None:
        """Keep which header is which column, where that is not plain by the names."""
        columns = sheet.table.columns
        if dict(sheet.mapping) in (mapping_of(columns), self._remembered(sheet.table)):
            return
        with self._database.write() as session:
            body = json.dumps(dict(sheet.mapping))
            put_preset(session, REMEMBERED, signature(columns), body, self._clock.now())


def _unknown(headers: Sequence[str], known: Mapping[str, str]) -> Iterator[str]:
    """Give the headers that are no column, or stand a second time."""
    for place, header in enumerate(headers):
        if header and (header not in known.values() or header in headers[:place]):
            yield header


def _every(first: datetime, every: timedelta) -> Iterator[str]:
    for place in range(MAX_ROWS):
        yield (first + place * every).isoformat(" ")


def request_of(values: RowValues, *, consent: bool, import_id: str | None = None) -> PlanRequest:
    """Return what a row asks to be planned; without consent direct posts become drafts."""
    return PlanRequest(
        file=values.file,
        accounts=values.accounts,
        when=values.when,
        timezone=values.timezone,
        caption=values.caption,
        mode=values.mode,
        choices=values.choices,
        consent=consent,
        or_draft=True,
        lateness=values.lateness,
        tags=values.tags,
        origin=Origin(import_id=import_id, campaign_id=values.campaign_id),
    )
