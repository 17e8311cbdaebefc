"""Text from outside that can be selected and breaks anywhere, so that no word widens a drawer."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import type_font
from tiktok_manager.ui.tokens import Type


class PlainText(QTextEdit):
    """Read-only plain text, as high as it needs to be. Use `setPlainText` only.

    `in_passing` text is selected by the pointer and is no stop of the Tab key.
    """

    def __init__(
        self,
        name: str,
        role: Type,
        text: str = "",
        *,
        in_passing: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFont(type_font(role))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTextEdit { border: 0; padding: 0; background: transparent; }")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        if in_passing:
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().contentsChanged.connect(self._fit)
        self.setPlainText(text)

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, self.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(60, 18)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        wanted = max(18, round(self.document().size().height()) + 1)
        if wanted != self.height():
            self.setFixedHeight(wanted)
