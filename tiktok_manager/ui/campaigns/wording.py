"""How campaigns and the posts they would make are said, and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from tiktok_manager.domain.campaigns import CampaignStatus, Strategy
from tiktok_manager.ui.formats import date_text, exact_number, full_stamp, status_words, zoned_time
from tiktok_manager.ui.icons import icon
from tiktok_manager.ui.kit.labels import paint_line
from tiktok_manager.ui.kit.layout import mirrored
from tiktok_manager.ui.kit.list_model import Column
from tiktok_manager.ui.texts import tr
from tiktok_manager.ui.theme import tokens
from tiktok_manager.ui.tokens import SPACE_S
from tiktok_manager.wording import joined, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktok_manager.domain.campaigns import Campaign
    from tiktok_manager.services.campaign_plan import CampaignPost
    from tiktok_manager.ui.frame import Core

_BAR_PX, _NUMBER_PX = 6, 64
_SIGNS = {
    CampaignStatus.DRAFT: ("status-draft", "soft_ink"),
    CampaignStatus.SCHEDULED: ("status-scheduled", "accent"),
    CampaignStatus.RUNNING: ("status-publishing", "warning"),
    CampaignStatus.PAUSED: ("pause", "warning"),
    CampaignStatus.COMPLETED: ("status-published", "good"),
    CampaignStatus.CANCELLED: ("status-cancelled", "soft_ink"),
}


def campaign_status_words(status: CampaignStatus) -> str:
    """Say where a campaign is."""
    return {
        CampaignStatus.DRAFT: tr("Draft"),
        CampaignStatus.SCHEDULED: tr("Scheduled"),
        CampaignStatus.RUNNING: tr("Running"),
        CampaignStatus.PAUSED: tr("Paused"),
        CampaignStatus.COMPLETED: tr("Completed"),
        CampaignStatus.CANCELLED: tr("Cancelled"),
    }[status]


def status_sign(status: CampaignStatus) -> tuple[str, str]:
    """Return the icon of a status and its colour."""
    return _SIGNS[status]


def strategy_words() -> Mapping[Strategy, str]:
    """Say who gets which video."""
    return {
        Strategy.ROUND_ROBIN: tr("Accounts take turns"),
        Strategy.RANDOM: tr("At random, fairly"),
        Strategy.LEAST_USED: tr("The least used accounts first"),
        Strategy.ALL: tr("Every video to every account"),
    }


def progress_words(campaign: Campaign) -> str:
    """Say how far a campaign is: `12 of 40 ended`."""
    if not campaign.posts:
        return tr("Not started")
    done, total = exact_number(campaign.ended), exact_number(campaign.posts)
    return tr("{done} of {total} ended", done=done, total=total)


def counts_words(campaign: Campaign) -> str:
    """Say how its posts stand: `Planned 3 · Published 9`."""
    return " · ".join(
        tr("{status} {count}", status=status_words(status), count=exact_number(count))
        for status, count in campaign.counts.items()
        if count
    )


def window_words(campaign: Campaign) -> str:
    """Say from when to when it is: `24 Nov – 1 Dec 2026`."""
    spec = campaign.spec
    return tr(
        "{first} – {last}",
        first=date_text(spec.starts_at.date()),
        last=date_text(spec.ends_at.date(), year=True),
    )


def campaign_columns(core: Core) -> Sequence[Column[Campaign]]:
    """Return name, status, progress and time of campaigns."""

    def status(campaign: Campaign) -> CampaignStatus:
        return campaign.status(core.now())

    return (
        Column(
            words=lambda: tr("Campaign"),
            value=lambda each: each.spec.name,
            sort=lambda each: each.spec.name.casefold(),
        ),
        Column(
            words=lambda: tr("Status"),
            width=150,
            value=lambda each: campaign_status_words(status(each)),
            sort=status,
            icon=lambda each: icon(*_SIGNS[status(each)]),
        ),
        Column(
            words=lambda: tr("Progress"),
            width=220,
            value=progress_words,
            hint=counts_words,
            delegate=_paint_progress,
            sort=lambda each: each.ended / max(each.posts, 1),
        ),
        Column(
            words=lambda: tr("From – to"),
            width=190,
            hide_below=700,
            value=window_words,
            sort=lambda each: each.spec.starts_at,
            latest_first=True,
        ),
    )


def _paint_progress(painter: QPainter, rect: QRectF, campaign: Campaign) -> None:
    look = tokens()
    if not campaign.posts:
        paint_line(painter, rect, progress_words(campaign), look.soft_ink)
        return
    whole = QRectF(rect.left(), rect.center().y() - _BAR_PX / 2, rect.width() - _NUMBER_PX, _BAR_PX)
    share = campaign.ended / campaign.posts
    filled = QRectF(whole.left(), whole.top(), whole.width() * share, _BAR_PX)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for bar, ink in ((whole, look.line), (filled, look.accent)):
        painter.setBrush(QColor(ink))
        painter.drawRoundedRect(mirrored(painter, bar, rect), 3, 3)
    painter.restore()
    said = tr("{done}/{total}", done=campaign.ended, total=campaign.posts)
    number = QRectF(whole.right() + SPACE_S, rect.top(), _NUMBER_PX - SPACE_S, rect.height())
    paint_line(painter, mirrored(painter, number, rect), said, look.soft_ink)


def preview_columns(core: Core) -> Sequence[Column[tuple[int, CampaignPost]]]:
    """Return the columns of posts that a campaign would make."""
    return (
        Column(
            words=lambda: tr("Goes out"),
            width=180,
            value=lambda row: _when(core, row[1]),
            hint=lambda row: (
                "" if row[1].schedule is None else full_stamp(row[1].schedule.due_at, core.timezone)
            ),
        ),
        Column(words=lambda: tr("Account"), width=130, value=lambda row: f"@{row[1].handle}"),
        Column(
            words=lambda: tr("Video"),
            width=140,
            value=lambda row: row[1].file.name,
            hint=lambda row: str(row[1].file),
        ),
        Column(
            words=lambda: tr("What to know"),
            value=lambda row: told_of_post(row[1]),
            hint=lambda row: told_of_post(row[1]),
            icon=lambda row: icon(*_sign(row[1])),
        ),
        Column(
            words=lambda: tr("Caption"),
            width=190,
            hide_below=1000,
            value=lambda row: " ".join(row[1].caption.split()),
            hint=lambda row: row[1].caption,
        ),
    )


def told_of_post(post: CampaignPost) -> str:
    """Say what is to be known of a post; nothing where all is fine."""
    return joined(*dict.fromkeys(words(each).title for each in post.findings))


def _when(core: Core, post: CampaignPost) -> str:
    if post.schedule is None:
        return tr("No room")
    return zoned_time(post.schedule.due_at, core.timezone, core.now())


def _sign(post: CampaignPost) -> tuple[str, str]:
    if post.is_refused:
        return "status-failed", "bad"
    return ("status-needs_attention", "warning") if post.findings else ("check", "good")
