"""The table of accounts: columns and how their cells are painted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from tiktok_manager.ui.accounts.wording import quota_words
from tiktok_manager.ui.formats import (
    NOTHING,
    age_text,
    exact_number,
    full_stamp,
    short_number,
    zoned_time,
)
from tiktok_manager.ui.kit.badges import paint_pill
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.kit.table import paint_line
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens, type_font
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.accounts.viewmodel import AccountItem
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.avatar import Avatars

ACCOUNT, HEALTH, QUOTA, NEXT_POST, FOLLOWERS, LAST_SYNC = range(6)
AVATAR_PX = 36


def account_columns(core: Core) -> tuple[Column[AccountItem], ...]:
    """Return the columns in the order of the constants above."""
    return (_account(core), _health(), _quota(), _next_post(core), _followers(), _last_sync(core))


def _account(core: Core) -> Column[AccountItem]:
    return Column(
        words=lambda: tr("Account"),
        delegate=partial(_paint_account, core.accounts.avatars),
        value=lambda item: f"@{item.account.handle}, {item.account.display_name}",
        hint=lambda item: f"@{item.account.handle}\n{item.account.display_name}",
        sort=lambda item: item.account.handle.casefold(),
    )


def _health() -> Column[AccountItem]:
    return Column(
        words=lambda: tr("Status"),
        width=168,
        delegate=_paint_health,
        value=lambda item: item.health.words,
        hint=lambda item: item.health.meaning,
        sort=lambda item: item.health.rank,
    )


def _quota() -> Column[AccountItem]:
    return Column(
        words=lambda: tr("Quota"),
        width=76,
        hide_below=760,
        value=lambda item: f"{item.quota.used}/{item.quota.cap}",
        hint=lambda item: quota_words(item.quota),
        sort=lambda item: item.quota.used / max(item.quota.cap, 1),
        right=True,
    )


def _next_post(core: Core) -> Column[AccountItem]:
    def words(item: AccountItem) -> str:
        post = item.next_post
        if post is None:
            return NOTHING
        return zoned_time(post.schedule.due_at, core.timezone, core.now())

    return Column(
        words=lambda: tr("Next post"),
        width=208,
        value=words,
        hint=lambda item: item.next_post.caption if item.next_post else "",
        sort=lambda item: item.next_post.schedule.due_at if item.next_post else None,
    )


def _followers() -> Column[AccountItem]:
    return Column(
        words=lambda: tr("Followers"),
        width=104,
        hide_below=640,
        value=lambda item: short_number(item.account.followers),
        hint=lambda item: exact_number(item.account.followers),
        sort=lambda item: item.account.followers,
        right=True,
    )


def _last_sync(core: Core) -> Column[AccountItem]:
    def hint(item: AccountItem) -> str:
        at = item.account.last_sync_at
        return "" if at is None else full_stamp(at, core.timezone)

    return Column(
        words=lambda: tr("Last sync"),
        width=132,
        hide_below=840,
        value=lambda item: age_text(item.account.last_sync_at, core.now()),
        hint=hint,
        sort=lambda item: item.account.last_sync_at,
        right=True,
    )


def _paint_account(avatars: Avatars, painter: QPainter, rect: QRectF, item: AccountItem) -> None:
    look = tokens()
    left = rect.left()
    top = rect.top() + (rect.height() - AVATAR_PX) / 2
    ratio = painter.device().devicePixelRatio()
    picture = avatars.pixmap(item.account.handle, item.avatar, AVATAR_PX, ratio)
    painter.drawPixmap(QPointF(left, top), picture)
    text_left = left + AVATAR_PX + SPACE_M
    width = rect.right() - text_left
    upper = QRectF(text_left, rect.center().y() - 18, width, 18)
    painter.setFont(type_font(Type.STRONG))
    paint_line(painter, upper, f"@{item.account.handle}", look.ink)
    painter.setFont(type_font(Type.CAPTION))
    paint_line(painter, upper.translated(0, 18), item.account.display_name, look.soft_ink)


def _paint_health(painter: QPainter, rect: QRectF, item: AccountItem) -> None:
    state = item.health
    painter.setFont(type_font(Type.CAPTION))
    words = painter.fontMetrics().horizontalAdvance(state.words)
    width = min(rect.width(), words + 22 + SPACE_L)
    pill = QRectF(rect.left(), rect.center().y() - 12, width, 24)
    paint_pill(painter, pill, state.icon, state.words, str(getattr(tokens(), state.tone)))
