"""The state of the analytics pane: one account, one period, and what its syncs recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, AccountStatus, Scope
from tiktok_manager.domain.events import (
    AccountChanged,
    DataChangedElsewhere,
    Event,
    MetricsUpdated,
)
from tiktok_manager.ui.analytics.series import Figures, counted_from, figures
from tiktok_manager.ui.calendar.pacing import Paced
from tiktok_manager.ui.formats import age_text, day_text
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
    from tiktok_manager.domain.errors import AppError
    from tiktok_manager.domain.metrics import SeriesPoint, VideoCounters
    from tiktok_manager.services.accounts import SyncResult
    from tiktok_manager.services.analytics import AccountSummary
    from tiktok_manager.services.workspace import Workspace
    from tiktok_manager.ui.frame import Core

VIDEOS_SHOWN = 100
# Longer than anybody has an account; the service then counts from the first snapshot.
_ALL_DAYS = 20_000


class Period(IntEnum):
    """How many days back; ALL is everything known."""

    WEEK = 7
    MONTH = 28
    QUARTER = 90
    ALL = 0


class Stage(Enum):
    """What the pane can show."""

    LOADING = "loading"
    NO_ACCOUNT = "no account"
    NO_SYNC = "no sync yet"
    UNTOLD = "not told by TikTok"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgress:
    """How far a sync has come: `handle` is being read, `done` of `count` accounts are."""

    handle: str
    done: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    account_id: str
    summary: AccountSummary | None
    series: Sequence[SeriesPoint]
    videos: Sequence[VideoCounters]


class AnalyticsViewModel(QObject):
    """Numbers of one account over a period.

    Signals:
        accounts_changed: Read `accounts` and `account`.
        changed: Read `stage`, `figures`, `series`, `videos`.
        sync_changed: Read `sync_progress`; None once it ended.
        synced: A sentence about a finished sync.
        exported: A sentence about a written file.
        sync_failed: An AppError a sync ended with.
        failed: An AppError to show.
    """

    accounts_changed = Signal()
    changed = Signal()
    sync_changed = Signal()
    synced = Signal(str)
    exported = Signal(str)
    sync_failed = Signal(object)
    failed = Signal(object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._wanted = ""
        self._sync_token: CancelToken | None = None
        self._has_accounts: bool | None = None
        self.accounts: Sequence[Account] = ()
        self.period = Period.MONTH
        self.summary: AccountSummary | None = None
        self.series: Sequence[SeriesPoint] = ()
        self.videos: Sequence[VideoCounters] = ()
        self.avatars: Mapping[str, Path] = {}
        self.loaded = False
        self.sync_progress: SyncProgress | None = None
        self._reading = Paced(self._read, self)
        self._reading_accounts = Paced(self._read_accounts, self)
        core.bridge.listen(MetricsUpdated, self._on_metrics)
        for kind in (AccountChanged, DataChangedElsewhere):
            core.bridge.listen(kind, self._on_accounts_changed)

    # -- what is shown --------------------------------------------------------------------

    @property
    def timezone(self) -> str:
        """The zone times are shown in."""
        return self._core.timezone

    @property
    def account(self) -> Account | None:
        """The account whose numbers are shown."""
        chosen = next((each for each in self.accounts if each.id == self._wanted), None)
        return chosen or next(iter(self.accounts), None)

    @property
    def stage(self) -> Stage:
        """What there is to show."""
        if self._has_accounts is False:
            return Stage.NO_ACCOUNT
        if not self.loaded:
            return Stage.LOADING
        if self.summary is not None:
            return Stage.READY
        return Stage.NO_SYNC if self.sees_totals else Stage.UNTOLD

    @property
    def figures(self) -> Sequence[Figures]:
        """The four numbers with their change."""
        if self.summary is None:
            return ()
        return figures(self.summary, self.sees_videos, self.span_words)

    @property
    def span_words(self) -> str:
        """Over what time changes are counted: `in 28 days`, or `since` the first reading."""
        if self.summary is None:
            return ""
        since = counted_from(self.summary, self.start)
        if since is not None:
            return f"since {day_text(since, self.timezone)}"
        return f"in {int(self.period)} days"

    @property
    def sees_totals(self) -> bool:
        """Whether the account allowed its followers and likes to be seen."""
        return self.account is None or self.account.may(Scope.STATS)

    @property
    def sees_videos(self) -> bool:
        """Whether the account allowed its videos to be listed."""
        return self.account is not None and self.account.may(Scope.VIDEO_LIST)

    @property
    def start(self) -> datetime | None:
        """When the period begins, None for all."""
        days = int(self.period)
        return self._core.now() - timedelta(days=days) if days else None

    @property
    def as_of_words(self) -> str:
        """`As of 3 min ago`."""
        if self.summary is None:
            return ""
        return f"As of {age_text(self.summary.as_of, self._core.now())}"

    @property
    def sync_problem(self) -> str:
        """Why the account's last sync brought nothing, empty if it did."""
        error = self.account.sync_error if self.account else None
        return "" if error is None else words(error).title

    # -- choosing -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read accounts and numbers again, soon."""
        self._reading_accounts.request()

    def choose_account(self, account_id: str) -> None:
        """Show another account."""
        self._wanted = account_id
        self._forget()
        self._read()

    def choose_period(self, period: Period) -> None:
        """Show another period."""
        if period is not self.period:
            self.period = period
            self._read()

    # -- doing ----------------------------------------------------------------------------

    def sync(self) -> None:
        """Pull the shown account's numbers from TikTok."""
        if self.account is not None:
            self._sync([self.account])

    def sync_all(self) -> None:
        """Pull the numbers of every connected account from TikTok."""
        self._sync([each for each in self.accounts if each.status is AccountStatus.CONNECTED])

    def cancel_sync(self) -> None:
        """Stop after the account that is being read."""
        if self._sync_token is not None:
            self._sync_token.cancel()
            self._end_sync()

    def export(self, out: Path) -> None:
        """Write all videos of all accounts as CSV."""
        reports = self._core.workspace.reports
        self._core.tasks.run(
            lambda _token: reports.export("videos", out, message_and_action),
            done=lambda rows: self._on_exported(rows, out),
            failed=self.failed.emit,
            group="analytics-export",
        )

    # -- inside ---------------------------------------------------------------------------

    def _sync(self, accounts: Sequence[Account]) -> None:
        if self.sync_progress is not None or not accounts:
            return
        tell = self._core.tasks.relay(self._on_sync_step)
        workspace = self._core.workspace
        self._sync_token = self._core.tasks.run(
            lambda token: workspace.accounts.sync(
                [account.id for account in accounts],
                token,
                tell=lambda step: tell(
                    SyncProgress(handle=step.handle, done=step.done, count=step.total)
                ),
            ),
            done=self._on_synced,
            failed=self._on_sync_failed,
        )
        self.sync_progress = SyncProgress(handle=accounts[0].handle, done=0, count=len(accounts))
        self.sync_changed.emit()

    def _on_sync_step(self, progress: SyncProgress) -> None:
        if self.sync_progress is not None:
            self.sync_progress = progress
            self.sync_changed.emit()

    def _on_synced(self, results: Sequence[SyncResult]) -> None:
        self._end_sync()
        wrong = [result for result in results if result.error is not None]
        for result in wrong[:1]:
            self.sync_failed.emit(result.error)
        if not wrong:
            who = f"@{results[0].handle}" if len(results) == 1 else f"{len(results)} accounts"
            self.synced.emit(f"Numbers of {who} are up to date.")
        self._reading_accounts.request()

    def _on_sync_failed(self, error: AppError) -> None:
        self._end_sync()
        self.sync_failed.emit(error)

    def _end_sync(self) -> None:
        self._sync_token = None
        self.sync_progress = None
        self.sync_changed.emit()

    def _on_exported(self, rows: int, out: Path) -> None:
        videos = "1 video" if rows == 1 else f"{rows:,} videos"
        self.exported.emit(f"{videos} written to {out.name}.")

    def _forget(self) -> None:
        self.summary, self.series, self.videos = None, (), ()
        self.loaded = False
        self.changed.emit()

    def _read_accounts(self) -> None:
        workspace = self._core.workspace
        self._core.tasks.run(
            lambda _token: _read_accounts(workspace),
            done=self._on_accounts,
            failed=self._on_failed,
            group="analytics-accounts",
        )

    def _on_accounts(self, found: tuple[Sequence[Account], Mapping[str, Path]]) -> None:
        before = self.account.id if self.account else None
        accounts, self.avatars = found
        self.accounts = accounts
        self._has_accounts = bool(accounts)
        self.accounts_changed.emit()
        if self.account is None or (before is not None and self.account.id != before):
            self._forget()
        self._reading.request()

    def _read(self) -> None:
        account = self.account
        if account is None:
            return
        workspace, start = self._core.workspace, self.start
        days = int(self.period) or _ALL_DAYS
        self._core.tasks.run(
            lambda token: _read(workspace, account.id, days, start, token),
            done=self._on_read,
            failed=self._on_failed,
            group="analytics",
        )

    def _on_read(self, answer: _Answer) -> None:
        if self.account is None or answer.account_id != self.account.id:
            return
        self.summary = answer.summary
        self.series = answer.series
        self.videos = answer.videos
        self.loaded = True
        self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(error)

    def _on_metrics(self, event: MetricsUpdated) -> None:
        if self.account is not None and event.account_id == self.account.id:
            self._reading.request()

    def _on_accounts_changed(self, _event: Event) -> None:
        self._reading_accounts.request()


def _read_accounts(workspace: Workspace) -> tuple[Sequence[Account], Mapping[str, Path]]:
    accounts = workspace.accounts.list()
    paths = {each.id: workspace.accounts.avatar_path(each.id) for each in accounts}
    return accounts, {each: path for each, path in paths.items() if path is not None}


def _read(
    workspace: Workspace,
    account_id: str,
    days: int,
    start: datetime | None,
    token: CancelToken,
) -> _Answer:
    analytics = workspace.analytics
    summary = analytics.summary(account_id, days)
    token.check()
    return _Answer(
        account_id=account_id,
        summary=summary,
        series=analytics.followers(account_id, start),
        videos=analytics.videos(account_id, VIDEOS_SHOWN),
    )
