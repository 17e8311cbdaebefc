"""Keys of the whole window."""

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def add_shortcut(
    window: QWidget,
    name: str,
    keys: str | QKeySequence.StandardKey,
    run: Callable[[], object],
) -> None:
    """Run this on these keys, wherever in the window the focus is."""
    action = QAction(name, window)
    # A standard key may have several; each of them works.
    action.setShortcuts(
        [QKeySequence(keys)] if isinstance(keys, str) else QKeySequence.keyBindings(keys)
    )
    action.triggered.connect(lambda _checked=False: run())
    window.addAction(action)
