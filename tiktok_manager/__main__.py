"""Entry: the window without a command, the command line with one. Imports only what is needed.

The window is shown before the composition root is imported: SQLAlchemy, httpx and the rest load on
a worker thread behind the first frame.
"""

import faulthandler
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tiktok_manager.system.hardening import harden_process
from tiktok_manager.system.paths import data_root

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tiktok_manager.domain.clock import Clock
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.scheduler.runner import Runner
    from tiktok_manager.services.workspace import Workspace

_USUAL_THRESHOLDS = gc.get_threshold()
_IMPORTED_OBJECTS = 200_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the app and return its exit code."""
    harden_process()
    if sys.stderr is not None:  # a packaged window has none
        faulthandler.enable()
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--look-into-videos"]:
        from tiktok_manager.system import video_child

        return video_child.main()
    if arguments == ["--self-test"]:
        return run_self_test()
    if arguments in ([], ["--hidden"]):
        return run_window(hidden=bool(arguments))
    if arguments == ["demo"]:  # at once: the command line takes as long to load as the window
        return run_window(hidden=False, demo=True)
    return run_command_line(arguments)


def run_window(*, hidden: bool, demo: bool = False) -> int:
    """Open the window (or only the tray) and return the exit code.

    The demo's window stands on a throw-away folder; what it shows is made behind its first frame.
    """
    # The window collects garbage by a timer of its own; during the imports it only costs time.
    gc.disable()
    environment = dict(os.environ)
    from tiktok_manager.domain.errors import AppError

    try:
        _check_window(environment)
    except AppError as error:
        return _say_why_not(error)
    from tiktok_manager.ui.application import Opening, run

    opening = Opening()
    with ExitStack() as world, ExitStack() as closing:
        made: dict[str, str] = {}
        if demo:
            folder = _throw_away_folder(world)
            environment["TIKTOK_MANAGER_DATA_DIR"] = str(folder / "data")

        def open_behind_the_window() -> "Workspace":
            if demo and not made:
                made.update(_make_demo(environment, folder, world, opening.tell))
            return closing.enter_context(_open_workspace(made or environment))

        return run(
            open_behind_the_window,
            _standby,
            data_dir=data_root(environment),
            hidden=hidden,
            close_workspace=closing.close,
            opening=opening,
            is_demo=demo,
        )


def _say_why_not(error: "AppError") -> int:
    from tiktok_manager.cli.output import print_error, speak_utf8

    speak_utf8()
    print_error(error, as_json=False)
    return error.exit_code


def _check_window(env: Mapping[str, str]) -> None:
    """Raise AppError with what is missing where no window can be shown."""
    from tiktok_manager.system.display import check_display, missing_library

    check_display(env)
    try:
        import tiktok_manager.ui.application  # noqa: F401 - whether it can be loaded
    except ImportError as exc:
        if exc.name and not exc.name.startswith("PySide6"):
            raise  # ours
        raise missing_library(str(exc)) from exc


def _throw_away_folder(closing: ExitStack) -> "Path":
    import tempfile
    from pathlib import Path

    name = tempfile.TemporaryDirectory(prefix="tiktok-manager-demo-")
    return Path(closing.enter_context(name))


def _make_demo(
    env: Mapping[str, str], folder: "Path", closing: ExitStack, tell: "Callable[[str], None]"
) -> dict[str, str]:
    from tiktok_manager.cli.demo_world import prepare_window

    return prepare_window(_open_workspace, env, folder, closing, tell)


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    # Imports make much and leave no garbage: looking for it takes a fifth of a short command.
    gc.set_threshold(_IMPORTED_OBJECTS, *gc.get_threshold()[1:])
    from tiktok_manager.cli.context import CommandLine
    from tiktok_manager.cli.main import run

    return run(
        arguments,
        CommandLine(
            env=dict(os.environ),
            open_workspace=_open_for_command,
            make_runner=_make_runner,
            run_window=run_window,
        ),
    )


def run_self_test() -> int:
    """Prove that an installed app is whole, on a throw-away data folder; returns the exit code.

    The demo publishes real videos to a TikTok of its own, then the window shows every pane.
    """
    import secrets
    import tempfile
    from pathlib import Path

    from tiktok_manager.app import open_workspace
    from tiktok_manager.cli.output import print_line
    from tiktok_manager.system.os_keyring import OsKeyring
    from tiktok_manager.tiktok.tls import system_trust
    from tiktok_manager.ui import self_test

    with tempfile.TemporaryDirectory(prefix="tiktok-manager-self-test-") as name:
        folder = Path(name)
        environment = {
            "TIKTOK_MANAGER_DATA_DIR": str(folder / "data"),
            "TIKTOK_MANAGER_PASSPHRASE": secrets.token_hex(),
        }
        print_line(f"modules: {self_test.import_everything()}")
        print_line(f"certificate authorities: {system_trust().cert_store_stats()['x509_ca']}")
        print_line(f"keyring: {'there' if OsKeyring().available() else 'none on this machine'}")
        code = run_command_line(["demo", "--headless", "--out", str(folder / "posts.csv")])
        if code:
            return code
        print_line(f"icons: {self_test.draw_icons()}")
        with ExitStack() as closing:
            shown = self_test.show_window(
                lambda: closing.enter_context(open_workspace(environment)),
                _standby,
                data_root(environment),
            )
        print_line(f"panes: {', '.join(shown)}")
    print_line("Nothing is missing.")
    return 0


def _open_for_command(
    env: Mapping[str, str], clock: "Clock | None" = None
) -> "AbstractContextManager[Workspace]":
    opened = _open_workspace(env, clock)
    gc.freeze()  # what was imported stays
    gc.set_threshold(*_USUAL_THRESHOLDS)
    return opened


def _open_workspace(
    env: Mapping[str, str], clock: "Clock | None" = None
) -> "AbstractContextManager[Workspace]":
    from tiktok_manager.app import open_workspace

    return open_workspace(env, clock)


def _make_runner(workspace: "Workspace", *, standby: bool = False) -> "Runner":
    from tiktok_manager.app import make_runner

    return make_runner(workspace, standby=standby)


def _standby(workspace: "Workspace") -> "Runner":
    return _make_runner(workspace, standby=True)


if __name__ == "__main__":
    sys.exit(main())
