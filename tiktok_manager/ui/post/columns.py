"""What lists of posts have in common: when, whose, how it stands, what it says.

`of` takes the post out of whatever a row of the list is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tiktok_manager.ui.formats import full_stamp, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.post_look import PostLook, post_look
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording import words as told

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QIcon

    from tiktok_manager.domain.post_briefs import AnyPost
    from tiktok_manager.ui.frame import Core

RowT = TypeVar("RowT")


def when_column(
    core: Core,
    of: Callable[[RowT], AnyPost],
    *,
    words: Callable[[], str],
    width: int = 216,
    hide_below: int = 0,
) -> Column[RowT]:
    """Return the time a post is planned for."""
    return Column(
        words=words,
        width=width,
        hide_below=hide_below,
        value=lambda row: zoned_time(of(row).due_at, core.timezone, core.now()),
        hint=lambda row: full_stamp(of(row).due_at, core.timezone),
    )


def account_column(core: Core, of: Callable[[RowT], AnyPost], width: int = 170) -> Column[RowT]:
    """Return whose post it is."""
    accounts = core.accounts

    def picture(row: RowT) -> QIcon:
        path = accounts.picture_path(of(row).account_id)
        return accounts.avatars.icon(of(row).handle, path)

    return Column(
        words=lambda: tr("Account"),
        width=width,
        value=lambda row: f"@{of(row).handle}",
        sort=lambda row: of(row).handle,
        icon=picture,
    )


def status_column(core: Core, of: Callable[[RowT], AnyPost]) -> Column[RowT]:
    """Return how the post stands, and why."""

    def look(row: RowT) -> PostLook:
        return post_look(of(row), core.timezone, core.now())

    def why(row: RowT) -> str:
        error = of(row).error
        return "" if error is None else told(error).title

    return Column(
        words=lambda: tr("Status"),
        width=180,
        value=lambda row: look(row).words,
        icon=lambda row: icon(look(row).icon, look(row).colour),
        hint=why,
    )


def caption_column(of: Callable[[RowT], AnyPost]) -> Column[RowT]:
    """Return what the post says, on one line."""

    def line(row: RowT) -> str:
        return " ".join(of(row).caption.split()) or tr("(no caption)")

    return Column(
        words=lambda: tr("Caption"), value=line, sort=line, hint=lambda row: of(row).caption
    )
