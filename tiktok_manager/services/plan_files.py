"""The plan as a file: written, compared with what stands, and applied again.

Only the columns that a file has are compared. A row is the post whose id it bears, else the one
that its account has at its time, else a new one. What was changed here since the file was written
is never written over: the version says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.plans import PlanResult, PlanRow, Proposal
from tiktok_manager.domain.posts import ENDED, Post, PostFilter, PostStatus
from tiktok_manager.services.bulk_columns import COLUMNS, OWN_COLUMNS
from tiktok_manager.services.bulk_import import request_of
from tiktok_manager.services.bulk_rows import CellError, column_at_fault
from tiktok_manager.services.plan_diff import Comparing, DiffKind, DiffRow, edit_of, record
from tiktok_manager.services.tables import write_table

if TYPE_CHECKING:
    from pathlib import Path

    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.services.accounts import Accounts
    from tiktok_manager.services.bulk_import import BulkImport, Sheet
    from tiktok_manager.services.plan_videos import Progress
    from tiktok_manager.services.planning import Planning

PLAN_COLUMNS = (*OWN_COLUMNS, *COLUMNS)
IN_PLAN = frozenset(PostStatus) - ENDED
"""What an export holds: posts that ended are history, no plan."""

EVERYTHING = PostFilter()
_PAGE_ROWS = 500
_NAMED_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """A file beside the plan; `missing` are posts of the plan that the file does not hold."""

    sheet: Sheet
    rows: tuple[DiffRow, ...] = field(repr=False)
    missing: tuple[Post, ...] = field(repr=False)

    def of(self, kind: DiffKind) -> tuple[DiffRow, ...]:
        """Return the rows of a kind."""
        return tuple(row for row in self.rows if row.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanApplication:
    """What applying a file would come to; nothing is written yet."""

    diff: PlanDiff
    proposal: Proposal = field(repr=False)


class PlanFiles:
    """The plan of one data folder as files."""

    def __init__(self, planning: Planning, accounts: Accounts, imports: BulkImport) -> None:
        self._planning = planning
        self._accounts = accounts
        self._imports = imports

    def export(self, out: Path, wanted: PostFilter = EVERYTHING, *, delimiter: str = ",") -> int:
        """Write the plan whole or not at all; returns the number of rows.

        CSV, or XLSX by the suffix; `-` is standard output. Raises as `write_table` does.
        """
        names = self._imports.campaigns()
        records = (record(post, names) for post in self._posts(wanted))
        return write_table(out, records, PLAN_COLUMNS, delimiter=delimiter)

    def diff(
        self, sheet: Sheet, wanted: PostFilter = EVERYTHING, cancel: CancelToken | None = None
    ) -> PlanDiff:
        """Compare a file with the plan, or with the part of it that was exported. Writes nothing.

        Raises InputError for what cannot be read, as an import does.
        """
        reader = self._imports.reader(sheet, self._imports.usual(), planned=False)
        posts = list(self._posts(wanted))
        comparing = Comparing(sheet, reader, posts, self._accounts.select, self._planning.get)
        rows: list[DiffRow] = []
        for row in sheet.table.rows:
            if cancel is not None:
                cancel.check()
            rows += comparing.rows(row)
        return PlanDiff(sheet=sheet, rows=tuple(rows), missing=comparing.missing())

    def propose(
        self,
        diff: PlanDiff,
        *,
        consent: bool = False,
        remove_missing: bool = False,
        cancel: CancelToken | None = None,
        progress: Progress | None = None,
    ) -> PlanApplication:
        """Look at what applying a file would come to; what is refused stands in its rows.

        Without consent, new direct posts become drafts. Raises as `planning.propose_edits` does.
        """
        changed, added = diff.of(DiffKind.CHANGED), diff.of(DiffKind.ADDED)
        proposal = self._planning.propose_edits(
            [(row.post, edit_of(row, consent=consent)) for row in changed if row.post],
            new=[request_of(row.values, consent=consent) for row in added],
            gone=diff.missing if remove_missing else (),
            cancel=cancel,
            progress=progress,
        )
        told = {id(row): place for place, row in enumerate((*changed, *added))}
        planned: dict[int, list[PlanRow]] = {}
        for each in proposal.rows:
            planned.setdefault(each.wish.request, []).append(each)
        rows = tuple(_with(row, told.get(id(row)), proposal.refused, planned) for row in diff.rows)
        return PlanApplication(diff=replace(diff, rows=rows), proposal=proposal)

    def check(self, application: PlanApplication, *, strict: bool = False) -> None:
        """Raise InputError if a row is refused, and if `strict` and there are findings."""
        refused = application.diff.of(DiffKind.REFUSED)
        if refused:
            rows = tuple(str(row.number) for row in refused[:_NAMED_ROWS])
            raise InputError("plan_file_refused", count=len(refused), rows=rows)
        self._planning.check(application.proposal, strict=strict)

    def commit(self, application: PlanApplication, *, strict: bool = False) -> PlanResult:
        """Write it all in one transaction, or nothing; raises as `check` and planning do."""
        self.check(application, strict=strict)
        return self._planning.commit(application.proposal)

    def _posts(self, wanted: PostFilter) -> Iterator[Post]:
        if not wanted.statuses:
            wanted = replace(wanted, statuses=IN_PLAN)
        after = None
        while page := self._planning.page(wanted, after=after, limit=_PAGE_ROWS):
            yield from page
            after = (page[-1].schedule.due_at, page[-1].id)


def _with(
    row: DiffRow,
    place: int | None,
    refused: Mapping[int, InputError],
    planned: Mapping[int, list[PlanRow]],
) -> DiffRow:
    """Return a row with what planning says of it."""
    if place is None:
        return row
    error = refused.get(place)
    if error is not None:
        return replace(row, errors=(CellError(column=column_at_fault(error), error=error),))
    return replace(row, planned=tuple(planned.get(place, ())))
