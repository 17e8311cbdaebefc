"""The cards of the four numbers and the table of videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.formats import age_text, exact_number, full_stamp, short_number
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.badges import NumberLabel
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import Card, row
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_M, SPACE_S, Type

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import VideoCounters
    from tiktok_manager.ui.analytics.series import Figures
    from tiktok_manager.ui.frame import Core
    from tiktok_manager.ui.memory import WindowMemory


OPEN_COLUMN = 6


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


def make_video_table(core: Core, memory: WindowMemory) -> Table[VideoCounters]:
    """Return the table of the last videos with their counters, latest first."""
    rows: ListModel[VideoCounters] = ListModel(video_columns(core), lambda each: each.tiktok_id)
    table: Table[VideoCounters] = Table(
        rows,
        tr("Last videos"),
        opens_by_click=False,  # a browser that comes up is too much for a click
        sorted_by=1,
        row_height_px=40,
        memory=(memory, "analytics-videos"),
    )
    rows.setParent(table)
    return table


def video_columns(core: Core) -> Sequence[Column[VideoCounters]]:
    """Return caption, date, the four counters and the way to TikTok."""
    return (
        Column(
            words=lambda: tr("Video"),
            value=lambda video: " ".join(video.caption.split()) or "(no caption)",
            hint=lambda video: video.caption,
            sort=lambda video: video.caption.casefold(),
        ),
        Column(
            words=lambda: tr("Posted"),
            width=120,
            latest_first=True,
            value=lambda video: age_text(video.posted_at, core.now()),
            hint=lambda video: full_stamp(video.posted_at, core.timezone),
            sort=lambda video: video.posted_at,
        ),
        _counter(lambda: tr("Views"), lambda video: video.views),
        _counter(lambda: tr("Likes"), lambda video: video.likes),
        _counter(lambda: tr("Comments"), lambda video: video.comments),
        _counter(lambda: tr("Shares"), lambda video: video.shares),
        Column(
            words=str,
            width=64,
            value=lambda _video: "",
            hint=lambda video: "Open on TikTok" if tiktok_url(video.share_url) else "",
            icon=lambda video: icon("external") if tiktok_url(video.share_url) else None,
        ),
    )


def _counter(
    words: Callable[[], str], value: Callable[[VideoCounters], int | None]
) -> Column[VideoCounters]:
    def exact(video: VideoCounters) -> str:
        number = value(video)
        return "TikTok did not tell it" if number is None else exact_number(number)

    return Column(
        words=words,
        width=104,
        value=lambda video: "unknown" if value(video) is None else short_number(value(video)),
        hint=exact,
        sort=value,
        right=True,
    )
