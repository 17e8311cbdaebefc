"""What stands where there is no content yet: why, and what to do next."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.form import Step, Wizard
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_S, SPACE_XL, Type


class EmptyState(QWidget):
    """Says why there is nothing here and what to do next; optionally as steps."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str = "",
        *,
        action_text: str = "",
        action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        picture = _Medallion(icon_name)
        heading = PlainLabel(title, type=Type.SECTION)
        words = PlainLabel(text, tone="soft", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(420)
        words.setMinimumHeight(max(0, words.heightForWidth(words.width())))
        self._steps = Wizard()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_S)
        layout.addStretch(2)
        for widget in (picture, heading, words):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        words.setVisible(bool(text))
        if action is not None:
            button = push_button(action_text, look="primary", clicked=action)
            layout.addSpacing(SPACE_S)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._steps, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show a list of steps; those done are ticked, the next one has its button."""
        self._steps.set_steps(steps)


class _Medallion(QWidget):
    """A large icon on a tinted disc."""

    def __init__(self, icon_name: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setFixedSize(72, 72)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.tint(look.accent)))
        painter.drawEllipse(self.rect())
        paint_icon(painter, self._icon_name, QRectF(20, 20, 32, 32), look.accent)
        painter.end()
