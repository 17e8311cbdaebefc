"""As whom the video is posted: TikTok's fresh answer per account, and where accounts differ."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tiktok_manager.domain.errors import AppError, FailureClass, ReconnectNeeded, RemoteError
from tiktok_manager.domain.posts import PostMode
from tiktok_manager.ui.composer.creators import CreatorState
from tiktok_manager.ui.composer.parts import empty, help_label, icon_label, say
from tiktok_manager.ui.composer.rules import Difference
from tiktok_manager.ui.composer.viewmodel import ComposerViewModel
from tiktok_manager.ui.formats import duration_text
from tiktok_manager.ui.kit.avatar import AvatarLabel, Avatars
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, SPACE_XS, Type
from tiktok_manager.wording import joined, words

_DIRECT_TIP = "TikTok publishes the video with the settings below."
_INBOX_TIP = "A draft arrives in the TikTok inbox; the creator finishes and posts it there."


class CreatorsCard(Card):
    """How the video goes to TikTok and as whom."""

    def __init__(self, model: ComposerViewModel, go_to_account: Callable[[str], object]) -> None:
        super().__init__("How to post")
        self._model = model
        self._go_to_account = go_to_account
        self._shown: tuple[CreatorState, ...] | None = None
        self.direct = segment("Publish", lambda: model.set_mode(PostMode.DIRECT))
        self.inbox = segment("Send to inbox", lambda: model.set_mode(PostMode.INBOX))
        modes = QHBoxLayout()
        modes.setSpacing(0)
        modes.addWidget(self.direct, 1)
        modes.addWidget(self.inbox, 1)
        self._tip = help_label(_DIRECT_TIP)
        self._as = PlainLabel("Posting as", type=Type.STRONG)
        self._hint = help_label()
        self._creator_rows: list[CreatorRow] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_S)
        self._differences = DifferenceTable()
        self.body.setSpacing(SPACE_S)
        self.body.addLayout(modes)
        for widget in (self._tip, self._as, self._hint):
            self.body.addWidget(widget)
        self.body.addLayout(self._rows)
        self.body.addWidget(self._differences)

    @property
    def tab_stops(self) -> list[QWidget]:
        """The modes and the buttons that mend something, in the order in which they are seen."""
        return [self.direct, self.inbox, *self._mending()]

    @property
    def focus_target(self) -> QWidget:
        """Where the keyboard goes when TikTok's answer is missing."""
        return next(iter(self._mending()), self.direct)

    def refresh(self) -> None:
        """Show mode, creators and differences."""
        model = self._model
        direct = model.form.mode is PostMode.DIRECT
        self.direct.setChecked(direct)
        self.inbox.setChecked(not direct)
        open_to_change = not model.locked and model.progress is None
        self.direct.setEnabled(open_to_change)
        self.inbox.setEnabled(open_to_change)
        self._tip.setText(_DIRECT_TIP if direct else _INBOX_TIP)
        self._as.setVisible(direct)
        states = model.creators.states
        waits = direct and not states
        say(self._hint, "Choose an account: TikTok says what it may post." if waits else "")
        if states != self._shown:
            self._show_rows(states)
        handles = [state.account.handle for state in states if state.info is not None]
        self._differences.show_rows(handles, model.rules.differences)

    def _show_rows(self, states: tuple[CreatorState, ...]) -> None:
        self._shown = states
        empty(self._rows)
        self._creator_rows = []
        avatars = {choice.account.id: choice.avatar for choice in self._model.accounts}
        for state in states:
            lost = isinstance(state.error, ReconnectNeeded)
            mend = partial(self._go_to_account if lost else self._retry, state.account.id)
            creator_row = CreatorRow(self._model.avatars, state, mend)
            name = _name_of(state)
            creator_row.avatar.show_account(name, avatars.get(state.account.id))
            self._creator_rows.append(creator_row)
            self._rows.addWidget(creator_row)

    def _mending(self) -> list[QPushButton]:
        buttons = (creator_row.button for creator_row in self._creator_rows)
        return [button for button in buttons if button is not None]

    def _retry(self, account_id: str) -> None:
        self._model.creators.ask_again(account_id)


class CreatorRow(QWidget):
    """A creator with nickname and longest video; a grey bar while asking; what went wrong."""

    def __init__(self, avatars: Avatars, state: CreatorState, mend: Callable[[], object]) -> None:
        super().__init__()
        self.avatar = AvatarLabel(avatars, 32)
        self.button: QPushButton | None = None
        lines = QVBoxLayout()
        lines.setSpacing(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(lines, 1)
        name = _name_of(state)
        if state.loading:
            lines.addWidget(GreyBar(0.5))
            lines.addWidget(GreyBar(0.75))
            self.setAccessibleName(f"Asking TikTok about {name}")
            return
        lines.addWidget(PlainLabel(name, type=Type.STRONG, elided=True))
        if state.info is not None:
            words = f"@{state.info.username}"
            if state.info.max_duration_s is not None:
                words += f" · videos up to {duration_text(state.info.max_duration_s)}"
            lines.addWidget(PlainLabel(words, type=Type.CAPTION, tone="soft", elided=True))
            layout.addWidget(icon_label("check", "good"), 0, Qt.AlignmentFlag.AlignVCenter)
            self.setAccessibleName(f"{name}: {words}")
        elif state.error is not None:
            words = error_words(state.error)
            lines.addWidget(PlainLabel(words, type=Type.CAPTION, tone="bad", wrap=True))
            text = "Reconnect" if isinstance(state.error, ReconnectNeeded) else "Try again"
            self.button = push_button(text, look="quiet", clicked=mend)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
            self.setAccessibleName(f"{name} cannot post now: {words}")


class DifferenceTable(QWidget):
    """Where the chosen accounts differ, side by side; hidden where they agree."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, SPACE_XS, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_XS)
        self._grid.setColumnStretch(0, 1)
        self.hide()

    def show_rows(self, handles: Sequence[str], differences: Sequence[Difference]) -> None:
        """Show a row per account and a column per rule they differ in."""
        wanted = (tuple(handles), tuple(differences))
        if wanted == self._shown:
            return
        self._shown = wanted
        empty(self._grid)
        self.setVisible(bool(differences))
        if not differences:
            return
        columns = len(differences) + 1
        title = PlainLabel("These accounts differ", type=Type.STRONG)
        shared = help_label("Only what all of them offer can be chosen.")
        self._grid.addWidget(title, 0, 0, 1, columns)
        self._grid.addWidget(shared, len(handles) + 2, 0, 1, columns)
        for number, handle in enumerate(handles, start=2):
            name = PlainLabel(f"@{handle}", type=Type.CAPTION, elided=True)
            self._grid.addWidget(name, number, 0)
        for column, difference in enumerate(differences, start=1):
            self._add_column(column, difference, handles)

    def _add_column(self, column: int, difference: Difference, handles: Sequence[str]) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        head = PlainLabel(difference.rule, type=Type.CAPTION, tone="soft")
        self._grid.addWidget(head, 1, column, centre)
        pairs = zip(handles, difference.values, strict=True)
        for number, (handle, value) in enumerate(pairs, start=2):
            self._grid.addWidget(_cell(handle, difference.rule, value), number, column, centre)


class GreyBar(QWidget):
    """Stands where a line of text will be."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = share
        self.setFixedHeight(17)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens().line))
        painter.drawRoundedRect(QRectF(0, 4, self.width() * self._share, 9), 4.5, 4.5)
        painter.end()


def error_words(error: AppError) -> str:
    """Return why a creator cannot post now, and what to do: the form waits, no post does (1b)."""
    told = words(error)
    hint = told.hint
    if isinstance(error, RemoteError) and error.failure.kind is FailureClass.WAIT_RESET:
        hint = "Try again later."
    return joined(told.title, hint)


def _cell(handle: str, rule: str, value: bool | str) -> QWidget:
    if isinstance(value, str):
        return PlainLabel(value, type=Type.CAPTION, tabular=True)
    sign = icon_label("check" if value else "minus", "good" if value else "attention", 14)
    sign.setAccessibleName(f"{rule}: {'offered' if value else 'not offered'} for @{handle}")
    sign.setToolTip(sign.accessibleName())
    return sign


def _name_of(state: CreatorState) -> str:
    if state.info is not None:
        return state.info.nickname or state.info.username
    return state.account.display_name or state.account.handle


def segment(text: str, clicked: Callable[[], object]) -> QPushButton:
    button = push_button(text, look="segment", checkable=True, clicked=clicked)
    button.setAutoExclusive(True)
    return button
