"""The line at the bottom that always says what the publisher does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.controls import PushButton
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_S, SPACE_XS, Mood

if TYPE_CHECKING:
    from tiktok_manager.ui.publish_state import PublishState


class StatusLine(QFrame):
    """Two buttons: the state, and how many posts wait for the user.

    Signals:
        state_clicked: Show the next post.
        needs_clicked: Show what waits for the user.
    """

    state_clicked = Signal()
    needs_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-line")
        self._state: PublishState | None = None
        self._line = PushButton()
        self._line.setIconSize(QSize(14, 14))
        self._line.clicked.connect(self.state_clicked)
        self._line.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._line.setMinimumWidth(120)
        self._needs = PushButton()
        self._needs.setIconSize(QSize(14, 14))
        self._needs.setIcon(icon("status-needs_attention", "attention"))
        self._needs.setProperty("tone", "attention")
        self._needs.clicked.connect(self.needs_clicked)
        margins = (SPACE_S, 0, SPACE_S, 0)
        self.setLayout(row(self._line, self._needs, None, spacing=SPACE_XS, margins=margins))
        self.say(Mood.OPENING, tr("Opening…"))

    def follow(self, state: PublishState) -> None:
        """Show this state from now on."""
        self._state = state
        state.changed.connect(self.refresh)
        self.refresh()

    def rest(self, line: str) -> None:
        """Follow nothing until told anew, and say this."""
        if self._state is not None:
            self._state.changed.disconnect(self.refresh)
            self._state = None
        self.say(Mood.OPENING, line)

    def say(self, mood: Mood, line: str, needs: str = "") -> None:
        """Show a state and its sentence."""
        self._line.setIcon(icon(*mood.sign))
        self._line.setText(line)
        self._line.setToolTip(line)
        self._line.setAccessibleName(tr("Publisher: {line}", line=line))
        self._needs.setText(needs)
        self._needs.setAccessibleName(tr("{needs}: show them", needs=needs))
        self._needs.setVisible(bool(needs))

    def refresh(self) -> None:
        """Write the line anew."""
        if self._state is not None:
            self.say(self._state.mood, self._state.line, self._state.needs_line)
