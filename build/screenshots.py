"""Pictures of every pane of the window on the demo's accounts, for the README and for looking.

    python build/screenshots.py FOLDER [--size 1280x800] [--scale 2] [--theme light]

Runs without a display; nothing reaches TikTok and the data is thrown away at the end.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.session import WindowSession

PANES = ("accounts", "calendar", "composer", "analytics", "settings")
PATIENCE_MS = 20_000
LOOK_MS = 400


def main() -> int:
    """Write the pictures."""
    wanted = _arguments()
    # Qt reads both when it is loaded.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = str(wanted.scale)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    width, height = (int(side) for side in wanted.size.split("x"))
    with _demo_window(wanted.folder) as (session, workspace):
        session.window.resize(width, height)
        for theme in wanted.theme:
            workspace.settings.set("theme", theme)
            _wait(partial(_has_theme, session, theme))
            _picture_all(session, workspace, wanted.folder, theme)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--scale", default=1.0, type=float)
    parser.add_argument("--theme", action="append", choices=("light", "dark"))
    wanted = parser.parse_args()
    wanted.theme = wanted.theme or ["light", "dark"]
    return wanted


@contextmanager
def _demo_window(folder: Path) -> "Iterator[tuple[WindowSession, Workspace]]":
    """Open the window, with everything behind it, on the demo's world."""
    from tiktok_manager.app import make_runner, open_workspace
    from tiktok_manager.cli import demo_world as demo
    from tiktok_manager.cli.context import CommandLine
    from tiktok_manager.ui.application import Front, application
    from tiktok_manager.ui.panes import PANES as ALL
    from tiktok_manager.ui.session import WindowSession
    from tiktok_manager.ui.single_instance import SingleInstance

    line = CommandLine(
        env=dict(os.environ),
        open_workspace=open_workspace,
        make_runner=make_runner,
        run_window=lambda **_: 0,
    )
    # The demo's own steps, one by one: it shows the window itself where pictures are taken here.
    world = demo.demo_world(line.env, demo.WINDOW_ACCOUNTS)
    with world as (sim, env, data), ExitStack() as closing:
        demo.live_through_history(line, sim, env, data)
        workspace = closing.enter_context(open_workspace(env))
        demo.plan_ahead(workspace, data)
        runner = make_runner(workspace)
        instance = SingleInstance(data)
        instance.acquire()
        front = Front(application(["tiktok-manager"]), data, ALL)
        session = WindowSession(front, lambda: workspace, lambda _workspace: runner, instance)
        session.start(hidden=False)
        _wait(lambda: bool(session.host.current_pane) and not session.tasks.busy)
        try:
            yield session, workspace
        finally:
            runner.stop()
            session.dispose()


def _picture_all(
    session: "WindowSession", workspace: "Workspace", folder: Path, theme: str
) -> None:
    host = session.host
    for name in PANES:
        host.go(name)
        _save(session, folder / f"{name}-{theme}.png")
    account = workspace.accounts.list()[1]
    host.go("accounts", account.id)
    _save(session, folder / f"account-{theme}.png")
    post = workspace.planning.overview().next_due
    host.go("calendar", None if post is None else post.id)
    _save(session, folder / f"post-{theme}.png")
    host.close_drawer()
    if post is not None:
        host.go("composer", post.id)
        _save(session, folder / f"editing-{theme}.png")
        host.go("composer", "new")


def _has_theme(session: "WindowSession", theme: str) -> bool:
    return session.theme.choice.value == theme


def _save(session: "WindowSession", path: Path) -> None:
    _let_pass(LOOK_MS)
    _wait(lambda: not session.tasks.busy)
    _let_pass(LOOK_MS)
    session.window.grab().save(str(path))


def _let_pass(time_ms: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(time_ms, loop.quit)
    loop.exec()


def _wait(is_so: Callable[[], bool]) -> None:
    waited_ms = 0
    while not is_so():
        if waited_ms > PATIENCE_MS:
            raise SystemExit("the window did not get ready")
        _let_pass(50)
        waited_ms += 50


if __name__ == "__main__":
    sys.exit(main())
