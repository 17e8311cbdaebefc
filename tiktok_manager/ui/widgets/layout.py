"""Frames, rows and the shape all panes have."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.ui.basics.plain import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Type

Item = QWidget | QLayout | int | None


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


class Card(QFrame):
    """A rounded frame on paper. Add content to `body`."""

    def __init__(
        self, title: str = "", *, padding: int = SPACE_L, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(SPACE_M)
        if title:
            self.body.addWidget(PlainLabel(title, type=Type.SECTION))


class Slot(QWidget):
    """Room for messages between parts of the page; it takes none while they are all hidden."""

    def __init__(self, *messages: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        for message in messages:
            layout.addWidget(message)
            message.installEventFilter(self)
        self._follow()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self.setVisible(any(not message.isHidden() for message in self._messages))


class Line(QFrame):
    """A hairline between parts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "line")


def row(
    *items: Item, spacing: int = SPACE_S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Return a horizontal layout; None is a stretch, a number a gap in px."""
    layout = QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def column(
    *items: Item, spacing: int = SPACE_S, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Return a vertical layout; None is a stretch, a number a gap in px."""
    layout = QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    fill(layout, items)
    return layout


def spacer() -> QWidget:
    """Return an empty widget that takes what room is left."""
    empty = QWidget()
    empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return empty


def fill(layout: QHBoxLayout | QVBoxLayout, items: tuple[Item, ...]) -> None:
    """Add widgets, layouts, gaps and stretches to a layout."""
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addSpacing(item)
