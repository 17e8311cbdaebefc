"""Puts the commands together and maps every error to a message and an exit code."""

from collections.abc import Sequence
from typing import Annotated

import typer

from tiktok_manager import __version__
from tiktok_manager.cli import (
    accounts,
    backup,
    demo,
    doctor,
    posts,
    publisher,
    reports,
    settings,
    simulator,
    sync,
)
from tiktok_manager.cli.context import CommandLine
from tiktok_manager.cli.output import (
    give_up_output,
    note,
    print_error,
    print_line,
    speak_utf8,
)
from tiktok_manager.domain.captions import is_text
from tiktok_manager.domain.errors import AppError, Cancelled, InputError

INTERRUPTED = 130


def run(arguments: Sequence[str], command_line: CommandLine) -> int:
    """Run one command; returns 0 done, 2 bad input, 3 the user must act, 1 anything else."""
    speak_utf8()
    command = typer.main.get_command(_build())
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
        note("Stopped.")
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _broken_off(error: OSError) -> int:
    """Tell of what the system refused, mostly room on a disk; not that nobody reads on."""
    give_up_output()
    if not isinstance(error, BrokenPipeError):
        note(f"Error: The command broke off. The system says: {error.strerror or error}.")
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


def _build() -> typer.Typer:
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

    app.command("demo")(demo.demo)
    app.add_typer(accounts.app, name="accounts", help="Connect and look after accounts.")
    app.add_typer(posts.app, name="posts", help="Plan and follow posts.")
    app.add_typer(publisher.app, name="publisher", help="Publish without a window.")
    app.command("sync")(sync.sync)
    app.add_typer(reports.app, name="reports", help="Hand tables out.")
    app.add_typer(settings.app, name="settings", help="App keys and preferences.")
    app.command("simulator")(simulator.simulator)
    app.add_typer(backup.app, name="backup", help="Back up the database and restore it.")
    app.command("doctor")(doctor.doctor)
    return app
