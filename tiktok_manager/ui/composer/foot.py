"""The consent line, what is missing, and the one button; progress while the file is read."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.consent import consent_html
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import plain_tip, size_text
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Type

_PROCESSING = (
    "After the upload TikTok may take a few minutes to process the video; you see its state here."
)
_INBOX = "Nothing is published: the video arrives in the TikTok inbox as a draft."


class Foot(QFrame):
    """Stays below the form.

    Signals:
        link_clicked: An address in the consent line.
        missing_clicked: The user wants to be led to what is missing.
    """

    link_clicked = Signal(str)
    missing_clicked = Signal()

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__()
        self.setObjectName("pane-bar")
        self._model = model
        # The one label with markup: our own words and TikTok's two links, nothing from outside.
        self.consent = QLabel()
        self.consent.setTextFormat(Qt.TextFormat.RichText)
        self.consent.setWordWrap(True)
        self.consent.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.consent.linkActivated.connect(self.link_clicked)
        self._note = PlainLabel(_PROCESSING, type=Type.CAPTION, tone="soft", wrap=True)
        self.missing = PlainLabel("", tone="attention", wrap=True)
        self.missing.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.lead = icon_button(
            "arrow-up", "Go to what is missing", clicked=self.missing_clicked.emit
        )
        self.send = push_button("Plan post", look="primary", clicked=model.submit)
        self.send.setMinimumWidth(120)
        self._progress_text = PlainLabel("", type=Type.STRONG)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Reading the video")
        self.cancel = push_button("Cancel", clicked=model.cancel_submit)
        self._build()

    def refresh(self) -> None:
        """Show consent, what is missing, and what the button does."""
        model = self._model
        inbox = model.form.mode is PostMode.INBOX
        text = consent_html(model.consent_text, tokens().accent)
        if self.consent.text() != text:
            self.consent.setText(text)
            self.consent.setAccessibleName(model.consent_text)
        self.consent.setVisible(not inbox)
        self._note.setText(_INBOX if inbox else _PROCESSING)
        self._refresh_missing()
        self.refresh_progress()

    def refresh_progress(self) -> None:
        """Show how much of the file was read."""
        progress = self._model.progress
        self._form.setVisible(progress is None)
        self._work.setVisible(progress is not None)
        if progress is None:
            return
        name = self._model.form.file.name if self._model.form.file else ""
        self.cancel.setVisible(progress.can_cancel)
        self.cancel.setEnabled(not progress.cancelling)
        self._bar.setRange(0, 1000 if progress.size_bytes else 0)
        if progress.cancelling:
            self._progress_text.setText("Stopping…")
        elif not progress.size_bytes:
            self._progress_text.setText(
                "Saving…" if not progress.can_cancel else f"Reading {name}…"
            )
        else:
            left = size_text(progress.size_bytes - progress.read_bytes)
            self._progress_text.setText(f"Reading {name}: {left} left")
            self._bar.setValue(round(1000 * progress.read_bytes / progress.size_bytes))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS // 2)
        words.addWidget(self.consent)
        words.addWidget(self._note)
        self._form = QWidget()
        line = QHBoxLayout(self._form)
        line.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_M)
        line.setSpacing(SPACE_S)
        line.addLayout(words, 3)
        line.addSpacing(SPACE_L)
        line.addWidget(self.missing, 2)
        line.addWidget(self.lead)
        line.addWidget(self.send)
        self._work = QWidget()
        work = QHBoxLayout(self._work)
        work.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_M)
        work.setSpacing(SPACE_L)
        reading = QVBoxLayout()
        reading.setSpacing(SPACE_S)
        reading.addWidget(self._progress_text)
        reading.addWidget(self._bar)
        work.addLayout(reading, 1)
        work.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (Line(), self._form, self._work):
            layout.addWidget(widget)

    def _refresh_missing(self) -> None:
        model = self._model
        missing = [] if model.locked else [blocker.text for blocker in model.blockers]
        first = missing[0] if missing else ""
        more = f" +{len(missing) - 1} more" if len(missing) > 1 else ""
        self.missing.setText(first + more)
        self.missing.setVisible(bool(first))
        self.missing.setToolTip(plain_tip("\n".join(missing)))
        self.lead.setVisible(bool(missing))
        self.send.setText(model.button_text)
        self.send.setAccessibleName(model.button_text)
        self.send.setAccessibleDescription(" ".join(missing) or model.locked)
        self.send.setEnabled(model.can_send)
        self.send.setToolTip(plain_tip("\n".join(missing)) if missing else "Ctrl+Enter")
