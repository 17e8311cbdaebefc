"""The window's part of `--self-test`: it opens, shows every pane, and ends in order.

A package is built from what an analysis of imports found. What is imported by its name alone
(panes, plug-ins, a keyring) may be missing from it, and a user would be the first to notice.
"""

from __future__ import annotations

import pkgutil
from collections import deque
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor

import tiktok_manager
from tiktok_manager.system.paths import resources_dir
from tiktok_manager.ui.application import Front, application
from tiktok_manager.ui.icons import pixmap
from tiktok_manager.ui.panes import PANES
from tiktok_manager.ui.session import WindowSession
from tiktok_manager.ui.single_instance import SingleInstance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tiktok_manager.ui.session import RunnerFactory, WorkspaceOpener

_LOOK_MS = 50
_LIMIT_MS = 120_000
# What the extra `team` needs is not taken along.
_LEFT_OUT = frozenset({"tiktok_manager.storage.postgres"})
_BY_NAME_ONLY = ("PySide6.QtNetwork", "PySide6.QtSvg", "pyqtgraph")


def import_everything() -> int:
    """Import every module of ours and what is loaded by name only; returns how many.

    Raises ImportError naming the one that is missing.
    """
    ours = pkgutil.walk_packages(tiktok_manager.__path__, f"{tiktok_manager.__name__}.")
    # The entry runs when it is imported, and migrations only run within a migration.
    found = {m.name for m in ours if not m.name.endswith(("__main__", ".env"))}
    names = sorted(found - _LEFT_OUT)
    for name in (*names, *_BY_NAME_ONLY):
        import_module(name)
    return len(names) + len(_BY_NAME_ONLY)


def draw_icons() -> int:
    """Draw every icon; returns how many. Raises RuntimeError naming those that stay empty."""
    application(["tiktok-manager"])
    names = sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))
    empty = [name for name in names if _is_empty(name)]
    if empty or not names:
        raise RuntimeError(f"icons that show nothing: {', '.join(empty) or 'all of them'}")
    return len(names)


def show_window(
    open_workspace: WorkspaceOpener, make_runner: RunnerFactory, data_dir: Path
) -> list[str]:
    """Open the window on a data folder, go through its panes, quit; returns what was shown.

    Raises RuntimeError if it does not come so far within two minutes.
    """
    app = application(["tiktok-manager"])
    front = Front(app, data_dir, PANES)
    instance = SingleInstance(data_dir)
    instance.acquire()
    session = WindowSession(front, open_workspace, make_runner, instance)
    walk = _Walk(session, front)
    session.start(hidden=False)
    try:
        code = app.exec()
    finally:
        walk.stop()
        session.dispose()
    if code or walk.is_unfinished:
        raise RuntimeError(
            f"the window stopped after showing: {', '.join(walk.shown) or 'nothing'}"
        )
    return walk.shown


class _Walk(QObject):
    """Shows one pane after another once the workspace is open, then quits."""

    def __init__(self, session: WindowSession, front: Front) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._session = session
        self._window = front.window
        self._left = deque(pane.name for pane in PANES)
        self._look = self._timer(_LOOK_MS, self._go_on)
        self._limit = self._timer(_LIMIT_MS, partial(front.app.exit, 1))

    @property
    def is_unfinished(self) -> bool:
        """Whether a pane was not shown."""
        return bool(self._left)

    def stop(self) -> None:
        """Look no more."""
        self._look.stop()
        self._limit.stop()

    def _timer(self, every_ms: int, then: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.timeout.connect(then)
        timer.start(every_ms)
        return timer

    def _go_on(self) -> None:
        if not (self._window.is_painted and self._session.host.current_pane):
            return
        if self._left:
            name = self._left.popleft()
            self._session.host.go(name)
            self._window.grab()
            self.shown.append(name)
        else:
            self._look.stop()
            self._session.leaving.end()


def _is_empty(name: str) -> bool:
    image = pixmap(name, 24, "#FF0000").toImage()
    transparent = QColor(Qt.GlobalColor.transparent)
    return all(
        image.pixelColor(x, y) == transparent
        for x in range(image.width())
        for y in range(image.height())
    )
