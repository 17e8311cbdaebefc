"""What the drawer shows of one account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiktok_manager.domain.accounts import ALL_SCOPES, Account
from tiktok_manager.ui.accounts.actions import account_actions
from tiktok_manager.ui.accounts.connect_card import ConnectCard
from tiktok_manager.ui.accounts.times_card import TimesCard
from tiktok_manager.ui.accounts.wording import (
    next_post_words,
    quota_words,
    scope_words,
    sign_in_ends_soon,
    sign_in_words,
    trouble,
)
from tiktok_manager.ui.formats import age_text, day_text, full_stamp
from tiktok_manager.ui.kit.action import ActionRow
from tiktok_manager.ui.kit.avatar import AvatarLabel
from tiktok_manager.ui.kit.badges import NumberLabel, StatusBadge
from tiktok_manager.ui.kit.controls import Fact, Facts, push_button
from tiktok_manager.ui.kit.labels import IconLabel, NoteLabel, PlainLabel
from tiktok_manager.ui.kit.layout import FlowLayout, Line, column, row
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Type

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.accounts.viewmodel import AccountsViewModel
    from tiktok_manager.ui.frame import Core, Frame


class AccountDetails(QWidget):
    """Health, what can be done, numbers and permissions of one account, as they are now."""

    def __init__(
        self, core: Core, frame: Frame, model: AccountsViewModel, item: AccountOverview
    ) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self._model = model
        self.account_id = item.account.id
        able, last = account_actions(model, frame, item.account.id)
        self.deeds = ActionRow(able)
        self.danger = ActionRow([last])
        head, numbers = self._make_head(item.account), self._make_numbers()
        parts = (head, self.deeds, ConnectCard(model.connecting), Line(), numbers, Line())
        self.times = TimesCard(core, frame, item.account)
        last_parts = (self.times, Line(), self._make_permissions(), Line(), self.danger, None)
        margins = (SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self.setLayout(column(*parts, *last_parts, spacing=SPACE_M, margins=margins))
        for changed in (model.changed, model.syncing.changed, model.connecting.changed):
            changed.connect(self.refresh)
        self._show_item(item)

    def refresh(self) -> None:
        """Show the account as it is now."""
        item = self._model.item(self.account_id)
        if item is not None:
            self._show_item(item)

    def _show_item(self, item: AccountOverview) -> None:
        account, state = item.account, self._model.health(item)
        self._avatar.show_account(account.handle, item.avatar)
        self._name.setText(account.display_name)
        self._health.show_state(state.icon, state.words, state.tone)
        self._meaning.setText(state.meaning)
        self._trouble.setText(trouble(account))
        self._trouble.setVisible(bool(trouble(account)))
        self.deeds.refresh()
        self.danger.refresh()
        self._show_numbers(item)
        self._show_permissions(account)

    # -- building -------------------------------------------------------------------------

    def _make_head(self, account: Account) -> QVBoxLayout:
        self._avatar = AvatarLabel(self._core.accounts.avatars, 56)
        self._name = PlainLabel("", type=Type.SECTION, wrap=True)
        self._health = StatusBadge()
        self._meaning = PlainLabel("", tone="soft", wrap=True)
        self._trouble = PlainLabel("", tone="warning", wrap=True, selectable=True)
        handle = PlainLabel(f"@{account.handle}", tone="soft", elided=True)
        head = row(self._avatar, column(self._name, handle, spacing=0), spacing=SPACE_M)
        head.setStretch(1, 1)
        return column(head, self._health, self._meaning, self._trouble, spacing=SPACE_S)

    def _make_numbers(self) -> QVBoxLayout:
        self._figures = [NumberLabel(type=Type.SECTION) for _ in range(4)]
        names = (tr("Followers"), tr("Following"), tr("Likes"), tr("Videos"))
        figures = QWidget()
        figures.setLayout(FlowLayout(*map(_named, self._figures, names), spacing=SPACE_L))
        self._as_of = PlainLabel("", type=Type.CAPTION, tone="soft")
        self._next = push_button("", look="quiet", icon_name="calendar", clicked=self._on_next)
        self._facts = Facts()
        return column(figures, self._as_of, self._facts, row(self._next, None), spacing=SPACE_S)

    def _make_permissions(self) -> QVBoxLayout:
        self._permissions = [
            (IconLabel("minus", "soft_ink", 16), PlainLabel(scope_words(scope), wrap=True))
            for scope in ALL_SCOPES
        ]
        self._missing = NoteLabel(
            tr(
                "To allow the rest, choose it in Settings under “Permissions to ask for”, "
                "reconnect and tick everything on TikTok’s page. Numbers need an app with "
                "TikTok’s Display API."
            )
        )
        self._since, self._sign_in = NoteLabel(), NoteLabel()
        heading = PlainLabel(tr("What its owner allowed"), type=Type.STRONG)
        allowed = column(*(row(*each) for each in self._permissions), spacing=SPACE_XS)
        return column(heading, allowed, self._missing, self._since, self._sign_in)

    # -- showing --------------------------------------------------------------------------

    def _show_numbers(self, item: AccountOverview) -> None:
        account, now = item.account, self._core.now()
        values = (account.followers, account.following, account.likes, account.videos)
        for figure, value in zip(self._figures, values, strict=True):
            figure.set_value(value)
        as_of = account.last_sync_at or account.connected_at
        self._as_of.setText(tr("As of {age}", age=age_text(as_of, now)))
        self._as_of.setToolTip("" if as_of is None else full_stamp(as_of, self._core.timezone))
        facts = [Fact(label=tr("Quota"), value=quota_words(item.quota))]
        if account.groups:
            facts.append(Fact(label=tr("Groups"), value=", ".join(account.groups)))
        if account.tags:
            facts.append(Fact(label=tr("Tags"), value=", ".join(account.tags)))
        post = item.next_post
        if post is None:
            facts.append(Fact(label=tr("Next post"), value=tr("No post is planned.")))
        else:
            when = next_post_words(post, self._core.timezone, now)
            self._next.setText(tr("Next post {when}", when=when))
        self._next.setVisible(post is not None)
        self._facts.show_facts(facts)

    def _show_permissions(self, account: Account) -> None:
        for scope, (sign, label) in zip(ALL_SCOPES, self._permissions, strict=True):
            words = scope_words(scope)
            if account.may(scope):
                sign.show_icon("check", "good")
                label.set_tone("")
                label.setAccessibleName(tr("{permission}: allowed", permission=words))
            else:
                sign.show_icon("minus", "soft_ink")
                label.set_tone("soft")
                label.setAccessibleName(tr("{permission}: not allowed", permission=words))
        self._missing.setVisible(not all(map(account.may, ALL_SCOPES)))
        at, timezone, now = account.connected_at, self._core.timezone, self._core.now()
        self._since.say("" if at is None else tr("Since {day}", day=day_text(at, timezone)))
        tone = "attention" if sign_in_ends_soon(account, now) else "soft"
        self._sign_in.say(sign_in_words(account, timezone, now), tone)
        ends_at = account.sign_in_expires_at
        self._sign_in.setToolTip("" if ends_at is None else full_stamp(ends_at, timezone))

    def _on_next(self) -> None:
        item = self._model.item(self.account_id)
        if item is not None and item.next_post is not None:
            self._frame.go("calendar", item.next_post.id)


def _named(figure: NumberLabel, name: str) -> QWidget:
    both = QWidget()
    both.setLayout(column(figure, PlainLabel(name, type=Type.CAPTION, tone="soft"), spacing=0))
    return both
