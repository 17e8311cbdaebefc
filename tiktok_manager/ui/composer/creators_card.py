"""As whom the video is posted: TikTok's fresh answer per account, and where accounts differ."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from tiktok_manager.domain.errors import AppError, FailureClass, ReconnectNeeded, RemoteError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.creators import CreatorState
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.ui.kit.avatar import AvatarLabel, Avatars
from tiktok_manager.ui.kit.controls import Fact, Facts, Segment, push_button
from tiktok_manager.ui.kit.labels import IconLabel, NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, clear, column, row
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words

_ROWS = 4
"""More creators than this are named in one paragraph, and only those in trouble have a row."""


class CreatorsCard(Card):
    """How the video goes to TikTok and as whom."""

    def __init__(self, model: ComposerViewModel, go_to_account: Callable[[str], object]) -> None:
        super().__init__(tr("How to post"), padding=SPACE_M)
        self._model = model
        self._go_to_account = go_to_account
        self._shown: tuple[CreatorState, ...] | None = None
        modes = {PostMode.DIRECT.value: tr("Publish"), PostMode.INBOX.value: tr("Send to inbox")}
        self.mode = Segment(tr("How to post"), modes)
        self.mode.chosen.connect(lambda mode: model.set_mode(PostMode(mode)))
        self._tip = NoteLabel()
        self._as = PlainLabel(tr("Posting as"), type=Type.STRONG)
        self._hint = NoteLabel()
        self._names = PlainLabel("", type=Type.CAPTION, wrap=True)
        self._creator_rows: list[CreatorRow] = []
        self._rows = column(spacing=SPACE_S)
        self._more = NoteLabel()
        self._differences = Facts()
        self._differ = QWidget()
        self._differ.setLayout(
            column(
                PlainLabel(tr("These accounts differ"), type=Type.STRONG),
                self._differences,
                NoteLabel(tr("Only what all of them offer can be chosen.")),
                spacing=SPACE_XS,
            )
        )
        self.body.setSpacing(SPACE_S)
        for widget in (self.mode, self._tip, self._as, self._hint, self._names):
            self.body.addWidget(widget)
        self.body.addLayout(self._rows)
        self.body.addWidget(self._more)
        self.body.addWidget(self._differ)

    @property
    def focus_target(self) -> QWidget:
        """Where the keyboard goes when TikTok's answer is missing."""
        return next(iter(self._mending()), self.mode.button(PostMode.DIRECT.value))

    def refresh(self) -> None:
        """Show mode, creators and differences."""
        model = self._model
        is_direct = model.form.mode is PostMode.DIRECT
        self.mode.choose(model.form.mode.value)
        self.mode.setEnabled(model.is_open)
        if is_direct:
            self._tip.say(tr("TikTok publishes the video with the settings below."))
        else:
            self._tip.say(
                tr("A draft arrives in the TikTok inbox; the creator finishes and posts it there.")
            )
        self._as.setVisible(is_direct)
        states = model.creators.states
        waits = is_direct and not states
        self._hint.say(tr("Choose an account: TikTok says what it may post.") if waits else "")
        if states != self._shown:
            self._show_states(states)
        found = model.rules.differences
        self._differences.show_facts([Fact(label=each.rule, value=each.text) for each in found])
        self._differ.setVisible(bool(found))

    def _show_states(self, states: tuple[CreatorState, ...]) -> None:
        self._shown = states
        is_many = len(states) > _ROWS
        answered = [_name_of(state) for state in states if state.info is not None]
        self._names.setText(" · ".join(answered))
        self._names.setVisible(is_many and bool(answered))
        told = [state for state in states if state.error is not None] if is_many else states
        self._show_rows(told[:_ROWS])
        rest = len(told) - _ROWS
        waiting = sum(state.loading for state in states)
        if rest > 0:
            self._more.say(
                ntr("{count} more cannot post now", "{count} more cannot post now", rest), "bad"
            )
        elif is_many and waiting:
            self._more.say(
                ntr(
                    "TikTok is asked about {count} more account.",
                    "TikTok is asked about {count} more accounts.",
                    waiting,
                )
            )
        else:
            self._more.say("")

    def _show_rows(self, states: Sequence[CreatorState]) -> None:
        clear(self._rows)
        self._creator_rows = []
        for state in states:
            lost = isinstance(state.error, ReconnectNeeded)
            mend = partial(self._go_to_account if lost else self._retry, state.account.id)
            creator_row = CreatorRow(self._model.accounts.avatars, state, mend)
            path = self._model.accounts.picture_path(state.account.id)
            creator_row.avatar.show_account(_name_of(state), path)
            self._creator_rows.append(creator_row)
            self._rows.addWidget(creator_row)
        before: QWidget = self.mode.button(PostMode.INBOX.value)
        for button in self._mending():  # made later, it would come last
            self.setTabOrder(before, button)
            before = button

    def _mending(self) -> list[QPushButton]:
        buttons = (creator_row.button for creator_row in self._creator_rows)
        return [button for button in buttons if button is not None]

    def _retry(self, account_id: str) -> None:
        self._model.creators.ask_again(account_id)


class CreatorRow(QWidget):
    """A creator with nickname and longest video; that TikTok is asked; what went wrong."""

    def __init__(self, avatars: Avatars, state: CreatorState, mend: Callable[[], object]) -> None:
        super().__init__()
        self.avatar = AvatarLabel(avatars, 32)
        self.button: QPushButton | None = None
        lines = column(spacing=0)
        layout = row(spacing=SPACE_M)
        layout.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(lines, 1)
        self.setLayout(layout)
        name = _name_of(state)
        if state.loading:
            asking = tr("Asking TikTok what it may post…")
            lines.addWidget(PlainLabel(name, type=Type.STRONG, tone="soft", elided=True))
            lines.addWidget(PlainLabel(asking, type=Type.CAPTION, tone="soft", elided=True))
            self.setAccessibleName(tr("{name}: {what}", name=name, what=asking))
            return
        lines.addWidget(PlainLabel(name, type=Type.STRONG, elided=True))
        if state.info is not None:
            said = _may_post(state)
            lines.addWidget(PlainLabel(said, type=Type.CAPTION, tone="soft", elided=True))
            sign = IconLabel("check", "good", 16)
            layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
            self.setAccessibleName(tr("{name}: {what}", name=name, what=said))
        elif state.error is not None:
            said = error_words(state.error)
            lines.addWidget(PlainLabel(said, type=Type.CAPTION, tone="bad", wrap=True))
            is_lost = isinstance(state.error, ReconnectNeeded)
            text = tr("Reconnect") if is_lost else tr("Try again")
            self.button = push_button(text, look="quiet", clicked=mend)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
            self.setAccessibleName(tr("{name} cannot post now: {why}", name=name, why=said))


def error_words(error: AppError) -> str:
    """Return why a creator cannot post now, and what to do: the form waits, no post does (1b)."""
    told = words(error)
    hint = told.hint
    if isinstance(error, RemoteError) and error.failure.kind is FailureClass.WAIT_RESET:
        hint = tr("Try again later.")
    return joined(told.title, hint)


def _may_post(state: CreatorState) -> str:
    info = state.info
    if info is None or info.max_duration_s is None:
        return f"@{state.account.handle if info is None else info.username}"
    limit = duration_text(info.max_duration_s)
    return tr("@{handle} · videos up to {length}", handle=info.username, length=limit)


def _name_of(state: CreatorState) -> str:
    if state.info is not None:
        return state.info.nickname or state.info.username
    return state.account.display_name or state.account.handle
