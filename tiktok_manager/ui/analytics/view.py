"""The analytics pane: pick an account and a period, read its numbers, see its videos."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QWidget

from tiktok_manager.domain.accounts import Scope
from tiktok_manager.ui.analytics.figures import Metric, metric_words
from tiktok_manager.ui.analytics.videos import make_video_table, video_details
from tiktok_manager.ui.analytics.viewmodel import AnalyticsViewModel, Missing, Period
from tiktok_manager.ui.commands import ask_where
from tiktok_manager.ui.formats import full_stamp
from tiktok_manager.ui.kit.account_model import AccountBox
from tiktok_manager.ui.kit.action import Action, action_button
from tiktok_manager.ui.kit.badges import FigureCard, JobLine
from tiktok_manager.ui.kit.controls import Segment
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Slot, column, row, scrolled
from tiktok_manager.ui.kit.menus import more_button
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.texts import ntr, tr
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.frame import Core, Frame
    from tiktok_manager.ui.kit.chart import NumberChart

# So high the chart's frame is also before the chart is there: nothing moves when it comes.
_CHART_PX = 234


class AnalyticsView(PaneView):
    """Builds the pane and binds it. Target: the id of the account to show."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__(empty=self._empty_state)
        self._core = core
        self._frame = frame
        self.viewmodel = model = AnalyticsViewModel(core, self)
        self.chart: NumberChart | None = None
        self.sync = Action(
            words=lambda: tr("Sync"),
            icon="sync",
            run=model.sync,
            allowed=lambda: bool(model.account_id) and not model.syncing.busy,
        )
        self.sync_all = Action(
            words=lambda: tr("Sync all accounts"),
            icon="sync",
            run=model.syncing.begin,
            allowed=lambda: not model.syncing.busy,
        )
        self.export = Action(
            words=lambda: tr("Export the numbers of all videos…"),
            icon="download",
            run=self._on_export,
            allowed=lambda: not model.exporting.busy,
        )
        self._build_controls()
        self.body.addWidget(self._content())
        self.sync_line = JobLine(model.syncing, tr("How far the sync is"))
        export_line = JobLine(model.exporting, tr("How far the export is"))
        self.add_foot(Slot(self.sync_line, export_line))
        self._connect()
        self._load_chart()

    # -- PaneView -------------------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if isinstance(target, str):
            self.viewmodel.choose_account(target)

    @override
    def minute_passed(self) -> None:
        self._as_of.setText(self.viewmodel.as_of_words)

    # -- building -------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self.picker = AccountBox(self._core.accounts)
        days = (Period.WEEK, Period.MONTH, Period.QUARTER)
        periods = {str(int(each)): ntr("{count} day", "{count} days", each) for each in days}
        self.periods = Segment(tr("Period"), {**periods, str(int(Period.ALL)): tr("All")})
        self.periods.choose(str(int(self.viewmodel.period)))
        self._as_of = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self._as_of.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.sync_button = action_button(self.sync)
        more = more_button(lambda: (self.sync_all, self.export), over=self)
        self.add_controls(self.picker, self.periods, None, self._as_of, self.sync_button, more)
        self.controls.setStretchFactor(self._as_of, 99)

    def _content(self) -> QWidget:
        self._problem = PlainLabel("", tone="attention", wrap=True)
        self.cards = {metric: FigureCard(metric_words(metric)) for metric in Metric}
        self._chosen = QButtonGroup(self)
        for metric, card in self.cards.items():
            self._chosen.addButton(card)
            card.clicked.connect(lambda _on, metric=metric: self.viewmodel.choose_metric(metric))
        self._chart_card = Card()
        self._chart_card.setMinimumHeight(_CHART_PX)
        self.table = make_video_table(self._core, self._frame)
        self.table.setMinimumHeight(160)
        self._table_words = PlainLabel("", tone="soft", wrap=True)
        videos = Card(tr("Last videos"))
        videos.body.addWidget(self._table_words)
        videos.body.addWidget(self.table)
        cards = row(*self.cards.values(), spacing=SPACE_M)
        margins = (SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
        layout = column(
            self._problem, cards, self._chart_card, videos, spacing=SPACE_M, margins=margins
        )
        layout.setStretch(2, 3)
        layout.setStretch(3, 2)
        page = QWidget()
        page.setLayout(layout)
        return scrolled(page)

    def _connect(self) -> None:
        model = self.viewmodel
        model.reading.changed.connect(self._on_read)
        self.follow(model.reading)
        model.changed.connect(self._show_chart)
        model.syncing.changed.connect(self.sync_button.refresh)
        for source in (model.syncing, model):
            source.said.connect(self._frame.notify)
            source.failed.connect(self._frame.show_error)
        self.picker.chosen.connect(model.choose_account)
        self.periods.chosen.connect(lambda days: model.choose_period(Period(int(days))))
        self.table.row_opened.connect(lambda key, _by_keyboard: self._on_video(str(key)))

    def _load_chart(self) -> None:
        """Import what draws it on the pool: it takes longer than a frame may."""
        self._core.tasks.run(
            lambda _token: import_module("tiktok_manager.ui.kit.chart"),
            done=self._on_chart_loaded,
            failed=self._frame.show_error,
        )

    def _empty_state(self) -> QWidget:
        """Say why there are no numbers, and what to do about it."""
        model, go = self.viewmodel, self._frame.go
        if model.numbers.missing is Missing.ACCOUNT:
            title, action, run = tr("No account yet"), tr("Go to accounts"), partial(go, "accounts")
            text = tr("Connect a TikTok account. Its numbers are kept from the first sync on.")
        elif model.numbers.missing is Missing.SYNC:
            title, action, run = tr("No numbers yet"), tr("Sync now"), partial(model.sync)
            text = model.sync_problem or tr(
                "TikTok tells totals only. This app keeps what it sees at each sync, so the line "
                "begins with the first one."
            )
        else:
            title = tr("TikTok does not tell this account’s numbers")
            action, run = tr("Go to settings"), partial(go, "settings", "scopes")
            text = tr(
                "The permission for them ({scope}) was not granted. It takes a TikTok app with the "
                "Display API, which new apps cannot have. If yours has it, choose it under "
                "“Permissions to ask for” and connect the account again.",
                scope=Scope.STATS.value,
            )
        return EmptyState("analytics", title, text, action_text=action, action=run)

    # -- showing --------------------------------------------------------------------------

    def _on_chart_loaded(self, _module: object) -> None:
        from tiktok_manager.ui.kit.chart import NumberChart

        self.chart = NumberChart()
        self._chart_card.body.addWidget(self.chart, 1)
        self._show_chart()

    def _on_read(self) -> None:
        model = self.viewmodel
        summary = model.numbers.summary
        self._as_of.setText(model.as_of_words)
        if summary is not None:
            self._as_of.setToolTip(full_stamp(summary.as_of, self._core.timezone))
        for metric, item in model.figures.items():
            self.cards[metric].show_number(item.value, item.gained, item.note)
        self._problem.setText(model.sync_problem)
        self._problem.setVisible(bool(model.sync_problem))
        self.sync_button.refresh()
        self.picker.show_account(model.account_id)
        self._show_chart()
        self._show_videos()

    def _show_chart(self) -> None:
        model = self.viewmodel
        self.cards[model.metric].setChecked(True)
        if self.chart is not None:
            name, zone, now = metric_words(model.metric), self._core.timezone, self._core.now()
            self.chart.show_series(name, model.points, zone, model.numbers.start, now)

    def _show_videos(self) -> None:
        numbers = self.viewmodel.numbers
        videos, text = numbers.videos, ""
        if not numbers.sees_videos:
            text = tr("This account did not allow its videos to be listed. Connect it again to.")
        elif not videos:
            text = tr("No public videos were seen at the last sync.")
        self._table_words.setText(text)
        self._table_words.setVisible(bool(text))
        self.table.setVisible(bool(videos))
        self.table.rows.set_rows(videos)

    # -- doing ----------------------------------------------------------------------------

    def _on_video(self, video_id: str) -> None:
        video = self.table.rows.find(video_id)
        if video is not None:
            details = video_details(self._core, self._frame, video)
            self._frame.open_drawer(tr("Video"), details)

    def _on_export(self) -> None:
        path = ask_where(self, self.export.words(), "videos")
        if path is not None:
            self.viewmodel.export(path)
