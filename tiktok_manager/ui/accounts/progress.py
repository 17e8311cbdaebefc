"""Work under way, shown in place: connecting an account, syncing several."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from tiktok_manager.ui.accounts.connecting import Progress
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Type


class ConnectCard(Card):
    """How far a connection is, with the link for another browser and a way out.

    Signals:
        cancelled: Stop waiting.
        open_again: Open TikTok's page once more.
        fewer_asked: Ask for fewer permissions.
    """

    cancelled = Signal()
    open_again = Signal()
    fewer_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName("Connecting an account")
        self._link = ""
        self._text = PlainLabel("", wrap=True)
        self._hint = PlainLabel(
            "The page did not open, or in the wrong browser? Copy the link and open it there.",
            type=Type.CAPTION,
            tone="soft",
            wrap=True,
        )
        self._doubt = PlainLabel("", type=Type.CAPTION, tone="attention", wrap=True)
        self.fewer = push_button("Ask for fewer permissions", clicked=self.fewer_asked.emit)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("How far the connection is")
        self.copy_link = push_button("Copy the link", icon_name="copy", clicked=self._on_copy)
        self._again = push_button("Open again", icon_name="external", clicked=self.open_again.emit)
        self.cancel = push_button("Cancel", look="quiet", clicked=self.cancelled.emit)
        title = PlainLabel("Connecting an account", type=Type.STRONG)
        buttons = row(self.copy_link, self._again, self.cancel)
        head = row(column(title, self._text, spacing=2), buttons, spacing=SPACE_L)
        head.setStretch(0, 1)
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(head)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._hint)
        doubt = row(self._doubt, self.fewer, spacing=SPACE_L)
        doubt.setStretch(0, 1)
        self.body.addLayout(doubt)
        self.hide()

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far it is; None hides the card."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        self._text.setText(f"{progress.text}…")
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        if progress.link != self._link:
            self._link = progress.link
            self.copy_link.setText(" Copy the link")
        for widget in (self.copy_link, self._again, self._hint):
            widget.setVisible(bool(progress.link))
        self._doubt.setText(progress.doubt)
        self._doubt.setVisible(bool(progress.doubt))
        self.fewer.setVisible(progress.can_ask_fewer)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._link)
        self.copy_link.setText(" Copied")


class SyncStrip(QFrame):
    """One line while accounts are being read.

    Signals:
        cancelled: Stop after the present account.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = PlainLabel("", tone="soft", elided=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName("How far the sync is")
        cancel = push_button("Cancel", look="quiet", clicked=self.cancelled.emit)
        layout = row(
            self._text, self._bar, cancel, spacing=SPACE_M, margins=(SPACE_XL, SPACE_S, SPACE_L, 0)
        )
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.hide()

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far it is; None hides the line."""
        self.setVisible(progress is not None)
        if progress is None:
            return
        left = progress.total - progress.done
        self._text.setText(f"{progress.text} · {left} of {progress.total} left")
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
