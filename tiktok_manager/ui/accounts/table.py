"""The table of accounts: its columns and how two of them are painted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from tiktok_manager.ui.accounts.wording import next_post_words, quota_words
from tiktok_manager.ui.formats import (
    NOTHING,
    age_text,
    exact_number,
    full_stamp,
    short_number,
)
from tiktok_manager.ui.kit.badges import paint_pill
from tiktok_manager.ui.kit.cells import paint_account
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import Type

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import AccountOverview
    from tiktok_manager.ui.accounts.wording import Health
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.avatar import Avatars

ACCOUNT, HEALTH, QUOTA, NEXT_POST, FOLLOWERS, LAST_SYNC = range(6)
_AVATAR_PX = 36


def account_columns(
    core: Core, state: Callable[[AccountOverview], Health]
) -> tuple[Column[AccountOverview], ...]:
    """Return the columns in the order of the constants above; `state` says how an account is."""
    return (
        Column(
            words=lambda: tr("Account"),
            value=lambda item: f"@{item.account.handle}, {item.account.display_name}",
            hint=lambda item: f"@{item.account.handle}\n{item.account.display_name}",
            sort=lambda item: item.account.handle.casefold(),
            delegate=partial(_paint_account, core.accounts.avatars),
        ),
        Column(
            words=lambda: tr("Status"),
            value=lambda item: state(item).words,
            hint=lambda item: state(item).meaning,
            sort=lambda item: state(item).rank,
            delegate=lambda painter, rect, item: _paint_health(painter, rect, state(item)),
            width=168,
        ),
        Column(
            words=lambda: tr("Quota"),
            value=lambda item: f"{item.quota.used}/{item.quota.cap}",
            hint=lambda item: quota_words(item.quota),
            sort=lambda item: item.quota.used / max(item.quota.cap, 1),
            right=True,
            width=76,
            hide_below=760,
        ),
        _next_post(core),
        _followers(),
        _last_sync(core),
    )


def _followers() -> Column[AccountOverview]:
    return Column(
        words=lambda: tr("Followers"),
        value=lambda item: short_number(item.account.followers),
        hint=lambda item: exact_number(item.account.followers),
        sort=lambda item: item.account.followers,
        right=True,
        width=104,
        hide_below=640,
    )


def _next_post(core: Core) -> Column[AccountOverview]:
    def value(item: AccountOverview) -> str:
        post = item.next_post
        if post is None:
            return NOTHING
        return next_post_words(post, core.timezone, core.now())

    return Column(
        words=lambda: tr("Next post"),
        value=value,
        hint=lambda item: f"{value(item)}\n{item.next_post.caption}" if item.next_post else "",
        sort=lambda item: item.next_post.schedule.due_at if item.next_post else None,
        width=208,
    )


def _last_sync(core: Core) -> Column[AccountOverview]:
    def hint(item: AccountOverview) -> str:
        at = item.account.last_sync_at
        return "" if at is None else full_stamp(at, core.timezone)

    return Column(
        words=lambda: tr("Last sync"),
        value=lambda item: age_text(item.account.last_sync_at, core.now()),
        hint=hint,
        sort=lambda item: item.account.last_sync_at,
        right=True,
        width=132,
        hide_below=840,
    )


def _paint_account(
    avatars: Avatars, painter: QPainter, rect: QRectF, item: AccountOverview
) -> None:
    look, account = tokens(), item.account
    ratio = painter.device().devicePixelRatio()
    picture = avatars.pixmap(account.handle, item.avatar, _AVATAR_PX, ratio)
    lines = (f"@{account.handle}", look.ink), (account.display_name, look.soft_ink)
    paint_account(painter, rect, picture, *lines)


def _paint_health(painter: QPainter, rect: QRectF, state: Health) -> None:
    painter.setFont(type_font(Type.CAPTION))
    colour = str(getattr(tokens(), state.tone))
    paint_pill(painter, rect, state.icon, state.words, colour)
