"""The shape all panes have."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tiktok_manager.ui.kit.layout import Item, fill
from tiktok_manager.ui.tokens import SPACE_L, SPACE_S, SPACE_XL


class PaneView(QWidget):
    """A pane: an optional 44 px row of controls above its content.

    Add controls to `controls` (hidden while empty) and content to `body`. A window title, if one
    is set, stands in the top bar in place of the pane's own.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QFrame(self)
        self._bar.setObjectName("pane-bar")
        self._bar.hide()
        self.controls = QHBoxLayout(self._bar)
        self.controls.setContentsMargins(SPACE_XL, 0, SPACE_L, 0)
        self.controls.setSpacing(SPACE_S)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._bar)
        outer.addLayout(self.body, 1)

    def add_controls(self, *items: Item) -> None:
        """Put controls into the pane's row; None is a stretch, a number a gap in px."""
        fill(self.controls, items)
        self._bar.show()

    def open_target(self, target: object) -> None:
        """Show what somebody jumped to (an account id, a post id…); panes override it."""

    def pane_shown(self) -> None:
        """The pane came to the front; panes override it to refresh."""

    def minute_passed(self) -> None:
        """A minute went by while the pane is in front; panes with ages on them override it."""
