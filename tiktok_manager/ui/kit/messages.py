"""How notices are shown: what stands in a banner, what passes in a toast, both over the page.

Neither moves anything: they lie over the foot of what is shown, and are announced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget

from tiktok_manager.ui.kit.access import announce, focus_living, has_focus_inside
from tiktok_manager.ui.kit.controls import CopyButton, icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QKeyEvent

TOAST_MS = 10_000
_MOST_TOASTS = 3
_WIDTH_PX = 600
_ICONS = {
    Tone.INFO: "info",
    Tone.GOOD: "status-published",
    Tone.WARNING: "status-needs_attention",
    Tone.ATTENTION: "status-needs_attention",
    Tone.BAD: "status-failed",
}


class _Frame(QFrame):
    """Icon, words and the room for what can be done: the look of banner and toast."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "message")
        self._icon = IconLabel("info", "accent")
        self._text = PlainLabel("", type=Type.STRONG, wrap=True)
        self._more = PlainLabel("", tone="soft", wrap=True)
        self._close = icon_button("close", tr("Close notice"), clicked=self.dismiss, size_px=28)
        self._action = push_button("", look="quiet", clicked=self._on_action)

    def dismiss(self) -> None:
        """The user closed it."""
        raise NotImplementedError

    def _on_action(self) -> None:
        raise NotImplementedError

    def _write(self, notice: Notice) -> None:
        if self.property("tone") != notice.tone.value:
            self.setProperty("tone", notice.tone.value)
            self.style().unpolish(self)
            self.style().polish(self)
        self._icon.show_icon(_ICONS[notice.tone], notice.tone.value)
        self._text.setText(notice.text)
        self._more.setText(notice.more)
        self._more.setVisible(bool(notice.more))
        self._action.setText(notice.action_text)
        self._action.setVisible(bool(notice.action_text))
        self.setAccessibleName(notice.spoken)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)


class Toast(_Frame):
    """A passing notice: at least ten seconds, and longer while it is looked at.

    Signals:
        left: It went away, by time, by the user or because its step was taken.
    """

    left = Signal()

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.dismiss)
        words = column(self._text, self._more, spacing=2)
        layout = row(self._icon, words, self._action, self._close, spacing=SPACE_M)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
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

    @override
    def dismiss(self) -> None:
        self._timer.stop()
        self.left.emit()

    @override
    def _on_action(self) -> None:
        action = self.notice.action
        self.dismiss()
        if action is not None:
            action()


class Banner(_Frame):
    """What stands until it is no longer so: one notice at a time, the gravest first.

    A newer notice takes the place of one about the same; all others wait until it is closed or
    withdrawn, or the user looks through them. A question is asked in place, with the focus on
    the harmless answer.

    Signals:
        changed: Another notice is shown, or none.
        put_away: The user closed the notice about this subject.
    """

    changed = Signal()
    put_away = Signal(str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        focus_elsewhere: Callable[[], object] = lambda: None,
    ) -> None:
        """`focus_elsewhere` takes the focus when what had it before is gone."""
        super().__init__(parent)
        self._queue: list[Notice] = []
        self._shown: Notice | None = None
        self._came_from: QWidget | None = None
        self._focus_elsewhere = focus_elsewhere
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaximumWidth(280)
        self.field.returnPressed.connect(self._on_action)
        self._copy = CopyButton(words=tr("Copy details"))
        self._next = push_button("", look="quiet", clicked=self._on_next)
        self._yes = push_button("", look="danger", clicked=self._on_yes)
        self._no = push_button("", clicked=self._on_no)
        self._lay_out()
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown now."""
        return self._shown

    @property
    def waiting(self) -> int:
        """How many more notices there are."""
        return max(0, len(self._queue) - 1)

    def show_notice(self, notice: Notice) -> None:
        """Let this stand, in place of what was said about the same."""
        is_news = all(each.spoken != notice.spoken for each in self._queue)
        self._queue = [each for each in self._queue if each.subject != notice.subject]
        self._queue.insert(0, notice)
        if is_news:
            announce(self, notice.spoken, urgent=notice.gravity > 1)
        self._show(notice if notice.takes_focus else self._next_to_show(notice))

    def withdraw(self, subject: str) -> None:
        """It is no longer so."""
        kept = [each for each in self._queue if each.subject != subject]
        if len(kept) == len(self._queue):
            return
        self._queue = kept
        is_shown = self._shown is not None and self._shown.subject == subject
        self._show(self._gravest() if is_shown else self._shown)

    def clear(self) -> None:
        """Withdraw everything."""
        self._queue = []
        self._show(None)

    @override
    def dismiss(self) -> None:
        if (notice := self._shown) is not None:
            self.withdraw(notice.subject)
            self.put_away.emit(notice.subject)

    def take_focus(self) -> None:
        """Give the keyboard to what can be done about it."""
        if not has_focus_inside(self):
            self._came_from = self.window().focusWidget()
        focus_living(self.field, self._no, self._action, self._close)

    # -- inside ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        steps = row(self.field, self._yes, self._no, self._action, self._copy, None, self._next)
        words = column(self._text, self._more, steps, spacing=2)
        layout = row(self._icon, words, self._close, spacing=SPACE_M)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_S, SPACE_S)
        layout.setStretch(1, 1)
        for widget in (self._icon, self._close):
            layout.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)

    def _next_to_show(self, newest: Notice) -> Notice | None:
        shown = self._shown
        if shown is not None and shown.subject == newest.subject:
            return newest
        # Nobody likes a form that changes under the hands.
        is_in_use = shown is not None and has_focus_inside(self)
        return shown if is_in_use else self._gravest()

    def _gravest(self) -> Notice | None:
        # The newest of the gravest: what was said last is at the front.
        return max(self._queue, key=lambda each: each.gravity, default=None)

    def _show(self, notice: Notice | None) -> None:
        before, self._shown = self._shown, notice
        if notice is None:
            had_focus = has_focus_inside(self)
            self.field.clear()
            self.hide()
            if had_focus:
                self._give_focus_back()
        else:
            if notice is not before:
                self._fill(notice, is_same=before is not None and before.subject == notice.subject)
            self._count()
            self.show()
        self.changed.emit()
        if notice is not None and notice.takes_focus and notice is not before:
            self.take_focus()

    def _fill(self, notice: Notice, *, is_same: bool) -> None:
        self._write(notice)
        self._ask(is_asking=False)
        if is_same:
            self.field.selectAll()
        else:
            self.field.clear()
        self.field.setVisible(notice.secret is not None)
        self.field.setAccessibleName(notice.text)
        self._action.setEnabled(True)
        self._action.setProperty("look", "primary" if notice.secret is not None else "")
        self._action.style().unpolish(self._action)
        self._action.style().polish(self._action)
        self._copy.setVisible(bool(notice.details))
        self._copy.set_copied_text(notice.details)

    def _count(self) -> None:
        count = self.waiting
        self._next.setVisible(count > 0)
        self._next.setText(ntr("{count} more", "{count} more", count))
        self._next.setAccessibleName(
            ntr("{count} more notice: show it", "{count} more notices: show the next", count)
        )

    def _ask(self, *, is_asking: bool) -> None:
        notice = self._shown
        question = notice.question if notice is not None else None
        self._yes.setVisible(is_asking)
        self._no.setVisible(is_asking)
        if notice is None:
            return
        self._action.setVisible(bool(notice.action_text) and not is_asking)
        if question is not None and is_asking:
            self._more.setText(question.text)
            self._more.show()
            self._yes.setText(question.yes)
            self._no.setText(question.no)
            self._no.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self, question.text)
        else:
            self._more.setText(notice.more)
            self._more.setVisible(bool(notice.more))

    def _give_focus_back(self) -> None:
        came_from, self._came_from = self._came_from, None
        if not focus_living(came_from):
            self._focus_elsewhere()

    def _on_action(self) -> None:
        notice = self._shown
        if notice is None:
            return
        if notice.secret is not None:
            if self.field.text():
                self._action.setEnabled(False)
                notice.secret(self.field.text())
        elif notice.question is not None:
            self._ask(is_asking=True)
            self.changed.emit()
        else:
            self._do(notice)

    def _on_yes(self) -> None:
        if self._shown is not None:
            self._do(self._shown)

    def _on_no(self) -> None:
        self._ask(is_asking=False)
        self._action.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _on_next(self) -> None:
        if self._shown in self._queue:
            place = self._queue.index(self._shown)
            self._show(self._queue[(place + 1) % len(self._queue)])

    def _do(self, notice: Notice) -> None:
        self.withdraw(notice.subject)
        if notice.action is not None:
            notice.action()


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
        self._room = (0, 0)
        self._focus_elsewhere = focus_elsewhere
        self.banner = Banner(focus_elsewhere=focus_elsewhere)
        self.banner.changed.connect(self._settle)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addStretch(1)
        self._column.addWidget(self.banner)
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

    def place(self, width_px: int, bottom_px: int) -> None:
        """Lie over the foot of this much of the page: its width, and where it ends."""
        self._room = (width_px, bottom_px)
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
        return next((each for each in self._toasts if not each.notice.action), self._toasts[0])

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
        width, bottom = self._room
        is_empty = self.banner.notice is None and not self._toasts
        self.setVisible(not is_empty and width > 0)
        if is_empty:
            self._hovered = False
            return
        own_width = min(_WIDTH_PX, width - 2 * SPACE_L)
        self._column.activate()
        height = max(self._column.heightForWidth(own_width), self._column.minimumSize().height())
        self.setGeometry(SPACE_L, bottom - SPACE_L - height, own_width, height)
        self.raise_()
