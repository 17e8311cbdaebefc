"""`reports export`: tables as files."""

from pathlib import Path
from typing import Annotated

import typer

from tiktok_manager.cli.context import command_line, interrupted_by_signals
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_line, refuse_two_documents, said
from tiktok_manager.services.reports import KINDS
from tiktok_manager.services.serializers import findings_json
from tiktok_manager.system.files import is_stdout
from tiktok_manager.wording import joined, message_and_action, words

app = typer.Typer(no_args_is_help=True)


@app.callback()
def reports() -> None:
    """Hand tables out."""


@app.command()
def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FILE", help="CSV, or XLSX or (posts) ICS if named so; - is stdout."
        ),
    ],
    delimiter: Annotated[
        str, typer.Option("--delimiter", metavar="CHAR", help="Of a CSV: , or ; or tab.")
    ] = ",",
    json: Json = False,
) -> None:
    """Write a table: UTF-8, safe to open in a spreadsheet."""
    refuse_two_documents(out, as_json=json)
    delimiter = "\t" if delimiter in {"tab", "\\t"} else delimiter
    with command_line(context).workspace() as workspace, interrupted_by_signals():
        rows = workspace.reports.export(kind, out, message_and_action, delimiter=delimiter)
        findings = workspace.reports.findings(kind)
    for told in map(words, findings):
        note(joined(told.title, told.command_hint))
    if json:
        record = {"kind": kind, "file": str(out), "rows": rows}
        print_json({**record, **findings_json(findings, message_and_action)})
    elif is_stdout(out):
        note(said("rows_printed", rows=rows))
    else:
        print_line(said("rows_written", rows=rows, file=str(out)))
