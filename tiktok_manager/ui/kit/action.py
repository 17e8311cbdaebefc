"""What the user can do, said once and shown by many faces: buttons here, menus in `menus`.

An action is a value over functions: its words, whether it is allowed and its question are asked
whenever a face shows them, so a face only needs to be told to look again (`refresh`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QWidget

from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.kit.access import focus_living, has_focus_inside
from tiktok_manager.ui.kit.controls import PushButton, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import FlowLayout, column
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import set_look
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S

Words = Callable[[], str]
_OVER_PX = 480


def _always() -> bool:
    return True


def no_words() -> str:
    """There is nothing to say."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something the user can do.

    Attributes:
        words: What its button says; `…` at the end where it asks before it does anything.
        run: Does it. What can be undone is recorded by whoever does it (`UndoHistory.did`).
        icon: Name of one of our icons.
        hint: A sentence more, for the tool tip.
        allowed: Whether it can be done now; if not, its faces are there but disabled.
        why_not: Why it is not allowed, for the tool tip and for screen readers.
        shown: Whether it makes sense here at all; if not, it has no face.
        question: Asked in place before it runs, for what nothing can undo; empty asks nothing.
        yes: The answer that runs it; by default its words without the dots.
        no: The harmless answer.
        shortcut: Keys that run it, as text (several by `; `) or as a key of the platform.
        look: Of its button: `primary`, `danger`, `quiet` or plain.
    """

    words: Words
    run: Callable[[], object]
    icon: str = ""
    hint: Words = no_words
    allowed: Callable[[], bool] = _always
    why_not: Words = no_words
    shown: Callable[[], bool] = _always
    question: Words = no_words
    yes: Words = no_words
    no: Words = lambda: tr("Cancel")
    shortcut: str | QKeySequence.StandardKey = ""
    look: str = ""

    @property
    def tip(self) -> str:
        """What hovering tells: why it is not allowed, else the hint."""
        return self.hint() if self.allowed() else self.why_not() or self.hint()

    @property
    def yes_words(self) -> str:
        """What the answer says that runs it."""
        return self.yes() or self.words().rstrip("…")

    def keys(self) -> list[QKeySequence]:
        """Return its shortcuts; a key of the platform may have several."""
        if isinstance(self.shortcut, str):
            return QKeySequence.listFromString(self.shortcut) if self.shortcut else []
        return QKeySequence.keyBindings(self.shortcut)

    def perform(self) -> None:
        """Do it without a question, unless it is not allowed (any more)."""
        if self.shown() and self.allowed():
            self.run()


class ActionButton(PushButton):
    """A button that is as its action is: words, name, disabled with the reason.

    Signals:
        asked: It was pressed, and its action has a question to be asked first.
    """

    asked = Signal(object)

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        super().__init__(look=action.look, icon_name=action.icon, parent=parent)
        self.action = action
        self.clicked.connect(self._on_clicked)
        self.refresh()

    def refresh(self) -> None:
        """Look at the action again."""
        tip = self.action.tip
        self.setText(self.action.words())
        self.setToolTip(plain_tip(tip))
        self.setAccessibleDescription(tip)
        self.setEnabled(self.action.allowed())
        if not self.action.shown():
            self.hide()
        elif self.parent() is not None:  # alone it would be a window
            self.show()

    def _on_clicked(self) -> None:
        if self.action.question():
            self.asked.emit(self.action)
        else:
            self.action.perform()


def action_button(action: Action, *, parent: QWidget | None = None) -> ActionButton:
    """Return a button for one action; where it has a question, that is asked over the button."""
    button = ActionButton(action, parent)
    button.asked.connect(lambda asked: ask_over(button.window(), asked))
    return button


class QuestionCard(QFrame):
    """Asks an action's question. The harmless answer has the focus; Escape gives it.

    Signals:
        answered: Yes or no. Whoever asked runs the action, if it likes.
    """

    answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.action: Action | None = None
        self.setProperty("look", "notice")
        self._words = PlainLabel("", wrap=True)
        self.yes = push_button("", look="danger", clicked=lambda: self.answered.emit(True))
        self.no = push_button("", clicked=lambda: self.answered.emit(False))
        answers = QWidget()
        answers.setLayout(FlowLayout(self.no, self.yes))
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.setLayout(column(self._words, answers, spacing=SPACE_M, margins=margins))
        self.hide()

    @property
    def question(self) -> str:
        """What is being asked, empty for nothing."""
        return "" if self.action is None else self._words.text()

    def ask(self, action: Action) -> None:
        """Ask the question of this action."""
        self.action = action
        set_look(self, "tone", "bad" if action.look == "danger" else "attention")
        question = action.question()
        self._words.setText(question)
        self.setAccessibleName(question)
        for button, words in ((self.yes, action.yes_words), (self.no, action.no())):
            button.setText(words)
            button.setAccessibleDescription(question)  # read aloud with the focus
        self.show()
        self.no.setFocus()

    def withdraw(self) -> None:
        """Ask nothing any more."""
        self.action = None
        self.hide()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.answered.emit(False)
            return
        super().keyPressEvent(event)


class ActionRow(QWidget):
    """Actions as buttons, in as many lines as they need. A question takes the buttons' place.

    A question begun about one thing never stands for another: what changes it takes it back.
    """

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self.buttons = tuple(ActionButton(action) for action in actions)
        self.card = QuestionCard()
        self.card.answered.connect(self._on_answered)
        self._line = QWidget()
        self._line.setLayout(FlowLayout(*self.buttons))
        self.setLayout(column(self._line, self.card, spacing=SPACE_S))
        for button in self.buttons:
            button.asked.connect(self.ask)
        self.refresh()

    def button(self, action: Action) -> ActionButton:
        """Return the button of an action of this row."""
        return next(button for button in self.buttons if button.action is action)

    def refresh(self) -> None:
        """Look at the actions again; the row takes no room while none of them makes sense."""
        asked = self.card.action
        for button in self.buttons:
            button.refresh()
        if asked is not None and not _still_asks(asked, self.card.question):
            self.withdraw()
        if not any(button.action.shown() for button in self.buttons):
            self.hide()
        elif self.parent() is not None:
            self.show()

    def ask(self, action: Action) -> None:
        """Ask the question of one of the actions in place of the buttons."""
        self.card.ask(action)
        self._line.hide()

    def withdraw(self) -> None:
        """Take a question back that is being asked."""
        had_focus, action = has_focus_inside(self.card), self.card.action
        self.card.withdraw()
        self._line.show()
        if had_focus and action is not None:
            focus_living(self.button(action), *self.buttons, self.parentWidget())

    def focus_first(self) -> bool:
        """Give the keyboard to the first thing that can be done; False if there is none."""
        able = [b for b in self.buttons if b.isEnabled() and b.action.shown()]
        if able:
            able[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(able)

    def _on_answered(self, is_yes: bool) -> None:
        action = self.card.action
        self.withdraw()
        if is_yes and action is not None:
            action.perform()  # last: it may delete this row


def _still_asks(action: Action, question: str) -> bool:
    return action.shown() and action.allowed() and action.question() == question


def perform_over(widget: QWidget, action: Action) -> None:
    """Run an action from a menu or by its keys; its question is asked over this widget."""
    if not (action.shown() and action.allowed()):
        return
    if action.question():
        ask_over(widget, action)
    else:
        action.run()


def ask_over(widget: QWidget, action: Action) -> QuestionCard:
    """Ask an action's question at the top of a widget, moving nothing in it."""
    for earlier in widget.findChildren(
        QuestionCard, "asked-over", Qt.FindChildOption.FindDirectChildrenOnly
    ):
        earlier.withdraw()
        earlier.deleteLater()
    came_from = widget.window().focusWidget()
    card = QuestionCard(widget)
    card.setObjectName("asked-over")

    def on_answered(is_yes: bool) -> None:
        card.withdraw()
        card.deleteLater()
        focus_living(came_from, widget)
        if is_yes:
            action.perform()

    card.answered.connect(on_answered)
    width = max(240, min(_OVER_PX, widget.width() - 2 * SPACE_L))
    card.ask(action)
    card.setFixedWidth(width)
    card.move((widget.width() - width) // 2, SPACE_L)
    card.adjustSize()
    card.raise_()
    return card
