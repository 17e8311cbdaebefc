"""Reads the posts of the days shown, and the pictures of their accounts; blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tiktok_manager.ui.calendar.month import Days, by_day

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.services.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysRead:
    """Posts by day, and pictures by account."""

    days: Days
    avatars: dict[str, Path]


def read_days(
    workspace: Workspace, start: datetime, end: datetime, timezone: str, token: CancelToken
) -> DaysRead:
    """Return what is due in [start, end)."""
    posts = workspace.blockers.look_at(workspace.planning.between(start, end))
    token.check()
    pictures = {post.account_id: None for post in posts}
    found = {each: workspace.accounts.avatar_path(each) for each in pictures}
    return DaysRead(
        days=by_day(posts, timezone),
        avatars={each: path for each, path in found.items() if path is not None},
    )
