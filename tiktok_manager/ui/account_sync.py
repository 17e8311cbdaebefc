"""Pulls profiles and counters of accounts from TikTok, for every pane that offers it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.ui.kit.action import Action
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Job, JobProgress
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from tiktok_manager.services.accounts import SyncResult, SyncStep
    from tiktok_manager.ui.frame import Core


class AccountSync(Job):
    """A sync of one account after the other, summed up at the end.

    Signals:
        said: A Notice: how many accounts are up to date, and why others are not.
        failed: An AppError nothing could be read for, and what to call to try again.
    """

    said = Signal(object)
    failed = Signal(object, object)

    def __init__(self, core: Core, parent: QObject) -> None:
        super().__init__(core.tasks, parent)
        self._accounts = core.workspace.accounts

    def begin(self, account_ids: Sequence[str] | None = None) -> None:
        """Pull these accounts, or all; nothing happens while a sync is under way."""
        again = partial(self.begin, account_ids)
        self.start(
            partial(self._pull, account_ids),
            done=partial(self._on_pulled, again),
            failed=lambda error: self.failed.emit(error, again),
            words=tr("Reading accounts"),
        )

    def _pull(
        self, account_ids: Sequence[str] | None, progress: JobProgress
    ) -> Sequence[SyncResult]:
        def tell(step: SyncStep) -> None:
            progress.tell(step.done, step.total, tr("Reading @{handle}", handle=step.handle))

        return self._accounts.sync(account_ids, progress.token, tell=tell)

    def _on_pulled(self, again: partial[None], results: Sequence[SyncResult]) -> None:
        bad = [result for result in results if result.error is not None]
        self.said.emit(
            Notice(
                text=_summary(results, len(results) - len(bad)),
                more=" ".join(map(_problem, bad)),
                tone=Tone.WARNING if bad else Tone.GOOD,
                step=Action(words=lambda: tr("Try again"), run=again) if bad else None,
                stays=bool(bad),
                key="accounts-synced",
            )
        )


def _summary(results: Sequence[SyncResult], good: int) -> str:
    if len(results) == 1 and good:
        return tr("@{handle} is up to date.", handle=results[0].handle)
    return ntr(
        "{good} of {count} account is up to date.",
        "{good} of {count} accounts are up to date.",
        len(results),
        good=good,
    )


def _problem(result: SyncResult) -> str:
    if result.error is None:
        return ""
    told = words(result.error)
    return f"@{result.handle}: {joined(told.cause, told.hint)}"
