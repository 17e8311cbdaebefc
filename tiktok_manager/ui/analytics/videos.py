"""The table of an account's videos, and what the drawer tells of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from tiktok_manager.ui.formats import (
    age_text,
    duration_text,
    exact_number,
    full_stamp,
    short_number,
)
from tiktok_manager.ui.kit.action import Action, action_button
from tiktok_manager.ui.kit.controls import Fact, Facts
from tiktok_manager.ui.kit.labels import PlainLabel
from tiktok_manager.ui.kit.layout import column, row
from tiktok_manager.ui.kit.list_model import Column, ListModel
from tiktok_manager.ui.kit.table import Table
from tiktok_manager.ui.link_gate import tiktok_url
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.tokens import SPACE_L

if TYPE_CHECKING:
    from tiktok_manager.domain.metrics import VideoCounters
    from tiktok_manager.ui.frame import Core, Frame


def make_video_table(core: Core, frame: Frame) -> Table[VideoCounters]:
    """Return the table of the last videos with their counters, latest first."""
    rows: ListModel[VideoCounters] = ListModel(_columns(core), lambda each: each.tiktok_id)
    table: Table[VideoCounters] = Table(
        rows,
        tr("Last videos"),
        sorted_by=1,
        row_height_px=40,
        memory=(frame.memory, "analytics-videos"),
        menu=lambda videos: [_open_page(frame, video) for video in videos],
    )
    rows.setParent(table)
    return table


def video_details(core: Core, frame: Frame, video: VideoCounters) -> QWidget:
    """Return what the drawer tells of a video, with the way to its page."""
    length = "" if video.duration_s is None else duration_text(video.duration_s)
    facts = [
        Fact(label=tr("Posted"), value=full_stamp(video.posted_at, core.timezone)),
        *(Fact(label=words(), value=_exact(value(video))) for words, value in _counters()),
        Fact(label=tr("Length"), value=length or tr("TikTok did not tell it")),
        Fact(label=tr("As of"), value=full_stamp(video.seen_at, core.timezone)),
    ]
    caption = PlainLabel(video.caption or tr("(no caption)"), wrap=True, selectable=True)
    details = QWidget()
    button = action_button(_open_page(frame, video), parent=details)
    parts = column(caption, Facts(facts), row(button, None), None, spacing=SPACE_L)
    parts.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
    details.setLayout(parts)
    return details


def _open_page(frame: Frame, video: VideoCounters) -> Action:
    page = tiktok_url(video.share_url)
    return Action(
        words=lambda: tr("Open on TikTok"),
        icon="external",
        run=lambda: frame.open_url(page or ""),
        shown=lambda: page is not None,
    )


def _columns(core: Core) -> Sequence[Column[VideoCounters]]:
    return (
        Column(
            words=lambda: tr("Video"),
            value=lambda video: " ".join(video.caption.split()) or tr("(no caption)"),
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
        *(_number_column(*counter, 0 if n < 2 else 760) for n, counter in enumerate(_counters())),
    )


_Counter = Callable[["VideoCounters"], int | None]


def _counters() -> Sequence[tuple[Callable[[], str], _Counter]]:
    return (
        (lambda: tr("Views"), lambda video: video.views),
        (lambda: tr("Likes"), lambda video: video.likes),
        (lambda: tr("Comments"), lambda video: video.comments),
        (lambda: tr("Shares"), lambda video: video.shares),
    )


def _number_column(
    words: Callable[[], str], value: _Counter, hide_below: int
) -> Column[VideoCounters]:
    return Column(
        words=words,
        hide_below=hide_below,
        width=104,
        value=lambda video: tr("unknown") if value(video) is None else short_number(value(video)),
        hint=lambda video: _exact(value(video)),
        sort=value,
        right=True,
    )


def _exact(number: int | None) -> str:
    return tr("TikTok did not tell it") if number is None else exact_number(number)
