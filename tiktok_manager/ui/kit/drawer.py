"""The right drawer: details of what is selected, never a modal window."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from tiktok_manager.ui.kit.controls import icon_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import DRAWER_WIDTH, PANE_BAR_HEIGHT, SPACE_L, SPACE_S, Type


class Drawer(QFrame):
    """Holds one widget under a title. Escape closes it and gives the focus back.

    Signals:
        closed: The user closed it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setFixedWidth(DRAWER_WIDTH)
        self._came_from: QWidget | None = None
        self._title = PlainLabel("", type=Type.SECTION, elided=True)
        close = icon_button("close", "Close details", clicked=self._on_close)
        head = QWidget()
        head.setFixedHeight(PANE_BAR_HEIGHT)
        head_layout = QHBoxLayout(head)
        head_layout.setContentsMargins(SPACE_L, 0, SPACE_S, 0)
        head_layout.addWidget(self._title, 1)
        head_layout.addWidget(close)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (head, Line(), self._scroll):
            layout.addWidget(widget)
        self.hide()

    def open_with(self, title: str, content: QWidget) -> None:
        """Show `content`, which belongs to the drawer from now on."""
        if not self.isVisible():
            self._came_from = self.window().focusWidget()
        self._title.setText(title)
        self.setAccessibleName(f"Details: {title}")
        self._scroll.setWidget(content)  # deletes the one before
        content.setAutoFillBackground(False)  # setWidget turns it on
        self.show()

    def content(self) -> QWidget | None:
        """Return what is shown, None when closed."""
        return self._scroll.widget() if self.isVisible() else None

    def clear(self) -> None:
        """Hide the drawer and let go of its content."""
        self.hide()
        if (content := self._scroll.takeWidget()) is not None:
            content.deleteLater()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_close()
            return
        super().keyPressEvent(event)

    def _on_close(self) -> None:
        came_from = self._came_from
        self.clear()
        self.closed.emit()
        if came_from is not None and came_from.isVisible():
            came_from.setFocus()
