"""As whom the video is posted: TikTok's fresh answer per account, and where accounts differ."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from tiktok_manager.domain.errors import AppError, FailureClass, ReconnectNeeded, RemoteError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.answers import CreatorState
from tiktok_manager.ui.composer.state import State
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.controls import Facts, Segment, push_button
from tiktok_manager.ui.kit.labels import IconLabel, NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, clear, column, row
from tiktok_manager.ui.post.settings import ChoosesPost
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words

_ROWS = 4
"""More creators than this are named in one paragraph, and only those in trouble have a row."""


class CreatorsCard(Card):
    """How the video goes to TikTok and as whom."""

    def __init__(self, model: ChoosesPost, go_to_account: Callable[[str], object]) -> None:
        super().__init__(tr("How to post"), padding=SPACE_M)
        self._model = model
        self._go_to_account = go_to_account
        self._shown: tuple[CreatorState, ...] | None = None
        modes = {PostMode.DIRECT.value: tr("Publish"), PostMode.INBOX.value: tr("Send to inbox")}
        self.mode = Segment(tr("How to post"), modes)
        self.mode.chosen.connect(lambda mode: model.enter(replace(model.form, mode=PostMode(mode))))
        self._tip, self._note = NoteLabel(), NoteLabel()
        self._as = PlainLabel(tr("Posting as"), type=Type.STRONG)
        self._names = PlainLabel("", type=Type.CAPTION, wrap=True)
        self._rows = column(spacing=SPACE_S)
        self._mending: list[QPushButton] = []
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
        above = (self.mode, self._tip, self._as, self._names)
        self.body.addLayout(column(*above, self._rows, self._note, self._differ))

    @property
    def focus_target(self) -> QWidget:
        """Where the keyboard goes when TikTok's answer is missing."""
        return next(iter(self._mending), self.mode.button(PostMode.DIRECT.value))

    def refresh(self, state: State) -> None:
        """Show mode, creators and differences."""
        self.mode.choose(state.form.mode.value)
        self.mode.setEnabled(state.is_open)
        if state.is_direct:
            self._tip.say(tr("TikTok publishes the video with the settings below."))
        else:
            self._tip.say(
                tr("A draft arrives in the TikTok inbox; the creator finishes and posts it there.")
            )
        self._as.setVisible(state.is_direct)
        creators = tuple(state.creators)
        if creators != self._shown:
            self._shown = creators
            self._show_creators(creators)
        if not creators:
            text = tr("Choose an account: TikTok says what it may post.")
            self._note.say(text if state.is_direct else "")
        self._differences.show_facts(state.rules.differences)
        self._differ.setVisible(bool(state.rules.differences))

    def _show_creators(self, states: tuple[CreatorState, ...]) -> None:
        is_many = len(states) > _ROWS
        answered = [_name_of(state) for state in states if state.info is not None]
        self._names.setText(" · ".join(answered))
        self._names.setVisible(is_many and bool(answered))
        told = [state for state in states if state.error is not None] if is_many else states
        self._show_rows(told[:_ROWS])
        rest, waiting = len(told) - _ROWS, sum(state.loading for state in states)
        note = ""
        if rest > 0:
            note = ntr("{count} more cannot post now", "{count} more cannot post now", rest)
        elif is_many and waiting:
            note = ntr(
                "TikTok is asked about {count} more account.",
                "TikTok is asked about {count} more accounts.",
                waiting,
            )
        self._note.say(note, "bad" if rest > 0 else "soft")

    def _show_rows(self, states: Sequence[CreatorState]) -> None:
        clear(self._rows)
        self._mending = []
        before: QWidget = self.mode.button(PostMode.INBOX.value)
        for state in states:
            account_id = state.account.id
            avatar = AvatarLabel(self._model.accounts.avatars, 32)
            avatar.show_account(_name_of(state), self._model.accounts.picture_path(account_id))
            if state.error is None:
                self._rows.addWidget(CreatorRow(avatar, state))
                continue
            lost = isinstance(state.error, ReconnectNeeded)
            mend = self._go_to_account if lost else self._model.creators.ask_again
            text = tr("Reconnect") if lost else tr("Try again")
            button = push_button(text, look="quiet", clicked=partial(mend, account_id))
            self._rows.addWidget(CreatorRow(avatar, state, button))
            self._mending.append(button)
            self.setTabOrder(before, button)  # made later, it would come last
            before = button


class CreatorRow(QWidget):
    """A creator with nickname and longest video; that TikTok is asked; what went wrong."""

    def __init__(
        self, avatar: AvatarLabel, state: CreatorState, mend: QPushButton | None = None
    ) -> None:
        super().__init__()
        name, said = _name_of(state), _said_of(state)
        failed = mend is not None
        what = PlainLabel(
            said,
            type=Type.CAPTION,
            tone="bad" if failed else "soft",
            wrap=failed,
            elided=not failed,
        )
        tone = "soft" if state.loading else ""
        title = PlainLabel(name, type=Type.STRONG, tone=tone, elided=True)
        layout = row(avatar, column(title, what, spacing=0), spacing=SPACE_M)
        layout.setStretch(1, 1)
        layout.setAlignment(avatar, Qt.AlignmentFlag.AlignTop)
        if mend is not None:
            layout.addWidget(mend, 0, Qt.AlignmentFlag.AlignTop)
        elif state.info is not None:
            layout.addWidget(IconLabel("check", "good", 16))
        self.setLayout(layout)
        if failed:
            self.setAccessibleName(tr("{name} cannot post now: {why}", name=name, why=said))
        else:
            self.setAccessibleName(tr("{name}: {what}", name=name, what=said))


def error_words(error: AppError) -> str:
    """Return why a creator cannot post now, and what to do: the form waits, no post does (1b)."""
    told = words(error)
    hint = told.hint
    if isinstance(error, RemoteError) and error.failure.kind is FailureClass.WAIT_RESET:
        hint = tr("Try again later.")
    return joined(told.title, hint)


def _said_of(state: CreatorState) -> str:
    if state.error is not None:
        return error_words(state.error)
    if (info := state.info) is None:
        return tr("Asking TikTok what it may post…")
    if info.max_duration_s is None:
        return f"@{info.username}"
    limit = duration_text(info.max_duration_s)
    return tr("@{handle} · videos up to {length}", handle=info.username, length=limit)


def _name_of(state: CreatorState) -> str:
    if state.info is not None:
        return state.info.nickname or state.info.username
    return state.account.display_name or state.account.handle
