"""For whom and with which words: the account picker and the caption."""

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QMouseEvent, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.domain.captions import MAX_CAPTION_UNITS
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.parts import empty, help_label, say
from tiktok_manager.ui.composer.roster import AccountChoice
from tiktok_manager.ui.composer.state import CAPTION_WARN_UNITS
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Skeleton, row
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import words

_ROW_PX = 44
_ROWS_SHOWN = 6
_EDITOR_PX = 208
# TikTok parses # and @ up to a space or newline.
_TAGS = re.compile(r"[#@][^\s#@]+")


class AccountsCard(Card):
    """Tick one account or more."""

    def __init__(self, model: ComposerViewModel, go_to_accounts: Callable[[], object]) -> None:
        super().__init__()
        self._model = model
        self._rows: dict[str, AccountRow] = {}
        self._title = PlainLabel("Accounts", type=Type.SECTION)
        self._count = PlainLabel("", type=Type.CAPTION, tone="soft")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find an account")
        self.filter.setAccessibleName("Find an account")
        self.filter.setProperty("look", "search")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_filter)
        self._skeleton = Skeleton(rows=2, row_height_px=_ROW_PX)
        self._skeleton.setFixedHeight(2 * _ROW_PX)
        self._note = help_label()
        self._retry = push_button("Try again", look="quiet", clicked=model.reload_accounts)
        self._connect = push_button(
            "Connect an account", icon_name="user-plus", clicked=go_to_accounts
        )
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._build()

    @property
    def tab_stops(self) -> list[QWidget]:
        """Filter and boxes, in the order in which they are seen."""
        return [
            self.filter,
            self._connect,
            *(account_row.box for account_row in self._rows.values()),
        ]

    @property
    def first_box(self) -> QWidget:
        """Where the keyboard goes when an account is missing."""
        boxes = [row.box for row in self._rows.values() if row.box.isEnabled()]
        return boxes[0] if boxes else self._connect

    def rebuild(self) -> None:
        """Show the accounts that were read."""
        choices = self._model.accounts
        empty(self._list)
        self._rows = {}
        for choice in choices:
            account_row = AccountRow(choice, self._model)
            self._rows[choice.account.id] = account_row
            self._list.addWidget(account_row)
        rows = min(len(choices), _ROWS_SHOWN)
        self._area.setFixedHeight(rows * _ROW_PX + (_ROW_PX // 2 if len(choices) > rows else 0))
        self.filter.setVisible(len(choices) > _ROWS_SHOWN)
        self._on_filter(self.filter.text() if len(choices) > _ROWS_SHOWN else "")
        self.refresh()

    def refresh(self) -> None:
        """Show what is ticked."""
        model = self._model
        error = model.accounts_error
        self._skeleton.setVisible(model.accounts_loading)
        self._retry.setVisible(error is not None)
        nobody = not model.accounts_loading and error is None and not self._rows
        self._connect.setVisible(nobody)
        hint = "Connect an account first; then it appears here." if nobody else ""
        say(self._note, words(error).cause if error else hint, "bad" if error else "soft")
        self._area.setVisible(bool(self._rows))
        fixed = bool(model.editing or model.progress)
        for account_id, account_row in self._rows.items():
            account_row.refresh(account_id in model.form.account_ids, fixed=fixed)
        count = len(model.chosen_accounts)
        self._count.setText(f"{count} chosen" if count and model.editing is None else "")
        self._title.setText("Account" if model.editing else "Accounts")

    def _build(self) -> None:
        inner = QWidget()
        inner.setLayout(self._list)
        self._area = QScrollArea()
        self._area.setWidget(inner)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(row(self._title, None, self._count))
        for widget in (self.filter, self._skeleton, self._note, self._retry, self._connect):
            self.body.addWidget(widget)
        self.body.addWidget(self._area)

    def _on_filter(self, text: str) -> None:
        wanted = text.strip().removeprefix("@").casefold()
        for account_row in self._rows.values():
            account_row.setVisible(wanted in account_row.words)


class AccountRow(QFrame):
    """A box, a picture, a name; the whole row is the target."""

    def __init__(self, choice: AccountChoice, model: ComposerViewModel) -> None:
        super().__init__()
        account = choice.account
        self._reason = choice.reason
        self.words = f"{account.handle} {account.display_name}".casefold()
        self.box = QCheckBox()
        note = choice.reason or ("Paused: its posts wait" if account.paused else "")
        self.box.setAccessibleName(f"@{account.handle}")
        self.box.setAccessibleDescription(note)
        self.box.clicked.connect(lambda on: model.choose_account(account.id, on))
        picture = AvatarLabel(model.avatars, 28)
        picture.show_account(account.display_name or account.handle, choice.avatar)
        picture.setEnabled(not choice.reason)
        name = PlainLabel(account.display_name or account.handle, type=Type.STRONG, elided=True)
        caption = f"@{account.handle}" + (f" · {note}" if note else "")
        tone = "attention" if choice.reason else "soft"
        below = PlainLabel(caption, type=Type.CAPTION, tone=tone, elided=True)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(name)
        lines.addWidget(below)
        layout = row(self.box, picture, lines, spacing=SPACE_S, margins=(0, SPACE_XS, 0, SPACE_XS))
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.setFixedHeight(_ROW_PX)
        if not choice.reason:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def refresh(self, chosen: bool, *, fixed: bool) -> None:
        """Show whether it is ticked; what cannot post can only be unticked."""
        self.box.setChecked(chosen)
        self.box.setEnabled(not fixed and (chosen or not self._reason))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.box.click()


class CaptionCard(Card):
    """The caption with its count in TikTok's units."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__("Caption")
        self._model = model
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("Caption")
        self.editor.setPlaceholderText("Say what it is about. #hashtags and @mentions work here.")
        self.editor.setTabChangesFocus(True)
        self.editor.setAcceptDrops(False)  # a dropped video is for the form
        self.editor.setFixedHeight(_EDITOR_PX)
        self._highlighter = _Tags(self.editor.document())
        self.editor.textChanged.connect(self._on_typed)
        self._tags = PlainLabel("", type=Type.CAPTION, tone="soft")
        self._counter = PlainLabel("", type=Type.CAPTION, tone="soft", tabular=True)
        self._note = help_label()
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self.editor)
        self.body.addLayout(row(self._tags, None, self._counter, spacing=SPACE_M))
        self.body.addWidget(self._note)

    def fill(self) -> None:
        """Put the form's words into the editor."""
        if self.editor.toPlainText() != self._model.form.caption:
            self.editor.blockSignals(True)
            self.editor.setPlainText(self._model.form.caption)
            self.editor.blockSignals(False)

    def refresh(self) -> None:
        """Count anew."""
        model = self._model
        units = model.form.caption_units
        tone = "bad" if units > MAX_CAPTION_UNITS else "soft"
        if CAPTION_WARN_UNITS <= units <= MAX_CAPTION_UNITS:
            tone = "warning"
        self._counter.setText(f"{units} / {MAX_CAPTION_UNITS}")
        self._counter.setAccessibleName(f"{units} of {MAX_CAPTION_UNITS} characters used")
        self._counter.set_tone(tone)
        count = sum(tag.startswith("#") for tag in _TAGS.findall(model.form.caption))
        self._tags.setText(f"{count} hashtag{'s' if count != 1 else ''}" if count else "")
        self.editor.setReadOnly(bool(model.locked or model.progress))
        inbox = model.form.mode is PostMode.INBOX
        text = "TikTok takes no caption with a draft: paste it there. It is kept with the post."
        say(self._note, text if inbox else "")

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlighter.rehighlight()

    def _on_typed(self) -> None:
        text = self.editor.toPlainText()
        if text != self._model.form.caption:
            self._model.set_caption(text)


class _Tags(QSyntaxHighlighter):
    """Colours what TikTok will turn into links."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    @override
    def highlightBlock(self, text: str) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(tokens().accent))
        for match in _TAGS.finditer(text):
            before = text[: match.start()]
            start = len(before.encode("utf-16-le", "surrogatepass")) // 2
            length = len(match[0].encode("utf-16-le", "surrogatepass")) // 2
            self.setFormat(start, length, look)
