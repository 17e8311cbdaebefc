"""What lies over the foot of the page: the banner for what stands, toasts for what passes.

Neither moves anything, and both are announced to screen readers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMargins, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from tiktok_manager.ui.kit.access import announce, has_focus_inside
from tiktok_manager.ui.kit.banner import Banner, MessageFrame
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.kit.notices import Notice
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent

TOAST_MS = 10_000
_MOST_TOASTS = 3
_WIDTH_PX = 600


class Toast(MessageFrame):
    """A passing notice: at least ten seconds, and longer while it is looked at.

    Signals:
        left: It went away, by time, by the user or because its step was taken.
    """

    left = Signal()

    def __init__(self, notice: Notice) -> None:
        super().__init__(take_step=self._take_step, dismiss=self._leave)
        self.notice = notice
        self._timer = QTimer(self, singleShot=True, interval=TOAST_MS)
        self._timer.timeout.connect(self._leave)
        words = column(self._text, self._more, spacing=2)
        margins = (SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout = row(self._icon, words, self._action, self._close, spacing=SPACE_M, margins=margins)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._write(notice)
        self.hold(held=False)

    @property
    def is_counting(self) -> bool:
        """Whether it leaves by itself."""
        return self._timer.isActive()

    def hold(self, *, held: bool) -> None:
        """Stay as long as somebody is at it; afterwards the whole time begins anew."""
        if held:
            self._timer.stop()
        else:
            self._timer.start()

    def _leave(self) -> None:
        self._timer.stop()
        self.left.emit()

    def _take_step(self) -> None:
        self._leave()
        if self.notice.step is not None:
            self.notice.step.perform()


class Messages(QWidget):
    """Banner and toasts in one column over the foot of the page.

    While the pointer or the keyboard is in it, no toast leaves.
    """

    def __init__(
        self, over: QWidget, *, focus_elsewhere: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__(over)
        self._toasts: list[Toast] = []
        self._hovered = False
        self._free = QRect()
        self._focus_elsewhere = focus_elsewhere
        self.banner = Banner(focus_elsewhere=focus_elsewhere)
        self.banner.changed.connect(self._settle)
        self._column = column(None, self.banner)
        self.setLayout(self._column)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self.hide()

    @property
    def passing(self) -> list[Notice]:
        """The toasts shown now, oldest first."""
        return [toast.notice for toast in self._toasts]

    def notify(self, notice: Notice) -> None:
        """Show what stands in the banner, what passes in a toast."""
        if notice.stays:
            self.banner.show_notice(notice)
            return
        for toast in [each for each in self._toasts if each.notice.subject == notice.subject]:
            self._take_away(toast)
        if len(self._toasts) >= _MOST_TOASTS:
            self._take_away(self._least())
        toast = Toast(notice)
        toast.left.connect(lambda: self._take_away(toast))
        toast.hold(held=self._is_attended())
        self._toasts.append(toast)
        self._column.insertWidget(1, toast)  # above the others, so that none of them moves
        toast.show()
        self._settle()
        announce(self, notice.spoken)

    def clear(self) -> None:
        """Take everything away."""
        for toast in tuple(self._toasts):
            self._take_away(toast)
        self.banner.clear()

    def place(self, free: QRect) -> None:
        """Lie over the foot of this part of the page, where its lines begin."""
        self._free = free
        self._settle()

    def take_focus(self) -> None:
        """Give the keyboard to what stands, else to what passes."""
        if self.banner.notice is not None:
            self.banner.take_focus()
        elif self._toasts:
            self._toasts[-1].setFocus(Qt.FocusReason.OtherFocusReason)
            self._toasts[-1].focusNextChild()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hovered = True
        self._hold()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = False
        self._hold()

    def _on_focus_changed(self, _before: QWidget | None, _now: QWidget | None) -> None:
        self._hold()

    def _is_attended(self) -> bool:
        return self._hovered or (self.isVisible() and has_focus_inside(self))

    def _hold(self) -> None:
        held = self._is_attended()
        for toast in self._toasts:
            if toast.is_counting == held:
                toast.hold(held=held)

    def _least(self) -> Toast:
        """The toast that is missed least: the oldest without a step, else the oldest."""
        return next((each for each in self._toasts if not each.notice.step_words), self._toasts[0])

    def _take_away(self, toast: Toast) -> None:
        if toast not in self._toasts:
            return
        had_focus = has_focus_inside(toast)
        self._toasts.remove(toast)
        self._column.removeWidget(toast)
        toast.hide()
        toast.deleteLater()  # its own button may be what took it away
        self._settle()
        if had_focus:
            self._focus_elsewhere()

    def _settle(self) -> None:
        is_empty = self.banner.notice is None and not self._toasts
        self.setVisible(not is_empty and self._free.isValid())
        if is_empty:
            self._hovered = False
            return
        room = self._free.marginsRemoved(QMargins(SPACE_L, 0, SPACE_L, SPACE_L))
        self._column.activate()
        width = min(_WIDTH_PX, room.width())
        height = max(self._column.heightForWidth(width), self._column.minimumSize().height())
        place = QRect(room.left(), room.bottom() - height + 1, width, height)
        self.setGeometry(QStyle.visualRect(self.layoutDirection(), room, place))
        self.raise_()
