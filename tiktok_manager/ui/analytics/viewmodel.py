"""The state of the analytics pane: one account, one period, and what its syncs recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tiktok_manager.domain.accounts import Account, AccountStatus, Scope
from tiktok_manager.domain.events import AccountChanged, DataChangedElsewhere, Event, MetricsUpdated
from tiktok_manager.domain.metrics import AccountSeries, SeriesPoint, VideoCounters
from tiktok_manager.ui.account_sync import AccountSync
from tiktok_manager.ui.analytics.figures import FigureItem, Metric, counted_from, figures
from tiktok_manager.ui.formats import age_text, day_text
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.reading import Job, Reading
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.wording import message_and_action, words

if TYPE_CHECKING:
    from tiktok_manager.domain.cancel import CancelToken
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


class Missing(Enum):
    """What is missing where there are no numbers to show."""

    ACCOUNT = "account"
    SYNC = "sync"
    PERMISSION = "permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What is known of an account; of none, where there is none."""

    account: Account | None = None
    summary: AccountSummary | None = None
    period: Period = Period.ALL
    start: datetime | None = None
    series: AccountSeries = field(default_factory=AccountSeries)
    videos: Sequence[VideoCounters] = ()

    @property
    def missing(self) -> Missing | None:
        """Why there is nothing to show, None if there is something."""
        if self.account is None:
            return Missing.ACCOUNT
        if self.summary is not None:
            return None
        return Missing.SYNC if self.account.may(Scope.STATS) else Missing.PERMISSION

    @property
    def sees_videos(self) -> bool:
        """Whether the account allowed its videos to be listed."""
        return self.account is not None and self.account.may(Scope.VIDEO_LIST)


class AnalyticsViewModel(QObject):
    """Numbers of one account over a period, and the chart of one of them.

    Attributes:
        reading: The numbers; `numbers` is what it read last.
        syncing, exporting: What is under way.

    Signals:
        changed: Another number was chosen for the chart.
        said: A Notice about a written file.
        failed: An AppError the export ended with, and what to call to try again.
    """

    changed = Signal()
    said = Signal(object)
    failed = Signal(object, object)

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._wanted = ""
        self.period = Period.MONTH
        self.metric = Metric.FOLLOWERS
        self.syncing = AccountSync(core, self)
        self.exporting = Job(core.tasks, self)
        self.reading: Reading[Numbers] = Reading(
            core.tasks,
            core.bridge,
            self._question(),
            parent=self,
            stale_on=(MetricsUpdated, AccountChanged, DataChangedElsewhere),
            concerns=self._concerns,
            is_empty=lambda numbers: numbers.missing is not None,
        )

    # -- what is shown --------------------------------------------------------------------

    @property
    def numbers(self) -> Numbers:
        """What was read last."""
        return self.reading.value or Numbers()

    @property
    def account_id(self) -> str:
        """The account whose numbers are shown, or will be as soon as they are read."""
        account = self.numbers.account
        return account.id if account is not None else self._wanted

    @property
    def figures(self) -> Mapping[Metric, FigureItem]:
        """The four numbers with their change."""
        numbers = self.numbers
        if numbers.summary is None:
            return {}
        span = ntr("in {count} day", "in {count} days", int(numbers.period))
        since = counted_from(numbers.summary, numbers.start)
        if since is not None:
            span = tr("since {day}", day=day_text(since, self._core.timezone))
        return figures(numbers.summary, numbers.sees_videos, span)

    @property
    def points(self) -> Sequence[SeriesPoint]:
        """The chosen number over time."""
        found: Sequence[SeriesPoint] = getattr(self.numbers.series, self.metric)
        return found

    @property
    def as_of_words(self) -> str:
        """`As of 3 min ago`."""
        summary, now = self.numbers.summary, self._core.now()
        return "" if summary is None else tr("As of {age}", age=age_text(summary.as_of, now))

    @property
    def sync_problem(self) -> str:
        """Why the account's last sync brought nothing, empty if it did."""
        account = self.numbers.account
        if account is None or account.sync_error is None:
            return ""
        return tr("The last sync brought nothing: {why}", why=words(account.sync_error).title)

    # -- choosing -------------------------------------------------------------------------

    def choose_account(self, account_id: str) -> None:
        """Show another account."""
        self._wanted = account_id
        self.reading.ask_anew(self._question(), forget=True)

    def choose_period(self, period: Period) -> None:
        """Show another period."""
        if period is not self.period:
            self.period = period
            self.reading.ask_anew(self._question())

    def choose_metric(self, metric: Metric) -> None:
        """Show another number in the chart."""
        self.metric = metric
        self.changed.emit()

    # -- doing ----------------------------------------------------------------------------

    def sync(self) -> None:
        """Pull the shown account's numbers from TikTok."""
        if self.numbers.account is not None:
            self.syncing.begin([self.account_id])

    def export(self, out: Path) -> None:
        """Write all videos of all accounts as CSV."""
        reports = self._core.workspace.reports
        self.exporting.start(
            lambda _progress: reports.export("videos", out, message_and_action),
            done=lambda rows: self._on_written(rows, out.name),
            failed=lambda error: self.failed.emit(error, partial(self.export, out)),
            words=out.name,
        )

    # -- inside ---------------------------------------------------------------------------

    def _on_written(self, rows: int, file: str) -> None:
        text = ntr(
            "{count} video written to {file}.", "{count} videos written to {file}.", rows, file=file
        )
        self.said.emit(Notice(text=text, tone=Tone.GOOD, stays=False))

    def _question(self) -> partial[Numbers]:
        return partial(_read, self._core.workspace, self._wanted, self.period)

    def _concerns(self, event: Event) -> bool:
        if isinstance(event, AccountChanged | MetricsUpdated):
            return self.numbers.account is None or event.account_id == self.account_id
        return True


def _read(workspace: Workspace, wanted: str, period: Period, token: CancelToken) -> Numbers:
    accounts = workspace.accounts.list()
    if not accounts:
        return Numbers()
    connected = min(accounts, key=lambda each: each.status is not AccountStatus.CONNECTED)
    account = next((each for each in accounts if each.id == wanted), connected)
    days = int(period)
    start = workspace.clock.now() - timedelta(days=days) if days else None
    summary = workspace.analytics.summary(account.id, days or _ALL_DAYS)
    token.check()
    return Numbers(
        account=account,
        summary=summary,
        period=period,
        start=start,
        series=workspace.analytics.series(account.id, start),
        videos=workspace.analytics.videos(account.id, VIDEOS_SHOWN),
    )
