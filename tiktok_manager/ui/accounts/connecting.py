"""Connecting an account: the question runs in the browser, the window tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import fewer_scopes
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.accounts.wording import (
    NOTHING_CAME_BACK,
    STAGE_WORDS,
    STAGES,
)

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account, Scope
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.accounts import ConnectStage
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Work under way: what it does now, how far it is, and the consent page if it has one.

    `doubt` says why nothing may come back; then fewer permissions can be asked for, if there are.
    """

    text: str
    done: int
    total: int
    link: str = ""
    doubt: str = ""
    can_ask_fewer: bool = False


class ConnectViewModel(QObject):
    """One connection at a time.

    Signals:
        changed: Read `progress`; None when nothing is under way.
        connected: The Account that was allowed and kept.
        failed: An AppError, and what to call to try again.
    """

    changed = Signal()
    connected = Signal(object)
    failed = Signal(object, object)

    def __init__(
        self,
        core: Core,
        parent: QObject | None = None,
        *,
        open_browser: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._open_browser = open_browser
        self._token: CancelToken | None = None
        self._fewer: Callable[[], None] | None = None
        self.progress: Progress | None = None

    def start(self, reconnect: str | None = None, scopes: Sequence[Scope] | None = None) -> None:
        """Ask for permission in the browser; `reconnect` insists on that account.

        `scopes` are asked for instead of those of the settings.
        """
        if self.progress is not None:
            return
        tasks = self._core.tasks
        on_stage = tasks.relay(self._on_stage)
        on_url = tasks.relay(self._on_url)
        on_overdue = tasks.relay(lambda asked: self._on_overdue(reconnect, asked))
        self._fewer = None
        self._show(Progress(text="Preparing", done=0, total=len(STAGES)))

        def ask(token: CancelToken) -> Account:
            workspace = self._core.workspace
            asked = workspace.settings.requested_scopes() if scopes is None else scopes

            return workspace.accounts.connect(
                open_url=on_url,
                cancel=token,
                scopes=asked,
                reconnect=reconnect,
                on_stage=on_stage,
                on_overdue=lambda: on_overdue(asked),
            )

        self._token = tasks.run(
            ask,
            done=self._on_connected,
            failed=lambda error: self._on_failed(error, reconnect, scopes),
            group="accounts-connect",
        )

    def ask_for_fewer(self) -> None:
        """Give this question up and ask for the next smaller set of permissions."""
        again = self._fewer
        if again is not None:
            self.cancel()
            again()

    def cancel(self) -> None:
        """Stop waiting for TikTok's answer; nothing is kept."""
        if self._token is not None:
            self._token.cancel()
        self._show(None)

    def open_page_again(self) -> None:
        """Open the consent page once more."""
        link = self.progress.link if self.progress is not None else ""
        if link:
            self._open_page(link)

    def _on_stage(self, stage: ConnectStage) -> None:
        if self.progress is not None:
            done = STAGES.index(stage.value)
            link = "" if done else self.progress.link
            self._show(
                Progress(text=STAGE_WORDS[stage.value], done=done, total=len(STAGES), link=link)
            )

    def _on_overdue(self, reconnect: str | None, asked: Sequence[Scope]) -> None:
        if self.progress is None or not self.progress.link:
            return
        fewer = fewer_scopes(asked)
        if fewer is not None:
            self._fewer = lambda: self.start(reconnect, fewer)
        self._show(replace(self.progress, doubt=NOTHING_CAME_BACK, can_ask_fewer=fewer is not None))

    def _on_url(self, url: str) -> None:
        if self.progress is not None:
            self._show(replace(self.progress, link=url))
            self._open_page(url)

    def _on_connected(self, account: Account) -> None:
        self._show(None)
        self.connected.emit(account)

    def _on_failed(
        self, error: AppError, reconnect: str | None, scopes: Sequence[Scope] | None
    ) -> None:
        self._show(None)
        self.failed.emit(error, lambda: self.start(reconnect, scopes))

    def _open_page(self, url: str) -> None:
        # Some browsers return only when they are closed: neither the question, which must listen
        # for its answer meanwhile, nor the end of the app may wait for that.
        opening = threading.Thread(
            target=self._open_browser, args=(url,), name="open-browser", daemon=True
        )
        opening.start()

    def _show(self, progress: Progress | None) -> None:
        self.progress = progress
        if progress is None:
            self._token = None
        self.changed.emit()
