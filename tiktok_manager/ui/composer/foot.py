"""The consent line, what is missing, and the one button; progress while the file is read."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import button_words, consent_html
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

    `send` plans the form, `lead` brings the user to what is missing, `open_link` gets an address
    of the consent line.
    """

    def __init__(
        self,
        model: ComposerViewModel,
        *,
        send: Callable[[], object],
        lead: Callable[[], object],
        open_link: Callable[[str], object],
    ) -> None:
        super().__init__()
        self.setObjectName("pane-bar")
        self._model = model
        self.consent = consent_label(open_link)
        self.line = _Line(lead)
        to_missing = tr("Go to what is missing")
        self.lead = icon_button(
            "arrow-up", to_missing, clicked=lead, size_px=_LINE_PX, tint="attention"
        )
        action = Action(
            words=lambda: button_words(model.state),
            run=send,
            allowed=lambda: model.state.can_send,
            why_not=lambda: "\n".join(self._missing()) or model.state.locked,
            hint=lambda: tr("Ctrl+Enter"),
            look="primary",
        )
        self.send: ActionButton = action_button(action)
        self._progress_text = PlainLabel("", type=Type.STRONG)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Reading the video"))
        self.cancel = push_button(tr("Cancel"), clicked=model.sending.stop)
        self._build()

    def refresh(self) -> None:
        """Show consent, what is missing, and what the button does."""
        state = self._model.state
        consent = state.consent
        html = consent_html(consent, tokens().accent)
        if self.consent.text() != html:
            self.consent.setText(html)
            self.consent.setAccessibleName(consent)
        self.consent.setVisible(state.is_direct)
        self._refresh_line()
        self._refresh_progress()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def _build(self) -> None:
        self._form, self._work = QWidget(), QWidget()
        line = row(self.lead, self.line, spacing=SPACE_XS)
        line.setStretch(1, 1)
        line.addStrut(_LINE_PX)  # with or without the arrow: the form above stays in place
        words = column(self.consent, line, spacing=SPACE_XS // 2)
        reading = column(self._progress_text, self._bar)
        form = row(words, self.send, spacing=SPACE_L, margins=_MARGINS)
        work = row(reading, self.cancel, spacing=SPACE_L, margins=(SPACE_XL, SPACE_M) * 2)
        for layout, part in ((form, self._form), (work, self._work)):
            layout.setStretch(0, 1)
            part.setLayout(layout)
        self.setLayout(column(Line(), self._form, self._work, spacing=0))

    def _refresh_line(self) -> None:
        """Say what is missing, else what comes after the button."""
        missing, state = self._missing(), self._model.state
        if not missing and state.is_direct:
            text = tr("After the upload TikTok may take a few minutes to process the video.")
        elif not missing:
            text = tr("Nothing is published: the video arrives in the TikTok inbox as a draft.")
        elif more := len(missing) - 1:
            first = missing[0]
            text = ntr("{first} +{count} more", "{first} +{count} more", more, first=first)
        else:
            text = missing[0]
        self.line.setText(text)
        self.line.setToolTip(plain_tip("\n".join(missing) or text))
        self.line.set_tone("attention" if missing else "soft")
        self.lead.setVisible(bool(missing))
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
        return [text for _part, text in self._model.state.blockers]


def consent_label(open_link: Callable[[str], object]) -> QLabel:
    """Return the one label with markup: TikTok's sentence and two links, nothing from outside."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    flags = Qt.TextInteractionFlag
    label.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)
    label.linkActivated.connect(open_link)
    return label


class _Line(PlainLabel):
    """A click on what is missing leads there, as the arrow beside it does for the keyboard."""

    def __init__(self, lead: Callable[[], object]) -> None:
        super().__init__("", elided=True)
        self._lead = lead

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() is Qt.MouseButton.LeftButton
        if is_left and self.rect().contains(event.position().toPoint()):
            self._lead()
