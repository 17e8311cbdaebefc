"""Labels for text from anywhere, and for icons; light, because the first frame has some."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QTextEdit, QWidget

from tiktok_manager.ui.icons import paint_icon
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import set_look, tokens, type_font
from tiktok_manager.ui.tokens import TYPE_SCALE, Type


class PlainLabel(QLabel):
    """A label that can only show plain text.

    `type` is a size of the scale, `tone` a colour (`soft`, `accent`, `good`, `warning`,
    `attention`, `bad`). An `elided` one shortens with … and keeps the whole as tool tip.
    """

    def __init__(
        self,
        text: str = "",
        *,
        type: Type = Type.BODY,
        tone: str = "",
        wrap: bool = False,
        elided: bool = False,
        selectable: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", type.value)
        self.setWordWrap(wrap)
        self.setFont(type_font(type, tabular=tabular))
        self._line_px = TYPE_SCALE[type][1]
        self._elided = elided
        if elided:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        elif wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        if tone:
            self.setProperty("tone", tone)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        if self._elided:
            from tiktok_manager.ui.formats import plain_tip

            self.setToolTip(plain_tip(text))

    def set_tone(self, tone: str) -> None:
        """Change the colour; an empty tone is the ink."""
        set_look(self, "tone", tone)

    @override
    def minimumSizeHint(self) -> QSize:
        if self._elided:
            return QSize(40, self._line_px)
        return super().minimumSizeHint()

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), max(hint.height(), self._line_px))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elided:
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            ink, right = self.palette().color(self.foregroundRole()), Qt.AlignmentFlag.AlignRight
            is_right = bool(self.alignment() & right)
            paint_line(painter, QRectF(self.contentsRect()), self.text(), ink, right=is_right)


def paint_line(
    painter: QPainter, rect: QRectF, text: str, ink: str | QColor, *, right: bool = False
) -> None:
    """Draw one line of plain text in the painter's font, shortened with … to fit."""
    line = " ".join(text.split())
    shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(rect.width()))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        shown = f"\u2068{shown}\u2069"  # else the @ of a handle would stand behind it
    painter.setPen(QColor(ink))
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)


class NoteLabel(PlainLabel):
    """A quiet line under a control; it takes no room while it says nothing."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, type=Type.CAPTION, tone="soft", wrap=True)
        if not text:
            self.hide()

    def say(self, text: str, tone: str = "soft") -> None:
        """Say something else, or nothing."""
        self.setText(text)
        self.set_tone(tone)
        self.setVisible(bool(text))


class PlainText(QTextEdit):
    """Read-only plain text that breaks anywhere, so that no word widens what it stands in.

    It is as high as it needs to be. Use `setPlainText` only.

    `in_passing` text is selected by the pointer and is no stop of the Tab key.
    """

    def __init__(self, name: str, role: Type, text: str = "", *, in_passing: bool = False) -> None:
        super().__init__()
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


class IconLabel(QWidget):
    """A still icon beside words that say the same; it follows the theme."""

    def __init__(self, icon_name: str, tint: str, size_px: int = 20) -> None:
        super().__init__()
        self._shown = (icon_name, tint)
        self.setFixedSize(size_px, size_px)

    def show_icon(self, icon_name: str, tint: str) -> None:
        """Show another icon in a token's colour."""
        self._shown = (icon_name, tint)
        self.update()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        icon_name, tint = self._shown
        paint_icon(painter, icon_name, QRectF(self.rect()), str(getattr(tokens(), tint)))
        painter.end()
