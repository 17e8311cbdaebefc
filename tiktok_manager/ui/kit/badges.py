"""Small signs of state: always a shape or a word beside the colour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
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


class _Pill(QWidget):
    """An icon and words on a tinted ground."""

    _HEIGHT = 24
    _ICON = 14

    def __init__(
        self, content: Callable[[], tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        """`content` returns icon name, words and colour, asked when it is painted."""
        super().__init__(parent)
        self._content = content
        self.setFont(type_font(Type.CAPTION))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        _icon, words, _colour = self._content()
        text = self.fontMetrics().horizontalAdvance(words)
        return QSize(SPACE_S + self._ICON + SPACE_XS + text + SPACE_S + 2, self._HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icon_name, words, colour = self._content()
        paint_pill(painter, QRectF(self.rect()), icon_name, words, colour)
        painter.end()


class StatusBadge(_Pill):
    """How a post stands: its own icon, its words, its colour of the moment's theme."""

    def __init__(
        self, status: PostStatus = PostStatus.DRAFT, parent: QWidget | None = None
    ) -> None:
        super().__init__(self._shown, parent)
        self._look: Callable[[], PostLook] = partial(status_look, status)
        self.set_status(status)

    def set_status(self, status: PostStatus) -> None:
        """Show a status by itself."""
        self._show(partial(status_look, status))

    def show_post(self, post: Post, timezone: str, now: datetime) -> None:
        """Show a post's status, and how it waits where it is planned."""
        self._show(partial(post_look, post, timezone, now))

    def _show(self, look: Callable[[], PostLook]) -> None:
        self._look = look
        self.setAccessibleName(tr("Status: {status}", status=look().words))
        self.updateGeometry()
        self.update()

    def _shown(self) -> tuple[str, str, str]:
        look = self._look()
        return look.icon, look.words, look.colour


class Dot(_Pill):
    """An icon and a word in a tone (`good`, `attention`, `bad`, `soft_ink`, `accent`…)."""

    def __init__(
        self, icon_name: str, words: str, tone: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(self._painted, parent)
        self.show_state(icon_name, words, tone)

    def show_state(self, icon_name: str, words: str, tone: str) -> None:
        """Show another state."""
        self._shown = (icon_name, words, tone)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def _painted(self) -> tuple[str, str, str]:
        icon_name, words, tone = self._shown
        return icon_name, words, str(getattr(tokens(), tone))


def paint_pill(painter: QPainter, rect: QRectF, icon_name: str, words: str, colour: str) -> None:
    """Draw a pill into `rect`; table delegates use it too."""
    look = tokens()
    radius = rect.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.tint(colour)))
    painter.drawRoundedRect(rect, radius, radius)
    side = 14.0
    top = rect.top() + (rect.height() - side) / 2
    sign = QRectF(rect.left() + SPACE_S, top, side, side)
    paint_icon(painter, icon_name, mirrored(painter, sign, rect), colour)
    left = rect.left() + SPACE_S + side + SPACE_XS
    room = QRectF(left, rect.top(), rect.right() - left - SPACE_XS, rect.height())
    paint_line(painter, mirrored(painter, room, rect), words, colour)


def Chip(text: str, *, checked: bool = False, parent: QWidget | None = None) -> QPushButton:
    """Return a small rounded toggle, for filters and picks."""
    chip = push_button(text, look="chip", checkable=True, parent=parent)
    chip.setChecked(checked)
    return chip


class NumberLabel(PlainLabel):
    """`12.4k`, with the exact number on hover and to screen readers."""

    def __init__(
        self, value: int | None = None, *, type: Type = Type.BODY, parent: QWidget | None = None
    ) -> None:
        super().__init__("", type=type, tabular=True, parent=parent)
        self.set_value(value)

    def set_value(self, value: int | None) -> None:
        """Show another number; None is a dash."""
        self.setText(short_number(value))
        self.setToolTip(exact_number(value))
        self.setAccessibleName(exact_number(value))


class FigureCard(PushButton):
    """One number, how it changed, and what it is a number of; pressed, more of it is shown."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(look="figure", parent=parent)
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

    def __init__(self, job: Job, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        if progress.total > 1:
            words = tr(
                "{number} of {total} · {words}",
                number=progress.done + 1,
                total=progress.total,
                words=words,
            )
        self._words.setText(words)
        self._bar.setRange(0, progress.total if progress.total > 1 else 0)
        self._bar.setValue(progress.done)
        if self.parent() is not None:  # alone it would be a window
            self.show()
