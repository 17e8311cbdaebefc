"""The analytics pane: pick an account and a period, read its numbers, see its videos."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QMenu,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tiktok_manager.domain.accounts import Scope
from tiktok_manager.domain.errors import AppError
from tiktok_manager.ui.analytics.parts import OPEN_COLUMN, FigureCard, make_video_table
from tiktok_manager.ui.analytics.viewmodel import AnalyticsViewModel, Period, Stage
from tiktok_manager.ui.formats import full_stamp
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.badges import Chip
from tiktok_manager.ui.kit.controls import icon_button, push_button
from tiktok_manager.ui.kit.inputs import CalmComboBox
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, Skeleton, row
from tiktok_manager.ui.kit.notices import Notice, Tone
from tiktok_manager.ui.kit.pane import PaneView
from tiktok_manager.ui.kit.placeholders import EmptyState
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.tokens import SPACE_L, SPACE_M, SPACE_XL, Type

if TYPE_CHECKING:
    from tiktok_manager.ui.analytics.chart import FollowersChart
    from tiktok_manager.ui.frame import Core, Frame

_PERIODS = (
    (Period.WEEK, "7 days"),
    (Period.MONTH, "28 days"),
    (Period.QUARTER, "90 days"),
    (Period.ALL, "All"),
)
_PAGES = (Stage.LOADING, Stage.NO_ACCOUNT, Stage.NO_SYNC, Stage.UNTOLD, Stage.READY)


class AnalyticsView(PaneView):
    """Builds the pane and binds it. Target: the id of the account to show."""

    def __init__(self, core: Core, frame: Frame) -> None:
        super().__init__()
        self._core = core
        self._frame = frame
        self.chart: FollowersChart | None = None
        self.viewmodel = AnalyticsViewModel(core, self)
        self._build_controls()
        self._build_pages()
        self._connect()
        self._on_changed()
        self._on_sync()
        self._load_chart()

    # -- PaneView -------------------------------------------------------------------------

    @override
    def open_target(self, target: object) -> None:
        if isinstance(target, str):
            self.viewmodel.choose_account(target)
            self._on_accounts()

    @override
    def pane_shown(self) -> None:
        self.viewmodel.refresh()

    @override
    def minute_passed(self) -> None:
        self._as_of.setText(self.viewmodel.as_of_words)

    # -- building -------------------------------------------------------------------------

    def _build_controls(self) -> None:
        self.picker = CalmComboBox()
        self.picker.setAccessibleName("Account")
        self.picker.setIconSize(QSize(20, 20))
        self.picker.setMinimumWidth(180)
        self.picker.setMaximumWidth(260)
        self._chips = QButtonGroup(self)
        chips = []
        for period, words in _PERIODS:
            chip = Chip(words, checked=period is self.viewmodel.period)
            self._chips.addButton(chip, int(period))
            chips.append(chip)
        self._as_of = PlainLabel("", type=Type.CAPTION, tone="soft")
        self._progress = QProgressBar()
        self._progress.setFixedWidth(72)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Sync")
        self._progress_words = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self._progress_words.setFixedWidth(116)
        self.sync_button = push_button("Sync", icon_name="sync", clicked=self.viewmodel.sync)
        self.cancel_button = push_button("Cancel", clicked=self.viewmodel.cancel_sync)
        self.cancel_button.setAccessibleName("Cancel the sync")
        self.more_button = self._build_more()
        self.add_controls(
            self.picker,
            *chips,
            None,
            self._as_of,
            self._progress_words,
            self._progress,
            self.cancel_button,
            self.sync_button,
            self.more_button,
        )

    def _build_more(self) -> QToolButton:
        button = icon_button("more", "More")
        menu = QMenu(button)
        self.sync_all_action = menu.addAction(icon("sync"), "Sync all accounts")
        self.export_action = menu.addAction(icon("download"), "Export all videos as CSV…")
        self.sync_all_action.triggered.connect(self.viewmodel.sync_all)
        self.export_action.triggered.connect(self._on_export)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _build_pages(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(Skeleton(rows=10))
        self._stack.addWidget(
            EmptyState(
                "analytics",
                "No account yet",
                "Connect a TikTok account. Its numbers are kept from the first sync on.",
                action_text="Go to accounts",
                action=lambda: self._frame.go("accounts"),
            )
        )
        self._stack.addWidget(
            EmptyState(
                "sync",
                "No numbers yet",
                "TikTok tells totals only. This app keeps what it sees at each sync, so the line "
                "begins with the first one.",
                action_text="Sync now",
                action=self.viewmodel.sync,
            )
        )
        self._stack.addWidget(
            EmptyState(
                "analytics",
                "TikTok does not tell this account’s numbers",
                f"The permission for them ({Scope.STATS}) was not granted. It takes a TikTok app "
                "with the Display API, which new apps cannot have. If yours has it, choose it "
                "under “Permissions to ask for” and connect the account again.",
                action_text="Go to settings",
                action=lambda: self._frame.go("settings", "scopes"),
            )
        )
        self._stack.addWidget(self._content())
        self.body.addWidget(self._stack)

    def _content(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_M)
        self._cards = [FigureCard() for _number in range(4)]
        cards = row(*self._cards, spacing=SPACE_M)
        for number in range(4):
            cards.setStretch(number, 1)
        self._problem = PlainLabel("", tone="attention", wrap=True)
        self._chart_card = Card("Followers")
        self._chart_words = PlainLabel("", tone="soft", wrap=True)
        self._chart_card.body.addWidget(self._chart_words)
        self._chart_card.setMinimumHeight(230)
        self.table = make_video_table(self._core, self._frame.memory)
        self._table_words = PlainLabel("", tone="soft", wrap=True)
        videos = Card("Last videos")
        videos.body.addWidget(self._table_words)
        videos.body.addWidget(self.table)
        self.table.setMinimumHeight(160)
        layout.addWidget(self._problem)
        layout.addLayout(cards)
        layout.addWidget(self._chart_card, 3)
        layout.addWidget(videos, 2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    def _connect(self) -> None:
        model = self.viewmodel
        model.accounts_changed.connect(self._on_accounts)
        self._core.accounts.avatars.arrived.connect(self._on_accounts)
        model.changed.connect(self._on_changed)
        model.sync_changed.connect(self._on_sync)
        model.synced.connect(self._on_done)
        model.exported.connect(self._on_done)
        model.failed.connect(self._on_failed)
        model.sync_failed.connect(self._on_sync_failed)
        self.picker.activated.connect(self._on_picked)
        self._chips.idClicked.connect(self._on_period)
        self.table.row_opened.connect(self._on_video)
        self.table.clicked.connect(self._on_cell)

    def _load_chart(self) -> None:
        """Import the plotting library on the pool: it takes longer than a frame may."""
        self._core.tasks.run(
            lambda _token: import_module("pyqtgraph"),
            done=self._on_chart_ready,
            failed=self._on_failed,
            group="analytics-chart",
        )

    # -- showing --------------------------------------------------------------------------

    def _on_chart_ready(self, _library: object) -> None:
        from tiktok_manager.ui.analytics.chart import FollowersChart

        self.chart = FollowersChart()
        self._chart_card.body.addWidget(self.chart, 1)
        self._show_chart()

    def _on_accounts(self) -> None:
        pictures = self._core.accounts.avatars
        blocked = QSignalBlocker(self.picker)
        self.picker.clear()
        for account in self.viewmodel.accounts:
            picture = pictures.icon(account.handle, self._avatar(account.id))
            self.picker.addItem(picture, f"@{account.handle}", account.id)
        shown = self.viewmodel.account
        self.picker.setCurrentIndex(self.picker.findData(shown.id) if shown else -1)
        blocked.unblock()
        self._on_changed()

    def _avatar(self, account_id: str) -> Path | None:
        return self.viewmodel.avatars.get(account_id)

    def _on_changed(self) -> None:
        model = self.viewmodel
        self._stack.setCurrentIndex(_PAGES.index(model.stage))
        has_account = model.account is not None
        for widget in (self.picker, self.more_button, *self._chips.buttons()):
            widget.setEnabled(has_account)
        self._as_of.setText(model.as_of_words)
        if model.summary is not None:
            self._as_of.setToolTip(full_stamp(model.summary.as_of, model.timezone))
        for card, figure in zip(self._cards, model.figures, strict=False):
            card.show_figure(figure)
        self._problem.setText(f"The last sync brought nothing: {model.sync_problem}")
        self._problem.setVisible(bool(model.sync_problem))
        self._show_chart()
        self._show_videos()
        self._on_sync()

    def _show_chart(self) -> None:
        model = self.viewmodel
        words = ""
        if not model.series:
            words = "No sync in this period."
        elif len(model.series) == 1:
            words = "One reading so far: the line begins with the next sync."
        self._chart_words.setText(words)
        self._chart_words.setVisible(bool(words))
        if self.chart is not None:
            self.chart.setVisible(bool(model.series))
            self.chart.show_series(model.series, model.timezone, model.start, self._core.now())

    def _show_videos(self) -> None:
        model = self.viewmodel
        words = ""
        if not model.sees_videos:
            words = "This account did not allow its videos to be listed. Connect it again to."
        elif not model.videos:
            words = "No public videos were seen at the last sync."
        self._table_words.setText(words)
        self._table_words.setVisible(bool(words))
        self.table.setVisible(bool(model.videos))
        self.table.rows.set_rows(model.videos)

    def _on_video(self, video_id: str) -> None:
        video = self.table.rows.find(video_id)
        page = tiktok_url(video.share_url) if video is not None else None
        if page is not None:
            self._frame.open_url(page)

    def _on_cell(self, index: QModelIndex) -> None:
        if index.column() == OPEN_COLUMN:
            self._on_video(str(self.table.rows.key_at(index)))

    def _on_sync(self) -> None:
        progress = self.viewmodel.sync_progress
        busy = progress is not None
        for widget in (self._progress, self._progress_words, self.cancel_button):
            widget.setVisible(busy)
        self._as_of.setVisible(not busy)
        self.sync_button.setVisible(not busy)
        self.sync_all_action.setEnabled(not busy)
        self.sync_button.setEnabled(self.viewmodel.account is not None)
        if progress is not None:
            many = progress.count > 1
            left = f"{progress.done + 1} of {progress.count} · " if many else ""
            self._progress_words.setText(f"{left}@{progress.handle}")
            self._progress.setRange(0, progress.count if many else 0)
            self._progress.setValue(progress.done)

    # -- doing ----------------------------------------------------------------------------

    def _on_picked(self, position: int) -> None:
        self.viewmodel.choose_account(str(self.picker.itemData(position)))

    def _on_period(self, number: int) -> None:
        self.viewmodel.choose_period(Period(number))

    def _on_export(self) -> None:
        path = self.ask_path()
        if path is not None:
            self.viewmodel.export(path)

    def ask_path(self) -> Path | None:
        """Ask where the CSV shall go; None if the user changed their mind."""
        name, _kind = QFileDialog.getSaveFileName(
            self, "Export videos", str(Path.home() / "videos.csv"), "CSV (*.csv)"
        )
        return Path(name) if name else None

    def _on_done(self, sentence: str) -> None:
        self._frame.notify(Notice(text=sentence, tone=Tone.GOOD, stays=False))

    def _on_failed(self, error: AppError) -> None:
        self._frame.show_error(error)

    def _on_sync_failed(self, error: AppError) -> None:
        self._frame.show_error(error, self.viewmodel.sync)
