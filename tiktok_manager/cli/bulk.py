"""`posts import`: many posts from a table or a folder of videos."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tiktok_manager.cli.context import cancelled_by_signals, command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import (
    error_json,
    local_time,
    note,
    print_error,
    print_json,
    print_line,
    print_table,
    refuse_two_documents,
    said,
    told_of,
)
from tiktok_manager.cli.post_options import (
    AiGenerated,
    AllowComment,
    AllowDuet,
    AllowStitch,
    BrandedContent,
    ConsentGiven,
    Dates,
    DryRun,
    Every,
    GoodRows,
    Inbox,
    Mapped,
    PrivacyLevel,
    RowAccounts,
    RowAt,
    Spread,
    Strict,
    TableArgument,
    TableTemplate,
    Template,
    UndoImport,
    YourBrand,
    Zone,
    read_choices,
    read_dates,
)
from tiktok_manager.domain.errors import InputError
from tiktok_manager.domain.posts import Choices, PostMode, PostStatus
from tiktok_manager.domain.schedule import parse_duration
from tiktok_manager.services.serializers import findings_json, post_json, stamp
from tiktok_manager.system.files import is_stdout
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.services.bulk_import import (
        BulkImport,
        ImportProposal,
        ImportResult,
        ImportRow,
        Sheet,
    )
    from tiktok_manager.services.bulk_rows import ImportOptions


def import_posts(
    context: typer.Context,
    file: TableArgument = None,
    account: RowAccounts = None,
    at: RowAt = "next-slot",
    every: Every = None,
    caption: Template = "{name}",
    tz: Zone = None,
    privacy: PrivacyLevel = None,
    allow_comment: AllowComment = False,
    allow_duet: AllowDuet = False,
    allow_stitch: AllowStitch = False,
    your_brand: YourBrand = False,
    branded_content: BrandedContent = False,
    ai_generated: AiGenerated = False,
    inbox: Inbox = False,
    mapped: Mapped = None,
    dates: Dates = None,
    dry_run: DryRun = False,
    good_rows: GoodRows = False,
    consent: ConsentGiven = False,
    strict: Strict = False,
    spread: Spread = False,
    undo: UndoImport = None,
    template: TableTemplate = None,
    json: Json = False,
) -> None:
    """Plan the rows of a table, or a folder of videos: all of them or none."""
    if template is not None or undo is not None:
        _other(context, template, undo, as_json=json)
        return
    ticked = (allow_comment, allow_duet, allow_stitch, your_brand, branded_content, ai_generated)
    choices = read_choices(Choices(), privacy, ticked, None)
    table = _Named(path=file, at=at, every=every, caption=caption, mapped=mapped, dates=dates)
    with command_line(context).workspace() as workspace, cancelled_by_signals() as cancel:
        imports = workspace.imports
        usual = _usual(imports.usual(), account, at, tz, inbox=inbox)
        chosen = replace(usual, choices=choices, consent=consent)
        proposed = imports.propose(table.read(imports), chosen, spread=spread, cancel=cancel)
        _finish(imports, proposed, dry_run, good_rows, strict, as_json=json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """The table or folder that was named, and how it is to be understood."""

    path: Path | None
    at: str
    every: str | None
    caption: str
    mapped: Sequence[str] | None
    dates: str | None

    def read(self, imports: BulkImport) -> Sheet:
        if self.path is None:
            raise InputError("table_missing")
        if self.path.is_dir():
            step = None if self.every is None else parse_duration(self.every)
            return imports.read_folder(self.path, template=self.caption, at=self.at, every=step)
        from tiktok_manager.services.bulk_columns import read_mapping

        sheet = imports.read(self.path)
        mapping = read_mapping(self.mapped or ())
        return imports.understand(sheet.table, mapping, read_dates(self.dates))


def _usual(
    usual: ImportOptions, accounts: Sequence[str] | None, at: str, tz: str | None, *, inbox: bool
) -> ImportOptions:
    mode = PostMode.INBOX if inbox else PostMode.DIRECT
    names = tuple(accounts or ())
    return replace(usual, accounts=names, when=at, timezone=tz or usual.timezone, mode=mode)


def _finish(
    imports: BulkImport,
    proposed: ImportProposal,
    dry_run: bool,
    good_rows: bool,
    strict: bool,
    *,
    as_json: bool,
) -> None:
    """Plan what was proposed, and tell of every row; a refusal is told with its rows, too."""
    tell_rows(proposed.rows)
    _tell_sheet(proposed.sheet)
    result: ImportResult | None = None
    refusal: InputError | None = None
    try:
        imports.check(proposed, good_rows=good_rows, strict=strict)
        if not dry_run:
            result = imports.commit(proposed, good_rows=good_rows, strict=strict)
    except InputError as error:
        refusal = error
    if as_json:
        beside = {} if refusal is None else {"error": error_json(refusal)}
        print_json({**_document(proposed, result, dry_run), **beside})
    if refusal is not None:
        print_error(refusal, as_json=False)
        raise typer.Exit(refusal.exit_code)
    if as_json:
        return
    if result is None:
        _show_rows([row for row in proposed.rows if not row.errors])
    else:
        _tell_result(result)


def _show_rows(rows: Sequence[ImportRow]) -> None:
    """Show what rows would become, each with its time in its zone."""
    shown = []
    for row in rows:
        first = row.posts[0].post.schedule
        at = local_time(None, first.shown, first.timezone)
        shown.append((row.number, row.verdict.value, at, len(row.posts), row.values.file.name))
    print_table(("ROW", "VERDICT", "GOES OUT", "POSTS", "FILE"), shown)
    print_line(said("import_would", count=sum(len(row.posts) for row in rows)))


def _tell_result(result: ImportResult) -> None:
    print_line(said("import_done", count=len(result.posts), id=result.id))
    drafts = sum(post.status is PostStatus.DRAFT for post in result.posts)
    if drafts:
        print_line(said("drafts_made", count=drafts))
    if result.left_out:
        rows = tuple(str(row.number) for row in result.left_out)
        note(said("rows_left_out", count=len(rows), rows=rows))


def tell_rows(rows: Sequence[ImportRow]) -> None:
    """Say of each row what is wrong with it, cell by cell, or what is to be known."""
    for row in rows:
        for each in row.errors:
            code = "cell_said" if each.column else "row_said"
            told = told_of(each.error)
            note(said(code, row=row.number, column=each.column, told=told))
        if not row.errors:
            for finding in row.findings:
                note(said("row_said", row=row.number, told=words(finding).title))


def _tell_sheet(sheet: Sheet) -> None:
    if sheet.unknown:
        note(said("columns_left_out", headers=sheet.unknown))


def _document(
    proposed: ImportProposal, result: ImportResult | None, dry_run: bool
) -> dict[str, object]:
    sheet = proposed.sheet
    posts = () if result is None else result.posts
    written = frozenset(post.id for post in posts)
    return {
        "import": None if result is None else proposed.id,
        "file": str(sheet.table.path),
        "dry_run": dry_run,
        "planned": len(posts),
        "drafts": sum(post.status is PostStatus.DRAFT for post in posts),
        "left_out": [] if result is None else [row.number for row in result.left_out],
        "rows": [row_json(row, written) for row in proposed.rows],
        "read_as": {
            "kind": sheet.table.form.kind,
            "delimiter": sheet.table.form.delimiter,
            "encoding": sheet.table.form.encoding,
            "dates": sheet.dates,
            "columns": dict(sheet.mapping),
            "unknown": list(sheet.unknown),
        },
    }


def row_json(row: ImportRow, written: Collection[str] = ()) -> dict[str, object]:
    """Return what becomes of a row, for scripts; `written` are the posts that are planned."""
    posts = [each.post for each in row.posts]
    return {
        "row": row.number,
        "verdict": row.verdict.value,
        "file": str(row.values.file),
        "publish_at": stamp(posts[0].schedule.due_at) if posts else None,
        "timezone": posts[0].schedule.timezone if posts else None,
        "count": len(posts),
        "posts": [
            {
                "id": post.id if post.id in written else None,
                "account": post.handle,
                "publish_at": stamp(post.schedule.due_at),
                "status": post.status.value,
            }
            for post in posts
        ],
        "errors": [{"column": e.column, **error_json(e.error)} for e in row.errors],
        **findings_json(row.findings, message_and_action),
    }


def _other(
    context: typer.Context, template: Path | None, undo: str | None, *, as_json: bool
) -> None:
    if template is not None:
        _write_template(template, as_json=as_json)
        return
    with command_line(context).workspace() as workspace:
        undone = workspace.imports.undo(undo or "")
    left = tuple(post.id[:8] for post in undone.left)
    if as_json:
        taken = [post_json(post, message_and_action) for post in undone.taken_back]
        stayed = [post_json(post, message_and_action) for post in undone.left]
        print_json({"import": undo, "taken_back": taken, "left": stayed})
        return
    print_line(said("import_undone", count=len(undone.taken_back)))
    if left:
        note(said("import_not_undone", count=len(left), posts=left))


def _write_template(out: Path, *, as_json: bool) -> None:
    from tiktok_manager.services.bulk_columns import COLUMNS, EXAMPLE
    from tiktok_manager.services.tables import write_table
    from tiktok_manager.wording.bulk import column_help

    refuse_two_documents(out, as_json=as_json)
    told = [(column, column_help(column)) for column in COLUMNS]
    write_table(out, [EXAMPLE], COLUMNS, beside=told)
    if as_json:
        print_json({"file": str(out), "columns": dict(told)})
    elif is_stdout(out):
        note(said("template_written", file=str(out)))
    else:
        print_line(said("template_written", file=str(out)))
        print_table(("COLUMN", "TAKES"), told)
