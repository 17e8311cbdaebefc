"""Puts the commands together and maps every error to a message and an exit code."""

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from tiktok_manager import __version__
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.output import (
    give_up_output,
    note,
    print_error,
    print_line,
    said,
    speak_utf8,
)
from tiktok_manager.domain.captions import is_text
from tiktok_manager.domain.errors import AppError, Cancelled, InputError

INTERRUPTED = 130

# Each is a module of this package, with an `app` or a function of that name; only the one that is
# called is imported.
_COMMANDS = {
    "demo": "Try everything on simulated accounts: nothing reaches TikTok, nothing is kept.",
    "accounts": "Connect and look after accounts.",
    "posts": "Plan and follow posts.",
    "slots": "Weekly times at which accounts post, and which are free.",
    "plan": "The plan as a file: export, compare, apply; and what happens tonight.",
    "recurring": "Posts that repeat by a rule, and pools of videos that take turns.",
    "campaigns": "Plan videos for many accounts over a time, and start, hold or end it.",
    "publisher": "Publish without a window.",
    "sync": "Pull profiles and video counters and record snapshots.",
    "reports": "Hand tables out.",
    "settings": "App keys and preferences.",
    "simulator": "Run a local TikTok; its base URL is the first line.",
    "backup": "Back up the database and restore it.",
    "doctor": "Check the data folder, database, secrets, app keys and accounts.",
}


def run(arguments: Sequence[str], command_line: CommandLine) -> int:
    """Run one command; returns 0 done, 2 bad input, 3 the user must act, 1 anything else."""
    speak_utf8()
    command = typer.main.get_command(_build(arguments))
    as_json = "--json" in arguments
    try:
        _check_text(arguments)
        result = command.main(
            args=list(arguments),
            prog_name="tiktok-manager",
            standalone_mode=False,
            obj=command_line,
        )
    except AppError as error:
        print_error(error, as_json=as_json)
        return INTERRUPTED if isinstance(error, Cancelled) else error.exit_code
    except typer.TyperException as error:
        _print_usage_error(error, as_json=as_json)
        return 2
    except OSError as error:
        return _broken_off(error)
    except (typer.Abort, KeyboardInterrupt):
        note(said("stopped"))
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _broken_off(error: OSError) -> int:
    """Tell of what the system refused, mostly room on a disk; not that nobody reads on."""
    give_up_output()
    if not isinstance(error, BrokenPipeError):
        note(said("broken_off", reason=str(error.strerror or error)))
    return 1


def _check_text(arguments: Sequence[str]) -> None:
    """Raise InputError naming the argument that is no text: bytes that are not UTF-8."""
    before = "tiktok-manager"
    for argument in arguments:
        if not is_text(argument):
            shown = argument.encode("utf-8", "replace").decode()
            raise InputError("argument_not_text", argument=shown, before=before)
        before = argument


def _print_usage_error(error: typer.TyperException, *, as_json: bool) -> None:
    words = error.format_message()
    if words.startswith("Usage:"):  # a group without a command: its help says it all
        note(words)
        return
    place = getattr(getattr(error, "ctx", None), "command_path", "tiktok-manager")
    told = AppError("bad_usage", told=words, place=place)
    print_error(told, as_json=as_json)


def _show_version(wanted: bool) -> None:
    if wanted:
        print_line(__version__)
        raise typer.Exit


def _build(arguments: Sequence[str]) -> typer.Typer:
    app = typer.Typer(
        help="Run many TikTok accounts from your own desktop. Without a command: the window.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def options(
        version: Annotated[
            bool,
            typer.Option("--version", callback=_show_version, is_eager=True, help="Print it."),
        ] = False,
    ) -> None:
        """Run many TikTok accounts from your own desktop."""

    called = next((each for each in arguments if not each.startswith("-")), "")
    for name, words in _COMMANDS.items():
        if name != called:
            app.command(name, help=words)(_not_called)
        elif hasattr(module := import_module(f"tiktok_manager.cli.{name}"), "app"):
            app.add_typer(module.app, name=name, help=words)
        else:
            app.command(name)(getattr(module, name))
    return app


def _not_called() -> None:
    """Stand in the list of commands for one that is not imported."""
