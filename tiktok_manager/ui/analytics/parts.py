"""The cards of the four numbers and the table of videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tiktok_manager.ui.formats import age_text, exact_number, full_stamp, short_number
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.badges import NumberLabel
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.kit.list_model import Column, RowTableModel
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.overrides import override
from tiktok_manager.ui.theme import type_font
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from tiktok_manager.domain.metrics import VideoCounters
    from tiktok_manager.ui.analytics.series import Figures
    from tiktok_manager.ui.frame import Core

_OPEN_COLUMN = 6


class FigureCard(Card):
    """One number, its change, and what it is a number of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=SPACE_M, parent=parent)
        self._title = PlainLabel("", tone="soft")
        self._value = NumberLabel(None, type=Type.FIGURE)
        self._change = PlainLabel("", type=Type.STRONG, tabular=True)
        self._note = PlainLabel("", type=Type.CAPTION, tone="soft", elided=True)
        self.body.setSpacing(2)
        self.body.addWidget(self._title)
        self.body.addLayout(row(self._value, self._change, None, spacing=SPACE_S))
        self.body.addWidget(self._note)
        self._change.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self._change.setContentsMargins(0, 0, 0, 4)

    def show_figure(self, figure: Figures) -> None:
        """Show a number."""
        self._title.setText(figure.title)
        self._value.set_value(figure.value)
        self._change.setText(figure.change)
        self._change.setToolTip(figure.change_exact)
        tones = {True: "good", False: "bad", None: "soft"}
        self._change.set_tone(tones[figure.rising])
        self._note.setText(figure.note)
        words = f"{exact_number(figure.value)} {figure.change_exact}".strip()
        self.setAccessibleName(f"{figure.title}: {words}, {figure.note}")


class VideoTable(QTableView):
    """The last videos with their counters, sortable.

    Signals:
        page_wanted: The address of a video on tiktok.com.
    """

    page_wanted = Signal(str)

    def __init__(self, core: Core, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: RowTableModel[VideoCounters] = RowTableModel(
            video_columns(core), lambda video: video.tiktok_id, self
        )
        self.setModel(self.rows)
        self._set_up()
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._open)

    def show_videos(self, videos: Sequence[VideoCounters]) -> None:
        """Show these videos in the order the user chose."""
        self.rows.set_rows(videos)
        header = self.horizontalHeader()
        self.rows.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._open(index)
            return
        super().keyPressEvent(event)

    def _set_up(self) -> None:
        self.setAccessibleName("Last videos")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFont(type_font(Type.BODY, tabular=True))
        self.setIconSize(QSize(16, 16))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(40)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # Qt adds 3 px to a cell's padding and none to a header's: so both begin and end alike.
        header.setStyleSheet("QHeaderView::section:first { padding-left: 12px; }")
        self.setStyleSheet("QTableView::item { padding: 0 13px 0 9px; }")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section, width in enumerate((120, 92, 92, 104, 92, 44), start=1):
            header.resizeSection(section, width)
        header.setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == _OPEN_COLUMN:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        video = self.rows.row(index)
        page = tiktok_url(video.share_url) if video is not None else None
        if page is not None:
            self.page_wanted.emit(page)


def video_columns(core: Core) -> Sequence[Column[VideoCounters]]:
    """Return caption, date, the four counters and the way to TikTok."""
    return (
        Column(
            title="Video",
            text=lambda video: " ".join(video.caption.split()) or "(no caption)",
            hint=lambda video: video.caption,
            sort_key=lambda video: video.caption.casefold(),
        ),
        Column(
            title="Posted",
            text=lambda video: age_text(video.posted_at, core.now()),
            hint=lambda video: full_stamp(video.posted_at, core.timezone),
            sort_key=lambda video: video.posted_at,
        ),
        _counter("Views", lambda video: video.views),
        _counter("Likes", lambda video: video.likes),
        _counter("Comments", lambda video: video.comments),
        _counter("Shares", lambda video: video.shares),
        Column(
            title="",
            text=lambda _video: "",
            hint=lambda video: "Open on TikTok" if tiktok_url(video.share_url) else "",
            icon=lambda video: icon("external") if tiktok_url(video.share_url) else None,
        ),
    )


def _counter(title: str, value: Callable[[VideoCounters], int | None]) -> Column[VideoCounters]:
    def exact(video: VideoCounters) -> str:
        number = value(video)
        return "TikTok did not tell it" if number is None else exact_number(number)

    def place(video: VideoCounters) -> int:
        number = value(video)
        return -1 if number is None else number

    return Column(
        title=title,
        text=lambda video: "unknown" if value(video) is None else short_number(value(video)),
        hint=exact,
        sort_key=place,
        right=True,
    )
