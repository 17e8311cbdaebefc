"""For whom, with which words, and when: the cards that are always in sight."""

import re
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QSignalBlocker, QSize
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from tiktok_manager.domain.accounts import Account
from tiktok_manager.domain.captions import MAX_CAPTION_UNITS, utf16_length
from tiktok_manager.ui.composer.form import Repeat
from tiktok_manager.ui.composer.state import State, account_reason
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.composer.wording import (
    account_note,
    late_text,
    repeat_words,
    room_text,
    when_text,
)
from tiktok_manager.ui.formats import exact_number
from tiktok_manager.ui.kit.account_picker import AccountPicker
from tiktok_manager.ui.kit.action import Action, ActionButton
from tiktok_manager.ui.kit.controls import Segment, push_button
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, column, row
from tiktok_manager.ui.kit.pane import Stages
from tiktok_manager.ui.kit.reading import Stage
from tiktok_manager.ui.kit.when_field import WhenField
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post.settings import ChoosesPost
from tiktok_manager.ui.recurring.details import ends_help
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

CAPTION_WARN_UNITS = MAX_CAPTION_UNITS * 9 // 10
_EDITOR_LEAST_PX = 56
# TikTok parses # and @ up to a space or newline.
_TAGS = re.compile(r"[#@][^\s#@]+")
_AT_TIME, _NOW = "at-time", "now"


class AccountsCard(Card):
    """Tick one account or more; while they are read, or where there are none, what to do.

    A planned post keeps its account: there is nothing to choose.
    """

    def __init__(
        self,
        model: ChoosesPost,
        go_to_accounts: Callable[[], object],
        reason: Callable[[Account], str] = account_reason,
    ) -> None:
        super().__init__(tr("Accounts"), padding=SPACE_M)
        self._reading = model.accounts.reading
        self.picker = AccountPicker(
            model.accounts, reason=reason, note=account_note, rows_shown=None
        )
        self.picker.changed.connect(lambda: model.choose_accounts(self.picker.chosen))
        self._connect = push_button(
            tr("Connect an account"), icon_name="user-plus", clicked=go_to_accounts
        )
        hint = NoteLabel(tr("Connect an account first; then it appears here."))
        self._none = QWidget()
        self._none.setLayout(column(hint, row(self._connect, None), None))
        self._stages = Stages(self.picker, skeleton_rows=2)
        self._reading.changed.connect(self._on_read)
        self.body.setSpacing(SPACE_S)
        self.body.addWidget(self._stages, 1)
        self.body.addWidget(self._none)
        self._on_read()

    @property
    def focus_target(self) -> QWidget | None:
        """Where the keyboard goes when an account is missing."""
        if self.isHidden():
            return None
        return self._connect if self._reading.stage is Stage.EMPTY else self.picker.list

    def refresh(self, state: State) -> None:
        """Show what is ticked."""
        self.setVisible(state.post is None)
        self.picker.setEnabled(state.is_open)
        self.picker.set_chosen(state.form.account_ids)

    def _on_read(self) -> None:
        # Not followed by the stages: the reading is everybody's, and may not rest with this pane.
        reading = self._reading
        self._none.setVisible(reading.stage is Stage.EMPTY)
        self._stages.setVisible(reading.stage is not Stage.EMPTY)
        self._stages.show_stage(reading.stage, reading.failure, reading.retry)


class CaptionCard(Card):
    """The caption with its count in TikTok's units."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__(tr("Caption"), padding=SPACE_M)
        self._model = model
        self._shown = self._text = ""
        """The caption, and how Qt writes it: it knows no space that does not break."""
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

    def refresh(self, state: State) -> None:
        """Show the words, and count them."""
        if state.form.caption != self._shown:
            self._shown = state.form.caption
            with QSignalBlocker(self.editor):
                self.editor.setPlainText(self._shown)
            self._text = self.editor.toPlainText()
            self.editor.moveCursor(QTextCursor.MoveOperation.End)  # who is back goes on writing
        units = utf16_length(state.form.caption)
        tone = "bad" if units > MAX_CAPTION_UNITS else "soft"
        if CAPTION_WARN_UNITS <= units <= MAX_CAPTION_UNITS:
            tone = "warning"
        used, most = exact_number(units), exact_number(MAX_CAPTION_UNITS)
        self._counter.setText(f"{used} / {most}")
        self._counter.setAccessibleName(
            tr("{used} of {most} characters used", used=used, most=most)
        )
        self._counter.set_tone(tone)
        count = sum(tag.startswith("#") for tag in _TAGS.findall(state.form.caption))
        self._tags.setText(ntr("{count} hashtag", "{count} hashtags", count) if count else "")
        self.editor.setReadOnly(not state.is_open)
        text = tr("TikTok takes no caption with a draft: paste it there. It is kept with the post.")
        self._note.say("" if state.is_direct else text)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._highlighter.rehighlight()

    def _on_typed(self) -> None:
        text = self.editor.toPlainText()
        if text != self._text:  # new colours are told as well
            self._shown = self._text = text
            self._model.enter(replace(self._model.form, caption=text))


class WhenCard(Card):
    """Now, or at a date and time of the zone that stands beside them."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__(tr("When"), padding=SPACE_M)
        self._model = model
        self.kind = Segment(tr("When"), {_AT_TIME: tr("At a time"), _NOW: tr("Now")})
        self.kind.chosen.connect(
            lambda kind: model.enter(replace(model.form, post_now=kind == _NOW))
        )
        self.moment = WhenField(lambda: model.state.now)
        self.moment.changed.connect(lambda: model.set_wall(self.moment.wall, self.moment.problem))
        self._when = PlainLabel("", wrap=True)
        self._full, self._late = NoteLabel(), NoteLabel()
        way_out = Action(
            words=self._way_out_words,
            icon="moved",
            run=self._take_way_out,
            allowed=lambda: model.state.is_open,
            shown=lambda: bool(model.state.full),
        )
        self.way_out = ActionButton(way_out)
        self.repeat = RepeatChoice(model)
        moment = (self.kind, self.moment, self.repeat, self._when, self._full)
        self.body.addLayout(column(*moment, row(self.way_out, None), self._late))

    def refresh(self, state: State) -> None:
        """Say when it goes out, and what is in the way of that."""
        form = state.form
        self.kind.choose(_NOW if form.post_now else _AT_TIME)
        self.moment.setVisible(not form.post_now)
        self.kind.setEnabled(state.is_open)
        self.moment.setEnabled(state.is_open)
        self.moment.show_wall(form.wall, form.timezone)
        free = [day.free_minute for day in state.full]
        self.moment.offer(free_at=min(free, default=None), slot_at=state.slot_at)
        self.repeat.refresh(state)
        self._when.setText(when_text(state))
        self._when.set_tone("attention" if state.is_past and not state.keeps_time else "")
        self._full.say(room_text(state), "soft" if form.spread else "attention")
        self.way_out.refresh()
        self._late.say("" if form.post_now else late_text(state.lateness))

    def _way_out_words(self) -> str:
        form = self._model.form
        if len(form.account_ids) == 1:
            return tr("Use that time")
        return tr("Keep one time for all") if form.spread else tr("Spread over free times")

    def _take_way_out(self) -> None:
        model, form = self._model, self._model.form
        if len(form.account_ids) == 1:
            model.use_free_time()
        else:
            model.enter(replace(form, spread=not form.spread))


class RepeatChoice(QWidget):
    """How often a new post goes out, and when that ends."""

    def __init__(self, model: ComposerViewModel) -> None:
        super().__init__()
        self._model = model
        self.often = CalmComboBox()
        self.often.setAccessibleName(tr("Repeat"))
        for each in Repeat:
            self.often.addItem("", each.value)
        self.often.activated.connect(lambda _row: self._enter())
        self.rule, self.ends = QLineEdit(), QLineEdit()
        self.rule.setAccessibleName(tr("Rule"))
        self.rule.setPlaceholderText(tr("As {rule}", rule="FREQ=WEEKLY;BYDAY=MO,TH"))
        self.ends.setAccessibleName(tr("Ends"))
        self.ends.setPlaceholderText(tr("Ends never, or as 24 dec, or 10 times as 10"))
        self.ends.setToolTip(ends_help())
        for line in (self.rule, self.ends):
            line.textEdited.connect(lambda _text: self._enter())
        self.setLayout(column(self.often, self.rule, self.ends))

    def refresh(self, state: State) -> None:
        """Show how often; a post that is planned already goes out once."""
        form = state.form
        self.setVisible(state.post is None and not form.post_now)
        self.setEnabled(state.is_open)
        for place, said in enumerate(repeat_words(form).values()):
            self.often.setItemText(place, said)
        self.often.setCurrentIndex(self.often.findData(form.repeat.value))
        for line, text in ((self.rule, form.rule), (self.ends, form.ends)):
            if line.text() != text:
                line.setText(text)
        self.rule.setVisible(form.repeat is Repeat.RULE)
        self.ends.setVisible(form.repeats)

    def _enter(self) -> None:
        form = replace(
            self._model.form,
            repeat=Repeat(self.often.currentData()),
            rule=self.rule.text(),
            ends=self.ends.text(),
        )
        self._model.enter(form)


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
