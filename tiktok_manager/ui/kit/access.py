"""What the keyboard and screen readers follow: where the focus goes, and what is announced."""

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


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
