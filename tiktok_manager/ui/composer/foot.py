"""The consent line, what is missing, and the one button; progress while the file is read."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import consent_html
from tiktok_manager.ui.formats import plain_tip
from tiktok_manager.ui.kit.action import Action, ActionButton, action_button
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Type

_MARGINS = (SPACE_XL, SPACE_S, SPACE_XL, SPACE_S)
_LINE_PX = 24


class Foot(QFrame):
    """Stays below the form.

    Signals:
        link_clicked: An address in the consent line.
        missing_clicked: The user wants to be led to what is missing.
        send_clicked: The form is to be planned, posted or saved.
    """

    link_clicked = Signal(str)
    missing_clicked = Signal()
    send_clicked = Signal()

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
        self._note = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self.missing = _Missing("", tone="attention", elided=True)
        self.missing.setCursor(Qt.CursorShape.PointingHandCursor)
        self.missing.clicked.connect(self.missing_clicked)
        self.lead = icon_button(
            "arrow-up",
            tr("Go to what is missing"),
            clicked=self.missing_clicked.emit,
            size_px=_LINE_PX,
            tint="attention",
        )
        self.action = Action(
            words=lambda: model.button_text,
            run=self.send_clicked.emit,
            allowed=lambda: model.can_send,
            why_not=self._why_not,
            hint=lambda: tr("Ctrl+Enter"),
            look="primary",
        )
        self.send: ActionButton = action_button(self.action)
        self._progress_text = PlainLabel("", type=Type.STRONG)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Reading the video"))
        self.cancel = push_button(tr("Cancel"), clicked=model.sending.stop)
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
        if inbox:
            note = tr("Nothing is published: the video arrives in the TikTok inbox as a draft.")
        else:
            note = tr(
                "After the upload TikTok may take a few minutes to process the video; you see its "
                "state here."
            )
        self._note.setText(note)
        self._refresh_missing()
        self._refresh_progress()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def _build(self) -> None:
        self._hint, self._rest = QWidget(), QWidget()
        hint = row(self.lead, self.missing, spacing=SPACE_XS)
        hint.setStretch(1, 1)
        self._hint.setLayout(hint)
        self._form, self._work = QWidget(), QWidget()
        note = row(self._note)
        note.addStrut(_LINE_PX)  # as high as what is missing: the form above stays in place
        self._rest.setLayout(note)
        words = column(self.consent, self._rest, self._hint, spacing=SPACE_XS // 2)
        line = row(words, self.send, spacing=SPACE_L, margins=_MARGINS)
        line.setStretch(0, 1)
        self._form.setLayout(line)
        reading = column(self._progress_text, self._bar, spacing=SPACE_S)
        work = row(reading, self.cancel, spacing=SPACE_L, margins=(SPACE_XL, SPACE_M) * 2)
        work.setStretch(0, 1)
        self._work.setLayout(work)
        self.setLayout(column(Line(), self._form, self._work, spacing=0))

    def _refresh_missing(self) -> None:
        missing = self._missing()
        first, more = (missing[0], len(missing) - 1) if missing else ("", 0)
        if more:
            first = ntr("{first} +{count} more", "{first} +{count} more", more, first=first)
        self.missing.setText(first)
        self.missing.setToolTip(plain_tip("\n".join(missing)))
        self._hint.setVisible(bool(missing))
        self._rest.setVisible(not missing)
        self.send.refresh()

    def _refresh_progress(self) -> None:
        sending = self._model.sending
        self._form.setVisible(not sending.busy)
        self._work.setVisible(sending.busy)
        if sending.busy:
            self.cancel.setVisible(sending.can_stop)
            self.cancel.setEnabled(not sending.stopping)
            share = sending.share
            self._bar.setRange(0, 0 if share is None else 1000)
            self._bar.setValue(round(1000 * (share or 0)))
            self._progress_text.setText(sending.words)

    def _missing(self) -> list[str]:
        model = self._model
        return [] if model.locked else [blocker.text for blocker in model.blockers]

    def _why_not(self) -> str:
        return "\n".join(self._missing()) or self._model.locked


class _Missing(PlainLabel):
    """What is missing: a click leads there, as the arrow beside it does for the keyboard.

    Signals:
        clicked: The words were clicked.
    """

    clicked = Signal()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()
