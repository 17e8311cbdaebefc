"""The home pane: one look tells that tonight is safe, or what to do about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.accounts.wording import health
from tiktok_manager.ui.first_steps import Setup, first_steps
from tiktok_manager.ui.home.lines import Lines, PartsButton
from tiktok_manager.ui.home.viewmodel import SIGNS, HomeViewModel
from tiktok_manager.ui.home.ways import Ways
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Card, FlowLayout, clear, column, row, scrolled
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.post.drawer import PostDrawer
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, Type
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QHideEvent, QShowEvent

    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.frame import Core, Frame

_PAGE_PX = 1040
_MOST_ACCOUNTS = 24


class HomeView(PaneView):
    """Problems, tonight, what happened meanwhile, accounts. Target: the id of a post to open."""

    gives_way = True

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__(empty=self._first_start)
        self._core = core
        self._frame = frame
        self.model = HomeViewModel(core, frame, self)
        self.drawer = PostDrawer(core, frame, self)
        self.ways = Ways(core, frame, self.drawer, self.model.tonight.request)
        self._build()
        self.model.changed.connect(self._show)
        core.publishing.changed.connect(self._on_publishing)
        self.drawer.changes.changed.connect(lambda _post: self.model.board.request())
        self.follow(self.model.board)
        self.stages.add_reading(self.model.tonight)

    @override
    def open_target(self, target: object) -> None:
        self.drawer.find(str(target))

    @override
    def minute_passed(self) -> None:
        self.model.minute_passed()
        self.drawer.refresh_ages()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self.model.begin_look()
        super().showEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self.model.keep_looking()
        super().hideEvent(event)

    # -- building -------------------------------------------------------------------------

    def _build(self) -> None:
        page = QWidget()
        page.setMaximumWidth(_PAGE_PX)
        self.problems, self.tonight, self.away = (Lines(page) for _ in range(3))
        self.accounts = AccountStrip(self._core, self._frame)
        self._sign = IconLabel("check", "good", 24)
        self.headline = PlainLabel("", type=Type.PAGE, wrap=True)
        self.general = PlainLabel("", tone="soft", wrap=True)
        self.look_again = icon_button("sync", tr("Look again"), clicked=self.model.begin_look)
        top = row(self._sign, self.headline, self.look_again, spacing=SPACE_M)
        top.setStretch(1, 1)
        self._problems = _section(tr("Problems"), self.problems)
        self._tonight = _section(tr("Tonight"), self.general, self.tonight)
        self._away = _section(tr("Since you were away"), self.away)
        self.away_words = PlainLabel("", tone="soft", wrap=True)
        self._away.body.insertWidget(1, self.away_words)
        self._accounts = _section(tr("Accounts"), self.accounts)
        cards = (self._problems, self._tonight, self._away, self._accounts)
        margins = (SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        page.setLayout(column(top, *cards, None, spacing=SPACE_L, margins=margins))
        area = scrolled(page)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(area)

    def _first_start(self) -> QWidget:
        board = self.model.board.value
        empty = EmptyState(
            "home",
            tr("Publish to many TikTok accounts from this computer"),
            tr("Three steps and you are set. Or look around first, with sample data."),
            action_text=tr("Try with sample data"),
            action=self._try_sample,
        )
        setup = Setup(has_keys=board is not None and board.has_keys)
        empty.set_steps(first_steps(setup, self._frame, self.ways.go("accounts", "connect")))
        return empty

    def _try_sample(self) -> None:
        """Open the demo beside this window: a workspace of its own, thrown away at its end."""
        frozen = getattr(sys, "frozen", False)
        arguments = ["demo"] if frozen else ["-m", "tiktok_manager", "demo"]
        QProcess.startDetached(sys.executable, arguments)

    # -- showing --------------------------------------------------------------------------

    def _on_publishing(self) -> None:
        if self.isVisible():  # when it is shown again, it reads anew
            self._show()

    def _show(self) -> None:
        model, board = self.model, self.model.board.value
        if board is None:
            return
        verdict, text = model.headline
        self._sign.show_icon(*SIGNS[verdict])
        self.headline.setText(text)
        problems = model.problems(self.ways)
        self.problems.show_lines(problems)
        above = {line.key for line in problems}
        told = [words(each) for each in model.general if each.code not in above]
        self.general.setText(joined(*(joined(each.title, each.hint) for each in told)))
        self.general.setVisible(bool(told))
        if model.tonight.value is not None:
            self.tonight.show_lines(model.tonight_lines(self.ways))
        self.away.show_lines(model.away_lines(self.ways))
        self.away_words.setText(model.away)
        self.accounts.show_accounts(board.accounts)
        self._accounts.setVisible(bool(board.accounts))


class AccountStrip(QWidget):
    """Accounts with picture, state and how much of their day is used; those in trouble first."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self._shown: object = None
        self._flow = FlowLayout(spacing=SPACE_S)
        self.setLayout(self._flow)

    def show_accounts(self, accounts: Sequence[AccountOverview]) -> None:
        """Show these; nothing is built anew where all is as it was."""
        now = self._core.now()
        ranked = sorted(accounts, key=lambda each: health(each.account, now).rank)[:_MOST_ACCOUNTS]
        # Not their followers and the like, which change with every sync and are not shown.
        faces = [
            (
                each.account.id,
                each.account.handle,
                each.avatar,
                each.quota,
                health(each.account, now),
            )
            for each in ranked
        ]
        if (len(accounts), faces) == self._shown:
            return
        self._shown = len(accounts), faces
        clear(self._flow)
        for item in ranked:
            self._flow.addWidget(self._tile(item))
        if len(accounts) > _MOST_ACCOUNTS:
            text = ntr("All {count} account", "All {count} accounts", len(accounts))
            everyone = push_button(text, look="quiet", clicked=lambda: self._frame.go("accounts"))
            self._flow.addWidget(everyone)

    def _tile(self, item: AccountOverview) -> PartsButton:
        account, how = item.account, health(item.account, self._core.now())
        picture = AvatarLabel(self._core.accounts.avatars, 32)
        picture.show_account(account.handle, item.avatar)
        used = tr("{used}/{cap} today", used=item.quota.used, cap=item.quota.cap)
        state = PlainLabel(how.words if how.needs_user else used, type=Type.CAPTION, tone="soft")
        tile = PartsButton()
        words_of = column(PlainLabel(f"@{account.handle}", type=Type.STRONG), state, spacing=0)
        margins = (SPACE_S, SPACE_XS, SPACE_M, SPACE_XS)
        sign = IconLabel(how.icon, how.tone, 16)
        tile.setLayout(row(picture, words_of, sign, spacing=SPACE_S, margins=margins))
        tile.setToolTip(how.meaning)
        name = tr("@{handle}, {state}, {used}", handle=account.handle, state=how.words, used=used)
        tile.setAccessibleName(name)
        tile.clicked.connect(lambda _checked: self._frame.go("accounts", account.id))
        return tile


def _section(title: str, *parts: QWidget) -> Card:
    """Return a card; one whose last part are lines is there while there are some."""
    card = Card(title)
    card.body.setSpacing(SPACE_S)
    for part in parts:
        card.body.addWidget(part)
    if isinstance(part, Lines):
        lines = part
        lines.settled.connect(lambda: card.setVisible(bool(lines.keys)))
        card.hide()
    return card
