"""Small signs of state: always a shape or a word beside the colour."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QWidget

from tiktok_manager.domain.posts import Post, PostStatus
from tiktok_manager.ui.formats import (
    exact_number,
    short_number,
    signed_number,
)
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import PushButton, push_button
from tiktok_manager.ui.kit.labels import PlainLabel, paint_line
from tiktok_manager.ui.kit.layout import column, mirrored, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post_look import PostLook, post_look, status_look
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.kit.reading import Job

_PILL_PX, _SIGN_PX = 24, 14


class StatusBadge(QWidget):
    """How a post or an account stands: its icon, words, and colour of the moment's theme."""

    def __init__(self, status: PostStatus = PostStatus.DRAFT) -> None:
        super().__init__()
        self.setFont(type_font(Type.CAPTION))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_status(status)

    def set_status(self, status: PostStatus) -> None:
        """Show a status by itself."""
        self._show(status_look(status))

    def show_post(self, post: Post, timezone: str, now: datetime) -> None:
        """Show a post's status, and how it waits where it is planned."""
        self._show(post_look(post, timezone, now))

    def show_state(self, icon_name: str, words: str, tone: str) -> None:
        """Show any state in a tone (`good`, `attention`, `bad`, `soft_ink`, `accent`…)."""
        # Its tint decides the colour; of which status it is says nothing then.
        self._show(PostLook(words=words, icon=icon_name, status=PostStatus.DRAFT, tint=tone))

    def _show(self, look: PostLook) -> None:
        self._look = look
        self.setAccessibleName(tr("Status: {status}", status=look.words))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_pill_width(self.fontMetrics(), self._look.words), _PILL_PX)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        look = self._look
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_pill(painter, QRectF(self.rect()), look.icon, look.words, look.colour)


def paint_pill(painter: QPainter, within: QRectF, icon: str, words: str, colour: str) -> None:
    """Draw a pill of the width of its words where the lines of a cell begin."""
    width = min(within.width(), _pill_width(painter.fontMetrics(), words))
    middle, radius = within.center().y(), _PILL_PX / 2
    whole = QRectF(within.left(), middle - radius, width, _PILL_PX)
    rect = mirrored(painter, whole, within)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens().tint(colour)))
    painter.drawRoundedRect(rect, radius, radius)
    sign = QRectF(rect.left() + SPACE_S, middle - _SIGN_PX / 2, _SIGN_PX, _SIGN_PX)
    paint_icon(painter, icon, mirrored(painter, sign, rect), colour)
    room = rect.adjusted(SPACE_S + _SIGN_PX + SPACE_XS, 0, -SPACE_XS, 0)
    paint_line(painter, mirrored(painter, room, rect), words, colour)


def _pill_width(metrics: QFontMetrics, words: str) -> int:
    return 2 * SPACE_S + _SIGN_PX + SPACE_XS + metrics.horizontalAdvance(words) + 2


def Chip(text: str, *, checked: bool = False) -> QPushButton:
    """Return a small rounded toggle, for filters and picks."""
    chip = push_button(text, look="chip", checkable=True)
    chip.setChecked(checked)
    return chip


class NumberLabel(PlainLabel):
    """`12.4k`, with the exact number on hover and to screen readers."""

    def __init__(self, value: int | None = None, *, type: Type = Type.BODY) -> None:
        super().__init__("", type=type, tabular=True)
        self.set_value(value)

    def set_value(self, value: int | None) -> None:
        """Show another number; None is a dash."""
        self.setText(short_number(value))
        self.setToolTip(exact_number(value))
        self.setAccessibleName(exact_number(value))


class FigureCard(PushButton):
    """One number, how it changed, and what it is a number of; pressed, more of it is shown."""

    def __init__(self, title: str) -> None:
        super().__init__(look="figure")
        self.setCheckable(True)
        self._title = PlainLabel(title, tone="soft")
        self._value = NumberLabel(None, type=Type.FIGURE)
        self._change = PlainLabel("", type=Type.STRONG, tabular=True)
        self._note = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self._change.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self._change.setContentsMargins(0, 0, 0, 4)
        number = row(self._value, self._change, None)
        margins = (SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.setLayout(column(self._title, number, self._note, spacing=2, margins=margins))

    def show_number(self, value: int | None, gained: int | None, note: str) -> None:
        """Show a number (a dash for None), what it gained if that is known, and a note."""
        self._value.set_value(value)
        self._change.setText("" if gained is None else signed_number(gained))
        self._change.set_tone("soft" if not gained else "good" if gained > 0 else "bad")
        self._note.setText(note)
        number, change = exact_number(value), ""
        if gained is not None:
            change = ("+" if gained > 0 else "") + exact_number(gained)
        self.setToolTip(" ".join(part for part in (number, change) if part))
        self.setAccessibleName(
            tr(
                "{title}: {number}. {change} {note}",
                title=self._title.text(),
                number=number,
                change=change,
                note=note,
            )
        )

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return super().minimumSizeHint() if layout is None else layout.minimumSize()


class JobLine(QWidget):
    """How far a job is: its words, a bar, and Cancel; not there while nothing is under way."""

    _WORDS_PX, _BAR_PX = 240, 160

    def __init__(self, job: Job, name: str) -> None:
        super().__init__()
        self._job = job
        self._bar = QProgressBar()
        self._bar.setFixedWidth(self._BAR_PX)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(name)
        self._words = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self._words.setFixedWidth(self._WORDS_PX)
        # What is elided asks for no room: the bar would lie over it.
        self._words.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.cancel = push_button(tr("Cancel"), clicked=job.cancel)
        self.setLayout(row(self._words, self._bar, self.cancel, None, spacing=SPACE_M))
        job.changed.connect(self._on_changed)
        self._on_changed()

    def _on_changed(self) -> None:
        progress = self._job.progress
        if progress is None:
            self.hide()
            return
        words = progress.words
        if progress.total > 1 and progress.counted:
            words = tr(
                "{number} of {total} · {words}",
                number=progress.done + 1,
                total=progress.total,
                words=words,
            )
        self._words.setText(words)
        self.cancel.setVisible(self._job.can_stop)
        share = 1000 * progress.done // max(progress.total, 1)  # a bar counts no gigabytes
        self._bar.setRange(0, 1000 if progress.total > 1 else 0)
        self._bar.setValue(share)
        if self.parent() is not None:  # alone it would be a window
            self.show()
