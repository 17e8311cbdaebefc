"""`reports export`: tables as files."""

from pathlib import Path
from typing import Annotated

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import print_json, print_line
from tiktok_manager.services.reports import KINDS

app = typer.Typer(no_args_is_help=True)


@app.callback()
def reports() -> None:
    """Hand tables out."""


@app.command()
def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV to write.")],
    json: Json = False,
) -> None:
    """Write a CSV: UTF-8, safe to open in a spreadsheet."""
    with command_line(context).workspace() as workspace:
        rows = workspace.reports.export(kind, out)
    if json:
        print_json({"kind": kind, "file": str(out), "rows": rows})
    else:
        print_line(f"{rows} rows in {out}.")
