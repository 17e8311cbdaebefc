"""`plan`: the plan as a file, and what it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktok_manager.cli.context import (
    cancelled_by_signals,
    command_line,
    interrupted_by_signals,
)
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import (
    change_json,
    error_json,
    note,
    print_error,
    print_json,
    print_line,
    refuse_two_documents,
    said,
    shortened,
    told_of,
)
from tiktok_manager.cli.post_options import (
    ConsentGiven,
    Dates,
    DryRun,
    DueFrom,
    DueTo,
    Mapped,
    Strict,
    read_dates,
)
from tiktok_manager.cli.tonight import tonight
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import PostFilter
from tiktok_manager.domain.schedule import parse_bound
from tiktok_manager.services.serializers import findings_json, post_json
from tiktok_manager.system.files import is_stdout
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.domain.plans import PlanResult
    from tiktok_manager.services.bulk_import import Sheet
    from tiktok_manager.services.plan_diff import DiffRow
    from tiktok_manager.services.plan_files import PlanDiff
    from tiktok_manager.services.workspace import Workspace

app = typer.Typer(no_args_is_help=True)

PlanFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A plan as `plan export` writes it, changed or not.")
]


@app.callback()
def plan() -> None:
    """Hand the plan out as a file and take it back; see what it comes to."""


app.command()(tonight)


@app.command()
def export(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="CSV, or XLSX if named so; - is stdout.")
    ],
    due_from: DueFrom = None,
    due_to: DueTo = None,
    json: Json = False,
) -> None:
    """Write what is planned, one row a post; published and cancelled posts are left out."""
    refuse_two_documents(out, as_json=json)
    with command_line(context).workspace() as workspace, interrupted_by_signals():
        rows = workspace.plan_files.export(out, _range(workspace, due_from, due_to))
    if json:
        print_json({"file": str(out), "rows": rows})
    elif is_stdout(out):
        note(said("rows_printed", rows=rows))
    else:
        print_line(said("rows_written", rows=rows, file=str(out)))


@app.command()
def diff(
    context: typer.Context,
    file: PlanFile,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    mapped: Mapped = None,
    dates: Dates = None,
    json: Json = False,
) -> None:
    """Compare a file with the plan; nothing is changed. Name the range that was exported."""
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        sheet = _read(workspace, file, mapped, dates)
        wanted = _range(workspace, due_from, due_to)
        found = workspace.plan_files.diff(sheet, wanted, cancel)
    if json:
        print_json(diff_json(found))
    else:
        _tell(found)
        print_line(_summed(found))
    if any(row.errors for row in found.rows):
        raise typer.Exit(InputError.exit_code)


@app.command()
def apply(
    context: typer.Context,
    file: PlanFile,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    mapped: Mapped = None,
    dates: Dates = None,
    dry_run: DryRun = False,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Cancel what the file does not hold.")
    ] = False,
    consent: ConsentGiven = False,
    strict: Strict = False,
    json: Json = False,
) -> None:
    """Make the plan what a file says: all of it or nothing."""
    refusal: InputError | None = None
    result: PlanResult | None = None
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        files = workspace.plan_files
        sheet = _read(workspace, file, mapped, dates)
        found = files.diff(sheet, _range(workspace, due_from, due_to), cancel)
        wanted = files.propose(found, consent=consent, remove_missing=remove_missing, cancel=cancel)
        try:
            files.check(wanted, strict=strict)
            result = None if dry_run else files.commit(wanted)
        except InputError as error:
            refusal = error
    document = {**diff_json(wanted.diff), "dry_run": dry_run, "applied": result is not None}
    document["removed"] = len(wanted.proposal.gone) if result is not None else 0
    _told(wanted.diff, document, refusal, as_json=json)


def _told(
    found: PlanDiff, document: dict[str, object], refusal: InputError | None, *, as_json: bool
) -> None:
    _tell(found)
    if refusal is not None:
        print_error(refusal, as_json=False)
        document["error"] = error_json(refusal)
    if as_json:
        print_json(document)
    elif refusal is None:
        print_line(said("plan_applied") if document["applied"] else _summed(found))
    if refusal is not None:
        raise typer.Exit(refusal.exit_code)


def _read(workspace: Workspace, file: Path, mapped: list[str] | None, dates: str | None) -> Sheet:
    from tiktok_manager.services.bulk_columns import read_mapping

    sheet = workspace.imports.read(file)
    mapping = read_mapping(mapped or ())
    return workspace.imports.understand(sheet.table, mapping, read_dates(dates))


def _range(workspace: Workspace, due_from: str | None, due_to: str | None) -> PostFilter:
    zone, now = workspace.settings.timezone(), workspace.clock.now()
    bounds = [None if text is None else parse_bound(text, zone, now) for text in (due_from, due_to)]
    return PostFilter(due_from=bounds[0], due_to=bounds[1])


def diff_json(found: PlanDiff) -> dict[str, object]:
    """Return a file beside the plan, for scripts."""
    from tiktok_manager.services.plan_diff import DiffKind

    return {
        "file": str(found.sheet.table.path),
        **{kind.value: len(found.of(kind)) for kind in DiffKind},
        "rows": [_row_json(row) for row in found.rows],
        "missing": [post_json(post, message_and_action) for post in found.missing],
    }


def _row_json(row: DiffRow) -> dict[str, object]:
    findings = [finding for planned in row.planned for finding in planned.findings]
    return {
        "row": row.number,
        "kind": row.kind.value,
        "id": None if row.post is None else row.post.id,
        "changes": [change_json(each) for each in row.changes],
        "errors": [{"column": e.column, **error_json(e.error)} for e in row.errors],
        **findings_json(findings, message_and_action),
    }


def _tell(found: PlanDiff) -> None:
    for row in found.rows:
        for each in row.errors:
            code, told = "cell_said" if each.column else "row_said", told_of(each.error)
            note(said(code, row=row.number, column=each.column, told=told))
        if row.errors:
            continue
        if row.post is None:
            note(said("row_added", row=row.number, file=row.values.file.name))
        for change in row.changes:
            old, new = shortened(str(change.theirs)), shortened(str(change.yours))
            told = said("row_changed", row=row.number, field=change.field, old=old, new=new)
            note(told)
        for finding in (each for planned in row.planned for each in planned.findings):
            note(said("row_said", row=row.number, told=words(finding).title))
    for post in found.missing:
        note(
            said("row_missing", post=post.id[:8], account=post.handle, at=str(post.schedule.shown))
        )


def _summed(found: PlanDiff) -> str:
    from tiktok_manager.services.plan_diff import DiffKind

    numbers = {kind.value: len(found.of(kind)) for kind in DiffKind}
    return said("plan_compared", missing=len(found.missing), **numbers)
