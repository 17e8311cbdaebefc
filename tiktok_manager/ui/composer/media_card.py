"""The video of the post: choose, see, check."""

from collections.abc import Sequence

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from tiktok_manager.ui.composer.media import VIDEO_FILTER, Check, MediaLook
from tiktok_manager.ui.composer.parts import Preview, empty, help_label, icon_label, say
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import size_text
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.tokens import SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words

_INVITATION = "Drop a video here\nMP4, MOV or WebM, up to 4 GB"


class MediaCard(Card):
    """Shows the chosen file, or asks for one.

    Signals:
        file_wanted: The user wants to choose a file.
    """

    file_wanted = Signal()

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__("Video")
        self._model = model
        self._shown: tuple[Check, ...] | None = None
        self.preview = Preview()
        self.choose = push_button(
            "Choose a video…", icon_name="folder", clicked=self.file_wanted.emit
        )
        self._name = PlainLabel("", type=Type.STRONG, elided=True)
        self._size = PlainLabel("", type=Type.CAPTION, tone="soft")
        self.play = icon_button("play", "Play in your video player", clicked=self._on_play)
        self.remove = icon_button("close", "Remove the video", clicked=model.remove_file)
        self._problem = help_label()
        self._again = push_button("Look again", look="quiet", clicked=model.look_again)
        self._checks = QVBoxLayout()
        self._checks.setSpacing(SPACE_XS)
        self._build()

    @property
    def tab_stops(self) -> list[QWidget]:
        """The buttons, the one that begins everything first."""
        return [self.choose, self.play, self.remove, self._again]

    def refresh(self) -> None:
        """Show the state of the model."""
        model = self._model
        path, look = model.form.file, model.look
        self._file.setVisible(path is not None)
        self.choose.setText("Choose another video…" if path else "Choose a video…")
        self.choose.setAccessibleName(self.choose.text())
        if path is not None:
            self._name.setText(path.name)
        self._show_look(look)
        self._show_checks(tuple(model.checks))
        open_to_change = not model.locked and model.progress is None
        self.choose.setEnabled(open_to_change)
        self.remove.setEnabled(open_to_change)

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._size)
        self._file = QWidget()
        line = QHBoxLayout(self._file)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE_XS)
        line.addLayout(words, 1)
        line.addWidget(self.play)
        line.addWidget(self.remove)
        self.body.setSpacing(SPACE_S)
        for widget in (self.preview, self._file, self._problem, self._again):
            self.body.addWidget(widget)
        self.body.addLayout(self._checks)
        self.body.addWidget(self.choose)

    def _show_look(self, look: MediaLook | None) -> None:
        path = self._model.form.file
        failed = look is not None and look.error is not None
        self._again.setVisible(failed)
        self.play.setVisible(look is not None and not failed)
        size = "" if look is None or failed else size_text(look.size_bytes)
        say(self._size, size)
        if path is None:
            self.preview.show_words(_INVITATION)
        elif look is None:
            self.preview.show_words("Reading the video…")
        elif look.picture is not None:
            self.preview.show_picture(look.picture, path.name)
        else:
            self.preview.show_words("No picture")
        error = look.error if look is not None else None
        told = words(error) if error is not None else None
        problem = joined(told.cause, told.hint) if told is not None else ""
        say(self._problem, problem, "bad")

    def _show_checks(self, checks: Sequence[Check]) -> None:
        if checks == self._shown:
            return
        self._shown = tuple(checks)
        empty(self._checks)
        for check in checks:
            self._checks.addWidget(_CheckRow(check))

    def _on_play(self) -> None:
        path = self._model.form.file
        if path is not None and self._model.look is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class _CheckRow(QWidget):
    """A tick or a warning, what was looked at, what it is, and what is wrong."""

    def __init__(self, check: Check) -> None:
        super().__init__()
        good = not check.problem
        sign = icon_label(
            "check" if good else "status-needs_attention", "good" if good else "warning"
        )
        line = row(sign, PlainLabel(check.name, tone="soft"), None, PlainLabel(check.value))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        if not good:
            problem = PlainLabel(check.problem, type=Type.CAPTION, tone="warning", wrap=True)
            problem.setContentsMargins(24, 0, 0, SPACE_XS)
            layout.addWidget(problem)
        state = "in order" if good else check.problem
        self.setAccessibleName(f"{check.name}: {check.value}, {state}")


def ask_video(parent: QWidget) -> str:
    """Let the user pick a file; empty if none was picked."""
    name, _filter = QFileDialog.getOpenFileName(parent, "Choose a video", "", VIDEO_FILTER)
    return name
