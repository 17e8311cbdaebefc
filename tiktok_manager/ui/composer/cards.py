"""For whom, with which words, and when: the cards that are always in sight."""

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from tiktok_manager.domain.captions import MAX_CAPTION_UNITS
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import (
    account_note,
    account_reason,
    late_text,
    past_text,
    when_text,
)
from tiktok_manager.ui.formats import exact_number
from tiktok_manager.ui.kit.account_picker import AccountPicker
from tiktok_manager.ui.kit.action import Action, ActionRow
from tiktok_manager.ui.kit.controls import Segment, push_button
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.kit.when_field import WhenField
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

CAPTION_WARN_UNITS = MAX_CAPTION_UNITS * 9 // 10
_EDITOR_LEAST_PX = 56
# TikTok parses # and @ up to a space or newline.
_TAGS = re.compile(r"[#@][^\s#@]+")
_AT_TIME, _NOW = "at-time", "now"


class AccountsCard(Card):
    """Tick one account or more; while they are read, or where there are none, what to do."""

    def __init__(self, model: ComposerViewModel, go_to_accounts: Callable[[], object]) -> None:
        super().__init__(padding=SPACE_M)
        self._model = model
        self._title = PlainLabel("", type=Type.SECTION)
        self.picker = AccountPicker(
            model.accounts, reason=account_reason, note=account_note, rows_shown=None
        )
        self.picker.changed.connect(lambda: model.choose_accounts(self.picker.chosen))
        self._go_to_accounts = go_to_accounts
        self._connect_first: QWidget | None = None
        self._stages = Stages(self.picker, empty=self._make_empty, skeleton_rows=2)
        model.accounts.reading.changed.connect(self._on_read)
        self._on_read()
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self._title)
        self.body.addWidget(self._stages, 1)

    @property
    def focus_target(self) -> QWidget:
        """Where the keyboard goes when an account is missing."""
        is_empty = self._model.accounts.reading.stage is Stage.EMPTY
        return (self._connect_first if is_empty else None) or self.picker.list

    def refresh(self) -> None:
        """Show what is ticked."""
        model, post = self._model, self._model.editing
        self._title.setText(tr("Accounts") if post is None else tr("Account"))
        only = None if post is None else post.account_id
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred if post is None else policy.Maximum)
        self.picker.set_fixed(only=only, fixed=post is not None or not model.is_open)
        self.picker.set_chosen(model.form.account_ids)

    def _on_read(self) -> None:
        # Not followed by the stages: the reading is everybody's, and may not rest with this pane.
        reading = self._model.accounts.reading
        self._stages.show_stage(reading.stage, reading.failure, reading.retry)

    def _make_empty(self) -> QWidget:
        page = QWidget()
        hint = NoteLabel(tr("Connect an account first; then it appears here."))
        button = push_button(
            tr("Connect an account"), icon_name="user-plus", clicked=self._go_to_accounts
        )
        page.setLayout(column(hint, row(button, None), None))
        self._connect_first = button
        return page


class CaptionCard(Card):
    """The caption with its count in TikTok's units."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__(tr("Caption"), padding=SPACE_M)
        self._model = model
        self.editor = _Editor()
        self.editor.setAccessibleName(tr("Caption"))
        self.editor.setPlaceholderText(
            tr("Say what it is about. #hashtags and @mentions work here.")
        )
        self.editor.setTabChangesFocus(True)
        self.editor.setAcceptDrops(False)  # a dropped video is for the form
        self._highlighter = _Tags(self.editor.document())
        self.editor.textChanged.connect(self._on_typed)
        self._tags = PlainLabel("", type=Type.CAPTION, tone="soft")
        self._counter = PlainLabel("", type=Type.CAPTION, tone="soft", tabular=True)
        self._note = NoteLabel()
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self.editor, 1)
        self.body.addLayout(row(self._tags, None, self._counter, spacing=SPACE_M))
        self.body.addWidget(self._note)

    def fill(self) -> None:
        """Put the form's words into the editor."""
        if self.editor.toPlainText() != self._model.form.caption:
            self.editor.blockSignals(True)
            self.editor.setPlainText(self._model.form.caption)
            self.editor.blockSignals(False)
            self.editor.moveCursor(QTextCursor.MoveOperation.End)  # who is back goes on writing

    def refresh(self) -> None:
        """Count anew."""
        model = self._model
        units = model.form.caption_units
        tone = "bad" if units > MAX_CAPTION_UNITS else "soft"
        if CAPTION_WARN_UNITS <= units <= MAX_CAPTION_UNITS:
            tone = "warning"
        used, most = exact_number(units), exact_number(MAX_CAPTION_UNITS)
        self._counter.setText(f"{used} / {most}")
        self._counter.setAccessibleName(
            tr("{used} of {most} characters used", used=used, most=most)
        )
        self._counter.set_tone(tone)
        count = sum(tag.startswith("#") for tag in _TAGS.findall(model.form.caption))
        self._tags.setText(ntr("{count} hashtag", "{count} hashtags", count) if count else "")
        self.editor.setReadOnly(not model.is_open)
        inbox = model.form.mode is PostMode.INBOX
        text = tr("TikTok takes no caption with a draft: paste it there. It is kept with the post.")
        self._note.say(text if inbox else "")

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlighter.rehighlight()

    def _on_typed(self) -> None:
        text = self.editor.toPlainText()
        if text != self._model.form.caption:
            self._model.set_caption(text)


class WhenCard(Card):
    """Now, or at a date and time of the zone that stands beside them."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__(tr("When"), padding=SPACE_M)
        self._model = model
        self.kind = Segment(tr("When"), {_AT_TIME: tr("At a time"), _NOW: tr("Now")})
        self.kind.chosen.connect(lambda kind: model.set_post_now(kind == _NOW))
        self.moment = WhenField(lambda: model.now)
        self.moment.changed.connect(self._on_moment)
        self._when = PlainLabel("", wrap=True)
        self._past, self._full, self._late = NoteLabel(), NoteLabel(), NoteLabel()
        self.use_free = Action(
            words=lambda: tr("Use that time"),
            icon="moved",
            run=model.use_free_time,
            allowed=lambda: model.is_open,
            shown=lambda: bool(model.full_days) and len(model.form.account_ids) == 1,
        )
        self.spread = Action(
            words=lambda: tr("Spread over free times"),
            icon="moved",
            run=lambda: model.set_spread(True),
            allowed=lambda: model.is_open,
            shown=lambda: self._is_of_many() and not model.form.spread,
        )
        self.one_time = Action(
            words=lambda: tr("Keep one time for all"),
            icon="undo",
            run=lambda: model.set_spread(False),
            allowed=lambda: model.is_open,
            shown=lambda: self._is_of_many() and model.form.spread,
        )
        self.ways_out = ActionRow([self.use_free, self.spread, self.one_time])
        self.body.setSpacing(SPACE_S)
        for widget in (self.kind, self.moment, self._when, self._past, self._full, self.ways_out):
            self.body.addWidget(widget)
        self.body.addWidget(self._late)

    def fill(self) -> None:
        """Put the form's time into the fields."""
        self.moment.show_wall(self._model.form.wall, self._model.form.timezone)

    def refresh(self) -> None:
        """Say when it goes out, and what is in the way of that."""
        model, form = self._model, self._model.form
        self.kind.choose(_NOW if form.post_now else _AT_TIME)
        self.moment.setVisible(not form.post_now)
        self.kind.setEnabled(model.is_open)
        self.moment.setEnabled(model.is_open)
        free = [day.free_minute for day in model.full_days]
        self.moment.offer_free_time(min(free, default=None))
        self._when.setText(when_text(form, model.now))
        self._past.say("" if model.locked else past_text(form, model.now), "attention")
        self._full.say(model.quota_text, "soft" if form.spread else "attention")
        self.ways_out.refresh()
        self._late.say("" if form.post_now else late_text(model.lateness))

    def _is_of_many(self) -> bool:
        return bool(self._model.full_days) and len(self._model.form.account_ids) > 1

    def _on_moment(self) -> None:
        self._model.set_wall(self.moment.wall, self.moment.problem)


class _Editor(QPlainTextEdit):
    """Takes what room there is, and asks for little."""

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, _EDITOR_LEAST_PX)


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
