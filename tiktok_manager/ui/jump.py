"""Search or jump: panes at once, accounts and posts as soon as they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.ui.formats import status_words, zoned_time
from tiktok_manager.ui.tokens import status_icon

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core, Pane

_PER_KIND = 6
_LOOK_BACK, _LOOK_AHEAD = timedelta(days=90), timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpResult:
    """Somewhere to jump to: a pane, and what it shall show."""

    title: str
    detail: str
    icon: str
    pane: str
    target: object = None


class JumpViewModel(QObject):
    """Finds panes, accounts and posts by a few letters.

    Signals:
        results_changed: Read `results`.
    """

    results_changed = Signal()

    def __init__(self, panes: Sequence[Pane], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panes = tuple(panes)
        self._core: Core | None = None
        self.results: tuple[JumpResult, ...] = ()

    def attach(self, core: Core | None) -> None:
        """Search accounts and posts too from now on; with None, panes only."""
        self._core = core

    def search(self, text: str) -> None:
        """Look for `text`; an empty text lists the panes."""
        wanted = text.strip().casefold()
        found = self._find_panes(wanted)
        self._show(found)
        core = self._core
        if core is None or not wanted:
            return
        core.tasks.run(
            lambda _token: find(core, wanted),
            done=lambda more: self._show((*found, *more)),
            failed=self._on_failed,
            group="jump",
        )

    def _find_panes(self, wanted: str) -> tuple[JumpResult, ...]:
        return tuple(
            JumpResult(title=pane.title, detail="Page", icon=pane.icon, pane=pane.name)
            for pane in self._panes
            if wanted in pane.title.casefold()
        )

    def _show(self, results: tuple[JumpResult, ...]) -> None:
        self.results = results
        self.results_changed.emit()

    def _on_failed(self, _error: AppError) -> None:
        """The panes stay; what could not be read is simply not offered."""


def find(core: Core, wanted: str) -> tuple[JumpResult, ...]:
    """Return accounts and posts that contain `wanted`, best first; blocks."""
    handle = wanted.removeprefix("@")
    accounts = [
        _of_account(account)
        for account in core.workspace.accounts.list()
        if handle in account.handle.casefold() or handle in account.display_name.casefold()
    ]
    now = core.now()
    posts = [
        _of_post(core, post)
        for post in core.workspace.planning.between(now - _LOOK_BACK, now + _LOOK_AHEAD)
        if wanted in post.caption.casefold() or post.id.startswith(wanted)
    ]
    return (*accounts[:_PER_KIND], *posts[:_PER_KIND])


def _of_account(account: Account) -> JumpResult:
    return JumpResult(
        title=f"@{account.handle}",
        detail=account.display_name,
        icon="user",
        pane="accounts",
        target=account.id,
    )


def _of_post(core: Core, post: Post) -> JumpResult:
    when = zoned_time(post.schedule.due_at, post.schedule.timezone, core.now())
    return JumpResult(
        title=" ".join(post.caption.split()) or "(no caption)",
        detail=f"{status_words(post.status)} · {when} · @{post.handle}",
        icon=status_icon(post.status),
        pane="calendar",
        target=post.id,
    )
