"""Options that several commands share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
AccountArgument = Annotated[str, typer.Argument(metavar="HANDLE", help="The handle or id.")]
PostArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The post's id, or a unique beginning of it.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="List at most so many.")]
