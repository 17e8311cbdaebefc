"""Buttons, made in one place so that every one has a name for screen readers."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.tokens import CONTROL_HEIGHT

TINT_OF_LOOK = {"primary": "on_accent", "danger": "bad", "quiet": "accent"}


def push_button(
    text: str,
    *,
    look: str = "",
    icon_name: str = "",
    clicked: Callable[[], object] | None = None,
    tip: str = "",
    checkable: bool = False,
    parent: QWidget | None = None,
) -> QPushButton:
    """Return a button; `look` is `primary`, `danger`, `quiet`, `chip`, `segment` or plain."""
    button = QPushButton(text, parent)
    button.setProperty("look", look)
    button.setAccessibleName(text.replace("&", ""))
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setAutoDefault(False)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon_name:
        button.setText(f" {text}")  # Qt leaves no room between icon and words
        button.setIcon(icon(icon_name, TINT_OF_LOOK.get(look, "soft_ink")))
        button.setIconSize(QSize(16, 16))
    if clicked is not None:
        button.clicked.connect(lambda _checked=False: clicked())
    return button


def icon_button(
    icon_name: str,
    name: str,
    *,
    clicked: Callable[[], object] | None = None,
    checkable: bool = False,
    size_px: int = CONTROL_HEIGHT,
    tint: str = "soft_ink",
    parent: QWidget | None = None,
) -> QToolButton:
    """Return a square button with an icon only; `name` is its tool tip and accessible name."""
    button = QToolButton(parent)
    button.setIcon(icon(icon_name, tint))
    glyph = 20 if size_px >= CONTROL_HEIGHT else 16
    button.setIconSize(QSize(glyph, glyph))
    button.setFixedSize(size_px, size_px)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    if clicked is not None:
        button.clicked.connect(lambda _checked=False: clicked())
    return button
