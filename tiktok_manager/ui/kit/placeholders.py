"""What stands where there is no content yet: why, and what to do next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the things to do first. Only the first that is not done offers its button."""

    title: str
    text: str
    action_text: str
    action: Callable[[], object]
    done: bool = False


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
        self._shown_steps: list[tuple[str, str, bool]] = []
        self._steps = QVBoxLayout()
        self._steps.setSpacing(SPACE_S)
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
        layout.addLayout(self._steps)
        layout.addStretch(3)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show a list of steps; those done are ticked, the next one has its button."""
        state = [(step.title, step.action_text, step.done) for step in steps]
        if state == self._shown_steps:
            return  # rebuilding would take the focus from the button under it
        self._shown_steps = state
        while (item := self._steps.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        following = next((step for step in steps if not step.done), None)
        for number, step in enumerate(steps, start=1):
            card = _StepCard(number, step, is_next=step is following)
            self._steps.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)


class _StepCard(QFrame):
    def __init__(self, number: int, step: Step, *, is_next: bool) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setFixedWidth(520)
        mark = _StepMark(number, done=step.done, is_next=is_next)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS // 2)
        words.addWidget(PlainLabel(step.title, type=Type.STRONG, tone="" if is_next else "soft"))
        words.addWidget(PlainLabel(step.text, type=Type.CAPTION, tone="soft", wrap=True))
        layout = row(mark, words, spacing=SPACE_M, margins=(SPACE_L, SPACE_M, SPACE_L, SPACE_M))
        layout.setStretch(1, 1)
        if is_next:
            layout.addWidget(push_button(step.action_text, look="primary", clicked=step.action))
        self.setLayout(layout)
        self.setAccessibleName(_step_name(number, step, is_next=is_next))


def _step_name(number: int, step: Step, *, is_next: bool) -> str:
    if step.done:
        return tr("Step {number}, done: {title}", number=number, title=step.title)
    if is_next:
        return tr("Step {number}, next: {title}", number=number, title=step.title)
    return tr("Step {number}, to do: {title}", number=number, title=step.title)


class _StepMark(QWidget):
    def __init__(self, number: int, *, done: bool, is_next: bool) -> None:
        super().__init__()
        self._number = number
        self._done = done
        self._is_next = is_next
        self.setFixedSize(28, 28)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        filled = look.accent if self._is_next else look.tint(look.good if self._done else look.ink)
        painter.setBrush(QColor(filled))
        painter.drawEllipse(self.rect())
        if self._done:
            paint_icon(painter, "check", QRectF(6, 6, 16, 16), look.good)
        else:
            painter.setPen(QColor(look.on_accent if self._is_next else look.soft_ink))
            painter.setFont(type_font(Type.STRONG))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()


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
