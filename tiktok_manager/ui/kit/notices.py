"""What happened, said in place: a bar above the content instead of a dialog."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words


class Tone(StrEnum):
    """How a notice feels; the values are colour tokens."""

    INFO = "accent"
    GOOD = "good"
    WARNING = "warning"
    ATTENTION = "attention"
    BAD = "bad"


_ICONS = {
    Tone.INFO: "info",
    Tone.GOOD: "status-published",
    Tone.WARNING: "status-needs_attention",
    Tone.ATTENTION: "status-needs_attention",
    Tone.BAD: "status-failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message: what happened, what to do, and the one next step.

    `details` (TikTok's code and log id, a stack) are one click away, to copy.
    `stays` keeps it until closed; else it leaves after some seconds.
    """

    text: str
    more: str = ""
    tone: Tone = Tone.INFO
    action_text: str = ""
    action: Callable[[], object] | None = None
    details: str = ""
    stays: bool = True

    @classmethod
    def of_error(cls, error: AppError) -> "Notice":
        """Return the notice that tells an error in the user's words."""
        told = words(error)
        more = joined(told.message, told.hint)
        return cls(text=told.title, more=more, tone=Tone.BAD, details=error_details(error))


def error_details(error: AppError) -> str:
    """Return code and log id, for TikTok's support or a bug report."""
    lines = [f"Code: {error.code}"]
    if error.log_id:
        lines.append(f"Log id: {error.log_id}")
    told = words(error)
    return "\n".join([*lines, joined(told.cause, told.hint)])


class NoticeBar(QFrame):
    """Shows one notice; a newer one takes its place. Escape closes it.

    Signals:
        closed: The bar went away, by the user or by time.
    """

    closed = Signal()
    _SHORT_MS = 8000

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "notice")
        self.setAccessibleName("Notice")
        self._notice: Notice | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._build()
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """What is shown now."""
        return self._notice

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of the present one."""
        self._notice = notice
        self.setProperty("tone", notice.tone.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self._icon.show_icon(_ICONS[notice.tone], notice.tone.value)
        self._text.setText(notice.text)
        self._more.setText(notice.more)
        self._more.setVisible(bool(notice.more))
        self._action.setText(notice.action_text)
        self._action.setAccessibleName(notice.action_text)
        self._action.setVisible(notice.action is not None)
        self._copy.setVisible(bool(notice.details))
        self._copy.setText("Copy details")
        self.setAccessibleDescription(f"{notice.text} {notice.more}".strip())
        self._timer.stop()
        if not notice.stays:
            self._timer.start(self._SHORT_MS)
        self.show()

    def dismiss(self) -> None:
        """Take the notice away."""
        self._notice = None
        self._timer.stop()
        self.hide()
        self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        self._icon = IconLabel("info", "accent")
        self._text = PlainLabel("", type=Type.STRONG, wrap=True)
        self._more = PlainLabel("", tone="soft", wrap=True)
        self._action = push_button("", look="quiet", clicked=self._on_action)
        self._copy = push_button("Copy details", look="quiet", clicked=self._on_copy)
        close = icon_button("close", "Close notice", clicked=self.dismiss, size_px=28)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS // 2)
        words.addWidget(self._text)
        words.addWidget(self._more)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        for button in (self._action, self._copy, close):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _on_action(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None and notice.action is not None:
            notice.action()

    def _on_copy(self) -> None:
        if self._notice is not None:
            QGuiApplication.clipboard().setText(self._notice.details)
            self._copy.setText("Copied")
