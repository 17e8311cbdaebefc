"""Connecting an account: the question runs in the browser, the window tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import fewer_scopes
from tiktok_manager.services.accounts import ConnectStage
from tiktok_manager.system.browser import open_in_browser
from tiktok_manager.ui.accounts.wording import overdue_words, stage_words
from tiktok_manager.ui.kit.reading import Job
from tiktok_manager.ui.texts import tr

if TYPE_CHECKING:
    from tiktok_manager.domain.accounts import Account, Scope
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.kit.reading import JobProgress


_STAGES = tuple(ConnectStage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What waits in the browser.

    Attributes:
        link: TikTok's consent page, once it is known and until its answer came.
        doubt: Why nothing may come back.
        fewer: A smaller set of permissions to ask for; None where there is none.
    """

    link: str = ""
    doubt: str = ""
    fewer: Sequence[Scope] | None = None


class ConnectViewModel(QObject):
    """One connection at a time.

    Attributes:
        job: Whether it is under way, and how far.
        asked: What waits in the browser.

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
        self._reconnect: str | None = None
        self.job = Job(core.tasks, self)
        self.job.changed.connect(self.changed)
        self.asked = Asked()

    def start(self, reconnect: str | None = None, scopes: Sequence[Scope] | None = None) -> None:
        """Ask for permission in the browser; `reconnect` insists on that account.

        `scopes` are asked for instead of those of the settings.
        """
        if self.job.busy:
            return
        self._reconnect = reconnect
        self._show(Asked())
        self.job.start(
            partial(self._ask, reconnect=reconnect, scopes=scopes),
            done=self._on_connected,
            failed=lambda error: self._on_failed(error, lambda: self.start(reconnect, scopes)),
            words=tr("Preparing…"),
        )

    def ask_for_fewer(self) -> None:
        """Give this question up and ask for the next smaller set of permissions."""
        fewer = self.asked.fewer
        if fewer is not None:
            self.cancel()
            self.start(self._reconnect, fewer)

    def cancel(self) -> None:
        """Stop waiting for TikTok's answer; nothing is kept."""
        self._show(Asked())
        self.job.cancel()

    def open_page_again(self) -> None:
        """Open the consent page once more."""
        if self.asked.link:
            self._open_page(self.asked.link)

    def _ask(
        self, progress: JobProgress, *, reconnect: str | None, scopes: Sequence[Scope] | None
    ) -> Account:
        """Ask and wait for the answer, on a worker thread."""
        workspace, tasks = self._core.workspace, self._core.tasks
        asked = workspace.settings.requested_scopes() if scopes is None else scopes
        show = partial(tasks.relay(self._show_of), progress.token)
        waiting = Asked()

        def tell(stage: ConnectStage) -> None:
            done = _STAGES.index(stage)
            progress.tell(done, len(_STAGES), stage_words(stage))
            if done:
                show(Asked())

        def on_url(url: str) -> None:
            nonlocal waiting
            waiting = Asked(link=url)
            show(waiting)

        def on_overdue() -> None:
            doubt, fewer = overdue_words(asked), fewer_scopes(asked)
            show(replace(waiting, doubt=doubt, fewer=fewer))

        return workspace.accounts.connect(
            open_url=on_url,
            cancel=progress.token,
            scopes=asked,
            reconnect=reconnect,
            on_stage=tell,
            on_overdue=on_overdue,
        )

    def _on_connected(self, account: Account) -> None:
        self._show(Asked())
        self.connected.emit(account)

    def _on_failed(self, error: AppError, again: Callable[[], None]) -> None:
        self._show(Asked())
        self.failed.emit(error, again)

    def _show_of(self, question: CancelToken, asked: Asked) -> None:
        if question.cancelled:
            return
        is_new = asked.link not in ("", self.asked.link)
        self._show(asked)
        if is_new:
            self._open_page(asked.link)

    def _show(self, asked: Asked) -> None:
        self.asked = asked
        self.changed.emit()

    def _open_page(self, url: str) -> None:
        # Some browsers return only when they are closed: neither the question, which must listen
        # for its answer meanwhile, nor the end of the app may wait for that.
        opening = threading.Thread(
            target=self._open_browser, args=(url,), name="open-browser", daemon=True
        )
        opening.start()
