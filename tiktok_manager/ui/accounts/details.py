"""What the drawer shows of one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from tiktok_manager.domain.accounts import ALL_SCOPES, Account, Scope
from tiktok_manager.ui.accounts.wording import (
    SCOPE_WORDS,
    may_sync,
    quota_words,
    sign_in_ends_soon,
    sign_in_words,
    trouble,
)
from tiktok_manager.ui.formats import day_text, full_stamp, zoned_time
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.badges import Dot, NumberLabel, RelativeTime
from tiktok_manager.ui.kit.controls import push_button
from tiktok_manager.ui.kit.labels import IconLabel, PlainLabel
from tiktok_manager.ui.kit.layout import Line, column, row
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.accounts.viewmodel import AccountItem
    from tiktok_manager.ui.frame import Core


class AccountDetails(QWidget):
    """Health, numbers, permissions and the few acts on one account.

    Signals:
        sync_clicked, reconnect_clicked, disconnect_clicked, disconnect_confirmed: Do it.
        pause_toggled: True to hold the account's posts.
    """

    sync_clicked = Signal()
    reconnect_clicked = Signal()
    disconnect_clicked = Signal()
    disconnect_confirmed = Signal()
    pause_toggled = Signal(bool)

    def __init__(self, core: Core, item: AccountItem) -> None:
        super().__init__()
        self._core = core
        self.account_id = item.account.id
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addLayout(self._make_head(item))
        layout.addLayout(self._make_actions())
        layout.addWidget(Line())
        layout.addLayout(self._make_numbers())
        layout.addWidget(Line())
        layout.addLayout(self._make_permissions())
        layout.addWidget(Line())
        layout.addLayout(self._make_danger())
        layout.addStretch(1)
        self.show_item(item)

    def show_item(self, item: AccountItem) -> None:
        """Show the account as it is now."""
        account = item.account
        self._avatar.show_account(account.handle, item.avatar)
        self._name.setText(account.display_name)
        state = item.health
        self._health.show_state(state.icon, state.words, state.tone)
        self._meaning.setText(state.meaning)
        self._trouble.setText(trouble(account))
        self._trouble.setVisible(bool(trouble(account)))
        self._reconnect.setVisible(item.may_reconnect)
        self._show_sign_in(account)
        self._sync.setVisible(may_sync(account))
        self._pause.setVisible(may_sync(account))
        self._pause.setText("Resume" if account.paused else "Pause")
        self._pause.setAccessibleName(self._pause.text())
        self._is_paused = account.paused
        self._show_numbers(item)
        self._show_permissions(account)
        self._disconnect.setVisible(may_sync(account) or item.may_reconnect)

    def refresh_ages(self) -> None:
        """A minute went by."""
        self._as_of.refresh(self._core.now())

    def ask_disconnect(self, question: str) -> None:
        """Ask beside the button; the focus goes to the harmless answer."""
        self._question.setText(question)
        self._confirm.show()
        self._disconnect.hide()
        self._keep.setFocus()

    def _make_head(self, item: AccountItem) -> QVBoxLayout:
        self._avatar = AvatarLabel(self._core.accounts.avatars, 56)
        self._name = PlainLabel("", type=Type.SECTION, wrap=True)
        self._health = Dot("info", "", "soft_ink")
        self._meaning = PlainLabel("", tone="soft", wrap=True)
        self._trouble = PlainLabel("", tone="warning", wrap=True, selectable=True)
        handle = PlainLabel(f"@{item.account.handle}", tone="soft", elided=True)
        names = column(self._name, handle, spacing=0)
        head = row(self._avatar, names, spacing=SPACE_M)
        head.setStretch(1, 1)
        return column(head, self._health, self._meaning, self._trouble, spacing=SPACE_S)

    def _make_actions(self) -> QVBoxLayout:
        self._reconnect = push_button(
            "Reconnect", look="primary", icon_name="link", clicked=self.reconnect_clicked.emit
        )
        self._sync = push_button("Sync now", icon_name="sync", clicked=self.sync_clicked.emit)
        self._pause = push_button("Pause", clicked=self._on_pause)
        return column(row(self._reconnect, self._sync, self._pause, None))

    def _make_numbers(self) -> QVBoxLayout:
        self._figures = {
            name: NumberLabel(type=Type.SECTION)
            for name in ("Followers", "Following", "Likes", "Videos")
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(0)
        for place, (name, figure) in enumerate(self._figures.items()):
            grid.addWidget(figure, 0, place)
            grid.addWidget(PlainLabel(name, type=Type.CAPTION, tone="soft"), 1, place)
        self._as_of = RelativeTime("As of ")
        self._next = PlainLabel("", wrap=True)
        self._quota = PlainLabel("", tone="soft", wrap=True)
        return column(grid, self._as_of, self._next, self._quota, spacing=SPACE_S)

    def _make_permissions(self) -> QVBoxLayout:
        self._permissions = QGridLayout()
        self._permissions.setHorizontalSpacing(SPACE_S)
        self._permissions.setVerticalSpacing(SPACE_XS)
        self._permissions.setColumnStretch(1, 1)
        self._missing = PlainLabel("", type=Type.CAPTION, tone="soft", wrap=True)
        self._since = PlainLabel("", type=Type.CAPTION, tone="soft")
        self._sign_in = PlainLabel("", type=Type.CAPTION, tone="soft", wrap=True)
        heading = PlainLabel("What its owner allowed", type=Type.STRONG)
        return column(heading, self._permissions, self._missing, self._since, self._sign_in)

    def _make_danger(self) -> QVBoxLayout:
        self._disconnect = push_button(
            "Disconnect…", look="danger", icon_name="unlink", clicked=self.disconnect_clicked.emit
        )
        self._question = PlainLabel("", wrap=True)
        sure = push_button("Disconnect", look="danger", clicked=self._on_confirmed)
        self._keep = push_button("Keep it", clicked=self._on_keep)
        self._confirm = QFrame()
        self._confirm.setProperty("look", "notice")
        self._confirm.setProperty("tone", "bad")
        inner = column(
            self._question,
            row(sure, self._keep, None),
            spacing=SPACE_M,
            margins=(SPACE_M, SPACE_M, SPACE_M, SPACE_M),
        )
        self._confirm.setLayout(inner)
        self._confirm.hide()
        return column(row(self._disconnect, None), self._confirm)

    def _show_numbers(self, item: AccountItem) -> None:
        account = item.account
        values = (account.followers, account.following, account.likes, account.videos)
        for figure, value in zip(self._figures.values(), values, strict=True):
            figure.set_value(value)
        now = self._core.now()
        as_of = account.last_sync_at or account.connected_at
        self._as_of.set_time(as_of, self._core.timezone, now)
        self._quota.setText(f"{quota_words(item.quota)}.")
        post = item.next_post
        self._next.setText(
            "No post is planned."
            if post is None
            else f"Next post {zoned_time(post.schedule.due_at, self._core.timezone, now)}"
        )

    def _show_sign_in(self, account: Account) -> None:
        now = self._core.now()
        words = sign_in_words(account, self._core.timezone, now)
        self._sign_in.setText(words)
        self._sign_in.setVisible(bool(words))
        self._sign_in.set_tone("attention" if sign_in_ends_soon(account, now) else "soft")
        at = account.sign_in_expires_at
        self._sign_in.setToolTip("" if at is None else full_stamp(at, self._core.timezone))

    def _show_permissions(self, account: Account) -> None:
        while (old := self._permissions.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, scope in enumerate(ALL_SCOPES):
            self._add_permission(place, scope, granted=account.may(scope))
        missing = [scope for scope in ALL_SCOPES if not account.may(scope)]
        self._missing.setText(
            "To allow the rest, choose it in Settings under “Permissions to ask for”, reconnect "
            "and tick everything on TikTok’s page. Numbers need an app with TikTok’s Display API."
            if missing
            else ""
        )
        self._missing.setVisible(bool(missing))
        at = account.connected_at
        self._since.setText("" if at is None else f"Since {day_text(at, self._core.timezone)}")

    def _add_permission(self, place: int, scope: Scope, *, granted: bool) -> None:
        sign = IconLabel("check" if granted else "minus", "good" if granted else "soft_ink", 16)
        words = SCOPE_WORDS[scope]
        label = PlainLabel(words, tone="" if granted else "soft", wrap=True)
        label.setAccessibleName(f"{words}: {'allowed' if granted else 'not allowed'}")
        top = Qt.AlignmentFlag.AlignTop
        self._permissions.addWidget(sign, place, 0, top)
        self._permissions.addWidget(label, place, 1)

    def _on_pause(self) -> None:
        self.pause_toggled.emit(not self._is_paused)

    def _on_keep(self) -> None:
        self._confirm.hide()
        self._disconnect.show()
        self._disconnect.setFocus()

    def _on_confirmed(self) -> None:
        self._confirm.hide()
        self.disconnect_confirmed.emit()
