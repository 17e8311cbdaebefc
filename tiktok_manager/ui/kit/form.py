"""Forms in the page: fields with label, help and error beside them."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from tiktok_manager.ui.kit.inputs import Input, Switch, SwitchInput
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.theme import set_look
from tiktok_manager.ui.tokens import SPACE_L, SPACE_XS, Type
from tiktok_manager.wording import joined

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
