"""What the keyboard and screen readers follow: where the focus goes, and what is announced."""

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QToolButton, QWidget

from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import set_look


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Let screen readers say what happened; `urgent` interrupts what they say now."""
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)


def has_focus_inside(widget: QWidget) -> bool:
    """Say whether the keyboard is in this widget or anything in it."""
    focused = widget.window().focusWidget()
    return focused is widget or widget.isAncestorOf(focused)


def focus_living(*wanted: QWidget | None) -> bool:
    """Give the keyboard to the first of these that is still there and can take it."""
    for widget in wanted:
        if widget is None or not shiboken6.isValid(widget):
            continue
        if widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
    return False


def focus_into(widget: QWidget) -> None:
    """Give the keyboard to the first control in this widget, or to the widget itself."""
    control = widget.nextInFocusChain()
    while control is not None and control is not widget:
        if widget.isAncestorOf(control) and _is_stop(control):
            control.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        control = control.nextInFocusChain()
    widget.setFocus(Qt.FocusReason.OtherFocusReason)


def _is_stop(control: QWidget) -> bool:
    reachable = bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return reachable and control.isVisible() and control.isEnabled()


def press_focused(window: QWidget) -> bool:
    """Press the button that has the keyboard, as Enter does everywhere; False for no button."""
    focused = window.focusWidget()
    if not isinstance(focused, QPushButton | QToolButton):
        return False
    focused.click()
    return True


class FocusRing(QObject):
    """Rings the button that has the keyboard for who uses the keyboard, not after a click.

    The style sheet reads it: `[ring="on"]:focus`.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._by_mouse = False
        self._watched: QObject | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def watch(self, window: QWidget) -> None:
        """Learn from a window that is shown whether its user types or clicks."""
        handle = window.windowHandle()
        if handle is not self._watched:
            self._watched = handle
            handle.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self._by_mouse = True
        elif kind == QEvent.Type.KeyPress and self._by_mouse:
            self._by_mouse = False
            self._on_focus(None, QApplication.focusWidget())
        return super().eventFilter(watched, event)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if not isinstance(new, QAbstractButton):
            return
        _ring(new, is_on=not self._by_mouse and not QGuiApplication.mouseButtons())


def lead_to(widget: QWidget) -> None:
    """Move the keyboard where the user asked to be led, to be seen after a click as well."""
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    if isinstance(widget, QAbstractButton):
        _ring(widget, is_on=True)


def _ring(button: QAbstractButton, *, is_on: bool) -> None:
    set_look(button, "ring", "on" if is_on else "off")
