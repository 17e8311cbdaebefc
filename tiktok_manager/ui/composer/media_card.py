"""The video of the post: choose, see, check."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from tiktok_manager.ui.composer.media import Check, MediaLook, checks
from tiktok_manager.ui.composer.state import State
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.kit.controls import Fact, Facts, icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, clear, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import CARD_RADIUS, SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words

_WIDTH_PX, _UNBOUND_PX = 272, 16_777_215
_LARGE, _SMALL = QSize(_WIDTH_PX - 2 * SPACE_M - 2, 300), QSize(80, 80)  # beside the frame


class MediaCard(Card):
    """Shows the chosen file, or asks for one. Flat, it is a strip with a small picture."""

    def __init__(self, model: ComposerViewModel, ask: Callable[[], object]) -> None:
        """`ask` lets the user choose a file."""
        super().__init__(padding=SPACE_M)
        self._model = model
        self.preview = Preview()
        self.choose = push_button(tr("Choose a video…"), icon_name="folder", clicked=ask)
        self._title = PlainLabel(tr("Video"), type=Type.SECTION)
        self._name = PlainLabel("", type=Type.STRONG, elided=True)
        self._size = NoteLabel()
        self.play = icon_button("play", tr("Play in your video player"), clicked=self._on_play)
        self.another = icon_button("folder", tr("Choose another video…"), clicked=ask)
        self.remove = icon_button("close", tr("Remove the video"), clicked=self._on_remove)
        self._problem = NoteLabel()
        self._again = push_button(tr("Look again"), look="quiet", clicked=model.look_again)
        self._problems = column(spacing=SPACE_XS)
        self._shown: list[Check] | None = None
        self.passed = push_button("", look="quiet", checkable=True, icon_name="check")
        self._passed = Facts()
        self.passed.toggled.connect(self._passed.setVisible)
        self._passed.hide()
        self._build()
        self.set_flat(is_flat=False)

    def set_flat(self, is_flat: bool) -> None:
        """Be a strip, or a column with a large picture."""
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.LeftToRight if is_flat else direction.TopToBottom)
        self.preview.setFixedSize(_SMALL if is_flat else _LARGE)
        self._title.setVisible(not is_flat)
        self.setMinimumWidth(0 if is_flat else _WIDTH_PX)
        self.setMaximumWidth(_UNBOUND_PX if is_flat else _WIDTH_PX)

    @property
    def focus_target(self) -> QWidget:
        """Where the keyboard goes when a video is missing, or another one is wanted."""
        return self.choose if self._model.form.file is None else self.another

    def refresh(self, state: State) -> None:
        """Show the file and what was found in it."""
        path, look = state.form.file, state.look
        self._file.setVisible(path is not None)
        self.choose.setVisible(path is None)
        self._name.setText("" if path is None else path.name)
        self._show_look(path, look)
        limit = state.rules.max_duration_s if state.is_direct else None
        cover_ms = state.form.choices.cover_ms
        shortest = state.rules.shortest
        self._show_checks([] if look is None else checks(look, limit, shortest, cover_ms))
        for button in (self.choose, self.another, self.remove):
            button.setEnabled(state.is_open)

    def _build(self) -> None:
        names = column(self._name, self._size, spacing=0)
        line = row(names, self.play, self.another, self.remove, spacing=0)
        line.setStretch(0, 1)
        self._file = QWidget()
        self._file.setLayout(line)
        facts = column(
            self._file,
            self._problem,
            row(self._again, None),
            self._problems,
            row(self.passed, None),
            self._passed,
            row(self.choose, None),
            None,
        )
        self._line = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._line.setSpacing(SPACE_M)
        self._line.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        self._line.addLayout(facts, 1)
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self._title)
        self.body.addLayout(self._line)

    def _show_look(self, path: Path | None, look: MediaLook | None) -> None:
        error = None if look is None else look.error
        self._again.setVisible(error is not None)
        self.play.setVisible(look is not None and error is None)
        self._size.say("" if look is None or error is not None else size_text(look.size_bytes))
        if path is None:
            self.preview.show_words(tr("Drop a video here\nMP4, MOV or WebM, up to 4 GB"))
        elif look is None:
            self.preview.show_words(tr("Reading the video…"))
        elif look.picture is not None:
            self.preview.show_picture(look.picture, path.name)
        else:
            self.preview.show_words(tr("No picture"))
        told = words(error) if error is not None else None
        self._problem.say(joined(told.cause, told.hint) if told is not None else "", "bad")

    def _show_checks(self, found: list[Check]) -> None:
        if found == self._shown:
            return
        self._shown = found
        clear(self._problems)
        for check in found:
            if check.problem:
                self._problems.addWidget(_Problem(check))
        good = [check for check in found if not check.problem]
        self._passed.show_facts([Fact(label=each.name, value=each.value) for each in good])
        self.passed.setText(ntr("{count} check passed", "{count} checks passed", len(good)))
        self.passed.setVisible(bool(good))
        self._passed.setVisible(bool(good) and self.passed.isChecked())

    def _on_remove(self) -> None:
        self._model.enter(replace(self._model.form, file=None))

    def _on_play(self) -> None:
        path = self._model.form.file
        if path is not None and self._model.state.look is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Preview(QWidget):
    """The picture of the chosen video, or an invitation to drop one."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QPixmap()
        self._path: Path | None = None
        self._words = ""
        self._hot = False

    def show_picture(self, path: Path, name: str) -> None:
        """Show the picture of a video called `name`."""
        if path != self._path:
            self._path = path
            reader = QImageReader(str(path))
            reader.setAutoTransform(True)
            self._picture = QPixmap.fromImageReader(reader)
        self.setAccessibleName(tr("Picture of {name}", name=name))
        self.update()

    def show_words(self, words: str) -> None:
        """Show words where the picture will be."""
        self._path, self._picture, self._words = None, QPixmap(), words
        self.setAccessibleName(words)
        self.update()

    def set_hot(self, hot: bool) -> None:
        """A file is held over the form: it may be dropped."""
        self._hot = hot
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame, look = QRectF(self.rect()).adjusted(1, 1, -1, -1), tokens()
        pen = QPen(QColor(look.accent if self._hot else look.field_line), 1.5)
        if self._picture.isNull():
            pen.setDashPattern([4, 4])
        painter.setPen(pen if self._hot or self._picture.isNull() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.tint(look.accent) if self._hot else look.ground))
        painter.drawRoundedRect(frame, CARD_RADIUS, CARD_RADIUS)
        if self._picture.isNull():
            self._paint_words(painter, frame)
        else:
            self._paint_picture(painter, frame)
        painter.end()

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        size = self._picture.size().scaled(
            frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
        )
        place, shape = QRectF(QPointF(0, 0), size), QPainterPath()
        place.moveCenter(frame.center())
        shape.addRoundedRect(place, CARD_RADIUS, CARD_RADIUS)
        painter.setClipPath(shape)
        painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))

    def _paint_words(self, painter: QPainter, frame: QRectF) -> None:
        middle, ink, is_small = frame.center(), tokens().soft_ink, self.height() <= _SMALL.height()
        side, above = (28, 14) if is_small else (36, 40)
        place = QRectF(middle.x() - side / 2, middle.y() - above, side, side)
        paint_icon(painter, "video", place, ink)
        if not is_small:
            painter.setPen(QColor(ink))
            words = QRectF(frame.left() + SPACE_M, middle.y() + SPACE_S, frame.width() - 24, 80)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(words, int(flags) | int(Qt.TextFlag.TextWordWrap), self._words)


class _Problem(QWidget):
    """What was looked at, what it is, and what is wrong with that."""

    def __init__(self, check: Check) -> None:
        super().__init__()
        sign = IconLabel("status-needs_attention", "warning", 16)
        line = row(sign, PlainLabel(check.name, tone="soft"), None, PlainLabel(check.value))
        problem = NoteLabel()
        problem.say(check.problem, "warning")
        self.setLayout(column(line, row(24, problem), spacing=0))
        self.setAccessibleName(
            tr(
                "{check}: {value}. {problem}",
                check=check.name,
                value=check.value,
                problem=check.problem,
            )
        )


def ask_video(parent: QWidget) -> str:
    """Let the user pick a file; empty if none was picked."""
    kinds = (
        tr("Videos TikTok takes ({endings})", endings="*.mp4 *.mov *.webm"),
        tr("All files ({endings})", endings="*"),
    )
    name, _kind = QFileDialog.getOpenFileName(parent, tr("Choose a video"), "", ";;".join(kinds))
    return name
