"""`settings`: app keys and preferences."""

import sys
from typing import Annotated

import typer

from tiktok_manager.cli.context import command_line
from tiktok_manager.cli.options import Json
from tiktok_manager.cli.output import note, print_json, print_line, print_table, said
from tiktok_manager.domain.errors import InputError
from tiktok_manager.wording.settings import setting_words
from tiktok_manager.wording.translation import ENGLISH

app = typer.Typer(no_args_is_help=True)


@app.command("set")
def set_value(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="Without it: from a prompt or from stdin."),
    ] = None,
    json: Json = False,
) -> None:
    """Set a setting. Leave secrets off the command line: they are asked for."""
    with command_line(context).workspace() as workspace:
        kinds = {setting.name: setting for setting in workspace.settings.list()}
        secret = name in kinds and kinds[name].secret
        given = value if value is not None else _ask(name, hidden=secret)
        workspace.settings.set(name, given)
        if name in kinds and kinds[name].from_environment:
            note(said("environment_first", name=name))
        shown = None if secret else workspace.settings.get(name)
    if secret and value is not None:
        note(said("secret_in_history"))
    if json:
        print_json({"name": name, "value": "set" if secret else shown})
    else:
        print_line(
            said("secret_set", name=name)
            if secret
            else said("setting_is", name=name, value=str(shown))
        )


@app.command("list")
def list_settings(context: typer.Context, json: Json = False) -> None:
    """List every setting; secrets only say whether they are set."""
    with command_line(context).workspace() as workspace:
        settings = workspace.settings.list()
    if json:
        print_json(
            [
                {
                    "name": s.name,
                    "value": s.value,
                    "secret": s.secret,
                    "description": setting_words(s.name, ENGLISH),
                    "from_environment": s.from_environment,
                }
                for s in settings
            ]
        )
    else:
        print_table(
            ("NAME", "VALUE", "WHAT IT IS"),
            ((s.name, s.value or "—", setting_words(s.name)) for s in settings),
        )


def _ask(name: str, *, hidden: bool) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=hidden, err=True))
    value = sys.stdin.readline().strip()
    if not value:
        raise InputError("nothing_on_stdin", name=name)
    return value
