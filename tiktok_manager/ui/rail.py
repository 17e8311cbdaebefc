"""The left rail: the panes by name and icon, foldable to icons only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from tiktok_manager.ui.icons import icon, pixmap
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import (
    RAIL_FOLDED_WIDTH,
    RAIL_WIDTH,
    SPACE_M,
    SPACE_S,
    SPACE_XS,
    TOP_BAR_HEIGHT,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktok_manager.ui.frame import Pane


class Rail(QFrame):
    """Buttons for the panes.

    Signals:
        chosen: The name of a pane the user picked.
        folded: The user folded (True) or unfolded the rail.
    """

    chosen = Signal(str)
    folded = Signal(bool)

    def __init__(self, panes: Sequence[Pane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._is_folded = False
        self._current = ""
        self._buttons: dict[str, QToolButton] = {}
        self._fold = _rail_button("sidebar", tr("Fold"))
        self._fold.clicked.connect(self._on_fold)
        parts = (self._make_head(), *map(self._make_button, panes), None, self._fold)
        self.setLayout(column(*parts, spacing=SPACE_XS, margins=(SPACE_S, 0, SPACE_S, SPACE_S)))
        self.set_folded(False)

    def set_folded(self, folded: bool) -> None:
        """Show icons only, or icons and names."""
        self._is_folded = folded
        self.setFixedWidth(RAIL_FOLDED_WIDTH if folded else RAIL_WIDTH)
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly
            if folded
            else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        for button in (*self._buttons.values(), self._fold):
            button.setToolButtonStyle(style)
            button.setToolTip(button.accessibleName() if folded else "")
        self._fold.setAccessibleName(tr("Unfold the rail") if folded else tr("Fold the rail"))
        self._name.setVisible(not folded)

    def select(self, name: str) -> None:
        """Mark a pane as shown; a pane without a button unmarks all."""
        self._current = name
        for key, button in self._buttons.items():
            button.setChecked(key == name)

    def _make_head(self) -> QWidget:
        head = QWidget()
        head.setFixedHeight(TOP_BAR_HEIGHT)
        mark = QLabel()
        mark.setPixmap(pixmap("app", 24, "#FFFFFF", self.devicePixelRatioF()))
        self._name = PlainLabel("TikTok Manager", type=Type.STRONG)
        layout = row(mark, self._name, spacing=SPACE_M - 2, margins=(SPACE_S, 0, 0, 0))
        layout.setStretchFactor(self._name, 1)
        head.setLayout(layout)
        return head

    def _make_button(self, pane: Pane) -> QToolButton:
        button = _rail_button(pane.icon, pane.title)
        button.setCheckable(True)
        button.clicked.connect(lambda: self._on_clicked(pane.name))
        self._buttons[pane.name] = button
        return button

    def _on_clicked(self, name: str) -> None:
        # A click marks the button by itself; whether the pane is shown is for the window to say.
        self.select(self._current)
        self.chosen.emit(name)

    def _on_fold(self) -> None:
        self.set_folded(not self._is_folded)
        self.folded.emit(self._is_folded)


def _rail_button(icon_name: str, title: str) -> QToolButton:
    button = QToolButton()
    button.setText(f"  {title}")
    button.setAccessibleName(title)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(20, 20))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    font = button.font()
    font.setWeight(QFont.Weight.Medium)
    button.setFont(font)
    return button
