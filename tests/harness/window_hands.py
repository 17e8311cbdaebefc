"""A user without aim: clicks, types, turns the wheel, drags, resizes, and does it all at random.

Every input goes in through the window system, so that pop-ups, grabs and shortcuts take it as they
would take a person's. Each act is told before it is done: the last one told is what killed.
"""

import random
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

_Key = Qt.Key
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_NONE = Qt.KeyboardModifier.NoModifier
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_LIVELY = (
    QAbstractButton,
    QLineEdit,
    QPlainTextEdit,
    QComboBox,
    QAbstractItemView,
    QAbstractSpinBox,
)
_KEYS = (
    *(_Key.Key_Tab, _Key.Key_Backtab, _Key.Key_Return, _Key.Key_Escape, _Key.Key_Space),
    *(_Key.Key_Up, _Key.Key_Down, _Key.Key_Left, _Key.Key_Right, _Key.Key_Home, _Key.Key_End),
    *(_Key.Key_PageUp, _Key.Key_PageDown, _Key.Key_Delete, _Key.Key_Backspace, _Key.Key_F10),
    *(_Key.Key_Question, _Key.Key_N, _Key.Key_A, _Key.Key_Menu),
)
_SHORTCUTS = (
    *((_CTRL, key) for key in (_Key.Key_K, _Key.Key_N, _Key.Key_A, _Key.Key_C, _Key.Key_V)),
    *((_CTRL, key) for key in (_Key.Key_1, _Key.Key_2, _Key.Key_3, _Key.Key_4, _Key.Key_5)),
    *((_CTRL, key) for key in (_Key.Key_Z, _Key.Key_Y, _Key.Key_F, _Key.Key_Tab)),
    *((_SHIFT, key) for key in (_Key.Key_Up, _Key.Key_Down, _Key.Key_F10)),
    (_CTRL, _Key.Key_Q),
)
_TYPED = ("a", "18:30", "6pm", "1830", "θάλασσα", "#tag @who ", "<b>x</b>", "9999999999", " ", "-1")
_SIZES = ((1280, 800), (1024, 700), (1920, 1080), (720, 480), (800, 1200), (1100, 640))


class Hands:
    """Acts on whatever is in front: a menu, a question, or the window."""

    def __init__(self, window: QWidget, chance: random.Random, tell: Callable[[str], None]) -> None:
        self._window = window
        self._chance = chance
        self._tell = tell

    def act(self) -> None:
        """Do one thing."""
        acts: Sequence[tuple[int, Callable[[QWidget], None]]] = (
            (32, self._click_control),
            (14, self._click_item),
            (8, self._click_anywhere),
            (5, self._drag),
            (14, self._press_key),
            (6, self._press_shortcut),
            (7, self._type),
            (8, self._turn_wheel),
            (2, self._resize),
        )
        weights = [weight for weight, _act in acts]
        ((_weight, chosen),) = self._chance.choices(acts, weights)
        chosen(self._front())

    def leave_question(self) -> None:
        """Get out of what holds everything up: a menu, a question, something being dragged."""
        menu = QApplication.activePopupWidget()
        if menu is not None:
            self._tell("choose from a menu")
            chance = self._chance.random()
            if chance < 0.6:
                QTest.keyClick(menu, _Key.Key_Down)
            QTest.keyClick(menu, _Key.Key_Return if chance < 0.5 else _Key.Key_Escape)
            return
        question = QApplication.activeModalWidget()
        if question is None:
            self._tell("let go")
            QTest.mouseRelease(_handle(self._window), _LEFT, _NONE, self._point(self._window))
            return
        buttons = [each for each in question.findChildren(QAbstractButton) if each.isVisible()]
        if buttons and self._chance.random() < 0.7:
            chosen = self._chance.choice(buttons)
            self._tell(f"answer {_called(chosen)}")
            chosen.click()
        else:
            self._tell("escape from a question")
            QTest.keyClick(question, _Key.Key_Escape)

    # -- acts -----------------------------------------------------------------------------

    def _click_control(self, front: QWidget) -> None:
        controls = [
            each
            for each in front.findChildren(QWidget)
            if isinstance(each, _LIVELY) and each.isEnabled() and _can_be_hit(each)
        ]
        if not controls:
            self._press_key(front)
            return
        control = self._chance.choice(controls)
        self._click(front, _place_in(front, control, control.rect().center()), _called(control))

    def _click_item(self, front: QWidget) -> None:
        views = [each for each in front.findChildren(QAbstractItemView) if _can_be_hit(each)]
        if not views:
            self._click_control(front)
            return
        view = self._chance.choice(views)
        viewport = view.viewport()
        index = view.indexAt(self._point(viewport))
        spot = view.visualRect(index).center() if index.isValid() else self._point(viewport)
        self._click(front, _place_in(front, viewport, spot), f"item of {_called(view)}")

    def _click_anywhere(self, front: QWidget) -> None:
        self._click(front, self._point(front), "somewhere")

    def _click(self, front: QWidget, place: QPoint, what: str) -> None:
        if not front.window().rect().contains(place):
            return  # it was laid out before the window became smaller
        window = _handle(front)
        button = _RIGHT if self._chance.random() < 0.15 else _LEFT
        modifier = self._chance.choices((_NONE, _CTRL, _SHIFT), (12, 1, 1))[0]
        twice = self._chance.random() < 0.08
        how = f"{'double-' if twice else ''}click {button.name} {modifier.name}"
        self._tell(f"{how} {what} at {place.x()},{place.y()}")
        QTest.mouseMove(window, place)
        press = QTest.mouseDClick if twice else QTest.mouseClick
        press(window, button, modifier, place)

    def _drag(self, front: QWidget) -> None:
        window, start = _handle(front), self._point(front)
        self._tell(f"drag from {start.x()},{start.y()}")
        QTest.mousePress(window, _LEFT, _NONE, start)
        end = start
        for _step in range(self._chance.randint(2, 8)):
            end = self._point(front)
            QTest.mouseMove(window, end)
        QTest.mouseRelease(window, _LEFT, _NONE, end)

    def _press_key(self, front: QWidget) -> None:
        key = self._chance.choice(_KEYS)
        self._tell(f"key {key.name}")
        QTest.keyClick(_handle(front), key)

    def _press_shortcut(self, front: QWidget) -> None:
        modifier, key = self._chance.choice(_SHORTCUTS)
        self._tell(f"key {modifier.name} {key.name}")
        QTest.keyClick(_handle(front), key, modifier)

    def _type(self, front: QWidget) -> None:
        text = self._chance.choice(_TYPED)
        self._tell(f"type {text!r}")
        if text.isascii():
            QTest.keyClicks(QApplication.focusWidget() or front, text)
        else:  # no key has these letters
            QApplication.clipboard().setText(text)
            QTest.keyClick(_handle(front), _Key.Key_V, _CTRL)

    def _turn_wheel(self, front: QWidget) -> None:
        place = self._point(front)
        turn = self._chance.choice((-480, -120, 120, 480))
        modifier = self._chance.choices((_NONE, _CTRL), (6, 1))[0]
        self._tell(f"wheel {turn} at {place.x()},{place.y()}")
        QTest.wheelEvent(_handle(front), place, QPoint(0, turn), QPoint(), modifier)

    def _resize(self, _front: QWidget) -> None:
        size = self._chance.choice(_SIZES)
        self._tell(f"resize to {size}")
        self._window.resize(*size)

    # -- where ----------------------------------------------------------------------------

    def _front(self) -> QWidget:
        """Return what takes the input now: a pop-up over a question over the window."""
        for each in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if each is not None and each.windowHandle() is not None:
                return each
        return self._window

    def _point(self, widget: QWidget) -> QPoint:
        right, bottom = max(1, widget.width()), max(1, widget.height())
        return QPoint(self._chance.randrange(right), self._chance.randrange(bottom))


def _handle(widget: QWidget) -> QWindow:
    handle = widget.window().windowHandle()
    if handle is None:
        raise RuntimeError("the window was never shown")
    return handle


def _place_in(front: QWidget, widget: QWidget, point: QPoint) -> QPoint:
    return widget.mapTo(front.window(), point)


def _can_be_hit(widget: QWidget) -> bool:
    return widget.isVisible() and widget.visibleRegion().contains(widget.rect().center())


def _called(widget: QWidget) -> str:
    return f"{type(widget).__name__} “{widget.accessibleName()[:40]}”"
