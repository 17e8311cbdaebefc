"""Connecting an account: the question runs in the browser, the window tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import fewer_scopes
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.accounts.wording import STAGES, nothing_came_back, stage_words
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account, Scope
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.services.accounts import ConnectStage
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.reading import JobProgress


class ConnectViewModel(QObject):
    """One connection at a time.

    Attributes:
        job: Whether it is under way, and how far.
        link: TikTok's consent page, once it is known and until its answer came.
        doubt: Why nothing may come back.

    Signals:
        changed: One of these reads differently.
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
        self._fewer: Callable[[], None] | None = None
        self.job = Job(core.tasks, self)
        self.job.changed.connect(self.changed)
        self.link = ""
        self.doubt = ""

    @property
    def can_ask_fewer(self) -> bool:
        """Whether there is a smaller set of permissions to ask for."""
        return self._fewer is not None

    def start(self, reconnect: str | None = None, scopes: Sequence[Scope] | None = None) -> None:
        """Ask for permission in the browser; `reconnect` insists on that account.

        `scopes` are asked for instead of those of the settings.
        """
        if self.job.busy:
            return
        self._forget()
        self.job.start(
            partial(self._ask, reconnect=reconnect, scopes=scopes),
            done=self._on_connected,
            failed=lambda error: self._on_failed(error, lambda: self.start(reconnect, scopes)),
            words=tr("Preparing…"),
        )

    def ask_for_fewer(self) -> None:
        """Give this question up and ask for the next smaller set of permissions."""
        again = self._fewer
        if again is not None:
            self.cancel()
            again()

    def cancel(self) -> None:
        """Stop waiting for TikTok's answer; nothing is kept."""
        self._forget()
        self.job.cancel()

    def open_page_again(self) -> None:
        """Open the consent page once more."""
        if self.link:
            self._open_page(self.link)

    def _ask(
        self, progress: JobProgress, *, reconnect: str | None, scopes: Sequence[Scope] | None
    ) -> Account:
        """Ask and wait for the answer, on a worker thread."""
        workspace, tasks = self._core.workspace, self._core.tasks
        asked = workspace.settings.requested_scopes() if scopes is None else scopes
        on_url = tasks.relay(self._on_url)
        on_overdue = tasks.relay(self._on_overdue)
        on_answer = tasks.relay(self._on_answer)

        def tell(stage: ConnectStage) -> None:
            done = STAGES.index(stage)
            progress.tell(done, len(STAGES), stage_words(stage))
            if done:
                on_answer(progress.token)

        return workspace.accounts.connect(
            open_url=partial(on_url, progress.token),
            cancel=progress.token,
            scopes=asked,
            reconnect=reconnect,
            on_stage=tell,
            on_overdue=partial(on_overdue, progress.token, reconnect, tuple(asked)),
        )

    def _on_url(self, asked: CancelToken, url: str) -> None:
        if not asked.cancelled:
            self.link = url
            self.changed.emit()
            self._open_page(url)

    def _on_answer(self, asked: CancelToken) -> None:
        if not asked.cancelled:
            self._forget()

    def _on_overdue(
        self, asked: CancelToken, reconnect: str | None, scopes: Sequence[Scope]
    ) -> None:
        if asked.cancelled or not self.link:
            return
        fewer = fewer_scopes(scopes)
        if fewer is not None:
            self._fewer = lambda: self.start(reconnect, fewer)
        self.doubt = nothing_came_back()
        self.changed.emit()

    def _on_connected(self, account: Account) -> None:
        self._forget()
        self.connected.emit(account)

    def _on_failed(self, error: AppError, again: Callable[[], None]) -> None:
        self._forget()
        self.failed.emit(error, again)

    def _forget(self) -> None:
        self.link = self.doubt = ""
        self._fewer = None
        self.changed.emit()

    def _open_page(self, url: str) -> None:
        # Some browsers return only when they are closed: neither the question, which must listen
        # for its answer meanwhile, nor the end of the app may wait for that.
        opening = threading.Thread(
            target=self._open_browser, args=(url,), name="open-browser", daemon=True
        )
        opening.start()
