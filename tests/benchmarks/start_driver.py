"""A window that tells when its first frame is painted: ours, or a bare one. Run by `bench_start`.

Ours goes the way of `python -m tiktok_manager`: the same imports in the same order, and one slot
more on a signal the window has anyway. The bare one is what every PySide6 app pays: QApplication
and an empty QMainWindow of the same size. Nothing else is imported here that would slow either.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

WINDOW = "tiktok_manager.ui.main_window"
HOST = "tiktok_manager.ui.pane_host"
PANE_MS = 700
SETTLE_MS = 3000


class _Hook:
    """Runs a function right after a module of ours is imported, wherever that happens."""

    def __init__(self, module: str, then: Callable[[], None]) -> None:
        self._module = module
        self._then = then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is None or spec.loader is None:
            raise ImportError(fullname)
        loader = spec.loader
        plain_exec = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            plain_exec(module)
            self._then()

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def ours(module: str, change: Callable[[], None]) -> None:
    """Start like `python -m tiktok_manager`, with a small change to a class of this module."""
    sys.meta_path.insert(0, _Hook(module, change))
    from tiktok_manager.__main__ import main

    main([])


def tell_first_frame() -> None:
    """Let the window say `painted`."""
    from tiktok_manager.ui.main_window import MainWindow

    plain_show = MainWindow.show

    def show(window: MainWindow) -> None:
        window.first_frame_painted.connect(lambda: _tell("painted"))
        plain_show(window)

    MainWindow.show = show  # type: ignore[method-assign,assignment]


def tell_memory_when_open() -> None:
    """Let the window show every pane once the workspace is there, then say what it holds."""
    from PySide6.QtCore import QTimer

    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.pane_host import PaneHost
    from tiktok_manager.ui.panes import PANES

    plain_attach = PaneHost.attach

    def attach(host: PaneHost, core: Core) -> None:
        plain_attach(host, core)
        for turn, pane in enumerate(PANES, start=1):
            QTimer.singleShot(PANE_MS * turn, host, partial(host.go, pane.name))
        QTimer.singleShot(PANE_MS * len(PANES) + SETTLE_MS, host, _tell_memory)

    PaneHost.attach = attach  # type: ignore[method-assign,assignment]


def bare() -> None:
    """Say `painted` and end."""
    _show_bare(lambda: _tell("painted"))


def bare_open(modules: Sequence[str]) -> None:
    """Import modules, show an empty window, and say what it holds."""
    import importlib

    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError:  # a part that is only imported by its own package
            continue
    _show_bare(_tell_memory)


def _show_bare(tell: Callable[[], None]) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Bare(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
            super().paintEvent(event)
            QTimer.singleShot(0, self, painted)

    def painted() -> None:
        tell()
        app.quit()

    app = QApplication(["bare"])
    window = Bare()
    window.resize(1280, 800)
    window.show()
    app.exec()


def _tell_memory() -> None:
    """Say VmRSS in KiB, and the modules that were imported and are not ours."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - no pathlib here
        resident = next(line.split()[1] for line in status if line.startswith("VmRSS:"))
    ours = ("tiktok_manager", "tests", "__main__")
    others = [name for name in list(sys.modules) if name.partition(".")[0] not in ours]
    _tell(f"{resident} {','.join(others)}")


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "bare_open":
        bare_open(sys.stdin.readline().strip().split(","))
    elif sys.argv[1] == "bare":
        bare()
    elif sys.argv[1] == "ours_open":
        ours(HOST, tell_memory_when_open)
    else:
        ours(WINDOW, tell_first_frame)
