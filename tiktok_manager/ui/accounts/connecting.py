"""Connecting an account: the question runs in the browser, the window tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.accounts.wording import STAGE_WORDS, STAGES

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.accounts import ConnectStage
    from tiktok_manager.ui.frame import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Work under way: what it does now, how far it is, and the consent page if it has one."""

    text: str
    done: int
    total: int
    link: str = ""


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
        self.progress: Progress | None = None

    def start(self, reconnect: str | None = None) -> None:
        """Ask for permission in the browser; `reconnect` insists on that account."""
        if self.progress is not None:
            return
        tasks = self._core.tasks
        on_stage = tasks.relay(self._on_stage)
        on_url = tasks.relay(self._on_url)
        self._show(Progress(text="Preparing", done=0, total=len(STAGES)))
        self._token = tasks.run(
            lambda token: self._core.workspace.accounts.connect(
                open_url=on_url, cancel=token, reconnect=reconnect, on_stage=on_stage
            ),
            done=self._on_connected,
            failed=lambda error: self._on_failed(error, reconnect),
            group="accounts-connect",
        )

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

    def _on_url(self, url: str) -> None:
        if self.progress is not None:
            self._show(replace(self.progress, link=url))
            self._open_page(url)

    def _on_connected(self, account: Account) -> None:
        self._show(None)
        self.connected.emit(account)

    def _on_failed(self, error: AppError, reconnect: str | None) -> None:
        self._show(None)
        self.failed.emit(error, lambda: self.start(reconnect))

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
