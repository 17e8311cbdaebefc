"""Forms in the page: fields with label, help and error beside them, and steps to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.inputs import Input, Switch, SwitchInput
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import clear, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import set_look, tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined

_STEP_PX = 520
_BELOW_SWITCH_PX, _BELOW_BOX_PX = 44, 24


class Field(QWidget):
    """A control with its label and help, and beside it what became of the last change.

    A box or a switch says the label itself, and the rest stands below its words.
    """

    def __init__(self, label: str, control: QWidget, help_text: str = "") -> None:
        super().__init__()
        self.control = control
        self.has_error = False
        self.help = PlainLabel(help_text, type=Type.CAPTION, tone="soft", wrap=True)
        self.said = PlainLabel("", type=Type.CAPTION, wrap=True)
        self._target = control.focusProxy() or control
        for each in (control, self._target):
            each.setAccessibleName(label)
        if isinstance(control, QCheckBox):
            control.setText(label)
            below = column(self.help, self.said, spacing=SPACE_XS // 2)
            indent_px = _BELOW_SWITCH_PX if isinstance(control, Switch) else _BELOW_BOX_PX
            self.setLayout(column(control, row(indent_px, below), spacing=SPACE_XS))
        else:
            name = PlainLabel(label, type=Type.STRONG, wrap=True)
            name.setBuddy(control)
            words = column(name, self.help, spacing=SPACE_XS // 2)
            if isinstance(control, SwitchInput):
                line = row(words, control, spacing=SPACE_L)
                line.setStretch(0, 1)
                self.setLayout(column(line, self.said))
            else:
                self.setLayout(column(words, control, self.said))
        self.help.setVisible(bool(help_text))
        self.say("")

    def say(self, words: str, tone: str = "soft") -> None:
        """Say something below the control, also to a screen reader; an empty text takes it back."""
        self.has_error = tone == "bad" and bool(words)
        self.said.set_tone(tone)
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self._target.setAccessibleDescription(joined(words, self.help.text()))
        set_look(self._target, "state", "bad" if self.has_error else "")


class Form(QObject):
    """Fields by name, wherever on the page they stand.

    Signals:
        changed: The user wants another value: the field's name and the value.
    """

    changed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._inputs: dict[str, Input] = {}

    def add(self, name: str, label: str, control: Input, help_text: str = "") -> Field:
        """Return a new field, to be put on the page."""
        field = self.fields[name] = Field(label, control, help_text)
        self._inputs[name] = control
        control.edited.connect(lambda value: self.changed.emit(name, value))
        control.given_up.connect(lambda: field.say(""))
        return field

    def show_value(self, name: str, value: str) -> None:
        """Show the value kept now; what is being typed stays."""
        self._inputs[name].show_value(value)

    def accept(self, name: str, words: str = "") -> None:
        """The value the user wanted was kept; nothing is wrong with it."""
        self._inputs[name].accepted()
        self.fields[name].say(words, "good")

    def set_error(self, name: str, words: str) -> None:
        """Say what is wrong with a value; it stays to be mended, and the first wrong one first."""
        self.fields[name].say(words, "bad")
        wrong = next((field for field in self.fields.values() if field.has_error), None)
        if wrong is not None:
            wrong.control.setFocus()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the things to do first. Only the first that is not done offers its button."""

    title: str
    text: str
    action_text: str
    action: Callable[[], object]
    done: bool = False


class Wizard(QWidget):
    """Steps in the page: those done are ticked, and the next one has its button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[tuple[str, str, bool]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)

    def set_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps."""
        state = [(step.title, step.action_text, step.done) for step in steps]
        if state == self._shown:
            return  # rebuilding would take the focus from the button under it
        self._shown = state
        clear(self._column)
        following = next((step for step in steps if not step.done), None)
        for number, step in enumerate(steps, start=1):
            self._column.addWidget(_StepCard(number, step, is_next=step is following))


class _StepCard(QFrame):
    def __init__(self, number: int, step: Step, *, is_next: bool) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setFixedWidth(_STEP_PX)
        title = PlainLabel(step.title, type=Type.STRONG, tone="" if is_next else "soft")
        text = PlainLabel(step.text, type=Type.CAPTION, tone="soft", wrap=True)
        mark = _StepMark(number, done=step.done, is_next=is_next)
        layout = row(
            mark,
            column(title, text, spacing=SPACE_XS // 2),
            spacing=SPACE_M,
            margins=(SPACE_L, SPACE_M, SPACE_L, SPACE_M),
        )
        layout.setStretch(1, 1)
        if is_next:
            layout.addWidget(push_button(step.action_text, look="primary", clicked=step.action))
        self.setLayout(layout)
        # Who centres a card asks it for a height alone, not for the height at its width.
        self.setMinimumHeight(layout.totalHeightForWidth(_STEP_PX))
        if step.done:
            name = tr("Step {number}, done: {title}", number=number, title=step.title)
        elif is_next:
            name = tr("Step {number}, next: {title}", number=number, title=step.title)
        else:
            name = tr("Step {number}, to do: {title}", number=number, title=step.title)
        self.setAccessibleName(name)


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
