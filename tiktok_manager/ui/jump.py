"""Search or jump: places and actions at once, the rest as soon as it is found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.ui.formats import zoned_time
from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.post_look import post_look
from tiktok_manager.ui.texts import tr
from tiktok_manager.wording.settings import section_words, setting_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.posts import Post
    from tiktok_manager.ui.frame import Core

_PER_KIND = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpResult:
    """Something that was found: what choosing it does, and what it is."""

    action: Action
    detail: str

    @property
    def title(self) -> str:
        """Its name."""
        return self.action.words()


class JumpViewModel(QObject):
    """Finds places, actions, settings, accounts and posts by a few letters.

    Attributes:
        results: What was found so far, best first.
        is_searching: Accounts, posts and settings are still being looked for.

    Signals:
        results_changed: Read them.
    """

    results_changed = Signal()

    def __init__(
        self,
        commands: Callable[[], Sequence[Action]],
        go: Callable[[str, object], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._go = go
        self._core: Core | None = None
        self._wanted = ""
        self._under_way: CancelToken | None = None
        self.results: tuple[JumpResult, ...] = ()
        self.is_searching = False

    def attach(self, core: Core | None) -> None:
        """Search accounts, posts and settings too from now on; with None, actions only."""
        self._core = core

    def search(self, text: str) -> None:
        """Look for `text`; an empty text lists all actions. What was looked for before is over."""
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None
        wanted = text.strip().casefold()
        found = tuple(
            JumpResult(action=each, detail=each.tip)
            for each in self._commands()
            if each.shown() and _fits(each.words(), wanted)
        )
        core = self._core
        if core is None or not wanted:
            self._show(found, is_searching=False)
            return
        self._show(found, is_searching=True)
        go = self._go
        self._under_way = core.tasks.run(
            lambda token: find(core, go, wanted, token),
            done=lambda more: self._show((*found, *more), is_searching=False),
            failed=lambda error: self._on_failed(found, error),
        )

    def _show(self, results: tuple[JumpResult, ...], *, is_searching: bool) -> None:
        self.results, self.is_searching = results, is_searching
        self.results_changed.emit()

    def _on_failed(self, found: tuple[JumpResult, ...], _error: AppError) -> None:
        """The actions stay; what could not be read is simply not offered."""
        self._show(found, is_searching=False)


def _fits(title: str, wanted: str) -> bool:
    """Say whether every word that is wanted begins one of the title's."""
    words = title.casefold().split()
    return all(any(word.startswith(each) for word in words) for each in wanted.split())


def find(
    core: Core, go: Callable[[str, object], object], wanted: str, token: CancelToken
) -> tuple[JumpResult, ...]:
    """Return settings, accounts and posts that contain `wanted`, best first; blocks."""
    return (
        *_settings(core, go, wanted),
        *_accounts(core, go, wanted.removeprefix("@"))[:_PER_KIND],
        *_posts(core, go, wanted, token),
    )


def _settings(core: Core, go: Callable[[str, object], object], wanted: str) -> list[JumpResult]:
    named = [
        (each.name, setting_label(each.name), section_words(each.section))
        for each in core.workspace.settings.list()
    ]
    return [
        _leads(label, section, "settings", partial(go, "settings", name))
        for name, label, section in named
        if _fits(f"{label} {section}", wanted)
    ]


def _accounts(core: Core, go: Callable[[str, object], object], handle: str) -> list[JumpResult]:
    def is_meant(account: Account) -> bool:
        return handle in account.handle.casefold() or handle in account.display_name.casefold()

    return [
        _leads(f"@{each.handle}", each.display_name, "user", partial(go, "accounts", each.id))
        for each in core.workspace.accounts.list()
        if is_meant(each)
    ]


def _posts(
    core: Core, go: Callable[[str, object], object], wanted: str, token: CancelToken
) -> list[JumpResult]:
    def found(post: Post) -> JumpResult:
        timezone, now = post.schedule.timezone, core.now()
        look, when = post_look(post, timezone, now), zoned_time(post.schedule.due_at, timezone, now)
        return _leads(
            " ".join(post.caption.split()) or tr("(no caption)"),
            f"{look.words} · {when} · @{post.handle}",
            look.icon,
            partial(go, "calendar", post.id),
        )

    posts = core.workspace.planning.search(wanted, _PER_KIND, token)
    return [found(post) for post in core.workspace.blockers.look_at(posts)]


def _leads(title: str, detail: str, icon: str, run: Callable[[], object]) -> JumpResult:
    return JumpResult(action=Action(words=lambda: title, icon=icon, run=run), detail=detail)
