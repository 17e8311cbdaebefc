"""What stands where there is no content yet: why, and what to do next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import clear, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL, SPACE_XS, Type

_STEP_PX = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
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
    ) -> None:
        super().__init__()
        self._shown: list[tuple[str, str, bool]] = []
        self._steps = column()
        words = PlainLabel(text, tone="soft", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(420)
        words.setMinimumHeight(max(0, words.heightForWidth(words.width())))
        if not text:
            words.hide()
        parts = [Disc(icon_name, 72), PlainLabel(title, type=Type.SECTION), words]
        if action is not None:
            parts.append(push_button(action_text, look="primary", clicked=action))
        margins = (SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout = column(None, *parts, self._steps, None, spacing=SPACE_M, margins=margins)
        layout.setStretch(0, 2)
        layout.setStretch(layout.count() - 1, 3)
        layout.setAlignment(self._steps, Qt.AlignmentFlag.AlignHCenter)
        for part in parts:
            layout.setAlignment(part, Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(layout)

    def set_steps(self, steps: Sequence[FirstStep]) -> None:
        """Show a list of steps; those done are ticked, the next one has its button."""
        state = [(step.title, step.action_text, step.done) for step in steps]
        if state == self._shown:
            return  # rebuilding would take the focus from the button under it
        self._shown = state
        clear(self._steps)
        following = next((step for step in steps if not step.done), None)
        for number, step in enumerate(steps, start=1):
            self._steps.addWidget(_step_card(number, step, is_next=step is following))


def _step_card(number: int, step: FirstStep, *, is_next: bool) -> QFrame:
    card, mark = QFrame(), Disc("")
    mark.show_step(number, done=step.done, is_current=is_next)
    title = PlainLabel(step.title, type=Type.STRONG, tone="" if is_next else "soft")
    text = PlainLabel(step.text, type=Type.CAPTION, tone="soft", wrap=True)
    words = column(title, text, spacing=SPACE_XS // 2)
    margins = (SPACE_L, SPACE_M, SPACE_L, SPACE_M)
    layout = row(mark, words, spacing=SPACE_M, margins=margins)
    layout.setStretch(1, 1)
    if is_next:
        layout.addWidget(push_button(step.action_text, look="primary", clicked=step.action))
    card.setProperty("look", "card")
    card.setFixedWidth(_STEP_PX)
    card.setLayout(layout)
    # Who centres a card asks it for a height alone, not for the height at its width.
    card.setMinimumHeight(layout.totalHeightForWidth(_STEP_PX))
    card.setAccessibleName(step_name(number, step.title, done=step.done, is_current=is_next))
    return card


def step_name(number: int, title: str, *, done: bool, is_current: bool) -> str:
    """Name a step and how far it is, for screen readers."""
    if is_current:
        return tr("Step {number}, next: {title}", number=number, title=title)
    if done:
        return tr("Step {number}, done: {title}", number=number, title=title)
    return tr("Step {number}, to do: {title}", number=number, title=title)


class Disc(QWidget):
    """A disc with an icon on a tinted ground, or the mark of a step: its number, or a tick."""

    def __init__(self, icon_name: str, size_px: int = 28) -> None:
        super().__init__()
        self._icon_name = icon_name
        self._words = ""
        self._is_filled = False
        self._tone = "accent"
        self.setFixedSize(size_px, size_px)

    def show_step(self, number: int, *, done: bool, is_current: bool) -> None:
        """Show how far a step is."""
        is_ticked = done and not is_current
        self._icon_name = "check" if is_ticked else ""
        self._words = "" if is_ticked else str(number)
        self._is_filled = is_current
        self._tone = "accent" if is_current else "good" if done else "soft_ink"
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look, side = tokens(), self.width()
        ink = str(getattr(look, self._tone))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink if self._is_filled else look.tint(ink)))
            painter.drawEllipse(self.rect())
            if self._icon_name:
                glyph = max(16, side * 0.44)
                edge = (side - glyph) / 2
                paint_icon(painter, self._icon_name, QRectF(edge, edge, glyph, glyph), ink)
            painter.setPen(QColor(look.on_accent if self._is_filled else ink))
            painter.setFont(type_font(Type.STRONG))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
